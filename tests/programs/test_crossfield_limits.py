"""The rules about several fields at their limits and beside them, on rows of a few values. No database."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from programs.models import Confidence
from programs.schema.crossfield.accounts import ACCOUNT, Numbers
from programs.schema.crossfield.batteries import UsualRange, battery_rules
from programs.schema.crossfield.customers import customer_rules, only_for_businesses
from programs.schema.crossfield.dates import INSTALLED, NEM, PERMITTED, dates_in_order
from programs.schema.crossfield.facts import Facts, FormatFacts, StateFacts, UtilityFacts
from programs.schema.crossfield.identifiers import how_many
from programs.schema.crossfield.places import (
    BILLING_STATE,
    BILLING_ZIP,
    REGION,
    STATE,
    UTILITY,
    ZIP,
    place_rules,
)
from programs.schema.crossfield.rule import CrossCheck, CrossCheckRule, RowFinding

ON = date(2026, 6, 1)
KW, KWH, HOURS = "power_capacity_kw", "energy_capacity_kwh", "duration_hours"

USUAL = {
    "device.battery_power_capacity_kw": UsualRange(0.5, 100, "kW"),
    "device.battery_energy_capacity_kwh": UsualRange(1, 500, "kWh"),
    "device.battery_max_discharge_rate_kw": UsualRange(None, 100, "kW"),
}


def codes(findings: Any) -> list[str]:
    return [one.code for one in findings]


def of_device(**values: Any) -> list[RowFinding]:
    """What is found on the battery of the row's own device; names without device.battery_, home and count beside."""
    plain = {"home": "customer_classification", "count": "site.number_of_devices", "load": "load_types.0"}
    row = {plain.get(name, f"device.battery_{name}"): value for name, value in values.items()}
    (rule,) = battery_rules([], USUAL)
    return list(rule.check(row, ON))


# --- batteries


@pytest.mark.parametrize(("most", "least", "crossed"), [(11, 10, False), (10, 10, True), (9, 10, True)])
def test_highest_charge_is_above_the_lowest(most, least, crossed):
    findings = of_device(max_state_of_charge_percentage=most, min_state_of_charge_percentage=least)

    assert [(one.code, one.blocks) for one in findings] == ([("CHARGE_LIMITS_CROSSED", True)] if crossed else [])


@pytest.mark.parametrize("limits", [{"max_state_of_charge_percentage": 5}, {"min_state_of_charge_percentage": 5}])
def test_one_charge_limit_crosses_nothing(limits):
    assert of_device(**limits) == []


@pytest.mark.parametrize(("least", "suggestion"), [(0, None), (0.01, "1"), (0.2, "20"), (0.99, "99"), (1, None)])
def test_lowest_charge_between_nothing_and_one_percent_looks_like_a_share(least, suggestion):
    suggestions = [one.context["suggestion"] for one in of_device(min_state_of_charge_percentage=least)]

    assert suggestions == ([suggestion] if suggestion else [])


@pytest.mark.parametrize(
    ("values", "suggestion"),
    [
        ({"power_capacity_kw": 100}, None),
        ({"power_capacity_kw": 100.5}, {}),
        ({"power_capacity_kw": 999}, {}),
        ({"power_capacity_kw": 1000}, {"suggestion": "1"}),
        ({"power_capacity_kw": 5000}, {"suggestion": "5"}),
        ({"energy_capacity_kwh": 500}, None),
        ({"energy_capacity_kwh": 501}, {}),
        ({"energy_capacity_kwh": 13500}, {"suggestion": "13.5"}),
        ({"power_capacity_kw": 300, "count": 3}, None),
        ({"power_capacity_kw": 301, "count": 3}, {}),
        ({"power_capacity_kw": 101, "count": 0}, {}),
        ({"power_capacity_kw": 100, "count": 0}, None),
    ],
)
def test_more_than_a_home_s_devices_can_have_looks_like_watts(values, suggestion):
    findings = [one for one in of_device(home="RESIDENTIAL", **values) if one.code == "LOOKS_LIKE_WATTS"]

    kept = [{key: value for key, value in one.context.items() if key == "suggestion"} for one in findings]
    assert kept == ([] if suggestion is None else [suggestion])


@pytest.mark.parametrize(
    ("values", "blocks"),
    [
        ({"power_capacity_kw": 999}, False),
        ({"power_capacity_kw": 1000}, True),
        ({"power_capacity_kw": 2999, "count": 3}, False),
        ({"power_capacity_kw": 3000, "count": 3}, True),
        ({"max_discharge_rate_kw": 101}, False),
        ({"max_discharge_rate_kw": 5000}, True),
    ],
)
def test_ten_times_more_than_a_home_has_stops_the_row(values, blocks):
    findings = [one for one in of_device(home="RESIDENTIAL", **values) if one.code == "LOOKS_LIKE_WATTS"]

    assert [one.blocks for one in findings] == [blocks]


@pytest.mark.parametrize(
    ("values", "suggestion"),
    [
        ({"energy_capacity_kwh": 0}, ""),
        ({"power_capacity_kw": 0}, ""),
        ({"energy_capacity_kwh": 0.0135}, "13.5"),
        ({"power_capacity_kw": 0.005}, "5"),
        ({"energy_capacity_kwh": 0.1}, "100"),
        ({"energy_capacity_kwh": 0.11}, None),
        ({"energy_capacity_kwh": 1}, None),
    ],
)
def test_battery_of_next_to_nothing_stops_the_row(values, suggestion):
    findings = of_device(load="BATTERY_STORAGE", **values)

    told = [(one.code, one.blocks, one.context.get("suggestion", "")) for one in findings]
    assert told == ([] if suggestion is None else [("BATTERY_TOO_SMALL", True, suggestion)])
    assert of_device(load="HVAC", **values) == []


@pytest.mark.parametrize("home", ["COMMERCIAL", None])
def test_only_homes_have_such_limits(home):
    assert of_device(home=home, power_capacity_kw=5000) == []
    assert codes(of_device(home="RESIDENTIAL", power_capacity_kw=5000)) == ["LOOKS_LIKE_WATTS"]


@pytest.mark.parametrize(
    ("power", "energy", "hours", "suggestion"),
    [
        (5, 15, 3, None),
        (5, 15, 2.01, None),  # less than an hour apart
        (5, 15, 2, "3"),  # an hour, and a third
        (5, 15, 4, "3"),
        (5, 20, 5, None),  # an hour, and just a quarter
        (5, 20, 3, None),
        (5, 20, 2.9, "4"),
        (5, 50, 8, None),  # two hours, and a fifth
        (5, 50, 7, "10"),
        (10, 10, 3, "1"),
        (10, 9, 3, ""),  # less than an hour is no duration to suggest
        (1, 100, 2, "100"),
        (1, 101, 2, ""),
        (0, 15, 2, None),
        (5, 0, 2, None),
        (5, 15, None, None),
        (5, 15, 0, "3"),
    ],
)
def test_duration_is_energy_by_power_within_an_hour_or_a_quarter(power, energy, hours, suggestion):
    findings = of_device(power_capacity_kw=power, energy_capacity_kwh=energy, duration_hours=hours)

    suggestions = [one.context.get("suggestion", "") for one in findings]
    assert suggestions == ([] if suggestion is None else [suggestion])


@pytest.mark.parametrize("rate", ["max_discharge_rate_kw", "max_charge_rate_kw"])
@pytest.mark.parametrize(("power", "kw", "above"), [(5, 10, False), (5, 10.1, True), (0, 10, False)])
def test_rate_is_at_most_twice_the_power(rate, power, kw, above):
    assert codes(of_device(power_capacity_kw=power, **{rate: kw})) == (["RATE_ABOVE_POWER"] if above else [])


def test_every_slot_of_the_site_is_a_battery_of_its_own():
    keys = ["site.site_devices.1.device_type", "site.site_devices.0.device_type", "site.number_of_devices"]

    rules = battery_rules(keys, {})

    assert [rule.starts[2] for rule in rules] == [
        "device.battery_duration_hours",
        "site.site_devices.0.energy_capacity_duration_hours",
        "site.site_devices.1.energy_capacity_duration_hours",
    ]


# --- dates


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("TG120001 / TG120002", 2),
        ("TG120001, TG120002;TG120003", 3),
        ("TG120001 and TG120002", 2),
        ("122107012345 122107012346", 2),
        ("1112392226 | 1112392227", 2),
        ("TG120001/B", 1),
        ("TG-12 0000 1", 1),
        ("5 234 567 8901", 1),
        ("1234567 1234567", 1),
        ("1,112,392,222", 1),
        ("TG120001, Unit B", 1),
        ("TG120001;", 1),
        ("", 1),
    ],
)
def test_identifiers_of_one_cell_are_counted(text, count):
    assert how_many(text) == count


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        ({INSTALLED: "2024-02-02", PERMITTED: "2024-02-02"}, []),
        ({INSTALLED: "2024-02-03", PERMITTED: "2024-02-02"}, ["PERMISSION_BEFORE_INSTALLATION"]),
        ({INSTALLED: "2024-02-03"}, []),
        ({INSTALLED: "2026-06-01"}, []),
        ({INSTALLED: "2026-06-02"}, ["DATE_TO_COME"]),
        ({PERMITTED: "2026-06-01"}, []),
        ({INSTALLED: "1990-01-01", PERMITTED: "1990-01-01"}, []),
        ({INSTALLED: "1989-12-31", PERMITTED: "1989-12-31"}, ["DATE_LONG_AGO", "DATE_LONG_AGO"]),
        ({PERMITTED: "2026-06-02"}, ["DATE_TO_COME"]),
        ({PERMITTED: "2023-04-14", NEM: "NEM3"}, ["NEM3_TOO_EARLY"]),
        ({PERMITTED: "2023-04-15", NEM: "NEM3"}, []),
        ({PERMITTED: "2023-04-14", NEM: "NEM2"}, []),
        ({INSTALLED: "2020-01-01", NEM: "NEM3"}, []),
    ],
)
def test_dates_follow_each_other_and_are_not_to_come(row, expected):
    assert codes(dates_in_order(row, ON)) == expected


# --- customers

FOSSIL, RENEWABLE = "site.on_site_fossil_generator", "site.renewable_generator"
TYPE, FUEL = "site.site_devices.0.device_type", "site.site_devices.0.fuel_type"


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        ({"customer_classification": "RESIDENTIAL"}, []),
        (
            {"customer_classification": "RESIDENTIAL", "customer.end_customer_title": "Dr"},
            [("ONLY_FOR_BUSINESSES", "customer.end_customer_title")],
        ),
        ({"customer_classification": "COMMERCIAL"}, [("COMPANY_MISSING", "customer.end_customer_company_name")]),
        ({"customer_classification": "COMMERCIAL", "customer.end_customer_company_name": "Bakery"}, []),
        ({"customer_classification": "AGRICULTURAL"}, []),
        ({"customer_classification": "AGRICULTURAL", "customer.end_customer_title": "Dr"}, []),
    ],
)
def test_company_and_title_belong_to_commercial_customers(row, expected):
    assert [(one.code, one.key) for one in only_for_businesses(row, ON)] == expected


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        ({FOSSIL: True}, ["GENERATOR_NOT_DESCRIBED"]),
        ({FOSSIL: True, TYPE: "BATTERY"}, ["GENERATOR_NOT_DESCRIBED"]),
        ({FOSSIL: True, TYPE: "GENERATOR"}, []),
        ({FOSSIL: True, "device.device_type": "GENERATOR"}, []),
        ({FOSSIL: True, "site.generator_capacity_kw": 5}, []),
        ({FOSSIL: False}, []),
        ({FOSSIL: False, TYPE: "BATTERY", FUEL: "DIESEL"}, []),
        ({FOSSIL: False, TYPE: "GENERATOR", FUEL: "DIESEL"}, ["GENERATOR_DENIED"]),
        ({FOSSIL: False, TYPE: "GENERATOR"}, ["GENERATOR_DENIED"]),
        ({FOSSIL: False, TYPE: "GENERATOR", RENEWABLE: True}, []),
        ({FOSSIL: False, TYPE: "GENERATOR", RENEWABLE: True, FUEL: "DIESEL"}, ["GENERATOR_DENIED"]),
        ({FOSSIL: False, TYPE: "GENERATOR", FUEL: "OTHER"}, []),
        ({FOSSIL: False, TYPE: "GENERATOR", FUEL: "ENERGY_STORAGE"}, []),
        ({FOSSIL: False, "device.device_type": "GENERATOR"}, []),
        ({FOSSIL: False, "site.generator_fuel_type": "DIESEL"}, ["GENERATOR_DENIED"]),
    ],
)
def test_generator_is_described_exactly_when_there_is_one(row, expected):
    rule = customer_rules([TYPE, FUEL])[1]

    assert codes(rule.check(row, ON)) == expected
    assert set(row) - {FOSSIL} <= set(rule.reads)


# --- places


def utility(code: str, *formats: FormatFacts, region: str = "CAISO", **changes: Any) -> UtilityFacts:
    about: dict[str, Any] = {"states": frozenset({"CA"}), "eia_number": "", "eia_number_confirmed": True}
    return UtilityFacts(code, f"{code} Company", region, formats=formats, **(about | changes))


def form(pattern: str, **changes: Any) -> FormatFacts:
    about: dict[str, Any] = {"refuses": True, "confidence": Confidence.HIGH, "valid_from": None, "valid_to": None}
    return FormatFacts(f"form {pattern}", pattern, "an example", **(about | changes))


STATES = {
    "CA": StateFacts("California", ("CAISO",), frozenset({"89439"})),
    "NV": StateFacts("Nevada", (), frozenset()),
    "TX": StateFacts("Texas", ("ERCOT", "PJM"), frozenset()),
    "NY": StateFacts("New York", ("NYISO",), frozenset()),
}
UTILITIES = {
    "PGE": utility("PGE"),
    "ENTERGY": utility("ENTERGY", region="PJM", states=frozenset({"TX", "LA"})),
    "ANYWHERE": utility("ANYWHERE", region="", states=frozenset()),
}
PLACES = Facts(STATES, UTILITIES)


def of_place(*own: str, **row: Any) -> list[tuple[str, str, bool, object, object]]:
    """Code, key, whether it stops the row, and what to write where."""
    names = {"region": REGION, "state": STATE, "zip": ZIP, "utility": UTILITY}
    names |= {"billing_zip": BILLING_ZIP, "billing_state": BILLING_STATE}
    flat = {names.get(name, name): value for name, value in row.items()}
    return [
        (
            finding.code,
            finding.key,
            finding.blocks,
            finding.context.get("suggestion"),
            finding.context.get("suggestion_field"),
        )
        for finding in CrossCheck(place_rules(PLACES, own))(flat, ON)
    ]


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        ({"region": "CAISO", "state": "CA", "zip": "94103", "utility": "PGE"}, []),
        ({"region": "CAISO", "state": "XX"}, []),
        ({"state": "CA"}, []),
        ({"region": "NYISO", "state": "CA"}, [("STATE_OUTSIDE_REGION", REGION, True, "CAISO", None)]),
        ({"region": "NYISO", "state": "NV"}, [("STATE_OUTSIDE_REGION", REGION, False, None, None)]),
        ({"region": "NYISO", "state": "TX"}, [("STATE_OUTSIDE_REGION", REGION, True, None, None)]),
        (
            {"region": "NYISO", "state": "TX", "utility": "ENTERGY"},
            [("STATE_OUTSIDE_REGION", REGION, True, "PJM", None)],
        ),
        (
            {"region": "NYISO", "state": "CA", "zip": "10001"},  # the state is the one that is wrong
            [("STATE_OUTSIDE_REGION", REGION, True, "NY", STATE)],
        ),
        ({"region": "CAISO", "state": "CA", "zip": "10001"}, [("ZIP_OF_OTHER_STATE", ZIP, False, None, None)]),
        ({"region": "CAISO", "state": "CA", "zip": "10001-1234"}, [("ZIP_OF_OTHER_STATE", ZIP, False, None, None)]),
        ({"region": "CAISO", "state": "CA", "zip": "89439"}, []),  # a neighbour's, delivered here too
        ({"region": "CAISO", "state": "CA", "zip": "89439-0001"}, []),
        ({"region": "CAISO", "state": "CA", "zip": "00000"}, [("ZIP_UNKNOWN", ZIP, False, None, None)]),
        (
            {"region": "ERCOT", "state": "TX", "utility": "PGE"},
            [("UTILITY_OF_OTHER_STATE", UTILITY, False, None, None)],
        ),
        (
            {"region": "ERCOT", "state": "TX", "zip": "94103", "utility": "PGE"},
            [
                ("ZIP_OF_OTHER_STATE", ZIP, False, None, None),
                ("UTILITY_OF_OTHER_STATE", UTILITY, False, "CA", STATE),
            ],
        ),
        (
            {"region": "ERCOT", "state": "TX", "utility": "ENTERGY"},
            [("UTILITY_OF_OTHER_REGION", UTILITY, False, "PJM", REGION)],
        ),
        ({"region": "PJM", "state": "TX", "utility": "ENTERGY"}, []),
        ({"region": "ERCOT", "state": "TX", "utility": "ANYWHERE"}, []),
        ({"region": "ERCOT", "utility": "ENTERGY"}, [("UTILITY_OF_OTHER_REGION", UTILITY, False, None, None)]),
        ({"billing_state": "CA", "billing_zip": "94103"}, []),
        (
            {"billing_state": "CA", "billing_zip": "10001"},
            [("ZIP_OF_OTHER_STATE", BILLING_ZIP, False, None, None)],
        ),
        ({"billing_state": "CA", "billing_zip": "89439"}, []),
    ],
)
def test_places_that_cannot_belong_together(row, expected):
    assert of_place(**row) == expected


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        ({"region": "NYISO", "caiso.nem_type": "NEM2"}, 1),
        ({"region": "CAISO", "caiso.nem_type": "NEM2"}, 0),
        ({"region": "NYISO", "caiso.nem_type": False}, 0),
        ({"caiso.nem_type": "NEM2"}, 0),
        ({"region": "NYISO", "caiso.nem_type": "NEM2", "caiso.other": "x"}, 1),  # one is enough for an owner
        ({"region": "NYISO", "caiso.nem_type": "NEM2", "ercot.other": "x"}, 2),
    ],
)
def test_fields_of_another_region_are_named_once_for_each(row, expected):
    findings = of_place("caiso.nem_type", "caiso.other", "ercot.other", "customer.city", **row)

    assert [one[0] for one in findings] == ["FIELD_OF_OTHER_REGION"] * expected


def test_field_of_a_region_that_the_state_is_in_is_passed_over():
    row = {"region": "ERCOT", "state": "TX", "pjm.zone": "8"}

    assert of_place("pjm.zone", **row) == []
    assert [one[1] for one in of_place("pjm.zone", **(row | {"state": None}))] == ["pjm.zone"]


# --- account numbers

DIGITS, LONGER, ESI = form(r"\d{10}"), form(r"\d{11}"), form(r"10\d{15}")
ONCOR = utility("ONCOR", ESI, region="ERCOT", states=frozenset({"TX"}), eia_number="44372")
CENTERPOINT = utility("CNP", ESI, region="ERCOT", states=frozenset({"TX"}), eia_number="08901")
SMT = utility("SMT", form(r"10\d{15}|10\d{20}"), region="ERCOT", states=frozenset({"TX"}))
ACCOUNTS = Facts(STATES, {one.code: one for one in (utility("PGE", DIGITS), utility("SCE", LONGER), ONCOR, SMT)})


def of_account(number: str, facts: Facts = ACCOUNTS, *, on: date = ON, **row: Any) -> list[tuple[Any, ...]]:
    names = {"utility": UTILITY, "region": REGION, "state": STATE}
    flat = {ACCOUNT: number} | {names[name]: value for name, value in row.items()}
    return [(one.code, one.blocks, one.context.get("suggestion")) for one in Numbers(facts).check(flat, on)]


@pytest.mark.parametrize(
    ("number", "row", "expected"),
    [
        ("1234567890", {"utility": "PGE"}, []),
        ("1234567890", {"utility": "NOBODY"}, []),
        ("1234567890", {}, []),
        ("123456789", {"utility": "PGE"}, [("ACCOUNT_FORMAT", True, None)]),
        ("12345678901", {"utility": "PGE"}, [("ACCOUNT_FORMAT", True, "SCE")]),
        ("12345678901", {"utility": "PGE", "state": "TX"}, [("ACCOUNT_FORMAT", True, None)]),
        ("10443720000000000", {"utility": "ONCOR"}, []),
        ("10443720000000000", {"region": "ERCOT"}, []),
        ("1044372", {"region": "ERCOT"}, [("ACCOUNT_FORMAT", True, None)]),
        ("1044372", {"region": "CAISO"}, []),
    ],
)
def test_account_number_has_a_form_of_its_utility(number, row, expected):
    assert of_account(number, **row) == expected


@pytest.mark.parametrize(
    ("on", "expected"),
    [("2026-05-31", 0), ("2026-06-01", 1), ("2026-06-30", 1), ("2026-07-01", 0)],
)
def test_form_counts_from_its_first_day_to_its_last(on, expected):
    dated = form(r"\d{10}", valid_from=date(2026, 6, 1), valid_to=date(2026, 6, 30))
    facts = Facts(STATES, {"PGE": utility("PGE", dated)})

    assert len(of_account("1", facts, on=date.fromisoformat(on), utility="PGE")) == expected


@pytest.mark.parametrize(
    ("forms", "blocks"),
    [
        ((form("a"),), True),
        ((form("a", refuses=False),), False),
        ((form("a"), form("b", refuses=False)), False),  # one doubt is enough
    ],
)
def test_number_of_no_form_stops_the_row_when_every_form_refuses(forms, blocks):
    facts = Facts(STATES, {"PGE": utility("PGE", *forms)})

    assert of_account("1", facts, utility="PGE") == [("ACCOUNT_FORMAT", blocks, None)]


def test_surest_form_gives_the_example():
    low, high = form("aa", confidence=Confidence.LOW), form("bb", confidence=Confidence.HIGH)
    facts = Facts(STATES, {"PGE": utility("PGE", low, high)})

    (finding,) = Numbers(facts).check({ACCOUNT: "1", UTILITY: "PGE"}, ON)

    assert finding.context["forms"] == "form bb; or form aa"


@pytest.mark.parametrize(("confidence", "suggestion"), [(Confidence.HIGH, "SCE"), (Confidence.LOW, None)])
def test_doubtful_form_of_another_utility_is_no_suggestion(confidence, suggestion):
    other = form(r"\d{11}", confidence=confidence)
    facts = Facts(STATES, {"PGE": utility("PGE", DIGITS), "SCE": utility("SCE", other)})

    assert of_account("12345678901", facts, utility="PGE") == [("ACCOUNT_FORMAT", True, suggestion)]


def test_number_that_fits_two_other_utilities_suggests_neither():
    facts = Facts(
        STATES, {"PGE": utility("PGE", DIGITS), "SCE": utility("SCE", LONGER), "SDGE": utility("SDGE", LONGER)}
    )

    assert of_account("12345678901", facts, utility="PGE") == [("ACCOUNT_FORMAT", True, None)]


@pytest.mark.parametrize(
    ("owner_is_sure", "named_is_sure", "blocks"), [(True, True, True), (False, True, False), (True, False, False)]
)
def test_esi_id_of_another_utility_stops_the_row_when_both_are_sure(owner_is_sure, named_is_sure, blocks):
    owner = replace(ONCOR, eia_number_confirmed=owner_is_sure)
    named = replace(CENTERPOINT, eia_number_confirmed=named_is_sure)
    facts = Facts(STATES, {"ONCOR": owner, "CNP": named})

    assert of_account("10443720000000000", facts, utility="CNP") == [("ESI_ID_OF_OTHER_UTILITY", blocks, "ONCOR")]
    assert of_account("10089010000000000", facts, utility="CNP") == []


@pytest.mark.parametrize(
    ("confidence", "count", "expected"),
    [
        (Confidence.HIGH, 1, [("ESI_ID_OF_OTHER_UTILITY", True, "TNMP")]),
        (Confidence.LOW, 1, [("ESI_ID_OF_OTHER_UTILITY", False, "TNMP")]),
        (Confidence.HIGH, 2, [("ACCOUNT_FORMAT", True, None)]),  # two forms fit: nobody's for sure
    ],
)
def test_esi_id_without_a_known_number_belongs_to_the_only_utility_whose_form_it_fits(confidence, count, expected):
    """Its own EIA number is nobody's; the named utility's form does not fit it either."""
    named = utility("CNP", form(r"1008901\d{10}"), region="ERCOT", states=frozenset({"TX"}), eia_number="08901")
    fitting = [
        utility(code, form(r"1099999\d{10}", confidence=confidence), region="ERCOT", eia_number=number)
        for code, number in (("TNMP", "40051"), ("AEP", "03278"))[:count]
    ]
    facts = Facts(STATES, {one.code: one for one in (named, *fitting)})

    assert of_account("10999990000000000", facts, utility="CNP") == expected


@pytest.mark.parametrize(
    ("other", "row", "suggestion"),
    [
        ({}, {}, "OTHER"),
        ({"states": frozenset({"NV"})}, {"state": "CA"}, None),  # serves another state
        ({"states": frozenset()}, {"state": "CA"}, "OTHER"),  # serves any
        ({"states": frozenset({"NV"})}, {}, "OTHER"),  # the row has no state
        ({"region": "ERCOT"}, {"state": "CA"}, "OTHER"),  # of another region, and serves this state
        ({"region": "ERCOT"}, {}, None),
        ({"region": "ERCOT"}, {"region": "ERCOT"}, "OTHER"),
    ],
)
def test_number_of_a_utility_nearby_suggests_it(other, row, suggestion):
    facts = Facts(STATES, {"PGE": utility("PGE", DIGITS), "OTHER": utility("OTHER", LONGER, **other)})

    assert of_account("12345678901", facts, utility="PGE", **row) == [("ACCOUNT_FORMAT", True, suggestion)]


# --- asking all rules


def test_rule_is_asked_when_one_of_its_starts_is_filled_and_waits_for_broken_cells():
    rule = CrossCheckRule(("a", "b"), ("a", "b", "c"), lambda row, _on: [RowFinding("X", ",".join(row))])
    check = CrossCheck([rule])

    assert [one.key for one in check({"b": 1, "c": 2, "d": 3}, ON)] == ["b,c"]
    assert check({"c": 2, "d": 3}, ON) == []
    assert check({"b": 1, "c": 2}, ON, {"c"}) == []
    assert [one.key for one in check({"b": 1, "c": 2}, ON, {"d"})] == ["b,c"]


def test_answers_are_remembered_by_all_values_that_a_rule_reads():
    asked: list[object] = []

    def check(row: Any, on: date) -> list[RowFinding]:
        asked.append(dict(row))
        return [RowFinding("X", str(row["b"]))]

    ask = CrossCheck([CrossCheckRule(("a",), ("a", "b"), check)])

    keys = [ask({"a": 1, "b": value, "c": number}, ON)[0].key for number, value in enumerate((1, 2, 1))]

    assert keys == ["1", "2", "1"]
    assert asked == [{"a": 1, "b": 1}, {"a": 1, "b": 2}]


def test_answers_that_do_not_repeat_are_asked_for_anew():
    asked: list[object] = []
    rule = CrossCheckRule(("a",), ("a",), lambda row, _on: asked.append(row) or [], repeats=False)  # type: ignore[func-returns-value]  # on purpose
    ask = CrossCheck([rule])

    for _ in range(2):
        ask({"a": 1}, ON)

    assert len(asked) == 2
