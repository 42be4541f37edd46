"""Joints of poses: names, ready-made skeletons, and what happens to stored poses when a skeleton changes."""
