"""Runs over many images: which ones, who does them, and how they survive crashes, cancelling and several workers."""
