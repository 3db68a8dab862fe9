"""Bringing the seed file into the database, without overwriting what an admin changed or deleted."""
