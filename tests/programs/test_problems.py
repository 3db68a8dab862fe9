"""Every code of the registry: it is reached, belongs to its cell, and says in whole sentences what to do."""

import re
from datetime import date
from pathlib import Path
from types import ModuleType

import pytest

import programs.schema.crossfield.problems as words_of_rules
import programs.schema.problems as words
from portal.problems import Problem, problem_kind
from programs.models import Field
from programs.schema import Schema, schema_for
from tests import builders
from tests.programs.test_crossfield import CASES

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("catalogue")]

SOC = "device.battery_max_state_of_charge_percentage"
ZIP, NAME, INSTALLED = "customer.postal_code", "customer.end_customer_name", "device.install_date"
ACCOUNT, REFERENCE, COUNT = "utility.electric_service_account_number", "partner_reference", "site.number_of_devices"
KW, SOLAR, EMAIL, STREET = (
    "device.battery_power_capacity_kw",
    "device.is_connected_to_solar",
    "customer.end_customer_email",
    "customer.street_1",
)
DEVICE, LOAD = "device.device_type", "load_types.0"

BAD = [
    ("REQUIRED_MISSING", REFERENCE, ""),
    ("REQUIRED_MISSING", REFERENCE, "   "),
    ("REQUIRED_WITH_OBJECT", "customer.billing.city", ""),
    ("NOT_A_NUMBER", KW, "five"),
    ("UNIT_MISMATCH", KW, "5 kWh"),
    ("NOT_A_WHOLE_NUMBER", COUNT, 1.5),
    ("NOT_A_WHOLE_NUMBER", COUNT, "1.5"),
    ("NUMBER_TOO_SMALL", KW, -1),
    ("NUMBER_TOO_SMALL", SOC, -95),
    ("NUMBER_TOO_LARGE", KW, 1_000_000),
    ("NUMBER_TOO_LARGE", SOC, 101),
    ("FRACTION_FOR_PERCENT", SOC, 0.95),
    ("FRACTION_FOR_PERCENT", SOC, "0.95"),
    ("TEXT_TOO_SHORT", REFERENCE, "ab"),
    ("TEXT_TOO_LONG", "customer.end_customer_title", "Facility lead and more"),
    ("TEXT_TOO_LONG", NAME, "x" * 40_000),
    ("CHARACTERS_NOT_ALLOWED", REFERENCE, "home#1?"),
    ("CHARACTERS_NOT_ALLOWED", STREET, "1 Main Street ☃"),
    ("UNKNOWN_CHOICE", DEVICE, "toaster"),
    ("UNKNOWN_CHOICE", DEVICE, 5),
    ("NOT_YES_NO", SOLAR, "maybe"),
    ("NOT_YES_NO", SOLAR, 2),
    ("NOT_A_DATE", INSTALLED, "soon"),
    ("NOT_A_DATE", INSTALLED, 5),
    ("DATE_DOES_NOT_EXIST", INSTALLED, "31/02/2026"),
    ("DATE_DOES_NOT_EXIST", INSTALLED, "2026-02-30"),
    ("DATE_OUT_OF_YEARS", INSTALLED, "2199-01-01"),
    ("DATE_OUT_OF_YEARS", INSTALLED, "1/31/1899"),
    ("DATE_AMBIGUOUS", INSTALLED, "03/04/2026"),
    ("NOT_A_ZIP", ZIP, "94"),
    ("NOT_A_ZIP", ZIP, "K1A 0B1"),
    ("NOT_AN_EMAIL", EMAIL, "alex at example.com"),
    ("NOT_AN_EMAIL", EMAIL, "alex@localhost"),
    ("DIGITS_LOST", ACCOUNT, "1.00890E+21"),
    ("DIGITS_LOST", ACCOUNT, 1.0089e21),
    ("IDENTIFIER_CONVERTED", ACCOUNT, date(2026, 1, 2)),
    ("IDENTIFIER_CONVERTED", REFERENCE, True),
    ("CONTROL_CHARACTER", NAME, "Alex\0Rivera"),
    ("CONTROL_CHARACTER", NAME, "Alex \u202eareviR"),
    ("LOOKS_LIKE_FORMULA", NAME, '=HYPERLINK("http://x.example","x")'),
    ("LOOKS_LIKE_FORMULA", NAME, " =1+1"),
    ("MARKUP", NAME, "<script>alert(1)</script>"),
    ("MARKUP", NAME, "Alex<img src=x>"),
    ("NOT_A_PLAIN_VALUE", NAME, ["Alex"]),
    ("NOT_A_PLAIN_VALUE", NAME, {"first": "Alex"}),
    # What the reader of the file already found.
    ("CELL_ERROR", KW, Problem("CELL_ERROR", value="#N/A")),
    ("FORMULA_WITHOUT_VALUE", REFERENCE, Problem("FORMULA_WITHOUT_VALUE", value="=A1")),
    ("CELL_TOO_LONG", NAME, Problem("CELL_TOO_LONG")),
    ("BYTES_UNREADABLE", NAME, Problem("BYTES_UNREADABLE", value="Zo�")),
    ("NUMBER_LOST_DIGITS", ACCOUNT, Problem("NUMBER_LOST_DIGITS", value="1234567890123456789")),
    ("NUMBER_UNREADABLE", KW, Problem("NUMBER_UNREADABLE", value="x")),
    ("DATE_UNREADABLE", INSTALLED, Problem("DATE_UNREADABLE", value="x")),
    ("DATE_OUT_OF_RANGE", INSTALLED, Problem("DATE_OUT_OF_RANGE", value="-1")),
]
ELSEWHERE = {
    "DATE_IN_OTHER_ORDER",
    "PROGRAM_FIELD_MISSING",
    "PROGRAM_LIMIT",
    "PATTERN_MISMATCH",
}  # tested with rows of their own
OF_JSON = {
    "WRONG_JSON_TYPE",
    "NUMBER_NOT_TEXT",
    "LIST_TOO_LONG",
    "NUMBER_AS_TEXT",
    "JSON_TYPE_CONVERTED",
    "LIST_AS_TEXT",
    "GIVEN_TWICE",
}  # tested in test_json_types.py
WARNINGS = {
    "ZIP_RESTORED",
    "NOT_A_PHONE",
    "DIGITS_PERHAPS_LOST",
    "IDENTIFIER_TAIL_CUT",
    "TEXT_CONVERTED",
    "DATE_IN_ORDER",
    "DATE_AT_PLACE",
    "DATE_WITHOUT_PLACE",
    "DATE_FROM_NUMBER",
}


@pytest.fixture
def schema() -> Schema:
    return schema_for(["CEC-DSGS"])


@pytest.mark.parametrize(("code", "key", "cell"), BAD, ids=[f"{code}-{cell!r:.30}" for code, _, cell in BAD])
def test_a_bad_cell_gets_its_own_code_once_and_stops_the_row(schema, code, key, cell):
    checked = schema.check(builders.row(1) | {key: cell})

    assert checked.asset is None
    assert [(problem.code, problem.field.rstrip("0123456789")) for problem in checked.problems] == [
        (code, key.rstrip("0123456789"))
    ]
    problem = checked.problems[0]
    for sentence in (problem.text, problem.remedy, problem.group):
        assert sentence
        assert "{" not in sentence.replace("{'first'", "")
        assert "  " not in sentence
    assert problem.text[0] == Field.objects.get(path=re.sub(r"\.\d+$", "[]", key)).label[0]


def test_every_code_of_this_room_is_reached():
    registered, of_rules = _codes_in(words), _codes_in(words_of_rules)

    assert registered - ELSEWHERE - OF_JSON - WARNINGS == {code for code, *_ in BAD}
    assert of_rules == {code for code, *_ in CASES}
    assert all(problem_kind(code).remedy for code in registered | of_rules)


def _codes_in(module: ModuleType) -> set[str]:
    text = Path(str(module.__file__)).read_text(encoding="utf-8")
    return set(re.findall(r'ProblemKind\(\s*"([A-Z0-9_]+)"', text))


@pytest.mark.parametrize(
    ("key", "cell", "part"),
    [
        (SOC, 0.95, "Enter 95 for 95%"),
        (SOC, "0.07", "Enter 7 for 7%"),
        (INSTALLED, "03/04/2026", "2026-03-04 or 2026-04-03"),
        (DEVICE, "batery", "Did you mean BATTERY?"),
        (DEVICE, "toaster", "BATTERY, GENERATOR, EV"),
        ("utility.utility_name", "DEMO UTILITY", "PGE"),
        (REFERENCE, "home#1?", "# ?"),
        (KW, -1, "(kW)"),
        (NAME, "x" * 200, "200 characters; the limit is 128"),
        (STREET, "", "Street is missing"),
    ],
)
def test_problems_say_what_to_write_instead(schema, key, cell, part):
    (problem,) = schema.check(builders.row(1) | {key: cell}).problems

    assert part in f"{problem.text} {problem.remedy}"


def test_a_long_value_is_quoted_short_and_without_control_characters(schema):
    (problem,) = schema.check(builders.row(1) | {KW: "\t5" * 500}).problems

    assert len(problem.value) <= 120
    assert problem.value.isprintable()


@pytest.mark.parametrize("key", ["load_types", "load_types.0"])
@pytest.mark.parametrize("cell", ["BATTERY_STORAGE; HVAC", "battery storage,hvac", " BATTERY_STORAGE ;; HVAC; "])
def test_several_load_types_in_one_cell_are_split(schema, key, cell):
    cells = builders.row(1, load_types__0=None) | {key: cell}

    assert schema.check(cells).asset["load_types"] == ["BATTERY_STORAGE", "HVAC"]


def test_more_load_types_than_columns_are_not_lost(schema):
    every = "; ".join(value for value, _ in next(c for c in schema.columns if c.key == LOAD).choices)

    assert len(schema.check(builders.row(1) | {LOAD: every}).asset["load_types"]) == 11
    assert schema.check(builders.row(1) | {LOAD: every + "; TOASTER"}).problems[0].code == "UNKNOWN_CHOICE"


def test_a_broken_part_of_a_split_cell_is_named_under_the_key_that_was_typed(schema):
    cells = builders.row(1) | {LOAD: "HVAC; TOASTER", "load_types.1": "LIGHTING"}

    (problem,) = schema.check(cells).problems
    (other,) = schema.check(cells | {LOAD: "HVAC; BATTERY", "load_types.1": "OVEN"}).problems

    assert (problem.field, problem.value) == (LOAD, "TOASTER")
    assert (other.field, other.value) == ("load_types.1", "OVEN")


def test_a_value_without_the_field_s_form_is_told_the_example():
    Field.objects.create(path="site.permit", label="Permit", section="Site", pattern="^P-[0-9]{4}$", example="P-0042")
    schema = schema_for([])

    (problem,) = schema.check(builders.row(1) | {"site.permit": "42"}).problems

    assert (problem.code, problem.remedy) == ("PATTERN_MISMATCH", "Enter it like P-0042.")
    assert schema.check(builders.row(1) | {"site.permit": "P-0042"}).asset["site"]["permit"] == "P-0042"
