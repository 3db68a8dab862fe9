"""Each kind of cell: what becomes of it, and the code that it gets when it cannot be used."""

from datetime import date, datetime
from typing import Any

import pytest

from portal.problems import Problem
from programs.models import Field
from programs.schema import Schema, schema_for
from tests.builders import row

pytestmark = pytest.mark.usefixtures("catalogue")

KWH = "device.battery_energy_capacity_kwh"
PERCENT = "device.battery_max_state_of_charge_percentage"
ZIP = "customer.postal_code"
INSTALLED = "device.install_date"
ACCOUNT = "utility.electric_service_account_number"
NAME = "customer.end_customer_name"
SOLAR = "device.is_connected_to_solar"
UTILITY = "utility.utility_name"
PHONE = "customer.end_customer_phone_number"
HOURS = "device.battery_duration_hours"

NO_HOME_BATTERY = {"customer_classification": "COMMERCIAL", "load_types.0": "HVAC", "device.device_type": None}


@pytest.fixture
def schema(catalogue: None) -> Schema:
    return schema_for(["CEC-DSGS"])


def value_of(schema: Schema, key: str, cell: Any) -> Any:
    checked = schema.check({**row(1, device__permission_to_operate_date=None), **NO_HOME_BATTERY, key: cell})
    assert checked.problems == ()
    place: Any = checked.asset
    for part in key.split("."):
        place = place[int(part)] if part.isdigit() else place.get(part)
    return place


@pytest.mark.parametrize(
    ("key", "cell", "value"),
    [
        (KWH, 13.5, 13.5),
        (KWH, "13.5", 13.5),
        (KWH, "13.5 kWh", 13.5),
        (KWH, "13.5KWH", 13.5),
        (KWH, "1,350", 1350),
        (KWH, "13.", 13.0),
        (KWH, 0, 0),
        (KWH, "13,5", 13.5),
        (KWH, "1.350,25", 1350.25),
        (KWH, "1 350.5", 1350.5),
        (KWH, "1'350", 1350),
        (KWH, "13500 Wh", 13.5),
        (KWH, "0.0135 MWh", 13.5),
        ("device.battery_power_capacity_kw", "5000 W", 5.0),
        (HOURS, "120 min", 2),
        (PHONE, "(415) 555-0134", "4155550134"),
        (PHONE, "+1 415.555.0134", "4155550134"),
        (PHONE, 4155550134, "4155550134"),
        (PHONE, "415-555-0134 x12", "4155550134 x12"),
        (PHONE, "+44 20 7946 0958", "+44 20 7946 0958"),
        (INSTALLED, "5/31/26", "2026-05-31"),
        (INSTALLED, "5/31/99", "1999-05-31"),
        (INSTALLED, "31-May-26", "2026-05-31"),
        (INSTALLED, "May 31st, 2026", "2026-05-31"),
        (SOLAR, "x", True),
        (PERCENT, "95 %", 95),
        (PERCENT, "95 percent", 95),
        (HOURS, 2.0, 2),
        (HOURS, "2 hours", 2),
        (ZIP, " 94103 ", "94103"),
        (ZIP, 94103, "94103"),
        (ZIP, 94103.0, "94103"),
        (ZIP, "00501", "00501"),
        (ZIP, "94103-1234", "94103-1234"),
        (ZIP, "941031234", "94103-1234"),
        (INSTALLED, "2023-01-30", "2023-01-30"),
        (INSTALLED, "1/30/2023", "2023-01-30"),
        (INSTALLED, "30.01.2023", "2023-01-30"),
        (INSTALLED, "05/05/2022", "2022-05-05"),
        (INSTALLED, "30 Jan 2023", "2023-01-30"),
        (INSTALLED, "January 30, 2023", "2023-01-30"),
        (INSTALLED, "2023-01-30T00:00:00", "2023-01-30"),
        (INSTALLED, date(2023, 1, 30), "2023-01-30"),
        (INSTALLED, datetime(2023, 1, 30, 12, 30), "2023-01-30"),
        (INSTALLED, 44956, "2023-01-30"),
        (INSTALLED, "44956", "2023-01-30"),
        (SOLAR, "Yes", True),
        (SOLAR, "n", False),
        (SOLAR, True, True),
        (SOLAR, 0, False),
        (SOLAR, "FALSE", False),
        (UTILITY, "pge", "PGE"),
        (UTILITY, "pacific gas and electric", "PGE"),
        ("device.device_type", "ev charger", "EV_CHARGER"),
        ("device.device_type", "Ev-Charger", "EV_CHARGER"),
        ("transmission_region", "California", "CAISO"),
        ("customer.state_or_province_code", "California", "CA"),
        ("customer.country_code", "USA", "US"),
        (ACCOUNT, 1112392222, "1112392222"),
        (ACCOUNT, "0001112392222", "0001112392222"),
        (ACCOUNT, "10443720008519244", "10443720008519244"),
        (NAME, "  Alex\u00a0  Rivera\n", "Alex Rivera"),
        (NAME, "\ufeffAlex\u200b", "Alex"),
        (NAME, "Zoë Nuñez", "Zoë Nuñez"),
        ("device.installer", "", None),
        ("device.installer", "   ", None),
        ("device.installer", None, None),
        ("device.device_model", 10, "10"),
        ("device.device_model", 10.5, "10.5"),
        ("device.device_model", date(2026, 1, 2), "2026-01-02"),
    ],
)
def test_cell_as_people_type_it_becomes_its_value(schema, key, cell, value):
    read_value = value_of(schema, key, cell)

    assert read_value == value
    assert type(read_value) is type(value)


@pytest.mark.parametrize(
    ("key", "cell", "code"),
    [
        (KWH, "ten", "NOT_A_NUMBER"),
        (KWH, "1,350,5", "NOT_A_NUMBER"),
        (KWH, "13.5 kW", "UNIT_MISMATCH"),
        (KWH, "13.5 furlongs", "NOT_A_NUMBER"),
        (KWH, True, "NOT_A_NUMBER"),
        (KWH, float("nan"), "NOT_A_NUMBER"),
        (KWH, "1e999", "NOT_A_NUMBER"),
        (KWH, date(2026, 1, 1), "NOT_A_NUMBER"),
        (KWH, -1, "NUMBER_TOO_SMALL"),
        (KWH, 1_000_000, "NUMBER_TOO_LARGE"),
        (HOURS, 2.5, "NOT_A_WHOLE_NUMBER"),
        (PERCENT, 0.95, "FRACTION_FOR_PERCENT"),
        (PERCENT, "0.95", "FRACTION_FOR_PERCENT"),
        (PERCENT, 101, "NUMBER_TOO_LARGE"),
        ("partner_reference", "ab", "TEXT_TOO_SHORT"),
        ("partner_reference", "x" * 257, "TEXT_TOO_LONG"),
        ("partner_reference", "home#1", "CHARACTERS_NOT_ALLOWED"),
        ("partner_reference", "x" * 40_000, "TEXT_TOO_LONG"),
        ("customer.city", "San Francisco!", "CHARACTERS_NOT_ALLOWED"),
        (UTILITY, "PGEE", "UNKNOWN_CHOICE"),
        ("meter_type", "toaster", "UNKNOWN_CHOICE"),
        (SOLAR, "perhaps", "NOT_YES_NO"),
        (SOLAR, 2, "NOT_YES_NO"),
        (INSTALLED, "soon", "NOT_A_DATE"),
        (INSTALLED, 13.5, "NOT_A_DATE"),
        (INSTALLED, "31/02/2026", "DATE_DOES_NOT_EXIST"),
        (INSTALLED, "2026-02-29", "DATE_DOES_NOT_EXIST"),
        (INSTALLED, "13/13/2026", "DATE_DOES_NOT_EXIST"),
        (INSTALLED, "2199-01-01", "DATE_OUT_OF_YEARS"),
        (INSTALLED, "0001-01-01", "DATE_OUT_OF_YEARS"),
        (INSTALLED, "31 Dec 1899", "DATE_OUT_OF_YEARS"),
        (INSTALLED, "03/04/2026", "DATE_AMBIGUOUS"),
        (ZIP, "12", "NOT_A_ZIP"),
        (ZIP, "ABCDE", "NOT_A_ZIP"),
        (ZIP, "941033", "NOT_A_ZIP"),
        ("customer.end_customer_email", "alex at example", "NOT_AN_EMAIL"),
        (ACCOUNT, "1.00890E+21", "DIGITS_LOST"),
        (ACCOUNT, "1.0089e21", "DIGITS_LOST"),
        (ACCOUNT, "1.23E+9", "DIGITS_LOST"),
        (ACCOUNT, "1008901000802480000000", "DIGITS_LOST"),
        (ACCOUNT, 1.0089e21, "DIGITS_LOST"),
        (ACCOUNT, 10443720008519244, "DIGITS_LOST"),
        (NAME, "Alex\x00", "CONTROL_CHARACTER"),
        (NAME, "Alex\u202egnp.exe", "CONTROL_CHARACTER"),
        (NAME, "Alex\ud800", "CONTROL_CHARACTER"),
        (NAME, '=HYPERLINK("http://x")', "LOOKS_LIKE_FORMULA"),
        (NAME, "<script>alert(1)</script>", "MARKUP"),
        (NAME, ["Alex"], "NOT_A_PLAIN_VALUE"),
        (NAME, {}, "NOT_A_PLAIN_VALUE"),
        ("customer.country_code", "Mars", "UNKNOWN_CHOICE"),
        ("customer.street_1", None, "REQUIRED_MISSING"),
        ("customer.street_1", " ", "REQUIRED_MISSING"),
        ("customer.billing.city", "", "REQUIRED_WITH_OBJECT"),
    ],
)
def test_cell_that_cannot_be_used_gets_its_own_code(schema, key, cell, code):
    checked = schema.check({**row(1), key: cell})

    assert [(problem.code, problem.field) for problem in checked.problems] == [(code, key)]
    assert checked.asset is None
    problem = checked.problems[0]
    assert problem.text
    assert problem.remedy
    assert "{" not in problem.text.replace("“{}”", "") + problem.remedy + problem.group
    assert Problem.from_json(problem.as_json()) == problem


@pytest.mark.parametrize(
    ("key", "cell", "value", "code"),
    [
        (PHONE, "555-0134", "555-0134", "NOT_A_PHONE"),
        (PHONE, "ask at the desk", "ask at the desk", "NOT_A_PHONE"),
        (ACCOUNT, "10443720008519200", "10443720008519200", "DIGITS_PERHAPS_LOST"),
        (ACCOUNT, "1234567890.0", "1234567890", "IDENTIFIER_TAIL_CUT"),
    ],
)
def test_mended_cell_stands_with_a_warning(schema, key, cell, value, code):
    assert value_of(schema, key, cell) == value
    checked = schema.check({**row(1, utility__utility_name=None), key: cell})

    warnings = [warning for warning in checked.warnings if warning.code != "ZIP_OF_OTHER_STATE"]
    assert [(warning.code, warning.field, warning.value) for warning in warnings] == [(code, key, str(cell))]
    assert checked.warnings[0].text
    assert checked.warnings[0].remedy


@pytest.mark.parametrize(
    ("cell", "state", "value"),
    [
        (501, "NY", "00501"),
        ("2138", "MA", "02138"),
        ("2134-1234", "MA", "02134-1234"),
        (21341234, "MA", "02134-1234"),
    ],
)
def test_zip_code_that_lost_its_zeros_is_one_where_the_state_has_such(schema, cell, state, value):
    place = {
        "customer.state_or_province_code": state,
        "transmission_region": {"NY": "NYISO", "MA": "ISONE"}[state],
        "utility.utility_name": None,
        "utility.electric_service_account_number": None,
        "caiso.nem_type": None,
    }
    here = schema.check({**row(1), **place, ZIP: cell})
    elsewhere = schema.check({**row(1), ZIP: cell})

    assert here.asset["customer"]["postal_code"] == value
    assert "ZIP_RESTORED" in {warning.code for warning in here.warnings}
    assert (elsewhere.asset, {problem.code for problem in elsewhere.problems}) == (None, {"NOT_A_ZIP"})


@pytest.mark.parametrize(
    ("key", "cell", "words"),
    [
        (PERCENT, 0.95, "Enter 95 for 95%."),
        (INSTALLED, "03/04/2026", "Enter it as YYYY-MM-DD, for example 2026-05-31."),
    ],
)
def test_remedy_says_what_to_write(schema, key, cell, words):
    assert schema.check({**row(1), key: cell}).problems[0].remedy == words


def test_unknown_choice_names_the_nearest_one(schema):
    problem = schema.check({**row(1), UTILITY: "Pacific Gas & Elektric"}).problems[0]

    assert "Did you mean PGE?" in problem.text


def test_unknown_choice_says_the_same_the_second_time(schema):
    first = schema.check({**row(1), UTILITY: "PGEE"}).problems
    second = schema.check({**row(2), UTILITY: "PGEE"}).problems

    assert first == second


def test_characters_that_are_not_accepted_are_named(schema):
    problem = schema.check({**row(1), "partner_reference": "home#1?"}).problems[0]

    assert problem.context["characters"] == "# ?"


@pytest.mark.parametrize("code", ["CELL_ERROR", "FORMULA_WITHOUT_VALUE", "CELL_TOO_LONG", "NUMBER_LOST_DIGITS"])
def test_problem_that_the_reader_found_stands_for_the_cell(schema, code):
    given = Problem(code, "", "#N/A")

    checked = schema.check({**row(1), "customer.city": given})

    assert [(problem.code, problem.field, problem.value) for problem in checked.problems] == [
        (code, "customer.city", "#N/A")
    ]
    assert checked.problems[0].text.startswith("City")


def test_pattern_without_a_simple_class_says_how_the_value_looks(catalogue):
    Field.objects.filter(path="utility.tariff").update(pattern="^[A-Z]-[0-9]+$", example="E-6")
    field = Field.objects.get(path="utility.tariff")
    field.save()

    problem = schema_for().check({**row(1), "utility.tariff": "six"}).problems[0]

    assert (problem.code, problem.remedy) == ("PATTERN_MISMATCH", "Enter it like E-6.")


@pytest.mark.parametrize("cell", ["Na", "NULL", "Unk", "tba", "Unknown"])
@pytest.mark.parametrize("key", [NAME, "customer.city"])
def test_a_bare_word_can_be_a_name(schema, key, cell):
    checked = schema.check({**row(1), key: cell})

    assert checked.asset["customer"][key.removeprefix("customer.")] == cell


@pytest.mark.parametrize("cell", ["N/A", "n/a", " TBD ", "Unknown", "null", "not available", "NA"])
@pytest.mark.parametrize("key", ["customer.street_2", PHONE, UTILITY, INSTALLED, ACCOUNT, PERCENT])
def test_a_word_that_says_nothing_is_an_empty_cell(schema, key, cell):
    without = schema.check({**row(1), key: None})
    checked = schema.check({**row(1), key: cell})

    assert (checked.asset, checked.problems) == (without.asset, ())


def test_apostrophe_that_marks_a_text_is_no_part_of_an_account(schema):
    assert value_of(schema, ACCOUNT, "'1234567890") == "1234567890"
    assert value_of(schema, NAME, "'t Hooft") == "'t Hooft"


@pytest.mark.parametrize(
    ("cell", "values"),
    [
        ("HVAC & EV charging", ["HVAC", "EV_CHARGING"]),
        ("Battery storage + HVAC", ["BATTERY_STORAGE", "HVAC"]),
        ("Pumping/HVAC", ["PUMPING", "HVAC"]),
        ("HVAC|Lighting; Pumping", ["HVAC", "LIGHTING", "PUMPING"]),
        ("Lighting and HVAC", ["LIGHTING", "HVAC"]),
        ("A/C", ["HVAC"]),
    ],
)
def test_several_values_in_one_cell_are_told_apart_however_they_are_joined(schema, cell, values):
    checked = schema.check({**row(1), "load_types.0": cell})

    assert checked.problems == ()
    assert checked.asset["load_types"] == values


@pytest.mark.parametrize(
    "cell", ["20250930", 20250930, "9/30/2025 10:00", "2025-09-30T10:15:00Z", "30.09.2025 9:05 pm"]
)
def test_date_in_other_forms_is_read(schema, cell):
    assert value_of(schema, INSTALLED, cell) == "2025-09-30"


def test_dashes_and_quotes_of_a_word_processor_become_plain_ones_where_only_those_are_accepted(schema):
    assert value_of(schema, "customer.street_1", "12 Elm St \N{EN DASH} rear") == "12 Elm St - rear"
