"""A moment as people say it: three readings of midnight, at and beside it, over changes of the clocks and leap days."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
import time_machine
from hypothesis import given
from hypothesis import strategies as st

from portal.web.days import (
    Reading,
    at_time,
    begin_text,
    day_of,
    day_or_moment,
    deadline_text,
    is_midnight,
    last_day_text,
    moment_of,
    period_end_text,
    same_local,
    season_text,
    time_of,
    until_text,
)

CHICAGO, NEW_YORK, HAVANA = (ZoneInfo(f"America/{name}") for name in ("Chicago", "New_York", "Havana"))
LOS_ANGELES, SANTIAGO, ARIZONA = (ZoneInfo(f"America/{name}") for name in ("Los_Angeles", "Santiago", "Phoenix"))
ZONES = st.sampled_from([CHICAGO, NEW_YORK, HAVANA, LOS_ANGELES, SANTIAGO, ARIZONA, ZoneInfo("Pacific/Apia"), UTC])
DAYS = st.dates(date(2012, 1, 1), date(2040, 1, 1))


def local(text: str, zone: ZoneInfo = CHICAGO) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=zone)


@pytest.mark.parametrize(
    ("at", "said"),
    [
        ("2027-02-14 23:58", "by Sun, Feb 14, 11:58 PM CST"),
        ("2027-02-14 23:59", "by Sun, Feb 14, 11:59 PM CST"),
        ("2027-02-15 00:00", "by end of Sun, Feb 14 (11:59 PM CST)"),
        ("2027-02-15 00:01", "by Mon, Feb 15, 12:01 AM CST"),
        ("2027-02-15 12:00", "by Mon, Feb 15, 12:00 PM CST"),
        ("2027-02-14 23:59:59", "by Sun, Feb 14, 11:59:59 PM CST"),
        ("2027-03-14 00:00", "by end of Sat, Mar 13 (11:59 PM CST)"),  # the clocks go forward on the 14th
        ("2027-03-15 00:00", "by end of Sun, Mar 14 (11:59 PM CDT)"),
        ("2026-11-02 00:00", "by end of Sun, Nov 1 (11:59 PM CST)"),  # a day of 25 hours
        ("2027-03-01 00:00", "by end of Sun, Feb 28 (11:59 PM CST)"),
        ("2028-03-01 00:00", "by end of Tue, Feb 29, 2028 (11:59 PM CST)"),
        ("2027-01-01 00:00", "by end of Thu, Dec 31 (11:59 PM CST)"),
    ],
)
@time_machine.travel("2026-11-29 12:00 +0000", tick=False)
def test_deadline_is_told_by_the_day_that_it_closes(at, said):
    assert deadline_text(local(at)) == said


@pytest.mark.parametrize(
    ("on", "said"),
    [
        ("2026-04-21", "by end of Sun, Feb 14 (11:59 PM CST)"),
        ("2026-04-20", "by end of Sun, Feb 14, 2027 (11:59 PM CST)"),
        ("2027-12-10", "by end of Sun, Feb 14 (11:59 PM CST)"),
        ("2027-12-11", "by end of Sun, Feb 14, 2027 (11:59 PM CST)"),
    ],
)
def test_year_is_told_when_the_day_is_far(on, said):
    assert deadline_text(local("2027-02-15"), date.fromisoformat(on)) == said


@pytest.mark.parametrize(
    ("at", "begins", "last_day", "ends", "until"),
    [
        (
            "2028-09-30 00:00",
            "Sep 30, 2028",
            "Sep 30, 2028",
            "Sep 30, 2028, 11:59 PM EDT",
            "Sep 29, 2028, 11:59 PM EDT",
        ),
        ("2028-09-30 00:01", *["Sep 30, 2028, 12:01 AM EDT"] * 4),
        ("2028-09-29 23:59", *["Sep 29, 2028, 11:59 PM EDT"] * 4),
        (
            "2028-02-29 00:00",
            "Feb 29, 2028",
            "Feb 29, 2028",
            "Feb 29, 2028, 11:59 PM EST",
            "Feb 28, 2028, 11:59 PM EST",
        ),
        (
            "2027-03-14 00:00",
            "Mar 14, 2027",
            "Mar 14, 2027",
            "Mar 14, 2027, 11:59 PM EDT",
            "Mar 13, 2027, 11:59 PM EST",
        ),
        ("2027-11-07 00:00", "Nov 7, 2027", "Nov 7, 2027", "Nov 7, 2027, 11:59 PM EST", "Nov 6, 2027, 11:59 PM EDT"),
    ],
)
def test_each_reading_of_one_moment(at, begins, last_day, ends, until):
    moment = local(at, NEW_YORK)

    assert (begin_text(moment), last_day_text(moment), period_end_text(moment), until_text(moment)) == (
        begins,
        last_day,
        ends,
        until,
    )


def test_midnight_that_the_clocks_leave_out_is_the_first_moment_of_its_day():
    begins = datetime(2026, 3, 8, 5, tzinfo=UTC)  # 01:00 in Havana, where 00:00 is followed by it

    assert begins.astimezone(HAVANA).time() == time(1)
    assert moment_of(date(2026, 3, 8), HAVANA, Reading.BEGINS).astimezone(UTC) == begins
    assert (is_midnight(begins, HAVANA), is_midnight(begins + timedelta(minutes=1), HAVANA)) == (True, False)
    assert is_midnight(begins - timedelta(minutes=1), HAVANA) is False
    assert deadline_text(begins.astimezone(HAVANA), date(2026, 3, 1)) == "by end of Sat, Mar 7 (11:59 PM CST)"
    assert moment_of(date(2026, 3, 7), HAVANA, Reading.CLOSES).astimezone(UTC) == begins


def test_day_whose_midnight_comes_twice_begins_with_the_first():
    day = date(2026, 11, 1)
    first = datetime(2026, 11, 1, 4, tzinfo=UTC)

    assert moment_of(day, HAVANA, Reading.BEGINS).astimezone(UTC) == first
    assert [is_midnight(first + timedelta(hours=hours), HAVANA) for hours in (0, 1)] == [True, False]


@given(DAYS, ZONES, st.sampled_from(Reading))
def test_day_that_is_kept_reads_back_as_the_same_day(day, zone, reading):
    kept = moment_of(day, zone, reading).astimezone(UTC)

    assert (day_of(kept, zone, reading), time_of(kept, zone)) == (day, None)


@given(DAYS, st.times(time(0, 0, 1)), ZONES, st.sampled_from(Reading))
def test_time_that_is_kept_reads_back_or_the_clocks_skip_it(day, at, zone, reading):
    at = at.replace(microsecond=0)
    kept = at_time(day, at, zone)

    if kept is not None and time_of(kept, zone):
        assert (day_of(kept.astimezone(UTC), zone, reading), time_of(kept.astimezone(UTC), zone)) == (day, at)


@pytest.mark.parametrize(
    ("at", "exists"), [("01:59", True), ("02:00", False), ("02:59", False), ("03:00", True), ("23:59", True)]
)
def test_hour_that_the_clocks_skip_is_no_time(at, exists):
    assert (at_time(date(2027, 3, 14), time.fromisoformat(at), CHICAGO) is not None) is exists


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("2027-02-14", date(2027, 2, 14)),
        (" 2028-02-29 ", date(2028, 2, 29)),
        (datetime(2027, 2, 14), date(2027, 2, 14)),  # as a workbook gives a day
        ("2027-02-14 17:00-08:00", datetime(2027, 2, 15, 1, tzinfo=UTC)),
        ("2027-02-15T01:00:00Z", datetime(2027, 2, 15, 1, tzinfo=UTC)),
        ("2027-02-14 17:00", None),  # in which zone?
        (datetime(2027, 2, 14, 17), None),  # as a workbook gives a time
        ("2027-02-29", None),
        ("2027-2-14", None),
        ("tomorrow", None),
        ("", None),
    ],
)
def test_cell_is_a_local_day_or_a_moment_with_its_offset(written, read):
    assert day_or_moment(written) == read


@pytest.mark.parametrize(
    ("at", "moved"),
    [
        ("2027-05-01 00:00", "2027-05-01 00:00"),
        ("2027-05-01 17:00", "2027-05-01 17:00"),
        ("2027-03-14 00:00", "2027-03-14 00:00"),
    ],
)
def test_same_local_day_and_time_in_another_zone(at, moved):
    assert same_local(local(at, LOS_ANGELES), LOS_ANGELES, NEW_YORK).astimezone(UTC) == local(moved, NEW_YORK)


def test_local_midnight_moves_to_a_midnight_that_the_clocks_leave_out_and_back():
    there = same_local(local("2026-03-08", NEW_YORK), NEW_YORK, HAVANA).astimezone(UTC)

    assert there == datetime(2026, 3, 8, 5, tzinfo=UTC)
    assert same_local(there, HAVANA, NEW_YORK).astimezone(UTC) == local("2026-03-08", NEW_YORK)


@pytest.mark.parametrize(
    ("first", "last", "said"),
    [
        ("2027-05-01", "2027-10-31", "May–Oct 2027"),
        ("2026-11-01", "2027-04-30", "Nov 2026–Apr 2027"),
        ("2027-05-01", "2027-05-31", "May 2027"),
    ],
)
def test_a_season_is_its_months(first: str, last: str, said: str) -> None:
    assert season_text(local(first), local(last)) == said
