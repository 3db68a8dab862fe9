"""Named reads of programs for evaluation."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from django.utils import timezone

from onboarding.enrollment.domain import ProgramFacts
from programs.models import Deadline, Program


@dataclass(frozen=True, slots=True)
class NextActivation:
    """The next deadline of a program that can still be made, and the activation that it leads to; local times."""

    deadline_at: datetime
    activation_at: datetime


def next_activations(identifiers: Collection[str], now: datetime | None = None) -> dict[str, NextActivation]:
    """By program identifier; a program without a deadline ahead has none."""
    deadlines = Deadline.objects.filter(
        period__program__identifier__in=identifiers, deadline_at__gt=now or timezone.now()
    ).order_by("deadline_at", "activation_at")
    found: dict[str, NextActivation] = {}
    for name, zone, deadline_at, activation_at in deadlines.values_list(
        "period__program__identifier", "period__program__time_zone", "deadline_at", "activation_at"
    ):
        here = ZoneInfo(zone)
        found.setdefault(name, NextActivation(deadline_at.astimezone(here), activation_at.astimezone(here)))
    return found


def program_facts(identifiers: Collection[str] = ()) -> dict[str, ProgramFacts]:
    """The facts of the named programs by identifier; of every program when none is named."""
    programs = Program.objects.prefetch_related("utilities")
    if identifiers:
        programs = programs.filter(identifier__in=identifiers)
    return {program.identifier: ProgramFacts.of(program) for program in programs}
