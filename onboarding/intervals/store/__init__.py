"""Where intervals are kept. Everything else asks `interval_store()` and knows no table of it."""

from functools import cache

from django.db import connection

from .interface import DAY_BYTES, INTERVAL, IntervalStore, Put, slots_per_day


@cache
def interval_store() -> IntervalStore:
    """The store of this installation: beside the database, by its kind."""
    if connection.vendor == "postgresql":
        from .postgresql import PostgresqlStore

        return PostgresqlStore()
    from .sqlite import SqliteStore

    return SqliteStore()


__all__ = ["DAY_BYTES", "INTERVAL", "IntervalStore", "Put", "interval_store", "slots_per_day"]
