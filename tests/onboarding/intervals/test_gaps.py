"""What is expected of a meter and which of it is missing, also against a reference that looks at one quarter-hour."""

from datetime import UTC, date, datetime, timedelta
from itertools import groupby

import pytest
from django.utils import timezone
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from onboarding.enrollment.models import Activation, ParticipationPeriod
from onboarding.intervals.coverage import day_counts
from onboarding.intervals.expected import Window, expected_of, partner_rules
from onboarding.intervals.gaps import current_gaps, due_gaps, gaps_of, present_quarter
from onboarding.intervals.models import IntervalUpload
from onboarding.intervals.quarters import first_quarter, hours_text, local_days, moment_of, quarter_at, share_text
from onboarding.meters.models import Meter
from portal.partners.models import Partner
from programs.deadlines import over_at
from programs.models import DeliveryPeriod, IntervalDataRule, Program
from tests.onboarding.enrollment.meters import activate, at, make_meter
from tests.onboarding.intervals.data import SEASON, active_meter, counted, every, put

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("catalogue")]
NOON = "2026-12-03T12:00"


def window(first="2026-11-01", last=NOON):
    return Window(first_quarter(at(first)), quarter_at(at(last)))


def told(gaps):
    """The gaps as (reference, type, start, end, deadline), times of UTC to the minute."""
    names = dict(Meter.objects.values_list("pk", "partner_reference"))
    return [
        (names[gap.meter], gap.data_type.schema, *(f"{one.astimezone(UTC):%m-%d %H:%M}" for one in times))
        for gap in gaps
        for times in [(gap.start, gap.end, gap.deadline)]
    ]


# --- what is expected


def test_a_meter_without_data_lacks_all_since_it_is_active_with_a_deadline_for_each_local_day(acme):
    active_meter(acme)

    assert told(gaps_of(acme, window())) == [
        ("m-1", "load", "12-01 05:00", "12-02 05:00", "12-09 05:00"),
        ("m-1", "load", "12-02 05:00", "12-03 05:00", "12-10 05:00"),
        ("m-1", "load", "12-03 05:00", "12-03 12:00", "12-11 05:00"),
    ]


def test_what_is_there_is_not_missing(acme):
    meter = active_meter(acme)
    put(meter, every(15, "2026-12-01T05:00", "2026-12-02T10:00"))
    put(meter, every(15, "2026-12-02T11:15", NOON))

    assert told(gaps_of(acme, window())) == [("m-1", "load", "12-02 10:00", "12-02 11:15", "12-10 05:00")]


def test_data_are_expected_up_to_the_last_quarter_hour_that_ended(acme):
    active_meter(acme, since="2026-12-03T05:00")

    assert told(gaps_of(acme, window(last="2026-12-03T05:44")))[0][2:4] == ("12-03 05:00", "12-03 05:30")
    assert told(gaps_of(acme, window(last="2026-12-03T05:14"))) == []


@pytest.mark.parametrize(
    ("since", "until", "season", "spans"),
    [
        ("2026-12-01T05:00", "2026-12-01T09:00", SEASON, [("12-01 05:00", "12-01 09:00")]),
        ("2026-12-01T05:07", "2026-12-01T09:20", SEASON, [("12-01 05:15", "12-01 09:15")]),
        ("2026-11-20T05:00", "2026-12-01T09:00", SEASON, [("12-01 05:00", "12-01 09:00")]),
        ("2026-11-30T20:00", "", "MA_DOER-CPS_2026_OCT_NOV", [("11-30 20:00", "12-01 05:00")]),
    ],
    ids=["until it ends", "whole quarter-hours", "not before the season", "not after the season"],
)
def test_data_are_expected_while_a_meter_is_active_in_a_season(acme, since, until, season, spans):
    active_meter(acme, since=since, until=until, season=season)

    assert [row[2:4] for row in told(gaps_of(acme, window()))] == spans


@pytest.mark.parametrize("preference", ["IDLE", "DISENROLL"])
def test_nothing_is_expected_while_a_meter_takes_no_part(acme, preference):
    meter = active_meter(acme)
    ParticipationPeriod.objects.create(
        partner=acme,
        meter=meter,
        preference=preference,
        starts_at=at("2026-12-02T05:00"),
        ends_at=at("2026-12-03T05:00") if preference == "IDLE" else None,
    )

    spans = [row[2:4] for row in told(gaps_of(acme, window()))]

    assert spans[0] == ("12-01 05:00", "12-02 05:00")
    assert spans[1:] == ([("12-03 05:00", "12-03 12:00")] if preference == "IDLE" else [])


def test_nothing_is_expected_of_an_archived_meter_nor_of_another_partners(acme, borealis):
    archived = active_meter(acme)
    active_meter(borealis, reference="theirs")
    assert len(gaps_of(acme, window())) == 3

    Meter.objects.filter(pk=archived.pk).update(is_archived=True)

    assert len(gaps_of(acme, window())) == 0
    assert len(gaps_of(borealis, window())) == 3


def test_data_that_utility_or_grid_operator_supply_are_not_asked_of_the_partner(acme):
    for number, (region, season) in enumerate(
        [("NYISO", "NYISO-SCR_2026_NOV_2027_APR"), ("CAISO", "CAISO-CCA_2026_DEC")]
    ):
        meter = make_meter(
            acme, programs=["NYISO-SCR" if number == 0 else "CCA"], region=region, reference=f"u-{number}"
        )
        activate(meter, season, since="2026-12-01T08:00")

    assert told(gaps_of(acme, window())) == []


def test_a_utility_meter_in_a_device_program_needs_the_partners_data_too(acme):
    meter = make_meter(acme, programs=["MA_DOER-CPS"], region="ISONE", meter_type="UTILITY_METER")
    activate(meter, SEASON, since="2026-12-03T05:00")

    assert [row[0] for row in told(gaps_of(acme, window()))] == ["m-1"]


def test_each_type_of_data_that_the_program_needs_is_expected(acme):
    IntervalDataRule.objects.filter(program__identifier="MA_DOER-CPS").update(needs_runtime=True)
    meter = active_meter(acme, since="2026-12-03T05:00")
    put(meter, every(15, "2026-12-03T05:00", NOON))

    assert [row[1] for row in told(gaps_of(acme, window()))] == ["runtime"]


def test_deadlines_by_month_make_one_gap_of_several_days(acme):
    IntervalDataRule.objects.update(days_to_submit=10, counted_from="month")
    active_meter(acme)

    assert told(gaps_of(acme, window())) == [("m-1", "load", "12-01 05:00", "12-03 12:00", "01-11 05:00")]


def test_of_two_programs_the_earlier_deadline_counts(acme):
    IntervalDataRule.objects.filter(program__identifier="MA_DOER-CPS").update(days_to_submit=3)
    season = DeliveryPeriod.objects.create(
        program=Program.objects.get(identifier="NATGRID-CS"),
        name="NATGRID-CS_2026_DEC",
        starts_at=at("2026-12-01T05:00"),
        ends_at=at("2026-12-31T05:00"),
    )
    meter = active_meter(acme, since="2026-12-02T17:00")
    activate(meter, season.name, since="2026-12-02T05:00")

    assert told(gaps_of(acme, window())) == [
        ("m-1", "load", "12-02 05:00", "12-02 17:00", "12-10 05:00"),
        ("m-1", "load", "12-02 17:00", "12-03 05:00", "12-06 05:00"),
        ("m-1", "load", "12-03 05:00", "12-03 12:00", "12-07 05:00"),
    ]
    assert [gap.programs for gap in gaps_of(acme, window())] == [
        ("NATGRID-CS",),
        ("MA_DOER-CPS", "NATGRID-CS"),
        ("MA_DOER-CPS", "NATGRID-CS"),
    ]
    assert [row[4] for row in told(gaps_of(acme, window(), program="NATGRID-CS"))] == ["12-10 05:00", "12-11 05:00"]


# --- series of other lengths


def test_an_hour_covers_its_four_quarter_hours_and_three_of_five_minutes_one(acme):
    meter = active_meter(acme, since="2026-12-03T05:00")
    put(meter, every(60, "2026-12-03T05:00", "2026-12-03T07:00"), minutes=60)
    put(meter, every(30, "2026-12-03T07:30", "2026-12-03T08:00"), minutes=30)
    put(meter, every(5, "2026-12-03T08:00", "2026-12-03T08:25"), minutes=5)

    assert [row[2:4] for row in told(gaps_of(acme, window()))] == [
        ("12-03 07:00", "12-03 07:30"),
        ("12-03 08:15", "12-03 12:00"),
    ]


# --- what is being stored


def test_gaps_of_series_that_an_upload_is_storing_are_processing(acme):
    meter, other = (active_meter(acme, since="2026-12-03T05:00", reference=name) for name in ("m-1", "m-2"))
    series = put(meter, every(15, "2026-12-03T05:00", "2026-12-03T06:00"))
    put(other, every(15, "2026-12-03T05:00", "2026-12-03T06:00"))
    about = {"partner": acme, "way": "page", "actor": {}, "size": 1, "sha256": "0", "pending_series": [series.pk]}
    upload = IntervalUpload.objects.create(**about, state="PROCESSING")

    assert {gap.meter: gap.status for gap in gaps_of(acme, window())} == {meter.pk: "PROCESSING", other.pk: "OPEN"}

    IntervalUpload.objects.filter(pk=upload.pk).update(state="COMPLETED")
    assert {gap.status for gap in gaps_of(acme, window())} == {"OPEN"}


# --- which gaps are listed


def test_gaps_are_listed_until_a_month_after_their_deadline(acme, time_machine):
    active_meter(acme, until="2026-12-02T05:00")

    listed = {}
    for moment in ("2026-12-01T10:00", "2026-12-02T10:00", "2027-01-09T04:59", "2027-01-09T05:16"):
        time_machine.move_to(at(moment), tick=False)
        listed[moment] = [row[2:4] for row in told(current_gaps(acme))]

    assert listed == {
        "2026-12-01T10:00": [("12-01 05:00", "12-01 10:00")],
        "2026-12-02T10:00": [("12-01 05:00", "12-02 05:00")],
        "2027-01-09T04:59": [("12-01 05:00", "12-02 05:00")],
        "2027-01-09T05:16": [],
    }


def test_gaps_of_days_that_are_over_by_each_programs_clock(acme, time_machine):
    active_meter(acme)
    time_machine.move_to(at("2026-12-03T04:00"), tick=False)

    assert [row[2:4] for row in told(current_gaps(acme, until=date(2026, 12, 2)))] == [("12-01 05:00", "12-02 05:00")]
    assert [row[2:4] for row in told(current_gaps(acme))][-1] == ("12-02 05:00", "12-03 04:00")


def test_gaps_by_deadline_name_programs_meters_and_what_is_missing(acme):
    active_meter(acme, since="2026-12-02T05:00")
    active_meter(acme, since="2026-12-02T17:00", reference="m-2")

    due = due_gaps(gaps_of(acme, window()))

    assert [(one.deadline.isoformat(), one.programs, one.meters, one.quarters, one.working) for one in due] == [
        ("2026-12-10T00:00:00-05:00", (("MA_DOER-CPS", "Clean Peak Standard"),), 2, 96 + 48, 0),
        ("2026-12-11T00:00:00-05:00", (("MA_DOER-CPS", "Clean Peak Standard"),), 2, 28 * 2, 0),
    ]


# --- queries


@pytest.mark.parametrize("count", [1, 3])
def test_gaps_of_any_number_of_meters_take_the_same_queries(acme, count, django_assert_num_queries):
    for number in range(count):
        put(active_meter(acme, reference=f"m-{number}"), every(15, "2026-12-01T05:00", "2026-12-01T06:00"))
    looked_at = window()

    with django_assert_num_queries(counted(7)):
        assert len(gaps_of(acme, looked_at)) == 3 * count


def test_many_meters_are_looked_at_some_at_a_time(acme, monkeypatch):
    for number in range(3):
        put(active_meter(acme, reference=f"m-{number}"), every(15, "2026-12-01T05:00", f"2026-12-01T0{6 + number}:00"))
    at_once = told(gaps_of(acme, window()))

    monkeypatch.setattr("onboarding.intervals.coverage.CELLS", 4000)

    assert told(gaps_of(acme, window())) == at_once


# --- days


@pytest.mark.parametrize(
    ("day", "length"), [(date(2027, 3, 14), 92), (date(2026, 11, 1), 100), (date(2026, 12, 1), 96)]
)
def test_days_of_the_change_of_clocks_have_their_own_length(day, length):
    zone = next(iter(partner_rules().values())).zone
    start = first_quarter(datetime(day.year, day.month, day.day, tzinfo=zone))

    ((first, begin, end),) = local_days(start, start + length, zone)

    assert (first, begin, end - begin) == (day, start, length)


def test_counts_by_day_agree_with_the_gaps(acme):
    meter = active_meter(acme)
    put(meter, every(15, "2026-12-01T05:00", "2026-12-02T10:00"))
    looked_at = window("2026-12-01T05:00")
    rule = next(rule for rule in partner_rules().values() if rule.identifier == "MA_DOER-CPS")

    (counts,) = day_counts(
        acme, expected_of(acme, looked_at), rule, local_days(looked_at.first, looked_at.last, rule.zone)
    )

    assert counts.expected.tolist() == [[96, 96, 28]]
    assert counts.missing.tolist() == [[0, 76, 28]]
    assert int(counts.missing.sum()) == gaps_of(acme, looked_at).quarters


@pytest.mark.parametrize(
    ("quarters", "text"), [(0, "0 min"), (1, "15 min"), (4, "1 h"), (9, "2 h 15 min"), (4004, "1,001 h")]
)
def test_lengths_in_words(quarters, text):
    assert hours_text(quarters) == text


@pytest.mark.parametrize(
    ("part", "whole", "text"), [(0, 0, ""), (999, 1000, "99%"), (1000, 1000, "100%"), (0, 5, "0%")]
)
def test_a_share_is_whole_only_when_nothing_is_missing(part, whole, text):
    assert share_text(part, whole) == text


# --- against the reference

DAY = datetime(2027, 3, 13, tzinfo=UTC)  # the clocks change on the 14th
MOMENTS = st.integers(0, 4 * 24 * 12).map(lambda five: DAY + timedelta(minutes=5 * five))


def _maybe(strategy):
    return st.one_of(st.none(), strategy)


ACTIVE = st.tuples(st.sampled_from(["MA_DOER-CPS", "CEC-DSGS"]), MOMENTS, _maybe(MOMENTS))
STORED = st.tuples(st.sampled_from([5, 15, 30, 60]), MOMENTS, MOMENTS)
METER = st.tuples(
    st.lists(ACTIVE, max_size=3),
    st.lists(st.tuples(MOMENTS, _maybe(MOMENTS)), max_size=2),
    st.lists(STORED, max_size=4),
)


class GapsAgreeWithAReference(TestCase):
    """Hypothesis takes back what each example writes."""

    @settings(max_examples=40)
    @given(
        meters=st.lists(METER, min_size=1, max_size=3),
        first=MOMENTS,
        last=MOMENTS,
        rules=st.tuples(st.integers(0, 9), st.sampled_from(["day", "month"]), st.integers(0, 9)),
    )
    def test_gaps(self, meters, first, last, rules):
        partner = Partner.objects.create(name="Hypothesis", slug="hypothesis")
        IntervalDataRule.objects.filter(program__identifier="MA_DOER-CPS").update(
            days_to_submit=rules[0], counted_from=rules[1]
        )
        IntervalDataRule.objects.filter(program__identifier="CEC-DSGS").update(days_to_submit=rules[2])
        seasons = {
            name: DeliveryPeriod.objects.create(
                program=Program.objects.get(identifier=name),
                name=f"{name}_2027_MAR_TEST",
                starts_at=datetime(2027, 3, 13, 5, tzinfo=UTC),
                ends_at=datetime(2027, 3, 15, 4, tzinfo=UTC),
            )
            for name in ("MA_DOER-CPS", "CEC-DSGS")
        }
        made = []
        for number, (active, idle, stored) in enumerate(meters):
            meter = make_meter(partner, programs=[], region="ISONE", reference=f"m-{number}", evaluated=False)
            for name, since, until in active:
                if until and since <= until:
                    activation = {"active_from": since, "active_to": until}
                    Activation.objects.create(partner=partner, meter=meter, period=seasons[name], **activation)
            for starts_at, ends_at in idle:
                if ends_at is None or starts_at < ends_at:
                    ParticipationPeriod.objects.create(
                        partner=partner, meter=meter, preference="IDLE", starts_at=starts_at, ends_at=ends_at
                    )
            for minutes, since, until in stored:
                begin = since - timedelta(minutes=(since - DAY) // timedelta(minutes=1) % minutes)
                begins = [
                    begin + timedelta(minutes=minutes * n) for n in range((until - begin) // timedelta(minutes=minutes))
                ]
                put(meter, begins, minutes=minutes)
            made.append((meter, stored))

        looked_at = Window(first_quarter(first), quarter_at(last))
        answer = [(gap.meter, gap.start, gap.end, gap.deadline) for gap in gaps_of(partner, looked_at)]

        assert answer == sorted(gap for meter, stored in made for gap in reference(meter, stored, first, last))


def begins_of(minutes, since, until):
    """The beginnings of intervals from the one in which `since` lies, until another moment."""
    length = timedelta(minutes=minutes)
    begin = since - (since - DAY) % length
    return [begin + length * n for n in range((until - begin) // length)]


def reference(meter, stored, first, last):
    """The gaps of a meter, active quarter-hour after the other."""
    quarter = timedelta(minutes=15)
    covered = set()
    for minutes, since, until in stored:
        for start in begins_of(minutes, since, until):
            covered |= {start + timedelta(minutes=five) for five in range(0, minutes, 5)}
    activations = list(meter.activations.select_related("period__program__interval_data_rule"))
    out_periods = list(meter.participation.all())
    at, deadlines = DAY, []
    while at < DAY + timedelta(days=5):
        end, due = at + quarter, None
        is_out = any(out.starts_at < end and (out.ends_at is None or at < out.ends_at) for out in out_periods)
        if first <= at and end <= last and not is_out:
            due = min(
                (
                    active.period.program.interval_data_rule.submission_deadline(
                        at.astimezone(active.period.program.zone).date()
                    )
                    for active in activations
                    if max(active.active_from, active.period.starts_at) <= at
                    and end <= min(active.active_to, over_at(active.period.ends_at, active.period.program.zone))
                ),
                default=None,
            )
        is_there = all(at + timedelta(minutes=five) in covered for five in (0, 5, 10))
        deadlines.append((at, None if is_there else due))
        at = end
    for due, run in groupby(deadlines, key=lambda pair: pair[1]):
        if due is not None:
            begins = [at for at, _ in run]
            yield meter.pk, begins[0], begins[-1] + quarter, due


def test_now_is_the_default(acme):
    assert present_quarter() == quarter_at(timezone.now())
    assert moment_of(quarter_at(at("2026-12-01T05:14"))) == at("2026-12-01T05:00")
