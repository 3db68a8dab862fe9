"""What a program asks, and when: days, periods and limits of a conflict, at each limit and beside it. No database."""

from dataclasses import replace
from datetime import date
from types import SimpleNamespace

import pytest

from onboarding.enrollment.evaluate import action_definition, moment_of
from onboarding.enrollment.rules import Source, UnknownSeasonRules, is_month
from programs.models import ActionType, Boundary
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


# --- seasons that nobody has published


def unpublished(first: str, end: str, classification: str = "") -> UnknownSeasonRules:
    return UnknownSeasonRules(local(first), local(end), classification, "", Source("season 1"))


@pytest.mark.parametrize(
    ("season", "at", "is_unknown"),
    [
        (("2027-02-01", "2027-05-01"), "2027-04-30 23:59", True),
        (("2027-02-01", "2027-05-01"), "2027-05-01 00:00", False),  # it is over
        (("2027-05-01", "2027-07-01"), "2027-01-01", True),  # begins with the period
        (("2027-05-02", "2027-07-01"), "2027-01-01", False),  # begins after it
        (("2027-02-01", "2027-05-01", "RESIDENTIAL"), "2027-01-01", True),
        (("2027-02-01", "2027-05-01", "COMMERCIAL"), "2027-01-01", False),
    ],
)
def test_season_is_unknown_before_a_period_until_it_is_over(season, at, is_unknown):
    rules = program(unknown_seasons=(unpublished(*season),))

    assert (rules.unknown_before(SUMMER, local(at), "RESIDENTIAL") is not None) is is_unknown


def test_first_unknown_season_that_is_not_over_counts_also_without_a_period():
    past, first, then = (
        unpublished(*days)
        for days in (("2026-01-01", "2026-02-01"), ("2027-02-01", "2027-03-01"), ("2027-04-01", "2027-05-01"))
    )
    rules = program(unknown_seasons=(past, first, then))

    assert rules.unknown_before(None, local("2027-01-01"), "") == first


# --- conflicts that depend on the utility


@pytest.mark.parametrize(
    ("rows", "depends"),
    [
        ([{"utility": "PGE"}], True),
        ([{"utility": "PGE", "is_allowed": True}], False),  # allowed wherever something is said
        ([{"utility": "PGE", "is_allowed": True}, {"utility": "SCE"}], True),
        ([{"utility": "PGE"}, {}], False),  # a general row says what holds
        ([{"utility": "PGE"}, {"is_allowed": True}], False),
        ([{"utility": "PGE", "classification": "COMMERCIAL"}], False),
        ([{"utility": "PGE", "source": {"valid_to": date(2027, 1, 31)}}], False),
        ([{"other": "GAMMA", "utility": "PGE"}], False),
        ([{}], False),
        ([], False),
    ],
)
def test_conflict_depends_on_the_utility_where_only_some_utilities_forbid_it(rows, depends):
    rules = program(exclusions=tuple(excludes(**row) for row in rows))

    row = rules.depends_on_utility("BETA", classes={"RESIDENTIAL"}, on=date(2027, 2, 1))

    assert (row is not None) is depends
    assert row is None or not row.is_allowed


def test_of_rows_that_are_alike_the_strictest_decides():
    rows = excludes(is_allowed=True), excludes(is_allowed=False)

    for exclusions in (rows, rows[::-1]):
        about = {"utility": "PGE", "classes": {"RESIDENTIAL"}, "on": date(2027, 2, 1)}
        assert program(exclusions=exclusions).exclusion_of("BETA", **about) == rows[1]


@pytest.mark.parametrize(
    ("row", "is_compared"),
    [({}, True), ({"is_allowed": True}, False), ({"is_allowed": True, "said_by": "isone.in_beta"}, True)],
)
def test_program_is_compared_where_it_excludes_another_or_asks_about_it(row, is_compared):
    assert program(exclusions=(excludes(**row),)).is_compared is is_compared
    assert not program().is_compared


def test_program_that_is_not_offered_takes_nobody():
    assert not program(is_offered=False).takes("CAISO", "DEVICE")
    assert not program(is_offered=False).takes_forms


@pytest.mark.parametrize(
    ("changes", "takes"),
    [
        ({}, True),
        ({"is_partner_created": False}, False),
        ({"source": Source("rule", valid_to=date(2020, 1, 1))}, False),
        ({"source": Source("rule", valid_to=date(2099, 1, 1))}, True),
    ],
)
def test_form_is_for_programs_whose_meters_partners_create_and_that_are_not_over(changes, takes):
    assert program(**changes).takes_forms is takes


@pytest.mark.parametrize(("leaves_at", "expected"), [(Boundary.MONTH, True), (Boundary.PERIOD, False)])
def test_program_is_left_at_the_end_of_a_month_or_of_a_period(leaves_at, expected):
    assert is_month(program(leaves_at=leaves_at)) is expected


# --- digests


@pytest.mark.parametrize(
    ("earlier", "later", "is_other"),
    [
        ("2027-01-01", "2027-01-02", False),  # nothing begins or ends
        ("2027-03-14 23:59", "2027-03-15 00:00", True),  # a deadline passes
        ("2027-04-30 23:59", "2027-05-01 00:00", True),  # the summer begins
        ("2027-10-31 23:59", "2027-11-01 00:00", True),  # the summer ends
        ("2027-06-30 23:59", "2027-07-01 00:00", True),  # a season that nobody published ends
    ],
)
def test_digest_changes_when_time_makes_other_rules_count(earlier, later, is_other):
    rules = replace(ALPHA, unknown_seasons=(unpublished("2027-06-01", "2027-07-01"),), periods_ahead=1)
    schema = SimpleNamespace(rules_of=lambda _: ())

    digests = {rules.digest(schema, local(at)) for at in (earlier, later)}

    assert len(digests) == (2 if is_other else 1)
