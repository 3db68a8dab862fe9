"""The rules of participation, for unusual periods and requests: what overlaps gives way, the rest stays."""

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from onboarding.enrollment.facts import OutPeriod
from onboarding.enrollment.models import Preference
from onboarding.participation.rules import (
    ParticipationRequest,
    after,
    begins,
    days_of,
    overridden,
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


def idle(first: int, last: int, reason: str = "") -> OutPeriod:
    return OutPeriod("IDLE", begins(day(first), DENVER), begins(day(last + 1), DENVER), reason)


def disenrolled(first: int, last: int | None = None, reason: str = "sold") -> OutPeriod:
    return OutPeriod("DISENROLL", begins(day(first), DENVER), begins(day(last + 1), DENVER) if last else None, reason)


def done(periods: list[OutPeriod], requested: ParticipationRequest) -> list[OutPeriod]:
    return after(periods, requested, DENVER, NOW)


@pytest.mark.parametrize(
    ("periods", "requested", "expected"),
    [
        ([], ParticipationRequest(IDLE, day(10), day(20)), [idle(10, 20)]),
        ([idle(1, 5)], ParticipationRequest(IDLE, day(10), day(20)), [idle(1, 5), idle(10, 20)]),
        ([idle(1, 9)], ParticipationRequest(IDLE, day(10), day(20)), [idle(1, 9), idle(10, 20)]),
        ([idle(1, 12, "a")], ParticipationRequest(IDLE, day(10), day(20)), [idle(1, 9, "a"), idle(10, 20)]),
        ([idle(15, 25, "a")], ParticipationRequest(IDLE, day(10), day(20)), [idle(10, 20), idle(21, 25, "a")]),
        ([idle(12, 13, "a")], ParticipationRequest(IDLE, day(10), day(20)), [idle(10, 20)]),
        (
            [idle(1, 30, "a")],
            ParticipationRequest(IDLE, day(10), day(20)),
            [idle(1, 9, "a"), idle(10, 20), idle(21, 30, "a")],
        ),
        (
            [disenrolled(5)],
            ParticipationRequest(IDLE, day(10), day(20)),
            [disenrolled(5, 9), idle(10, 20), disenrolled(21)],
        ),
        ([disenrolled(15)], ParticipationRequest(IDLE, day(10), day(20)), [idle(10, 20), disenrolled(21)]),
        ([idle(10, 20)], ParticipationRequest(IDLE, day(10), day(20)), [idle(10, 20)]),
        (
            [idle(1, 12), idle(20, 25)],
            ParticipationRequest(DISENROLL, day(10), reason="sold"),
            [idle(1, 9), disenrolled(10)],
        ),
        ([disenrolled(20)], ParticipationRequest(DISENROLL, day(10), reason="sold"), [disenrolled(10)]),
        ([disenrolled(5)], ParticipationRequest(DISENROLL, day(10), reason="moved"), [disenrolled(5)]),
        ([idle(1, 12), idle(20, 25)], ParticipationRequest(PARTICIPATE, day(10)), [idle(1, 9)]),
        ([disenrolled(5)], ParticipationRequest(PARTICIPATE, day(10)), [disenrolled(5, 9)]),
        ([idle(-3, 12)], ParticipationRequest(PARTICIPATE), [idle(-3, 0)]),
        ([idle(1, 12)], ParticipationRequest(PARTICIPATE), []),
    ],
)
def test_what_overlaps_gives_way(
    periods: list[OutPeriod], requested: ParticipationRequest, expected: list[OutPeriod]
) -> None:
    assert done(periods, requested) == expected


def test_overridden_periods_are_named() -> None:
    periods = [idle(1, 12), idle(14, 15), idle(25, 26)]
    requested = ParticipationRequest(IDLE, day(10), day(20))

    assert overridden(periods, done(periods, requested), requested) == [idle(1, 12), idle(14, 15)]
    assert overridden(periods, [], ParticipationRequest(PARTICIPATE)) == []


# --- for any periods and any request

_DAYS = st.integers(1, 60)


@st.composite
def period_lists(draw: st.DrawFn) -> list[OutPeriod]:
    """Periods that do not overlap, some touching, the last perhaps without an end."""
    edges = sorted(draw(st.sets(st.integers(-20, 70), max_size=8)))
    kept = [
        idle(first, last - 1, draw(st.sampled_from(["", "a"])))
        if draw(st.booleans())
        else disenrolled(first, last - 1, "b")
        for first, last in pairwise(edges)
        if draw(st.booleans()) and last - 1 > 0
    ]
    if edges and draw(st.booleans()):
        kept.append(disenrolled(edges[-1]))
    return kept


@st.composite
def requests(draw: st.DrawFn) -> ParticipationRequest:
    what, first = draw(st.sampled_from(Preference)), draw(_DAYS)
    last = day(first + draw(st.integers(0, 30))) if what == IDLE else None
    return ParticipationRequest(what, day(first), last, draw(st.sampled_from(["", "c"])) if what != PARTICIPATE else "")


def preference_at(periods: list[OutPeriod], at: datetime) -> tuple[str, str]:
    covering = [one for one in periods if one.starts_at <= at and (one.ends_at is None or at < one.ends_at)]
    assert len(covering) <= 1
    return (covering[0].preference, covering[0].reason) if covering else ("PARTICIPATE", "")


@given(period_lists(), requests())
def test_inside_the_request_it_holds_and_outside_nothing_changes(
    periods: list[OutPeriod], requested: ParticipationRequest
) -> None:
    after = done(periods, requested)

    start, end = window(requested, DENVER, NOW)
    for number in range(-25, 120):
        noon = begins(day(number), DENVER) + timedelta(hours=12)
        if noon < start or (end is not None and noon >= end):
            assert preference_at(after, noon) == preference_at(periods, noon)
        else:
            assert preference_at(after, noon)[0] == requested.preference


@given(period_lists(), requests())
def test_periods_never_overlap_are_in_order_and_end_after_they_begin(
    periods: list[OutPeriod], requested: ParticipationRequest
) -> None:
    after = done(periods, requested)

    assert all(one.ends_at is None or one.starts_at < one.ends_at for one in after)
    assert all(one.ends_at and one.ends_at <= other.starts_at for one, other in pairwise(after))


@given(period_lists(), requests())
def test_twice_has_one_effect(periods: list[OutPeriod], requested: ParticipationRequest) -> None:
    once = done(periods, requested)

    assert done(once, requested) == once


@given(requests())
def test_request_survives_being_kept(requested: ParticipationRequest) -> None:
    assert ParticipationRequest.from_json(requested.as_json()) == requested


# --- what is refused


@pytest.mark.parametrize(
    ("requested", "codes"),
    [
        (ParticipationRequest(IDLE, TODAY, TODAY), []),
        (ParticipationRequest(IDLE, day(-30), TODAY), []),
        (ParticipationRequest(IDLE, day(-30), day(0)), ["IDLE_IS_OVER"]),
        (ParticipationRequest(IDLE, day(9), day(8)), ["IDLE_ENDS_BEFORE_IT_BEGINS"]),
        (ParticipationRequest(IDLE), ["PARTICIPATION_DAY_MISSING", "PARTICIPATION_DAY_MISSING"]),
        (ParticipationRequest(IDLE, day(9), date(9999, 12, 31)), ["PARTICIPATION_DAY_TOO_FAR"]),
        (ParticipationRequest(DISENROLL, day(2), reason="sold"), []),
        (ParticipationRequest(DISENROLL, TODAY, reason="sold"), ["DISENROLL_NOT_IN_FUTURE"]),
        (ParticipationRequest(DISENROLL, day(0)), ["DISENROLL_NEEDS_REASON", "DISENROLL_NOT_IN_FUTURE"]),
        (ParticipationRequest(DISENROLL, day(2), day(9), "sold"), ["PARTICIPATION_DAY_NOT_USED"]),
        (ParticipationRequest(DISENROLL, day(2), reason="x" * 301), ["PARTICIPATION_REASON_TOO_LONG"]),
        (ParticipationRequest(PARTICIPATE), []),
        (ParticipationRequest(PARTICIPATE, TODAY), []),
        (ParticipationRequest(PARTICIPATE, day(0)), ["PARTICIPATE_IN_PAST"]),
    ],
)
def test_refusals(requested: ParticipationRequest, codes: list[str]) -> None:
    problems = [*unclear(requested), *untimely(requested, DENVER, NOW)]

    assert [one.code for one in problems] == codes
    assert all(one.text and one.remedy and "{" not in one.text + one.remedy for one in problems)


def test_today_is_where_the_meter_is() -> None:
    late = datetime(2026, 10, 2, 5, 0, tzinfo=UTC)  # October 1 in Denver and Los Angeles, October 2 in New York

    requested = ParticipationRequest(DISENROLL, date(2026, 10, 2), reason="sold")
    zones = {name: ZoneInfo(name) for name in ("America/New_York", "America/Denver")}

    assert {name: today_in(zone, late).day for name, zone in zones.items()} == {
        "America/New_York": 2,
        "America/Denver": 1,
    }
    assert [one.code for one in untimely(requested, zones["America/New_York"], late)] == ["DISENROLL_NOT_IN_FUTURE"]
    assert list(untimely(requested, zones["America/Denver"], late)) == []


def test_days_become_local_midnights_over_the_change_of_clocks() -> None:
    [out] = done(
        [], ParticipationRequest(IDLE, date(2026, 10, 31), date(2026, 11, 1))
    )  # clocks go back in the night to November 1

    assert (out.starts_at, out.ends_at) == (
        datetime(2026, 10, 31, 6, tzinfo=UTC),
        datetime(2026, 11, 2, 7, tzinfo=UTC),
    )
    assert days_of(out, DENVER) == (date(2026, 10, 31), date(2026, 11, 1))


@pytest.mark.parametrize(
    ("day", "is_far"),
    [(date(1999, 12, 31), True), (date(2000, 1, 1), False), (date(2099, 12, 31), False), (date(2100, 1, 1), True)],
)
def test_years_that_can_be_meant(day: date, is_far: bool) -> None:
    problems = list(unclear(ParticipationRequest(PARTICIPATE, day)))

    assert [one.code for one in problems] == (["PARTICIPATION_DAY_TOO_FAR"] if is_far else [])


def test_days_begin_at_local_midnights_in_utc() -> None:
    start, end = window(ParticipationRequest(IDLE, day(1), day(1)), DENVER, NOW)

    assert (start.tzinfo, end.tzinfo if end else None) == (UTC, UTC)
    assert (start, end) == (datetime(2026, 10, 1, 6, tzinfo=UTC), datetime(2026, 10, 2, 6, tzinfo=UTC))
