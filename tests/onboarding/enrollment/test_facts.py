"""What is known of one meter at a moment: each limit of time at it and beside it. No database."""

from dataclasses import replace

import pytest

from onboarding.enrollment.facts import Made, boundary
from programs.models import Boundary
from tests.onboarding.enrollment.pure import (
    SUMMER,
    activated,
    deadline,
    facts,
    local,
    out,
    period,
    program,
    recorded,
)

ALPHA = program()
MONTHLY = program(leaves_at=Boundary.MONTH)


@pytest.mark.parametrize(
    ("at", "covers"),
    [
        ("2026-12-31 23:59", False),
        ("2027-01-01 00:00", True),
        ("2027-01-31 23:59", True),
        ("2027-02-01 00:00", False),
    ],
)
def test_record_and_activation_hold_from_their_beginning_to_just_before_their_end(at, covers):
    record, active = recorded("HAS_AMI", since="2027-01-01", until="2027-02-01"), activated("2027-01-01", "2027-02-01")

    assert record.covers(1, 7, local(at)) is covers
    assert active.covers(local(at)) is covers


def test_record_and_activation_without_an_end_go_on():
    assert recorded("HAS_AMI").covers(1, 7, local("2099-01-01"))
    assert activated("2027-01-01").covers(local("2099-01-01"))


@pytest.mark.parametrize(
    ("program_pk", "period_pk", "covers"),
    [(None, None, True), (1, None, True), (2, None, False), (None, 7, True), (None, 8, False), (1, 8, False)],
)
def test_record_is_for_its_program_and_period_or_for_any(program_pk, period_pk, covers):
    record = recorded("HAS_AMI", program=program_pk, period=period_pk)

    assert record.covers(1, 7, local("2027-01-01")) is covers


def test_record_of_a_period_does_not_count_where_there_is_none():
    record = recorded("HAS_AMI", period=7)

    assert (record.covers(1, 7, local("2027-01-01")), record.covers(1, None, local("2027-01-01"))) == (True, False)


def test_record_for_the_period_goes_before_the_program_s_and_that_before_a_general_one():
    general = recorded("HAS_AMI", since="2027-01-03", note="general")
    of_program = recorded("HAS_AMI", since="2027-01-02", program=1, note="program")
    of_period = recorded("HAS_AMI", since="2027-01-01", period=7, note="period")
    other_item = recorded("DOCUMENTS_SIGNED", since="2027-01-04", period=7, program=1, note="other item")
    at = local("2027-02-01")

    def note_that_counts(*records):
        record = facts(records=records).record("HAS_AMI", 1, 7, at)
        return record and record.note

    assert note_that_counts(of_period, general, of_program, other_item) == "period"
    assert note_that_counts(general, of_program, other_item) == "program"
    assert note_that_counts(other_item) is None


def test_newest_of_like_records_counts_whatever_their_order():
    old, new = recorded("HAS_AMI", since="2026-01-01"), recorded("HAS_AMI", since="2027-01-01", holds=False)
    to_come = recorded("HAS_AMI", since="2028-01-01")

    for records in ((old, new, to_come), (to_come, new, old)):
        assert facts(records=records).record("HAS_AMI", 1, 7, local("2027-02-01")) == new


def test_activation_that_covers_the_moment_goes_before_the_last():
    first, last = activated("2027-05-01", "2027-06-01"), activated("2027-08-01", "2027-09-01")
    other = activated("2027-10-01", in_period=8)
    meter = facts(activations=(last, first, other))

    assert meter.activation(7, local("2027-05-15")) == first
    assert meter.activation(7, local("2027-06-01")) == last
    assert meter.activation(7) == last
    assert meter.activation(8) == other
    assert meter.activation(9) is None


@pytest.mark.parametrize(
    ("at", "is_out"),
    [("2027-05-09 23:59", False), ("2027-05-10 00:00", True), ("2027-05-20 23:59", True), ("2027-05-21 00:00", False)],
)
def test_meter_is_out_from_the_first_moment_to_just_before_the_end(at, is_out):
    idle = out("IDLE", "2027-05-10", "2027-05-21")

    assert facts(out_periods=(idle,)).out_at(ALPHA, local(at)) == (idle if is_out else None)


def test_out_without_an_end_goes_on():
    gone = out("DISENROLL", "2027-05-10")

    assert facts(out_periods=(gone,)).out_at(ALPHA, local("2099-01-01")) == gone


@pytest.mark.parametrize(
    ("second", "is_out"),
    [
        (out("IDLE", "2027-05-20", "2027-05-30"), True),
        (out("IDLE", "2027-05-20", "2027-05-29"), False),
        (out("IDLE", "2027-05-21", "2027-05-30"), False),
        (out("DISENROLL", "2027-05-20"), True),
    ],
)
def test_out_without_a_gap_needs_periods_that_touch_and_reach_the_end(second, is_out):
    meter = facts(out_periods=(out("IDLE", "2027-05-10", "2027-05-20"), second))

    assert meter.is_out_until(ALPHA, local("2027-05-10"), local("2027-05-30")) is is_out


@pytest.mark.parametrize(
    ("rules", "since", "expected"),
    [
        (ALPHA, "2027-05-15", "2027-11-01"),
        (MONTHLY, "2027-05-15", "2027-06-01"),
        (MONTHLY, "2027-10-31 23:59", "2027-11-01"),
        (ALPHA, "2027-04-30 23:59", "2027-04-30 23:59"),  # not active yet: at once
        (ALPHA, "2027-11-05", "2027-11-05"),  # the period is over: at once
    ],
)
def test_active_meter_that_disenrolls_is_out_at_the_boundary(rules, since, expected):
    gone, idle = out("DISENROLL", since), out("IDLE", since)
    meter = facts(activations=(activated("2027-05-01"),), out_periods=(gone, idle))

    assert meter.out_from(rules, gone) == local(expected)
    assert meter.out_from(rules, idle) == local(since)


def test_activation_that_had_ended_lets_a_meter_go_at_once():
    gone = out("DISENROLL", "2027-05-15")

    assert facts(activations=(activated("2027-05-01", "2027-05-15"),)).out_from(ALPHA, gone) == local("2027-05-15")
    assert facts(activations=(activated("2027-05-01", "2027-05-16"),)).out_from(ALPHA, gone) == local("2027-11-01")


def test_end_of_the_month_is_never_after_the_end_of_the_period():
    short = replace(SUMMER, over_at=local("2027-05-20"))

    assert boundary(MONTHLY, short, local("2027-05-10")) == local("2027-05-20")
    assert boundary(MONTHLY, SUMMER, local("2027-05-10")) == local("2027-06-01")


@pytest.mark.parametrize(
    ("made", "at", "told"),
    [
        ([0], "2027-03-14 23:59", None),  # the deadline is still to come
        ([0], "2027-03-15", 0),
        ([1], "2027-04-14 23:59", None),
        ([1], "2027-04-15", 1),
        ([1, 0], "2027-04-20", 0),  # of two that were made, the one that activates first
        ([], "2027-04-20", None),
    ],
)
def test_deadline_is_made_once_it_has_passed(made, at, told):
    meter = facts(made=[Made(7, SUMMER.deadlines[number]) for number in made])

    assert meter.deadline_made(SUMMER, local(at)) == (None if told is None else SUMMER.deadlines[told])


def test_deadline_made_in_another_period_or_once_activated_is_not_told():
    late, made = local("2027-04-20"), [Made(7, SUMMER.deadlines[0])]

    active = facts(made=made, activations=(activated("2027-05-01"),))
    active_elsewhere = facts(made=made, activations=(activated("2027-05-01", in_period=8),))

    assert facts(made=[Made(8, SUMMER.deadlines[0])]).deadline_made(SUMMER, late) is None
    assert active.deadline_made(SUMMER, late) is None
    assert active_elsewhere.deadline_made(SUMMER, late) == SUMMER.deadlines[0]


def test_of_deadlines_with_one_activation_the_earlier_is_made():
    later, earlier = deadline("2027-04-15", "2027-05-01"), deadline("2027-04-01", "2027-05-01")
    season = period(7, "2027-05-01", "2027-11-01", later, earlier)
    meter = facts(made=[Made(7, later), Made(7, earlier)])

    assert meter.deadline_made(season, local("2027-04-20")) == earlier


def test_turns_are_all_beginnings_and_ends():
    meter = facts(
        out_periods=(out("IDLE", "2027-05-10", "2027-05-21"), out("DISENROLL", "2027-08-15")),
        records=(recorded("HAS_AMI", since="2027-01-01", until="2027-02-01"), recorded("HAS_AMI", since="2027-03-01")),
        activations=(activated("2027-07-01"), activated("2027-05-01", "2027-06-01")),
    )

    assert sorted({f"{at:%m-%d}" for at in meter.turns(ALPHA)}) == [
        *("01-01", "02-01", "03-01", "05-01", "05-10", "05-21", "06-01", "07-01", "08-15"),
        "11-01",  # the boundary at which the active meter that disenrolls is out
    ]


@pytest.mark.parametrize(
    ("asset", "utility", "classification"),
    [({}, "", ""), ({"utility": {}}, "", ""), ({"customer_classification": "COMMERCIAL"}, "", "COMMERCIAL")],
)
def test_what_an_asset_does_not_say_is_empty(asset, utility, classification):
    meter = facts(asset=asset)

    assert (meter.utility, meter.classification) == (utility, classification)
