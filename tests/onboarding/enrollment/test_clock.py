"""What the demo's clock does to enrollment: results follow it forward, and back."""

from pathlib import Path
from typing import Any

import pytest

from onboarding.enrollment.domain import join_program
from onboarding.enrollment.models import Enrollment, ParticipationPeriod
from onboarding.enrollment.rules import rules_of
from portal.events.actors import Actor
from portal.events.models import Event
from portal.jobs.periodic import run_periodic_tasks
from portal.partners.models import Partner
from portal.web import clock
from tests.onboarding.enrollment.meters import at, make_meter

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("catalogue")]


@pytest.fixture(autouse=True)
def noon(settings: Any, tmp_path: Path, time_machine: Any) -> None:
    settings.DATA_DIR = tmp_path
    time_machine.move_to("2026-11-29T12:00:00+00:00", tick=False)


def test_results_follow_the_clock_forward_and_back(acme: Partner, run_jobs: Any) -> None:
    battery = {"battery_power_capacity_kw": 5, "battery_energy_capacity_kwh": 13.5}
    parts = {"device": battery, "site": {"number_of_devices": 1}}
    meter = make_meter(acme, programs=["CEC-DSGS"], meter_type="DEVICE", **parts)
    ParticipationPeriod.objects.create(
        partner=acme, meter=meter, preference="IDLE", starts_at=at("2026-12-01T08:00"), ends_at=at("2026-12-09T08:00")
    )
    Enrollment.objects.update(reconsider_at=clock.now())
    statuses = []

    for move in (lambda: None, lambda: clock.move(days=3), lambda: clock.set_offset(clock.offset() * 0)):
        move()
        run_periodic_tasks()
        run_jobs()
        statuses.append(Enrollment.objects.get(meter=meter).status)

    assert statuses == ["ELIGIBLE", "NOT_PARTICIPATING", "ELIGIBLE"]


def test_meter_joins_a_program_at_the_time_of_the_clock(acme: Partner) -> None:
    meter = make_meter(acme, programs=["CCA"], utility="PGE")
    clock.move(days=30)

    join_program(meter, rules_of()["ELRP"], by=Actor.system("Test"))

    joined = Enrollment.objects.get(meter=meter, program__identifier="ELRP")
    assert joined.joined_at == Event.objects.get(verb="meter.program_joined").at == at("2026-12-29T12:00")
