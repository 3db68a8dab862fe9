"""What a partner wanted of a meter from its creation on, as stretches of time without gaps. No database."""

from datetime import date

import pytest

from onboarding.enrollment.queries import participation_of
from onboarding.meters.models import Meter
from tests.onboarding.enrollment.pure import LOS_ANGELES, local, out

METER = Meter(created_at=local("2027-02-01"))


def stretches(*periods: tuple[str, ...]) -> list[tuple[str, str, str]]:
    told = participation_of(METER, [out(*period) for period in periods])
    return [(one.preference.value, f"{one.starts_at:%m-%d}", one.ends_at and f"{one.ends_at:%m-%d}") for one in told]


@pytest.mark.parametrize(
    ("periods", "expected"),
    [
        ((), [("PARTICIPATE", "02-01", None)]),
        (
            (("IDLE", "2027-03-01", "2027-04-01"),),
            [("PARTICIPATE", "02-01", "03-01"), ("IDLE", "03-01", "04-01"), ("PARTICIPATE", "04-01", None)],
        ),
        ((("DISENROLL", "2027-03-01"),), [("PARTICIPATE", "02-01", "03-01"), ("DISENROLL", "03-01", None)]),
        ((("IDLE", "2027-02-01", "2027-04-01"),), [("IDLE", "02-01", "04-01"), ("PARTICIPATE", "04-01", None)]),
        (
            (("DISENROLL", "2027-05-01"), ("IDLE", "2027-03-01", "2027-05-01")),  # in any order; without a gap
            [("PARTICIPATE", "02-01", "03-01"), ("IDLE", "03-01", "05-01"), ("DISENROLL", "05-01", None)],
        ),
    ],
)
def test_meter_participates_before_between_and_after_the_times_in_which_it_is_out(periods, expected):
    assert stretches(*periods) == expected


@pytest.mark.parametrize(
    ("until", "expected"),
    [
        ("2027-02-01", [("PARTICIPATE", "02-01", None)]),
        ("2027-02-02", [("IDLE", "02-01", "02-02"), ("PARTICIPATE", "02-02", None)]),
    ],
)
def test_time_out_that_began_before_the_meter_was_created_is_told_from_its_creation(until, expected):
    assert stretches(("IDLE", "2027-01-01", until)) == expected


def test_days_of_a_stretch_are_those_of_a_zone():
    (before, idle, after) = participation_of(METER, [out("IDLE", "2027-03-01", "2027-04-01")])

    assert [stretch.days_in(LOS_ANGELES) for stretch in (before, idle, after)] == [
        (date(2027, 2, 1), date(2027, 2, 28)),
        (date(2027, 3, 1), date(2027, 3, 31)),
        (date(2027, 4, 1), None),
    ]
