"""Joints of people from boxes: a small heat-map network of our own, its training and its weights."""
