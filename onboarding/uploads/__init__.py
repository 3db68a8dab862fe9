"""A file becomes rows, rows become meters."""
