"""What is allowed and seldom meant: said before it is saved, on the page that asks."""

from collections.abc import Iterable
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from django.utils.text import get_text_list

from portal.web.days import begin_text, deadline_text, is_midnight, period_end_text, zone_text
from programs.models import Deadline, DeliveryPeriod, PassedDeadline, Program


def overlaps(periods: Iterable[DeliveryPeriod]) -> list[str]:
    """The other periods that run at the same time as these ones; each pair once."""
    pairs = {
        tuple(sorted((period, other), key=lambda one: (one.starts_at, one.name)))
        for period in periods
        for other in period.overlapping()
    }
    return sorted(
        f"{first.name} ({first.days_text}) and {second.name} ({second.days_text}) run at the same time."
        for first, second in pairs
    )


def change_of_zone(program: Program, before: ZoneInfo, *, keeps_days: bool) -> list[str]:
    """What becomes of the dates of a program whose time zone changes; nothing for one without dates."""
    periods = list(DeliveryPeriod.objects.filter(program=program).order_by("starts_at"))
    deadlines = list(Deadline.objects.filter(period__program=program).order_by("deadline_at"))
    if not periods:
        return []
    how_many = get_text_list([_count(len(periods), "delivery period"), _count(len(deadlines), "deadline")], "and")
    changes = f"The time zone changes from {zone_text(before.key)} to {zone_text(program.time_zone)}."
    if keeps_days:
        return [f"{changes} Dates to come move to the same local days and times in the new zone; passed ones stay."]
    moments = [at for one in periods for at in (one.starts_at, one.ends_at)]
    moments += [at for line in deadlines for at in (line.deadline_at, line.activation_at)]
    broken = sum(is_midnight(at, before) and not is_midnight(at, program.zone) for at in moments)
    kept = f"{how_many} keep their moments; {broken} of {len(moments)} dates will no longer be local midnights."
    example = _example(periods[-1], deadlines[-1:], before, program.zone)
    return [f"{changes} {kept} {example} To move them instead, go back and select “Keep the local days”."]


def change_of_program(period: DeliveryPeriod, before: ZoneInfo) -> list[str]:
    """What becomes of the dates of a period that goes to a program of another time zone."""
    if before.key == period.program.time_zone:
        return []
    zones = f"{zone_text(before.key)}, {period.program} is in {zone_text(period.program.time_zone)}"
    example = _example(period, list(period.deadlines.all()[:1]), before, period.program.zone)
    return [f"The period was in {zones}. Days that you did not change keep their moments. {example}"]


def changes_of_passed(forms: Iterable[Any]) -> list[str]:
    """That a deadline which is moved, changed or deleted has passed: the meters that made it keep its activation."""
    said = []
    for form in forms:
        deletes = bool(form.cleaned_data.get("DELETE"))
        before = form.initial.get("deadline_at")
        if before and (deletes or {"deadline_at", "activation_at"} & {*form.changed_data}):
            period = form.instance.period
            passed = PassedDeadline.objects.filter(period=period, deadline_at=before).first()
            said += [_of_passed(passed, period.program.zone)] if passed else []
    return said


def _of_passed(passed: PassedDeadline, zone: ZoneInfo) -> str:
    until = deadline_text(passed.accepted_until.astimezone(zone), date.min)
    active = begin_text(passed.activation_at.astimezone(zone))
    return (
        f"The deadline {until} has passed. Meters that made it stay expected active from {active}. "
        "To change that, open Passed deadlines and record it again."
    )


def _example(period: DeliveryPeriod, deadlines: list[Deadline], before: ZoneInfo, after: ZoneInfo) -> str:
    def said(zone: ZoneInfo) -> str:
        if deadlines:
            return deadline_text(deadlines[0].deadline_at.astimezone(zone), date.min)
        return f"ends {period_end_text(period.ends_at.astimezone(zone))}"

    name = deadlines[0].period.name if deadlines else period.name
    return f"For example, in {name}: “{said(before)}” becomes “{said(after)}”."


def _count(number: int, what: str) -> str:
    return f"{number:,} {what}" if number == 1 else f"{number:,} {what}s"
