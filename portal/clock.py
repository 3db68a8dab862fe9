"""What time it is: the real time, and in demo mode that plus an offset which all processes share.

Higher rooms ask `portal.web.clock`, which has this `now` and the days; the rooms below the web ask here.
Leases, sessions, limits and mail keep to the real time, since the database or a library counts them.

The real time is that of the PostgreSQL server, so hosts agree whatever their own clocks show. Each new connection asks
for it, and the time since then is counted by the clock that only counts up. SQLite has one host, whose clock it is.
"""

import json
import os
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

from django.conf import settings
from django.db import DEFAULT_DB_ALIAS
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.signals import connection_created
from django.dispatch import Signal, receiver
from django.utils import timezone

MOST: Final = timedelta(days=10 * 365)  # further ahead than any date of the catalogue

# Sent after the demo's clock was set. is_back: it shows an earlier time than before.
clock_moved = Signal()

_NONE = timedelta()
_COUNTS_UP: Final = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)  # also while suspended
_asked: tuple[datetime, float] | None = None  # what the database said, and what the clock that counts up showed
_read: tuple[tuple[str, int, int, int], timedelta] | None = None  # the file's state, and what it said


def now() -> datetime:
    """The time, aware and in UTC."""
    return real_now() + offset()


def real_now() -> datetime:
    """The time without the demo's offset: by the database's clock, or by this machine's until a connection is made."""
    if _asked is None:
        return timezone.now()
    at, counted = _asked
    return at + timedelta(seconds=time.clock_gettime(_COUNTS_UP) - counted)


@receiver(connection_created)
def _ask_the_database(connection: BaseDatabaseWrapper, **_: Any) -> None:
    global _asked  # noqa: PLW0603  one time for all threads of the process
    if connection.vendor != "postgresql" or connection.alias != DEFAULT_DB_ALIAS or not settings.CLOCK_OF_DATABASE:
        return
    with connection.connection.cursor() as cursor:  # the driver's own: it counts as no query of whoever connects
        [at] = cursor.execute("SELECT clock_timestamp()").fetchone()
    _asked = at.astimezone(UTC), time.clock_gettime(_COUNTS_UP)


def offset() -> timedelta:
    """How far the demo's clock is ahead; zero outside demo mode, and when its file is missing or broken."""
    global _read  # noqa: PLW0603  the one cache of the process
    if not settings.DEMO:
        return _NONE
    path = _file()
    try:
        state = path.stat()
    except OSError:
        return _NONE
    key = (str(path), state.st_mtime_ns, state.st_ino, state.st_size)
    if _read is None or _read[0] != key:
        _read = (key, _offset_in(path))
    return _read[1]


def set_offset(ahead: timedelta) -> datetime:
    """Set the demo's clock so far ahead of the real time, for every process; returns the time that it shows then.

    Raises ValueError for a time that is past or too far ahead, and RuntimeError outside demo mode.
    """
    if not settings.DEMO:
        raise RuntimeError("The clock moves in demo mode only.")
    if not _NONE <= ahead <= MOST:
        raise ValueError("The demo clock is set between now and ten years ahead.")
    before, draft = offset(), _file().with_suffix(f".{os.getpid()}")
    draft.write_text(json.dumps({"offset_seconds": int(ahead.total_seconds())}))
    draft.replace(_file())
    clock_moved.send(sender=None, is_back=ahead < before)
    return now()


def move(*, days: int = 0, hours: int = 0) -> datetime:
    """Move the demo's clock forward; returns the time that it shows then. Raises as `set_offset` does."""
    step = timedelta(days=days, hours=hours)
    if step <= _NONE:
        raise ValueError("The demo clock moves forward only.")
    return set_offset(offset() + step)


def _file() -> Path:
    return settings.DATA_DIR / "demo_clock.json"


def _offset_in(path: Path) -> timedelta:
    try:
        ahead = timedelta(seconds=int(json.loads(path.read_text())["offset_seconds"]))
    except (OSError, ValueError, TypeError, KeyError, OverflowError):
        return _NONE
    return ahead if _NONE <= ahead <= MOST else _NONE
