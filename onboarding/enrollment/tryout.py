"""A sample row through the compiled validator and the evaluation, for those who edit the catalogue. Writes nothing."""

from collections.abc import Mapping

from onboarding.enrollment.checks import failing
from onboarding.enrollment.evaluate import PeriodResult, explain
from onboarding.enrollment.facts import MeterFacts
from onboarding.enrollment.rules import rules_of
from portal.web import clock
from programs.schema import schema_for
from programs.tryout import Tried, TriedPeriod, register


def try_row(identifier: str, cells: Mapping[str, object]) -> Tried:
    """What becomes of a row that is meant for this one program."""
    at, program = clock.now(), rules_of([identifier])[identifier]
    schema = schema_for([identifier])
    checked = schema.check(cells, at.date(), asked_on={identifier: program.asked_on(at)})
    if checked.asset is None:
        return Tried(checked.problems, checked.warnings)
    meter = MeterFacts(checked.asset, created_at=at, wanted={identifier: (at, program.position, 0)})
    result = explain(meter, program, schema, at, passed=False)
    return Tried(
        warnings=checked.warnings,
        status=str(result.status.label),
        open_checks=[_words(check.subject, check.actual) for check in failing(result.checks)],
        periods=[_period(period) for period in result.periods],
    )


def _period(result: PeriodResult) -> TriedPeriod:
    open_checks = "; ".join(_words(check.subject, check.actual) for check in failing(result.checks))
    if open_checks or result.expected_at is None:
        return TriedPeriod(result.period.name, str(result.status.label), open_checks)
    return TriedPeriod(result.period.name, str(result.status.label), f"Active from {result.expected_at:%b %-d, %Y}")


def _words(subject: str, actual: str) -> str:
    return f"{subject}: {actual}"


register(try_row)
