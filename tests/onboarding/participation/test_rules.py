"""The rules of participation, for periods and wishes that nobody thinks of: what overlaps gives way, the rest stays."""

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from onboarding.enrollment.facts import TimeOut
from onboarding.enrollment.models import Preference
from onboarding.participation.rules import (
    Wish,
    after,
    begins,
    days_of,
    gave_way,
    today_in,
    unclear,
    untimely,
    window,
)

DENVER = ZoneInfo("America/Denver")
NOW = datetime(2026, 10, 1, 18, 0, tzinfo=UTC)
TODAY = date(2026, 10, 1)
IDLE, DISENROLL, PARTICIPATE = Preference.IDLE, Preference.DISENROLL, Preference.PARTICIPATE


def day(number: int) -> date:
    """A day of October 2026, or of the months around it."""
    return date(2026, 9, 30) + timedelta(days=number)


def idle(first: int, last: int, reason: str = "") -> TimeOut:
    return TimeOut("IDLE", begins(day(first), DENVER), begins(day(last + 1), DENVER), reason)


def disenrolled(first: int, last: int | None = None, reason: str = "sold") -> TimeOut:
    return TimeOut("DISENROLL", begins(day(first), DENVER), begins(day(last + 1), DENVER) if last else None, reason)


def done(outs: list[TimeOut], wish: Wish) -> list[TimeOut]:
    return after(outs, wish, DENVER, NOW)


@pytest.mark.parametrize(
    ("outs", "wish", "expected"),
    [
        ([], Wish(IDLE, day(10), day(20)), [idle(10, 20)]),
        ([idle(1, 5)], Wish(IDLE, day(10), day(20)), [idle(1, 5), idle(10, 20)]),
        ([idle(1, 9)], Wish(IDLE, day(10), day(20)), [idle(1, 9), idle(10, 20)]),
        ([idle(1, 12, "a")], Wish(IDLE, day(10), day(20)), [idle(1, 9, "a"), idle(10, 20)]),
        ([idle(15, 25, "a")], Wish(IDLE, day(10), day(20)), [idle(10, 20), idle(21, 25, "a")]),
        ([idle(12, 13, "a")], Wish(IDLE, day(10), day(20)), [idle(10, 20)]),
        ([idle(1, 30, "a")], Wish(IDLE, day(10), day(20)), [idle(1, 9, "a"), idle(10, 20), idle(21, 30, "a")]),
        ([disenrolled(5)], Wish(IDLE, day(10), day(20)), [disenrolled(5, 9), idle(10, 20), disenrolled(21)]),
        ([disenrolled(15)], Wish(IDLE, day(10), day(20)), [idle(10, 20), disenrolled(21)]),
        ([idle(10, 20)], Wish(IDLE, day(10), day(20)), [idle(10, 20)]),
        (
            [idle(1, 12), idle(20, 25)],
            Wish(DISENROLL, day(10), reason="sold"),
            [idle(1, 9), disenrolled(10)],
        ),
        ([disenrolled(20)], Wish(DISENROLL, day(10), reason="sold"), [disenrolled(10)]),
        ([disenrolled(5)], Wish(DISENROLL, day(10), reason="moved"), [disenrolled(5)]),
        ([idle(1, 12), idle(20, 25)], Wish(PARTICIPATE, day(10)), [idle(1, 9)]),
        ([disenrolled(5)], Wish(PARTICIPATE, day(10)), [disenrolled(5, 9)]),
        ([idle(-3, 12)], Wish(PARTICIPATE), [idle(-3, 0)]),
        ([idle(1, 12)], Wish(PARTICIPATE), []),
    ],
)
def test_what_overlaps_gives_way(outs: list[TimeOut], wish: Wish, expected: list[TimeOut]) -> None:
    assert done(outs, wish) == expected


def test_what_gave_way_is_named() -> None:
    outs = [idle(1, 12), idle(14, 15), idle(25, 26)]
    wish = Wish(IDLE, day(10), day(20))

    assert gave_way(outs, done(outs, wish), wish) == [idle(1, 12), idle(14, 15)]
    assert gave_way(outs, [], Wish(PARTICIPATE)) == []


# --- for any periods and any wish

_DAYS = st.integers(1, 60)


@st.composite
def period_lists(draw: st.DrawFn) -> list[TimeOut]:
    """Periods that do not overlap, some touching, the last perhaps without an end."""
    edges = sorted(draw(st.sets(st.integers(-20, 70), max_size=8)))
    found = [
        idle(first, last - 1, draw(st.sampled_from(["", "a"])))
        if draw(st.booleans())
        else disenrolled(first, last - 1, "b")
        for first, last in pairwise(edges)
        if draw(st.booleans()) and last - 1 > 0
    ]
    if edges and draw(st.booleans()):
        found.append(disenrolled(edges[-1]))
    return found


@st.composite
def wishes(draw: st.DrawFn) -> Wish:
    what, first = draw(st.sampled_from(Preference)), draw(_DAYS)
    last = day(first + draw(st.integers(0, 30))) if what == IDLE else None
    return Wish(what, day(first), last, draw(st.sampled_from(["", "c"])) if what != PARTICIPATE else "")


def preference_at(outs: list[TimeOut], at: datetime) -> tuple[str, str]:
    found = [one for one in outs if one.starts_at <= at and (one.ends_at is None or at < one.ends_at)]
    assert len(found) <= 1
    return (found[0].preference, found[0].reason) if found else ("PARTICIPATE", "")


@given(period_lists(), wishes())
def test_inside_the_wish_it_holds_and_outside_nothing_changes(outs: list[TimeOut], wish: Wish) -> None:
    found = done(outs, wish)

    start, end = window(wish, DENVER, NOW)
    for number in range(-25, 120):
        noon = begins(day(number), DENVER) + timedelta(hours=12)
        if noon < start or (end is not None and noon >= end):
            assert preference_at(found, noon) == preference_at(outs, noon)
        else:
            assert preference_at(found, noon)[0] == wish.preference


@given(period_lists(), wishes())
def test_periods_never_overlap_stand_in_order_and_end_after_they_begin(outs: list[TimeOut], wish: Wish) -> None:
    found = done(outs, wish)

    assert all(one.ends_at is None or one.starts_at < one.ends_at for one in found)
    assert all(one.ends_at and one.ends_at <= other.starts_at for one, other in pairwise(found))


@given(period_lists(), wishes())
def test_twice_has_one_effect(outs: list[TimeOut], wish: Wish) -> None:
    once = done(outs, wish)

    assert done(once, wish) == once


@given(wishes())
def test_wish_survives_being_kept(wish: Wish) -> None:
    assert Wish.from_json(wish.as_json()) == wish


# --- what is refused


@pytest.mark.parametrize(
    ("wish", "codes"),
    [
        (Wish(IDLE, TODAY, TODAY), []),
        (Wish(IDLE, day(-30), TODAY), []),
        (Wish(IDLE, day(-30), day(0)), ["IDLE_IS_OVER"]),
        (Wish(IDLE, day(9), day(8)), ["IDLE_ENDS_BEFORE_IT_BEGINS"]),
        (Wish(IDLE), ["PARTICIPATION_DAY_MISSING", "PARTICIPATION_DAY_MISSING"]),
        (Wish(IDLE, day(9), date(9999, 12, 31)), ["PARTICIPATION_DAY_TOO_FAR"]),
        (Wish(DISENROLL, day(2), reason="sold"), []),
        (Wish(DISENROLL, TODAY, reason="sold"), ["DISENROLL_NOT_IN_FUTURE"]),
        (Wish(DISENROLL, day(0)), ["DISENROLL_NEEDS_REASON", "DISENROLL_NOT_IN_FUTURE"]),
        (Wish(DISENROLL, day(2), day(9), "sold"), ["PARTICIPATION_DAY_NOT_USED"]),
        (Wish(DISENROLL, day(2), reason="x" * 301), ["PARTICIPATION_REASON_TOO_LONG"]),
        (Wish(PARTICIPATE), []),
        (Wish(PARTICIPATE, TODAY), []),
        (Wish(PARTICIPATE, day(0)), ["PARTICIPATE_IN_PAST"]),
    ],
)
def test_refusals(wish: Wish, codes: list[str]) -> None:
    found = [*unclear(wish), *untimely(wish, DENVER, NOW)]

    assert [one.code for one in found] == codes
    assert all(one.text and one.remedy and "{" not in one.text + one.remedy for one in found)


def test_today_is_where_the_meter_is() -> None:
    late = datetime(2026, 10, 2, 5, 0, tzinfo=UTC)  # October 1 in Denver and Los Angeles, October 2 in New York

    wish = Wish(DISENROLL, date(2026, 10, 2), reason="sold")
    zones = {name: ZoneInfo(name) for name in ("America/New_York", "America/Denver")}

    assert {name: today_in(zone, late).day for name, zone in zones.items()} == {
        "America/New_York": 2,
        "America/Denver": 1,
    }
    assert [one.code for one in untimely(wish, zones["America/New_York"], late)] == ["DISENROLL_NOT_IN_FUTURE"]
    assert list(untimely(wish, zones["America/Denver"], late)) == []


def test_days_become_local_midnights_over_the_change_of_clocks() -> None:
    [out] = done([], Wish(IDLE, date(2026, 10, 31), date(2026, 11, 1)))  # clocks go back in the night to November 1

    assert (out.starts_at, out.ends_at) == (
        datetime(2026, 10, 31, 6, tzinfo=UTC),
        datetime(2026, 11, 2, 7, tzinfo=UTC),
    )
    assert days_of(out, DENVER) == (date(2026, 10, 31), date(2026, 11, 1))
