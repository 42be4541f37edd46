"""One file a format, reader and writer as twins: streaming, temp file and replace, a report of all that was dropped."""
