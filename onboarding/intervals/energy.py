"""The energy of one series: its intervals, and by local day what they add up to."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, tzinfo

from onboarding.intervals.store import interval_store
from onboarding.intervals.store.times import date_of, minutes_of


@dataclass(frozen=True, slots=True)
class DayEnergy:
    """The net energy of a local day in kWh, and of how many intervals it is the sum."""

    kwh: float
    intervals: int


def daily_energy(series: int, start: datetime, end: datetime, zone: tzinfo) -> Mapping[date, DayEnergy]:
    """By local day, over start <= interval < end. One query for each time that the clocks have in between."""
    days: dict[date, DayEnergy] = {}
    for begin, until, offset in _stretches(start, end, zone):
        for day, kwh, count in interval_store().daily(series, minutes_of(begin), minutes_of(until), offset=offset):
            before = days.get(date_of(day), DayEnergy(0.0, 0))
            days[date_of(day)] = DayEnergy(before.kwh + kwh, before.intervals + count)
    return days


def _stretches(start: datetime, end: datetime, zone: tzinfo) -> list[tuple[datetime, datetime, int]]:
    """The stretches in which the clocks are the same, with how many minutes they are ahead of UTC."""
    stretches: list[tuple[datetime, datetime, int]] = []
    begin = start.astimezone(UTC)
    while begin < end:
        until = min(_change_after(begin, end, zone), end.astimezone(UTC))
        stretches.append((begin, until, _offset(begin, zone)))
        begin = until
    return stretches


def _change_after(begin: datetime, end: datetime, zone: tzinfo) -> datetime:
    """The next hour at which the clocks change, else the end. Clocks change at a full hour of UTC in all our zones."""
    offset = _offset(begin, zone)
    day = begin
    while day < end and _offset(min(day + timedelta(days=1), end), zone) == offset:
        day += timedelta(days=1)
    if day >= end:
        return end.astimezone(UTC)
    hour = day.replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)
    while hour < end and _offset(hour, zone) == offset:
        hour += timedelta(hours=1)
    return hour


def _offset(at: datetime, zone: tzinfo) -> int:
    offset = at.astimezone(zone).utcoffset()
    assert offset is not None
    return int(offset / timedelta(minutes=1))
