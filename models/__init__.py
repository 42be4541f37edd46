"""Backends that suggest masks, boxes and poses: numpy in, numpy out, torch only inside a backend's own folder."""
