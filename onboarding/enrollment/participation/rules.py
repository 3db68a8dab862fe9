"""From the times in which a meter is out, and a wish, to the times in which it is out afterwards. Pure."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from onboarding.enrollment.facts import TimeOut
from onboarding.enrollment.models import Preference
from portal.problems import Problem, shown
from programs.deadlines import midnight

LONGEST_REASON: Final = 300
_DAY = timedelta(days=1)
_YEARS: Final = range(2000, 2100)


@dataclass(frozen=True, slots=True)
class Wish:
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
    def from_json(cls, data: Mapping[str, Any]) -> "Wish":
        first, last = (date.fromisoformat(data[name]) if data.get(name) else None for name in ("from", "to"))
        return cls(Preference(data["preference"]), first, last, data.get("reason", ""))


# --- days and moments


def today_in(zone: ZoneInfo, now: datetime) -> date:
    return now.astimezone(zone).date()


def begins(day: date, zone: ZoneInfo) -> datetime:
    """The moment, in UTC, at which a day begins there."""
    return midnight(day, zone).astimezone(UTC)


def days_of(out: TimeOut, zone: ZoneInfo) -> tuple[date, date | None]:
    """The first and the last local day of a time-out; None when it has no end."""
    first = out.starts_at.astimezone(zone).date()
    return first, (out.ends_at.astimezone(zone) - timedelta(microseconds=1)).date() if out.ends_at else None


def window(wish: Wish, zone: ZoneInfo, now: datetime) -> tuple[datetime, datetime | None]:
    """The moments between which a wish holds."""
    start = begins(wish.first or today_in(zone, now), zone)
    return start, begins(wish.last + _DAY, zone) if wish.preference == Preference.IDLE and wish.last else None


# --- judging a wish


def unclear(wish: Wish) -> Iterator[Problem]:
    """What is wrong with a wish, whatever meter it is for."""
    if wish.preference != Preference.PARTICIPATE and wish.first is None:
        yield _day_missing("first", "The first day" if wish.preference == Preference.IDLE else "The day")
    if wish.preference == Preference.IDLE and wish.last is None:
        yield _day_missing("last", "The last day")
    if wish.preference != Preference.IDLE and wish.last is not None:
        yield Problem("PARTICIPATION_DAY_NOT_USED", "last", wish.last.isoformat(), {"label": "The last day"})
    too_far = [one for one in (("first", wish.first), ("last", wish.last)) if one[1] and one[1].year not in _YEARS]
    for name, day in too_far:
        yield Problem("PARTICIPATION_DAY_TOO_FAR", name, str(day), {"label": f"The {name} day"})
    if wish.first and wish.last and wish.preference == Preference.IDLE and wish.last < wish.first:
        first = wish.first.isoformat()
        yield Problem("IDLE_ENDS_BEFORE_IT_BEGINS", "last", wish.last.isoformat(), {"first": first})
    if wish.preference == Preference.DISENROLL and not wish.reason:
        yield Problem("DISENROLL_NEEDS_REASON", "reason")
    if len(wish.reason) > LONGEST_REASON:
        facts = {"count": len(wish.reason), "most": LONGEST_REASON}
        yield Problem("PARTICIPATION_REASON_TOO_LONG", "reason", shown(wish.reason), facts)


def _day_missing(name: str, label: str) -> Problem:
    return Problem("PARTICIPATION_DAY_MISSING", name, "", {"label": label, "example": "2027-05-31"})


def untimely(wish: Wish, zone: ZoneInfo, now: datetime) -> Iterator[Problem]:
    """What today, where the meter is, has against a wish that is clear."""
    today = today_in(zone, now)
    facts = {"today": today.isoformat(), "tomorrow": (today + _DAY).isoformat()}
    first, last = wish.first, wish.last
    if wish.preference == Preference.IDLE and last is not None and last < today:
        yield Problem("IDLE_IS_OVER", "last", last.isoformat(), facts)
    if wish.preference == Preference.DISENROLL and first is not None and first <= today:
        yield Problem("DISENROLL_NOT_IN_FUTURE", "first", first.isoformat(), facts)
    if wish.preference == Preference.PARTICIPATE and first is not None and first < today:
        yield Problem("PARTICIPATE_IN_PAST", "first", first.isoformat(), facts)


# --- carrying it out


def after(outs: Iterable[TimeOut], wish: Wish, zone: ZoneInfo, now: datetime) -> list[TimeOut]:
    """The times in which the meter is out once a wish holds; never overlapping, in order. Twice has one effect.

    What stands outside the wish's days stays. Inside them an idle time cuts and splits whatever is there; disenrolling
    and taking part rule from their day on. A meter that is disenrolled by then already stays as it is.
    """
    start, end = window(wish, zone, now)
    present = sorted(outs, key=lambda one: one.starts_at)
    if wish.preference == Preference.PARTICIPATE:
        return _without(present, start, None)
    if wish.preference == Preference.DISENROLL and any(
        one.preference == Preference.DISENROLL and one.ends_at is None and one.starts_at <= start for one in present
    ):
        return present
    wished = TimeOut(wish.preference.value, start, end, wish.reason)
    return sorted([*_without(present, start, end), wished], key=lambda one: one.starts_at)


def _without(outs: Iterable[TimeOut], start: datetime, end: datetime | None) -> list[TimeOut]:
    """The parts of time-outs that lie before a moment, and from another on if there is one."""
    left = []
    for one in outs:
        if one.starts_at < start:
            ends = start if one.ends_at is None else min(one.ends_at, start)
            left.append(replace(one, ends_at=ends))
        if end is not None and (one.ends_at is None or one.ends_at > end):
            cut = one.starts_at < end
            wished = (one.wished_from or one.starts_at) if cut else one.wished_from
            left.append(replace(one, starts_at=max(one.starts_at, end), wished_from=wished))
    return left


def gave_way(before: Iterable[TimeOut], afterwards: Iterable[TimeOut], wish: Wish) -> list[TimeOut]:
    """The time-outs that a new one cut, split or replaced. Whoever takes part again wants just that: then none."""
    kept = set(afterwards)
    return [] if wish.preference == Preference.PARTICIPATE else [one for one in before if one not in kept]
