"""The calendar as a picture: the year ahead, with each program's seasons and deadlines from left to right."""

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from itertools import groupby

from django.urls import reverse

from onboarding.calendar.queries import Happening, Kind
from portal.web.charts import Lane, Span, Stretch, Strip, Tone
from portal.web.days import deadline_text, season_text

NEXT_SHOWN = 3


def year_of(happenings: Iterable[Happening], today: date) -> Strip:
    """A lane for each program that has a date in the twelve months from this one on, by name. happenings: also past
    ones, since a season that has begun is shown."""
    first = today.replace(day=1)
    span = Span(first, first.replace(year=first.year + 1) - timedelta(days=1))
    by_program = sorted(happenings, key=lambda one: (one.program.name, one.program.identifier))
    lanes = [_lane(span, list(mine)) for _, mine in groupby(by_program, key=lambda one: one.program.pk)]
    shown = [lane for lane in lanes if lane.parts or lane.marks]
    text = "Bars are seasons, circles are enrollment deadlines, and the line is today."
    return span.strip(title="The year ahead", text=text, lanes=shown, today=today)


def _lane(span: Span, happenings: Sequence[Happening]) -> Lane:
    program = happenings[0].program
    seasons = []
    for _, both in groupby(sorted(happenings, key=lambda one: one.period.pk), key=lambda one: one.period.pk):
        days = {one.kind: one for one in both if one.kind in (Kind.BEGINS, Kind.ENDS)}
        begin, end = days[Kind.BEGINS], days[Kind.ENDS]
        seasons.append(Stretch(begin.on, end.on, Tone.ACCENT, season_text(begin.at, end.at)))
    deadlines = [one for one in happenings if one.kind is Kind.DEADLINE]
    ahead = next((one for one in deadlines if one.deadline and one.deadline.is_next), None)
    return span.lane(
        program.name,
        seasons,
        days=[(one.on, f"Enroll {deadline_text(one.at)}") for one in deadlines],
        text=f"Enroll {deadline_text(ahead.at)}" if ahead else "",
        url=reverse("program", args=[program.identifier]),
    )


def next_deadlines(upcoming: Iterable[Happening]) -> list[Happening]:
    """The soonest deadlines ahead, one for each program."""
    ahead = [one for one in upcoming if one.kind is Kind.DEADLINE and one.deadline and one.deadline.is_next]
    return ahead[:NEXT_SHOWN]
