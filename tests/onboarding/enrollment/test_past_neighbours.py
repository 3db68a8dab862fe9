"""What a customer's other meters held on a day in the past, when they have changed since."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest

from onboarding.enrollment.domain import join_program, leave_program, re_evaluate
from onboarding.enrollment.queries import meters_at_moment
from onboarding.enrollment.rules import rules_of
from onboarding.meters.columns import asset_of, columns_of
from onboarding.meters.domain import MeterChange, change_meters
from onboarding.meters.models import Meter
from portal.events.actors import Actor
from portal.partners.models import Partner
from tests.onboarding.enrollment.meters import at, make_meter, note

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("catalogue")]
BY = Actor.system("Test")
ACCOUNT = {"utility": "PGE", "account": "42"}
BATTERY = {"battery_power_capacity_kw": 5, "battery_energy_capacity_kwh": 13.5}
Move = Callable[[str], None]


@pytest.fixture
def move_to(time_machine: Any) -> Move:
    def move(text: str) -> None:
        time_machine.move_to(at(text), tick=False)

    move("2031-01-10")
    return move


@pytest.fixture
def site(acme: Partner, move_to: Move) -> Meter:
    meter = make_meter(acme, programs=["ELRP"], reference="site", classification="COMMERCIAL", **ACCOUNT)
    note(meter, "IS_AUTHORIZED")
    re_evaluate([meter.pk], by=BY)
    move_to("2031-01-16")
    return meter


def battery(partner: Partner) -> Meter:
    parts: dict[str, Any] = {"meter_type": "DEVICE", "site": {"number_of_devices": 1}, "device": BATTERY}
    return make_meter(partner, programs=["CEC-DSGS"], reference="battery", **ACCOUNT, **parts)


def status(meter: Meter, when: datetime) -> str:
    results = meters_at_moment([Meter.objects.get(pk=meter.pk)], when)[meter.pk].results
    return next(result.status.value for result in results if result.program.identifier == "CEC-DSGS")


def leave(site: Meter, battery: Meter) -> None:
    leave_program(site, rules_of()["ELRP"], by=BY)


def archive(site: Meter, battery: Meter) -> None:
    change_meters([MeterChange(site, {"is_archived": True})], verb="meter.archived", partner=site.partner, by=BY)


def move_account(site: Meter, battery: Meter) -> None:
    battery.refresh_from_db()
    asset = asset_of(battery)
    asset["utility"]["electric_service_account_number"] = "43"
    new = {key: value for key, value in columns_of(asset).items() if getattr(battery, key) != value}
    change_meters([MeterChange(battery, new)], verb="meter.updated", partner=battery.partner, by=BY)


@pytest.mark.parametrize("change", [leave, archive, move_account])
def test_program_that_another_meter_held_still_excludes_on_that_day(
    acme: Partner, site: Meter, move_to: Move, change: Callable[[Meter, Meter], None]
) -> None:
    meter = battery(acme)
    move_to("2031-04-14")
    before = status(meter, at("2031-04-14"))

    move_to("2031-04-16")
    change(site, meter)
    move_to("2031-04-17")

    assert (before, status(meter, at("2031-04-14"))) == ("INELIGIBLE", "INELIGIBLE")


def test_program_joined_last_does_not_go_first_because_it_was_left_since(acme: Partner, move_to: Move) -> None:
    site = make_meter(acme, programs=[], reference="site", classification="COMMERCIAL", **ACCOUNT)
    note(site, "IS_AUTHORIZED")
    move_to("2031-01-16")
    meter = battery(acme)
    move_to("2031-02-01")
    join_program(site, rules_of()["ELRP"], by=BY)
    move_to("2031-04-14")
    before = status(meter, at("2031-04-14"))

    move_to("2031-04-16")
    leave_program(site, rules_of()["ELRP"], by=BY)
    move_to("2031-04-17")
    join_program(site, rules_of()["ELRP"], by=BY)

    assert (before, status(meter, at("2031-04-14"))) == ("ELIGIBLE", "ELIGIBLE")
