"""Which programs a meter joins that nobody chose, and which its own answers rule out. No database."""

from typing import Any

import pytest

from onboarding.enrollment.choice import denied_by, joined_unchosen
from tests.onboarding.enrollment.pure import SUMMER, excludes, local, period, program

AT = local("2027-02-01")
WINTER = period(8, "2027-11-01", "2028-05-01")


def both(*, positions: tuple[int, int] = (1, 2), periods: Any = ((SUMMER,), (SUMMER,)), **row: Any) -> list[Any]:
    """Alpha and Beta, which exclude each other."""
    alpha = program(position=positions[0], periods=periods[0], exclusions=(excludes("BETA", **row),))
    beta = program(
        pk=2, identifier="BETA", position=positions[1], periods=periods[1], exclusions=(excludes("ALPHA", **row),)
    )
    return [alpha, beta]


def joined(programs: Any, utility: str = "PGE") -> set[str]:
    return set(joined_unchosen(programs, utility=utility, classification="RESIDENTIAL", at=AT))


@pytest.mark.parametrize(("positions", "expected"), [((1, 2), {"ALPHA"}), ((2, 1), {"BETA"}), ((1, 1), {"ALPHA"})])
def test_of_two_that_exclude_each_other_the_first_of_the_catalogue_is_joined(positions, expected):
    programs = both(positions=positions)

    assert joined(programs) == joined(programs[::-1]) == expected


@pytest.mark.parametrize(
    ("row", "utility", "is_excluded"),
    [
        ({"is_allowed": True}, "PGE", False),
        ({"utility": "PGE"}, "PGE", True),
        ({"utility": "SCE"}, "PGE", False),
        ({"utility": "PGE"}, "", False),  # nothing is left out because of what nobody knows
        ({"classification": "RESIDENTIAL"}, "PGE", True),
        ({"classification": "COMMERCIAL"}, "PGE", False),
    ],
)
def test_programs_that_go_together_are_both_joined(row, utility, is_excluded):
    assert joined(both(**row), utility) == ({"ALPHA"} if is_excluded else {"ALPHA", "BETA"})


@pytest.mark.parametrize(("last", "is_excluded"), [("2027-10-31", False), ("2027-11-01", True)])
def test_conflict_counts_on_the_day_when_both_can_be_held(last, is_excluded):
    """Alpha is asked for from May on, Beta from November."""
    programs = both(periods=((SUMMER,), (WINTER,)), source={"valid_to": local(last).date()})

    assert len(joined(programs)) == (1 if is_excluded else 2)
    assert len(joined([programs[1], programs[0]])) == (1 if is_excluded else 2)


def test_program_that_was_left_out_keeps_no_other_out():
    alpha, beta = both()
    gamma = program(pk=3, identifier="GAMMA", position=3, exclusions=(excludes("BETA"),))

    assert joined([alpha, beta, gamma]) == {"ALPHA", "GAMMA"}


@pytest.mark.parametrize(
    ("asset", "expected"),
    [
        ({"isone": {"in_beta": False}}, {"BETA"}),
        ({"isone": {"in_beta": True}}, set()),
        ({"isone": {}}, set()),
        ({"isone": "no"}, set()),
        ({}, set()),
    ],
)
def test_program_is_denied_by_a_no_alone(asset, expected):
    asks = program(exclusions=(excludes("BETA", said_by="isone.in_beta"), excludes("GAMMA")))

    assert denied_by(asset, [asks, program(pk=2)]) == expected
