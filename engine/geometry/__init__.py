"""Masks and outlines under the hand: hit test, brush, contours, scissors, polygons; plain arrays, no Qt."""
