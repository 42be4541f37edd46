"""Image files: found, read, decoded into the displayed frame, made small, kept as thumbnails."""
