"""Each check by itself, for facts that a test makes: what passes, what fails, what is left unsaid. No database."""

from dataclasses import replace
from datetime import UTC, timedelta
from types import SimpleNamespace
from typing import Any

import pytest

from onboarding.enrollment.checks import (
    CheckOutcome,
    authorized,
    excludes_none,
    fits,
    in_time,
    season_known,
    takes_part,
)
from onboarding.enrollment.checks import recorded as recorded_check
from onboarding.enrollment.facts import Made
from onboarding.enrollment.rules import Source, UnknownSeasonRules
from programs.models import ActionType
from tests.onboarding.enrollment.pure import (
    ASSET,
    METER,
    OTHER_METER,
    SUMMER,
    activated,
    asks_for,
    excludes,
    facts,
    held,
    local,
    moment,
    out,
    program,
    recorded,
)

FAILED, PASSED, OPEN = CheckOutcome.FAILED, CheckOutcome.PASSED, CheckOutcome.CANNOT_TELL


def said(checks: Any) -> list[tuple[CheckOutcome, str]]:
    return [(one.outcome, one.actual) for one in checks]


# --- utility data


@pytest.mark.parametrize(
    ("records", "expected"),
    [
        ((), (FAILED, "none")),
        ((recorded("IS_AUTHORIZED"),), (PASSED, "given")),
        ((recorded("IS_AUTHORIZED", holds=False),), (FAILED, "ended or refused")),
        ((recorded("IS_AUTHORIZED", until="2027-02-01"),), (FAILED, "none")),
        ((recorded("IS_AUTHORIZED", until="2027-02-02"),), (PASSED, "given")),
        ((recorded("HAS_AMI"),), (FAILED, "none")),
        ((recorded("IS_AUTHORIZED", program=2),), (FAILED, "none")),
        ((recorded("IS_AUTHORIZED"), recorded("IS_AUTHORIZED", program=1, holds=False)), (FAILED, "ended or refused")),
    ],
)
def test_authorization_counts_when_it_was_recorded_as_given(records, expected):
    rules = program(needs_authorization=True)

    assert said(authorized(facts(records=records), rules, moment("2027-02-01"), True)) == [expected]


def test_authorization_is_asked_for_only_where_the_program_needs_it_and_told_only_when_it_is_asked():
    given = facts(records=(recorded("IS_AUTHORIZED"),))

    assert said(authorized(facts(), program(), moment(), True)) == []
    assert said(authorized(given, program(needs_authorization=True), moment(), False)) == []


# --- what Leap finds out


@pytest.mark.parametrize(
    ("records", "expected"),
    [
        ((), [(OPEN, "not recorded yet")]),
        ((recorded("HAS_AMI"),), [(PASSED, "yes")]),
        ((recorded("HAS_AMI", holds=False),), [(FAILED, "no")]),
        ((recorded("HAS_AMI", holds=False, code="OLD"),), [(FAILED, "no (OLD)")]),
        ((recorded("HAS_AMI", until="2027-02-01"),), [(OPEN, "not recorded yet")]),
        ((recorded("HAS_AMI", holds=False, until="2027-02-01"),), [(OPEN, "not recorded yet")]),
    ],
)
def test_item_that_the_program_asks_for(records, expected):
    rules = program(recorded=(asks_for(ActionType.HAS_AMI),))

    assert said(recorded_check(facts(records=records), rules, moment("2027-02-01"), True)) == expected


def test_no_counts_also_where_nothing_is_asked_and_yes_does_not():
    no, ended = recorded("HAS_AMI", holds=False), recorded("HAS_AMI", holds=False, until="2027-02-01")

    assert said(recorded_check(facts(records=(no,)), program(), moment(), True)) == [(FAILED, "no")]
    assert said(recorded_check(facts(records=(recorded("HAS_AMI"),)), program(), moment(), True)) == []
    assert said(recorded_check(facts(records=(ended,)), program(), moment("2027-02-01"), True)) == []


def test_refused_authorization_is_no_item_of_its_own():
    records = (recorded("IS_AUTHORIZED", holds=False),)

    assert said(recorded_check(facts(records=records), program(), moment(), True)) == []


@pytest.mark.parametrize(("on", "is_asked"), [("2027-01-31", True), ("2027-02-01", True), ("2027-02-02", False)])
def test_item_is_asked_for_to_the_last_day_of_its_rule(on, is_asked):
    rules = program(recorded=(asks_for(ActionType.HAS_AMI, valid_to=local("2027-02-01").date()),))

    assert said(recorded_check(facts(), rules, moment(on), True)) == ([(OPEN, "not recorded yet")] if is_asked else [])


# --- taking part


@pytest.mark.parametrize(
    ("preference", "until", "actual", "code"),
    [
        ("IDLE", "2027-02-11", "idle from Jan 10, 2027 to Feb 10, 2027", "METER_IDLE"),
        ("IDLE", "", "idle from Jan 10, 2027", "METER_IDLE"),
        ("DISENROLL", "", "disenrolled from Jan 10, 2027", "METER_DISENROLLED"),
    ],
)
def test_meter_that_is_out_says_the_days_of_the_program(preference, until, actual, code):
    meter = facts(out_periods=(out(preference, "2027-01-10", until),))

    (check,) = takes_part(meter, program(), moment(), False)

    assert (check.outcome, check.actual, check.problem.code) == (FAILED, actual, code)


@pytest.mark.parametrize(
    ("until", "is_ahead", "is_out"),
    [
        ("2027-11-01", True, True),  # for all of the period to come
        ("2027-10-31", True, False),  # back for its last day
        ("2027-10-31", False, True),  # at present it is out, whatever comes
    ],
)
def test_taking_part_in_some_of_a_period_to_come_is_enough(until, is_ahead, is_out):
    meter = facts(out_periods=(out("IDLE", "2027-01-10", until),))

    checks = list(takes_part(meter, program(), moment(is_ahead=is_ahead), False))

    assert bool(checks) is is_out


def test_taking_part_is_told_of_meters_and_not_of_assets_to_come():
    assert said(takes_part(facts(), program(), moment(), True)) == [(PASSED, "participates")]
    assert said(takes_part(facts(), program(), moment(), False)) == []
    assert said(takes_part(facts(pk=None), program(), moment(), True)) == []


def test_days_of_a_time_out_are_those_of_the_program():
    in_utc = out("IDLE", "2027-01-10")
    in_utc = replace(in_utc, starts_at=in_utc.starts_at.astimezone(UTC) - timedelta(hours=1))

    (check,) = takes_part(facts(out_periods=(in_utc,)), program(), moment(), False)

    assert check.actual == "idle from Jan 9, 2027"


@pytest.mark.parametrize(("in_period", "expected"), [(7, [(FAILED, "no")]), (8, [])])
def test_record_for_the_period_that_is_evaluated_counts(in_period, expected):
    record = recorded("HAS_AMI", holds=False, period=in_period)

    assert said(recorded_check(facts(records=(record,)), program(), moment(), True)) == expected


def test_items_that_nobody_asked_for_follow_in_the_order_of_their_names():
    records = tuple(recorded(kind, holds=False) for kind in ("HAS_NOMINATIONS", "DOCUMENTS_SIGNED", "HAS_AMI"))
    rules = program(recorded=(asks_for(ActionType.HAS_NOMINATIONS),))

    kinds = [one.action_type for one in recorded_check(facts(records=records), rules, moment(), True)]

    assert kinds == ["HAS_NOMINATIONS", "DOCUMENTS_SIGNED", "HAS_AMI"]


# --- what excludes what


def excluded_by(joined: Any, *, mine: Any = None, passed: bool = False, **row: Any) -> list[tuple[CheckOutcome, str]]:
    meter = facts(held=tuple(one for one in (mine, joined) if one))
    return said(excludes_none(meter, program(exclusions=(excludes(**row),)), moment("2027-02-01"), passed))


MINE: dict[str, Any] = {"name": "ALPHA", "meter": METER, "reference": "m-1"}


@pytest.mark.parametrize(
    ("mine", "other", "is_excluded"),
    [
        (None, {}, True),
        ({"since": "2026-01-01"}, {"since": "2026-01-02"}, False),
        ({"since": "2026-01-02"}, {"since": "2026-01-01"}, True),
        ({"number": 1}, {"number": 2}, False),  # joined in one moment: the row that was written first
        ({"number": 2}, {"number": 1}, True),
        ({"since": "2026-01-02", "is_active": True}, {"since": "2026-01-01"}, False),
        ({"since": "2026-01-01"}, {"since": "2026-01-02", "is_active": True}, True),
        ({"since": "2026-01-02", "is_active": True}, {"since": "2026-01-01", "is_active": True}, True),
    ],
)
def test_active_program_stays_then_the_one_that_was_joined_first(mine, other, is_excluded):
    own = held(**(MINE | mine)) if mine is not None else None

    expected = [(FAILED, "BETA on your meter m-2")] if is_excluded else []
    assert excluded_by(held(**other), mine=own) == expected


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        ({}, [(FAILED, "BETA on your meter m-2")]),
        ({"other": "GAMMA"}, []),
        ({"is_allowed": True}, []),
        ({"path": "CONNECT"}, []),  # about one way of joining only
        ({"utility": "PGE"}, [(FAILED, "BETA on your meter m-2")]),
        ({"utility": "SCE"}, []),
        ({"classification": "COMMERCIAL"}, []),
        ({"classification": "RESIDENTIAL"}, [(FAILED, "BETA on your meter m-2")]),
        ({"source": {"valid_to": local("2027-02-01").date()}}, [(FAILED, "BETA on your meter m-2")]),
        ({"source": {"valid_to": local("2027-01-31").date()}}, []),
        ({"source": {"valid_from": local("2027-02-01").date()}}, [(FAILED, "BETA on your meter m-2")]),
        ({"source": {"valid_from": local("2027-02-02").date()}}, []),
    ],
)
def test_conflict_counts_within_its_limits(row, expected):
    assert excluded_by(held(), **row) == expected


def test_class_of_either_meter_decides():
    commercial = held(classification="COMMERCIAL")

    assert excluded_by(commercial, classification="COMMERCIAL") == [(FAILED, "BETA on your meter m-2")]


def test_later_of_the_two_days_decides():
    next_month = held(asked_on=local("2027-03-01").date())

    ends_before = {"source": {"valid_to": local("2027-02-28").date()}}
    assert excluded_by(next_month, **ends_before) == []
    assert excluded_by(held(), **ends_before) == [(FAILED, "BETA on your meter m-2")]


def test_own_place_is_the_one_of_this_meter_and_program():
    """The same program on the customer's other meter came first; this meter joined it last."""
    elsewhere, mine = held("ALPHA", since="2025-01-01"), held(**(MINE | {"since": "2026-06-01"}))
    meter = facts(held=(elsewhere, held(since="2026-01-01"), mine))

    assert said(excludes_none(meter, program(exclusions=(excludes(),)), moment("2027-02-01"), False)) == [
        (FAILED, "BETA on your meter m-2")
    ]


def test_other_program_on_the_same_meter_is_said_so_and_the_same_program_elsewhere_is_no_matter():
    same_program = held("ALPHA", meter=OTHER_METER, since="2020-01-01")

    assert excluded_by(held(meter=METER)) == [(FAILED, "BETA on this meter")]
    assert excluded_by(same_program, other="ALPHA") == []


@pytest.mark.parametrize(
    ("row", "mine", "wanted"),
    [
        ({"is_allowed": True}, None, "compatible"),
        ({}, {"since": "2025-01-01"}, "this program came first"),
    ],
)
def test_what_goes_together_is_told_when_it_is_asked(row, mine, wanted):
    own = held(**(MINE | mine)) if mine else None
    meter = facts(held=tuple(one for one in (own, held()) if one))

    (check,) = excludes_none(meter, program(exclusions=(excludes(**row),)), moment(), True)

    assert (check.outcome, check.actual, check.wanted) == (PASSED, "BETA on your meter m-2", wanted)
    assert excluded_by(held(), mine=own, **row) == []


# --- where a program takes meters, and when

FITTING = replace(moment(), schema=SimpleNamespace(column=lambda key: SimpleNamespace(name=key)))


@pytest.mark.parametrize(
    ("rules", "asset", "codes"),
    [
        ({}, {}, []),
        ({}, {"transmission_region": "NYISO"}, ["PROGRAM_OTHER_REGION"]),
        ({}, {"meter_type": "UTILITY_METER"}, ["PROGRAM_OTHER_METER_TYPE"]),
        ({}, {"customer": {"state_or_province_code": "NV"}}, ["PROGRAM_OTHER_STATE"]),
        ({}, {"customer": {}}, ["PROGRAM_OTHER_STATE"]),
        ({"states": frozenset()}, {"customer": {}}, []),
        ({"utilities": frozenset({"SCE"})}, {}, ["PROGRAM_OTHER_UTILITY"]),
        ({"utilities": frozenset({"SCE", "PGE"})}, {}, []),
        ({"utilities": frozenset({"SCE"})}, {"utility": {}}, []),  # not known yet
        ({"is_offered": False}, {}, ["PROGRAM_NOT_OPEN"]),
        ({"source": Source("rule", valid_from=local("2027-02-02").date())}, {}, ["PROGRAM_NOT_OPEN"]),
        ({"source": Source("rule", valid_from=local("2027-02-01").date())}, {}, []),
        ({"source": Source("rule", valid_to=local("2027-02-01").date())}, {}, []),
        ({"source": Source("rule", valid_to=local("2027-01-31").date())}, {}, ["PROGRAM_NOT_OPEN"]),
    ],
)
def test_meter_fits_the_place_type_and_days_of_a_program(rules, asset, codes):
    checks = fits(facts(asset=ASSET | asset), program(**rules), FITTING, False)

    assert [(one.outcome, one.problem.code) for one in checks] == [(FAILED, code) for code in codes]


def test_what_was_compared_is_told_when_it_is_asked():
    rules = program(utilities=frozenset({"SCE", "PGE"}))

    checks = list(fits(facts(), rules, FITTING, True))

    assert [(one.action_type, one.outcome, one.actual, one.wanted, one.field) for one in checks] == [
        ("IS_ELIGIBLE", PASSED, "CAISO", "CAISO", "transmission_region"),
        ("ADDRESS", PASSED, "CA", "CA", "customer.state_or_province_code"),
        ("IS_ELIGIBLE", PASSED, "Device", "Device", "meter_type"),
        ("IS_ELIGIBLE", PASSED, "PGE", "PGE, SCE", "utility.utility_name"),
    ]


@pytest.mark.parametrize(
    ("meter", "at", "is_late"),
    [
        ({}, "2027-04-14 23:59", False),
        ({}, "2027-04-15", True),  # the last deadline has passed
        ({"made": [Made(7, SUMMER.deadlines[0])]}, "2027-04-15", False),
        ({"made": [Made(8, SUMMER.deadlines[0])]}, "2027-04-15", True),
        ({"activations": (activated("2027-05-01"),)}, "2027-04-20", False),  # to come
        ({"activations": (activated("2027-05-01"),)}, "2027-06-01", False),
        ({"activations": (activated("2027-05-01", "2027-06-01"),)}, "2027-05-31 23:59", False),
        ({"activations": (activated("2027-05-01", "2027-06-01"),)}, "2027-06-01", True),
        ({"activations": (activated("2027-05-01", in_period=8),)}, "2027-06-01", True),
    ],
)
def test_period_whose_deadlines_have_passed_takes_those_who_made_one(meter, at, is_late):
    (*checks,) = in_time(facts(**meter), program(), moment(at), False)

    assert said(checks) == ([(FAILED, "passed")] if is_late else [])
    assert [one.wanted for one in checks] == ["by end of Wed, Apr 14, 2027 (11:59 PM PDT)"] * is_late


def test_period_without_deadlines_is_never_too_late():
    assert said(in_time(facts(), program(), moment("2027-06-01", replace(SUMMER, deadlines=())), False)) == []
    assert said(in_time(facts(), program(), moment("2027-06-01", None), False)) == []


@pytest.mark.parametrize(("at", "is_late"), [("2027-04-14 23:59", False), ("2027-04-15", True)])
def test_deadline_counts_at_present_when_the_period_is_still_to_come(at, is_late):
    ahead = moment("2027-05-01", is_ahead=True, present=at)

    assert bool(said(in_time(facts(), program(), ahead, False))) is is_late


def test_season_that_nobody_published_is_told_with_its_days():
    season = UnknownSeasonRules(local("2027-02-01"), local("2027-05-01"), "", "Ask Leap.", Source("season 1"))
    rules = program(unknown_seasons=(season,))

    (check,) = season_known(facts(), rules, moment(), False)

    assert (check.outcome, check.actual) == (OPEN, "not published for Feb 1, 2027 to Apr 30, 2027")
    assert (check.while_open, check.asks, check.note, check.problem.code) == (
        "PENDING",
        False,
        "Ask Leap.",
        "PROGRAM_SEASON_UNKNOWN",
    )
    assert said(season_known(facts(), rules, moment("2027-05-01"), False)) == []


# --- what depends on the utility


@pytest.mark.parametrize(
    ("utility", "mine", "expected"),
    [
        ({}, None, [(OPEN, "utility unknown")]),
        ({}, {"since": "2025-01-01"}, []),  # this program came first
        ({}, {"since": "2027-01-01"}, [(OPEN, "utility unknown")]),
        ({"utility_name": "SCE"}, None, []),
        ({"utility_name": "PGE"}, None, [(FAILED, "BETA on your meter m-2")]),
    ],
)
def test_nobody_can_tell_of_a_conflict_at_one_utility_before_the_utility_is_known(utility, mine, expected):
    own = held(**(MINE | mine)) if mine else None
    meter = facts(asset=ASSET | {"utility": utility}, held=tuple(one for one in (own, held()) if one))
    rules = program(exclusions=(excludes(utility="PGE"),))

    checks = list(excludes_none(meter, rules, moment(), False))

    assert said(checks) == expected
    assert {one.asks for one in checks if one.outcome is OPEN} <= {False}


@pytest.mark.parametrize(
    ("answer", "where", "expected"),
    [
        (False, METER, [(FAILED, "no")]),
        (True, METER, []),
        (None, METER, []),
        (False, OTHER_METER, []),  # the answer is about this meter
    ],
)
def test_answer_that_disagrees_with_the_programs_of_the_meter_is_told(answer, where, expected):
    asset = ASSET | ({} if answer is None else {"isone": {"in_beta": answer}})
    rules = program(exclusions=(excludes(is_allowed=True, said_by="isone.in_beta"),))

    checks = list(excludes_none(facts(asset=asset, held=(held(meter=where),)), rules, FITTING, False))

    assert said(checks) == expected
    assert [(one.field, one.problem.code) for one in checks] == [
        ("isone.in_beta", "PROGRAM_ANSWER_DISAGREES") for _ in expected
    ]
