"""What each program asks, under which conditions, and of several programs at once."""

from datetime import date
from typing import Any

import pytest
from django.db import transaction

from programs.models import Field, Program, Requirement
from programs.schema import catalogue_version, schema_for
from tests import builders

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("catalogue")]

CAPACITY, POWER = "device.battery_energy_capacity_kwh", "device.battery_power_capacity_kw"
SGIP, COUNT, INSTALLER = "caiso.is_receiving_sgip_funding", "site.number_of_devices", "device.installer"
ON = date(2026, 11, 24)


def ask(path: str, program: str = "CEC-DSGS", **says: Any) -> Requirement:
    if "condition_field" in says:
        says["condition_field"] = Field.objects.get(path=says["condition_field"])
    refers_to = {"program": Program.objects.get(identifier=program), "field": Field.objects.get(path=path)}
    return Requirement.objects.create(**refers_to, **says)


def test_a_row_that_has_everything_misses_nothing():
    checked = schema_for(["CEC-DSGS"]).check(builders.row(1), ON)

    assert (checked.problems, checked.missing, checked.unmet) == ((), {}, {})


def test_fields_that_only_the_program_needs_do_not_stop_the_meter():
    cells = builders.row(1) | {CAPACITY: None, POWER: "", COUNT: " "}

    checked = schema_for(["CEC-DSGS"]).check(cells, ON)

    assert checked.asset is not None
    assert set(checked.missing["CEC-DSGS"]) == {CAPACITY, POWER, COUNT}
    assert {one.code for one in checked.unmet["CEC-DSGS"]} == {"PROGRAM_FIELD_MISSING"}
    assert checked.unmet["CEC-DSGS"][0].text.startswith("CEC-DSGS needs ")


@pytest.mark.parametrize(
    ("program", "cells", "missing"),
    [
        ("MA_DOER-CPS", {}, {"isone.in_connected_solutions"}),
        (
            "MA_DOER-CPS",
            {"customer_classification": "COMMERCIAL"},
            {"isone.in_connected_solutions", "customer.end_customer_company_name"},
        ),
        ("EVERSOURCE-CS", {}, set()),
        ("EVERSOURCE-CS", {"customer_classification": "COMMERCIAL"}, {"customer.dispatch_option"}),
        ("RIE-CS", {"utility.utility_name": None}, {"utility.utility_name"}),
        ("NYISO-SCR", {}, {"utility.voltage", "nyiso.cbl_method", "site.load_zone"}),
        ("PSEGLI-CSRP", {}, {"nyiso.company_type"}),
        ("PSEGLI-DLRP", {}, {"nyiso.company_type"}),
        ("CONED-CSRP", {}, set()),
        ("PJM-CAPACITY", {}, set()),
        ("ERCOT-ERS", {"utility.electric_service_account_number": None}, {"utility.electric_service_account_number"}),
        ("ERCOT-ERS", {"site.on_site_fossil_generator": "yes"}, {"site.site_devices.0.device_type"}),
        ("ERCOT-ERS", {"site.on_site_fossil_generator": "no"}, set()),
        (
            "ERCOT-ERS",
            {"site.site_devices.0.device_type": "BATTERY", "site.site_devices.1.device_type": "GENERATOR"},
            {"site.site_devices.1.power_capacity_kw", "site.site_devices.1.fuel_type"},
        ),
    ],
)
def test_each_program_names_what_it_misses(program, cells, missing):
    checked = schema_for([program]).check(builders.row(1) | cells, ON)

    assert checked.problems == ()
    assert set(checked.missing.get(program, ())) == missing


@pytest.mark.parametrize(
    ("installed", "needed"), [("2023-06-30", False), ("2023-07-01", True), ("7/15/2023", True), ("", False)]
)
def test_sgip_is_asked_only_of_batteries_installed_after_june_2023(installed, needed):
    cells = builders.row(1, device__install_date=installed, device__permission_to_operate_date=None)
    checked = schema_for(["CEC-DSGS"]).check(cells, ON)

    assert (SGIP in checked.missing.get("CEC-DSGS", ())) is needed
    answered = schema_for(["CEC-DSGS"]).check(cells | {SGIP: "no"}, ON)
    assert answered.missing == {}


@pytest.mark.parametrize(
    ("operator", "value", "cells", "holds"),
    [
        ("is", "BATTERY,EV", {"device.device_type": "EV"}, True),
        ("is", "BATTERY, EV", {"device.device_type": "GENERATOR"}, False),
        ("is", "BATTERY", {"device.device_type": ""}, False),
        ("is_not", "BATTERY", {"device.device_type": "EV"}, True),
        ("is_not", "BATTERY", {"device.device_type": "BATTERY"}, False),
        ("is_not", "BATTERY,EV", {"device.device_type": "EV"}, False),
        ("is_not", "BATTERY", {"device.device_type": ""}, True),
        ("is_filled", "", {"device.device_type": "EV"}, True),
        ("is_filled", "", {"device.device_type": ""}, False),
        ("is_empty", "", {"device.device_type": ""}, True),
        ("is_empty", "", {"device.device_type": "EV"}, False),
    ],
)
def test_conditions_on_words(operator, value, cells, holds):
    ask(INSTALLER, condition_field="device.device_type", condition_operator=operator, condition_value=value)

    checked = schema_for(["CEC-DSGS"]).check(builders.row(1) | cells | {INSTALLER: None}, ON)

    assert (INSTALLER in checked.missing.get("CEC-DSGS", ())) is holds


@pytest.mark.parametrize(
    ("path", "operator", "value", "cell", "holds"),
    [
        (COUNT, "at_least", "2", 2, True),
        (COUNT, "at_least", "2", 1, False),
        (COUNT, "at_least", "10", 9, False),
        (COUNT, "at_least", "2", "", False),
        (COUNT, "at_most", "2", 2, True),
        (COUNT, "at_most", "2", 3, False),
        (COUNT, "at_most", "2", "", False),
        (COUNT, "after", "2", 3, True),
        (COUNT, "after", "2", 2, False),
        (COUNT, "before", "2", 1, True),
        (COUNT, "before", "2", 2, False),
        (POWER, "at_most", "5", "4.9", True),
        ("device.install_date", "before", "2026-01-01", "2025-12-31", True),
        ("device.install_date", "before", "2026-01-01", "2026-01-01", False),
        ("device.install_date", "before", "2026-01-01", "", False),
        ("device.install_date", "after", "2025-12-31", "2026-01-01", True),
        ("device.install_date", "after", "2026-01-01", "2026-01-01", False),
        ("device.install_date", "after", "2026-01-01", "", False),
        ("device.is_connected_to_solar", "is", "yes", "Y", True),
        ("device.is_connected_to_solar", "is", "yes", 0, False),
        ("load_types[]", "is", "HVAC", "BATTERY_STORAGE; HVAC", True),
        ("load_types[]", "is", "HVAC", "LIGHTING", False),
    ],
)
def test_conditions_on_numbers_dates_and_lists(path, operator, value, cell, holds):
    ask(INSTALLER, condition_field=path, condition_operator=operator, condition_value=value)
    cells = builders.row(1, device__permission_to_operate_date=None)
    cells |= {path.replace("[]", ".0"): cell, INSTALLER: None}

    checked = schema_for(["CEC-DSGS"]).check(cells, ON)

    assert (INSTALLER in checked.missing.get("CEC-DSGS", ())) is holds


def test_programs_chosen_together_each_say_what_they_miss():
    schema = schema_for(["NYISO-SCR", "CEC-DSGS"])

    checked = schema.check(builders.row(1) | {CAPACITY: None}, ON)

    assert set(checked.missing) == {"CEC-DSGS", "NYISO-SCR"}
    assert checked.missing["CEC-DSGS"] == (CAPACITY,)


def test_no_required_column_is_hidden():
    for program in Program.objects.all():
        columns = schema_for([program.identifier]).columns
        assert [one.key for one in columns if one.hidden and one.required != "optional"] == []


def test_a_hidden_column_is_still_checked():
    cells = builders.row(1) | {"nyiso.cbl_method": "no such method"}

    assert [one.code for one in schema_for(["CEC-DSGS"]).check(cells).problems] == ["UNKNOWN_CHOICE"]


def test_columns_stand_in_sheet_order_with_lists_side_by_side():
    keys = [one.key for one in schema_for(["ERCOT-ERS"]).columns if not one.hidden]

    assert keys[:7] == [
        "partner_reference",
        "transmission_region",
        "customer_classification",
        "meter_type",
        "load_types.0",
        "load_types.1",
        "load_types.2",
    ]
    assert len(keys) == len(set(keys))
    devices = [key for key in keys if key.startswith("site.site_devices.")]
    assert devices[0] == "site.site_devices.0.device_type"


def test_an_unknown_program_has_no_requirements():
    assert schema_for(["NO-SUCH"]).check(builders.row(1)).missing == {}


def test_a_compiled_schema_is_kept_until_the_catalogue_changes():
    first = schema_for(["CEC-DSGS"])
    assert schema_for(["CEC-DSGS"]) is first
    for change in (
        lambda: ask(INSTALLER),
        lambda: Requirement.objects.filter(field__path=INSTALLER).delete(),
        lambda: Program.objects.get(identifier="CEC-DSGS").save(),
        lambda: Field.objects.get(path=INSTALLER).choice_list or Field.objects.get(path="device.device_type").save(),
    ):
        before, version = schema_for(["CEC-DSGS"]), catalogue_version()
        change()
        assert catalogue_version() != version
        assert schema_for(["CEC-DSGS"]) is not before


def test_taking_away_one_row_is_not_taking_away_another():
    rows = list(Requirement.objects.order_by("pk")[:5])
    versions = set()
    for gone in ([rows[0]], [rows[1]], [rows[0], rows[3]], [rows[1], rows[2]]):
        with transaction.atomic():
            Requirement.objects.filter(pk__in=[row.pk for row in gone]).delete()
            versions.add(catalogue_version())
            transaction.set_rollback(True)

    assert len(versions) == 4
