"""Deadlines by the local calendar: weekends, changes of the clocks, leap days, periods over the turn of the year."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from portal.web.clock import midnight
from portal.web.days import Reading, day_of
from programs.deadlines import DeadlineRule, accepted_until, days_left, end_of_month, next_deadline, over_at
from programs.domain import roll_forward
from programs.models import Deadline, DeliveryPeriod, Program
from programs.queries import all_periods_of, periods_of
from tests.programs.test_pages import text_of

NEW_YORK = ZoneInfo("America/New_York")
LOS_ANGELES = ZoneInfo("America/Los_Angeles")
ZONES = st.sampled_from([NEW_YORK, LOS_ANGELES, ZoneInfo("America/Chicago"), ZoneInfo("America/Phoenix"), UTC])


def local(text: str, zone: ZoneInfo = NEW_YORK) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=zone)


# --- weekends


@pytest.mark.parametrize(
    ("deadline", "until"),
    [
        ("2027-03-13 00:00", "2027-03-13 00:00"),  # by the end of Friday
        ("2027-03-13 00:01", "2027-03-15 00:01"),  # Saturday; the clocks change on Sunday
        ("2027-03-14 00:00", "2027-03-16 00:00"),  # by the end of Saturday
        ("2027-03-15 00:00", "2027-03-16 00:00"),  # by the end of Sunday
        ("2027-03-15 00:01", "2027-03-15 00:01"),  # Monday
        ("2027-03-16 00:00", "2027-03-16 00:00"),  # by the end of Monday
        ("2026-10-31 17:00", "2026-11-02 17:00"),  # Saturday before the clocks go back
        ("2028-02-27 00:00", "2028-02-29 00:00"),  # Saturday of a leap year's last week
        ("2027-01-03 00:00", "2027-01-05 00:00"),
        ("2027-12-31 00:00", "2027-12-31 00:00"),  # by the end of Thursday
    ],
)
def test_a_weekend_rolls_over_to_the_same_time_on_monday(deadline, until):
    at = local(deadline).astimezone(UTC)

    assert accepted_until(at, NEW_YORK, rolls_over=True) == local(until)
    assert accepted_until(at, NEW_YORK, rolls_over=False) == local(deadline)


def test_the_local_day_decides_and_not_the_day_in_utc():
    friday_evening = local("2027-03-12 21:00")  # already Saturday in UTC
    sunday_evening = local("2027-03-14 21:00")  # already Monday in UTC

    assert friday_evening.astimezone(UTC).weekday() == 5
    assert accepted_until(friday_evening.astimezone(UTC), NEW_YORK, rolls_over=True) == friday_evening
    assert accepted_until(sunday_evening.astimezone(UTC), NEW_YORK, rolls_over=True) == local("2027-03-15 21:00")


@given(st.datetimes(datetime(2024, 1, 1), datetime(2032, 1, 1)), ZONES)
def test_what_is_accepted_is_a_weekday_within_three_days_at_the_same_time(moment, zone):
    at = moment.replace(tzinfo=UTC)

    until = accepted_until(at, zone, rolls_over=True)

    assert day_of(until, zone, Reading.CLOSES).weekday() < 5
    assert until.time() == at.astimezone(zone).time()
    assert timedelta(0) <= until.date() - at.astimezone(zone).date() <= timedelta(days=2)


# --- days left


@pytest.mark.parametrize(
    ("now", "days"),
    [
        ("2027-03-11 23:59", 3),
        ("2027-03-12 00:00", 3),  # 71 hours are left, since the clocks go forward
        ("2027-03-12 00:01", 2),
        ("2027-03-14 00:00", 1),  # 23 hours
        ("2027-03-14 12:00", 0),
        ("2027-03-15 00:00", -1),
        ("2027-03-16 00:00", -1),
    ],
)
def test_the_clock_that_goes_forward_takes_no_day_away(now, days):
    assert days_left(local("2027-03-15 00:00"), local(now).astimezone(UTC)) == days


@pytest.mark.parametrize(("now", "days"), [("2026-10-31 00:00", 2), ("2026-11-01 00:00", 1), ("2026-11-01 00:01", 0)])
def test_the_clock_that_goes_back_adds_no_day(now, days):
    assert days_left(local("2026-11-02 00:00"), local(now).astimezone(UTC)) == days


def test_the_leap_day_counts():
    assert days_left(local("2028-03-01 00:00"), local("2028-02-28 00:00")) == 2
    assert days_left(local("2027-03-01 00:00"), local("2027-02-28 00:00")) == 1


@given(st.dates(date(2024, 1, 1), date(2032, 1, 1)), st.integers(0, 400), st.times(time(0, 0), time(23, 59, 59)), ZONES)
def test_days_left_are_the_nights_to_a_midnight(day, nights, at, zone):
    deadline = midnight(day + timedelta(days=nights), zone)
    now = datetime.combine(day, at, zone)
    left = days_left(deadline, now.astimezone(UTC))

    if now.astimezone(UTC) >= deadline.astimezone(UTC):
        assert left == -1
    else:
        assert left == nights - (at > time(0, 0))


@given(
    st.datetimes(datetime(2024, 1, 1), datetime(2032, 1, 1)),
    st.timedeltas(timedelta(0), timedelta(days=400)),
    st.timedeltas(timedelta(0), timedelta(days=40)),
    ZONES,
)
def test_days_left_never_grow(moment, ahead, later, zone):
    now = moment.replace(tzinfo=UTC)
    deadline = midnight((now + ahead).astimezone(zone).date(), zone)

    assert days_left(deadline, now) >= days_left(deadline, now + later + timedelta(hours=1))


# --- midnights


def test_the_midnight_of_a_day_on_which_the_clocks_change():
    assert midnight(date(2027, 3, 14), LOS_ANGELES).astimezone(UTC) == datetime(2027, 3, 14, 8, tzinfo=UTC)
    assert midnight(date(2027, 3, 15), LOS_ANGELES).astimezone(UTC) == datetime(2027, 3, 15, 7, tzinfo=UTC)


@pytest.mark.parametrize(
    ("at", "end"),
    [
        ("2028-02-29 12:00", "2028-03-01 00:00"),
        ("2027-12-31 23:59", "2028-01-01 00:00"),
        ("2027-01-31 00:00", "2027-02-01 00:00"),
    ],
)
def test_the_end_of_a_month(at, end):
    assert end_of_month(local(at).astimezone(UTC), NEW_YORK) == local(end)


@pytest.mark.parametrize(
    ("ends", "over"),
    [
        ("2027-09-30 00:00", "2027-10-01 00:00"),  # the midnight that begins the last day
        ("2027-09-30 00:01", "2027-09-30 00:01"),
        ("2027-09-30 17:00", "2027-09-30 17:00"),
        ("2027-11-06 00:00", "2027-11-07 00:00"),
        ("2027-11-07 00:00", "2027-11-08 00:00"),  # 25 hours
    ],
)
def test_a_period_is_over_with_its_last_local_day(ends, over):
    assert over_at(local(ends).astimezone(UTC), NEW_YORK) == local(over)


def test_a_midnight_in_utc_is_an_evening_there():
    ends = datetime(2027, 10, 1, tzinfo=UTC)

    assert over_at(ends, NEW_YORK) == local("2027-09-30 20:00")


def test_of_deadlines_with_one_activation_the_first_is_next():
    early, late = (DeadlineRule(local(day), local(day), local("2027-05-01")) for day in ("2027-03-15", "2027-04-01"))

    assert next_deadline([late, early], local("2027-03-01")) == early


def test_the_next_deadline_is_the_one_that_activates_first():
    early = DeadlineRule(local("2027-03-15"), local("2027-03-15"), local("2027-05-01"))
    late = DeadlineRule(local("2027-04-15"), local("2027-04-15"), local("2027-06-01"))

    assert next_deadline([late, early], local("2027-03-14 23:59")) == early
    assert next_deadline([late, early], local("2027-03-15 00:00")) == late
    assert next_deadline([late, early], local("2027-04-15 00:00")) is None


# --- as the catalogue has them


@pytest.fixture
def coned(db, catalogue) -> Program:
    """A program whose deadlines an admin lets roll over."""
    Program.objects.filter(identifier="CONED-CSRP").update(weekend_rolls_over=True)
    return Program.objects.get(identifier="CONED-CSRP")


def period(program: Program, name: str, first: str, last: str, *deadlines: tuple[str, str]) -> DeliveryPeriod:
    zone = ZoneInfo(program.time_zone)
    made = DeliveryPeriod.objects.create(
        program=program, name=name, starts_at=local(first, zone), ends_at=local(last, zone)
    )
    for deadline, activation in deadlines:
        Deadline.objects.create(period=made, deadline_at=local(deadline, zone), activation_at=local(activation, zone))
    return made


def test_periods_know_until_when_a_weekend_is_accepted(coned):
    DeliveryPeriod.objects.filter(program=coned).delete()
    period(
        coned, "2025_MAY_SEP", "2025-05-01", "2025-09-30", ("2025-03-16", "2025-05-01"), ("2025-04-15", "2025-06-01")
    )

    (shown,) = periods_of(coned, local("2025-03-16 12:00"))  # the Sunday

    assert [(line.rolls_over, line.accepted_until, line.days_left, line.is_next) for line in shown.deadlines] == [
        (True, local("2025-03-18"), 1, True),
        (False, local("2025-04-15"), 29, False),
    ]


def test_after_the_last_deadline_the_coming_period_has_the_next(coned):
    DeliveryPeriod.objects.filter(program=coned).delete()
    period(coned, "2026_NOV", "2026-11-01", "2027-04-30", ("2026-10-30", "2026-11-01"))
    period(coned, "2027_MAY", "2027-05-01", "2027-10-31", ("2027-03-15", "2027-05-01"), ("2027-04-15", "2027-06-01"))

    running, coming = periods_of(coned, local("2027-01-10 08:00"))

    assert [line.is_next for line in running.deadlines] == [False]
    assert [line.is_next for line in coming.deadlines] == [True, False]
    assert running.starts_at.year != running.ends_at.year


def test_a_period_over_the_turn_of_the_year_rolls_forward_with_its_weekends(coned):
    winter = period(coned, "2026_DEC_2027_FEB", "2026-12-01", "2027-02-28", ("2026-11-29", "2026-12-01"))

    copy = roll_forward(winter)

    assert copy is not None
    assert copy.name == "2027_DEC_2028_FEB"
    shown = next(one for one in periods_of(coned, local("2027-11-01")) if one.period == copy)
    assert shown.ends_at == local("2028-02-29")  # the last of February stays the last
    assert shown.deadlines[0].accepted_until == local("2027-11-30")  # Monday; that of the year before is a Saturday
    before = next(one for one in periods_of(coned, local("2026-11-01")) if one.period == winter)
    assert before.deadlines[0].accepted_until == local("2026-12-01")


def test_many_programs_cost_two_queries(coned, django_assert_num_queries):
    programs = list(Program.objects.all())

    with django_assert_num_queries(2):
        periods = all_periods_of(programs)

    assert set(periods) == {program.pk for program in programs}


@time_machine.travel("2026-08-14 12:00 +0000", tick=False)
def test_the_program_page_says_until_when_a_weekend_is_accepted(coned, client_of, manager):
    text = text_of(client_of(manager).get(reverse("program", args=["CONED-CSRP"])))

    assert "By end of Fri, Aug 14 (11:59 PM EDT)" in text
    assert "Next Less than a day" in text


@time_machine.travel("2026-11-24 12:00 +0000", tick=False)
def test_the_program_page_tells_the_weekend_from_the_day_that_is_published(coned, client_of, manager):
    DeliveryPeriod.objects.filter(program=coned).delete()
    period(coned, "2026_DEC", "2026-12-01", "2027-02-28", ("2026-11-29", "2026-12-01"))

    text = text_of(client_of(manager).get(reverse("program", args=["CONED-CSRP"])))

    assert "By end of Sat, Nov 28 (11:59 PM EST) Accepted by end of Mon, Nov 30 (11:59 PM EST)" in text


# --- ends


@pytest.mark.parametrize(
    ("ends_at", "over"),
    [
        ("2026-09-30", "2026-10-01"),
        ("2026-09-30 00:00:01", "2026-09-30 00:00:01"),
        ("2026-09-30 23:59", "2026-09-30 23:59"),
        ("2026-11-01", "2026-11-02"),  # a day of 25 hours
        ("2026-12-31", "2027-01-01"),
    ],
)
def test_a_period_that_ends_with_a_midnight_runs_until_the_next_one(ends_at, over):
    ends = local(ends_at, LOS_ANGELES)

    assert over_at(ends.astimezone(UTC), LOS_ANGELES) == local(over, LOS_ANGELES)


def test_a_deadline_can_be_made_until_its_moment_and_the_soonest_activation_goes_first():
    early, late = local("2026-03-15"), local("2026-04-15")
    first = DeadlineRule(late, late, local("2026-05-01"))
    second = DeadlineRule(early, early, local("2026-06-01"))
    third = DeadlineRule(late, late, local("2026-06-01"))

    assert next_deadline([third, second, first], early) == first
    assert next_deadline([third, second], early - timedelta(seconds=1)) == second
    assert next_deadline([third, second], early) == third
    assert next_deadline([third, second, first], late) is None
