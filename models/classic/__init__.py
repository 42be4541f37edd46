"""A segmenter without training: superpixels, a diffusion of the clicks between them, and graph cuts."""
