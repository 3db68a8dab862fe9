"""The demo utility's time: the real time plus the offset that portal and demo utility share in a file."""

import json
from datetime import UTC, datetime, timedelta

from onboarding.demo_utility import settings

_read: tuple[float, float] = (-1.0, 0.0)  # when the file was changed, and the offset in it


def now() -> datetime:
    """The time of the demo, in UTC."""
    return datetime.now(UTC) + offset()


def offset() -> timedelta:
    """How far the demo is ahead of the real time; the file is read again only when it was changed."""
    global _read  # noqa: PLW0603  one clock per process
    path = settings.DATA_DIR / "demo_clock.json"
    try:
        changed = path.stat().st_mtime_ns
        if changed != _read[0]:
            _read = (changed, float(json.loads(path.read_text())["offset_seconds"]))
    except FileNotFoundError:
        return timedelta()
    except (ValueError, KeyError):  # half of a file: whoever writes it is not done yet
        pass
    return timedelta(seconds=_read[1])
