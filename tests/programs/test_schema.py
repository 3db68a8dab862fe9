"""Whole rows: all errors at once, the nested asset, what programs miss, and following the catalogue."""

from datetime import date
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from programs.models import Choice, Field, Program, Requirement
from programs.schema import Schema, schema_for
from tests.builders import NEEDED, row

pytestmark = pytest.mark.usefixtures("catalogue")

SLOTS = "site.site_devices"


def needed(**changes: Any) -> dict[str, Any]:
    cells = {key: value for key, value in row(1).items() if key in NEEDED}
    return cells | {key.replace("__", "."): value for key, value in changes.items()}


def require(program: str, path: str, **values: Any) -> Requirement:
    requirement = Requirement(
        program=Program.objects.get(identifier=program), field=Field.objects.get(path=path), **values
    )
    requirement.full_clean()
    requirement.save()
    return requirement


def codes(schema: Schema, cells: dict[str, Any]) -> list[tuple[str, str]]:
    return [(problem.code, problem.field) for problem in schema.check(cells).problems]


def test_row_with_needed_fields_becomes_the_published_shape():
    checked = schema_for().check(needed())

    assert checked.problems == ()
    assert checked.asset == {
        "partner_reference": "home-000001",
        "transmission_region": "CAISO",
        "customer_classification": "RESIDENTIAL",
        "load_types": ["BATTERY_STORAGE"],
        "meter_type": "DEVICE",
        "customer": {
            "street_1": "1 Main Street",
            "postal_code": "94103",
            "city": "San Francisco",
            "state_or_province_code": "CA",
            "country_code": "US",
        },
    }


def test_every_error_of_a_row_is_reported_at_once():
    cells = needed(
        customer__postal_code="50", device__install_date="31/02/2026", partner_reference=None, meter_type="x"
    )

    assert sorted(codes(schema_for(), cells)) == [
        ("DATE_DOES_NOT_EXIST", "device.install_date"),
        ("NOT_A_ZIP", "customer.postal_code"),
        ("REQUIRED_MISSING", "partner_reference"),
        ("UNKNOWN_CHOICE", "meter_type"),
    ]


def test_empty_row_names_every_needed_field():
    assert codes(schema_for(), {}) == [
        ("REQUIRED_MISSING", key)
        for key in (
            "partner_reference",
            "transmission_region",
            "customer_classification",
            "meter_type",
            "load_types.0",
            "customer.street_1",
            "customer.postal_code",
            "customer.city",
            "customer.state_or_province_code",
        )
    ]


def test_unknown_keys_are_passed_over():
    assert schema_for().check({**needed(), "shoe size": 42}).problems == ()


def test_billing_address_is_needed_whole_once_it_is_begun():
    assert codes(schema_for(), needed(customer__billing__city="Oakland")) == [
        ("REQUIRED_WITH_OBJECT", "customer.billing.street_1"),
        ("REQUIRED_WITH_OBJECT", "customer.billing.postal_code"),
        ("REQUIRED_WITH_OBJECT", "customer.billing.state_or_province_code"),
    ]


def test_billing_country_is_filled_in():
    given = {
        "customer.billing.street_1": "1 Harbor Way",
        "customer.billing.city": "Oakland",
        "customer.billing.postal_code": "94607",
        "customer.billing.state_or_province_code": "CA",
    }

    asset = schema_for().check(needed() | given).asset

    assert asset is not None
    assert asset["customer"]["billing"]["country_code"] == "US"


@pytest.mark.parametrize(
    ("cells", "load_types"),
    [
        ({"load_types.0": "HVAC", "load_types.1": "Pumping"}, ["HVAC", "PUMPING"]),
        ({"load_types.0": "HVAC; Pumping", "load_types.1": None}, ["HVAC", "PUMPING"]),
        ({"load_types.0": "HVAC, Pumping", "load_types.1": "Lighting"}, ["HVAC", "PUMPING", "LIGHTING"]),
        ({"load_types": "HVAC", "load_types.0": None}, ["HVAC"]),
        ({"load_types.0": "", "load_types.2": "HVAC"}, ["HVAC"]),
        ({"load_types.0": "HVAC", "load_types.1": "hvac"}, ["HVAC"]),
    ],
)
def test_load_types_in_one_cell_or_several(cells, load_types):
    checked = schema_for().check({**needed(), **cells})

    assert checked.problems == ()
    assert checked.asset is not None
    assert checked.asset["load_types"] == load_types


def test_every_load_type_fits_into_one_cell():
    values = list(Choice.objects.filter(choice_list__name="load_type").values_list("value", flat=True))

    asset = schema_for().check({**needed(), "load_types.0": "; ".join(values)}).asset

    assert asset is not None
    assert sorted(asset["load_types"]) == sorted(values)


def test_more_load_types_than_there_are_is_not_cut_off():
    assert codes(schema_for(), {**needed(), "load_types.0": ";".join(["HVAC"] * 12)}) == [
        ("UNKNOWN_CHOICE", "load_types.0")
    ]


def test_broken_load_type_is_one_problem():
    cells = {**needed(), "load_types.0": None, "load_types.1": "steam"}

    assert codes(schema_for(), cells) == [("UNKNOWN_CHOICE", "load_types.1")]


def test_site_devices_become_a_list():
    cells = needed() | {
        f"{SLOTS}.0.device_type": "Generator",
        f"{SLOTS}.0.power_capacity_kw": "200",
        f"{SLOTS}.3.device_type": "Battery",
    }

    asset = schema_for().check(cells).asset

    assert asset is not None
    assert asset["site"] == {
        "site_devices": [{"device_type": "GENERATOR", "power_capacity_kw": 200}, {"device_type": "BATTERY"}]
    }


def test_site_device_needs_its_type():
    assert codes(schema_for(), needed() | {f"{SLOTS}.1.model": "G-200"}) == [
        ("REQUIRED_WITH_OBJECT", f"{SLOTS}.1.device_type")
    ]


def test_missing_program_field_does_not_stop_the_row():
    cells = row(1) | {"site.number_of_devices": None, "device.battery_power_capacity_kw": None}

    checked = schema_for(["CEC-DSGS", "MA_DOER-CPS"]).check(cells)

    assert checked.asset is not None
    assert checked.missing == {
        "CEC-DSGS": ("device.battery_power_capacity_kw", "site.number_of_devices"),
        "MA_DOER-CPS": ("isone.in_connected_solutions",),
    }
    assert [problem.code for problem in checked.unmet["CEC-DSGS"]] == ["PROGRAM_FIELD_MISSING"] * 2
    assert checked.unmet["CEC-DSGS"][1].text == "CEC-DSGS needs Number of devices."


@pytest.mark.parametrize(("installed", "missing"), [("2023-06-30", {}), ("2023-07-01", {"CEC-DSGS"}), (None, {})])
def test_condition_on_a_date_decides_what_is_required(installed, missing):
    cells = row(1, device__install_date=installed, device__permission_to_operate_date=None)

    checked = schema_for(["CEC-DSGS"]).check(cells)

    assert set(checked.missing) == set(missing)


def test_condition_in_a_list_is_about_the_same_entry():
    cells = needed() | {f"{SLOTS}.0.device_type": "Battery", f"{SLOTS}.1.device_type": "Generator"}

    checked = schema_for(["PJM-CAPACITY"]).check(cells)

    assert checked.missing == {"PJM-CAPACITY": (f"{SLOTS}.1.power_capacity_kw", f"{SLOTS}.1.fuel_type")}


def test_narrower_limit_makes_the_program_unmet_and_not_the_row_wrong():
    require("CEC-DSGS", "customer.partner_offering_name", level="optional")
    Requirement.objects.filter(program__identifier="CEC-DSGS", field__path="site.number_of_devices").delete()
    require("CEC-DSGS", "site.number_of_devices", level="required", minimum=2, maximum=4)

    checked = schema_for(["CEC-DSGS"]).check(row(1))

    assert checked.asset is not None
    assert checked.missing == {}
    assert [(problem.code, problem.text) for problem in checked.unmet["CEC-DSGS"]] == [
        ("PROGRAM_LIMIT", "CEC-DSGS accepts Number of devices from 2 up to 4; this is 1.")
    ]


def test_narrower_choices_are_met_by_one_of_several_values():
    require("CEC-DSGS", "load_types[]", level="optional", choices=["BATTERY_STORAGE"])
    schema = schema_for(["CEC-DSGS"])

    both = schema.check(row(1) | {"load_types.0": "HVAC", "load_types.1": "BATTERY_STORAGE"})
    other = schema.check(row(1) | {"load_types.0": "HVAC"})

    assert both.unmet == {}
    assert [problem.code for problem in other.unmet["CEC-DSGS"]] == ["PROGRAM_LIMIT"]


def test_requirement_counts_only_from_its_first_day_to_its_last():
    require(
        "CEC-DSGS", "utility.utility_name", level="required", valid_from=date(2027, 1, 1), valid_to=date(2027, 12, 31)
    )
    schema = schema_for(["CEC-DSGS"])
    cells = row(1) | {"utility.utility_name": None}

    outcomes = [
        bool(schema.check(cells, on=day).missing) for day in (date(2026, 12, 31), date(2027, 6, 1), date(2028, 1, 1))
    ]

    assert outcomes == [False, True, False]


def test_new_required_field_is_asked_at_once():
    before = schema_for(["CEC-DSGS"])
    require("CEC-DSGS", "device.installer", level="required")

    after = schema_for(["CEC-DSGS"])

    assert before.check(row(1) | {"device.installer": None}).missing == {}
    assert after.check(row(1) | {"device.installer": None}).missing == {"CEC-DSGS": ("device.installer",)}
    column = next(column for column in after.columns if column.key == "device.installer")
    assert (column.required, column.required_by) == ("program", ("CEC-DSGS",))


def test_new_field_is_a_column_and_a_property_at_once():
    field = Field(path="caiso.sublap", label="SubLAP", section="California", max_length=8, position=999)
    field.full_clean()
    field.save()

    schema = schema_for(["CEC-DSGS"])

    assert "caiso.sublap" in [column.key for column in schema.columns if not column.hidden]
    asset = schema.check(row(1) | {"caiso.sublap": "PGEB"}).asset
    assert asset is not None
    assert asset["caiso"] == {"nem_type": "NEM2", "sublap": "PGEB"}


def test_deleted_requirement_is_not_asked_any_more():
    assert schema_for(["MA_DOER-CPS"]).check(row(1)).missing != {}
    Requirement.objects.filter(program__identifier="MA_DOER-CPS").delete()

    assert schema_for(["MA_DOER-CPS"]).check(row(1)).missing == {}


def test_schema_is_compiled_once_and_asks_the_database_one_question(db):
    first = schema_for(["CEC-DSGS"])

    with CaptureQueriesContext(
        connection,
    ) as queries:
        second = schema_for(["CEC-DSGS"])

    assert second is first
    assert len(queries) == 1


def test_schema_that_is_used_stays_while_others_come_and_go(db):
    used = schema_for(["CEC-DSGS"])

    for number in range(40):
        schema_for([f"other-{number}"])
        assert schema_for(["CEC-DSGS"]) is used


def test_template_columns_follow_the_programs():
    dsgs = {column.key for column in schema_for(["CEC-DSGS"]).columns if not column.hidden}
    ers = {column.key for column in schema_for(["ERCOT-ERS"]).columns if not column.hidden}

    assert {key for key in dsgs if key.startswith(("nyiso.", "isone.", SLOTS, "site.generator"))} == set()
    assert f"{SLOTS}.0.fuel_type" in ers
    assert f"{SLOTS}.1.fuel_type" not in ers
    assert {"load_types.0", "load_types.1", "load_types.2"} <= dsgs
    assert "load_types.3" not in dsgs


def test_hidden_for_one_program_stays_when_another_uses_it():
    both = {column.key for column in schema_for(["CEC-DSGS", "MA_DOER-CPS"]).columns if not column.hidden}

    assert {"caiso.nem_type", "isone.in_connected_solutions"} <= both


def test_needed_columns_say_so():
    columns = {column.key: column for column in schema_for(["CEC-DSGS"]).columns}

    assert columns["partner_reference"].required == "always"
    assert columns["site.number_of_devices"].required == "program"
    assert columns["device.installer"].required == "optional"
    assert columns["load_types.1"].required == "optional"


def test_flatten_is_the_inverse_of_check():
    schema = schema_for()
    cells = row(1) | {f"{SLOTS}.0.device_type": "GENERATOR", "load_types.1": "HVAC"}
    asset = schema.check(cells).asset
    assert asset is not None

    assert schema.check(schema.flatten(asset)).asset == asset


def test_flatten_keeps_unknown_keys_so_that_they_can_be_named():
    flat = schema_for().flatten({"customer": {"city": "Oakland", "shoe": {"size": 42}}, "tags": ["a"]})

    assert flat == {"customer.city": "Oakland", "customer.shoe.size": 42, "tags.0": "a"}
    assert [schema_for().knows(key) for key in flat] == [True, False, False]


def test_single_cell_is_read_as_a_value_nothing_or_its_problem():
    schema = schema_for()

    values = [schema.read("partner_reference", cell) for cell in (" home  1 ", 10482, "", None, "n/a")]
    problem = schema.read("partner_reference", "a/b")

    assert values == ["home 1", "10482", None, None, None]
    assert (problem.code, problem.field, problem.value) == ("CHARACTERS_NOT_ALLOWED", "partner_reference", "a/b")
    assert problem.text == "Partner reference contains /, which isn’t allowed here."
