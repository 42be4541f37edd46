"""The data engine: storage, ops, history, imaging, inference process, formats and the command line. No Qt, no torch."""
