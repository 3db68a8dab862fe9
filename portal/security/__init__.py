"""What keeps secrets in and strangers out: secrets at rest, the counter of every limit, the client that dials out."""
