"""Deadlines that passed: who made them is found out as of the deadline, recorded, and never lost by a later change."""

from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest

from onboarding.enrollment.deadlines import note_passed_deadlines, record_again
from onboarding.enrollment.domain import join_program, leave_program, re_evaluate
from onboarding.enrollment.models import Enrollment, MadeDeadline
from onboarding.enrollment.queries import program_results_of
from onboarding.enrollment.rules import rules_of
from onboarding.enrollment.tasks import reconsider, record_deadlines
from onboarding.meters.columns import asset_of, columns_of
from onboarding.meters.domain import MeterChange, change_meters
from onboarding.meters.models import Meter
from onboarding.participation.domain import change_participation
from onboarding.participation.rules import ParticipationRequest, Preference
from portal.events.actors import Actor
from portal.events.models import Event
from portal.partners.models import Partner, User
from portal.web import clock
from programs.models import Deadline, DeliveryPeriod, Field, PassedDeadline, Program, Requirement, UnknownSeason
from tests.onboarding.enrollment.meters import at, make_meter

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("catalogue")]
BY = Actor.system("Test")
DEADLINE, ACTIVATION = at("2031-04-15T07:00"), at("2031-05-01T07:00")

Move = Callable[[str], None]


@pytest.fixture
def move_to(time_machine: Any) -> Move:
    """Set the clock; the first day is long before the deadline."""

    def move(text: str) -> None:
        time_machine.move_to(at(text), tick=False)

    move("2031-01-10")
    return move


@pytest.fixture
def season(move_to: Move) -> DeliveryPeriod:
    """A season of DSGS with one deadline, all entered in January; later ones are not seeded."""
    program = Program.objects.get(identifier="CEC-DSGS")
    program.delivery_periods.all().delete()
    period = DeliveryPeriod.objects.create(
        program=program, name="CEC-DSGS_2031_MAY_OCT", starts_at=ACTIVATION, ends_at=at("2031-10-31T07:00")
    )
    Deadline.objects.create(period=period, deadline_at=DEADLINE, activation_at=ACTIVATION)
    return period


def battery(partner: Partner, reference: str = "battery-1", **device: Any) -> Meter:
    parts = {"device": {"battery_power_capacity_kw": 5, "battery_energy_capacity_kwh": 13.5} | device}
    return make_meter(
        partner, programs=["CEC-DSGS"], reference=reference, meter_type="DEVICE", site={"number_of_devices": 1}, **parts
    )


def sweep(run_jobs: Callable[[], object]) -> None:
    """What the periodic work does, whenever it was last done by the database's clock."""
    record_deadlines()
    reconsider()
    run_jobs()


def made_by() -> list[tuple[str, datetime, datetime]]:
    rows = MadeDeadline.objects.order_by("meter__partner_reference", "deadline__deadline_at")
    names = ("meter__partner_reference", "deadline__deadline_at", "deadline__activation_at")
    return list(rows.values_list(*names))


def now_in(meter: Meter) -> tuple[str, str, list[str]]:
    """The stored status, the status of the only period, and the codes of the reasons."""
    row = Enrollment.objects.get(meter=meter)
    results = program_results_of(Meter.objects.get(pk=meter.pk))
    result = next(result for result in results if result.program.identifier == "CEC-DSGS")
    return row.status, result.periods[0].status.value, [reason["code"] for reason in row.reasons]


def set_device(meter: Meter, **values: Any) -> None:
    meter.refresh_from_db()
    asset = asset_of(meter)
    asset["device"] = {key: value for key, value in (asset["device"] | values).items() if value is not None}
    new = {key: value for key, value in columns_of(asset).items() if getattr(meter, key) != value}
    change_meters([MeterChange(meter, new)], verb="meter.updated", partner=meter.partner, by=BY)
    re_evaluate([meter.pk], by=BY)


def require(path: str) -> Requirement:
    program = Program.objects.get(identifier="CEC-DSGS")
    return Requirement.objects.create(program=program, field=Field.objects.get(path=path))


def test_meter_that_is_eligible_at_the_deadline_has_made_it(
    acme: Partner, season: DeliveryPeriod, move_to: Move, run_jobs: Any
) -> None:
    meter, lacking = battery(acme), battery(acme, "battery-2", battery_power_capacity_kw=None)

    move_to("2031-04-15T06:59:59")
    sweep(run_jobs)
    before = made_by()
    move_to("2031-04-15T07:00")
    sweep(run_jobs)

    assert before == []
    assert made_by() == [("battery-1", DEADLINE, ACTIVATION)]
    assert now_in(meter) == ("ELIGIBLE", "ELIGIBLE", [])
    assert now_in(lacking)[:2] == ("INELIGIBLE", "INELIGIBLE")
    told = Event.objects.get(verb="meter.deadline_made")
    assert (told.subject_id, told.data["activation"]) == (str(meter.pk), ACTIVATION.isoformat())
    sweep(run_jobs)
    assert MadeDeadline.objects.count() == 1


def test_made_deadline_is_told_in_the_time_of_its_program(
    acme: Partner, manager: User, season: DeliveryPeriod, move_to: Move, run_jobs: Any, client_of: Any
) -> None:
    meter = battery(acme)
    move_to("2031-04-16")
    sweep(run_jobs)

    page = client_of(manager).get(f"/meters/{meter.pk}/").content.decode()

    assert "Expected to be active from <strong>May 1, 2031</strong>." in page
    assert "Met: by end of Mon, Apr 14 (11:59 PM PDT)" in page
    told = f"the deadline of {season.name} by end of Mon, Apr 14 (11:59 PM PDT), active from May 1, 2031"
    assert f"<div>CEC-DSGS: <ins>Made {told}</ins></div>" in page
    Event.objects.filter(verb="meter.deadline_made").update(verb="meter.deadline_undone")
    undone = client_of(manager).get(f"/meters/{meter.pk}/").content.decode()
    assert f"<div>CEC-DSGS: <ins>No longer counted as made: {told}</ins></div>" in undone


def test_rule_that_is_taken_back_after_the_deadline_costs_nobody_the_season(
    acme: Partner, season: DeliveryPeriod, move_to: Move, run_jobs: Any
) -> None:
    meter = battery(acme)
    move_to("2031-04-20T09:00")
    sweep(run_jobs)

    slip = require("utility.tariff")
    sweep(run_jobs)
    during = now_in(meter)
    move_to("2031-04-20T09:05")
    slip.delete()
    sweep(run_jobs)

    assert during[0] == "INELIGIBLE"
    assert now_in(meter) == ("ELIGIBLE", "ELIGIBLE", [])
    assert made_by() == [("battery-1", DEADLINE, ACTIVATION)]


def test_rule_that_came_and_went_while_no_worker_ran_costs_nobody_the_season(
    acme: Partner, season: DeliveryPeriod, move_to: Move, run_jobs: Any
) -> None:
    meter = battery(acme)

    move_to("2031-04-20T09:00")
    slip = require("utility.tariff")
    re_evaluate([meter.pk], by=BY)
    move_to("2031-04-20T09:05")
    slip.delete()
    re_evaluate([meter.pk], by=BY)

    assert now_in(meter) == ("ELIGIBLE", "ELIGIBLE", [])
    sweep(run_jobs)
    assert made_by() == [("battery-1", DEADLINE, ACTIVATION)]


def test_rule_that_was_in_force_at_the_deadline_counts_until_it_is_recorded_again(
    acme: Partner, season: DeliveryPeriod, move_to: Move, run_jobs: Any
) -> None:
    meter = battery(acme)
    move_to("2031-04-15T06:50")
    slip = require("utility.tariff")
    move_to("2031-04-15T07:10")
    slip.delete()

    sweep(run_jobs)
    late = now_in(meter)
    record_again(PassedDeadline.objects.get(deadline_at=DEADLINE), rules_at=at("2031-04-15T07:10"), by=BY)
    sweep(run_jobs)

    assert late == ("INELIGIBLE", "INELIGIBLE", ["PROGRAM_TOO_LATE"])
    assert now_in(meter) == ("ELIGIBLE", "ELIGIBLE", [])
    assert made_by() == [("battery-1", DEADLINE, ACTIVATION)]


def test_late_worker_evaluates_by_the_values_of_the_deadline(
    acme: Partner, season: DeliveryPeriod, move_to: Move, run_jobs: Any
) -> None:
    lost, late = battery(acme, "lost"), battery(acme, "late", battery_power_capacity_kw=None)
    move_to("2031-04-15T12:00")
    set_device(lost, battery_power_capacity_kw=None)
    set_device(late, battery_power_capacity_kw=5)
    both = now_in(lost)[0], now_in(late)[0]

    move_to("2031-04-18")
    sweep(run_jobs)

    assert both == ("INELIGIBLE", "INELIGIBLE")
    assert made_by() == [("lost", DEADLINE, ACTIVATION)]
    assert now_in(late) == ("INELIGIBLE", "INELIGIBLE", ["PROGRAM_TOO_LATE"])
    set_device(lost, battery_power_capacity_kw=5)
    assert now_in(lost) == ("ELIGIBLE", "ELIGIBLE", [])


def test_check_of_a_deadline_that_passed_says_so_and_names_the_deadline(
    acme: Partner, season: DeliveryPeriod, move_to: Move
) -> None:
    move_to("2031-04-20")
    meter = battery(acme)

    checks = program_results_of(meter)[0].checks

    told = [(check.actual, check.wanted) for check in checks if check.subject == "Deadline"]
    assert told == [("passed", "by end of Mon, Apr 14, 2031 (11:59 PM PDT)")]


def test_meter_that_joined_after_the_deadline_or_was_created_then_has_not_made_it(
    acme: Partner, season: DeliveryPeriod, move_to: Move, run_jobs: Any
) -> None:
    joins = make_meter(
        acme,
        programs=[],
        reference="joins",
        meter_type="DEVICE",
        device={"battery_power_capacity_kw": 5, "battery_energy_capacity_kwh": 13.5},
        site={"number_of_devices": 1},
    )
    move_to("2031-04-15T07:01")
    join_program(joins, rules_of()["CEC-DSGS"], by=BY)
    created = battery(acme, "created")
    sweep(run_jobs)

    assert made_by() == []
    assert [now_in(meter) for meter in (joins, created)] == [("INELIGIBLE", "INELIGIBLE", ["PROGRAM_TOO_LATE"])] * 2


def test_new_meter_says_in_its_first_result_that_it_is_too_late(
    acme: Partner, season: DeliveryPeriod, move_to: Move
) -> None:
    move_to("2031-06-01")

    meter = battery(acme)

    row = Enrollment.objects.get(meter=meter)
    assert now_in(meter) == ("INELIGIBLE", "INELIGIBLE", ["PROGRAM_TOO_LATE"])
    assert (row.partner_actions, row.leap_actions, row.acts) == ([], [], "")


def test_idle_day_after_the_deadline_does_not_lose_the_activation(
    acme: Partner, season: DeliveryPeriod, move_to: Move, run_jobs: Any
) -> None:
    meter = battery(acme)
    move_to("2031-04-20T12:00")
    sweep(run_jobs)
    idle = ParticipationRequest(Preference.IDLE, date(2031, 4, 20), date(2031, 4, 20))

    change_participation({meter.pk: idle}, partner=acme, by=BY)
    during = now_in(meter)[0]
    move_to("2031-04-21T12:00")
    sweep(run_jobs)

    assert during == "NOT_PARTICIPATING"
    assert now_in(meter) == ("ELIGIBLE", "ELIGIBLE", [])


def test_meter_that_is_idle_at_the_deadline_misses_it(
    acme: Partner, season: DeliveryPeriod, move_to: Move, run_jobs: Any
) -> None:
    meter = battery(acme)
    move_to("2031-04-10T12:00")
    idle = ParticipationRequest(Preference.IDLE, date(2031, 4, 12), date(2031, 4, 16))
    change_participation({meter.pk: idle}, partner=acme, by=BY)

    move_to("2031-04-20")
    sweep(run_jobs)

    assert made_by() == []
    assert now_in(meter) == ("INELIGIBLE", "INELIGIBLE", ["PROGRAM_TOO_LATE"])


def test_time_out_that_was_taken_back_after_the_deadline_still_counts_for_it(
    acme: Partner, season: DeliveryPeriod, move_to: Move, run_jobs: Any
) -> None:
    meter, other = battery(acme), battery(acme, "other")
    idle = ParticipationRequest(Preference.IDLE, date(2031, 4, 10), date(2031, 4, 30))
    move_to("2031-04-01")
    change_participation({meter.pk: idle}, partner=acme, by=BY)
    move_to("2031-04-16")
    back = ParticipationRequest(Preference.PARTICIPATE, date(2031, 4, 16))
    change_participation({meter.pk: back}, partner=acme, by=BY)
    change_participation({other.pk: replace_days(idle, date(2031, 4, 16))}, partner=acme, by=BY)

    sweep(run_jobs)

    assert made_by() == [("other", DEADLINE, ACTIVATION)]


def replace_days(request: ParticipationRequest, first: date) -> ParticipationRequest:
    return ParticipationRequest(request.preference, first, request.last)


def test_deadline_that_is_deleted_or_moved_after_it_passed_counts_as_it_was(
    acme: Partner, season: DeliveryPeriod, move_to: Move, run_jobs: Any
) -> None:
    meter = battery(acme)
    second = Deadline.objects.create(period=season, deadline_at=at("2031-04-16T07:00"), activation_at=ACTIVATION)
    move_to("2031-04-17")
    Deadline.objects.get(deadline_at=DEADLINE).delete()
    second.deadline_at = at("2031-04-20T07:00")
    second.save()

    sweep(run_jobs)

    assert made_by() == [("battery-1", DEADLINE, ACTIVATION), ("battery-1", at("2031-04-16T07:00"), ACTIVATION)]
    assert now_in(meter)[0] == "ELIGIBLE"


def test_deadline_that_is_deleted_or_moved_before_it_passed_is_made_by_nobody(
    acme: Partner, season: DeliveryPeriod, move_to: Move, run_jobs: Any
) -> None:
    battery(acme)
    later = at("2031-04-25T07:00")
    move_to("2031-04-14")
    Deadline.objects.filter(deadline_at=DEADLINE).first().delete()  # type: ignore[union-attr]  # the season's
    moved = Deadline.objects.create(period=season, deadline_at=at("2031-04-16T07:00"), activation_at=ACTIVATION)
    move_to("2031-04-15T12:00")
    moved.deadline_at = later
    moved.save()

    move_to("2031-04-20")
    sweep(run_jobs)
    early = made_by()
    move_to("2031-04-25T07:00")
    sweep(run_jobs)

    assert (early, made_by()) == ([], [("battery-1", later, ACTIVATION)])


def test_deadline_that_is_entered_late_counts_for_meters_that_were_eligible_then(
    acme: Partner, season: DeliveryPeriod, move_to: Move, run_jobs: Any
) -> None:
    battery(acme, "early")
    move_to("2031-02-20")
    battery(acme, "late")
    move_to("2031-02-21")
    entered = at("2031-02-15T08:00")
    Deadline.objects.create(period=season, deadline_at=entered, activation_at=ACTIVATION)

    sweep(run_jobs)

    assert made_by() == [("early", entered, ACTIVATION)]
    assert PassedDeadline.objects.get(deadline_at=entered).rules_at == at("2031-02-21")


def test_deadline_that_was_a_slip_is_undone_by_recording_it_again(
    acme: Partner, season: DeliveryPeriod, move_to: Move, run_jobs: Any
) -> None:
    meter = battery(acme)
    move_to("2031-02-21")
    slip = Deadline.objects.create(period=season, deadline_at=at("2031-02-15T08:00"), activation_at=at("2031-03-01"))
    sweep(run_jobs)
    made = made_by()

    slip.delete()
    move_to("2031-02-21T00:05")
    record_again(PassedDeadline.objects.get(deadline_at=slip.deadline_at), rules_at=at("2031-02-21T00:05"), by=BY)
    sweep(run_jobs)

    assert made == [("battery-1", at("2031-02-15T08:00"), at("2031-03-01"))]
    assert made_by() == []
    assert Event.objects.filter(verb="meter.deadline_undone", subject_id=str(meter.pk)).count() == 1
    assert now_in(meter)[0] == "ELIGIBLE"


def test_activation_date_that_was_corrected_is_taken_over_by_recording_again(
    acme: Partner, season: DeliveryPeriod, move_to: Move, run_jobs: Any
) -> None:
    battery(acme)
    move_to("2031-04-16")
    sweep(run_jobs)
    deadline = Deadline.objects.get(deadline_at=DEADLINE)
    deadline.activation_at = at("2031-06-01T07:00")
    deadline.save()
    sweep(run_jobs)
    kept = made_by()

    record_again(PassedDeadline.objects.get(deadline_at=DEADLINE), rules_at=at("2031-04-16"), by=BY)
    sweep(run_jobs)

    assert kept == [("battery-1", DEADLINE, ACTIVATION)]
    assert made_by() == [("battery-1", DEADLINE, at("2031-06-01T07:00"))]


def test_weekend_that_rolls_over_is_the_deadline(
    acme: Partner, season: DeliveryPeriod, move_to: Move, run_jobs: Any
) -> None:
    saturday, monday = at("2031-04-20T07:00"), at("2031-04-22T07:00")  # the midnights that end them
    Program.objects.filter(identifier="CEC-DSGS").update(weekend_rolls_over=True)
    program = Program.objects.get(identifier="CEC-DSGS")
    program.save()
    Deadline.objects.filter(deadline_at=DEADLINE).first().delete()  # type: ignore[union-attr]  # the season's
    Deadline.objects.create(period=season, deadline_at=saturday, activation_at=ACTIVATION)
    move_to("2031-04-21")
    battery(acme)

    move_to("2031-04-22T06:59")
    sweep(run_jobs)
    before = made_by()
    move_to("2031-04-22T07:00")
    sweep(run_jobs)

    assert (before, made_by()) == ([], [("battery-1", saturday, ACTIVATION)])
    assert PassedDeadline.objects.get(deadline_at=saturday).accepted_until == monday


def test_weekend_that_holds_it_open_after_it_was_recorded_lets_more_meters_make_it(
    acme: Partner, season: DeliveryPeriod, move_to: Move, run_jobs: Any
) -> None:
    saturday_ends = at("2031-04-20T07:00")
    Deadline.objects.filter(deadline_at=DEADLINE).first().delete()  # type: ignore[union-attr]  # the season's
    Deadline.objects.create(period=season, deadline_at=saturday_ends, activation_at=ACTIVATION)
    battery(acme, "early")
    move_to("2031-04-20T08:00")
    sweep(run_jobs)
    early = made_by()

    program = Program.objects.get(identifier="CEC-DSGS")
    program.weekend_rolls_over = True
    program.save()
    late = battery(acme, "late")
    move_to("2031-04-22T07:00")
    sweep(run_jobs)

    assert early == [("early", saturday_ends, ACTIVATION)]
    assert {reference for reference, _, _ in made_by()} == {"early", "late"}
    assert now_in(late) == ("ELIGIBLE", "ELIGIBLE", [])


def test_season_that_is_not_published_keeps_nobody_from_a_deadline_that_is(
    acme: Partner, season: DeliveryPeriod, move_to: Move, run_jobs: Any
) -> None:
    note = "Nobody has published when this season begins."
    UnknownSeason.objects.create(
        program=season.program, starts_on=date(2031, 1, 1), ends_on=date(2031, 4, 20), note=note
    )
    meter = battery(acme)
    before = now_in(meter)[0]

    move_to("2031-04-15T07:00")
    sweep(run_jobs)

    assert (before, made_by()) == ("PENDING", [("battery-1", DEADLINE, ACTIVATION)])
    move_to("2031-04-22")
    sweep(run_jobs)
    assert now_in(meter) == ("ELIGIBLE", "ELIGIBLE", [])


def test_meter_that_left_and_joined_again_keeps_what_it_made(
    acme: Partner, season: DeliveryPeriod, move_to: Move, run_jobs: Any
) -> None:
    meter = battery(acme)
    move_to("2031-04-16")
    sweep(run_jobs)

    leave_program(meter, rules_of()["CEC-DSGS"], by=BY)
    join_program(meter, rules_of()["CEC-DSGS"], by=BY)

    assert now_in(meter) == ("ELIGIBLE", "ELIGIBLE", [])


@pytest.mark.parametrize("recorded_between", [False, True])
def test_meter_that_left_before_it_was_recorded_has_made_it_all_the_same(
    acme: Partner, season: DeliveryPeriod, move_to: Move, run_jobs: Any, recorded_between: bool
) -> None:
    meter = battery(acme)
    move_to("2031-04-16")
    leave_program(meter, rules_of()["CEC-DSGS"], by=BY)
    move_to("2031-04-17")
    if recorded_between:
        sweep(run_jobs)
    join_program(meter, rules_of()["CEC-DSGS"], by=BY)
    before = now_in(meter)
    sweep(run_jobs)

    assert before == now_in(meter) == ("ELIGIBLE", "ELIGIBLE", [])
    assert made_by() == [("battery-1", DEADLINE, ACTIVATION)]


def test_deadline_without_a_meter_is_done_at_once(season: DeliveryPeriod, move_to: Move) -> None:
    move_to("2031-04-16")

    assert note_passed_deadlines(at("2031-04-16")) == []
    assert PassedDeadline.objects.get(deadline_at=DEADLINE).recorded_at == at("2031-04-16")


def test_partners_are_looked_at_apart(
    acme: Partner, borealis: Partner, season: DeliveryPeriod, move_to: Move, run_jobs: Any
) -> None:
    for partner in (acme, borealis):
        battery(partner, f"of-{partner.slug}")
    move_to("2031-04-16")
    sweep(run_jobs)

    rows = MadeDeadline.objects.order_by("meter__partner_reference").values_list("meter__partner_reference", "partner")
    assert list(rows) == [("of-acme", acme.pk), ("of-borealis", borealis.pk)]
    events = Event.objects.filter(verb="meter.deadline_made").values_list("partner", "subject_id")
    assert sorted(events) == sorted((m.partner_id, str(m.meter_id)) for m in MadeDeadline.objects.all())


def test_demo_clock_that_goes_back_forgets_what_had_not_happened(
    acme: Partner, season: DeliveryPeriod, settings: Any, tmp_path: Path, time_machine: Any, run_jobs: Any
) -> None:
    settings.DATA_DIR = tmp_path
    meter = battery(acme)
    clock.move(days=120)
    sweep(run_jobs)
    made = made_by()

    clock.set_offset(clock.offset() * 0)
    sweep(run_jobs)

    assert (len(made), made_by()) == (1, [])
    assert not PassedDeadline.objects.filter(deadline_at=DEADLINE).exists()
    assert now_in(meter)[0] == "ELIGIBLE"
