"""Dialogs: each asks or shows one thing and has ``ask(parent, ...)``, which returns the answer or None."""
