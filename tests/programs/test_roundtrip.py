"""The asset against the published contract, and the validator against cells that nobody thinks of."""

import json
from datetime import date, datetime
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from portal.problems import Problem
from programs.schema import Checked, Schema, schema_for
from tests import builders

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("catalogue")]

ADDRESS = {
    "street_1": "132 My Billing Street",
    "street_2": "Apartment 32",
    "postal_code": "90210",
    "city": "Los Angeles",
    "state_or_province_code": "CA",
    "country_code": "US",
}
SITE_DEVICE = {
    "device_type": "BATTERY",
    "model": "device-model",
    "manufacturer": "device-manufacturer",
    "serial_number": "device-serial-number",
    "energy_capacity_kwh": 39.504,
    "power_capacity_kw": 9.876,
    "energy_capacity_duration_hours": 4,
    "voltage_level": "EVSE_LEVEL_1",
    "model_year": 2020,
    "fuel_type": "DIESEL",
    "battery_max_discharge_rate_kw": 7.5,
    "battery_max_charge_rate_kw": 7.5,
    "battery_max_state_of_charge_percentage": 95,
    "battery_min_state_of_charge_percentage": 10,
    "installer": "Acme Installations Inc.",
    "is_connected_to_solar": True,
}
# Every property that the published CreateMeter has, with the values of its example.
CREATE_METER: dict[str, Any] = {
    "partner_reference": "unique-reference-id-12345",
    "transmission_region": "CAISO",
    "customer_classification": "RESIDENTIAL",
    "load_types": ["HVAC"],
    "meter_type": "UTILITY_METER",
    "customer": {
        **ADDRESS,
        "end_customer_name": "Customer Name",
        "end_customer_title": "Mrs.",
        "end_customer_email": "email@address.com",
        "end_customer_phone_number": "(123) 123-4567",
        "end_customer_company_name": "Company Name Inc.",
        "partner_offering_name": "Offering Name",
        "partner_offering_date": "2000-01-23",
        "is_in_wholesale_capacity_market": True,
        "dispatch_option": "DAILY",
        "billing": ADDRESS,
        "partner_customer_reference": "partner-customer-reference-1",
    },
    "device": {
        "device_type": "BATTERY",
        "device_serial_number": "device-serial-number",
        "device_model": "device-model",
        "device_manufacturer": "device-manufacturer",
        "install_date": "2000-01-23",
        "battery_power_capacity_kw": 1.233,
        "battery_energy_capacity_kwh": 9.876,
        "battery_duration_hours": 4,
        "permission_to_operate_date": "2000-01-23",
        "battery_max_discharge_rate_kw": 7.5,
        "battery_max_charge_rate_kw": 7.5,
        "battery_max_state_of_charge_percentage": 95,
        "battery_min_state_of_charge_percentage": 10,
        "installer": "Acme Installations Inc.",
        "is_connected_to_solar": True,
    },
    "site": {
        "load_zone": "load-zone",
        "number_of_devices": 1,
        "on_site_fossil_generator": True,
        "renewable_generator": True,
        "generator_capacity_kw": 1.234,
        "generator_model_year": 2020,
        "generator_manufacturer": "Manufacturer of the generator",
        "generator_fuel_type": "DIESEL",
        "generator_serial_number": "generator-serial-number",
        "site_devices": [SITE_DEVICE, {**SITE_DEVICE, "device_type": "EV_CHARGER"}],
    },
    "caiso": {"is_receiving_sgip_funding": True, "nem_type": "NEM2"},
    "isone": {"in_connected_solutions": True},
    "nyiso": {
        "cbl_method": "AVERAGE_DAY",
        "company_type": "INDIVIDUAL_OR_SOLE_PROPRIETOR",
        "existing_nyiso_resource_id": "666266",
        "partner_nyiso_resource_name": "666266",
    },
    "utility": {
        "utility_name": "PGE",
        "load_serving_entity": "PGE",
        "electric_service_account_number": "12243243-121",
        "tariff": "tariff code",
        "voltage": ">= 600 V",
        "utility_meter_serial_number": "utility-meter-serial-number",
    },
    "customer_group": "customer_group",
}


@pytest.fixture
def schema() -> Schema:
    return schema_for(["CEC-DSGS", "ERCOT-ERS"])


def test_the_contract_s_example_comes_back_exactly(schema):
    checked = schema.check(schema.flatten(CREATE_METER))

    assert checked.problems == ()
    assert checked.asset == CREATE_METER


def test_a_row_as_a_sheet_has_it_becomes_the_contract_s_shape(schema):
    cells = {
        **{key: cell for key, cell in builders.row(7).items() if key in builders.NEEDED},
        "load_types.0": "hvac; battery",
        "device.install_date": date(2025, 9, 30),
        "device.battery_power_capacity_kw": "5 kW",
        "device.is_connected_to_solar": "Yes",
        "customer.postal_code": 94103,
        "site.site_devices.1.device_type": "generator",
    }

    assert schema.check(cells).asset == {
        "partner_reference": "home-000007",
        "transmission_region": "CAISO",
        "customer_classification": "RESIDENTIAL",
        "meter_type": "DEVICE",
        "load_types": ["HVAC", "BATTERY_STORAGE"],
        "customer": {
            "street_1": "7 Main Street",
            "postal_code": "94103",
            "city": "San Francisco",
            "state_or_province_code": "CA",
            "country_code": "US",
        },
        "device": {"install_date": "2025-09-30", "battery_power_capacity_kw": 5, "is_connected_to_solar": True},
        "site": {"site_devices": [{"device_type": "GENERATOR"}]},
    }


# --- cells that nobody thinks of -------------------------------------------------------------------
KEYS = [
    *builders.FIELDS,
    "load_types",
    "load_types.1",
    "load_types.9",
    "site.site_devices.0.device_type",
    "site.site_devices.1.power_capacity_kw",
    "site.site_devices.9.model_year",
    "site.on_site_fossil_generator",
    "site.generator_fuel_type",
    "isone.in_connected_solutions",
    "device.battery_max_charge_rate_kw",
    "customer.end_customer_title",
    "caiso.is_receiving_sgip_funding",
    "no.such.key",
]
AWKWARD = st.sampled_from(
    [
        "=1+1", "<b>", "1e999", "-0", "NaN", "31/02/2026", "03/04/2026", "2026-13-01", "501", "1.00890E+21", "٣",
        "HVAC; BATTERY", "HVAC,", ";", ";;;", "\0", "\ud800", "\u00a0", "\u200b", "\u202e", "yes", "0.95", "100%",
        "½", "²", "1,234", "1,23", "Ⅷ", "+5", "5 kW kW", "0x10", "1_000", "inf", "İ", "ß", "x" * 300,
        Problem("CELL_ERROR", value="#N/A"),
    ]
)  # fmt: skip
CELLS = st.one_of(
    st.none(),
    st.text(max_size=40),
    AWKWARD,
    st.integers(),
    st.floats(),
    st.booleans(),
    st.dates(),
    st.datetimes(),
    st.lists(st.integers(), max_size=2),
    st.dictionaries(st.text(max_size=2), st.none(), max_size=1),
)
# The fixture is one compiled schema for all examples: it is immutable.
MANY = settings(max_examples=300, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])


def assert_whole(checked: Checked) -> None:
    """An answer has an asset or problems, never both nor neither; all of it can be stored and shown."""
    assert (checked.asset is None) == bool(checked.problems)
    json.dumps(checked.asset, allow_nan=False).encode()
    for problem in (*checked.problems, *checked.warnings, *(one for found in checked.unmet.values() for one in found)):
        assert problem.text
        assert problem.remedy
        assert problem.group
        json.dumps(problem.as_json(), allow_nan=False).encode()
        assert Problem.from_json(problem.as_json()).text == problem.text


@MANY
@given(cells=st.dictionaries(st.sampled_from(KEYS), CELLS, max_size=20))
def test_check_answers_whatever_the_cells_hold(schema, cells):
    assert_whole(schema.check(cells))


@MANY
@given(changes=st.dictionaries(st.sampled_from(KEYS), CELLS, max_size=4))
def test_an_accepted_asset_is_accepted_again_as_it_is(schema, changes):
    checked = schema.check(builders.row(1) | changes)

    assert_whole(checked)
    if checked.asset is not None:
        again = schema.check(schema.flatten(checked.asset))
        assert again.asset == checked.asset
        assert json.dumps(again.asset, sort_keys=True) == json.dumps(checked.asset, sort_keys=True)
        assert again.missing == checked.missing


@MANY
@given(key=st.sampled_from(KEYS), cell=CELLS)
def test_a_cell_gets_the_same_answer_the_second_time(schema, key, cell):
    cells = builders.row(1) | {key: cell}

    assert repr(schema.check(cells)) == repr(schema.check(cells))


@MANY
@given(day=st.dates(date(1900, 1, 1), date(2100, 12, 31)))
def test_every_day_is_read_from_iso_us_names_and_date_cells(schema, day):
    spellings = [day, datetime(day.year, day.month, day.day, 9), day.isoformat(), f"{day:%B %d, %Y}", f"{day:%d-%b-%Y}"]
    if day.day > 12:
        spellings += [f"{day:%m/%d/%Y}", f"{day:%d.%m.%Y}"]
    for cell in spellings:
        cells = builders.row(1, device__install_date=cell, device__permission_to_operate_date=None)
        asset = schema.check(cells).asset
        assert asset["device"]["install_date"] == day.isoformat()


@MANY
@given(number=st.floats(0, 999_999))
def test_numbers_keep_their_value_however_they_are_written(schema, number):
    no_home_battery = {"customer_classification": "COMMERCIAL", "load_types.0": "HVAC", "device.device_type": None}
    for cell in (number, repr(number), f" {number!r} kW"):
        cells = builders.row(1, device__battery_power_capacity_kw=cell) | no_home_battery
        asset = schema.check(cells).asset
        assert asset["device"]["battery_power_capacity_kw"] == number
