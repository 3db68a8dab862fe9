"""Whether region, state, zip code and utility can belong together."""

from collections.abc import Iterable, Sequence
from datetime import date
from functools import partial

from programs.schema.crossfield.facts import REGION_NAMES, Facts, UtilityFacts
from programs.schema.crossfield.rule import CrossCheckRule, RowFinding
from programs.schema.crossfield.zips import state_of
from programs.schema.lists import Flat

REGION, UTILITY = "transmission_region", "utility.utility_name"
STATE, ZIP = "customer.state_or_province_code", "customer.postal_code"
BILLING_STATE, BILLING_ZIP = "customer.billing.state_or_province_code", "customer.billing.postal_code"


def place_rules(facts: Facts, keys: Iterable[str]) -> list[CrossCheckRule]:
    """The rules about places. `keys` are all keys of the catalogue, among which are those of a region's own object."""
    own = tuple(key for key in keys if key.partition(".")[0].upper() in REGION_NAMES)
    return [
        CrossCheckRule((REGION, STATE, ZIP), (REGION, STATE, ZIP, UTILITY), partial(_site, facts)),
        CrossCheckRule((BILLING_ZIP,), (BILLING_ZIP, BILLING_STATE), partial(_billing, facts), repeats=False),
        CrossCheckRule(own, (REGION, STATE, *own), partial(_other_region, facts, own)),
    ]


def _site(facts: Facts, row: Flat, _on: date) -> list[RowFinding]:
    """Report only the first of these that is wrong, since it explains the others."""
    outside = state_outside_region(facts, row)
    if outside and outside[0].context.get("suggestion_field") == STATE:
        return outside
    elsewhere = utility_of_other_state(facts, row) or ([] if outside else utility_of_other_region(facts, row))
    return [*outside, *zip_of_other_state(facts, row, ZIP, STATE), *elsewhere]


def _billing(facts: Facts, row: Flat, _on: date) -> Sequence[RowFinding]:
    fits = state_of(row[BILLING_ZIP]) == row.get(BILLING_STATE)
    return () if fits else zip_of_other_state(facts, row, BILLING_ZIP, BILLING_STATE)


def state_outside_region(facts: Facts, row: Flat) -> list[RowFinding]:
    """A state that has no part of the region stops the row; a state of no region at all is worth a look."""
    region, code = row.get(REGION), row.get(STATE)
    state = facts.states.get(code or "")
    if state is None or region is None or region in state.regions:
        return []
    real = f"it is in {_listed(state.regions)}" if state.regions else "it is in none of the regions"
    context = {"region": region, "state": state.name, "real": real} | _way_out(facts, row, state.regions)
    return [RowFinding("STATE_OUTSIDE_REGION", REGION, context, blocks=bool(state.regions))]


def _way_out(facts: Facts, row: Flat, regions: Sequence[str]) -> dict[str, object]:
    """What to write instead: the state of the zip code if that fits the region, else the only region that can be."""
    elsewhere = state_of(row[ZIP]) if ZIP in row else None
    if elsewhere and elsewhere in facts.states and row[REGION] in facts.states[elsewhere].regions:
        return {"suggestion": elsewhere, "suggestion_field": STATE}
    utility = facts.utilities.get(row.get(UTILITY, ""))
    if len(regions) == 1:
        return {"suggestion": regions[0]}
    return {"suggestion": utility.region} if utility and utility.region in regions else {}


def zip_of_other_state(facts: Facts, row: Flat, zip_key: str, state_key: str) -> list[RowFinding]:
    """A zip code that does not exist, or that lies in another state."""
    code, written = row.get(zip_key), row.get(state_key)
    real = state_of(code) if code is not None else None
    if real is None:
        return []
    if not real:
        return [RowFinding("ZIP_UNKNOWN", zip_key)]
    state = facts.states.get(written or "")
    if state is None or real == written or str(code)[:5] in state.border_zips:
        return []
    other = facts.states.get(real)
    return [RowFinding("ZIP_OF_OTHER_STATE", zip_key, {"state": state.name, "real": other.name if other else real})]


def utility_of_other_state(facts: Facts, row: Flat) -> list[RowFinding]:
    """A utility that does not serve the state."""
    utility, state = facts.utilities.get(row.get(UTILITY, "")), row.get(STATE)
    if utility is None or state is None or not utility.states or state in utility.states:
        return []
    real = _listed([facts.states[one].name if one in facts.states else one for one in sorted(utility.states)])
    here = facts.states[state].name if state in facts.states else state
    context: dict[str, object] = {"utility": utility.name, "state": here, "real": real}
    if (only := _only(utility.states)) and ZIP in row and state_of(row[ZIP]) == only:
        context |= {"suggestion": only, "suggestion_field": STATE}
    return [RowFinding("UTILITY_OF_OTHER_STATE", UTILITY, context)]


def utility_of_other_region(facts: Facts, row: Flat) -> list[RowFinding]:
    """A utility of one region under another: when the state can be in both, only the utility tells which it is."""
    utility, region = facts.utilities.get(row.get(UTILITY, "")), row.get(REGION)
    if utility is None or region is None or utility.region in {"", region}:
        return []
    context: dict[str, object] = {"utility": utility.name, "region": region, "real": utility.region}
    if _can_be(facts, utility, row.get(STATE)):
        context |= {"suggestion": utility.region, "suggestion_field": REGION}
    return [RowFinding("UTILITY_OF_OTHER_REGION", UTILITY, context)]


def _can_be(facts: Facts, utility: UtilityFacts, state: str | None) -> bool:
    """Whether the utility's region is possible for the state that was written."""
    known = facts.states.get(state or "")
    return known is not None and utility.region in known.regions


def _other_region(facts: Facts, own: Sequence[str], row: Flat, _on: date) -> list[RowFinding]:
    """Fields of one region's own object in a row of another. "No" says nothing, and is passed over."""
    region, state = row.get(REGION), facts.states.get(row.get(STATE, ""))
    if region is None:
        return []
    findings: dict[str, RowFinding] = {}
    for key in own:
        owner = key.partition(".")[0].upper()
        if row.get(key) in {None, False} or owner == region or (state and owner in state.regions):
            continue
        findings.setdefault(owner, RowFinding("FIELD_OF_OTHER_REGION", key, {"region": region, "owner": owner}))
    return list(findings.values())


def _only(values: Iterable[str]) -> str:
    candidates = list(values)
    return candidates[0] if len(candidates) == 1 else ""


def _listed(names: Sequence[str]) -> str:
    """A, B or C."""
    return " or ".join(part for part in (", ".join(names[:-1]), names[-1] if names else "") if part)
