"""The evaluation: from what is known of a meter and what a program asks to a status with its reasons. Pure.

The moment is given (`at`), never the clock's, so that the answer is the same whenever it is asked for.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from onboarding.enrollment.checks import Check, CheckOutcome, Moment, check_of_problem, failing, run_checks, takes_part
from onboarding.enrollment.facts import Activated, MeterFacts
from onboarding.enrollment.results import MISFITS, EnrollmentResult, first_to_act
from onboarding.enrollment.rules import ActionDefinition, PeriodRules, ProgramRules
from onboarding.meters.models import EnrollmentStatus
from portal.problems import Problem
from programs.deadlines import DeadlineRule
from programs.models import ActionType, Acts
from programs.schema import Schema

# The problems that are shown for a meter that does not fit the program: the misfit, and that the meter is out.
_INSTANT = timedelta(microseconds=1)
_TOLD_OF_MISFITS = MISFITS | {"METER_IDLE", "METER_DISENROLLED"}


def result_in_place(
    program: ProgramRules, in_place: Sequence[Check], unmet: Iterable[Problem], *, could_join: bool = False
) -> EnrollmentResult:
    """The result of an asset that is no meter yet: what its place decides, and what it lacks in its fields."""
    checks = [*in_place, *(check_of_problem(problem) for problem in unmet)]
    return _result_of(program, _status_of_checks(checks), checks, could_join=could_join)


def moment_of(program: ProgramRules, period: PeriodRules | None, schema: Schema, at: datetime) -> Moment:
    """The moment for which a meter is evaluated in a period: now, or when the period begins if that is later."""
    then = max(at, period.starts_at) if period else at
    is_closed = period is not None and period.is_closed(at)
    return Moment(then, program.day_of(then), period, schema, is_ahead=then > at, present=at, is_closed=is_closed)


def status_of(
    meter: MeterFacts, moment: Moment, checks: Sequence[Check], at: datetime | None = None
) -> EnrollmentStatus:
    """The status that follows from checks. A meter that is taken out is out; an active one stays so until its end.

    at: the present, when an activation that is still to come does not count yet.
    """
    if any(check.action_type == ActionType.PARTICIPATING for check in failing(checks)):
        return EnrollmentStatus.NOT_PARTICIPATING
    activation = meter.activation(moment.period.pk, at or moment.at) if moment.period else None
    if activation is not None and activation.covers(at or max(moment.at, activation.active_from)):
        return EnrollmentStatus.ACTIVE
    return _status_of_checks(checks)


def _status_of_checks(checks: Iterable[Check]) -> EnrollmentStatus:
    """The status of a meter that is neither out nor active."""
    checks = list(checks)
    if any(check.outcome is CheckOutcome.FAILED for check in checks):
        return EnrollmentStatus.INELIGIBLE
    waits = {check.while_open for check in checks if check.outcome is CheckOutcome.CANNOT_TELL}
    if EnrollmentStatus.INELIGIBLE.value in waits:
        return EnrollmentStatus.INELIGIBLE
    return EnrollmentStatus.PENDING if waits else EnrollmentStatus.ELIGIBLE


@dataclass(frozen=True, slots=True)
class Assessment:
    """A meter in one period: the checks, and the status that follows from them at present."""

    period: PeriodRules | None
    status: EnrollmentStatus
    checks: Sequence[Check]


class Evaluator:
    """Evaluates meters in one program at one moment; the periods are looked up once for all of them.

    passed: include the checks that hold.
    """

    def __init__(self, program: ProgramRules, schema: Schema, at: datetime, *, passed: bool = False) -> None:
        self._program, self._schema, self._at, self._passed = program, schema, at, passed
        leading, periods = program.leading_period(at), program.shown_periods(at)
        self._next = moment_of(program, leading, schema, at)
        before = [one for one in periods if one.starts_at <= at or (leading and one.starts_at < leading.starts_at)]
        self._before = [(period, moment_of(program, period, schema, at)) for period in before]

    def evaluate(self, meter: MeterFacts) -> EnrollmentResult:
        """The result of a meter, for the period that leads for it."""
        leading = self.leading(meter)
        return _result_of(self._program, leading.status, leading.checks)

    def leading(self, meter: MeterFacts) -> Assessment:
        """The meter in the period whose status counts: the running one while it is active there; one whose deadline it
        has made; else the one that it can be activated in next."""
        for period, moment in self._before:
            activation = meter.activation(period.pk, self._at) if meter.activations else None
            if activation is not None and activation.covers(self._at):
                return self._in(moment, meter)
            if meter.made and meter.deadline_made(period, self._at):
                assessment = self._in(moment, meter)
                if assessment.status != EnrollmentStatus.INELIGIBLE:
                    return assessment
        return self._in(self._next, meter)

    def status_in(self, period: PeriodRules, meter: MeterFacts) -> EnrollmentStatus:
        """The status of a meter in one published period, whichever leads, and whatever is unknown before it."""
        moment = moment_of(self._program, period, self._schema, self._at)
        checks = [check for check in self._in(moment, meter).checks if not _is_of_unknown_season(check)]
        return status_of(meter, moment, checks, self._at)

    def _in(self, moment: Moment, meter: MeterFacts) -> Assessment:
        checks = run_checks(meter, self._program, moment, passed=self._passed)
        checks += _out_at_present(meter, self._program, moment, self._at)
        return Assessment(moment.period, status_of(meter, moment, checks, self._at), checks)


def _out_at_present(meter: MeterFacts, program: ProgramRules, moment: Moment, at: datetime) -> list[Check]:
    """That the meter is out at present, when it participates in the period to come for which it is evaluated."""
    if not meter.out_periods or not moment.is_ahead or any(takes_part(meter, program, moment, False)):
        return []
    return list(takes_part(meter, program, replace(moment, at=at, is_ahead=False), False))


@dataclass(frozen=True, slots=True)
class Dates:
    """The dates of a meter in a program, in the program's time; None where there is none.

    deadline_at: until when it can still make the next deadline. activation_at: when it is expected active, should it be
    eligible. active_until: the end of the period in which it is active.
    """

    deadline_at: datetime | None = None
    activation_at: datetime | None = None
    active_until: datetime | None = None


def outlook(meter: MeterFacts, program: ProgramRules, schema: Schema, at: datetime) -> tuple[EnrollmentStatus, Dates]:
    """The status of a meter in a program, with the dates that go with it."""
    leading = Evaluator(program, schema, at).leading(meter)
    period = leading.period
    if period is None or leading.status == EnrollmentStatus.NOT_PARTICIPATING:
        return leading.status, Dates()
    if leading.status == EnrollmentStatus.ACTIVE:
        return leading.status, Dates(active_until=period.over_at)
    made, ahead = meter.deadline_made(period, at), period.next_deadline(at)
    if made is not None:
        return leading.status, Dates(activation_at=made.activation_at)
    if ahead is not None:
        return leading.status, Dates(ahead.accepted_until, ahead.activation_at)
    return leading.status, Dates()


def first_deadline(meter: MeterFacts, program: ProgramRules, schema: Schema, at: datetime) -> DeadlineRule | None:
    """The deadline that the meter has made, or will make first if nothing changes until then; None for none."""
    for period in program.shown_periods(at):
        if made := meter.deadline_made(period, at):
            return made
        ahead = [deadline for deadline in period.deadlines if deadline.accepted_until > at]
        for deadline in sorted(ahead, key=lambda one: (one.activation_at, one.accepted_until)):
            if makes(meter, program, schema, period, deadline):
                return deadline
    return None


def makes(
    meter: MeterFacts, program: ProgramRules, schema: Schema, period: PeriodRules, deadline: DeadlineRule
) -> bool:
    """Whether a meter is eligible in a period as a deadline passes."""
    evaluator = Evaluator(program, schema, deadline.accepted_until - _INSTANT)
    return evaluator.status_in(period, meter) == EnrollmentStatus.ELIGIBLE


def evaluate(meter: MeterFacts, program: ProgramRules, schema: Schema, at: datetime) -> EnrollmentResult:
    """The result of one meter in a program; see Evaluator."""
    return Evaluator(program, schema, at).evaluate(meter)


def _result_of(
    program: ProgramRules, status: EnrollmentStatus, checks: Sequence[Check], *, could_join: bool = False
) -> EnrollmentResult:
    """A status with the checks that do not hold. Of a misfit only that is told: mending the rest would not help."""
    open_checks = failing(checks)
    if any(check.problem and check.problem.code in MISFITS for check in open_checks):
        open_checks = [check for check in open_checks if check.problem and check.problem.code in _TOLD_OF_MISFITS]
    missing = [check.field for check in open_checks if _is_missing(check)]
    reasons = [check.problem for check in open_checks if check.problem and not _is_missing(check)]
    actions = _open_types(program, open_checks)
    is_out = status == EnrollmentStatus.NOT_PARTICIPATING
    return EnrollmentResult(
        status=status,
        missing=tuple(missing),
        reasons=tuple(reasons),
        partner_actions=tuple(kind for kind, acts in actions if acts == Acts.PARTNER),
        leap_actions=tuple(kind for kind, acts in actions if acts == Acts.LEAP),
        acts="" if is_out else first_to_act(acts for _, acts in actions),
        could_join=could_join,
    )


def _is_missing(check: Check) -> bool:
    return check.problem is not None and check.problem.code == "PROGRAM_FIELD_MISSING"


def _open_types(program: ProgramRules, open_checks: Iterable[Check]) -> list[tuple[str, str]]:
    """Each open item once, with who acts. Being out is the partner's own decision, and nobody can undo that a deadline
    has passed: neither is an action, nor is what nobody can tell."""
    kinds = dict.fromkeys(one.action_type for one in open_checks if is_action(one))
    return [(kind, action_definition(program, kind).acts) for kind in kinds]


def is_action(check: Check) -> bool:
    """Whether somebody can do something about a check that fails."""
    return check.asks and not is_too_late(check) and check.action_type != ActionType.PARTICIPATING


def _is_of_unknown_season(check: Check) -> bool:
    return check.problem is not None and check.problem.code == "PROGRAM_SEASON_UNKNOWN"


def is_too_late(check: Check) -> bool:
    """Whether a check fails because the last deadline has passed."""
    return check.problem is not None and check.problem.code == "PROGRAM_TOO_LATE"


def action_definition(program: ProgramRules, kind: str) -> ActionDefinition:
    """The program's own definition of an action type, else the general one."""
    own = (rule.action for rule in program.recorded if rule.action.action_type == kind)
    return next(own, program.actions[kind])


def _place_in_catalogue(check: Check) -> int:
    """Requirements in the order in which they were written down, which is the order of the published examples."""
    return int("".join(filter(str.isdigit, check.source.rule)) or 0)


# --- the whole answer, for one meter


@dataclass(frozen=True, slots=True)
class PeriodResult:
    """A meter in one delivery period: the status, all checks, the activation, the deadline that can still be made, and
    the one that was."""

    period: PeriodRules
    status: EnrollmentStatus
    checks: Sequence[Check]
    activation: Activated | None
    next_deadline: DeadlineRule | None
    made: DeadlineRule | None

    @property
    def expected_at(self) -> datetime | None:
        """When the meter is active, should it be eligible."""
        deadline = self.made or self.next_deadline
        return deadline.activation_at if deadline else None

    @property
    def due_at(self) -> datetime:
        """The date that is published with an open action (see due_at)."""
        return self.next_deadline.activation_at if self.next_deadline else self.period.starts_at


@dataclass(frozen=True, slots=True)
class RequiredAction:
    """An open action as it is published, with the period in which it is open first."""

    program: ProgramRules
    period: PeriodRules
    definition: ActionDefinition
    due_at: datetime
    fields: Sequence[str]

    def description(self, labels: Mapping[str, str]) -> str:
        return self.definition.described(self.fields, labels)


@dataclass(frozen=True, slots=True)
class ProgramResult:
    """A meter in one program: its status, the checks behind it, and every period."""

    program: ProgramRules
    is_wanted: bool
    status: EnrollmentStatus
    checks: Sequence[Check]
    leading: PeriodRules | None
    periods: Sequence[PeriodResult]

    @property
    def fits(self) -> bool:
        return not any(one.problem and one.problem.code in MISFITS for one in self.checks)


def explain(
    meter: MeterFacts, program: ProgramRules, schema: Schema, at: datetime, *, passed: bool = True
) -> ProgramResult:
    """A meter in a program and in each of its periods. passed: include the checks that hold."""
    is_wanted = program.identifier in meter.wanted
    periods = [_in_period(meter, program, period, schema, at, passed) for period in program.shown_periods(at)]
    leading = Evaluator(program, schema, at, passed=passed).leading(meter)
    status = _unless_unwanted(leading.status, is_wanted)
    return ProgramResult(program, is_wanted, status, leading.checks, leading.period, periods)


def _unless_unwanted(status: EnrollmentStatus, is_wanted: bool) -> EnrollmentStatus:
    """A program that the meter could join, but is not meant for, has no part of it."""
    joins = status in {EnrollmentStatus.ELIGIBLE, EnrollmentStatus.PENDING}
    return EnrollmentStatus.NOT_PARTICIPATING if joins and not is_wanted else status


def _in_period(
    meter: MeterFacts, program: ProgramRules, period: PeriodRules, schema: Schema, at: datetime, passed: bool
) -> PeriodResult:
    moment = moment_of(program, period, schema, at)
    checks = run_checks(meter, program, moment, passed=passed)
    status = _unless_unwanted(status_of(meter, moment, checks), program.identifier in meter.wanted)
    deadline, made = period.next_deadline(at), meter.deadline_made(period, at)
    return PeriodResult(period, status, checks, meter.activation(period.pk, moment.at), deadline, made)


def required_actions(results: Iterable[ProgramResult]) -> list[RequiredAction]:
    """Every open action once for each program, in the first period in which it is open (as the samples have it).

    It is due when the period's next activation comes, or when the period began if none is left: the samples of the
    published contract give that date, and not the deadline before it. A program that a meter does not fit, or is not
    meant for, asks for nothing.
    """
    actions: list[RequiredAction] = []
    for result in results:
        if result.fits and result.is_wanted:
            looked_at = ((period.period, period.due_at, period.checks) for period in result.periods)
            actions += _first_open(result.program, looked_at)
    return actions


class ActionFinder:
    """Finds the required actions of meters in one program at one moment, as `required_actions` does; the periods are
    looked up once for all of them."""

    def __init__(self, program: ProgramRules, schema: Schema, at: datetime) -> None:
        self._program = program
        self._moments = [(one, moment_of(program, one, schema, at)) for one in program.shown_periods(at)]
        self._due = {one.pk: due_at(one, at) for one, _ in self._moments}

    def actions_of(self, meter: MeterFacts) -> list[RequiredAction]:
        """Of a meter that fits the program and is meant for it."""
        looked_at = (
            (period, self._due[period.pk], run_checks(meter, self._program, moment)) for period, moment in self._moments
        )
        return _first_open(self._program, looked_at)


def due_at(period: PeriodRules, at: datetime) -> datetime:
    """The date that is published with an open action of a period."""
    deadline = period.next_deadline(at)
    return deadline.activation_at if deadline else period.starts_at


def _first_open(
    program: ProgramRules, looked_at: Iterable[tuple[PeriodRules, datetime, Sequence[Check]]]
) -> list[RequiredAction]:
    """The open actions of a meter in the periods of one program, each where it is open first."""
    actions: dict[str, RequiredAction] = {}
    for period, due, checks in looked_at:
        open_checks = failing(checks)
        for kind, _ in _open_types(program, open_checks):
            if kind not in actions:
                mine = [check for check in open_checks if check.action_type == kind and check.field]
                keys = [check.field for check in sorted(mine, key=_place_in_catalogue)]
                actions[kind] = RequiredAction(program, period, action_definition(program, kind), due, keys)
    return list(actions.values())
