"""Charts drawn by our own widgets."""
