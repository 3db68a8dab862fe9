"""Telling when open transactions have ended: the numbers that they took become visible only then."""

import time

from django.db import connections, models, router

_PAUSE_SECONDS = 0.05
# Whoever inserts holds this lock from before it takes its first number until its transaction ends. Who only reads, such
# as a backup, has another one, however long it runs.
_WRITERS = """
    SELECT DISTINCT virtualtransaction FROM pg_locks
    WHERE locktype = 'relation' AND mode = 'RowExclusiveLock' AND granted AND pid IS DISTINCT FROM pg_backend_pid()
    AND relation = %s::regclass AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
"""


def open_writers(model: type[models.Model]) -> frozenset[str]:
    """The open transactions, other than our own, that have written to a table or may be about to.

    A number that is taken after this call is higher than each one that was visible before it. SQLite has one writer at
    a time, which takes numbers in order: none.
    """
    connection = connections[router.db_for_write(model)]
    if connection.vendor != "postgresql":
        return frozenset()
    with connection.cursor() as cursor:
        cursor.execute(_WRITERS, [connection.ops.quote_name(model._meta.db_table)])
        return frozenset(name for (name,) in cursor.fetchall())


def wait_for_writers(model: type[models.Model], *, seconds: float) -> bool:
    """Wait until every transaction that writes to a table now has ended; False when it takes longer."""
    until, writers = time.monotonic() + seconds, open_writers(model)
    while writers:
        if time.monotonic() >= until:
            return False
        time.sleep(_PAUSE_SECONDS)
        writers &= open_writers(model)
    return True
