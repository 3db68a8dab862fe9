"""The demo utility's time: the real time plus the offset that portal and demo utility share in a file."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

from onboarding.demo_utility import settings

_read: tuple[tuple[int, int, int], timedelta] | None = None  # the file's state, and what it said


def now() -> datetime:
    """The time of the demo, in UTC."""
    return datetime.now(UTC) + offset()


def offset() -> timedelta:
    """How far the demo is ahead of the real time; the file is read again only when it was changed."""
    global _read  # noqa: PLW0603  one clock per process
    path = settings.DATA_DIR / "demo_clock.json"
    try:
        state = path.stat()
    except OSError:
        return timedelta()
    key = (state.st_mtime_ns, state.st_ino, state.st_size)
    if _read is None or _read[0] != key:
        _read = (key, _offset_in(path))
    return _read[1]


def _offset_in(path: Path) -> timedelta:
    """What the file says; a broken one says nothing."""
    try:
        return timedelta(seconds=float(json.loads(path.read_text())["offset_seconds"]))
    except (OSError, ValueError, TypeError, KeyError, OverflowError):
        return timedelta()
