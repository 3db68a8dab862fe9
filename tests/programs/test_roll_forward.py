from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from programs.domain import roll_forward
from programs.models import Deadline, DeliveryPeriod

pytestmark = pytest.mark.usefixtures("catalogue")


def copy_of(name: str) -> DeliveryPeriod:
    copy = roll_forward(DeliveryPeriod.objects.get(name=name))
    assert copy is not None
    return copy


def test_copy_has_the_same_local_days_a_year_later_and_is_unverified():
    copy = copy_of("CEC-DSGS_2027_MAY_OCT")

    assert copy.name == "CEC-DSGS_2028_MAY_OCT"
    assert (copy.starts_at.isoformat(), copy.ends_at.isoformat()) == (
        "2028-05-01T00:00:00-07:00",
        "2028-10-31T00:00:00-07:00",
    )
    assert (copy.verified, copy.source) == (False, "The same days as CEC-DSGS_2027_MAY_OCT")
    first = copy.deadlines.order_by("deadline_at")[0]
    assert (first.deadline_at.isoformat(), first.activation_at.isoformat()) == (
        "2028-04-15T07:00:00+00:00",
        "2028-05-01T07:00:00+00:00",
    )


def test_last_day_of_february_stays_the_last_day():
    copy = copy_of("MA_DOER-CPS_2027_DEC_2028_FEB")

    copy.refresh_from_db()
    assert copy.name == "MA_DOER-CPS_2028_DEC_2029_FEB"
    assert copy.ends_at.isoformat() == "2029-02-28T05:00:00+00:00"


def test_period_of_the_next_year_that_exists_is_left_alone():
    period = DeliveryPeriod.objects.get(name="CEC-DSGS_2026_MAY_OCT")
    count = DeliveryPeriod.objects.count()

    assert roll_forward(period) is None
    assert DeliveryPeriod.objects.count() == count


@pytest.mark.parametrize(
    ("deadline", "activation", "a_year_later"),
    [
        ("2027-02-27T05:00", "2027-03-01T05:00", "2028-02-28"),  # 2028 is a leap year: still two days before March
        ("2027-02-22T05:00", "2027-03-01T05:00", "2028-02-23"),  # seven days before
        ("2027-02-21T05:00", "2027-03-01T05:00", "2028-02-21"),  # eight: a day of the month
        ("2027-02-15T05:00", "2027-04-01T04:00", "2028-02-15"),
        ("2027-02-28T05:00", "2027-03-01T05:00", "2028-02-29"),
        ("2027-03-01T05:00", "2027-03-01T05:00", "2028-03-01"),
        ("2027-04-30T04:00", "2027-05-01T04:00", "2028-04-30"),
    ],
)
def test_deadline_in_the_last_week_before_its_activation_counts_days(deadline, activation, a_year_later):
    period = DeliveryPeriod.objects.get(name="MA_DOER-CPS_2027_MAR_APR")
    period.deadlines.all().delete()
    times = (datetime.fromisoformat(text).replace(tzinfo=UTC) for text in (deadline, activation))
    Deadline.objects.create(**dict(zip(("deadline_at", "activation_at"), times, strict=True)), period=period)

    (line,) = copy_of(period.name).deadlines.all()

    assert line.deadline_at.astimezone(ZoneInfo("America/New_York")).isoformat()[:16] == f"{a_year_later}T00:00"


def test_deadline_before_march_goes_back_when_the_leap_year_is_over():
    copy_of("MA_DOER-CPS_2027_MAR_APR")
    copy = copy_of("MA_DOER-CPS_2028_MAR_APR")

    assert [line.deadline_at.isoformat() for line in copy.deadlines.all()] == ["2029-02-27T05:00:00+00:00"]
