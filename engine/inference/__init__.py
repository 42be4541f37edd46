"""Inference in its own process: the window asks, a child process answers."""
