"""The evaluation: from what is known of a meter and what a program asks to a status with its reasons. Pure.

The day is given (`at`), never the clock's, so that the answer is the same whenever it is asked for.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from onboarding.enrollment.checks import Check, CheckOutcome, Moment, failing, found_by, of_problem, takes_part
from onboarding.enrollment.facts import Activated, MeterFacts
from onboarding.enrollment.rules import ActionWords, PeriodRules, ProgramRules
from onboarding.meters.models import EnrollmentStatus
from portal.problems import Problem
from programs.deadlines import DeadlineRule
from programs.models import ActionType, Acts
from programs.schema import Schema

# {"status": EnrollmentStatus value, "missing": [field keys], "reasons": [stored problems], "acts": who acts next,
# "partner_actions": and "leap_actions": [action types]}; "could_join" besides, when a row is not meant for this
# program: then it is said in the preview and not written.
EnrollmentResult = dict[str, Any]

_BEST_FIRST = (
    EnrollmentStatus.ACTIVE,
    EnrollmentStatus.ELIGIBLE,
    EnrollmentStatus.PENDING,
    EnrollmentStatus.NOT_PARTICIPATING,
    EnrollmentStatus.INELIGIBLE,
)
ASKS_NOTHING: EnrollmentResult = {"partner_actions": [], "leap_actions": [], "acts": ""}
_NEVER = {"PROGRAM_OTHER_REGION", "PROGRAM_OTHER_STATE", "PROGRAM_OTHER_METER_TYPE", "PROGRAM_OTHER_UTILITY"}


def result_in_place(program: ProgramRules, in_place: Sequence[Check], unmet: Iterable[Problem]) -> EnrollmentResult:
    """The standing of an asset that is no meter yet: what its place decides, and what it misses in its fields."""
    found = [*in_place, *(of_problem(problem) for problem in unmet)]
    return _result_of(program, _of_checks(found), found)


def best(statuses: Iterable[str]) -> str:
    """The global status: the best of the programs, INELIGIBLE when there is none (leap.md 4.3)."""
    known = set(statuses)
    return next((status.value for status in _BEST_FIRST if status.value in known), EnrollmentStatus.INELIGIBLE.value)


def moment_of(program: ProgramRules, period: PeriodRules | None, schema: Schema, at: datetime) -> Moment:
    """When a meter is judged for a period: now, or when the period begins if that is later."""
    then = max(at, period.starts_at) if period else at
    return Moment(then, program.day_of(then), period, schema, is_ahead=then > at)


def status_of(
    meter: MeterFacts, moment: Moment, found: Sequence[Check], at: datetime | None = None
) -> EnrollmentStatus:
    """The status that checks come to. Whoever is taken out is out; whoever is active stays so until that is ended.

    at: the present, when an activation that is still to come does not count yet.
    """
    if any(one.action_type == ActionType.PARTICIPATING for one in failing(found)):
        return EnrollmentStatus.NOT_PARTICIPATING
    activation = meter.activation(moment.period.pk, at or moment.at) if moment.period else None
    if activation is not None and activation.covers(at or max(moment.at, activation.active_from)):
        return EnrollmentStatus.ACTIVE
    return _of_checks(found)


def _of_checks(found: Iterable[Check]) -> EnrollmentStatus:
    """What checks come to for a meter that is neither out nor active."""
    found = list(found)
    if any(one.outcome is CheckOutcome.FAILED for one in found):
        return EnrollmentStatus.INELIGIBLE
    waits = {one.while_open for one in found if one.outcome is CheckOutcome.CANNOT_TELL}
    if EnrollmentStatus.INELIGIBLE.value in waits:
        return EnrollmentStatus.INELIGIBLE
    return EnrollmentStatus.PENDING if waits else EnrollmentStatus.ELIGIBLE


def out_now(meter: MeterFacts, program: ProgramRules, moment: Moment, at: datetime) -> list[Check]:
    """That the meter is out at present, when it takes part in the period to come by which it is judged."""
    if not meter.out_periods or not moment.is_ahead or any(takes_part(meter, program, moment, False)):
        return []
    return list(takes_part(meter, program, replace(moment, at=at, is_ahead=False), False))


class Evaluator:
    """One program as it evaluates meters at one moment; for many meters the periods are looked up once."""

    def __init__(self, program: ProgramRules, schema: Schema, at: datetime) -> None:
        self._program, self._at = program, at
        leading, shown = program.leading_period(at), program.shown_periods(at)
        self._next = moment_of(program, leading, schema, at)
        before = [one for one in shown if one.starts_at <= at or (leading and one.starts_at < leading.starts_at)]
        self._before = [(one, moment_of(program, one, schema, at)) for one in before]

    def evaluate(self, meter: MeterFacts) -> EnrollmentResult:
        """How a meter stands: in the running period while it is active there; in one whose deadline it has made; else
        in the one that it can be activated in next."""
        for period, moment in self._before:
            activation = meter.activation(period.pk, self._at) if meter.activations else None
            if activation is not None and activation.covers(self._at):
                return self._in(moment, meter)
            if meter.eligible_since and meter.deadline_made(self._program, period, self._at):
                says = self._in(moment, meter)
                if says["status"] == EnrollmentStatus.ELIGIBLE:
                    return says
        return self._in(self._next, meter)

    def _in(self, moment: Moment, meter: MeterFacts) -> EnrollmentResult:
        found = [*found_by(meter, self._program, moment), *out_now(meter, self._program, moment, self._at)]
        return _result_of(self._program, status_of(meter, moment, found, self._at), found)


def evaluate(meter: MeterFacts, program: ProgramRules, schema: Schema, at: datetime) -> EnrollmentResult:
    """How one meter stands in a program; see Evaluator."""
    return Evaluator(program, schema, at).evaluate(meter)


def _result_of(program: ProgramRules, status: EnrollmentStatus, found: Sequence[Check]) -> EnrollmentResult:
    """A status and the checks that do not hold, as they are kept. With a misfit nothing else would help: only it is
    told."""
    open_checks = failing(found)
    problems = [one.problem for one in open_checks if one.problem]
    if any(problem.code in _NEVER for problem in problems):
        stay = (*_NEVER, "METER_IDLE", "METER_DISENROLLED")
        open_checks = [one for one in open_checks if one.problem and one.problem.code in stay]
    missing = [one.field for one in open_checks if one.problem and one.problem.code == "PROGRAM_FIELD_MISSING"]
    told = [one.problem for one in open_checks if one.problem and one.problem.code != "PROGRAM_FIELD_MISSING"]
    actions = _open_types(program, open_checks)
    out = status == EnrollmentStatus.NOT_PARTICIPATING
    return {
        "status": status.value,
        "missing": missing,
        "reasons": [problem.as_json() for problem in told],
        "partner_actions": [kind for kind, acts in actions if acts == Acts.PARTNER],
        "leap_actions": [kind for kind, acts in actions if acts == Acts.LEAP],
        "acts": "" if out else first_to_act(acts for _, acts in actions),
    }


def is_misfit(says: EnrollmentResult) -> bool:
    """Whether the meter does not fit the program at all."""
    return any(reason["code"] in _NEVER for reason in says["reasons"])


def without_misfit_actions(says: dict[str, EnrollmentResult]) -> dict[str, EnrollmentResult]:
    """The standings of one meter by program. Fitting one of its programs, it has nothing to do for those that it does
    not fit: nobody means it to change its region or its utility."""
    misfits = {name for name, one in says.items() if is_misfit(one)}
    if len(misfits) == len(says):
        return says
    return {name: one | ASKS_NOTHING if name in misfits else one for name, one in says.items()}


def first_to_act(acting: Iterable[str]) -> str:
    """Who acts next when several have to: the partner, then Leap; "" when nobody has."""
    known = set(acting)
    return next((acts.value for acts in (Acts.PARTNER, Acts.LEAP) if acts in known), "")


def _open_types(program: ProgramRules, open_checks: Iterable[Check]) -> list[tuple[str, str]]:
    """Each open item once, with who acts. Being out is the partner's own wish and no action."""
    kinds = dict.fromkeys(one.action_type for one in open_checks if one.action_type != ActionType.PARTICIPATING)
    return [(kind, words_of(program, kind).acts) for kind in kinds]


def words_of(program: ProgramRules, kind: str) -> ActionWords:
    """What the program's actions of a type say."""
    return next((one.words for one in program.recorded if one.words.action_type == kind), program.words[kind])


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
        """The date that is published with an open action."""
        return self.next_deadline.activation_at if self.next_deadline else self.period.starts_at


@dataclass(frozen=True, slots=True)
class RequiredAction:
    """An open action as it is published, with the period in which it is open first."""

    program: ProgramRules
    period: PeriodRules
    words: ActionWords
    due_at: datetime
    fields: Sequence[str]

    def description(self, labels: Mapping[str, str]) -> str:
        return self.words.description.replace("{fields}", ", ".join(labels.get(key, key) for key in self.fields))


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
        return not any(one.problem and one.problem.code in _NEVER for one in self.checks)


def explain(
    meter: MeterFacts, program: ProgramRules, schema: Schema, at: datetime, *, passed: bool = True
) -> ProgramResult:
    """How a meter stands in a program and in each of its periods. passed: with the checks that hold, too."""
    is_wanted = program.identifier in meter.wanted
    periods = [_in_period(meter, program, period, schema, at, passed) for period in program.shown_periods(at)]
    active = next(
        (one for one in periods if one.status == EnrollmentStatus.ACTIVE and one.period.starts_at <= at), None
    )
    made = next((one for one in periods if one.made and one.status == EnrollmentStatus.ELIGIBLE), None)
    leads = active or made
    leading = leads.period if leads else program.leading_period(at)
    moment = moment_of(program, leading, schema, at)
    found = [*found_by(meter, program, moment, passed=passed), *out_now(meter, program, moment, at)]
    status = _unless_unwanted(status_of(meter, moment, found, at), is_wanted)
    return ProgramResult(program, is_wanted, status, found, leading, periods)


def _unless_unwanted(status: EnrollmentStatus, is_wanted: bool) -> EnrollmentStatus:
    """A program that the meter could join, but is not meant for, has no part of it."""
    joins = status in {EnrollmentStatus.ELIGIBLE, EnrollmentStatus.PENDING}
    return EnrollmentStatus.NOT_PARTICIPATING if joins and not is_wanted else status


def _in_period(
    meter: MeterFacts, program: ProgramRules, period: PeriodRules, schema: Schema, at: datetime, passed: bool
) -> PeriodResult:
    moment = moment_of(program, period, schema, at)
    found = found_by(meter, program, moment, passed=passed)
    status = _unless_unwanted(status_of(meter, moment, found), program.identifier in meter.wanted)
    deadline, made = period.next_deadline(at), meter.deadline_made(program, period, at)
    joins = status in {EnrollmentStatus.ELIGIBLE, EnrollmentStatus.PENDING}
    if period.deadlines and deadline is None and made is None and joins:
        last = max(one.accepted_until for one in period.deadlines)
        context = {"period": period.name, "deadline": f"{last:%Y-%m-%d}"}
        problem = Problem("PROGRAM_TOO_LATE", "", "", context)
        late = Check(
            ActionType.IS_ELIGIBLE,
            CheckOutcome.FAILED,
            "Deadline",
            f"{program.day_of(at)}",
            f"before {last:%Y-%m-%d}",
            program.source,
            problem,
        )
        found, status = [*found, late], EnrollmentStatus.INELIGIBLE
    return PeriodResult(period, status, found, meter.activation(period.pk, moment.at), deadline, made)


def required_actions(standings: Iterable[ProgramResult]) -> list[RequiredAction]:
    """Every open action once for each program, in the first period in which it is open (as the samples have it).

    It is due when the period's next activation comes, or when the period began if none is left: the samples of the
    published contract give that date, and not the deadline before it. A program that a meter does not fit, or is not
    meant for, asks for nothing.
    """
    found: list[RequiredAction] = []
    for standing in standings:
        if not standing.fits or not standing.is_wanted:
            continue
        seen: set[str] = set()
        for one in standing.periods:
            open_checks = [check for check in failing(one.checks) if check.subject != "Deadline"]
            for kind, _ in _open_types(standing.program, open_checks):
                if kind not in seen:
                    seen.add(kind)
                    mine = [check for check in open_checks if check.action_type == kind and check.field]
                    keys = [check.field for check in sorted(mine, key=_place_in_catalogue)]
                    words = words_of(standing.program, kind)
                    found.append(RequiredAction(standing.program, one.period, words, one.due_at, keys))
    return found
