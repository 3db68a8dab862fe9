"""Waiting for open transactions to end: the numbers that they took become visible only then."""

import time

from django.db import connection

_PAUSE_SECONDS = 0.1
_BEGUN_BEFORE = """
    SELECT count(*) FROM pg_stat_activity
    WHERE datname = current_database() AND backend_type = 'client backend' AND pid <> pg_backend_pid()
    AND xact_start <= %s
"""


def wait_for_others(*, seconds: float) -> bool:
    """Wait until every transaction that runs now has ended; False when one still runs after so many seconds.

    SQLite has one writer at a time, which takes numbers in order: there is nothing to wait for.
    """
    if connection.vendor != "postgresql":
        return True
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        (began,) = cursor.fetchone()
        until = time.monotonic() + seconds
        while True:
            cursor.execute(_BEGUN_BEFORE, [began])
            if cursor.fetchone() == (0,):
                return True
            if time.monotonic() >= until:
                return False
            time.sleep(_PAUSE_SECONDS)
