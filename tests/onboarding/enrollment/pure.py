"""Programs, periods and facts for tests of the evaluation that need no database: Alpha in Los Angeles, and its year."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from onboarding.enrollment.checks import Moment
from onboarding.enrollment.facts import Activated, Held, MeterFacts, OutPeriod, Recorded
from onboarding.enrollment.rules import ActionDefinition, Exclusion, PeriodRules, ProgramRules, RecordedRule, Source
from programs.deadlines import DeadlineRule
from programs.models import ActionType, Boundary

LOS_ANGELES = ZoneInfo("America/Los_Angeles")
METER, OTHER_METER = UUID(int=1), UUID(int=2)
ASSET: dict[str, Any] = {
    "partner_reference": "m-1",
    "transmission_region": "CAISO",
    "customer_classification": "RESIDENTIAL",
    "meter_type": "DEVICE",
    "customer": {"state_or_province_code": "CA"},
    "utility": {"utility_name": "PGE"},
}
ACTIONS = {
    kind.value: ActionDefinition(kind.value, "leap" if kind.value.startswith("HAS_") else "partner", "", "", "PENDING")
    for kind in ActionType
}


def local(text: str) -> datetime:
    """A day or time in Los Angeles."""
    return datetime.fromisoformat(text).replace(tzinfo=LOS_ANGELES)


def deadline(until: str, activation: str) -> DeadlineRule:
    return DeadlineRule(local(until), local(until), local(activation))


def period(pk: int, first: str, end: str, *deadlines: DeadlineRule) -> PeriodRules:
    """From the first day to the midnight that ends it."""
    return PeriodRules(pk, f"period {pk}", local(first), local(end), local(end), deadlines)


_MARCH, _APRIL = deadline("2027-03-15", "2027-05-01"), deadline("2027-04-15", "2027-06-01")
SUMMER = period(7, "2027-05-01", "2027-11-01", _MARCH, _APRIL)


def program(**changes: Any) -> ProgramRules:
    about: dict[str, Any] = {
        "pk": 1,
        "identifier": "ALPHA",
        "name": "Alpha",
        "transmission_region": "CAISO",
        "meter_types": frozenset({"DEVICE"}),
        "states": frozenset({"CA"}),
        "utilities": frozenset(),
        "needs_authorization": False,
        "is_partner_created": True,
        "leaves_at": Boundary.PERIOD,
        "periods_ahead": 2,
        "zone": LOS_ANGELES,
        "source": Source("program ALPHA"),
        "periods": (SUMMER,),
        "recorded": (),
        "exclusions": (),
        "actions": ACTIONS,
    }
    return ProgramRules(**(about | changes))


def asks_for(kind: ActionType, **source: Any) -> RecordedRule:
    """An item that Leap has to find out for the program."""
    return RecordedRule(ACTIONS[kind.value], Source("check 1", **source))


def excludes(other: str = "BETA", **changes: Any) -> Exclusion:
    about: dict[str, Any] = {"utility": "", "classification": "", "path": "", "is_allowed": False, "note": ""}
    return Exclusion(other, source=Source("conflict 1", **changes.pop("source", {})), **(about | changes))


def moment(
    on: str = "2027-02-01", in_period: PeriodRules | None = SUMMER, *, is_ahead: bool = False, present: str = ""
) -> Moment:
    at, now = local(on), local(present or on)
    schema: Any = None  # nothing asks it
    is_closed = in_period is not None and in_period.is_closed(now)
    return Moment(at, at.date(), in_period, schema, is_ahead=is_ahead, present=now, is_closed=is_closed)


def facts(*, asset: Mapping[str, Any] = ASSET, **more: Any) -> MeterFacts:
    return MeterFacts(asset, **({"pk": METER} | more))


def recorded(kind: str, *, holds: bool = True, since: str = "2020-01-01", until: str = "", **more: Any) -> Recorded:
    about: dict[str, Any] = {"program": None, "period": None, "code": "", "note": "", "recorded_by": "Stef Staff"}
    return Recorded(kind, holds, valid_from=local(since), valid_to=local(until) if until else None, **(about | more))


def activated(since: str, until: str = "", in_period: int = 7) -> Activated:
    return Activated(in_period, local(since), local(until) if until else None, None, "")


def out(preference: str, since: str, until: str = "") -> OutPeriod:
    return OutPeriod(preference, local(since), local(until) if until else None, "")


def held(name: str = "BETA", *, since: str = "2026-01-01", number: int = 1, **changes: Any) -> Held:
    about: dict[str, Any] = {
        "meter": OTHER_METER,
        "reference": "m-2",
        "is_active": False,
        "since": (local(since), 0, number),
        "classification": "RESIDENTIAL",
        "asked_on": local("2027-02-01").date(),
    }
    return Held(name, **(about | changes))
