"""A meter in one program, as its page shows it: the status, who acts next, by when, and the checks behind it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from onboarding.enrollment.checks import Check, CheckOutcome, failing
from onboarding.enrollment.evaluate import PeriodResult, ProgramResult, action_definition, is_action, is_too_late
from onboarding.enrollment.facts import Activated
from onboarding.enrollment.rules import ProgramRules
from onboarding.meters.models import EnrollmentStatus
from programs.deadlines import days_left
from programs.models import ActionType, Acts

_NEVER = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Ahead:
    """The next activation that a meter can still reach: the deadline before it and the days left to that."""

    period: str
    deadline_at: datetime
    accepted_until: datetime
    activation_at: datetime
    days_left: int

    @property
    def left_text(self) -> str:
        return left_text(self.days_left)

    @property
    def rolls_over(self) -> bool:
        return self.accepted_until != self.deadline_at


@dataclass(frozen=True, slots=True)
class OpenItem:
    """Something on the checklist that does not hold yet."""

    acts: str
    check: Check

    @property
    def text(self) -> str:
        problem = self.check.problem
        if problem is None:
            return f"{self.check.subject}: {self.check.actual}."
        return f"{self.check.subject} is missing." if problem.code == "PROGRAM_FIELD_MISSING" else problem.text

    @property
    def remedy(self) -> str:
        problem = self.check.problem
        return "" if problem is None or problem.code == "PROGRAM_FIELD_MISSING" else problem.remedy


@dataclass(frozen=True, slots=True)
class ProgramCard:
    """One program on a meter's page.

    expected_at: when an eligible meter is to be active; is_overdue: that was to be by now, and is not recorded.
    """

    program: ProgramRules
    result: ProgramResult
    status: EnrollmentStatus
    ahead: Ahead | None
    expected_at: datetime | None
    is_overdue: bool
    partner_items: Sequence[OpenItem]
    leap_items: Sequence[OpenItem]
    checks: Sequence[Check]
    periods: Sequence[PeriodResult]

    @property
    def missing(self) -> list[Check]:
        """The fields that are empty and required."""
        items = (item.check for item in self.partner_items)
        return [one for one in items if one.problem and one.problem.code == "PROGRAM_FIELD_MISSING"]

    @property
    def others(self) -> list[OpenItem]:
        """What the partner has to do besides filling in fields."""
        return [item for item in self.partner_items if item.check not in self.missing]

    @property
    def out(self) -> Check | None:
        """Why the meter takes no part at present, if that is so."""
        return next((one for one in failing(self.checks) if one.action_type == ActionType.PARTICIPATING), None)

    @property
    def late(self) -> Check | None:
        """That the last deadline has passed, if that keeps the meter out."""
        return next((check for check in failing(self.checks) if is_too_late(check)), None)

    @property
    def activated(self) -> PeriodResult | None:
        """The period for which an activation is recorded that has not ended."""
        return next((one for one in self.periods if one.activation and one.activation.active_to is None), None)

    @property
    def to_come(self) -> Activated | None:
        """The activation that is recorded and has not begun."""
        activated = self.activated
        return activated.activation if activated and self.status != EnrollmentStatus.ACTIVE else None

    @property
    def cannot_tell(self) -> list[Check]:
        """What nobody can tell, and nobody can act on."""
        return [one for one in failing(self.checks) if not one.asks]

    @property
    def excluded_by(self) -> list[str]:
        """The programs of the customer that go before this one."""
        problems = (one.problem for one in failing(self.checks) if one.problem)
        return [str(one.context["other"]) for one in problems if one.code == "PROGRAM_EXCLUDED"]

    @property
    def would_need(self) -> list[str]:
        """What a meter that is not in the program would need to get in, besides leaving others."""
        checks = (item.check for item in self.partner_items)
        return [one.subject for one in checks if not (one.problem and one.problem.code == "PROGRAM_EXCLUDED")]

    @property
    def passed(self) -> int:
        return sum(one.outcome is CheckOutcome.PASSED for one in self.checks)


def cards_of(results: Iterable[ProgramResult], at: datetime) -> list[ProgramCard]:
    return [_card(one, at) for one in results]


def _card(result: ProgramResult, at: datetime) -> ProgramCard:
    items = [
        OpenItem(action_definition(result.program, check.action_type).acts, check)
        for check in failing(result.checks)
        if is_action(check)
    ]
    leading = next((one for one in result.periods if one.period == result.leading), None)
    expected_at = leading.expected_at if leading else None
    return ProgramCard(
        program=result.program,
        result=result,
        status=result.status,
        ahead=ahead_of(result.program, at),
        expected_at=expected_at,
        is_overdue=expected_at is not None and expected_at <= at,
        partner_items=[item for item in items if item.acts == Acts.PARTNER],
        leap_items=[item for item in items if item.acts == Acts.LEAP],
        checks=result.checks,
        periods=result.periods,
    )


def to_do_of(cards: Iterable[ProgramCard]) -> list[ProgramCard]:
    """The programs for which the partner has to do something, that of the next deadline first."""
    waiting = [card for card in cards if card.partner_items and not card.out]
    return sorted(waiting, key=lambda card: card.ahead.accepted_until if card.ahead else _NEVER)


def left_text(days: int) -> str:
    """The time left to a deadline: "12 days left"."""
    return f"{days} day{'s' * (days != 1)} left" if days else "less than a day left"


def ahead_of(program: ProgramRules, at: datetime) -> Ahead | None:
    """The next deadline of a program that can still be made; None when none is known, or not whether one is before."""
    period = program.leading_period(at)
    deadline = period.next_deadline(at) if period else None
    if period is None or deadline is None or program.unknown_before(period, at, ""):
        return None
    left = days_left(deadline.accepted_until, at)
    return Ahead(period.name, deadline.deadline_at, deadline.accepted_until, deadline.activation_at, left)


def without_deadline(program: ProgramRules, at: datetime) -> str:
    """Why no deadline is ahead: the last one has passed, or none is known."""
    period = program.leading_period(at)
    if period and period.deadlines and not period.next_deadline(at) and not program.unknown_before(period, at, ""):
        return f"It is too late for {period.name}: its last deadline has passed."
    return "No deadline is known."
