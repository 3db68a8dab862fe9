"""What other rules would do to the enrollments that are recorded. Reads, never writes."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from onboarding.enrollment.checks import failing, run_checks
from onboarding.enrollment.evaluate import Dates, moment_of, outlook
from onboarding.enrollment.facts import MeterFacts
from onboarding.enrollment.load import facts_of
from onboarding.enrollment.models import Enrollment
from onboarding.enrollment.rules import ProgramRules, RulesOfMoment, rules_now
from onboarding.enrollment.tasks import queue_changed_programs
from onboarding.meters.models import EnrollmentStatus, Meter
from portal.partners.queries import of_real_partners
from portal.web import clock
from portal.web.days import begin_text, deadline_text, until_text
from programs.impact import Answers, DateMove, Example, Impact, Move, register

LOOKED_AT = 20_000  # enrollments: some seconds
_AT_ONCE = 2_000


def measure(proposed: RulesOfMoment) -> Impact:
    """The meters whose status or dates would change, newest first: in programs whose rules differ, or that exclude one
    of these or are excluded by it."""
    at, now = clock.now(), rules_now()
    rows = of_real_partners(Enrollment.objects.filter(program__in=_differing(now, proposed, at)))
    enrollments = list(rows.select_related("program", "partner").order_by("-pk")[: LOOKED_AT + 1])
    moves: Counter[tuple[str, str, str]] = Counter()
    dates: Counter[tuple[str, str, str, str]] = Counter()
    examples: list[Example] = []
    for start in range(0, min(len(enrollments), LOOKED_AT), _AT_ONCE):
        for change in _compared(enrollments[start : start + _AT_ONCE], now, proposed, at):
            program = change.row.program.identifier
            whose = (change.row.partner.name, change.meter.partner_reference, str(change.meter.pk))
            if change.was != change.then:
                words = (program, str(change.was.label), str(change.then.label))
                moves[words] += 1
                examples.append(Example(*whose, *words, change.why))
            for what, was, then in change.dates:
                dates[program, what, was, then] += 1
                examples.append(Example(*whose, program, was, then, what))
    return Impact(
        [Move(*words, count) for words, count in moves.most_common()],
        [DateMove(*words, count) for words, count in dates.most_common()],
        examples,
        min(len(enrollments), LOOKED_AT),
        len(enrollments) <= LOOKED_AT,
    )


def _differing(now: RulesOfMoment, proposed: RulesOfMoment, at: datetime) -> list[int]:
    """The programs whose rules differ, and those that exclude one of them or are excluded by it."""
    differ = {
        name
        for name, program in proposed.rules.items()
        if name not in now.rules or now.rules[name].digest(now.schema, at) != program.digest(proposed.schema, at)
    }
    beside = {
        other
        for name in differ
        for rules in (now.rules, proposed.rules)
        for other in (rules[name].excluded if name in rules else ())
    }
    return [proposed.rules[name].pk for name in differ | beside if name in proposed.rules]


@dataclass(frozen=True, slots=True)
class _Changed:
    """A meter whose status or dates in a program would change; why: what would not hold then."""

    row: Enrollment
    meter: Meter
    was: EnrollmentStatus
    then: EnrollmentStatus
    dates: Sequence[tuple[str, str, str]]
    why: str


def _compared(
    rows: list[Enrollment], present: RulesOfMoment, proposed: RulesOfMoment, at: datetime
) -> Iterator[_Changed]:
    by_partner: dict[UUID, list[Enrollment]] = {}
    for row in rows:
        by_partner.setdefault(row.partner_id, []).append(row)
    for group in by_partner.values():
        meters = {meter.pk: meter for meter in Meter.objects.filter(pk__in=[row.meter_id for row in group])}
        before = facts_of(list(meters.values()), present.rules, present.schema, at)
        facts = facts_of(list(meters.values()), proposed.rules, proposed.schema, at)
        for row in group:
            name = row.program.identifier
            if name not in proposed.rules or name not in present.rules:
                continue
            program = proposed.rules[name]
            was, dates_now = outlook(before[row.meter_id], present.rules[name], present.schema, at)
            then, dates_then = outlook(facts[row.meter_id], program, proposed.schema, at)
            if then != was or dates_now != dates_then:
                why = _why(facts[row.meter_id], program, proposed, at) if then != was else ""
                yield _Changed(row, meters[row.meter_id], was, then, _moved(dates_now, dates_then), why)


def _moved(was: Dates, then: Dates) -> list[tuple[str, str, str]]:
    """The dates that differ: which, the one now, and the one then, in words."""
    told = [
        ("Deadline", was.deadline_at, then.deadline_at, deadline_text),
        ("Activation", was.activation_at, then.activation_at, begin_text),
        ("Active until", was.active_until, then.active_until, until_text),
    ]
    return [
        (what, words(before) if before else "none", words(after) if after else "none")
        for what, before, after, words in told
        if before != after
    ]


def _why(facts: MeterFacts, program: ProgramRules, proposed: RulesOfMoment, at: datetime) -> str:
    moment = moment_of(program, program.leading_period(at), proposed.schema, at)
    checks = failing(run_checks(facts, program, moment))
    return "; ".join(dict.fromkeys(f"{one.subject}: {one.actual}" for one in checks))[:300] or "nothing is missing now"


register(Answers(rules=rules_now, measure=measure, after=queue_changed_programs))
