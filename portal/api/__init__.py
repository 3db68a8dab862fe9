"""How we speak HTTP to programs: key authentication, error envelope, cursors, schema."""
