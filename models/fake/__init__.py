"""Backends with known answers: test doubles, and the shortest examples for whoever writes a plug-in."""
