"""Which status leads and who acts next, when several programs and items say different things. No database."""

from itertools import combinations

import pytest

from onboarding.enrollment.checks import Check, CheckOutcome
from onboarding.enrollment.evaluate import result_in_place, status_of
from onboarding.enrollment.results import EnrollmentResult, best, first_to_act, without_misfit_actions
from onboarding.enrollment.rules import Source
from onboarding.meters.models import EnrollmentStatus
from portal.problems import Problem
from tests.onboarding.enrollment.pure import activated, facts, local, moment, program

BEST_FIRST = ["ACTIVE", "ELIGIBLE", "PENDING", "NOT_PARTICIPATING", "INELIGIBLE"]
SOURCE = Source("program ALPHA")


def check(outcome: CheckOutcome, *, while_open: str = "INELIGIBLE", action: str = "HAS_AMI", code: str = "") -> Check:
    problem = Problem(code, "site.number_of_devices", "", {"program": "ALPHA"}) if code else None
    field = problem.field if problem else ""
    return Check(action, outcome, "Subject", "found", "wanted", SOURCE, problem, field, while_open)


FAILED, OPEN, PASSED = (check(one) for one in (CheckOutcome.FAILED, CheckOutcome.CANNOT_TELL, CheckOutcome.PASSED))
PENDING = check(CheckOutcome.CANNOT_TELL, while_open="PENDING")
OUT = check(CheckOutcome.FAILED, action="PARTICIPATING", code="METER_IDLE")


@pytest.mark.parametrize(("better", "worse"), list(combinations(BEST_FIRST, 2)))
def test_better_of_two_statuses_leads(better, worse):
    assert best([better, worse]) == best([worse, better]) == better


@pytest.mark.parametrize("status", BEST_FIRST)
def test_one_status_leads_by_itself(status):
    assert best([status]) == status


def test_meter_in_no_program_is_ineligible():
    assert best([]) == "INELIGIBLE"


@pytest.mark.parametrize(
    ("acting", "first"),
    [
        ([], ""),
        ([""], ""),
        (["leap"], "leap"),
        (["partner"], "partner"),
        (["leap", "partner"], "partner"),
        (["leap", ""], "leap"),
    ],
)
def test_partner_acts_before_leap(acting, first):
    assert first_to_act(acting) == first


@pytest.mark.parametrize(
    ("checks", "status"),
    [
        ([], "ELIGIBLE"),
        ([PASSED], "ELIGIBLE"),
        ([PASSED, PENDING], "PENDING"),
        ([PENDING, OPEN], "INELIGIBLE"),
        ([PENDING, FAILED], "INELIGIBLE"),
        ([OPEN], "INELIGIBLE"),
        ([OUT, PENDING], "NOT_PARTICIPATING"),
        ([OUT, FAILED], "NOT_PARTICIPATING"),
        ([check(CheckOutcome.PASSED, action="PARTICIPATING")], "ELIGIBLE"),
    ],
)
def test_status_follows_from_the_checks(checks, status):
    assert status_of(facts(), moment(), checks) == status


@pytest.mark.parametrize(
    ("checks", "at", "status"),
    [
        ([FAILED], "2027-05-01", "ACTIVE"),
        ([FAILED], "2027-04-30 23:59", "INELIGIBLE"),  # the activation is still to come
        ([FAILED], "2027-05-31 23:59", "ACTIVE"),
        ([FAILED], "2027-06-01", "INELIGIBLE"),  # the activation has ended
        ([OUT], "2027-05-15", "NOT_PARTICIPATING"),
    ],
)
def test_active_meter_stays_active_until_it_ends_or_is_taken_out(checks, at, status):
    meter = facts(activations=(activated("2027-05-01", "2027-06-01"),))

    assert status_of(meter, moment("2027-05-01"), checks, local(at)) == status


def test_activation_in_another_period_or_without_one_is_no_activity():
    meter = facts(activations=(activated("2027-05-01", in_period=8),))

    assert status_of(meter, moment("2027-05-15"), [], local("2027-05-15")) == "ELIGIBLE"
    assert status_of(meter, moment("2027-05-15", None), [], local("2027-05-15")) == "ELIGIBLE"


def test_for_a_period_by_itself_an_activation_to_come_counts():
    meter = facts(activations=(activated("2027-06-01"),))

    assert status_of(meter, moment("2027-05-01"), [FAILED]) == "ACTIVE"


def test_misfit_is_told_alone():
    misfit = check(CheckOutcome.FAILED, code="PROGRAM_OTHER_REGION", action="IS_ELIGIBLE")
    missing = Problem("PROGRAM_FIELD_MISSING", "site.number_of_devices", "", {"program": "ALPHA", "label": "Devices"})

    with_misfit = result_in_place(program(), [misfit, PENDING], [missing])
    without = result_in_place(program(), [PENDING], [missing])

    assert (with_misfit.missing, [one.code for one in with_misfit.reasons]) == ((), ["PROGRAM_OTHER_REGION"])
    assert (with_misfit.partner_actions, with_misfit.leap_actions) == (("IS_ELIGIBLE",), ())
    assert (without.missing, without.reasons) == (("site.number_of_devices",), ())
    assert (without.partner_actions, without.leap_actions, without.acts) == (
        ("NO_MISSING_FIELDS",),
        ("HAS_AMI",),
        "partner",
    )


def result(*reasons: str, acts: str = "partner") -> EnrollmentResult:
    problems = tuple(Problem(code) for code in reasons)
    return EnrollmentResult(EnrollmentStatus.INELIGIBLE, (), problems, ("IS_ELIGIBLE",), ("HAS_AMI",), acts)


def test_misfit_asks_nothing_of_a_meter_that_fits_another_program():
    misfit, fits = result("PROGRAM_OTHER_STATE"), result("PROGRAM_EXCLUDED")

    both = without_misfit_actions({"ALPHA": misfit, "BETA": fits})
    nowhere = without_misfit_actions({"ALPHA": misfit})

    assert both == {"ALPHA": misfit.without_actions(), "BETA": fits}
    assert (both["ALPHA"].partner_actions, both["ALPHA"].leap_actions, both["ALPHA"].acts) == ((), (), "")
    assert nowhere == {"ALPHA": misfit}


@pytest.mark.parametrize("could_join", [True, False])
def test_result_reads_back_from_what_is_stored(could_join):
    kept = EnrollmentResult(
        EnrollmentStatus.PENDING,
        ("a.b",),
        (Problem("PROGRAM_EXCLUDED"),),
        ("ADDRESS",),
        ("HAS_AMI",),
        "leap",
        could_join,
    )

    assert EnrollmentResult.from_json(kept.stored) == kept
    assert kept.columns == [kept.stored[name] for name in list(kept.stored)[:6]]
