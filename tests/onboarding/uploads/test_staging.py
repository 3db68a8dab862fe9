"""A result as a staged row, and rows counted by program: what counts, and what nobody meant. No database."""

from typing import Any

import pytest

from onboarding.enrollment.results import EnrollmentResult
from onboarding.meters.models import EnrollmentStatus
from onboarding.uploads.models import RowPlan, Upload, UploadState
from onboarding.uploads.pipeline.preview import RowResult
from onboarding.uploads.pipeline.staging import (
    REASONS_KEPT,
    ROW_COLUMNS,
    add_to_outlook,
    keeps_cells,
    problem_values,
    row_values,
)
from onboarding.uploads.states import TRANSITIONS
from portal.problems import Problem


def of_program(status: str, *, acts: str = "", could_join: bool = False, **more: Any) -> EnrollmentResult:
    return EnrollmentResult(EnrollmentStatus(status), acts=acts, could_join=could_join, **more)


def row(number: int = 2, plan: RowPlan = RowPlan.CREATE, **more: Any) -> RowResult:
    return RowResult(number, "home-1", plan, **more)


def stored(result: RowResult) -> dict[str, Any]:
    return dict(zip(ROW_COLUMNS, row_values(Upload(rounds=3), result, None), strict=True))


@pytest.mark.parametrize(
    ("programs", "status", "acts"),
    [
        ({}, "INELIGIBLE", ""),
        ({"A": of_program("PENDING", acts="leap")}, "PENDING", "leap"),
        ({"A": of_program("PENDING", acts="leap"), "B": of_program("ELIGIBLE")}, "ELIGIBLE", "leap"),
        (
            {"A": of_program("PENDING", acts="leap"), "B": of_program("ELIGIBLE", acts="partner", could_join=True)},
            "PENDING",
            "leap",
        ),
        ({"B": of_program("ELIGIBLE", acts="partner", could_join=True)}, "INELIGIBLE", ""),
    ],
)
def test_programs_that_nobody_chose_count_neither_in_the_status_nor_in_who_acts(programs, status, acts):
    kept = stored(row(asset={"a": 1}, programs=programs))

    assert (kept["status"], kept["acts"]) == (status, acts)
    assert set(kept["programs"]) == set(programs)


def test_row_that_cannot_be_written_has_no_status():
    assert stored(row(programs={"A": of_program("ELIGIBLE")}))["status"] == ""


def test_row_keeps_no_more_of_a_text_than_its_column_holds():
    duplicate = row(plan=RowPlan.DUPLICATE, problems=(Problem("DUPLICATE_IN_FILE", context={"first": 2}),))
    problem = Problem("PROGRAM_EXCLUDED", "f" * 129, "v" * 131, {"program": "A", "other": "B", "where": "C"})

    kept = stored(RowResult(2, "r" * 257, RowPlan.CREATE))
    (values,) = problem_values(Upload(), [row(problems=(problem,))], {})

    assert (len(kept["partner_reference"]), kept["description"], kept["round"]) == (256, "", 3)
    assert stored(duplicate)["description"] != ""
    assert (len(values[3]), len(values[5])) == (128, 130)


def test_problems_stop_a_row_and_warnings_do_not():
    stops, warns = Problem("PATTERN_MISMATCH", "a.b", "x"), Problem("NOT_A_PHONE", "c.d", "y")

    lines = list(problem_values(Upload(), [row(7, problems=(stops,), warnings=(warns,))], {"a.b": 3}))

    assert [(line[1], line[2], line[3], line[4], line[7]) for line in lines] == [
        (7, 3, "a.b", "PATTERN_MISMATCH", True),
        (7, None, "c.d", "NOT_A_PHONE", False),
    ]


@pytest.mark.parametrize(
    ("result", "keeps"),
    [
        (row(asset={"a": 1}), False),
        (row(asset={"a": 1}, warnings=(Problem("NOT_A_PHONE"),)), True),
        (row(), True),
    ],
)
def test_cells_are_kept_of_rows_that_somebody_may_have_to_change(result, keeps):
    assert keeps_cells(result) is keeps


MISSING = of_program("INELIGIBLE", missing=("a.b", "c.d"))
EXCLUDED = of_program("INELIGIBLE", reasons=(Problem("PROGRAM_NOT_OPEN", context={"program": "A", "on": "today"}),))


@pytest.mark.parametrize(
    ("result", "counted"),
    [
        (of_program("ELIGIBLE"), {"eligible": 1}),
        (of_program("ACTIVE"), {"eligible": 1}),
        (of_program("PENDING"), {"pending": 1}),
        (of_program("NOT_PARTICIPATING"), {"not_yet": 1}),
        (MISSING, {"not_yet": 1, "missing": {"a.b": 1, "c.d": 1}}),
        (EXCLUDED, {"not_yet": 1, "reasons": {EXCLUDED.reasons[0].text: 1}}),
        (of_program("ELIGIBLE", could_join=True), {"eligible": 1, "could_join": True}),
    ],
)
def test_row_counts_in_its_program_and_is_taken_off_again(result, counted):
    outlook: Any = {}
    nothing = {"eligible": 0, "not_yet": 0, "missing": {}, "reasons": {}}

    add_to_outlook(outlook, {"A": result})
    with_one = {"A": nothing | counted}

    assert outlook == with_one
    add_to_outlook(outlook, {"A": result}, times=2)
    add_to_outlook(outlook, {"A": result}, times=-2)
    assert outlook == with_one


def test_only_the_first_reason_counts_and_only_so_many_kinds():
    texts = [
        Problem("PROGRAM_NOT_OPEN", context={"program": "A", "on": str(number)}) for number in range(REASONS_KEPT + 1)
    ]
    outlook: Any = {}

    for number in range(REASONS_KEPT + 1):
        add_to_outlook(outlook, {"A": of_program("INELIGIBLE", reasons=(texts[number], texts[0]))})
    add_to_outlook(outlook, {"A": of_program("INELIGIBLE", reasons=(texts[1],))})

    reasons = outlook["A"]["reasons"]
    assert outlook["A"]["not_yet"] == REASONS_KEPT + 2
    assert reasons == {text.text: 1 for text in texts[:REASONS_KEPT]} | {texts[1].text: 2}


def test_states_follow_each_other_as_they_may_and_in_no_other_way():
    assert {state.value: {after.value for after in afters} for state, afters in TRANSITIONS.items()} == {
        "received": {"checking", "columns", "merged", "failed"},
        "checking": {"checking", "ready", "committing", "failed"},
        "columns": {"received", "discarded"},
        "ready": {"received", "committing", "withdrawing", "discarded"},
        "committing": {"done", "ready"},
        "done": {"ready", "withdrawing"},
        "failed": {"received", "discarded"},
        "discarded": {"received"},
        "withdrawing": {"withdrawn", "done"},
        "withdrawn": set(),
        "merged": set(),
    }
    assert set(TRANSITIONS) == set(UploadState)
