"""The portfolio: what is counted, that every number leads to as many meters, its history, its page and its file."""

import csv
import io
import re
from datetime import UTC, date, datetime, timedelta
from html import unescape
from typing import Any

import pytest
from django.db import connection as database
from django.db.models import F
from django.test import Client
from django.test.utils import CaptureQueriesContext

from onboarding.enrollment.models import Enrollment
from onboarding.meters.models import Meter
from onboarding.portfolio.overview import capacity, counts
from onboarding.portfolio.overview.capacity import capacities_of, figures_of
from onboarding.portfolio.overview.counts import counts_of
from onboarding.portfolio.overview.domain import count_portfolio, count_portfolios
from onboarding.portfolio.overview.models import PortfolioDay
from onboarding.portfolio.overview.trend import meters_over_time, statuses_over_time, weeks_of
from portal.events.actors import Actor
from portal.events.domain import record
from portal.partners.models import Partner, User
from portal.web import clock
from tests.onboarding.enrollment.meters import make_meter

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("catalogue")]
PAGE = "/portfolio/"
NOW = datetime(2026, 11, 25, 20, tzinfo=UTC)
STATUSES = ["ACTIVE", "ELIGIBLE", "PENDING", "INELIGIBLE", "NOT_PARTICIPATING"]


@pytest.fixture(autouse=True)
def november(time_machine: Any) -> None:
    time_machine.move_to(NOW, tick=False)


@pytest.fixture
def client(user: User, client_of: Any) -> Client:
    return client_of(user)  # type: ignore[no-any-return]  # the fixture gives a Client


def meter(partner: Partner, n: int, status: str, *, programs: tuple[str, ...] = ("CEC-DSGS",), **more: Any) -> Meter:
    """A meter with a status in its programs and altogether, as an evaluation would have written it."""
    made = make_meter(partner, programs=programs, reference=f"m-{n}", evaluated=False, **more)
    acts = "partner" if status == "INELIGIBLE" else ""
    Enrollment.objects.filter(meter=made).update(status=status, acts=acts)
    Meter.objects.filter(pk=made.pk).update(enrollment_status=status, acts=acts)
    return made


def battery(kw: float, kwh: float = 10) -> dict[str, Any]:
    return {"device_type": "BATTERY", "battery_power_capacity_kw": kw, "battery_energy_capacity_kwh": kwh}


def fill(partner: Partner) -> None:
    """Meters of every status, in several programs, places and utilities; one of them archived."""
    for n, status in enumerate(STATUSES * 2):
        place: dict[str, Any] = {"region": "CAISO", "utility": "PGE"} if n % 3 else {"region": "ERCOT"}
        programs = ("CEC-DSGS", "ELRP") if n % 2 else ("ELRP",)
        meter(partner, n, status, programs=programs, device=battery(n) if n % 4 else {}, **place)
    archived = meter(partner, 99, "ACTIVE", device=battery(50))
    Meter.objects.filter(pk=archived.pk).update(is_archived=True)


def text_of(client: Client, path: str) -> str:
    answer = client.get(path)
    assert answer.status_code == 200, path
    return answer.content.decode()


def listed(client: Client, query: str) -> int:
    """How many meters the list shows; it holds fifty a page, more than there are in these tests."""
    return len(re.findall(r'href="/meters/[0-9a-f-]{36}/"', text_of(client, f"/meters/?{query}")))


def exported(client: Client) -> list[dict[str, str]]:
    answer = client.get(f"{PAGE}export.csv")
    text = b"".join(answer.streaming_content).decode("utf-8-sig")  # type: ignore[attr-defined]  # a stream
    return list(csv.DictReader(io.StringIO(text)))


# --- what is counted


def test_every_number_leads_to_as_many_meters(client: Client, acme: Partner, borealis: Partner) -> None:
    fill(acme)
    fill(borealis)

    page = text_of(client, PAGE)
    cells = re.findall(r'<a href="/meters/\?([^"]+)">([\d,]+)</a>', page)
    bars = re.findall(
        r'<a href="/meters/\?([^"]+)">[^<]+</a></span> <span class="bar-number">(\d+)(?: \(\d+%\))?</span>', page
    )

    assert len(cells) >= 40
    assert len(bars) == 5 + 2 + 2 + 2 + 2  # statuses, programs, states, utilities and types of device
    for query, count in [*cells, *bars]:
        assert listed(client, unescape(query)) == int(count), query
    assert counts_of(acme).whole.created == 10


def test_home_leads_to_as_many_meters_as_it_says(client: Client, acme: Partner, borealis: Partner) -> None:
    fill(acme)
    fill(borealis)

    page = text_of(client, "/")
    numbers = re.findall(r'<a[^>]* href="/meters/\?(program=[^"]+)">(?:See )?(\d+) ', page)
    tiles = re.findall(r'<a href="/meters/\??([^"]*)"><span class="count-number">(\d+)</span>', page)

    assert len(numbers) == 2 * (1 + 5 + 1)  # all, each status, to complete
    assert [int(count) for _, count in tiles] == [10, 2, 2]
    for query, count in [*numbers, *tiles]:
        assert listed(client, unescape(query)) == int(count), query


@pytest.mark.parametrize("few", [0, 1_000])
def test_archived_meters_and_those_of_others_do_not_count(
    acme: Partner, borealis: Partner, monkeypatch: Any, few: int
) -> None:
    monkeypatch.setattr(counts, "_FEW", few)
    kept = meter(acme, 1, "ACTIVE", device=battery(5))
    gone = meter(acme, 2, "INELIGIBLE", device=battery(7))
    Meter.objects.filter(pk=gone.pk).update(is_archived=True)
    meter(borealis, 3, "ACTIVE", device=battery(11))
    program = Enrollment.objects.get(meter=kept).program_id

    counted = counts_of(acme)

    assert dict(counted.whole.by_status) == {"ACTIVE": 1}
    assert {key: (dict(one.by_status), one.to_complete) for key, one in counted.programs.items()} == {
        program: ({"ACTIVE": 1}, 0)
    }
    assert {key: one.power_kw for key, one in capacities_of(acme, 1).items()} == {None: 5, program: 5}


@pytest.mark.parametrize(
    ("parts", "power_kw", "energy_kwh", "without"),
    [
        ({"device": battery(5, 13.5)}, 5, 13.5, 0),
        ({"device": {"battery_energy_capacity_kwh": 13.5}}, 0, 13.5, 1),
        (
            {"site": {"site_devices": [{"power_capacity_kw": 200}, {"power_capacity_kw": 50.5}, {"model": "X"}]}},
            250.5,
            0,
            0,
        ),
        ({"device": battery(5, 13.5), "site": {"site_devices": [{"power_capacity_kw": 200}]}}, 5, 13.5, 0),
        ({"device": {"battery_power_capacity_kw": "five"}}, 0, 0, 1),
        ({"site": {"site_devices": "none"}}, 0, 0, 1),
        ({"site": {"site_devices": ["200", None, 3]}}, 0, 0, 1),
        ({}, 0, 0, 1),
    ],
)
def test_the_capacity_of_a_meter(
    acme: Partner, parts: dict[str, Any], power_kw: float, energy_kwh: float, without: int
) -> None:
    meter(acme, 1, "ACTIVE", **parts)

    whole = capacities_of(acme, 1)[None]

    assert (whole.power_kw, whole.active_kw, whole.energy_kwh, whole.without) == (
        power_kw,
        power_kw,
        energy_kwh,
        without,
    )


# --- the days


def test_a_day_is_counted_once_until_something_happens(acme: Partner) -> None:
    meter(acme, 1, "ACTIVE", device=battery(5))
    meter(acme, 2, "ELIGIBLE")
    assert count_portfolios() == 1
    assert count_portfolios() == 0

    Meter.objects.filter(partner_reference="m-2").update(enrollment_status="ACTIVE")
    record("meter.updated", subject=Meter.objects.get(partner_reference="m-2"), partner=acme, by=Actor.system())
    assert count_portfolios() == 1

    row = PortfolioDay.objects.get(partner=acme, program=None)
    assert (row.day, row.created, row.active, row.eligible, row.power_kw, row.active_kw, row.without_power) == (
        date(2026, 11, 25),
        2,
        2,
        0,
        5,
        5,
        1,
    )


def test_each_program_has_its_row(acme: Partner, borealis: Partner) -> None:
    meter(acme, 1, "ACTIVE", programs=("CEC-DSGS", "ELRP"), device=battery(5))
    meter(borealis, 2, "ACTIVE", device=battery(7))

    count_portfolios()

    rows = PortfolioDay.objects.filter(partner=acme).order_by(F("program__identifier").asc(nulls_first=True))
    assert [(row.program and row.program.identifier, row.active, row.power_kw) for row in rows] == [
        (None, 1, 5),
        ("CEC-DSGS", 1, 5),
        ("ELRP", 1, 5),
    ]


def test_the_day_is_the_partners(acme: Partner, time_machine: Any) -> None:
    """11 PM in California is the next day in UTC."""
    time_machine.move_to("2026-11-26T07:00:00+00:00")
    meter(acme, 1, "ACTIVE")

    count_portfolio(acme)

    assert PortfolioDay.objects.get(program=None).day == date(2026, 11, 25)


def test_a_day_that_is_over_stays_as_it_was(acme: Partner, time_machine: Any) -> None:
    meter(acme, 1, "ELIGIBLE")
    count_portfolio(acme)
    time_machine.move_to(NOW + timedelta(days=1))
    Meter.objects.update(enrollment_status="ACTIVE")

    count_portfolio(acme)

    rows = PortfolioDay.objects.filter(program=None).order_by("day")
    assert [(row.day.day, row.eligible, row.active) for row in rows] == [(25, 1, 0), (26, 0, 1)]


def test_a_partner_whose_meters_are_gone_is_counted_as_none(acme: Partner, time_machine: Any) -> None:
    made = meter(acme, 1, "ELIGIBLE")
    count_portfolios()
    time_machine.move_to(NOW + timedelta(days=1))
    made.delete()

    count_portfolios()

    assert PortfolioDay.objects.filter(program=None).order_by("-day")[0].created == 0


def test_weeks_before_the_first_count_tell_what_is_known(acme: Partner) -> None:
    for n, days in enumerate((0, 10, 40)):
        made = meter(acme, n, "ACTIVE", device=battery(5))
        Meter.objects.filter(pk=made.pk).update(created_at=NOW - timedelta(days=days))

    count_portfolio(acme)

    weeks = weeks_of(acme)
    assert weeks.values("created")[-7:] == [None, 1, 1, 1, 1, 2, 3]
    assert weeks.values("active") == [None] * 11 + [3]
    assert weeks.since == date(2026, 11, 25)
    picture = meters_over_time(weeks)
    assert picture is not None
    assert picture.text == ("From 1 to 3 meters in 12 weeks. Statuses and capacity are counted since Nov 25, 2026.")
    assert statuses_over_time(weeks) is None  # one day is no trend


def test_a_week_shows_its_last_count_and_none_where_nothing_was_counted(acme: Partner, time_machine: Any) -> None:
    meter(acme, 1, "ACTIVE")
    for days in (0, 3, 21):
        time_machine.move_to(NOW + timedelta(days=days))
        Meter.objects.update(enrollment_status="ACTIVE" if days else "PENDING")
        count_portfolio(acme)

    weeks = weeks_of(acme)

    assert weeks.values("active")[-4:] == [0, 1, None, 1]
    assert weeks.values("pending")[-4:] == [1, 0, None, 0]


def test_a_clock_set_back_forgets_the_days_ahead(acme: Partner, time_machine: Any) -> None:
    meter(acme, 1, "ACTIVE")
    count_portfolio(acme)
    time_machine.move_to(NOW + timedelta(days=9))
    count_portfolio(acme)
    time_machine.move_to(NOW + timedelta(days=1))

    clock.clock_moved.send(sender=None, is_back=True)

    assert list(PortfolioDay.objects.filter(program=None).values_list("day", flat=True)) == [date(2026, 11, 25)]


def test_of_very_many_meters_the_last_count_is_shown_with_its_time(
    client: Client, acme: Partner, monkeypatch: Any
) -> None:
    monkeypatch.setattr(capacity, "COUNTED_AT_ONCE", 1)
    meter(acme, 1, "ACTIVE", device=battery(5))
    meter(acme, 2, "ELIGIBLE", device=battery(8))
    assert "takes up to ten minutes" in text_of(client, "/")
    assert "takes up to ten minutes" in text_of(client, PAGE)

    count_portfolio(acme)
    Meter.objects.filter(partner_reference="m-2").update(data={})

    for path in ("/", PAGE):
        page = text_of(client, path)
        assert "s of Nov 25, 12:00 PM PST" in page
        assert ">13<" in page or "of 13 kW" in page


def test_many_meters_are_counted_with_few_queries(acme: Partner) -> None:
    queried = []
    for n in range(3):
        meter(acme, n, "ACTIVE", device=battery(5))
        PortfolioDay.objects.all().delete()
        with CaptureQueriesContext(database) as queries:
            count_portfolio(acme)
        queried.append(len(queries))

    assert queried == [10, 10, 10]


# --- the page and its file


def test_the_power_is_told_with_what_lacks_it(client: Client, acme: Partner) -> None:
    meter(acme, 1, "ACTIVE", device=battery(5, 13.5))
    meter(acme, 2, "ELIGIBLE", device=battery(7.5, 10))
    meter(acme, 3, "ELIGIBLE")

    page = text_of(client, PAGE)

    assert "5 kW active of 12.5 kW registered, with 23.5 kWh. 1 meter has no power capacity." in page
    assert "5 of 12.5 kW" in page


def test_nothing_yet_says_how_to_begin(client: Client, acme: Partner, borealis: Partner) -> None:
    fill(borealis)

    page = text_of(client, PAGE)

    assert "No meters yet" in page
    assert "Choose how to onboard" in page


def test_the_file_has_the_numbers_of_the_page(client: Client, acme: Partner, borealis: Partner) -> None:
    fill(acme)
    fill(borealis)
    page = text_of(client, PAGE)

    lines = exported(client)

    whole = [line for line in lines if not line["divided_by"]]
    assert [(line["meters"], line["active"], line["power_kw"], line["meters_without_power"]) for line in whole] == [
        ("10", "2", "33.0", "3")
    ]
    for by in ("state", "utility", "device"):
        assert sum(int(line["meters"]) for line in lines if line["divided_by"] == by) == 10
    for line in lines[1:]:
        query = f"{line['divided_by']}={line['group']}"
        assert f'<a href="/meters/?{query}">{line["meters"]}</a>' in page
    name = client.get(f"{PAGE}export.csv")["Content-Disposition"]
    assert name == 'attachment; filename="acme-portfolio-2026-11-25.csv"'


def test_a_value_that_the_catalogue_does_not_know_is_told_without_a_list(client: Client, acme: Partner) -> None:
    made = meter(acme, 1, "ACTIVE")
    Meter.objects.filter(pk=made.pk).update(device_type="=1+1<b>")

    page, lines = text_of(client, PAGE), exported(client)

    assert "=1+1&lt;b&gt;" in page
    assert "<b>" not in page
    assert [line["name"] for line in lines if line["divided_by"] == "device"] == ["'=1+1<b>"]


@pytest.mark.parametrize("path", ["/", PAGE])
def test_queries_do_not_grow_with_meters(path: str, client: Client, acme: Partner) -> None:
    queried = []
    for n in range(3):
        meter(acme, n, STATUSES[n], programs=("CEC-DSGS", "ELRP")[: n % 2 + 1], device=battery(5))
        client.get(path)
        with CaptureQueriesContext(database) as queries:
            text_of(client, path)
        queried.append(len(queries))

    assert queried == [{"/": 22, PAGE: 16}[path]] * 3


def test_figures_read_every_meter_once_for_all_and_once_for_programs(acme: Partner) -> None:
    fill(acme)

    with CaptureQueriesContext(database) as queries:
        figures = figures_of(acme)

    assert len(queries) == 2
    assert sum(one.meters for one in figures[None].values()) == 10
