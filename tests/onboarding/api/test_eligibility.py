"""POST /v1.1/eligibility: which programs would take an asset of which a part is known."""

from typing import Any

import pytest
import time_machine

from onboarding.meters.models import Meter
from programs.models import Program
from tests import builders
from tests.onboarding.api.conftest import Call

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("catalogue")]
PATH = "/v1.1/eligibility"
BATTERY = {"customer": {"postal_code": "94103"}, "meter_type": "DEVICE", "transmission_region": "CAISO"}


def asked(call: Call, asset: Any, **more: Any) -> dict[str, dict[str, Any]]:
    answer = call("post", PATH, {"asset": asset, **more})
    assert answer.status_code == 200, answer.content
    return {program["program_identifier"]: program for program in answer.json()["programs"]}


def fields(lines: list[dict[str, Any]]) -> list[str]:
    return [line["field"] for line in lines]


def test_known_part_of_a_battery_says_what_is_missing_and_from_when(call: Call) -> None:
    with time_machine.travel("2026-11-29T12:00:00Z", tick=False):
        programs = asked(call, BATTERY)

    dsgs = programs["CEC-DSGS"]
    assert dsgs["eligibility"] == "MISSING_INFORMATION"
    assert fields(dsgs["missing_fields"]) == [
        "device.battery_power_capacity_kw",
        "device.battery_energy_capacity_kwh",
        "site.number_of_devices",
    ]
    assert [(one["field"], one["depends_on"]) for one in dsgs["may_be_missing"]] == [
        ("caiso.is_receiving_sgip_funding", ["device.install_date"])
    ]
    assert (dsgs["delivery_period"], dsgs["activation_date_time"]) == (
        "CEC-DSGS_2027_MAY_OCT",
        "2027-05-01T00:00:00-07:00",
    )
    assert programs["ELRP"]["eligibility"] == programs["ERCOT-ERS"]["eligibility"] == "NOT_ELIGIBLE"
    assert programs["ERCOT-ERS"]["reasons"][0] == "ERCOT-ERS accepts meters in ERCOT; this one is in CAISO."
    assert Meter.objects.count() == 0


def test_whole_battery_is_eligible(call: Call) -> None:
    whole = builders.asset(1) | {
        "device": {
            "battery_power_capacity_kw": 5,
            "battery_energy_capacity_kwh": 13.5,
            "install_date": "2023-01-30",
        },
        "site": {"number_of_devices": 1},
    }

    answer = call("post", PATH, {"asset": whole}).json()

    assert answer["programs"][0]["program_identifier"] == "CEC-DSGS"
    assert answer["programs"][0]["eligibility"] == "ELIGIBLE"
    assert (answer["needed_to_create"], answer["errors"]) == ([], [])


def test_nothing_known_is_named_not_guessed(call: Call) -> None:
    programs = asked(call, {})

    assert {program["eligibility"] for program in programs.values()} <= {"NOT_KNOWN_YET", "NOT_ELIGIBLE"}
    assert fields(programs["CEC-DSGS"]["not_known_yet"]) == [
        "transmission_region",
        "customer.state_or_province_code",
        "meter_type",
    ]
    assert len(programs) == Program.objects.filter(is_offered=True).count()


def test_zip_code_tells_state_and_region_where_that_is_certain(call: Call) -> None:
    in_california, in_massachusetts = (asked(call, {"customer": {"postal_code": code}}) for code in ("94103", "02139"))

    # California lies in several regions, none of which is New York's.
    assert fields(in_california["CEC-DSGS"]["not_known_yet"]) == ["transmission_region", "meter_type"]
    assert in_california["NYISO-SCR"]["eligibility"] == "NOT_ELIGIBLE"
    assert fields(in_massachusetts["MA_DOER-CPS"]["not_known_yet"]) == ["meter_type"]


def test_steps_after_the_creation_are_named(call: Call) -> None:
    meter = {"meter_type": "UTILITY_METER", "transmission_region": "CAISO", "utility": {"utility_name": "PGE"}}

    cca = asked(call, meter | {"customer": {"postal_code": "94103"}}, programs=["CCA"])

    assert list(cca) == ["CCA"]
    assert cca["CCA"]["steps"] == ["IS_AUTHORIZED", "HAS_MARKET_REGISTRATION"]
    assert cca["CCA"]["created_by_partner"] is False


def test_later_day_gives_later_dates(call: Call) -> None:
    with time_machine.travel("2026-11-29T12:00:00Z", tick=False):
        now, later = (asked(call, BATTERY, **more)["CEC-DSGS"] for more in ({}, {"as_of": "2027-05-10"}))

    assert now["activation_date_time"] < later["activation_date_time"]


def test_values_that_no_meter_can_have_are_named_and_passed_over(call: Call) -> None:
    answer = call("post", PATH, {"asset": BATTERY | {"customer_classification": "PIRATE", "color": "teal"}}).json()

    assert fields(answer["errors"]) == ["customer_classification"]
    assert fields(answer["warnings"]) == ["color"]
    assert "customer_classification" in fields(answer["needed_to_create"])


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"asset": 7},
        {"asset": {"meter_type": True}},
        {"asset": {}, "programs": ["NONE"]},
        {"asset": {}, "as_of": "soon"},
    ],
)
def test_what_is_no_question_is_400(call: Call, body: Any) -> None:
    assert call("post", PATH, body).status_code == 400
