"""Named reads of programs for evaluation, and of how meters stand."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone

from onboarding.enrollment.evaluate import ProgramStanding, explain
from onboarding.enrollment.load import facts_of
from onboarding.enrollment.rules import rules_of
from onboarding.meters.models import Meter
from programs.schema import schema_for


@dataclass(frozen=True, slots=True)
class NextActivation:
    """The next deadline of a program that can still be made, and the activation that it leads to; local times."""

    deadline_at: datetime
    activation_at: datetime


def next_activations(identifiers: Collection[str], now: datetime | None = None) -> dict[str, NextActivation]:
    """By program identifier; a program without a deadline ahead has none."""
    at, found = now or timezone.now(), {}
    for name, rules in rules_of(identifiers).items() if identifiers else ():
        period = rules.leading_period(at)
        deadline = period.next_deadline(at) if period else None
        if deadline:
            found[name] = NextActivation(deadline.accepted_until, deadline.activation_at)
    return found


def standings_of(meter: Meter, at: datetime | None = None) -> list[ProgramStanding]:
    """A meter in every program that looks at meters of its region and type, and in those that it is meant for.

    Those that it is meant for come first, then by name.
    """
    now = at or timezone.now()
    rules = rules_of()
    facts = facts_of([meter], rules)[meter.pk]
    looked_at = [
        program
        for name, program in rules.items()
        if name in facts.wanted
        or (program.takes(meter.transmission_region, meter.meter_type) and program.source.applies(program.day_of(now)))
    ]
    schema = schema_for(rules)
    found = [explain(facts, program, schema, now) for program in looked_at]
    return sorted(found, key=lambda one: (not one.is_wanted, one.program.name))
