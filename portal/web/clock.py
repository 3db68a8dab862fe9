"""Days and the moments at which they begin and end, in one time zone or another; and a day as people write it."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

_INSTANT = timedelta(microseconds=1)


def midnight(day: date, zone: ZoneInfo) -> datetime:
    """The moment at which a day begins in a zone."""
    return datetime.combine(day, datetime.min.time(), zone)


def local_day(at: datetime, zone: ZoneInfo) -> date:
    """The day on which a moment falls in a zone."""
    return at.astimezone(zone).date()


def last_day_before(end: datetime, zone: ZoneInfo) -> date:
    """The last day, in a zone, of a time that ends at this moment: for a midnight it is the day before."""
    return local_day(end - _INSTANT, zone)


def day_text(day: date) -> str:
    """A day as people read it: "Oct 31, 2026"."""
    return f"{day:%b} {day.day}, {day.year}"


def weekday_text(day: date) -> str:
    """A day with its weekday: "Sat, Oct 31, 2026"."""
    return f"{day:%a}, {day_text(day)}"
