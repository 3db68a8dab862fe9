"""Quarter-hours, counted from 1970-01-01 UTC: the grid on which what is expected and what is there are compared."""

from datetime import UTC, date, datetime, timedelta, tzinfo
from typing import Final

import numpy as np
from numpy.typing import NDArray

from portal.web.clock import day_text, last_day_before, local_day, midnight
from portal.web.days import is_midnight, moment_text, time_text

from .store.interface import MINUTES_A_DAY

MINUTES: Final = 15
A_DAY: Final = MINUTES_A_DAY // MINUTES
NEVER: Final = np.iinfo(np.int32).max  # no deadline: the quarter-hour is not expected
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_LENGTH: Final = timedelta(minutes=MINUTES)

Bits = NDArray[np.bool_]
Quarters = NDArray[np.int32]


def quarter_at(at: datetime) -> int:
    """The number of the quarter-hour in which an aware moment lies; before it, all have ended."""
    return (at - _EPOCH) // _LENGTH


def first_quarter(at: datetime) -> int:
    """The first quarter-hour that begins at a moment or later."""
    return -((_EPOCH - at) // _LENGTH)


def moment_of(quarter: int) -> datetime:
    """When a quarter-hour begins, in UTC."""
    return _EPOCH + int(quarter) * _LENGTH


def local_days(first: int, last: int, zone: tzinfo) -> list[tuple[date, int, int]]:
    """The local days in which the quarter-hours first <= q < last lie, each with its own first and end.

    A day of the change of clocks has 92 or 100.
    """
    if last <= first:
        return []
    day, until = local_day(moment_of(first), zone), local_day(moment_of(last - 1), zone)
    days = []
    while day <= until:
        following = day + timedelta(days=1)
        days.append((day, quarter_at(midnight(day, zone)), quarter_at(midnight(following, zone))))
        day = following
    return days


def covering(present: Bits, minutes: int) -> Bits:
    """Which quarter-hours of each day are covered by intervals of one length; the bits say which of them are there.

    An hour covers its four, and three of five minutes cover one.
    """
    if minutes == MINUTES:
        return present
    if minutes < MINUTES:
        parts = present.reshape(len(present), A_DAY, MINUTES // minutes)
        return np.logical_and.reduce(parts, axis=2)
    return np.repeat(present, minutes // MINUTES, axis=1)


def hours_text(quarters: int) -> str:
    """How long so many quarter-hours are: "45 min", "3 h", "2 h 15 min"."""
    hours, rest = divmod(int(quarters) * MINUTES, 60)
    return " ".join(filter(None, (f"{hours:,} h" if hours else "", f"{rest} min" if rest or not hours else "")))


def share_text(part: int, whole: int) -> str:
    """A share in percent, rounded down, so that 100% is all of it; "" where there is nothing to have a share in."""
    return f"{part * 100 // whole}%" if whole else ""


def span_text(start: datetime, end: datetime) -> str:
    """A stretch of time by the clock that its ends carry: "Nov 9, 2026", "Nov 9, 2026, 2:30 PM EST to 5:00 PM EST"."""
    zone = start.tzinfo or UTC
    first, last = start.date(), last_day_before(end, zone)
    if is_midnight(start, zone) and is_midnight(end, zone):
        return day_text(first) if first == last else f"{day_text(first)} to {day_text(last)}"
    return f"{moment_text(start)} to {time_text(end) if first == last else moment_text(end)}"
