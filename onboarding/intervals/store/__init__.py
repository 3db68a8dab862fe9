"""Where intervals are kept. Everything else asks `interval_store()` and knows no table of it."""

from functools import cache

from django.conf import settings
from django.db import connection

from portal.storage.clickhouse import clickhouse_of

from .interface import DAY_BYTES, INTERVAL, IntervalStore, Put, slots_per_day
from .tables import TableStore


def interval_store() -> IntervalStore:
    """The store of this installation: in the database, or where INTERVAL_STORE_URL says."""
    tables = _tables(connection.vendor)
    if not settings.INTERVAL_STORE_URL:
        return tables
    from .clickhouse import ClickhouseStore

    return ClickhouseStore(clickhouse_of(settings.INTERVAL_STORE_URL), tables)


@cache
def _tables(vendor: str) -> TableStore:
    """The store beside the database, by its kind."""
    if vendor == "postgresql":
        from .postgresql import PostgresqlStore

        return PostgresqlStore()
    from .sqlite import SqliteStore

    return SqliteStore()


__all__ = ["DAY_BYTES", "INTERVAL", "IntervalStore", "Put", "interval_store", "slots_per_day"]
