"""When a delivery is tried again, and when an endpoint that fails is. Pure."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Final

# Leap's: ten attempts over eight hours. Each pause is counted from the attempt before.
PAUSES: Final[Sequence[timedelta]] = [
    *(timedelta(minutes=minutes) for minutes in (1, 2, 4, 8, 16, 29)),
    *(timedelta(hours=hours) for hours in (1, 2, 4)),
]
MOST_ATTEMPTS: Final = len(PAUSES) + 1
DISABLED_AFTER: Final = timedelta(days=5)
_LONGEST_PAUSE = max(PAUSES)
_PROBES = [timedelta(minutes=minutes) for minutes in (1, 2, 4, 8, 15)]


def pause_after(attempts: int, *, asked: timedelta | None = None) -> timedelta | None:
    """How long a delivery waits after so many failed attempts; None when that was the last.

    asked: what the receiver's Retry-After said. A longer pause than planned is granted, up to the longest of all.
    """
    if attempts >= MOST_ATTEMPTS:
        return None
    return max(PAUSES[attempts - 1], min(asked or timedelta(), _LONGEST_PAUSE))


def pause_between_probes(failures: int, *, to_hold: int) -> timedelta:
    """How long an endpoint is left alone after so many failures in a row, the first `to_hold` of which do not count."""
    return _PROBES[min(max(failures - to_hold, 0), len(_PROBES) - 1)]
