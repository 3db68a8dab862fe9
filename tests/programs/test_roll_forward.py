import pytest

from programs.domain import roll_forward
from programs.models import DeliveryPeriod

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
    assert (copy.verified, copy.source) == (False, "rolled forward from CEC-DSGS_2027_MAY_OCT")
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
