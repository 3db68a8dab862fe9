"""What a program asks, and when: days, periods and limits of a conflict, at each limit and beside it. No database."""

from dataclasses import replace
from datetime import date

import pytest

from onboarding.enrollment.evaluate import action_definition, moment_of
from onboarding.enrollment.rules import Source
from programs.models import ActionType
from tests.onboarding.enrollment.pure import (
    ACTIONS,
    SUMMER,
    asks_for,
    deadline,
    excludes,
    local,
    period,
    program,
)

WINTER = period(8, "2027-11-01", "2028-05-01", deadline("2027-10-15", "2027-11-01"))
NEXT_SUMMER = period(9, "2028-05-01", "2028-11-01", deadline("2028-03-15", "2028-05-01"))
ALPHA = program(periods=(SUMMER, WINTER, NEXT_SUMMER))


@pytest.mark.parametrize(
    ("on", "applies"),
    [("2027-01-31", False), ("2027-02-01", True), ("2027-02-28", True), ("2027-03-01", False)],
)
def test_rule_applies_from_its_first_day_to_its_last(on, applies):
    source = Source("rule", valid_from=date(2027, 2, 1), valid_to=date(2027, 2, 28))

    assert source.applies(date.fromisoformat(on)) is applies


def test_rule_without_days_always_applies():
    assert Source("rule").applies(date(1990, 1, 1))
    assert Source("rule", valid_from=date(2027, 2, 1)).applies(date(2099, 1, 1))
    assert Source("rule", valid_to=date(2027, 2, 28)).applies(date(1990, 1, 1))


@pytest.mark.parametrize(
    ("changes", "applies"),
    [
        ({}, True),
        ({"utility": "PGE"}, True),
        ({"utility": "SCE"}, False),
        ({"classification": "RESIDENTIAL"}, True),
        ({"classification": "AGRICULTURAL"}, False),
        ({"utility": "PGE", "classification": "AGRICULTURAL"}, False),
        ({"path": "CONNECT"}, False),
        ({"path": "CONNECT", "utility": "PGE"}, False),
        ({"source": {"valid_from": date(2027, 2, 2)}}, False),
    ],
)
def test_conflict_applies_within_its_utility_class_path_and_days(changes, applies):
    row = excludes(**changes)

    assert row.applies_to("PGE", {"RESIDENTIAL", "COMMERCIAL"}, date(2027, 2, 1)) is applies


def test_most_specific_row_of_a_conflict_decides_whatever_the_order():
    general = excludes(is_allowed=True, note="general")
    by_class = excludes(classification="RESIDENTIAL", note="class")
    by_utility = excludes(utility="PGE", note="utility")
    other_program = excludes("GAMMA", utility="PGE", classification="RESIDENTIAL", note="other")

    def decides(*rows):
        about = {"utility": "PGE", "classes": {"RESIDENTIAL"}, "on": date(2027, 2, 1)}
        row = program(exclusions=rows).exclusion_of("BETA", **about)
        return row and row.note

    for rows in ((general, by_class, by_utility, other_program), (other_program, by_utility, by_class, general)):
        assert decides(*rows) == "utility"
    assert decides(general, by_class) == decides(by_class, general) == "class"
    assert decides(other_program) is None


def test_programs_that_exclude_are_those_that_cannot_be_held_together():
    assert program(exclusions=(excludes("BETA"), excludes("GAMMA", is_allowed=True))).excluded == {"BETA"}


@pytest.mark.parametrize(
    ("region", "meter_type", "takes"),
    [("CAISO", "DEVICE", True), ("ERCOT", "DEVICE", False), ("CAISO", "UTILITY_METER", False)],
)
def test_program_takes_meters_of_its_region_and_types(region, meter_type, takes):
    assert program().takes(region, meter_type) is takes


@pytest.mark.parametrize(
    ("at", "shown"),
    [
        ("2027-10-31 23:59", [7, 8]),
        ("2027-11-01 00:00", [8, 9]),  # the summer is over
        ("2026-04-29 00:00", []),  # 367 days before the summer
        ("2026-04-30 00:00", []),  # 366 days
        ("2026-05-01 00:00", [7]),  # a year before it, to the day
    ],
)
def test_periods_that_run_or_begin_within_a_year_are_evaluated(at, shown):
    assert [one.pk for one in ALPHA.shown_periods(local(at))] == shown


def test_no_more_periods_are_evaluated_than_the_program_looks_ahead():
    assert [one.pk for one in replace(ALPHA, periods_ahead=1).shown_periods(local("2027-06-01"))] == [7]
    assert [one.pk for one in replace(ALPHA, periods_ahead=3).shown_periods(local("2027-06-01"))] == [7, 8, 9]


@pytest.mark.parametrize(
    ("at", "leading"),
    [
        ("2027-04-14 23:59", 7),
        ("2027-04-15 00:00", 8),  # no deadline of the summer can be made any more
        ("2027-10-14 23:59", 8),
        ("2027-10-15 00:00", 7),  # none can be made: the running one leads
        ("2027-11-01 00:00", 9),
    ],
)
def test_period_that_can_be_joined_next_leads(at, leading):
    assert ALPHA.leading_period(local(at)).pk == leading


def test_program_without_periods_has_no_leading_one():
    assert program(periods=()).leading_period(local("2027-01-01")) is None


@pytest.mark.parametrize(
    ("at", "on"),
    [
        ("2027-01-01 12:00", "2027-05-01"),  # the first day of the period to come
        ("2027-10-20 23:30", "2027-10-20"),  # the running one leads: today, by the program's clock
    ],
)
def test_requirements_of_the_later_day_count(at, on):
    assert ALPHA.asked_on(local(at)).isoformat() == on


def test_moment_is_ahead_only_before_the_period_begins():
    begins = SUMMER.starts_at

    before, at_its_beginning = (
        moment_of(ALPHA, SUMMER, None, at)  # type: ignore[arg-type]  # nothing asks the schema
        for at in (local("2027-04-30 23:59"), begins)
    )

    assert (before.at, before.on, before.is_ahead) == (begins, begins.date(), True)
    assert (at_its_beginning.at, at_its_beginning.on, at_its_beginning.is_ahead) == (begins, begins.date(), False)


def test_moment_after_the_beginning_is_now():
    now = local("2027-06-01 23:30")

    moment = moment_of(ALPHA, SUMMER, None, now)  # type: ignore[arg-type]  # nothing asks the schema

    assert (moment.at, moment.on.isoformat(), moment.is_ahead) == (now, "2027-06-01", False)


def test_own_words_of_a_program_go_before_the_general_ones():
    own = replace(ACTIONS["HAS_AMI"], description="Ask Con Edison.")
    rules = program(recorded=(replace(asks_for(ActionType.HAS_AMI), action=own),))

    assert action_definition(rules, "HAS_AMI") == own
    assert action_definition(rules, "DOCUMENTS_SIGNED") == ACTIONS["DOCUMENTS_SIGNED"]
