"""Locks on what has no row of its own."""

from django.db import connection


def hold(name: str) -> None:
    """Hold a name until the caller's transaction ends; others who want it wait. SQLite has one writer at a time: there
    it is held already. Several names are taken in one order by all."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [name])
