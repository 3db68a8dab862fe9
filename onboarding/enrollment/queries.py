"""Named reads: the next activations of programs, and the results and participation of meters."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db.models import QuerySet

from onboarding.enrollment.evaluate import ProgramResult, explain
from onboarding.enrollment.facts import MeterFacts, OutPeriod
from onboarding.enrollment.load import facts_of, facts_then
from onboarding.enrollment.models import Preference
from onboarding.enrollment.rules import RulesOfMoment, rules_at, rules_now, rules_of
from onboarding.meters.columns import Asset
from onboarding.meters.models import Meter
from portal.web import clock
from portal.web.clock import day_text, last_day_before, local_day
from programs.models.past import recorded_since


@dataclass(frozen=True, slots=True)
class NextActivation:
    """The next deadline of a program that can still be made, and the activation that it leads to; local times."""

    deadline_at: datetime
    activation_at: datetime


def next_activations(identifiers: Collection[str], now: datetime | None = None) -> dict[str, NextActivation]:
    """By program identifier; a program has none without a deadline ahead, or when a season before it is unknown."""
    at, activations = now or clock.now(), {}
    for name, rules in rules_of(identifiers).items() if identifiers else ():
        period = rules.leading_period(at)
        deadline = period.next_deadline(at) if period else None
        if deadline and not rules.unknown_before(period, at, ""):
            activations[name] = NextActivation(deadline.accepted_until, deadline.activation_at)
    return activations


@dataclass(frozen=True, slots=True)
class MeterAt:
    """A meter at a moment: what it held, and how it stood in every program.

    results: those that it was meant for first, then by name. out_periods: when it takes no part. untold: of a moment in
    the past, what cannot be told as it was, as code and sentence.
    """

    asset: Asset
    results: Sequence[ProgramResult]
    out_periods: Sequence[OutPeriod]
    untold: Sequence[tuple[str, str]] = ()


def program_results_of(meter: Meter, at: datetime | None = None) -> Sequence[ProgramResult]:
    """One meter in its programs, with every check that was made; see `meters_at_moment`."""
    return meters_at_moment([meter], at, passed=True)[meter.pk].results


def program_results_of_all(
    meters: Sequence[Meter], at: datetime | None = None, *, passed: bool = False
) -> dict[UUID, Sequence[ProgramResult]]:
    """Meters of one partner in their programs; see `meters_at_moment`."""
    return {pk: view.results for pk, view in meters_at_moment(meters, at, passed=passed).items()}


def meters_at_moment(
    meters: Sequence[Meter], at: datetime | None = None, *, passed: bool = False
) -> dict[UUID, MeterAt]:
    """Meters of one partner in every program that looks at meters of their region and type, or that they are meant for.

    A moment in the past is answered by the rules, values and programs of that moment; one to come by those of the
    present. passed: include the checks that hold.
    """
    present = clock.now()
    now = at or present
    if now >= present:
        then = rules_now()
        facts, untold = facts_of(meters, then.rules, then.schema, now), []
    else:
        then = rules_at(now)
        facts, untold = facts_then(meters, then, now), _untold_rules(now)
    return {
        meter.pk: MeterAt(
            dict(facts[meter.pk].asset),
            _results(facts[meter.pk], then, now, passed=passed),
            facts[meter.pk].out_periods,
            [*untold, *_untold_values(meter, facts[meter.pk], now)] if now < present else (),
        )
        for meter in meters
    }


def _results(facts: MeterFacts, then: RulesOfMoment, now: datetime, *, passed: bool) -> list[ProgramResult]:
    region, meter_type = facts.asset["transmission_region"], facts.asset["meter_type"]
    looked_at = [
        program
        for name, program in then.rules.items()
        if name in facts.wanted or (program.takes(region, meter_type) and program.source.applies(program.day_of(now)))
    ]
    results = [explain(facts, program, then.schema, now, passed=passed) for program in looked_at]
    return sorted(results, key=lambda one: (not one.is_wanted, one.program.name))


def _untold_rules(at: datetime) -> list[tuple[str, str]]:
    """What is not known of the rules of a moment."""
    first = recorded_since()
    if first is None or first <= at:
        return []
    day = day_text(first.date())
    return [("rules", f"We have program rules starting {day} (UTC). This uses the earliest ones.")]


_LOST = {
    "values": "Earlier field values were erased. This uses the meter’s current values.",
    "programs": "Earlier programs were erased. This uses the meter’s current programs.",
    "participation": "Earlier time-outs were erased. This uses the current ones.",
}


def _untold_values(meter: Meter, facts: MeterFacts, at: datetime) -> list[tuple[str, str]]:
    """What is not known of the meter at a moment."""
    untold = [(what, _LOST[what]) for what in facts.lost]
    if meter.created_at > at:
        day = day_text(meter.created_at.date())
        untold.append(("meter", f"The meter was created on {day} (UTC). This uses its first values."))
    return untold


def meters_of_customer(meter: Meter) -> QuerySet[Meter]:
    """The partner's other meters with the same account at the same utility; none when the meter names no account."""
    if not meter.account_key:
        return Meter.objects.none()
    same = Meter.objects.filter(
        partner=meter.partner_id, account_key=meter.account_key, utility_name=meter.utility_name
    )
    return same.exclude(pk=meter.pk).order_by("partner_reference")


@dataclass(frozen=True, slots=True)
class Participation:
    """A stretch of time with what the partner wants of a meter in it; ends_at is None when it has no end."""

    preference: Preference
    starts_at: datetime
    ends_at: datetime | None
    reason: str = ""

    def days_in(self, zone: ZoneInfo) -> tuple[date, date | None]:
        """The first and the last day of it there; None when it has no end."""
        return local_day(self.starts_at, zone), last_day_before(self.ends_at, zone) if self.ends_at else None


def participation_of(meter: Meter, out_periods: Iterable[OutPeriod]) -> list[Participation]:
    """A meter's participation from its creation on, without gaps: the periods in which it is out, and those between."""
    stretches: list[Participation] = []
    reached: datetime | None = meter.created_at
    for out in sorted(out_periods, key=lambda one: one.starts_at):
        if reached is not None and out.starts_at > reached:
            stretches.append(Participation(Preference.PARTICIPATE, reached, out.starts_at))
        since = max(out.starts_at, meter.created_at)
        if out.ends_at is None or out.ends_at > since:
            stretches.append(Participation(Preference(out.preference), since, out.ends_at, out.reason))
        reached = out.ends_at
    if reached is not None:
        stretches.append(Participation(Preference.PARTICIPATE, reached, None))
    return stretches
