"""A day in the past is told by the rules, values and programs of that day, or it is said what cannot be told."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from onboarding.enrollment.domain import join_program, leave_program, re_evaluate
from onboarding.enrollment.queries import MeterAt, meters_at_moment
from onboarding.enrollment.rules import rules_of
from onboarding.meters.columns import asset_of, columns_of
from onboarding.meters.domain import MeterChange, change_meters
from onboarding.meters.models import Meter
from onboarding.participation.domain import change_participation, remove_idle
from onboarding.participation.rules import ParticipationRequest, Preference
from portal.events.actors import Actor
from portal.events.models import Event
from portal.partners.models import Partner, User
from programs.models import Conflict, Field, Program, Requirement
from programs.models.past import catalogue_at, recorded_since
from tests.onboarding.enrollment.meters import at, make_meter, note

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("catalogue")]
BY = Actor.system("Test")
DSGS = "CEC-DSGS"
Move = Callable[[str], None]


@pytest.fixture
def move_to(time_machine: Any) -> Move:
    def move(text: str) -> None:
        time_machine.move_to(at(text), tick=False)

    move("2031-01-10")
    return move


def battery(partner: Partner, **more: Any) -> Meter:
    parts: dict[str, Any] = {"device": {"battery_power_capacity_kw": 5, "battery_energy_capacity_kwh": 13.5}}
    parts |= {"site": {"number_of_devices": 1}, "meter_type": "DEVICE", "programs": [DSGS]} | more
    return make_meter(partner, **parts)


def then(meter: Meter, when: str) -> MeterAt:
    meter = Meter.objects.get(pk=meter.pk)
    return meters_at_moment([meter], at(when))[meter.pk]


def status(meter: Meter, when: str, program: str = DSGS) -> str:
    return next(result.status.value for result in then(meter, when).results if result.program.identifier == program)


def change(meter: Meter, part: str, **values: Any) -> None:
    meter.refresh_from_db()
    asset = asset_of(meter)
    asset[part] = {key: value for key, value in (asset[part] | values).items() if value is not None}
    new = {key: value for key, value in columns_of(asset).items() if getattr(meter, key) != value}
    change_meters([MeterChange(meter, new)], verb="meter.updated", partner=meter.partner, by=BY)
    re_evaluate([meter.pk], by=BY)


def test_values_are_those_of_the_day(acme: Partner, move_to: Move) -> None:
    meter = battery(acme)
    first = asset_of(Meter.objects.get(pk=meter.pk))
    move_to("2031-02-01")
    change(meter, "device", battery_power_capacity_kw=None, device_model="Home 2")
    move_to("2031-03-01")
    change(meter, "customer", street_1="2 Other Street", city="Oakland")

    assert then(meter, "2031-01-20").asset == first
    middle = then(meter, "2031-02-10").asset
    assert (middle["device"], middle["customer"]) == (
        {"battery_energy_capacity_kwh": 13.5, "device_model": "Home 2"},
        first["customer"],
    )
    assert [status(meter, day) for day in ("2031-01-20", "2031-02-10", "2031-03-10")] == [
        "ELIGIBLE",
        "INELIGIBLE",
        "INELIGIBLE",
    ]


def test_change_counts_from_its_own_moment(acme: Partner, move_to: Move) -> None:
    meter = battery(acme)
    move_to("2031-02-01T10:00")
    change(meter, "device", battery_power_capacity_kw=None)
    move_to("2031-02-05")

    days = ("2031-02-01T09:59:59", "2031-02-01T10:00", "2031-02-01T10:00:01")
    assert [status(meter, day) for day in days] == ["ELIGIBLE", "INELIGIBLE", "INELIGIBLE"]


def test_events_of_sheets_name_fields_by_key(acme: Partner, move_to: Move) -> None:
    meter = battery(acme)
    move_to("2031-02-01")
    changes = {"device.battery_power_capacity_kw": [None, 5], "load_types": [["EV"], ["HVAC"]]}
    Event.objects.create(verb="meter.updated", subject_type="meter", subject_id=str(meter.pk), at=at("2031-02-01"))
    Event.objects.update_or_create(
        subject_id=str(meter.pk), verb="meter.updated", defaults={"data": {"changes": changes}}
    )
    move_to("2031-02-05")

    asset = then(meter, "2031-01-20").asset

    assert (asset["device"], asset["load_types"]) == ({"battery_energy_capacity_kwh": 13.5}, ["EV"])


def test_rules_are_those_of_the_day(acme: Partner, move_to: Move) -> None:
    meter = battery(acme)
    move_to("2031-02-01")
    rule = Requirement.objects.create(
        program=Program.objects.get(identifier=DSGS), field=Field.objects.get(path="utility.tariff")
    )
    move_to("2031-03-01")
    rule.delete()
    move_to("2031-03-05")

    days = ("2031-01-20", "2031-02-10", "2031-03-02")
    assert [status(meter, day) for day in days] == ["ELIGIBLE", "INELIGIBLE", "ELIGIBLE"]


def test_programs_are_those_of_the_day(acme: Partner, move_to: Move) -> None:
    meter = battery(acme)
    move_to("2031-02-01")
    leave_program(meter, rules_of()[DSGS], by=BY)
    move_to("2031-03-01")
    join_program(meter, rules_of()[DSGS], by=BY)
    move_to("2031-03-05")

    days = ("2031-01-20", "2031-02-10", "2031-03-02")
    is_wanted = [
        next(dsgs.is_wanted for dsgs in then(meter, day).results if dsgs.program.identifier == DSGS) for day in days
    ]
    assert is_wanted == [True, False, True]


def test_program_joined_and_left_since_is_none_of_the_day(acme: Partner, move_to: Move) -> None:
    meter = battery(acme)
    leave_program(meter, rules_of()[DSGS], by=BY)
    move_to("2031-02-01")
    join_program(meter, rules_of()[DSGS], by=BY)
    move_to("2031-03-01")
    leave_program(meter, rules_of()[DSGS], by=BY)
    move_to("2031-03-05")

    is_wanted = [
        next(dsgs.is_wanted for dsgs in then(meter, day).results if dsgs.program.identifier == DSGS)
        for day in ("2031-01-20", "2031-02-10", "2031-03-02")
    ]

    assert is_wanted == [False, True, False]


def test_utilities_of_a_program_are_those_of_the_day(acme: Partner, move_to: Move) -> None:
    meter = battery(acme, utility="PGE", account="42")
    program = Program.objects.get(identifier=DSGS)
    move_to("2031-02-01")
    program.utilities.set(program.utilities.model.objects.filter(code="SCE"))
    program.save()
    move_to("2031-02-05")

    assert [status(meter, day) for day in ("2031-01-20", "2031-02-03")] == ["ELIGIBLE", "INELIGIBLE"]


def test_conflict_is_that_of_the_day(acme: Partner, move_to: Move) -> None:
    meter = battery(acme, utility="PGE", account="42", reference="b")
    move_to("2031-01-16")
    site = make_meter(acme, programs=["ELRP"], reference="s", utility="PGE", account="42", classification="COMMERCIAL")
    note(site, "IS_AUTHORIZED")
    move_to("2031-02-01")
    pair = Conflict.objects.filter(program__identifier__in=[DSGS, "ELRP"], other__identifier__in=[DSGS, "ELRP"])
    for row in pair:
        row.is_allowed = True
        row.save()
    move_to("2031-02-05")

    def excluded(day: str) -> bool:
        (elrp,) = (result for result in then(site, day).results if result.program.identifier == "ELRP")
        return any(check.problem and check.problem.code == "PROGRAM_EXCLUDED" for check in elrp.checks)

    assert meter.pk != site.pk
    assert [excluded(day) for day in ("2031-01-20", "2031-02-03")] == [True, False]


def test_time_outs_are_those_that_were_known_on_the_day(acme: Partner, move_to: Move) -> None:
    meter = battery(acme)
    move_to("2031-02-01T12:00")
    idle = ParticipationRequest(Preference.IDLE, date(2031, 2, 10), date(2031, 2, 20))
    change_participation({meter.pk: idle}, partner=acme, by=BY)
    move_to("2031-02-15T12:00")
    back = ParticipationRequest(Preference.PARTICIPATE, date(2031, 2, 15))
    change_participation({meter.pk: back}, partner=acme, by=BY)
    move_to("2031-03-01T12:00")
    change_participation(
        {meter.pk: ParticipationRequest(Preference.IDLE, date(2031, 3, 1), date(2031, 3, 9))}, partner=acme, by=BY
    )
    move_to("2031-03-05T12:00")
    remove_idle(meter, date(2031, 3, 1), date(2031, 3, 9), by=BY)
    move_to("2031-03-06")

    days = ("2031-02-05", "2031-02-12", "2031-02-16", "2031-03-02", "2031-03-05T23:00")
    assert [status(meter, day) for day in days] == [
        "ELIGIBLE",
        "NOT_PARTICIPATING",
        "ELIGIBLE",
        "NOT_PARTICIPATING",
        "ELIGIBLE",
    ]


def test_what_cannot_be_told_is_said(acme: Partner, move_to: Move) -> None:
    meter = battery(acme)
    move_to("2031-02-01")
    change(meter, "device", battery_power_capacity_kw=7)
    Event.objects.filter(verb="meter.updated").update(erased_at=at("2031-02-02"), data={})
    move_to("2031-02-05")
    since = recorded_since()
    assert since is not None

    assert [subject for subject, _ in then(meter, "2031-02-03").untold] == []
    assert [subject for subject, _ in then(meter, "2031-01-20").untold] == ["values"]
    assert [subject for subject, _ in then(meter, "2031-01-01").untold] == ["values", "meter"]
    assert [subject for subject, _ in then(meter, "2020-01-01").untold] == ["rules", "values", "meter"]
    assert then(meter, "2031-12-01").untold == ()


def test_catalogue_of_the_present_is_the_last_state_of_its_history() -> None:
    past = catalogue_at(at("2090-01-01"))

    assert {field.pk for field in past.fields} == set(Field.objects.values_list("pk", flat=True))
    assert {row.pk for row in past.requirements} == set(Requirement.objects.values_list("pk", flat=True))
    assert {row.pk for row in past.conflicts} == set(Conflict.objects.values_list("pk", flat=True))
    programs = {
        row.program.identifier: (sorted(row.utilities), len(row.periods), len(row.checks)) for row in past.programs
    }
    assert programs == {
        program.identifier: (
            sorted(program.utilities.values_list("code", flat=True)),
            program.delivery_periods.count(),
            program.checks.count(),
        )
        for program in Program.objects.all()
    }


def test_page_shows_the_values_of_the_day_and_what_it_cannot_tell(
    acme: Partner, manager: User, client: Client, move_to: Move
) -> None:
    meter = battery(acme, customer={"street_1": "1 First Street"})
    move_to("2031-02-01")
    change(meter, "customer", street_1="2 Second Street")
    move_to("2031-02-05")
    client.force_login(manager)

    def page(day: str) -> str:
        return client.get(reverse("meter", args=[meter.pk]), {"as_of": day}).content.decode()

    assert "Status, rules and details as they were on Jan 20, 2031." in page("2031-01-20")
    assert "1 First Street" in page("2031-01-20")
    assert "<dd>2 Second Street" not in page("2031-01-20")
    assert "The meter was created on Jan 10, 2031 (UTC)." in page("2031-01-02")
    assert "Status on Mar 1, 2031, if nothing changes until then." in page("2031-03-01")
