"""From the times in which a meter is out, and a request, to the times in which it is out afterwards. Pure."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from onboarding.enrollment.facts import OutPeriod
from onboarding.enrollment.models import Preference
from portal.problems import Problem, shown
from portal.web.clock import day_text, last_day_before, local_day, midnight

LONGEST_REASON: Final = 300
_DAY = timedelta(days=1)
_YEARS: Final = range(2000, 2100)


@dataclass(frozen=True, slots=True)
class ParticipationRequest:
    """What somebody wants of a meter, in days as they are where the meter is.

    IDLE: out from the first day to the last, both included. DISENROLL: out from the first day on. PARTICIPATE: not out
    from the first day on; without one, from today on.
    """

    preference: Preference
    first: date | None = None
    last: date | None = None
    reason: str = ""

    def as_json(self) -> dict[str, str]:
        days = {"from": self.first, "to": self.last}
        return {
            "preference": self.preference.value,
            **{name: day.isoformat() for name, day in days.items() if day},
            **({"reason": self.reason} if self.reason else {}),
        }

    @classmethod
    def from_json(cls, data: Mapping[str, str]) -> "ParticipationRequest":
        first, last = (date.fromisoformat(data[name]) if data.get(name) else None for name in ("from", "to"))
        return cls(Preference(data["preference"]), first, last, data.get("reason", ""))


# --- days and moments


def today_in(zone: ZoneInfo, now: datetime) -> date:
    return local_day(now, zone)


def begins(day: date, zone: ZoneInfo) -> datetime:
    """The moment, in UTC, at which a day begins there."""
    return midnight(day, zone).astimezone(UTC)


def days_of(out: OutPeriod, zone: ZoneInfo) -> tuple[date, date | None]:
    """The first and the last local day of a period out; None when it has no end."""
    return local_day(out.starts_at, zone), last_day_before(out.ends_at, zone) if out.ends_at else None


def window(request: ParticipationRequest, zone: ZoneInfo, now: datetime) -> tuple[datetime, datetime | None]:
    """The moments between which a request holds."""
    start = begins(request.first or today_in(zone, now), zone)
    return start, begins(request.last + _DAY, zone) if request.preference == Preference.IDLE and request.last else None


# --- checking a request


def unclear(request: ParticipationRequest) -> Iterator[Problem]:
    """What is wrong with a request, whatever meter it is for."""
    if request.preference != Preference.PARTICIPATE and request.first is None:
        yield _day_missing("first", "The first day" if request.preference == Preference.IDLE else "The day")
    if request.preference == Preference.IDLE and request.last is None:
        yield _day_missing("last", "The last day")
    if request.preference != Preference.IDLE and request.last is not None:
        yield Problem("PARTICIPATION_DAY_NOT_USED", "last", request.last.isoformat(), {"label": "The last day"})
    too_far = [
        named_day
        for named_day in (("first", request.first), ("last", request.last))
        if named_day[1] and named_day[1].year not in _YEARS
    ]
    for name, day in too_far:
        yield Problem("PARTICIPATION_DAY_TOO_FAR", name, str(day), {"label": f"The {name} day"})
    if request.first and request.last and request.preference == Preference.IDLE and request.last < request.first:
        begins = {"first": day_text(request.first)}
        yield Problem("IDLE_ENDS_BEFORE_IT_BEGINS", "last", request.last.isoformat(), begins)
    if request.preference == Preference.DISENROLL and not request.reason:
        yield Problem("DISENROLL_NEEDS_REASON", "reason")
    if len(request.reason) > LONGEST_REASON:
        facts = {"count": len(request.reason), "most": LONGEST_REASON}
        yield Problem("PARTICIPATION_REASON_TOO_LONG", "reason", shown(request.reason), facts)


def _day_missing(name: str, label: str) -> Problem:
    return Problem("PARTICIPATION_DAY_MISSING", name, "", {"label": label, "example": "2027-05-31"})


def untimely(request: ParticipationRequest, zone: ZoneInfo, now: datetime) -> Iterator[Problem]:
    """The problems of a clear request that depend on today's date where the meter is."""
    today = today_in(zone, now)
    facts = {"today": day_text(today), "tomorrow": day_text(today + _DAY)}
    first, last = request.first, request.last
    if request.preference == Preference.IDLE and last is not None and last < today:
        yield Problem("IDLE_IS_OVER", "last", last.isoformat(), facts)
    if request.preference == Preference.DISENROLL and first is not None and first <= today:
        yield Problem("DISENROLL_NOT_IN_FUTURE", "first", first.isoformat(), facts)
    if request.preference == Preference.PARTICIPATE and first is not None and first < today:
        yield Problem("PARTICIPATE_IN_PAST", "first", first.isoformat(), facts)


# --- carrying it out


def after(
    periods: Iterable[OutPeriod], request: ParticipationRequest, zone: ZoneInfo, now: datetime
) -> list[OutPeriod]:
    """The times in which the meter is out once a request holds; never overlapping, in order.

    Periods outside the request's days stay. Inside them an idle time cuts and splits whatever is there; disenrolling
    and taking part hold from their day on. A meter that is disenrolled by then already stays as it is. Repeating a
    request has no effect.
    """
    start, end = window(request, zone, now)
    present = sorted(periods, key=lambda one: one.starts_at)
    if request.preference == Preference.PARTICIPATE:
        return _without(present, start, None)
    if request.preference == Preference.DISENROLL and any(
        period.preference == Preference.DISENROLL and period.ends_at is None and period.starts_at <= start
        for period in present
    ):
        return present
    requested = OutPeriod(request.preference.value, start, end, request.reason)
    return sorted([*_without(present, start, end), requested], key=lambda one: one.starts_at)


def _without(periods: Iterable[OutPeriod], start: datetime, end: datetime | None) -> list[OutPeriod]:
    """The parts of periods that lie before a moment, and from another on if there is one."""
    left = []
    for period in periods:
        if period.starts_at < start:
            ends = start if period.ends_at is None else min(period.ends_at, start)
            left.append(replace(period, ends_at=ends))
        if end is not None and (period.ends_at is None or period.ends_at > end):
            cut = period.starts_at < end
            wished_from = (period.wished_from or period.starts_at) if cut else period.wished_from
            left.append(replace(period, starts_at=max(period.starts_at, end), wished_from=wished_from))
    return left


def overridden(
    before: Iterable[OutPeriod], afterwards: Iterable[OutPeriod], request: ParticipationRequest
) -> list[OutPeriod]:
    """The periods that a new one cut, split or replaced; none for taking part again, which is meant to end them."""
    kept = set(afterwards)
    return [] if request.preference == Preference.PARTICIPATE else [one for one in before if one not in kept]
