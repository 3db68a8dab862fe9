"""What other rules would do to the enrollments that are recorded. Reads, never writes."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from onboarding.enrollment.checks import failing, run_checks
from onboarding.enrollment.evaluate import evaluate, moment_of
from onboarding.enrollment.facts import MeterFacts
from onboarding.enrollment.load import facts_of
from onboarding.enrollment.models import Enrollment
from onboarding.enrollment.rules import ProgramRules, rules_of
from onboarding.enrollment.tasks import queue_changed_programs
from onboarding.meters.models import EnrollmentStatus, Meter
from portal.web import clock
from programs.impact import Answers, Example, Impact, Move, register
from programs.schema import Schema, schema_for

LOOKED_AT = 20_000  # enrollments: some seconds
_AT_ONCE = 2_000


@dataclass(frozen=True, slots=True)
class Proposed:
    """The rules as they would be."""

    rules: Mapping[str, ProgramRules]
    schema: Schema


def proposed_rules() -> Proposed:
    """The rules as the catalogue has them now, inside a transaction that may be taken back."""
    rules = rules_of()
    return Proposed(rules, schema_for(rules))


def measure(proposed: Proposed) -> Impact:
    """The meters whose status would change, newest first: in programs whose rules differ, or that exclude one of these
    or are excluded by it."""
    at, present = clock.now(), rules_of()
    schema = schema_for(present)
    now = Proposed(present, schema)
    differ = {
        name
        for name, program in proposed.rules.items()
        if name not in present or present[name].digest(schema, at) != program.digest(proposed.schema, at)
    }
    beside = {
        other
        for name in differ
        for rules in (present, proposed.rules)
        for other in (rules[name].excluded if name in rules else ())
    }
    keys = [proposed.rules[name].pk for name in differ | beside if name in proposed.rules]
    rows = Enrollment.objects.filter(program__in=keys).select_related("program", "partner").order_by("-pk")
    enrollments = list(rows[: LOOKED_AT + 1])
    moves: Counter[tuple[str, str, str]] = Counter()
    examples: list[Example] = []
    for start in range(0, min(len(enrollments), LOOKED_AT), _AT_ONCE):
        for row, meter, was, then, why in _compared(enrollments[start : start + _AT_ONCE], now, proposed, at):
            words = (row.program.identifier, str(was.label), str(then.label))
            moves[words] += 1
            examples.append(Example(row.partner.name, meter.partner_reference, str(meter.pk), *words, why))
    listed = [Move(*words, count) for words, count in moves.most_common()]
    return Impact(listed, examples, min(len(enrollments), LOOKED_AT), len(enrollments) <= LOOKED_AT)


def _compared(
    rows: list[Enrollment], present: Proposed, proposed: Proposed, at: datetime
) -> Iterator[tuple[Enrollment, Meter, EnrollmentStatus, EnrollmentStatus, str]]:
    """The rows whose status would change: each with its meter, the status by the present rules, the one by the proposed
    rules, and what would not hold then."""
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
            was = evaluate(before[row.meter_id], present.rules[name], present.schema, at).status
            then = evaluate(facts[row.meter_id], program, proposed.schema, at).status
            if then != was:
                yield row, meters[row.meter_id], was, then, _why(facts[row.meter_id], program, proposed, at)


def _why(facts: MeterFacts, program: ProgramRules, proposed: Proposed, at: datetime) -> str:
    moment = moment_of(program, program.leading_period(at), proposed.schema, at)
    checks = failing(run_checks(facts, program, moment))
    return (
        "; ".join(dict.fromkeys(f"{one.subject}: {one.actual}" for one in checks))[:300] or "nothing is open any more"
    )


register(Answers(rules=proposed_rules, measure=measure, after=queue_changed_programs))
