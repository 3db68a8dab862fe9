"""What a moment says to people as a day: which day it begins, closes or ends, and the words for it.

A moment at a local midnight is said as a day, any other with its time. There are three readings of a midnight, and no
place of the portal has one of its own.
"""

from datetime import UTC, date, datetime, time, timedelta, tzinfo
from enum import Enum

from portal.clock import now
from portal.web.clock import day_text, last_day_before, local_day, midnight

_DAY = timedelta(days=1)
_NEAR_DAYS = 300  # a day and month so near can mean one year only


class Reading(Enum):
    """What a moment at 00:00 means: the beginning of that day, the end of the day before, or the whole of that day."""

    BEGINS = "begins"
    CLOSES = "closes"  # enrollment deadlines, and the ends of what lasts until a moment
    LAST_DAY = "last day"  # the published end of a delivery period


def is_midnight(at: datetime, zone: tzinfo) -> bool:
    """Whether a local day begins at this moment; also one whose first hour the change of the clocks leaves out."""
    return midnight(local_day(at, zone), zone).astimezone(UTC) == at.astimezone(UTC)


def day_of(at: datetime, zone: tzinfo, reading: Reading) -> date:
    """The day that people mean by a moment."""
    return last_day_before(at, zone) if reading is Reading.CLOSES else local_day(at, zone)


def time_of(at: datetime, zone: tzinfo) -> time | None:
    """The local time of day to the second; None for a midnight."""
    return None if is_midnight(at, zone) else at.astimezone(zone).time().replace(microsecond=0)


def moment_of(day: date, zone: tzinfo, reading: Reading) -> datetime:
    """The moment that is kept for a whole day."""
    return midnight(day + _DAY if reading is Reading.CLOSES else day, zone)


def at_time(day: date, at: time, zone: tzinfo) -> datetime | None:
    """A day's moment at a local time, the first of two; None when the clocks skip that time."""
    moment = datetime.combine(day, at, zone)
    return moment if moment.astimezone(UTC).astimezone(zone).time() == at else None


def same_local(at: datetime, before: tzinfo, after: tzinfo) -> datetime:
    """The moment that has in a new zone the day and the time that this one has in an old zone."""
    local = at.astimezone(before)
    return midnight(local.date(), after) if is_midnight(at, before) else datetime.combine(local, local.time(), after)


def day_or_moment(value: object) -> date | datetime | None:
    """What a cell says: a local day as 2027-02-14, or a moment with its offset; None for all else.

    The zone of a time without an offset would be a guess. A workbook writes a day as a midnight.
    """
    if isinstance(value, datetime) and value.tzinfo is None:
        return value.date() if value.time() == time.min else None
    text = str(value).strip()
    try:
        if len(text) == len("2027-02-14"):
            return date.fromisoformat(text)
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return moment if moment.tzinfo else None


def read_moment(said: date | datetime, zone: tzinfo, reading: Reading) -> datetime:
    """The moment of what a cell says."""
    return said if isinstance(said, datetime) else moment_of(said, zone, reading)


# --- the words


_ZONES = {
    "America/New_York": "Eastern time",
    "America/Chicago": "Central time",
    "America/Denver": "Mountain time",
    "America/Phoenix": "Arizona time",
    "America/Los_Angeles": "Pacific time",
    "America/Anchorage": "Alaska time",
    "Pacific/Honolulu": "Hawaii time",
}


def zone_text(name: str) -> str:
    """A time zone as people of the United States say it: "Pacific time"; any other by its name."""
    return _ZONES.get(name, name)


def time_text(at: datetime) -> str:
    """A local time as people say it: "5:00 PM CST"."""
    minutes = f"{at:%M:%S}" if at.second else f"{at:%M}"
    return f"{at.hour % 12 or 12}:{minutes} {at:%p %Z}".rstrip()


def moment_text(at: datetime) -> str:
    """A moment by its own clock: "Feb 14, 2027, 5:00 PM CST"."""
    return f"{day_text(at)}, {time_text(at)}"


def begin_text(at: datetime) -> str:
    """A moment at which something begins: its day, and its time when that is not midnight."""
    return day_text(at) if is_midnight(at, _zone(at)) else moment_text(at)


def deadline_text(at: datetime, on: date | None = None) -> str:
    """Until when: "by end of Sun, Feb 14 (11:59 PM CST)", or "by Sun, Feb 14, 5:00 PM CST".

    The year is said when the day is far from `on` (today). `at` carries the zone of whom it concerns.
    """
    day = day_of(at, _zone(at), Reading.CLOSES)
    said = f"{day:%a}, {day_text(day)}"
    if abs((day - (on or now().date())).days) < _NEAR_DAYS:
        said = said.removesuffix(f", {day.year}")
    if is_midnight(at, _zone(at)):
        return f"by end of {said} ({time_text(_last_minute(at))})"
    return f"by {said}, {time_text(at)}"


def until_text(at: datetime) -> str:
    """The end of what lasts until a moment: "Feb 14, 2027, 11:59 PM CST" for the midnight after that day."""
    return moment_text(_last_minute(at) if is_midnight(at, _zone(at)) else at)


def last_day_text(ends_at: datetime) -> str:
    """The last day of a delivery period: "Oct 31, 2027", with its time when it does not run through that day."""
    return begin_text(ends_at)


def period_end_text(ends_at: datetime) -> str:
    """When a delivery period ends: "Oct 31, 2027, 11:59 PM PDT" for the midnight that begins its last day."""
    zone = _zone(ends_at)
    return until_text(midnight(local_day(ends_at, zone) + _DAY, zone) if is_midnight(ends_at, zone) else ends_at)


def period_text(starts_at: datetime, ends_at: datetime) -> str:
    """A delivery period from its first to its last day: "May 1, 2027 to Oct 31, 2027"."""
    return f"{begin_text(starts_at)} to {last_day_text(ends_at)}"


def season_text(starts_at: datetime, ends_at: datetime) -> str:
    """The months of a delivery period: "May–Oct 2027", "Nov 2026–Apr 2027", "May 2027"."""
    first, last = local_day(starts_at, _zone(starts_at)), local_day(ends_at, _zone(ends_at))
    if (first.year, first.month) == (last.year, last.month):
        return f"{last:%b %Y}"
    return f"{first:%b}–{last:%b %Y}" if first.year == last.year else f"{first:%b %Y}–{last:%b %Y}"


def _last_minute(end: datetime) -> datetime:
    return (end.astimezone(UTC) - timedelta(minutes=1)).astimezone(_zone(end))


def _zone(at: datetime) -> tzinfo:
    return at.tzinfo or UTC
