"""The pages of coverage, of what is missing, and of one meter's data."""

import csv
import io
from datetime import UTC, datetime

import pytest
from django.urls import reverse

from onboarding.enrollment.models import ParticipationPeriod
from onboarding.intervals.energy import daily_energy
from onboarding.intervals.meter_data import corrections_of, interval_chart, meter_data, series_of_meter
from onboarding.intervals.models import DataType, IntervalUpload
from onboarding.participation.zones import zone_of
from programs.models import IntervalDataRule
from tests.onboarding.enrollment.meters import activate, at, make_meter
from tests.onboarding.intervals.data import active_meter, counted, every, put, source_of
from tests.programs.test_pages import text_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("catalogue")]


@pytest.fixture(autouse=True)
def december(time_machine):
    time_machine.move_to(datetime(2026, 12, 3, 12, 5, tzinfo=UTC), tick=False)


@pytest.fixture
def page(client_of, manager):
    def get(name, query="", *args, status=200):
        answer = client_of(manager).get(f"{reverse(name, args=args)}{query}")
        assert answer.status_code == status, answer.content
        return answer

    return get


def lines_of(answer):
    return list(csv.DictReader(io.StringIO(b"".join(answer.streaming_content).decode("utf-8-sig"))))


# --- coverage


def test_coverage_of_a_month_by_program_and_meter(acme, page):
    full, part = active_meter(acme), active_meter(acme, reference="m-2")
    put(full, every(15, "2026-12-01T05:00", "2026-12-03T12:00"))
    put(part, every(15, "2026-12-01T05:00", "2026-12-03T05:00"))

    answer = page("interval-coverage")

    (month,) = answer.context["months"]
    assert (month.rule.identifier, month.meters, month.meters_missing) == ("MA_DOER-CPS", 2, 1)
    assert (month.expected, month.missing, month.share) == (2 * 220, 28, "93%")
    rows = [(row.reference, row.share, row.missing_text) for row in answer.context["rows"]]
    assert rows == [("m-2", "87%", "7 h on 1 day"), ("m-1", "100%", "")]
    assert [box.kind for box in answer.context["rows"][0].strip.boxes] == ["full", "full", "missing"]
    by_day = [(day.day, expected, missing) for day, expected, missing in month.by_day]
    assert by_day[:4] == [(1, 192, 0), (2, 192, 0), (3, 56, 28), (4, 0, 0)]


def test_percentages_agree_with_the_list_of_gaps(acme, page):
    for number, until in enumerate(("2026-12-01T09:15", "2026-12-02T23:00", "2026-12-03T12:00")):
        put(active_meter(acme, reference=f"m-{number}"), every(15, "2026-12-01T05:00", until))

    (month,) = page("interval-coverage", "?month=2026-12").context["months"]
    listed = lines_of(page("interval-gaps-export", "?month=2026-12&program=MA_DOER-CPS"))

    assert month.missing == sum(int(line["quarter_hours"]) for line in listed) == 203 + 52
    assert month.meters_missing == len({line["meter_id"] for line in listed})


def test_months_are_stepped_through_by_each_programs_clock(acme, page):
    active_meter(acme, since="2026-11-29T05:00", season="MA_DOER-CPS_2026_OCT_NOV")

    november, december = (page("interval-coverage", f"?month=2026-{number}") for number in (11, 12))

    assert [one.expected for one in november.context["months"]] == [192]
    assert december.context["months"] == []
    assert "No data is expected from you this month" in text_of(december)
    assert (november.context["before"].month, november.context["after"].month) == (10, 12)
    assert december.context["after"] is None


@pytest.mark.parametrize("query", ["?month=soon", "?month=2099-01", "?month=", "?program=CCA", "?page=x", "?page=99"])
def test_what_an_address_says_wrong_shows_the_present_month(acme, page, query):
    active_meter(acme)

    answer = page("interval-coverage", query)

    assert f"{answer.context['month']:%Y-%m}" == "2026-12"
    assert [row.reference for row in answer.context["rows"]] == ["m-1"]


def test_programs_whose_data_others_supply_are_named(acme, page):
    meter = make_meter(acme, programs=["ERCOT-ERS"], region="ERCOT")
    activate(meter, "ERCOT-ERS_2026_DEC_2027_MAR", since="2026-12-01T06:00")

    assert "Emergency Response Service: ERCOT (ISO). You don’t need to send data." in text_of(page("interval-coverage"))


@pytest.mark.parametrize("count", [1, 3])
def test_coverage_takes_the_same_queries_for_any_number_of_meters(
    acme, client_of, manager, count, django_assert_num_queries
):
    for number in range(count):
        put(active_meter(acme, reference=f"m-{number}"), [at("2026-12-01T05:00")])
    client = client_of(manager)
    client.get(reverse("interval-coverage"))

    with django_assert_num_queries(counted(11)):
        client.get(reverse("interval-coverage"))


# --- what is missing


def test_gaps_are_listed_by_deadline_in_the_words_of_the_program(acme, page):
    meter = active_meter(acme)
    put(meter, every(15, "2026-12-01T05:00", "2026-12-02T10:00"))
    put(meter, every(15, "2026-12-02T11:15", "2026-12-03T05:00"))

    answer = page("interval-gaps")

    assert [(gap.text, reference) for gap, reference in answer.context["gaps"]] == [
        ("Dec 2, 2026, 5:00 AM EST to 6:15 AM EST", "m-1"),
        ("Dec 3, 2026, 12:00 AM EST to 7:00 AM EST", "m-1"),
    ]
    text = text_of(answer)
    assert "8 h 15 min missing in 2 gaps of 1 meter." in text
    assert "By end of Wed, Dec 9 (11:59 PM EST)" in text


@pytest.mark.parametrize(
    ("query", "starts"),
    [
        ("", ["01", "02", "03"]),
        ("?program=MA_DOER-CPS", ["01", "02", "03"]),
        ("?program=RIE-CS", []),
        ("?status=PROCESSING", []),
        ("?month=2026-12", ["01", "02", "03"]),
        ("?month=2026-11", []),
        ("?due=2026-12-10T05:00Z", ["02"]),
        ("?until=2026-12-03", ["01", "02"]),
        ("?deadline=ahead", ["01", "02", "03"]),
        ("?deadline=overdue", []),
    ],
)
def test_filters_narrow_page_and_export_alike(acme, page, query, starts):
    active_meter(acme)

    listed, exported = page("interval-gaps", query), lines_of(page("interval-gaps-export", query))

    assert [f"{gap.local_start:%d}" for gap, _ in listed.context["gaps"]] == starts
    assert [line["start_date_time_utc"][8:10] for line in exported] == starts


def test_gaps_whose_deadline_passed_are_overdue(acme, page, time_machine):
    active_meter(acme, until="2026-12-02T05:00")
    time_machine.move_to(at("2026-12-09T05:00"), tick=False)

    answer = page("interval-gaps", "?deadline=overdue")

    assert [gap.text for gap, _ in answer.context["gaps"]] == ["Dec 1, 2026"]
    assert page("interval-gaps", "?deadline=ahead").context["gaps"] == []
    assert answer.context["overdue"][:2] == (1, "24 h")


@pytest.mark.parametrize("query", ["?month=soon", "?program=NONE", "?status=LOST", "?due=soon", "?until=x"])
def test_filters_that_are_not_understood_say_so(acme, page, query):
    active_meter(acme)

    assert "There is a problem" in text_of(page("interval-gaps", query, status=422))


def test_export_has_everything_a_program_needs(acme, page):
    meter = active_meter(acme, since="2026-12-03T05:00")

    assert lines_of(page("interval-gaps-export")) == [
        {
            "meter_id": str(meter.pk),
            "partner_reference": "m-1",
            "programs": "MA_DOER-CPS",
            "data_type": "LOAD_DATA",
            "start_date_time_utc": "2026-12-03T05:00:00Z",
            "end_date_time_utc": "2026-12-03T12:00:00Z",
            "quarter_hours": "28",
            "submission_deadline_date_time_utc": "2026-12-11T05:00:00Z",
            "status": "OPEN",
        }
    ]


def test_pages_of_gaps_are_numbered(acme, page, monkeypatch):
    monkeypatch.setattr("onboarding.intervals.coverage_views.GAPS_PER_PAGE", 2)
    active_meter(acme)

    first, second = page("interval-gaps"), page("interval-gaps", "?page=2")

    assert [len(one.context["gaps"]) for one in (first, second)] == [2, 1]
    assert "Page 1 of 2" in text_of(first)


def test_nothing_missing_and_no_match_are_told_apart(acme, page):
    assert "You’re all caught up" in text_of(page("interval-gaps"))
    assert "No gaps match these filters" in text_of(page("interval-gaps", "?status=OPEN"))


def test_another_partners_gaps_are_not_seen(acme, borealis, page):
    active_meter(borealis, reference="theirs")

    assert page("interval-gaps").context["count"] == 0
    assert page("interval-coverage").context["months"] == []


@pytest.mark.parametrize("count", [1, 3])
def test_gaps_take_the_same_queries_for_any_number_of_meters(
    acme, client_of, manager, count, django_assert_num_queries
):
    for number in range(count):
        put(active_meter(acme, reference=f"m-{number}"), [at("2026-12-01T05:00")])
    client = client_of(manager)
    client.get(reverse("interval-gaps"))

    with django_assert_num_queries(counted(12)):
        assert client.get(reverse("interval-gaps")).context["count"] == 3 * count


# --- one meter


def test_a_day_shows_each_interval_what_is_missing_and_what_was_corrected(acme, page):
    meter = active_meter(acme)
    put(meter, every(15, "2026-12-01T05:00", "2026-12-02T03:00"), net=2.0)
    put(meter, [at("2026-12-01T10:00")], net=-1.5, source=source_of(acme))

    answer = page("meter-interval-data", "?on=2026-12-01", meter.pk)

    values = answer.context["values"]
    assert len(values) == 96
    assert [one.is_missing for one in values] == [False] * 88 + [True] * 8
    assert [(f"{one.start:%H:%M}", one.net) for one in values if one.is_corrected] == [("05:00", -1.5)]
    ((correction, start, _),) = answer.context["corrections"]
    assert (correction.before, correction.after, correction.by, f"{start:%H:%M}") == (
        2.0,
        -1.5,
        "Mara Manager",
        "05:00",
    )
    assert "batteries.csv" in text_of(answer)
    chart = answer.context["chart"]
    assert (chart.top, chart.bottom, [(box.x, box.width) for box in chart.missing]) == (2.0, -1.5, [(88, 8)])


def test_a_value_that_was_corrected_twice_tells_both(acme):
    meter = active_meter(acme)
    for net in (1.0, 2.0, 3.0):
        put(meter, [at("2026-12-01T10:00")], net=net, source=source_of(acme, by=f"By {net:g}"))

    told = corrections_of(series_of_meter(meter), DataType.LOAD)

    assert [(one.before, one.after, one.by) for one in told] == [(2.0, 3.0, "By 3"), (1.0, 2.0, "By 2")]
    assert [one.changes for one in told] == [[("Net", "2", "3")], [("Net", "1", "2")]]


@pytest.mark.parametrize(
    ("start", "length"), [("2027-03-14T05:00", 92), ("2026-11-01T04:00", 100), ("2026-12-01T05:00", 96)]
)
def test_days_of_the_change_of_clocks_show_all_their_quarter_hours(acme, page, time_machine, start, length):
    time_machine.move_to(at("2027-06-01"), tick=False)
    meter = make_meter(acme, programs=["MA_DOER-CPS"], region="ISONE", meter_type="DEVICE")
    first = at(start)
    put(meter, [first + (at("2026-01-01T00:15") - at("2026-01-01")) * n for n in range(-3, length + 3)], net=0.5)

    answer = page("meter-interval-data", f"?on={start[:10]}", meter.pk)

    assert len(answer.context["values"]) == answer.context["chart"].width == length
    assert answer.context["values"][0].start == first


def test_a_month_has_a_line_for_each_day_and_a_year_for_each_month(acme, page):
    meter = active_meter(acme)
    put(meter, every(15, "2026-12-01T05:00", "2026-12-02T17:00"), net=0.5)

    month = page("meter-interval-data", "?on=2026-12", meter.pk).context["lines"]
    year = page("meter-interval-data", "?on=2026", meter.pk).context["lines"]

    told = [(line.on.day, line.kwh, line.share, line.missing_text) for line in month[:4]]
    assert told == [(1, 48.0, "100%", ""), (2, 24.0, "50%", "12 h"), (3, None, "0%", "7 h"), (4, None, "", "")]
    assert len(month) == 31
    assert [(line.on.month, line.kwh, line.missing) for line in year if line.expected] == [(12, 72.0, 48 + 28)]
    assert len(year) == 12


def test_energy_of_a_day_is_that_of_the_local_clock(acme):
    meter = make_meter(acme, programs=[], region="ISONE")
    zone = zone_of(meter)
    series = put(meter, every(15, "2027-03-13T05:00", "2027-03-16T04:00"), net=1.0)

    energy = daily_energy(series.pk, at("2027-03-13T05:00"), at("2027-03-16T04:00"), zone)

    assert [(day.day, one.kwh, one.intervals) for day, one in energy.items()] == [
        (13, 96, 96),
        (14, 92, 92),
        (15, 96, 96),
    ]


def test_net_energy_is_consumed_less_generated_where_it_is_not_given(acme):
    meter = active_meter(acme)
    nan = float("nan")
    put(meter, [at("2026-12-01T05:00")], net=nan, consumed=2.0, generated=0.5)
    zone, series = zone_of(meter), series_of_meter(meter)
    data = meter_data(meter, DataType.LOAD, zone, datetime(2026, 12, 1).date(), datetime(2026, 12, 2).date(), series)

    assert interval_chart(data)[0].top == 1.5
    assert daily_energy(series[0].pk, data.start_at, data.end_at, zone)[data.first].kwh == 1.5


def test_hours_are_shown_as_hours(acme, page):
    meter = active_meter(acme)
    put(meter, every(60, "2026-12-01T05:00", "2026-12-02T05:00"), minutes=60, net=4.0)

    answer = page("meter-interval-data", "?on=2026-12-01", meter.pk)

    assert answer.context["chart"].width == 24
    assert answer.context["data"].share == "100%"


def test_types_of_data_are_chosen_by_name(acme, page):
    IntervalDataRule.objects.update(needs_runtime=True)
    meter = active_meter(acme)
    put(meter, every(15, "2026-12-01T05:00", "2026-12-02T05:00"))

    load, runtime = (
        page("meter-interval-data", f"?on=2026-12-01&type={name}", meter.pk) for name in ("load", "runtime")
    )

    assert (load.context["data"].share, runtime.context["data"].share) == ("100%", "0%")
    assert load.context["types"] == [DataType.LOAD, DataType.RUNTIME]


@pytest.mark.parametrize("query", ["?on=soon", "?on=2026-02-31", "?on=9999", "?on=1888-01-01", "?type=none", ""])
def test_without_a_day_that_there_is_the_latest_one_is_shown(acme, page, query):
    meter = active_meter(acme)
    put(meter, every(15, "2026-12-01T05:00", "2026-12-02T05:15"))

    answer = page("meter-interval-data", query, meter.pk)

    assert (answer.context["view"], answer.context["first"].isoformat()) == ("day", "2026-12-02")


@pytest.mark.parametrize("on", ["2000-01-01", "2000-01", "2000", "2100-12-31", "2100-12", "2100"])
def test_the_first_and_the_last_days_have_no_step_beyond(acme, page, on):
    meter = active_meter(acme)

    answer = page("meter-interval-data", f"?on={on}", meter.pk)

    assert (answer.context["before"] == "") == on.startswith("2000")
    assert (answer.context["after"] == "") == on.startswith("2100")


def test_another_partners_meter_is_not_there(borealis, page):
    theirs = active_meter(borealis)

    page("meter-interval-data", "", theirs.pk, status=404)


# --- the meter's page, and things to do


def test_a_meters_page_shows_its_last_days(acme, page):
    meter = active_meter(acme)
    put(meter, every(15, "2026-12-01T05:00", "2026-12-03T05:00"))

    text = text_of(page("meter", "", meter.pk))

    assert "Expected from you: load. Last 7 days: 87% received, 7 h missing ." in text
    assert "Latest interval: Dec 2, 2026, 11:45 PM EST." in text


def test_a_meter_that_has_no_data_and_needs_none_shows_nothing_of_it(acme, page):
    meter = make_meter(acme, programs=["CCA"])

    assert "View interval data of this meter" not in text_of(page("meter", "", meter.pk))
    assert "View interval data of this meter" in text_of(page("meter", "", active_meter(acme, reference="m-2").pk))


def test_home_names_what_is_missing_of_days_that_are_over_with_its_list(acme, page):
    active_meter(acme)
    active_meter(acme, reference="m-2", since="2026-12-02T17:00")

    answer = page("home")

    summary = answer.context["needs"].missing_data
    assert [(one.meters, one.length) for one in summary.ahead] == [(1, "24 h"), (2, "36 h")]
    text = text_of(answer)
    assert "By end of Tue, Dec 8 (11:59 PM EST) 5 days left Submit 24 h of 1 meter" in text
    assert "1 more deadline" in text
    for path, meters, length in zip([one.path for one in summary.ahead], (1, 2), ("24 h", "36 h"), strict=True):
        linked = page("interval-gaps", "?" + path.partition("?")[2])
        assert (linked.context["meters"], linked.context["length"]) == (meters, length)
    assert summary.ahead[0].path.replace("&", "&amp;") in answer.content.decode()


def test_home_puts_what_is_overdue_in_one_line(acme, page, time_machine):
    active_meter(acme, until="2026-12-03T05:00")
    time_machine.move_to(at("2026-12-09T06:00"), tick=False)

    summary = page("home").context["needs"].missing_data

    assert (summary.overdue.meters, summary.overdue.length) == (1, "24 h")
    assert [one.length for one in summary.ahead] == ["24 h"]
    linked = page("interval-gaps", "?" + summary.overdue.path.partition("?")[2])
    assert linked.context["length"] == "24 h"


def test_home_counts_anew_after_an_upload(acme, page):
    meter = active_meter(acme, since="2026-12-02T05:00", until="2026-12-03T05:00")
    assert page("home").context["needs"].missing_data

    put(meter, every(15, "2026-12-02T05:00", "2026-12-03T05:00"))
    IntervalUpload.objects.create(partner=acme, way="api", actor={}, size=1, sha256="0", state="COMPLETED")

    assert not page("home").context["needs"].missing_data


def test_a_meter_that_takes_no_part_needs_nothing_on_home(acme, page):
    meter = active_meter(acme, since="2026-12-02T05:00")
    ParticipationPeriod.objects.create(
        partner=acme, meter=meter, preference="IDLE", starts_at=at("2026-12-01"), ends_at=at("2026-12-31")
    )

    assert not page("home").context["needs"].missing_data
