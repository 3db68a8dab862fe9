"""The checklist: small pure functions, one for each item, which check a meter in a program at one moment.

Checks that hold are left out unless `passed` asks for them, because most meters pass almost all of them.
"""

from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from functools import cache

from onboarding.enrollment.facts import Held, MeterFacts
from onboarding.enrollment.rules import Exclusion, PeriodRules, ProgramRules, Source
from portal.problems import Problem, shown
from portal.web.clock import day_text, last_day_before
from portal.web.days import deadline_text
from programs.models import ActionType, MeterType
from programs.schema import Rule, Schema


class CheckOutcome(StrEnum):
    """The outcome of a check."""

    PASSED = "passed"
    FAILED = "failed"
    CANNOT_TELL = "cannot tell"

    @property
    def tone(self) -> str:
        return {"passed": "success", "failed": "warning", "cannot tell": "info"}[self.value]


@dataclass(frozen=True, slots=True)
class Check:
    """One comparison: what is actually there, what is wanted, by which rule, and the problem if it fails.

    while_open: the status of the meter while the outcome is CANNOT_TELL. field: its key, if it is one field. asks:
    whether somebody has to act while it is open.
    """

    action_type: str
    outcome: CheckOutcome
    subject: str
    actual: str
    wanted: str
    source: Source
    problem: Problem | None = None
    field: str = ""
    while_open: str = "INELIGIBLE"
    note: str = ""
    asks: bool = True


@dataclass(frozen=True, slots=True)
class Moment:
    """When a meter is evaluated, in which delivery period (None: the program has none), by which requirements.

    is_ahead: whether the period is still to come. present: when it is evaluated. is_closed: whether all deadlines of
    the period have passed then.
    """

    at: datetime
    on: date
    period: PeriodRules | None
    schema: Schema
    is_ahead: bool
    present: datetime
    is_closed: bool


CheckFunction = Callable[[MeterFacts, ProgramRules, Moment, bool], Iterator[Check]]
REGISTRY: dict[str, list[CheckFunction]] = {}


def checks(*action_types: ActionType) -> Callable[[CheckFunction], CheckFunction]:
    """Register the function that answers for these items."""

    def register(function: CheckFunction) -> CheckFunction:
        for action_type in action_types:
            REGISTRY.setdefault(action_type.value, []).append(function)
        return function

    return register


def run_checks(meter: MeterFacts, program: ProgramRules, moment: Moment, *, passed: bool = False) -> list[Check]:
    """All checks of a meter in a program, in the order of the registry."""
    return [one for function in _functions() for one in function(meter, program, moment, passed)]


@cache
def _functions() -> tuple[CheckFunction, ...]:
    """Each function once."""
    return tuple(dict.fromkeys(function for functions in REGISTRY.values() for function in functions))


@checks(ActionType.IS_ELIGIBLE, ActionType.ADDRESS)
def fits(meter: MeterFacts, program: ProgramRules, moment: Moment, passed: bool) -> Iterator[Check]:
    """Region, state, meter type, utility, and whether the program is open."""
    asset, source = meter.asset, program.source
    state = meter.state
    compared = [
        ("OTHER_REGION", "transmission_region", [program.transmission_region], asset["transmission_region"]),
        ("OTHER_STATE", "customer.state_or_province_code", program.states, state),
        ("OTHER_METER_TYPE", "meter_type", program.meter_types, asset["meter_type"]),
        ("OTHER_UTILITY", "utility.utility_name", program.utilities if meter.utility else (), meter.utility),
    ]
    for code, key, wanted, value in compared:
        if not wanted or (value in wanted and not passed):
            continue
        kind = ActionType.ADDRESS if code == "OTHER_STATE" else ActionType.IS_ELIGIBLE
        wanted_text = ", ".join(sorted(_display(one) for one in wanted))
        context = {"program": program.identifier, "wanted": wanted_text, "found": _display(str(value))}
        problem = None if value in wanted else Problem(f"PROGRAM_{code}", key, str(value), context)
        outcome = CheckOutcome.FAILED if problem else CheckOutcome.PASSED
        yield Check(kind, outcome, _label(moment, key), shown(_display(value)), wanted_text, source, problem, key)
    if not program.is_offered or not source.applies(moment.on):
        problem = Problem("PROGRAM_NOT_OPEN", "", "", {"program": program.identifier, "on": day_text(moment.on)})
        wanted = " ".join(
            f"{word} {day_text(day)}" for word, day in (("from", source.valid_from), ("to", source.valid_to)) if day
        )
        yield Check(ActionType.IS_ELIGIBLE, CheckOutcome.FAILED, "Day", day_text(moment.on), wanted, source, problem)


@checks(ActionType.IS_ELIGIBLE)
def in_time(meter: MeterFacts, program: ProgramRules, moment: Moment, passed: bool) -> Iterator[Check]:
    """A period whose last deadline has passed takes no meter that has not made one, nor is active in it."""
    period, present = moment.period, moment.present
    if period is None or not moment.is_closed or meter.deadline_made(period, present):
        return
    activation = meter.activation(period.pk, present)
    if activation is not None and activation.covers(max(present, activation.active_from)):
        return
    last = max(deadline.accepted_until for deadline in period.deadlines)
    until = deadline_text(last, date.min)
    context = {"period": period.name, "deadline": until}
    yield Check(
        ActionType.IS_ELIGIBLE,
        CheckOutcome.FAILED,
        "Deadline",
        "passed",
        until,
        program.source,
        Problem("PROGRAM_TOO_LATE", "", "", context),
    )


@checks(ActionType.IS_ELIGIBLE)
def season_known(meter: MeterFacts, program: ProgramRules, moment: Moment, passed: bool) -> Iterator[Check]:
    """Nobody can tell when a meter becomes active that may do so in a season that is not published. Nobody can act."""
    season = program.unknown_before(moment.period, moment.present, meter.classification)
    if season is None:
        return
    context = {"program": program.identifier, "note": season.note}
    yield Check(
        ActionType.IS_ELIGIBLE,
        CheckOutcome.CANNOT_TELL,
        "Delivery period",
        f"not published for {day_text(program.day_of(season.starts_at))} to"
        f" {day_text(last_day_before(season.over_at, program.zone))}",
        "published",
        season.source,
        Problem("PROGRAM_SEASON_UNKNOWN", "", "", context),
        while_open="PENDING",
        note=season.note,
        asks=False,
    )


@checks(ActionType.NO_MISSING_FIELDS, ActionType.MEETS_EXTRA_PROGRAM_REQUIREMENTS, ActionType.GENERATOR)
def fields_meet(meter: MeterFacts, program: ProgramRules, moment: Moment, passed: bool) -> Iterator[Check]:
    """What the program requires of fields: that they are filled, and within its limits."""
    unmet = {problem.field: problem for problem in moment.schema.unmet(meter.flat, program.identifier, moment.on)}
    if not unmet and not passed:
        return
    for rule in moment.schema.rules_of(program.identifier):
        if rule.applies(moment.on) and (rule.holds is None or rule.holds(meter.flat)):
            problem = unmet.pop(rule.keys[0], None)
            if problem is not None or (passed and _given(meter, rule)):
                yield _of_rule(meter, rule, problem)


def _of_rule(meter: MeterFacts, rule: Rule, problem: Problem | None) -> Check:
    wanted = rule.limits() or "filled in"
    actual = ", ".join(shown(_plain_value(value)) for value in _given(meter, rule)) or "empty"
    about = (rule.source, rule.verified, rule.valid_from, rule.valid_to, rule.source_url)
    source = Source(f"requirement {rule.number}", *about)
    outcome = CheckOutcome.FAILED if problem else CheckOutcome.PASSED
    kind = action_of(problem) if problem else rule.action_type or ActionType.NO_MISSING_FIELDS.value
    return Check(kind, outcome, rule.label, actual, wanted, source, problem, rule.keys[0])


def _given(meter: MeterFacts, rule: Rule) -> list[object]:
    return [meter.flat[key] for key in rule.keys if key in meter.flat]


def _plain_value(value: object) -> object:
    return ("yes" if value else "no") if isinstance(value, bool) else value


@checks(ActionType.IS_AUTHORIZED)
def authorized(meter: MeterFacts, program: ProgramRules, moment: Moment, passed: bool) -> Iterator[Check]:
    """Utility data, where the program cannot do without: an authorization that Connect or Leap recorded."""
    if not program.needs_authorization:
        return
    record = meter.record(ActionType.IS_AUTHORIZED, program.pk, _pk(moment.period), moment.at)
    subject, source = "Utility authorization", program.source
    if record is not None and record.holds:
        if passed:
            yield Check(
                ActionType.IS_AUTHORIZED, CheckOutcome.PASSED, subject, "given", "given", source, note=record.note
            )
        return
    problem = Problem("PROGRAM_NEEDS_AUTHORIZATION", "", "", {"program": program.identifier})
    actual = "ended or refused" if record else "none"
    yield Check(ActionType.IS_AUTHORIZED, CheckOutcome.FAILED, subject, actual, "given", source, problem)


@checks(ActionType.NOT_ENROLLED_IN_CONFLICTING_PROGRAM)
def excludes_none(meter: MeterFacts, program: ProgramRules, moment: Moment, passed: bool) -> Iterator[Check]:
    """No program of the same customer excludes this one. Of two, the active one stays, then the one joined first.

    Where that depends on the utility, nobody can tell before it is known.
    """
    if not meter.held or not program.exclusions:
        return
    mine = next((one for one in meter.held if one.program == program.identifier and one.meter == meter.pk), None)
    for other in meter.held:
        if other is mine or other.program == program.identifier:
            continue
        classes, on = {meter.classification, other.classification}, max(moment.on, other.asked_on)
        row = program.exclusion_of(other.program, utility=meter.utility, classes=classes, on=on)
        if row is None and not meter.utility and _goes_first(other, mine):
            yield from unknown_beside(program, other.program, classes, on)
        if row is not None and row.said_by:
            yield from _said(meter, program, other, row, _label(moment, row.said_by))
        if row is None or (row.is_allowed and not passed):
            continue
        where = "this meter" if other.meter == meter.pk else f"your meter {other.reference}"
        actual = f"{other.program} on {where}"
        if row.is_allowed or not _goes_first(other, mine):
            if passed:
                kind, wanted = ActionType.NOT_ENROLLED_IN_CONFLICTING_PROGRAM, "compatible"
                told = wanted if row.is_allowed else "this program came first"
                yield Check(kind, CheckOutcome.PASSED, f"With {other.program}", actual, told, row.source, note=row.note)
            continue
        context = {
            "program": program.identifier,
            "other": other.program,
            "where": where,
            "note": row.note,
            "meter": str(other.meter),
        }
        yield Check(
            ActionType.NOT_ENROLLED_IN_CONFLICTING_PROGRAM,
            CheckOutcome.FAILED,
            f"With {other.program}",
            actual,
            f"not in {other.program}",
            row.source,
            Problem("PROGRAM_EXCLUDED", "", other.program, context),
            note=row.note,
        )


def unknown_beside(program: ProgramRules, other: str, classes: Collection[str], on: date) -> Iterator[Check]:
    """Whether a program can be held beside another one depends on the utility, which is not known."""
    row = program.depends_on_utility(other, classes=classes, on=on)
    if row is None:
        return
    context = {"program": program.identifier, "other": other}
    yield Check(
        ActionType.NOT_ENROLLED_IN_CONFLICTING_PROGRAM,
        CheckOutcome.CANNOT_TELL,
        f"With {other}",
        "utility unknown",
        "compatible",
        row.source,
        Problem("PROGRAM_EXCLUSION_UNKNOWN", "", other, context),
        while_open="PENDING",
        note=row.note,
        asks=False,
    )


def _said(meter: MeterFacts, program: ProgramRules, other: Held, row: Exclusion, label: str) -> Iterator[Check]:
    """The meter's own answer agrees with the programs that it holds. An empty one is a missing field."""
    if other.meter != meter.pk or meter.flat.get(row.said_by) is not False:
        return
    context = {"program": program.identifier, "other": other.program, "label": label}
    yield Check(
        ActionType.MEETS_EXTRA_PROGRAM_REQUIREMENTS,
        CheckOutcome.FAILED,
        label,
        "no",
        "yes",
        row.source,
        Problem("PROGRAM_ANSWER_DISAGREES", row.said_by, "no", context),
        row.said_by,
        note=row.note,
    )


def _goes_first(other: Held, mine: Held | None) -> bool:
    """Whether the other program stays and this one has to wait. A program that the meter has not joined comes last."""
    if mine is None:
        return True
    if other.is_active != mine.is_active:
        return other.is_active
    return other.since < mine.since


@checks(
    ActionType.DOCUMENTS_SIGNED,
    ActionType.HAS_AMI,
    ActionType.HAS_MARKET_REGISTRATION,
    ActionType.HAS_NOMINATIONS,
    ActionType.HAS_BIDDING_STRATEGY,
    ActionType.IS_ASSIGNED_TO_A_RESOURCE,
)
def recorded(meter: MeterFacts, program: ProgramRules, moment: Moment, passed: bool) -> Iterator[Check]:
    """What Leap finds out by hand: the catalogue says which items the program has, a record whether they hold.

    A record that says no counts even where the catalogue asks for nothing.
    """
    asked = {rule.action.action_type: rule for rule in program.recorded if rule.source.applies(moment.on)}
    known = {one.action_type for one in meter.records if not one.holds} - {ActionType.IS_AUTHORIZED.value}
    for kind in [*asked, *sorted(known - asked.keys())]:
        rule = asked.get(kind)
        action = rule.action if rule else program.actions[kind]
        source = rule.source if rule else Source("record")
        record = meter.record(kind, program.pk, _pk(moment.period), moment.at)
        subject = str(ActionType(kind).label)
        if record is None:
            if rule is not None:
                yield Check(
                    kind,
                    CheckOutcome.CANNOT_TELL,
                    subject,
                    "not recorded yet",
                    "yes",
                    source,
                    while_open=action.while_open,
                )
        elif record.holds:
            if passed:
                yield Check(kind, CheckOutcome.PASSED, subject, "yes", "yes", source, note=record.note)
        else:
            context = {"program": program.identifier, "subject": subject, "code": record.code, "note": record.note}
            yield Check(
                kind,
                CheckOutcome.FAILED,
                subject,
                f"no{f' ({record.code})' if record.code else ''}",
                "yes",
                source,
                Problem("PROGRAM_CHECK_FAILED", "", record.code, context),
                note=record.note,
            )


@checks(ActionType.PARTICIPATING)
def takes_part(meter: MeterFacts, program: ProgramRules, moment: Moment, passed: bool) -> Iterator[Check]:
    """The partner's decision: idle, disenrolled, or taking part. Participating in some of a future period is enough."""
    out = meter.out_at(program, moment.at)
    if out and moment.is_ahead and moment.period and not meter.is_out_until(program, moment.at, moment.period.over_at):
        out = None
    source = Source("participation")
    if out is None:
        if passed and meter.pk is not None:
            yield Check(
                ActionType.PARTICIPATING, CheckOutcome.PASSED, "Participation", "participates", "participates", source
            )
        return
    until = f" to {day_text(last_day_before(out.ends_at, program.zone))}" if out.ends_at else ""
    code = "METER_IDLE" if out.preference == "IDLE" else "METER_DISENROLLED"
    begins = meter.out_from(program, out).astimezone(program.zone)
    context = {"program": program.identifier, "since": day_text(begins), "until": until, "reason": out.reason}
    actual = f"{'idle' if out.preference == 'IDLE' else 'disenrolled'} from {day_text(begins)}{until}"
    problem = Problem(code, "", "", context)
    yield Check(
        ActionType.PARTICIPATING,
        CheckOutcome.FAILED,
        "Participation",
        actual,
        "participates",
        source,
        problem,
        note=out.reason,
    )


def action_of(problem: Problem) -> str:
    """The item of the checklist that a program's problem with a field belongs to."""
    usual = "NO_MISSING_FIELDS" if problem.code == "PROGRAM_FIELD_MISSING" else "MEETS_EXTRA_PROGRAM_REQUIREMENTS"
    return str(problem.context.get("action") or usual)


def check_of_problem(problem: Problem) -> Check:
    """A program's problem with a field as the check that failed."""
    kind, label = action_of(problem), str(problem.context.get("label", ""))
    source = Source(f"program {problem.context.get('program', '')}")
    return Check(kind, CheckOutcome.FAILED, label, problem.value, "", source, problem, problem.field)


def in_place(meter: MeterFacts, program: ProgramRules, moment: Moment) -> list[Check]:
    """What fails, or is open, for every asset of one place and type, whatever its fields hold."""
    functions = (fits, in_time, season_known, authorized, recorded)
    return [one for function in functions for one in function(meter, program, moment, False)]


def failing(checks: Iterable[Check]) -> list[Check]:
    """What does not hold, or is not known to."""
    return [one for one in checks if one.outcome is not CheckOutcome.PASSED]


def _display(value: str) -> str:
    """A meter type as people say it; other values are names."""
    return str(MeterType(value).label) if value in MeterType.values else value


def _label(moment: Moment, key: str) -> str:
    return moment.schema.column(key).name


def _pk(period: PeriodRules | None) -> int | None:
    return period.pk if period else None
