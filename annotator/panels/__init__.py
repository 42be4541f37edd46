"""Docks and their item models, in twin files."""
