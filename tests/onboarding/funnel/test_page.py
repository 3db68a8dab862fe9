"""The funnel's page and file: what is counted, that every number leads to as many connections, and who sees it."""

import csv
import io
import re
from datetime import UTC, datetime, timedelta
from html import unescape
from typing import Any

import pytest
from django.db import connection as database
from django.test import Client
from django.test.utils import CaptureQueriesContext

from onboarding.connect.choices import FailureReason, NoteKind, Reached
from onboarding.connect.models import Connection, ConnectLink, ConnectSession
from onboarding.funnel.counts import duration_text, funnel_of, times_of
from onboarding.funnel.pictures import picture_of
from portal.partners.models import Partner, User
from portal.web.charts import Tone
from tests.onboarding.connect import builders as make
from tests.onboarding.funnel import mixed

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("catalogue")]
PAGE = "/connections/funnel/"
NOW = datetime(2026, 12, 10, 20, tzinfo=UTC)
DIVISIONS = ["link", "utility", "week", "device", "variant"]


@pytest.fixture(autouse=True)
def december(time_machine: Any) -> None:
    time_machine.move_to(NOW, tick=False)


@pytest.fixture
def client(user: User, client_of: Any) -> Client:
    return client_of(user)


@pytest.fixture
def links(acme: Partner, borealis: Partner) -> dict[str, ConnectLink]:
    """Customers of Acme at every step, and of Borealis, whom Acme must not see."""
    mixed.fill(borealis, NOW)
    return mixed.fill(acme, NOW)


def text_of(client: Client, path: str) -> str:
    answer = client.get(path)
    assert answer.status_code == 200, path
    return answer.content.decode()


def numbers_on(page: str) -> list[tuple[str, int]]:
    """Each number that leads to a list, with the list's query."""
    numbers = re.findall(r'<a href="/connections/\?([^"]+)">([\d,]+)</a>', page)
    return [(unescape(query), int(count.replace(",", ""))) for query, count in numbers]


def exported(client: Client, query: str = "") -> list[dict[str, str]]:
    answer = client.get(f"{PAGE}export.csv?{query}")
    text = b"".join(answer.streaming_content).decode("utf-8-sig")  # type: ignore[attr-defined]  # a stream
    return list(csv.DictReader(io.StringIO(text)))


# --- what is counted


@pytest.mark.parametrize("by", DIVISIONS)
def test_every_number_leads_to_as_many_connections(by: str, client: Client, links: dict[str, ConnectLink]) -> None:
    page = text_of(client, f"{PAGE}?by={by}")
    numbers = numbers_on(page)

    assert len(numbers) >= 60
    for query, count in numbers:
        listed = text_of(client, f"/connections/?{query}")
        assert re.findall(r">([\d,]+) connections? match", listed) == [str(count)], query
        assert len(re.findall(r'<th scope="row" data-label="Reference ID"', listed)) == count, query


def test_numbers_of_a_narrowed_funnel_lead_to_lists_as_narrow(client: Client, links: dict[str, ConnectLink]) -> None:
    fair = links["county-fair"].pk
    query = f"link={fair}&started_from=2026-11-10&started_to=2026-12-01&by=week"
    page = text_of(client, f"{PAGE}?{query}")

    for query, count in numbers_on(page):
        assert f"link={fair}" in query
        assert f">{count} connection" in text_of(client, f"/connections/?{query}")


def test_everybody_is_done_or_under_way_or_has_stopped(client: Client, links: dict[str, ConnectLink]) -> None:
    lines = exported(client)
    whole = [line for line in lines if not line["divided_by"]]
    opened = Connection.objects.filter(partner__slug="acme").count()

    def total(figure: str, step: str = "") -> int:
        chosen = [line for line in whole if line["figure"] == figure and not line["reason"]]
        return sum(int(line["connections"]) for line in chosen if step in ("", line["step"]))

    before = None
    for step in Reached:
        there = total("reached", step.name) + total("not_asked", step.name)
        assert before is None or there == before
        before = there - total("stopped", step.name) - total("under_way", step.name)
    assert total("reached", "OPENED") == opened
    reasons = sum(int(line["connections"]) for line in whole if line["reason"])
    assert reasons == total("stopped")
    # Of the last step only those are left over who were asked for no more.
    assert total("not_asked", "METER") == 2


@pytest.mark.parametrize("by", DIVISIONS)
def test_the_parts_are_the_whole(by: str, client: Client, links: dict[str, ConnectLink]) -> None:
    lines = exported(client, f"by={by}")
    keys = {(line["step"], line["figure"], line["reason"]) for line in lines}

    for key in keys:
        counts = dict.fromkeys(("whole", "parts"), 0)
        for line in lines:
            if (line["step"], line["figure"], line["reason"]) == key:
                counts["parts" if line["divided_by"] else "whole"] += int(line["connections"])
        assert counts["whole"] == counts["parts"], key
    opened = [int(line["connections"]) for line in lines if (line["step"], line["figure"]) == ("OPENED", "reached")]
    assert opened[0] == Connection.objects.filter(partner__slug="acme").count()


def test_what_a_link_does_not_have_is_no_drop_off(client: Client, links: dict[str, ConnectLink]) -> None:
    texas = exported(client, f"link={links['texas-stores'].pk}")
    papers = exported(client, f"link={links['pjm-agreements'].pk}")

    def counts(lines: list[dict[str, str]], step: str) -> dict[str, int]:
        chosen = [line for line in lines if line["step"] == step and not line["reason"] and not line["divided_by"]]
        return {line["figure"]: int(line["connections"]) for line in chosen}

    for step in ("UTILITY", "AUTHORIZED", "DATA"):
        assert counts(texas, step) == {"reached": 0, "not_asked": 2, "under_way": 0, "stopped": 0}
        assert counts(papers, step) == {"reached": 0, "not_asked": 2, "under_way": 0, "stopped": 0}
    assert counts(texas, "METER")["reached"] == 2
    assert counts(texas, "SIGNED") == {"reached": 5, "not_asked": 0, "under_way": 0, "stopped": 3}
    assert counts(papers, "SIGNED")["stopped"] == 0
    assert counts(papers, "INFORMATION") == {"reached": 2, "not_asked": 1, "under_way": 1, "stopped": 0}


def test_the_share_is_of_those_who_were_asked() -> None:
    """Nine signed where nothing follows, and one of one authorized."""
    funnel = funnel_of([(Reached.SIGNED, 0b101, "COMPLETE", 0, 9), (Reached.METER, 0b1111111, "", 0, 1)])

    assert funnel.share(Reached.AUTHORIZED) == 1.0
    assert funnel.finished == 10
    assert [(part.tone, part.width) for part in picture_of(funnel).bars[4].parts] == [
        (Tone.ACCENT, 10),
        (Tone.SOFT, 90),
    ]


def test_who_stops_before_a_step_that_the_link_lacks_was_not_asked_for_it() -> None:
    """Two of a device link stopped at the signature; of two at a utility's link, one went to the utility."""
    at_utility = Reached.UTILITY.bit | Reached.AUTHORIZED.bit | Reached.DATA.bit
    funnel = funnel_of(
        [
            (Reached.SIGNED, 0b111, "LEFT", at_utility, 2),
            (Reached.SIGNED, 0b111, "LEFT", 0, 1),
            (Reached.UTILITY, 0b1111, "", 0, 1),
        ]
    )

    assert funnel.share(Reached.UTILITY) == 0.5
    assert funnel.share(Reached.METER) == 0.0
    assert (funnel.step(Reached.UTILITY).not_asked, funnel.step(Reached.SIGNED).stopped) == (0, 3)


def test_a_link_without_a_step_shows_a_dash_though_nobody_went_on(client: Client, acme: Partner) -> None:
    texas = make.link(acme, "texas-stores", "ERCOT", variant="COMMERCIAL")
    mixed.customer(acme, "store-1", (NoteKind.OPENED, NoteKind.LEFT), link=texas)
    started = "started_from=2026-11-01"

    page = text_of(client, f"{PAGE}?{started}")

    row = page[page.index('data-label="Link"') :]
    assert row.count('<span class="visually-hidden">not asked</span>') == 3


def test_each_reason_is_told_with_its_step(client: Client, links: dict[str, ConnectLink]) -> None:
    told = {(line["step"], line["reason"]) for line in exported(client) if line["reason"]}

    assert {("UTILITY", reason.value) for reason in FailureReason} <= told
    assert {("INFORMATION", "AGREEMENTS_DECLINED"), ("SIGNED", "ESI_ID_MISSING"), ("DATA", "TO_DECIDE")} <= told
    assert {("AUTHORIZED", "DATA_OVERDUE"), ("OPENED", "LEFT")} <= told


def test_sessions_without_a_reference_are_told_apart(client: Client, links: dict[str, ConnectLink]) -> None:
    whole = exported(client)
    for days in (1, 2, 300):
        at = NOW - timedelta(days=days)
        link = links["california-homes"]
        ConnectSession.objects.create(partner=link.partner, link=link, created_at=at, last_interaction_at=at)

    assert "Not counted: 2 sessions without a reference ID." in text_of(client, PAGE)
    assert "Not counted" not in text_of(client, f"{PAGE}?link={links['county-fair'].pk}")
    assert exported(client) == whole


def test_days_are_the_partners(client: Client, acme: Partner) -> None:
    """11:30 PM in California is the next day in UTC."""
    link = make.link(acme)
    mixed.customer(acme, "late", (NoteKind.OPENED,), link=link, started=datetime(2026, 11, 21, 7, 30, tzinfo=UTC))

    on_its_day = text_of(client, f"{PAGE}?started_from=2026-11-20&started_to=2026-11-20&by=week")
    on_the_next = text_of(client, f"{PAGE}?started_from=2026-11-21&started_to=2026-11-21&by=week")

    assert "Week of Nov 20, 2026" in on_its_day
    assert "No customers match" in on_the_next


def test_a_customer_with_two_links_is_counted_once_by_the_last(client: Client, acme: Partner) -> None:
    first, second = make.link(acme, "first"), make.link(acme, "second")
    row = mixed.customer(acme, "home-1", mixed.HAS_SIGNED, link=first)
    Connection.objects.filter(pk=row.pk).update(link=second)

    assert {line["group"] for line in exported(client)} == {"", "second"}


# --- the page


def test_the_picture_says_in_words_what_it_shows(client: Client, links: dict[str, ConnectLink]) -> None:
    page = text_of(client, PAGE)

    assert "Customer progress</span>" in page
    assert re.search(r'"chart-text">Of \d+ customers, \d+ authorized a utility and \d+ have a meter.', page)
    assert "Not asked: not part of their link" in page


def test_how_long_it_takes(client: Client, acme: Partner) -> None:
    link = make.link(acme)
    for number, minutes in enumerate([3, 5, 200]):
        row = mixed.customer(acme, f"home-{number}", mixed.HAS_DATA, link=link)
        Connection.objects.filter(pk=row.pk).update(minutes_to_authorize=minutes, minutes_to_data=minutes * 60)

    page = text_of(client, PAGE)

    assert "5 minutes (median), 9 out of 10 within 3 hours" in page
    assert "5 hours (median), 9 out of 10 within 8 days" in page


@pytest.mark.parametrize(
    ("minutes", "text"),
    [(0, "less than a minute"), (1, "1 minute"), (119.5, "120 minutes"), (120, "2 hours"), (4320, "3 days")],
)
def test_a_duration_in_words(minutes: float, text: str) -> None:
    assert duration_text(minutes) == text


def test_the_median_of_an_even_number_is_between_the_two() -> None:
    times = times_of([(1, 1), (3, 1)])
    assert times is not None
    assert (times.median, times.nine_of_ten, times.count) == (2, 3, 2)
    assert times_of([]) is None


@pytest.mark.parametrize(
    ("query", "text"),
    [
        ("started_from=yesterday", "Started from is not a date."),
        ("started_from=0001-01-01", "Enter a date between 2000 and 2100."),
        ("started_to=9999-12-31", "Enter a date between 2000 and 2100."),
        ("started_from=2026-12-09&started_to=2026-12-01", "Enter a date on or after Started from."),
        ("by=week&started_from=2020-01-01", "Choose a range of up to one year to group by week."),
        ("by=partner", "Group by has no choice"),
        ("link=nothing", "Link has no choice"),
        ("furthest_at=NOWHERE", "Utility has no choice"),
    ],
)
def test_what_cannot_be_asked_is_refused_at_its_field(query: str, text: str, client: Client, acme: Partner) -> None:
    make.link(acme)
    answer = client.get(f"{PAGE}?{query}")

    assert answer.status_code == 422
    assert text in answer.content.decode()
    assert client.get(f"{PAGE}export.csv?{query}").status_code == 302


def test_another_partners_link_is_no_choice(client: Client, borealis: Partner) -> None:
    assert client.get(f"{PAGE}?link={make.link(borealis).pk}").status_code == 422


def test_empty_pages_say_how_to_begin(client: Client, acme: Partner) -> None:
    assert "Create a Connect link" in text_of(client, PAGE)

    link = make.link(acme)
    assert "No customers in the last 12 weeks" in text_of(client, PAGE)

    mixed.customer(acme, "home-1", mixed.HAS_SIGNED, link=link)
    assert "No customers match" in text_of(client, f"{PAGE}?started_to=2026-01-31")
    assert "No customer" not in text_of(client, PAGE)


@pytest.mark.parametrize("by", DIVISIONS)
def test_queries_do_not_grow_with_customers(by: str, client: Client, acme: Partner) -> None:
    link = make.link(acme)
    counts = []
    for number in range(6):
        mixed.customer(acme, f"home-{number}", mixed.HAS_DATA, link=link)
        if number in (0, 5):
            client.get(PAGE)
            with CaptureQueriesContext(database) as queries:
                text_of(client, f"{PAGE}?by={by}")
            counts.append(len(queries))

    assert counts[0] == counts[1] <= 16, counts
