"""What the preview of a request says about the activation that a meter can expect."""

from datetime import date
from typing import Any

import pytest

from onboarding.enrollment.deadlines import note_passed_deadlines
from onboarding.enrollment.tasks import record_deadlines
from onboarding.meters.models import Meter
from onboarding.participation.domain import change_participation, preview_requests
from onboarding.participation.preview import outlook_of
from onboarding.participation.rules import ParticipationRequest, Preference
from portal.events.actors import Actor
from portal.partners.models import Partner
from programs.models import Deadline, DeliveryPeriod, Program
from tests.onboarding.enrollment.meters import at, make_meter

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("catalogue")]
BY = Actor.system("Test")
DEADLINE = "by end of Mon, Apr 14 (11:59 PM PDT)"


@pytest.fixture
def battery(acme: Partner, time_machine: Any) -> Meter:
    """A meter that is on its way into a season with two deadlines, on April 1."""
    time_machine.move_to(at("2031-04-01T12:00"), tick=False)
    program = Program.objects.get(identifier="CEC-DSGS")
    program.delivery_periods.all().delete()
    period = DeliveryPeriod.objects.create(
        program=program, name="CEC-DSGS_2031_MAY_OCT", starts_at=at("2031-05-01T07:00"), ends_at=at("2031-10-31T07:00")
    )
    for deadline_at, activation_at in (("2031-04-15", "2031-05-01"), ("2031-06-15", "2031-07-01")):
        Deadline.objects.create(
            period=period, deadline_at=at(f"{deadline_at}T07:00"), activation_at=at(f"{activation_at}T07:00")
        )
    parts: dict[str, Any] = {"device": {"battery_power_capacity_kw": 5, "battery_energy_capacity_kwh": 13.5}}
    return make_meter(acme, programs=["CEC-DSGS"], meter_type="DEVICE", site={"number_of_devices": 1}, **parts)


def idle(first: str, last: str) -> ParticipationRequest:
    return ParticipationRequest(Preference.IDLE, date.fromisoformat(first), date.fromisoformat(last))


def forecast(meter: Meter, request: ParticipationRequest) -> str:
    (line,) = outlook_of(meter, preview_requests([meter], {meter.pk: request})[meter.pk])
    return line.words


@pytest.mark.parametrize(
    ("first", "last", "said"),
    [
        ("2031-04-02", "2031-04-13", "Still expected to be active from May 1, 2031."),
        ("2031-04-15", "2031-04-20", "Still expected to be active from May 1, 2031."),
        (
            "2031-04-14",
            "2031-04-14",
            f"Misses the deadline {DEADLINE}: expected to be active from Jul 1, 2031 instead of May 1, 2031.",
        ),
        ("2031-04-14", "2031-06-14", f"Misses the deadline {DEADLINE}, and no later deadline is known."),
    ],
)
def test_idle_time_says_which_deadline_it_costs(battery: Meter, first: str, last: str, said: str) -> None:
    assert forecast(battery, idle(first, last)).endswith(said)


def test_idle_time_after_the_deadline_costs_nothing_and_that_is_so(
    battery: Meter, time_machine: Any, run_jobs: Any
) -> None:
    time_machine.move_to(at("2031-04-16T12:00"), tick=False)
    request = idle("2031-04-16", "2031-04-30")

    said = forecast(battery, request)
    change_participation({battery.pk: request}, partner=battery.partner, by=BY)
    record_deadlines()
    run_jobs()
    time_machine.move_to(at("2031-05-02T12:00"), tick=False)

    assert said.endswith("Still expected to be active from May 1, 2031.")
    assert note_passed_deadlines(at("2031-05-02T12:00")) == []
    assert list(battery.made_deadlines.values_list("deadline__activation_at", flat=True)) == [at("2031-05-01T07:00")]


def test_taking_part_again_says_from_when_the_meter_is_expected(battery: Meter) -> None:
    change_participation({battery.pk: idle("2031-04-01", "2031-06-30")}, partner=battery.partner, by=BY)
    back = ParticipationRequest(Preference.PARTICIPATE, date(2031, 4, 2))

    assert forecast(battery, back).endswith("Expected to be active from May 1, 2031. New status: eligible.")
