"""The time, days and the moments at which they begin and end in a time zone, and a day as people write it.

`now` is that of portal/clock.py, which the rooms below the web ask too.
"""

from datetime import UTC, date, datetime, timedelta, tzinfo

from portal.clock import MOST, clock_moved, move, now, offset, real_now, set_offset

__all__ = [
    "MOST",
    "clock_moved",
    "day_text",
    "last_day_before",
    "local_day",
    "midnight",
    "move",
    "now",
    "offset",
    "offset_text",
    "real_now",
    "set_offset",
    "weekday_text",
]

_INSTANT = timedelta(microseconds=1)


def offset_text(ahead: timedelta) -> str:
    """How far the clock is ahead, as people say it: "2 days", "1 day 3 hours", "less than an hour"."""
    counts = ((ahead.days, "day"), (ahead.seconds // 3600, "hour"))
    return " ".join(f"{count} {unit}{'s' * (count > 1)}" for count, unit in counts if count) or "less than an hour"


def midnight(day: date, zone: tzinfo) -> datetime:
    """The moment at which a day begins in a zone; also where a change of the clocks leaves its first hour out."""
    return datetime.combine(day, datetime.min.time(), zone)


def local_day(at: datetime, zone: tzinfo) -> date:
    """The day on which a moment falls in a zone."""
    return at.astimezone(zone).date()


def last_day_before(end: datetime, zone: tzinfo) -> date:
    """The last day, in a zone, of a time that ends at this moment: for a midnight it is the day before."""
    return local_day(end.astimezone(UTC) - _INSTANT, zone)


def day_text(day: date) -> str:
    """A day as people read it: "Oct 31, 2026"."""
    return f"{day:%b} {day.day}, {day.year}"


def weekday_text(day: date) -> str:
    """A day with its weekday: "Sat, Oct 31, 2026"."""
    return f"{day:%a}, {day_text(day)}"
