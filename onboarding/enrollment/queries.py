"""Named reads: the next activations of programs, and the results and participation of meters."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db.models import QuerySet

from onboarding.enrollment.evaluate import ProgramResult, explain
from onboarding.enrollment.load import facts_of
from onboarding.enrollment.models import ParticipationPeriod, Preference
from onboarding.enrollment.rules import rules_of
from onboarding.meters.models import Meter
from portal.web import clock
from portal.web.clock import last_day_before, local_day
from programs.schema import schema_for


@dataclass(frozen=True, slots=True)
class NextActivation:
    """The next deadline of a program that can still be made, and the activation that it leads to; local times."""

    deadline_at: datetime
    activation_at: datetime


def next_activations(identifiers: Collection[str], now: datetime | None = None) -> dict[str, NextActivation]:
    """By program identifier; a program without a deadline ahead has none."""
    at, activations = now or clock.now(), {}
    for name, rules in rules_of(identifiers).items() if identifiers else ():
        period = rules.leading_period(at)
        deadline = period.next_deadline(at) if period else None
        if deadline:
            activations[name] = NextActivation(deadline.accepted_until, deadline.activation_at)
    return activations


def program_results_of(meter: Meter, at: datetime | None = None) -> list[ProgramResult]:
    """One meter in its programs, with every check that was made; see `program_results_of_all`."""
    return program_results_of_all([meter], at, passed=True)[meter.pk]


def program_results_of_all(
    meters: Sequence[Meter], at: datetime | None = None, *, passed: bool = False
) -> dict[UUID, list[ProgramResult]]:
    """Meters of one partner in every program that looks at meters of their region and type, or that they are meant for.

    By meter; those that it is meant for come first, then by name. passed: include the checks that hold.
    """
    now = at or clock.now()
    rules = rules_of()
    schema = schema_for(rules)
    results_by_meter = {}
    for pk, facts in facts_of(meters, rules, schema, now).items():
        region, meter_type = facts.asset["transmission_region"], facts.asset["meter_type"]
        looked_at = [
            program
            for name, program in rules.items()
            if name in facts.wanted
            or (program.takes(region, meter_type) and program.source.applies(program.day_of(now)))
        ]
        results = [explain(facts, program, schema, now, passed=passed) for program in looked_at]
        results_by_meter[pk] = sorted(results, key=lambda one: (not one.is_wanted, one.program.name))
    return results_by_meter


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


def participation_of(meter: Meter, out_periods: Iterable[ParticipationPeriod]) -> list[Participation]:
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
