"""Taking back what events did to the times in which a meter is out: how it was known at a moment in the past."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from onboarding.enrollment.facts import OutPeriod
from onboarding.enrollment.models import Preference
from onboarding.enrollment.past import takes_back
from onboarding.participation.domain import VERBS
from portal.events.models import Event
from portal.web.clock import midnight

_PREFERENCES = {verb: preference for preference, verb in VERBS.items()}


@takes_back(*VERBS.values())
def before_request(periods: Sequence[OutPeriod], event: Event) -> list[OutPeriod]:
    """The periods out before a request: those that it overrode have their own days again."""
    zone = ZoneInfo(event.data["zone"])
    overridden = [_period(told["preference"], told, zone) for told in event.data.get("gave_way", ())]
    asked = _period(_PREFERENCES[event.verb], event.data, zone)
    left = [period for period in periods if not any(_meet(period, other) for other in (asked, *overridden))]
    return sorted([*left, *overridden], key=lambda period: period.starts_at)


@takes_back("meter.idle_removed")
def before_removal(periods: Sequence[OutPeriod], event: Event) -> list[OutPeriod]:
    """The periods out before an idle time was taken back."""
    idle = _period(Preference.IDLE, event.data, ZoneInfo(event.data["zone"]))
    return sorted([*_cut(periods, idle), idle], key=lambda period: period.starts_at)


def _period(preference: str, days: Mapping[str, Any], zone: ZoneInfo) -> OutPeriod:
    start = midnight(date.fromisoformat(days["from"]), zone)
    end = midnight(date.fromisoformat(days["to"]) + timedelta(days=1), zone) if days.get("to") else None
    return OutPeriod(preference, start, end, days.get("reason", ""))


def _meet(period: OutPeriod, other: OutPeriod) -> bool:
    begins = other.ends_at is None or period.starts_at < other.ends_at
    return begins and (period.ends_at is None or other.starts_at < period.ends_at)


def _cut(periods: Iterable[OutPeriod], idle: OutPeriod) -> list[OutPeriod]:
    """The periods beside an idle time: what lies in it is its own."""
    cut = []
    for period in periods:
        if not _meet(period, idle):
            cut.append(period)
            continue
        if period.starts_at < idle.starts_at:
            cut.append(OutPeriod(period.preference, period.starts_at, idle.starts_at, period.reason))
        if idle.ends_at and (period.ends_at is None or period.ends_at > idle.ends_at):
            cut.append(OutPeriod(period.preference, idle.ends_at, period.ends_at, period.reason))
    return cut
