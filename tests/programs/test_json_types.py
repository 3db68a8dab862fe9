"""The types of JSON values, before they are read as cells."""

from typing import Any

import pytest

from programs.schema import flatten_json, schema_for

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("catalogue")]


def told(asset: dict[str, Any]) -> tuple[list[tuple[str, str]], list[tuple[str, str]]]:
    """(field, code) of each fault, and of each warning."""
    typed = schema_for().typed(flatten_json(asset))
    return [(one.field, one.code) for one in typed.faults], [(one.field, one.code) for one in typed.warnings]


@pytest.mark.parametrize(
    ("asset", "field"),
    [
        ({"partner_reference": True}, "partner_reference"),
        ({"partner_reference": ["a"]}, "partner_reference"),
        ({"partner_reference": {"a": 1}}, "partner_reference"),
        ({"partner_reference": []}, "partner_reference"),
        ({"device": {"battery_power_capacity_kw": True}}, "device.battery_power_capacity_kw"),
        ({"device": {"is_connected_to_solar": []}}, "device.is_connected_to_solar"),
        ({"load_types": [False]}, "load_types.0"),
        ({"load_types": {"first": "HVAC"}}, "load_types"),
        ({"customer": "1 Main Street"}, "customer"),
        ({"customer": [{"city": "Oakland"}]}, "customer"),
        ({"site": {"site_devices": {"device_type": "BATTERY"}}}, "site.site_devices"),
        ({"site": {"site_devices": ["BATTERY"]}}, "site.site_devices.0"),
    ],
)
def test_value_of_a_wrong_type_is_refused_at_its_field(asset: dict[str, Any], field: str) -> None:
    assert told(asset) == ([(field, "WRONG_JSON_TYPE")], [])


@pytest.mark.parametrize(
    ("asset", "field"),
    [
        ({"customer": {"city": "Oakland"}, "customer.city": "Fresno"}, "customer.city"),
        ({"customer.city": "Fresno", "customer": {"city": "Oakland"}}, "customer.city"),
        ({"load_types": ["HVAC"], "load_types.0": "LIGHTING"}, "load_types.0"),
    ],
)
def test_field_that_is_given_under_two_names_is_refused(asset: dict[str, Any], field: str) -> None:
    assert told(asset) == ([(field, "GIVEN_TWICE")], [])


@pytest.mark.parametrize("number", [1.5, 10**15, -1e300])
def test_number_that_may_not_be_what_was_meant_is_no_text(number: float) -> None:
    assert told({"partner_reference": number}) == ([("partner_reference", "NUMBER_NOT_TEXT")], [])


@pytest.mark.parametrize(
    ("number", "text"), [(7700123, "7700123"), (7700123.0, "7700123"), (999_999_999_999_999, "9" * 15)]
)
def test_whole_number_is_its_digits_with_a_warning(number: float, text: str) -> None:
    typed = schema_for().typed(flatten_json({"partner_reference": number}))

    assert typed.cells == {"partner_reference": text}
    assert [warning.code for warning in typed.warnings] == ["NUMBER_AS_TEXT"]


def test_texts_where_other_values_belong_are_read_with_a_warning() -> None:
    asset = {"device": {"battery_power_capacity_kw": "5 kW", "is_connected_to_solar": "yes"}, "load_types": "HVAC"}

    assert told(asset) == (
        [],
        [
            ("device.battery_power_capacity_kw", "JSON_TYPE_CONVERTED"),
            ("device.is_connected_to_solar", "JSON_TYPE_CONVERTED"),
            ("load_types", "LIST_AS_TEXT"),
        ],
    )


def test_more_entries_than_a_list_holds_are_refused() -> None:
    assert told({"site": {"site_devices": [{"device_type": "BATTERY"}] * 11}}) == (
        [("site.site_devices", "LIST_TOO_LONG")],
        [],
    )


def test_what_is_not_given_has_no_type() -> None:
    asset = {
        "device": {},
        "site": {"generator_fuel_type": "", "load_zone": None, "site_devices": []},
        "color": {"a": 1},
    }

    assert told(asset) == ([], [])


@pytest.mark.parametrize(
    ("asset", "label", "came", "wanted"),
    [
        ({"partner_reference": True}, "Partner reference", "true or false", "a string"),
        ({"partner_reference": {"a": 1}}, "Partner reference", "an object", "a string"),
        ({"device": {"battery_power_capacity_kw": []}}, "Battery power capacity", "a list", "a number"),
        ({"site": {"number_of_devices": False}}, "Number of devices", "true or false", "a whole number"),
        ({"load_types": {"first": "HVAC"}}, "load_types", "an object", "a list"),
        ({"customer": 5}, "customer", "a number", "an object"),
    ],
)
def test_problem_names_what_came_and_what_is_wanted(asset: dict[str, Any], label: str, came: str, wanted: str) -> None:
    (fault,) = schema_for().typed(flatten_json(asset)).faults

    assert fault.context == {"label": label, "came": came, "wanted": wanted}


def test_warning_names_what_came() -> None:
    asset = {"device": {"battery_power_capacity_kw": "5 kW", "is_connected_to_solar": 1}, "load_types": "HVAC"}

    typed = schema_for().typed(flatten_json(asset | {"partner_reference": 12.0}))

    assert {warning.field: warning.context for warning in typed.warnings} == {
        "device.battery_power_capacity_kw": {
            "label": "Battery power capacity",
            "came": "a string",
            "wanted": "a number",
        },
        "device.is_connected_to_solar": {
            "label": "Connected to solar",
            "came": "a number",
            "wanted": "true or false",
        },
        "load_types": {"label": "load_types", "came": "a string"},
        "partner_reference": {"label": "Partner reference", "came": "a number", "suggestion": "12"},
    }


def test_as_many_entries_as_a_list_holds_are_taken() -> None:
    assert told({"site": {"site_devices": [{"device_type": "BATTERY"}] * 10}}) == ([], [])


def test_unknown_names_stay_and_can_be_named() -> None:
    asset = {"color": "red", "customer": {"color": "red"}, "load_types": [], "more": {}}

    assert set(schema_for().typed(flatten_json(asset)).cells) == {"color", "customer.color", "more"}
