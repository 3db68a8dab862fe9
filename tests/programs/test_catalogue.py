"""What the seeded catalogue contains, and what it refuses to contain."""

from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.core.exceptions import ValidationError
from django.test import RequestFactory
from simple_history.models import HistoricalRecords

from programs.models import DeliveryPeriod, Field, Program, Region, Requirement, Utility
from programs.queries import not_over, partner_created_programs, program_tables
from programs.seeding.rows import midnight_text

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("catalogue")]

# The overview's two tables: region and families of each row.
ROWS = {
    "utility-meter": [
        ("CA", ["Capacity/Energy (CCA, ENERGY-ONLY)", "ELRP"]),
        ("NY", ["SCR", "DLRP", "CSRP"]),
        ("PJM", ["Capacity"]),
        ("TX", ["ERS"]),
    ],
    "device": [("CA", ["CEC-DSGS"]), ("MA", ["CPS", "ConnectedSolutions"]), ("RI", ["ConnectedSolutions"])],
}
# The published CreateMeter, as dot paths.
FIELDS = """
partner_reference transmission_region customer_classification load_types[] meter_type customer_group
customer.street_1 customer.street_2 customer.postal_code customer.city customer.state_or_province_code
customer.country_code customer.end_customer_name customer.end_customer_title customer.end_customer_email
customer.end_customer_phone_number customer.end_customer_company_name customer.partner_offering_name
customer.partner_offering_date customer.is_in_wholesale_capacity_market customer.dispatch_option
customer.partner_customer_reference
customer.billing.street_1 customer.billing.street_2 customer.billing.postal_code customer.billing.city
customer.billing.state_or_province_code customer.billing.country_code
device.device_type device.device_serial_number device.device_model device.device_manufacturer device.install_date
device.battery_power_capacity_kw device.battery_energy_capacity_kwh device.battery_duration_hours
device.permission_to_operate_date device.battery_max_discharge_rate_kw device.battery_max_charge_rate_kw
device.battery_max_state_of_charge_percentage device.battery_min_state_of_charge_percentage device.installer
device.is_connected_to_solar
site.load_zone site.number_of_devices site.on_site_fossil_generator site.renewable_generator
site.generator_capacity_kw site.generator_model_year site.generator_manufacturer site.generator_fuel_type
site.generator_serial_number
site.site_devices[].device_type site.site_devices[].model site.site_devices[].manufacturer
site.site_devices[].serial_number site.site_devices[].energy_capacity_kwh site.site_devices[].power_capacity_kw
site.site_devices[].energy_capacity_duration_hours site.site_devices[].voltage_level
site.site_devices[].model_year site.site_devices[].fuel_type site.site_devices[].battery_max_discharge_rate_kw
site.site_devices[].battery_max_charge_rate_kw site.site_devices[].battery_max_state_of_charge_percentage
site.site_devices[].battery_min_state_of_charge_percentage site.site_devices[].installer
site.site_devices[].is_connected_to_solar
utility.utility_name utility.load_serving_entity utility.electric_service_account_number utility.tariff
utility.voltage utility.utility_meter_serial_number
caiso.is_receiving_sgip_funding caiso.nem_type isone.in_connected_solutions
nyiso.cbl_method nyiso.company_type nyiso.existing_nyiso_resource_id nyiso.partner_nyiso_resource_name
"""
LIMITS = [
    ("partner_reference", "min_length", 3),
    ("partner_reference", "max_length", 256),
    ("customer.end_customer_title", "max_length", 15),
    ("customer.end_customer_phone_number", "max_length", 32),
    ("device.battery_power_capacity_kw", "maximum", 999999),
    ("device.battery_duration_hours", "maximum", 100),
    ("device.battery_max_state_of_charge_percentage", "minimum", 2),
    ("site.number_of_devices", "maximum", 99),
    ("site.site_devices[].model_year", "minimum", 1900),
]
CHOICES = [
    ("load_types[]", 11),
    ("device.device_type", 8),
    ("customer.dispatch_option", 2),
    ("nyiso.company_type", 6),
    ("site.site_devices[].fuel_type", 6),
    ("transmission_region", 8),
]


def test_tables_group_families_by_region_as_the_overview_does():
    tables, footnotes = program_tables()

    families = {table.type.value: [(row.region.code, list(row.families)) for row in table.rows] for table in tables}
    assert families == ROWS
    notes = {
        family.name: [footnotes[number - 1].key for number in family.footnotes]
        for table in tables
        for row in table.rows
        for family in row.families.values()
        if family.footnotes
    }
    assert notes == {
        "ERS": ["ercot-collects"],
        "CPS": ["also-utility-meters"],
        "ConnectedSolutions": ["also-utility-meters"],
    }


def test_every_field_of_the_contract_is_there():
    assert set(Field.objects.values_list("path", flat=True)) == set(FIELDS.split())


@pytest.mark.parametrize(("path", "limit", "value"), LIMITS)
def test_fields_have_the_limits_of_the_contract(path, limit, value):
    assert getattr(Field.objects.get(path=path), limit) == value


@pytest.mark.parametrize(("path", "count"), CHOICES)
def test_fields_have_the_choices_of_the_contract(path, count):
    assert Field.objects.get(path=path).choice_list.choices.count() == count


def test_every_program_has_a_delivery_period_with_a_deadline():
    assert not not_over().exclude(delivery_periods__deadlines__isnull=False).exists()


def test_inferred_requirements_are_marked_unverified():
    assert not Requirement.objects.filter(source__startswith="inferred", verified=True).exists()


def test_deadlines_are_local_midnights_kept_in_utc():
    summer = DeliveryPeriod.objects.get(name="CEC-DSGS_2027_MAY_OCT")

    assert summer.starts_at.isoformat() == "2027-05-01T07:00:00+00:00"
    assert midnight_text(date(2027, 1, 1), ZoneInfo("America/New_York")).startswith("2027-01-01T05")


def program(**changes: Any) -> Program:
    region = Region.objects.get(code="CA")
    values: dict[str, Any] = {
        "identifier": "NEW-ONE",
        "name": "New one",
        "family": "New",
        "region": region,
        "transmission_region": "CAISO",
        "program_type": "device",
        "accepted_meter_types": ["DEVICE"],
        "interval_data_source": "partner",
        "is_partner_created": True,
    }
    return Program(**{**values, **changes})


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"is_partner_created": False}, "is_partner_created"),
        ({"needs_utility_authorization": True}, "needs_utility_authorization"),
        ({"active_from": date(2026, 2, 1), "active_to": date(2026, 1, 1)}, "active_to"),
        ({"accepted_meter_types": []}, "accepted_meter_types"),
        ({"accepted_meter_types": ["TOASTER"]}, "accepted_meter_types"),
        ({"transmission_region": "ERCOT"}, "transmission_region"),
        ({"identifier": "with space"}, "identifier"),
        ({"identifier": "CEC-DSGS"}, "identifier"),
        ({"time_zone": "Mars/Olympus"}, "time_zone"),
        ({"states": ["California"]}, "states"),
    ],
)
def test_a_contradictory_program_is_refused(changes, field):
    with pytest.raises(ValidationError) as caught:
        program(**changes).full_clean()

    assert field in caught.value.message_dict


def test_a_good_program_is_accepted():
    program().full_clean()


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"minimum": 5, "maximum": 1}, "maximum"),
        ({"min_length": 5, "max_length": 1}, "max_length"),
        ({"type": "choice"}, "choice_list"),
        ({"path": "site.tags[]"}, "path"),
        ({"path": "Site.Roof"}, "path"),
        ({"pattern": "(["}, "pattern"),
        ({"pattern": "(a+)+b"}, "pattern"),
        ({"path": "customer.street_1"}, "path"),
    ],
)
def test_a_contradictory_field_is_refused(changes, field):
    values = {"path": "site.roof", "label": "Roof", "section": "Site"}

    with pytest.raises(ValidationError) as caught:
        Field(**{**values, **changes}).full_clean()

    assert field in caught.value.message_dict


IS, AFTER, LEAST = ({"condition_operator": operator} for operator in ("is", "after", "at_least"))
WHEN = {"condition_field": "device.device_type"}


@pytest.mark.parametrize(
    ("changes", "wrong"),
    [
        ({"field": "partner_reference", "level": "hidden"}, "level"),
        ({"condition_operator": "is"}, "condition_operator"),
        ({"condition_field": "site.load_zone"}, "condition_operator"),
        ({"condition_field": "device.installer", "condition_operator": "is_filled"}, "condition_field"),
        ({"condition_field": "site.load_zone", "condition_operator": "is"}, "condition_value"),
        (WHEN | {"condition_operator": "is", "condition_value": "TOASTER"}, "condition_value"),
        (WHEN | {"condition_operator": "after", "condition_value": "2026-01-01"}, "condition_value"),
        (WHEN | {"condition_operator": "at_least", "condition_value": "5"}, "condition_value"),
        ({"condition_field": "device.install_date", **AFTER, "condition_value": "31/02/2026"}, "condition_value"),
        ({"condition_field": "site.renewable_generator", **IS, "condition_value": "True"}, "condition_value"),
        ({"condition_field": "site.number_of_devices", **LEAST, "condition_value": "few"}, "condition_value"),
        ({"condition_field": "nyiso.cbl_method", "condition_operator": "is_filled"}, "condition_field"),
        ({"field": "site.load_zone"}, "field"),
        ({"minimum": 1}, "minimum"),
        ({"field": "site.number_of_devices", "minimum": -1}, "minimum"),
        ({"field": "site.number_of_devices", "maximum": 100}, "maximum"),
        ({"field": "site.number_of_devices", "minimum": 9, "maximum": 3}, "maximum"),
        ({"field": "device.device_type", "choices": ["TOASTER"]}, "choices"),
        ({"valid_from": date(2026, 2, 1), "valid_to": date(2026, 1, 1)}, "valid_to"),
        ({"field": "device.battery_power_capacity_kw", "level": "hidden"}, "field"),
    ],
)
def test_a_contradictory_requirement_is_refused(changes, wrong):
    values = {"field": "device.installer", "level": "required", **changes}
    for name in ("field", "condition_field"):
        if name in values:
            values[name] = Field.objects.get(path=values[name])

    with pytest.raises(ValidationError) as caught:
        Requirement(program=Program.objects.get(identifier="CEC-DSGS"), **values).full_clean()

    assert wrong in caught.value.message_dict


def test_requirements_that_follow_each_other_in_time_are_accepted():
    values = {
        "program": Program.objects.get(identifier="CEC-DSGS"),
        "field": Field.objects.get(path="device.installer"),
    }
    Requirement.objects.create(**values, level="optional", valid_to=date(2026, 12, 31))

    Requirement(**values, level="required", valid_from=date(2027, 1, 1)).full_clean()


def test_history_keeps_who_when_old_and_new(staff):
    HistoricalRecords.context.request = RequestFactory().get("/")
    HistoricalRecords.context.request.user = staff
    try:
        program = Program.objects.get(identifier="CEC-DSGS")
        before = program.name
        program.name = "Renamed"
        program.save()
    finally:
        del HistoricalRecords.context.request

    newest = program.history.first()
    assert newest.history_user == staff
    assert newest.history_type == "~"
    changes = {change.field: (change.old, change.new) for change in newest.diff_against(newest.prev_record).changes}
    assert changes["name"] == (before, "Renamed")


def test_program_that_has_ended_is_not_offered_any_more() -> None:
    Program.objects.filter(identifier="CEC-DSGS").update(active_to="2020-12-31")

    assert "CEC-DSGS" not in [program.identifier for program in partner_created_programs()]
    tables, _ = program_tables()
    listed = [one.identifier for t in tables for row in t.rows for f in row.families.values() for one in f.programs]
    assert "CEC-DSGS" not in listed
    assert "RIE-CS" in listed


def test_history_of_a_program_tells_its_utilities_too() -> None:
    program = Program.objects.get(identifier="CEC-DSGS")
    before = program.history.first()

    program.utilities.add(Utility.objects.get(code="PGE"))

    after = program.history.first()
    assert [change.field for change in after.diff_against(before).changes] == ["utilities"]
