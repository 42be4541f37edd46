"""Masks from boxes without training or weights: regions vote, then BoxInst's losses are optimised inside the box."""
