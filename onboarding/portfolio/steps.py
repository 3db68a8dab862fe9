"""How far a meter has come in one program, and what is to come: created, eligible, active, end of the season."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from django.utils.timezone import localtime

from onboarding.meters.models import EnrollmentStatus, Meter
from onboarding.portfolio.cards import ProgramCard
from portal.events.models import Event
from portal.web.clock import day_text
from portal.web.days import begin_text, deadline_text, last_day_text


@dataclass(frozen=True, slots=True)
class Step:
    """One step. state: "done", "current" (what is, or is waited for) or "todo". detail: since or until when."""

    label: str
    state: str
    detail: str


def steps_of(card: ProgramCard, meter: Meter, eligible_since: Mapping[str, datetime]) -> list[Step]:
    """The four steps of a meter in a program: what was, by the clock of the page, and what will be, by that of the
    program. None for a meter that takes no part.

    eligible_since: by program, where it is known.
    """
    status = card.status
    if status == EnrollmentStatus.NOT_PARTICIPATING:
        return []
    reached = {EnrollmentStatus.ELIGIBLE: 2, EnrollmentStatus.ACTIVE: 2}.get(status, 1)
    states = ["done"] * reached + ["current"] + ["todo"] * (3 - reached)
    since = eligible_since.get(card.program.identifier) if reached == 2 else None
    eligible = day_text(localtime(since)) if since else "" if reached == 2 else _wanted(card)
    details = (day_text(localtime(meter.created_at)), eligible, _active(card), _ends(card))
    labels = ("Created", "Eligible", "Active", "Season ends")
    return [Step(*step) for step in zip(labels, states, details, strict=True)]


def eligible_since(events: Iterable[Event]) -> dict[str, datetime]:
    """Since when a meter is eligible, by program. events: the meter's, newest first."""
    since: dict[str, datetime] = {}
    for event in events:
        if event.verb == "meter.enrollment_changed" and event.erased_at is None:
            _, now = event.data["changes"]["enrollment_status"]
            if now == EnrollmentStatus.ELIGIBLE:
                since.setdefault(event.data["program"], event.at)
    return since


def _wanted(card: ProgramCard) -> str:
    """By when it has to be eligible, or who makes it so."""
    if card.status == EnrollmentStatus.PENDING:
        return "Under review by Leap"
    return deadline_text(card.ahead.accepted_until) if card.ahead else ""


def _active(card: ProgramCard) -> str:
    activated = card.activated
    if activated and activated.activation:
        word = "Since" if card.status == EnrollmentStatus.ACTIVE else "From"
        return f"{word} {begin_text(activated.activation.active_from.astimezone(card.program.zone))}"
    if card.status == EnrollmentStatus.ELIGIBLE and card.expected_at:
        return f"Expected {begin_text(card.expected_at)}"
    return f"Earliest {begin_text(card.ahead.activation_at)}" if card.ahead else "No date known"


def _ends(card: ProgramCard) -> str:
    """The last day of the season in which it is or will be active."""
    period = card.activated.period if card.activated else card.result.leading
    return last_day_text(period.ends_at) if period else "No season known"
