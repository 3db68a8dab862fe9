"""Backups: the database and the stored files in one archive, restoring it, and a drill that shows that it works."""
