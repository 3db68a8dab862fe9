"""What a program asks of one field, at its limits and on its first and last days. No database."""

from datetime import date
from typing import Any

import pytest

from programs.schema import Rule


def rule(**changes: Any) -> Rule:
    about: dict[str, Any] = {
        "keys": ("a", "b"),
        "label": "A field",
        "required": False,
        "holds": None,
        "minimum": None,
        "maximum": None,
        "choices": frozenset(),
        "valid_from": None,
        "valid_to": None,
    }
    return Rule(**(about | changes))


def said(asked: Rule, *values: Any) -> str:
    problem = asked.problem(dict(zip("ab", values, strict=False)), "ALPHA")
    return problem.code if problem else ""


@pytest.mark.parametrize(
    ("limits", "fits", "outside"),
    [
        ({"minimum": 2, "maximum": 5}, [2, 3.5, 5], [1.99, 5.01]),
        ({"minimum": 0}, [0, 1], [-0.01]),
        ({"maximum": 0}, [0, -1], [0.01]),
        (
            {"earliest": "2026-01-01", "latest": "2026-12-31"},
            ["2026-01-01", "2026-12-31"],
            ["2025-12-31", "2027-01-01"],
        ),
        ({"earliest": "2026-01-01"}, ["2099-01-01"], ["2025-12-31"]),
        ({"latest": "2026-12-31"}, ["1990-01-01"], ["2027-01-01"]),
        ({"choices": frozenset({"X", "Y"})}, ["X", "Y"], ["Z", ""]),
        ({"choices": frozenset({"X"}), "latest": "X"}, ["X"], ["A"]),
    ],
)
def test_value_at_a_limit_fits_and_one_beside_it_does_not(limits, fits, outside):
    asked = rule(**limits)

    assert [said(asked, value) for value in fits] == [""] * len(fits)
    assert [said(asked, value) for value in outside] == ["PROGRAM_LIMIT"] * len(outside)


def test_yes_and_no_are_no_numbers():
    asked = rule(minimum=5)

    assert (said(asked, True), said(asked, False), said(asked, 4)) == ("", "", "PROGRAM_LIMIT")


def test_one_value_of_a_list_that_fits_is_enough():
    asked = rule(minimum=5)

    assert (said(asked, 4, 5), said(asked, 5, 4), said(asked, 4, 4)) == ("", "", "PROGRAM_LIMIT")


def test_only_what_is_required_is_missed():
    assert said(rule(required=True)) == "PROGRAM_FIELD_MISSING"
    assert said(rule(required=True, minimum=5)) == "PROGRAM_FIELD_MISSING"
    assert said(rule(required=True), "anything") == ""
    assert said(rule(minimum=5)) == ""


@pytest.mark.parametrize(
    ("days", "on", "applies"),
    [
        ({}, "1990-01-01", True),
        ({"valid_from": date(2026, 2, 1)}, "2026-01-31", False),
        ({"valid_from": date(2026, 2, 1)}, "2026-02-01", True),
        ({"valid_to": date(2026, 2, 28)}, "2026-02-28", True),
        ({"valid_to": date(2026, 2, 28)}, "2026-03-01", False),
    ],
)
def test_rule_holds_from_its_first_day_to_its_last(days, on, applies):
    assert rule(**days).applies(date.fromisoformat(on)) is applies


@pytest.mark.parametrize(
    ("limits", "words"),
    [
        ({}, ""),
        ({"minimum": 0}, "from 0"),
        ({"maximum": 0}, "up to 0"),
        ({"minimum": 2, "maximum": 5}, "from 2 up to 5"),
        ({"earliest": "2026-01-01"}, "from 2026-01-01"),
        ({"latest": "2026-12-31"}, "up to 2026-12-31"),
        ({"choices": frozenset({"Y", "X"})}, "X, Y"),
    ],
)
def test_limits_are_said_in_words_and_narrow(limits, words):
    asked = rule(**limits)

    assert (asked.limits(), asked.narrows) == (words, bool(words))


@pytest.mark.parametrize("action", ["", "GENERATOR"])
def test_problem_names_the_program_the_field_and_the_item(action):
    problem = rule(maximum=5, action_type=action).problem({"a": 6}, "ALPHA")

    context = {"program": "ALPHA", "label": "A field", "limits": "up to 5"}
    assert problem is not None
    assert (problem.field, problem.value) == ("a", "6")
    assert problem.context == context | ({"action": action} if action else {})
