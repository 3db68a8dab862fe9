"""What is known of a meter, at the moments at which it begins and ends to count. Pure."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from onboarding.enrollment.facts import Activated, MeterFacts, OutPeriod, Recorded, boundary
from onboarding.enrollment.rules import Exclusion, PeriodRules, ProgramRules, Source
from programs.deadlines import DeadlineRule
from programs.models import Boundary

DENVER = ZoneInfo("America/Denver")
SECOND = timedelta(seconds=1)


def on(month: int, day: int = 1) -> datetime:
    return datetime(2027, month, day, tzinfo=DENVER)


def deadline(by: datetime, active: datetime) -> DeadlineRule:
    return DeadlineRule(by, by, active)


MADE_FIRST, MADE_LAST = deadline(on(3), on(5)), deadline(on(4), on(6))
SUMMER = PeriodRules(1, "Summer", on(5), on(9, 30), on(10), (MADE_LAST, MADE_FIRST))
WINTER = PeriodRules(2, "Winter", on(11), on(12, 30), on(12, 31), ())
SOURCE = Source("rule 1")
PROGRAM = ProgramRules(
    pk=7,
    identifier="P",
    name="P",
    transmission_region="CAISO",
    meter_types=frozenset({"DEVICE"}),
    states=frozenset(),
    utilities=frozenset(),
    needs_authorization=False,
    is_partner_created=True,
    leaves_at=Boundary.MONTH,
    periods_ahead=2,
    zone=DENVER,
    source=SOURCE,
    periods=(SUMMER, WINTER),
    recorded=(),
    exclusions=(),
    actions={},
)


def recorded(code: str, program: int | None = None, period: int | None = None, **more: Any) -> Recorded:
    known = {"valid_from": on(1), "valid_to": None} | more
    return Recorded("A", holds=True, program=program, period=period, code=code, note="", recorded_by="", **known)


def activated(period: int, since: datetime, until: datetime | None = None) -> Activated:
    return Activated(period, since, until, None, "")


# --- records


@pytest.mark.parametrize(
    ("at", "counts"), [(on(2) - SECOND, False), (on(2), True), (on(3) - SECOND, True), (on(3), False)]
)
def test_record_counts_from_its_beginning_until_before_its_end(at: datetime, counts: bool) -> None:
    assert recorded("", valid_from=on(2), valid_to=on(3)).covers(7, 1, at) is counts


@pytest.mark.parametrize(
    ("program", "period", "counts"),
    [(None, None, True), (7, None, True), (7, 1, True), (None, 1, True), (8, None, False), (7, 2, False)],
)
def test_record_of_another_program_or_period_does_not_count(program: Any, period: Any, counts: bool) -> None:
    assert recorded("", program, period).covers(7, 1, on(2)) is counts


@pytest.mark.parametrize(
    ("records", "code"),
    [
        ([], None),
        ([recorded("old"), recorded("new", valid_from=on(2))], "new"),
        ([recorded("new", valid_from=on(2)), recorded("old")], "new"),
        ([recorded("program", 7), recorded("general", valid_from=on(2))], "program"),
        ([recorded("period", 7, 1), recorded("program", 7, valid_from=on(2))], "period"),
        ([recorded("period", None, 1), recorded("program", 7, valid_from=on(2))], "period"),
        ([recorded("ended", 7, valid_to=on(2)), recorded("general")], "general"),
        ([replace(recorded("other item", 7), action_type="B"), recorded("general")], "general"),
    ],
)
def test_nearest_record_wins_and_among_those_the_newest(records: list[Recorded], code: str | None) -> None:
    actual = MeterFacts({}, records=records).record("A", 7, 1, on(3))

    assert (actual and actual.code) == code


# --- activations


@pytest.mark.parametrize(
    ("at", "counts"), [(on(5) - SECOND, False), (on(5), True), (on(6) - SECOND, True), (on(6), False)]
)
def test_activation_covers_its_beginning_and_not_its_end(at: datetime, counts: bool) -> None:
    assert activated(1, on(5), on(6)).covers(at) is counts


def test_activation_that_covers_the_moment_goes_before_a_later_one() -> None:
    first, second, other = activated(1, on(5), on(6)), activated(1, on(7)), activated(2, on(11))
    facts = MeterFacts({}, activations=[other, second, first])

    assert (facts.activation(1), facts.activation(1, on(5, 20))) == (second, first)
    assert (facts.activation(1, on(6, 20)), facts.activation(1, on(8)), facts.activation(3)) == (second, second, None)


# --- times out


def out(preference: str, since: datetime, until: datetime | None = None) -> OutPeriod:
    return OutPeriod(preference, since, until, "")


@pytest.mark.parametrize(
    ("at", "is_out"), [(on(6) - SECOND, False), (on(6), True), (on(7) - SECOND, True), (on(7), False)]
)
def test_meter_is_out_from_the_beginning_until_before_the_end(at: datetime, is_out: bool) -> None:
    idle = out("IDLE", on(6), on(7))

    assert MeterFacts({}, out_periods=[idle]).out_at(PROGRAM, at) == (idle if is_out else None)


@pytest.mark.parametrize(
    ("preference", "since", "leaves_at", "expected"),
    [
        ("DISENROLL", on(6, 10), Boundary.MONTH, on(7)),
        ("DISENROLL", on(9, 10), Boundary.MONTH, on(10)),
        ("DISENROLL", on(6, 10), Boundary.PERIOD, on(10)),
        ("DISENROLL", on(5), Boundary.MONTH, on(6)),
        ("DISENROLL", on(5) - SECOND, Boundary.MONTH, on(5) - SECOND),
        ("DISENROLL", on(10), Boundary.MONTH, on(10)),
        ("IDLE", on(6, 10), Boundary.MONTH, on(6, 10)),
    ],
)
def test_active_meter_that_disenrolls_is_out_at_the_boundary(
    preference: str, since: datetime, leaves_at: str, expected: datetime
) -> None:
    program = replace(PROGRAM, leaves_at=leaves_at)
    facts = MeterFacts({}, activations=[activated(1, on(5))])

    assert facts.out_from(program, out(preference, since)) == expected
    assert MeterFacts({}).out_from(program, out(preference, since)) == since


def test_month_is_cut_by_the_end_of_the_period() -> None:
    short = replace(SUMMER, over_at=on(9, 15))

    assert (boundary(PROGRAM, short, on(9, 10)), boundary(PROGRAM, short, on(8, 31))) == (on(9, 15), on(9))


@pytest.mark.parametrize(
    ("periods", "is_out"),
    [
        ([], False),
        ([out("IDLE", on(5), on(10))], True),
        ([out("IDLE", on(5))], True),
        ([out("IDLE", on(5), on(7)), out("IDLE", on(7), on(10))], True),
        ([out("IDLE", on(5), on(7)), out("IDLE", on(7) + SECOND, on(10))], False),
        ([out("IDLE", on(5), on(10) - SECOND)], False),
        ([out("IDLE", on(5) + SECOND, on(10))], False),
    ],
)
def test_meter_is_out_for_a_time_only_without_a_gap(periods: list[OutPeriod], is_out: bool) -> None:
    assert MeterFacts({}, out_periods=periods).is_out_until(PROGRAM, on(5), on(10)) is is_out


# --- deadlines that were made


def test_turns_are_all_moments_at_which_something_begins_or_ends() -> None:
    facts = MeterFacts(
        {},
        out_periods=[out("IDLE", on(1), on(2)), out("DISENROLL", on(6, 10))],
        records=[recorded("", valid_from=on(3), valid_to=on(4)), recorded("", valid_from=on(4, 2))],
        activations=[activated(1, on(5)), activated(2, on(11), on(12))],
    )

    expected = {on(1), on(2), on(6, 10), on(7), on(3), on(4), on(4, 2), on(5), on(11), on(12)}
    assert set(facts.turns(PROGRAM)) == expected


# --- the rules that these facts meet


@pytest.mark.parametrize(
    ("day", "applies"),
    [(date(2027, 1, 1), False), (date(2027, 1, 2), True), (date(2027, 1, 5), True), (date(2027, 1, 6), False)],
)
def test_source_holds_on_its_first_and_last_day(day: date, applies: bool) -> None:
    assert Source("", valid_from=date(2027, 1, 2), valid_to=date(2027, 1, 5)).applies(day) is applies


def excluded(utility: str = "", classification: str = "", path: str = "", *, allowed: bool = False) -> Exclusion:
    return Exclusion("Q", utility, classification, path, allowed, f"{utility}/{classification}", SOURCE)


@pytest.mark.parametrize(
    ("rows", "note"),
    [
        ([], None),
        ([excluded()], "/"),
        ([excluded(), excluded("PGE")], "PGE/"),
        ([excluded(classification="RES"), excluded("PGE")], "PGE/"),
        ([excluded(classification="RES"), excluded()], "/RES"),
        ([excluded("PGE", "RES"), excluded("PGE")], "PGE/RES"),
        ([excluded("SCE"), excluded(classification="COM")], None),
        ([excluded(path="grid services")], None),
        ([replace(excluded(), other="R")], None),
        ([replace(excluded(), source=Source("", valid_to=date(2027, 1, 1)))], None),
    ],
)
def test_most_specific_row_decides_about_another_program(rows: list[Exclusion], note: str | None) -> None:
    program = replace(PROGRAM, exclusions=tuple(rows))

    actual = program.exclusion_of("Q", utility="PGE", classes=["RES"], on=date(2027, 2, 1))

    assert (actual and actual.note) == note


def test_only_what_is_not_allowed_is_excluded() -> None:
    rows = (excluded(), replace(excluded(allowed=True), other="R"))

    assert replace(PROGRAM, exclusions=rows).excluded == {"Q"}


@pytest.mark.parametrize(
    ("at", "shown", "leading"),
    [
        (on(1), [1, 2], 1),
        (on(4), [1, 2], 1),
        (on(10) - SECOND, [1, 2], 1),
        (on(10), [2], 2),
        (on(12, 31), [], None),
        (datetime(2026, 4, 30, tzinfo=DENVER) + SECOND, [1], 1),
        (datetime(2026, 4, 30, tzinfo=DENVER), [], None),  # 366 days
    ],
)
def test_periods_are_shown_for_a_year_ahead_until_they_are_over(
    at: datetime, shown: list[int], leading: int | None
) -> None:
    first = PROGRAM.leading_period(at)

    assert [one.pk for one in PROGRAM.shown_periods(at)] == shown
    assert (first and first.pk) == leading


def test_leading_period_is_the_first_with_a_deadline_ahead() -> None:
    winter = replace(WINTER, deadlines=(deadline(on(10), on(11)),))
    program = replace(PROGRAM, periods=(SUMMER, winter))

    leads = [program.leading_period(at) for at in (on(4) - SECOND, on(4))]

    assert [one and one.pk for one in leads] == [1, 2]
    assert [one.pk for one in replace(program, periods_ahead=1).shown_periods(on(4))] == [1]


def test_requirements_are_those_of_the_day_on_which_the_period_begins_or_of_today() -> None:
    late = datetime(2027, 6, 11, 3, tzinfo=UTC)  # in Denver it is still the tenth

    assert [PROGRAM.asked_on(at) for at in (on(2), late, on(12, 31))] == [
        date(2027, 5, 1),
        date(2027, 6, 10),
        date(2027, 12, 31),
    ]


@pytest.mark.parametrize(
    ("region", "kind", "takes"), [("CAISO", "DEVICE", True), ("NYISO", "DEVICE", False), ("CAISO", "OTHER", False)]
)
def test_program_takes_meters_of_its_region_and_types(region: str, kind: str, takes: bool) -> None:
    assert PROGRAM.takes(region, kind) is takes
