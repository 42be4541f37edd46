"""DeepPose (Toshev and Szegedy, CVPR 2014): joints as numbers, refined by looks at each of them."""
