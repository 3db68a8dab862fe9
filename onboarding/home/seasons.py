"""A partner's seasons: each program in which it has meters, how far they have come, and what is next."""

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

from django.urls import reverse

from onboarding.enrollment.rules import ProgramRules, rules_of
from onboarding.portfolio.cards import Ahead, ahead_of, without_deadline
from onboarding.portfolio.overview.capacity import Capacity
from onboarding.portfolio.overview.counts import Counts, StatusCounts
from onboarding.portfolio.overview.trend import TONES
from portal.web import clock
from portal.web.charts import Part, Tone, bar_parts
from portal.web.days import season_text
from programs.models import Acts


@dataclass(frozen=True, slots=True)
class Step:
    """A status with its count, and the list of these meters."""

    label: str
    tone: Tone
    count: int
    url: str


@dataclass(frozen=True, slots=True)
class Season:
    """One program on the home page. months, code: of the delivery period ahead; "" when none is known.

    ahead: its next deadline; None when none is ahead, and without says why. capacity: None before it was counted.
    """

    program: ProgramRules
    months: str
    code: str
    counts: StatusCounts
    steps: list[Step]
    parts: list[Part]
    capacity: Capacity | None
    ahead: Ahead | None
    without: str
    url: str
    to_complete_url: str


def seasons_of(counts: Counts, capacities: Mapping[int | None, Capacity]) -> list[Season]:
    """The programs that have meters: the soonest deadline first, then those without one by name. No queries."""
    seasons = [
        _season(rules, counts.programs[rules.pk], capacities.get(rules.pk))
        for rules in rules_of().values()
        if rules.pk in counts.programs
    ]
    return sorted(
        seasons, key=lambda one: (one.ahead is None, one.ahead and one.ahead.accepted_until, one.program.name)
    )


def _season(rules: ProgramRules, counts: StatusCounts, capacity: Capacity | None) -> Season:
    now = clock.now()
    period = rules.leading_period(now)
    ahead = ahead_of(rules, now)
    list_url, program = reverse("meters"), {"program": rules.identifier}
    steps = [
        Step(status.label, tone, counts.by_status[status], f"{list_url}?{urlencode({**program, 'status': status})}")
        for status, tone in TONES.items()
    ]
    return Season(
        rules,
        season_text(period.starts_at, period.ends_at) if period else "",
        period.name if period else "",
        counts,
        steps,
        bar_parts(
            counts.created, [(step.tone, step.count, f"{step.count:,} {step.label.lower()}") for step in steps[:3]]
        ),
        capacity,
        ahead,
        "" if ahead else without_deadline(rules, now),
        f"{list_url}?{urlencode(program)}",
        f"{list_url}?{urlencode({**program, 'acts': Acts.PARTNER})}",
    )
