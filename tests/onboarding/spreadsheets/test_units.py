"""Units in names of columns, and amounts with their units in one text."""

import pytest

from onboarding.spreadsheets.units import is_unit, measures_the_same, names_without_unit, split_amounts, unit_in


@pytest.mark.parametrize(
    ("header", "name", "unit"),
    [
        ("Power (in kW) *", "Power", "kW"),
        ("kW of battery", "battery", "kW"),
        ("(kWh) Battery", "Battery", "kWh"),
        ("Energy, kilowatt-hours", "Energy", "kWh"),
        ("powerkW", "power", "kW"),
        ("kW", "", "kW"),
        ("Run time (hrs)", "Run time", "h"),
        ("Walkway", "Walkway", ""),
    ],
)
def test_unit_is_at_the_end_the_beginning_or_in_brackets(header, name, unit):
    assert unit_in(header) == (name, unit)


@pytest.mark.parametrize(
    ("text", "expected"),
    [("kW", True), (" (kWh) ", True), ("%", True), ("[V]", True), ("kw-ac", True), ("kW total", False), ("", False)],
)
def test_text_is_nothing_but_a_unit(text, expected):
    assert is_unit(text) is expected


@pytest.mark.parametrize(
    ("unit", "other", "expected"),
    [("W", "MW", True), ("kW", "kWh", False), ("min", "h", True), ("h", "kWh", False), ("%", "%", False)],
)
def test_units_measure_the_same(unit, other, expected):
    assert measures_the_same(unit, other) is expected


@pytest.mark.parametrize(
    ("header", "names"),
    [("Battery power (W)", ["Battery power W", "Battery power"]), ("kW", ["kW", ""]), ("Name", [])],
)
def test_column_may_be_called_by_its_name_with_the_unit_or_without(header, names):
    assert list(names_without_unit(header)) == names


@pytest.mark.parametrize(
    ("text", "amounts"),
    [
        ("5 kW / 13.5 kWh", [("power", "5 kW"), ("energy", "13.5 kWh")]),
        ("5kW and 13.5kWh", [("power", "5 kW"), ("energy", "13.5 kWh")]),
        ("1,500 W x 2 hours", [("power", "1,500 W"), ("time", "2 h")]),
        ("5 kW AC (2.5 h)", [("power", "5 kW"), ("time", "2.5 h")]),
        ("5 kW battery", []),
        ("v1.5 kW", []),
        ("13.5", []),
        ("", []),
    ],
)
def test_amounts_of_a_text_that_holds_nothing_else(text, amounts):
    assert split_amounts(text) == amounts
