"""Which programs would take an asset of which only a part is known. Reads, never writes.

Nothing is guessed: what a program's answer depends on and nobody said yet is named. The state of a ZIP code, and the
region of a state that lies in one region only, are known facts.
"""

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from onboarding.enrollment.checks import Check, CheckOutcome, failing
from onboarding.enrollment.evaluate import explain
from onboarding.enrollment.facts import MeterFacts
from onboarding.enrollment.results import MISFITS
from onboarding.enrollment.rules import ProgramRules, rules_of
from portal.problems import Problem
from programs.deadlines import DeadlineRule
from programs.models import ActionType, State
from programs.schema import Rule, Schema, flatten, schema_for, state_of_zip

REGION, STATE, METER_TYPE = "transmission_region", "customer.state_or_province_code", "meter_type"
UTILITY, CLASSIFICATION, ZIP = "utility.utility_name", "customer_classification", "customer.postal_code"


_FURTHER = re.compile(r"\.[1-9]\d*\.")


class EligibilityStatus(StrEnum):
    """What a program says of an asset, as far as it is known."""

    ELIGIBLE = "ELIGIBLE"
    MISSING_INFORMATION = "MISSING_INFORMATION"
    NOT_KNOWN_YET = "NOT_KNOWN_YET"
    NOT_ELIGIBLE = "NOT_ELIGIBLE"


_BEST_FIRST = list(EligibilityStatus)


@dataclass(frozen=True, slots=True)
class ProgramEligibility:
    """One program's answer.

    unknown: the facts that decide whether the asset fits at all, and that nobody said. missing: required fields that
    are empty. may_be_needed: required fields that are empty and are needed only if something unknown is so, with what
    that is. reasons: what rules it out. open_items: what somebody has to do once there is a meter. period, deadline:
    those that the asset can make next.
    """

    program: ProgramRules
    status: EligibilityStatus
    unknown: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    may_be_needed: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    reasons: tuple[Problem, ...] = ()
    open_items: tuple[str, ...] = ()
    period: str = ""
    deadline: DeadlineRule | None = None


def known_facts(asset: Mapping[str, Any]) -> tuple[dict[str, Any], list[str]]:
    """The asset with what follows from it for certain (the state of its ZIP code, the only region that it can be in),
    and the regions that it can be in; none when nothing is known of them."""
    customer = dict(asset.get("customer", {}))
    state = customer.get("state_or_province_code") or state_of_zip(str(customer.get("postal_code", "")))
    known: dict[str, Any] = dict(asset)
    regions: list[str] = []
    if state:
        known["customer"] = {**customer, "state_or_province_code": state}
        regions = list(State.objects.filter(code=state).values_list("transmission_regions", flat=True).first() or [])
    if len(regions) == 1:
        known.setdefault(REGION, regions[0])
    return known, regions


def eligibility_of(
    asset: Mapping[str, Any], at: datetime, *, programs: Collection[str] = ()
) -> list[ProgramEligibility]:
    """The answer of each program that is offered (or of the named ones), the best first.

    asset: a part of a checked asset. at: the moment from which on deadlines count.
    """
    (known, regions), rules = known_facts(asset), rules_of(programs)
    schema = schema_for(rules_of())
    offered = [program for program in rules.values() if program.is_offered]
    offered.sort(key=lambda program: program.position)
    answers = [_elsewhere(program, known, regions) or _ask(known, program, schema, at) for program in offered]
    return sorted(answers, key=lambda one: _BEST_FIRST.index(one.status))


def _elsewhere(program: ProgramRules, asset: Mapping[str, Any], regions: Collection[str]) -> ProgramEligibility | None:
    """The answer of a program in none of the regions that the asset can be in, when its own is not known."""
    if REGION in asset or not regions or program.transmission_region in regions:
        return None
    context = {"program": program.identifier, "wanted": program.transmission_region, "found": " or ".join(regions)}
    reason = Problem("PROGRAM_OTHER_REGION", REGION, "", context)
    return ProgramEligibility(program, EligibilityStatus.NOT_ELIGIBLE, reasons=(reason,))


def _ask(asset: Mapping[str, Any], program: ProgramRules, schema: Schema, at: datetime) -> ProgramEligibility:
    """The program is asked as if each unknown fact suited it; the facts are named then."""
    flat = flatten(asset)
    unknown = tuple(_unknown(flat, program))
    supposed = _as_if_it_fitted(asset, program, unknown)
    meter = MeterFacts(supposed, created_at=at, wanted={program.identifier: (at, program.position, 0)})
    result = explain(meter, program, schema, at, passed=False)
    checks = failing(result.checks)
    missing = [check.field for check in checks if _is_missing(check) and check.field not in unknown]
    reasons = _reasons(checks)
    rules = [rule for rule in schema.rules_of(program.identifier) if rule.applies(program.asked_on(at))]
    needed = {} if reasons else dict(_may_be_needed(rules, flat, missing))
    status = (
        EligibilityStatus.NOT_ELIGIBLE
        if reasons
        else EligibilityStatus.NOT_KNOWN_YET
        if unknown
        else EligibilityStatus.MISSING_INFORMATION
        if missing or needed
        else EligibilityStatus.ELIGIBLE
    )
    period = result.leading
    return ProgramEligibility(
        program=program,
        status=status,
        unknown=() if reasons else unknown,
        missing=() if reasons else tuple(missing),
        may_be_needed=needed,
        reasons=tuple(reasons),
        open_items=() if reasons else tuple(_open_items(checks)),
        period=period.name if period and not reasons else "",
        deadline=period.next_deadline(at) if period and not reasons else None,
    )


def _unknown(flat: Mapping[str, object], program: ProgramRules) -> Iterator[str]:
    """The facts that decide about the fit to this program, and are not known."""
    decides = {
        REGION: True,
        STATE: bool(program.states),
        METER_TYPE: bool(program.meter_types),
        UTILITY: bool(program.utilities),
    }
    return (key for key, counts in decides.items() if counts and key not in flat)


def _as_if_it_fitted(asset: Mapping[str, Any], program: ProgramRules, unknown: Collection[str]) -> dict[str, Any]:
    """The asset with values that the program accepts in the place of unknown ones, so that the rest can be asked."""
    supposed: dict[str, Any] = {
        REGION: program.transmission_region,
        METER_TYPE: min(program.meter_types, default=""),
        **asset,
    }
    if STATE in unknown:
        state = {"state_or_province_code": min(program.states)}
        supposed["customer"] = {**supposed.get("customer", {}), **state}
    return supposed


def _reasons(checks: Collection[Check]) -> list[Problem]:
    """What rules the asset out. Of a misfit only that is said."""
    failed = [check.problem for check in checks if check.outcome is CheckOutcome.FAILED and _rules_out(check)]
    reasons = [problem for problem in failed if problem is not None]
    misfits = [problem for problem in reasons if problem.code in MISFITS]
    return misfits or reasons


def _rules_out(check: Check) -> bool:
    return not _is_missing(check) and check.action_type != ActionType.IS_AUTHORIZED


def _is_missing(check: Check) -> bool:
    return check.problem is not None and check.problem.code == "PROGRAM_FIELD_MISSING"


def _open_items(checks: Collection[Check]) -> Iterator[str]:
    """What is to be done by somebody once there is a meter: an authorization, and what is recorded by hand."""
    kinds = (check.action_type for check in checks if not _is_missing(check) and check.asks)
    return iter(dict.fromkeys(kinds))


def _may_be_needed(
    rules: Collection[Rule], flat: Mapping[str, object], missing: Collection[str]
) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Required fields that are empty, where nobody can tell yet whether they are needed, with what that depends on."""
    for rule in rules:
        key = rule.keys[0]
        is_filled = any(other in flat for other in rule.keys)
        if not rule.required or rule.holds is None or is_filled or key in missing or rule.holds(flat):
            continue
        if _FURTHER.search(key):  # of further devices nothing is asked before somebody speaks of them
            continue
        if not any(other in flat for other in rule.depends_on):
            yield key, rule.depends_on[:1]
