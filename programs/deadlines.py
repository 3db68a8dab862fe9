"""Deadlines by the local calendar: until when one is accepted, and which can still be made. Pure; no database."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from portal.web.clock import local_day, midnight
from portal.web.days import Reading, day_of, is_midnight

_SATURDAY = 5


@dataclass(frozen=True, slots=True)
class DeadlineRule:
    """One deadline of a delivery period; aware datetimes.

    deadline_at is what the program publishes, accepted_until is later when the program lets a weekend roll over.
    """

    deadline_at: datetime
    accepted_until: datetime
    activation_at: datetime


def accepted_until(deadline_at: datetime, zone: ZoneInfo, *, rolls_over: bool) -> datetime:
    """Until when a deadline is accepted: with `rolls_over` one on a local Saturday or Sunday holds until Monday.

    The day of a deadline at 00:00 is the one that ends then. The local time of day remains, also over a change of the
    clocks. Source: coned.com, domain facts C2.
    """
    local = deadline_at.astimezone(zone)
    weekday = day_of(local, zone, Reading.CLOSES).weekday()
    if not rolls_over or weekday < _SATURDAY:
        return local
    later = local.date() + timedelta(days=7 - weekday)
    return midnight(later, zone) if is_midnight(local, zone) else datetime.combine(later, local.time(), zone)


def next_deadline(deadlines: Iterable[DeadlineRule], at: datetime) -> DeadlineRule | None:
    """The first deadline that can still be made; None when all have passed."""
    ahead = [one for one in deadlines if one.accepted_until > at]
    return min(ahead, key=lambda one: (one.activation_at, one.accepted_until), default=None)


def days_left(deadline: datetime, now: datetime) -> int:
    """Whole days by the deadline's local clock, so that the change of clocks takes none away; -1 when passed."""
    if deadline <= now:
        return -1
    here = now.astimezone(deadline.tzinfo)
    return (deadline.replace(tzinfo=None) - here.replace(tzinfo=None)).days


def over_at(ends_at: datetime, zone: ZoneInfo) -> datetime:
    """When a delivery period is over. The contract's samples end it with the midnight that begins its last day."""
    local = ends_at.astimezone(zone)
    return midnight(local.date() + timedelta(days=1), zone) if is_midnight(local, zone) else local


def end_of_month(at: datetime, zone: ZoneInfo) -> datetime:
    """The local midnight that ends the month in which a moment lies."""
    first = local_day(at, zone).replace(day=1)
    return midnight((first + timedelta(days=32)).replace(day=1), zone)
