"""What cannot be true together in one row: each rule, what it says, whether it stops the row, and when it is silent."""

from datetime import date
from typing import Any

import pytest

from portal.problems import Problem
from programs.models import State, Utility
from programs.schema import Checked, Schema, schema_for
from programs.schema.crossfield import zips
from tests import builders

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("catalogue")]

ON = date(2026, 6, 1)
REGION, STATE, ZIP = "transmission_region", "customer.state_or_province_code", "customer.postal_code"
UTILITY, ACCOUNT = "utility.utility_name", "utility.electric_service_account_number"
INSTALLED, PERMITTED, NEM = "device.install_date", "device.permission_to_operate_date", "caiso.nem_type"
CLASS, COMPANY = "customer_classification", "customer.end_customer_company_name"
TITLE = "customer.end_customer_title"
KW, KWH = "device.battery_power_capacity_kw", "device.battery_energy_capacity_kwh"
HOURS, CHARGE = "device.battery_duration_hours", "device.battery_max_charge_rate_kw"
MOST, LEAST = "device.battery_max_state_of_charge_percentage", "device.battery_min_state_of_charge_percentage"
FOSSIL, SLOT = "site.on_site_fossil_generator", "site.site_devices.0"
BLOCKS, WARNS = True, False
TEXAS = {REGION: "ERCOT", STATE: "TX", ZIP: "75201", NEM: None}
NEW_YORK = {REGION: "NYISO", STATE: "NY", ZIP: "10001", NEM: None, UTILITY: None, ACCOUNT: None}
NO_UTILITY = {UTILITY: None, ACCOUNT: None}

# code, the changed cells, the field that it is about, whether it stops the row, a part of its words
SOME_TEXAN = NO_UTILITY | {
    REGION: "ERCOT",
    STATE: "TX",
    ZIP: "77002",
    "caiso.nem_type": None,
}  # without a utility, an account is an ESI ID
CASES: list[tuple[str, dict[str, Any], str, bool, str]] = [
    (
        "STATE_OUTSIDE_REGION",
        NO_UTILITY | {STATE: "NY", ZIP: "10001"},
        REGION,
        BLOCKS,
        "New York is not in CAISO; it is",
    ),
    ("STATE_OUTSIDE_REGION", NO_UTILITY | {STATE: "HI", ZIP: "96813"}, REGION, WARNS, "in none of the regions"),
    ("ZIP_OF_OTHER_STATE", {ZIP: "89501"}, ZIP, WARNS, "89501 is in Nevada, but the state is California"),
    (
        "ZIP_OF_OTHER_STATE",
        {"customer.billing.postal_code": "10001"},
        "customer.billing.postal_code",
        WARNS,
        "New York",
    ),
    ("ZIP_UNKNOWN", {ZIP: "00000"}, ZIP, WARNS, "not on our list"),
    (
        "UTILITY_OF_OTHER_STATE",
        {UTILITY: "SRP", ACCOUNT: None},
        UTILITY,
        WARNS,
        "serves Arizona, but the state is",
    ),
    (
        "UTILITY_OF_OTHER_REGION",
        {REGION: "WECC_PC"},
        UTILITY,
        WARNS,
        "is in CAISO, but the transmission region is",
    ),
    ("FIELD_OF_OTHER_REGION", {"isone.in_connected_solutions": "yes"}, "isone.in_connected_solutions", WARNS, "ISONE"),
    (
        "FIELD_OF_OTHER_REGION",
        NEW_YORK | {NEM: "NEM2"},
        NEM,
        WARNS,
        "used only in CAISO, but the transmission region",
    ),
    ("ACCOUNT_FORMAT", {ACCOUNT: "123"}, ACCOUNT, WARNS, "10 digits (service agreement ID)"),
    (
        "ACCOUNT_FORMAT",
        TEXAS | {UTILITY: "ONCOR", ACCOUNT: "1044372000"},
        ACCOUNT,
        BLOCKS,
        "17 digits, beginning with 1044372",
    ),
    (
        "ESI_ID_OF_OTHER_UTILITY",
        TEXAS | {UTILITY: "CENTERPOINT", ACCOUNT: "10443720001234567"},
        UTILITY,
        BLOCKS,
        "ESI IDs that begin with 1044372 belong to Oncor. Change the utility to ONCOR",
    ),
    (
        "PERMISSION_BEFORE_INSTALLATION",
        {INSTALLED: "2023-02-15"},
        PERMITTED,
        WARNS,
        "before the installation on 2023-02-15",
    ),
    (
        "SEVERAL_IN_ONE_CELL",
        {"device.device_serial_number": "TG120001 / TG120002"},
        "device.device_serial_number",
        WARNS,
        "looks like 2 values in one cell",
    ),
    ("DATE_LONG_AGO", {INSTALLED: "1970-01-01"}, INSTALLED, WARNS, "is 1970-01-01"),
    ("DATE_TO_COME", {INSTALLED: "2026-06-02", PERMITTED: None}, INSTALLED, WARNS, "(today is 2026-06-01)"),
    (
        "NEM3_TOO_EARLY",
        {NEM: "NEM3"},
        NEM,
        WARNS,
        "given on 2023-02-14, before NEM3 began on 2023-04-15 (our reading of",
    ),
    ("CHARGE_AS_FRACTION", {LEAST: 0.2}, LEAST, WARNS, "If you mean 20%, enter 20."),
    ("ACCOUNT_FORMAT", SOME_TEXAN | {ACCOUNT: "12345"}, ACCOUNT, WARNS, "numbers look like this"),
    ("CHARGE_LIMITS_CROSSED", {MOST: 10, LEAST: 95}, MOST, BLOCKS, "not above the minimum of 95%"),
    ("CHARGE_LIMITS_CROSSED", {MOST: 50, LEAST: 50}, MOST, BLOCKS, "is 50%"),
    ("DURATION_DIFFERS", {HOURS: 4}, HOURS, WARNS, "is 4 h, but 13.5 kWh at 5 kW last 2.7 h"),
    ("LOOKS_LIKE_WATTS", {KW: 5000, HOURS: None}, KW, BLOCKS, "is 5,000 kW, far more than one home device has"),
    ("LOOKS_LIKE_WATTS", {KWH: 13500, HOURS: None}, KWH, BLOCKS, "looks like watt hours"),
    ("BATTERY_TOO_SMALL", {KWH: 0, HOURS: None}, KWH, BLOCKS, "is 0 kWh, far less than any battery has"),
    ("RATE_ABOVE_POWER", {CHARGE: 11}, CHARGE, WARNS, "is 11 kW, more than twice the battery’s power of 5 kW"),
    ("COMPANY_MISSING", {CLASS: "COMMERCIAL"}, COMPANY, WARNS, "the customer is commercial"),
    (
        "ONLY_FOR_BUSINESSES",
        {COMPANY: "Rivera Foods"},
        COMPANY,
        WARNS,
        "“Rivera Foods”, but the customer is residential",
    ),
    ("ONLY_FOR_BUSINESSES", {TITLE: "Facility lead"}, TITLE, WARNS, "residential"),
    ("GENERATOR_NOT_DESCRIBED", {FOSSIL: "yes"}, FOSSIL, WARNS, "no generator is described"),
    ("GENERATOR_DENIED", {FOSSIL: "no", f"{SLOT}.device_type": "GENERATOR"}, FOSSIL, WARNS, "is no, but a generator"),
    ("GENERATOR_DENIED", {FOSSIL: "no", "site.generator_fuel_type": "DIESEL"}, FOSSIL, WARNS, "is no, but a generator"),
]


@pytest.fixture
def schema() -> Schema:
    return schema_for(["CEC-DSGS"])


def check(schema: Schema, changes: dict[str, Any]) -> Checked:
    return schema.check(builders.row(1) | changes, ON)


def problems_of(checked: Checked) -> list[Problem]:
    return [*checked.problems, *checked.warnings]


@pytest.mark.parametrize(
    ("code", "changes", "field", "blocks", "part"),
    CASES,
    ids=[f"{code}-{number}" for number, (code, *_) in enumerate(CASES)],
)
def test_rule_says_what_cannot_be_true_and_stops_the_row_only_when_it_surely_cannot(
    schema, code, changes, field, blocks, part
):
    checked = check(schema, changes)

    assert [(one.code, one.field) for one in problems_of(checked)] == [(code, field)]
    assert (checked.asset is None) is blocks
    assert len(checked.problems) == (1 if blocks else 0)
    (problem,) = problems_of(checked)
    assert part in f"{problem.text} {problem.remedy}"
    for sentence in (problem.text, problem.remedy, problem.group):
        assert "{" not in sentence
        assert "  " not in sentence
        assert "None" not in sentence


def test_good_rows_are_without_problems_and_without_warnings(schema):
    for number in (1, 7, 12345, 99_999_999):
        assert problems_of(schema.check(builders.row(number), ON)) == []


@pytest.mark.parametrize(
    "changes",
    [
        # Places: two regions in one state, zip codes across a border, a generous list.
        {REGION: "WECC_SW", UTILITY: "LADWP", ACCOUNT: None},
        {ZIP: "89439"},
        {ZIP: "97635-0001"},
        NO_UTILITY | {REGION: "SERC", STATE: "TN", ZIP: "42223", NEM: None},
        NO_UTILITY | {REGION: "SERC", STATE: "KY", ZIP: "42223", NEM: None},
        NO_UTILITY | {REGION: "PJM", STATE: "IL", ZIP: "60601", NEM: None},
        NO_UTILITY | {REGION: "SERC", STATE: "TX", ZIP: "77701", NEM: None},
        NEW_YORK,
        NEW_YORK | {UTILITY: "NATGRID"},
        NEW_YORK | {REGION: "ISONE", STATE: "MA", ZIP: "02138", UTILITY: "NATGRID"},
        {UTILITY: "OTHER", ACCOUNT: "x"},
        {UTILITY: None, ACCOUNT: "x"},
        {"isone.in_connected_solutions": "no", "caiso.is_receiving_sgip_funding": "yes"},
        # Dates.
        {INSTALLED: "2023-02-14"},
        {INSTALLED: "2026-06-01", PERMITTED: None},
        {NEM: "NEM3", PERMITTED: "2023-04-15"},
        {NEM: "NEM3", PERMITTED: None},
        # Batteries: whole hours, several devices, businesses, no power.
        {HOURS: 3},
        {KW: 0, "load_types.0": "HVAC", "device.device_type": None},
        {KW: None, MOST: None},
        {CHARGE: 10},
        {KW: 150, HOURS: None, "site.number_of_devices": 2},
        {KW: 5000, HOURS: None, CLASS: "COMMERCIAL", COMPANY: "Rivera Foods"},
        # Customers and generators.
        {CLASS: "COMMERCIAL", COMPANY: "Rivera Foods", TITLE: "Facility lead"},
        {FOSSIL: "no"},
        {FOSSIL: "yes", f"{SLOT}.device_type": "GENERATOR"},
        {FOSSIL: "yes", "site.generator_capacity_kw": 200},
        {FOSSIL: "yes", "device.device_type": "GENERATOR"},
        {FOSSIL: "no", f"{SLOT}.device_type": "BATTERY"},
        {FOSSIL: "no", f"{SLOT}.device_type": "GENERATOR", f"{SLOT}.fuel_type": "ENERGY_STORAGE"},
        {FOSSIL: "no", f"{SLOT}.device_type": "GENERATOR", "site.renewable_generator": "yes"},
        {f"{SLOT}.device_type": "GENERATOR"},
        {"device.device_serial_number": "SN-1", "meter_type": "UTILITY_METER"},
    ],
    ids=str,
)
def test_rules_are_silent_about_what_can_be(schema, changes):
    assert problems_of(check(schema, changes)) == []


@pytest.mark.parametrize(
    ("changes", "field", "suggestion"),
    [
        (NO_UTILITY | {STATE: "NY", ZIP: "10001"}, REGION, "NYISO"),
        (NO_UTILITY | {STATE: "NY"}, STATE, "CA"),
        ({REGION: "NYISO", NEM: None}, REGION, "CAISO"),
        (NO_UTILITY | {REGION: "NYISO", NEM: None}, REGION, None),
        ({REGION: "WECC_PC"}, REGION, "CAISO"),
        ({STATE: "NV"}, STATE, "CA"),
        (TEXAS | {UTILITY: "CENTERPOINT", ACCOUNT: "10443720001234567"}, UTILITY, "ONCOR"),
        ({KW: 5000, HOURS: None}, KW, "5"),
        ({KWH: 13500, HOURS: None}, KWH, "13.5"),
        ({KW: 150, HOURS: None}, KW, None),
        ({HOURS: 5}, HOURS, "3"),
    ],
)
def test_suggestion_is_for_the_field_that_is_wrong_and_only_when_there_is_one(schema, changes, field, suggestion):
    proposed = {
        problem.context.get("suggestion_field", problem.field): problem.context["suggestion"]
        for problem in problems_of(check(schema, changes))
        if "suggestion" in problem.context
    }

    assert proposed == ({field: suggestion} if suggestion else {})


def test_a_suggestion_that_is_taken_mends_what_it_was_given_for(schema):
    for code, changes, *_ in CASES:
        taken = {
            problem.context.get("suggestion_field", problem.field): problem.context["suggestion"]
            for problem in problems_of(check(schema, changes))
            if "suggestion" in problem.context
        }
        if taken:
            assert code not in [one.code for one in problems_of(check(schema, changes | taken))]


def test_a_wrong_state_is_told_once(schema):
    checked = check(schema, {STATE: "NY"})

    assert [(one.code, one.field) for one in problems_of(checked)] == [("STATE_OUTSIDE_REGION", REGION)]


def test_a_zip_code_does_not_hide_what_is_wrong_with_the_utility(schema):
    checked = check(schema, {REGION: "WECC_PC", ZIP: "00000"})

    assert [one.code for one in problems_of(checked)] == ["ZIP_UNKNOWN", "UTILITY_OF_OTHER_REGION"]


def test_a_rule_waits_for_a_cell_that_cannot_be_read(schema):
    checked = check(schema, {CLASS: "COMMERCIAL", COMPANY: "☃", INSTALLED: "2023-02-15", PERMITTED: "soon", MOST: 5})

    assert sorted(one.code for one in problems_of(checked)) == [
        "CHARACTERS_NOT_ALLOWED",
        "CHARGE_LIMITS_CROSSED",
        "NOT_A_DATE",
    ]


def test_every_site_device_is_looked_at(schema):
    numbers = {"power_capacity_kw": 5, "energy_capacity_kwh": 10, "energy_capacity_duration_hours": 9}
    cells = {f"site.site_devices.{slot}.{name}": value for slot in (0, 3) for name, value in numbers.items()}
    types = {f"site.site_devices.{slot}.device_type": "BATTERY" for slot in (0, 3)}

    checked = check(schema, cells | types)

    assert [one.field for one in problems_of(checked)] == [
        f"site.site_devices.{slot}.energy_capacity_duration_hours" for slot in (0, 3)
    ]


def test_what_an_admin_changes_counts_at_once(schema):
    assert [one.code for one in problems_of(check(schema, {ZIP: "89501"}))] == ["ZIP_OF_OTHER_STATE"]

    california = State.objects.get(code="CA")
    california.border_zips = [*california.border_zips, "89501"]
    california.save()
    pge = Utility.objects.get(code="PGE")
    pge.states = ["NV"]
    pge.save()

    checked = check(schema_for(["CEC-DSGS"]), {ZIP: "89501"})
    assert [one.code for one in problems_of(checked)] == ["UTILITY_OF_OTHER_STATE"]


def test_a_state_that_the_catalogue_does_not_have_is_not_judged():
    State.objects.all().delete()

    checked = check(schema_for([]), NO_UTILITY | {STATE: "NY", ZIP: "10001"})

    assert problems_of(checked) == []


def test_a_field_that_the_catalogue_does_not_have_is_not_told_of():
    from programs.models import Field

    Field.objects.get(path=COMPANY).delete()

    assert problems_of(check(schema_for([]), {CLASS: "COMMERCIAL"})) == []


@pytest.mark.parametrize(
    ("code", "state"),
    [
        ("10001", "NY"),
        ("10001-1234", "NY"),
        ("94103", "CA"),
        ("42223", "KY"),
        ("89439", "NV"),
        ("00501", "NY"),
        ("02138", "MA"),
        ("00000", ""),
        ("99999", ""),
    ],
)
def test_zip_codes_belong_to_their_states(code, state):
    assert zips.state_of(code) == state


def test_without_the_list_of_zip_codes_nothing_is_said_of_them(schema, monkeypatch):
    zips._zips.cache_clear()
    monkeypatch.setattr(zips.sys, "executable", "/no/such/python")
    try:
        assert zips.state_of("94103") is None
        assert problems_of(check(schema, {ZIP: "89502"})) == []
    finally:
        zips._zips.cache_clear()
