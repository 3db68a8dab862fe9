"""Checked assets against the published CreateMeter, whatever cells the generator thinks of."""

import json
from datetime import date
from typing import Any

import jsonschema
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from portal.problems import Problem, problem_kind
from programs.models import Field
from programs.schema import Schema, schema_for
from tests.builders import row

pytestmark = pytest.mark.usefixtures("catalogue")

TEXT_128 = {"type": "string", "minLength": 1, "maxLength": 128}
ADDRESS = {
    "type": "object",
    "required": ["street_1", "postal_code", "city", "state_or_province_code", "country_code"],
    "properties": {
        "street_1": TEXT_128,
        "street_2": TEXT_128,
        "postal_code": {"type": "string", "pattern": "^[0-9]{5}(?:-[0-9]{4})?$"},
        "city": TEXT_128,
        "state_or_province_code": {"type": "string", "minLength": 2, "maxLength": 2},
        "country_code": {"type": "string", "minLength": 2, "maxLength": 2},
    },
}
DEVICE_TYPES = [
    "BATTERY",
    "GENERATOR",
    "EV",
    "EV_CHARGER",
    "BIDIRECTIONAL_EV_CHARGER",
    "SMART_THERMOSTAT",
    "AIR_CONDITIONER",
    "HEAT_PUMP",
]
AMOUNT = {"type": "number", "minimum": 0, "maximum": 999999}
DATE = {"type": "string", "pattern": r"^\d{4}-\d{2}-\d{2}$"}
REFERENCE = {"type": "string", "pattern": r"^[^\/\\?\]\[{}!#$%^&*()<>|]{3,256}$"}
CREATE_METER: dict[str, Any] = {
    "type": "object",
    "required": [
        "customer",
        "customer_classification",
        "load_types",
        "meter_type",
        "partner_reference",
        "transmission_region",
    ],
    "properties": {
        "partner_reference": REFERENCE,
        "transmission_region": {"enum": ["CAISO", "ERCOT", "NYISO", "ISONE", "PJM", "SERC", "WECC_SW", "WECC_PC"]},
        "customer_classification": {"enum": ["RESIDENTIAL", "COMMERCIAL"]},
        "meter_type": {"enum": ["UTILITY_METER", "SUBMETER", "DEVICE"]},
        "load_types": {"type": "array", "minItems": 1, "items": {"type": "string"}},
        "customer": {
            **ADDRESS,
            "properties": {
                **ADDRESS["properties"],  # type: ignore[dict-item]
                "billing": ADDRESS,
                "end_customer_name": TEXT_128,
                "end_customer_email": {"type": "string", "minLength": 3, "maxLength": 128},
                "end_customer_phone_number": {"type": "string", "minLength": 3, "maxLength": 32},
                "partner_customer_reference": REFERENCE,
                "partner_offering_date": DATE,
                "is_in_wholesale_capacity_market": {"type": "boolean"},
                "dispatch_option": {"enum": ["DAILY", "TARGETED"]},
            },
        },
        "device": {
            "type": "object",
            "properties": {
                "device_type": {"enum": DEVICE_TYPES},
                "device_serial_number": {"type": "string", "minLength": 1, "maxLength": 256},
                "install_date": DATE,
                "permission_to_operate_date": DATE,
                "battery_power_capacity_kw": AMOUNT,
                "battery_energy_capacity_kwh": AMOUNT,
                "battery_duration_hours": {"type": "integer", "minimum": 0, "maximum": 100},
                "battery_max_state_of_charge_percentage": {"type": "number", "minimum": 2, "maximum": 100},
                "battery_min_state_of_charge_percentage": {"type": "number", "minimum": 0, "maximum": 100},
                "is_connected_to_solar": {"type": "boolean"},
            },
        },
        "site": {
            "type": "object",
            "properties": {
                "number_of_devices": {"type": "integer", "minimum": 0, "maximum": 99},
                "site_devices": {
                    "type": "array",
                    "items": {
                        "type": "object",
                        "required": ["device_type"],
                        "properties": {
                            "device_type": {"enum": DEVICE_TYPES},
                            "model_year": {"type": "integer", "minimum": 1900, "maximum": 2100},
                            "power_capacity_kw": AMOUNT,
                        },
                    },
                },
            },
        },
        "utility": {"type": "object"},
        "caiso": {"type": "object", "properties": {"nem_type": {"enum": ["NEM2", "NEM3"]}}},
    },
}

CELLS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.text(max_size=40),
    st.text(alphabet="0123456789-/.,eE+ %", max_size=14),
    st.sampled_from(
        ["yes", "PGE", "Battery", "94103", "501", "2026-05-31", "31/02/2026", "=1", "<b>", "\0", "\u202e", "13.5 kWh"]
    ),
    st.dates(),
    st.datetimes(),
    st.lists(st.integers(), max_size=2),
    st.just(Problem("CELL_ERROR", "", "#N/A")),
)
ONLY_THIS = settings(
    max_examples=300, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)


@pytest.fixture
def schema(catalogue: None) -> Schema:
    return schema_for(["CEC-DSGS", "ERCOT-ERS"])


def test_full_row_holds_to_the_contract(schema):
    asset = schema.check(
        row(1) | {"site.site_devices.0.device_type": "Generator", "site.site_devices.0.model_year": "2020"}
    ).asset

    jsonschema.validate(asset, CREATE_METER)


@ONLY_THIS
@given(data=st.data())
def test_any_cells_give_an_asset_of_the_contract_or_registered_problems(schema, data):
    keys = st.sampled_from([column.key for column in schema.columns] + ["load_types", "shoe size"])
    cells = row(1) | data.draw(st.dictionaries(keys, CELLS, max_size=6))

    checked = schema.check(cells, on=date(2026, 11, 24))

    assert (checked.asset is None) == bool(checked.problems)
    if checked.asset is None:
        for problem in checked.problems:
            assert problem_kind(problem.code)
            assert problem.text
            assert problem.remedy
            assert json.loads(json.dumps(problem.as_json())) == problem.as_json()
        return
    jsonschema.validate(checked.asset, CREATE_METER)
    assert json.loads(json.dumps(checked.asset, allow_nan=False)) == checked.asset
    again = schema.check(schema.flatten(checked.asset), on=date(2026, 11, 24))
    assert (again.asset, again.problems, again.unmet) == (
        checked.asset,
        (),
        checked.unmet,
    )  # a mended cell is right now


def test_required_and_limits_of_every_field_are_the_contracts():
    needed = {path for (path,) in Field.objects.filter(needed="always").values_list("path")}

    assert needed == {
        "partner_reference",
        "transmission_region",
        "customer_classification",
        "meter_type",
        "load_types[]",
        "customer.street_1",
        "customer.postal_code",
        "customer.city",
        "customer.state_or_province_code",
        "customer.country_code",
    }
