"""The partner's list of connections, and one connection's page: who sees it, filters, export, pages, decisions."""

import csv
import io
import re
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection as database
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from onboarding.connect import partner_views
from onboarding.connect.choices import AuthorizationState, DataState, NoteKind, SessionState, Step
from onboarding.connect.journey import close_idle_sessions
from onboarding.connect.models import Connection, ConnectSession, Consent
from onboarding.connect.notes import note
from onboarding.connect.rows import EXPORTED
from portal.partners.models import Partner, User
from tests.onboarding.connect import builders as make

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("catalogue")]
LIST = "/connections/"
ONCOR = "10443720001234567"


@pytest.fixture
def client(user: User, client_of: Any) -> Client:
    return client_of(user)


def page_of(connection: Connection) -> str:
    return reverse("connection", args=[connection.pk])


def listed(client: Client, query: str = "") -> list[str]:
    """The reference IDs on the page, in its order."""
    answer = client.get(f"{LIST}?{query}")
    assert answer.status_code == 200
    return re.findall(r'<th scope="row"[^>]*><a href="/connections/[^"]+">([^<]+)</a>', answer.content.decode())


def exported(client: Client, query: str = "") -> list[dict[str, str]]:
    answer = client.get(f"/connections/export.csv?{query}")
    assert answer.status_code == 200
    text = b"".join(answer.streaming_content).decode("utf-8-sig")  # type: ignore[attr-defined]  # a stream
    return list(csv.DictReader(io.StringIO(text)))


def queries_of(client: Client, path: str) -> int:
    client.get(path)  # what a process keeps is kept
    with CaptureQueriesContext(database) as queries:
        assert client.get(path).status_code == 200
    return len(queries)


# --- who sees what


def test_members_see_their_own_connections_only(
    acme: Partner, borealis: Partner, client_of: Any, manager: User, user: User, stranger: User
) -> None:
    mine = make.connection(acme, "acme-home")
    make.connection(borealis, "their-home")

    assert listed(client_of(manager)) == listed(client_of(user)) == ["acme-home"]
    assert listed(client_of(stranger)) == ["their-home"]
    for path in (page_of(mine), reverse("connection-consents", args=[mine.pk])):
        assert client_of(user).get(path).status_code == 200
        assert client_of(stranger).get(path).status_code == 404


def test_another_partners_question_cannot_be_answered(
    acme: Partner, borealis: Partner, client_of: Any, stranger: User
) -> None:
    mine, theirs = make.connection(acme, "acme-home"), make.connection(borealis, "their-home")
    asked = make.question(mine)
    client = client_of(stranger)

    assert client.post(reverse("connection-decide", args=[mine.pk, asked.pk]), {"meter": "new"}).status_code == 404
    assert client.post(reverse("connection-decide", args=[theirs.pk, asked.pk]), {"meter": "new"}).status_code == 404
    asked.refresh_from_db()
    assert asked.meter is None


# --- empty


def test_without_a_link_the_page_leads_to_the_builder(client: Client) -> None:
    page = client.get(LIST).content.decode()

    assert "No Connect links yet" in page
    assert 'href="/connections/links/new/"' in page


def test_with_a_link_and_no_customer_the_page_leads_to_the_links(client: Client, acme: Partner) -> None:
    make.link(acme)

    assert "No customers yet" in client.get(LIST).content.decode()


def test_a_filter_that_matches_nothing_says_so(client: Client, acme: Partner) -> None:
    make.connection(acme, "home-1")

    page = client.get(f"{LIST}?q=nobody").content.decode()

    assert "No connections match" in page
    assert "Clear filters" in page


# --- filters


@pytest.fixture
def several(acme: Partner) -> None:
    """Five connections, each different in every property that can be filtered."""
    link = make.link(acme)
    day = timedelta(days=1)
    arrived = make.connection(acme, "arrived", link=link, started=make.DAY, active=make.DAY + day)
    make.authorization(arrived)
    overdue = make.connection(acme, "overdue", link=link, started=make.DAY - 5 * day)
    make.authorization(overdue, data=DataState.OVERDUE)
    failed = make.connection(acme, "failed", link=link, started=make.DAY - 3 * day, session=SessionState.UPDATED)
    make.authorization(failed, state=AuthorizationState.FAILED, failure="DECLINED", utility="DEMO2")
    left = make.connection(
        acme, "left", link=link, started=make.DAY - 9 * day, session=SessionState.CLOSED, step=Step.ABOUT
    )
    assert left.needs_partner is False
    make.needs_esi_id(acme, "texas")


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", {"arrived", "overdue", "failed", "left", "texas"}),
        ("q=RRIV", {"arrived"}),
        ("q=%20arrived%20", {"arrived"}),
        ("region=ERCOT", {"texas"}),
        ("region=CAISO", {"arrived", "overdue", "failed", "left"}),
        ("utility=LEAP_TEST_CAISO", {"arrived", "overdue"}),
        ("utility=DEMO2", {"failed"}),
        ("session=COMPLETED", {"arrived", "overdue", "texas"}),
        ("session=CLOSED", {"left"}),
        ("session=UPDATED", {"failed"}),
        ("authorization=COMPLETED", {"arrived", "overdue"}),
        ("authorization=FAILED", {"failed"}),
        ("authorization=FAILED&utility=LEAP_TEST_CAISO", set()),
        ("data=RECEIVED", {"arrived"}),
        ("data=OVERDUE", {"overdue"}),
        ("data=OVERDUE&session=CLOSED", set()),
        ("waiting=yes", {"texas"}),
        ("started_from=2026-11-20", {"arrived", "texas"}),
        ("started_to=2026-11-15", {"overdue", "left"}),
        ("active_from=2026-11-21", {"arrived"}),
        ("active_to=2026-11-17", {"overdue", "failed", "left"}),
    ],
)
@pytest.mark.usefixtures("several", "green_button")
def test_each_filter_and_the_export_that_equals_it(client: Client, query: str, expected: set[str]) -> None:
    assert set(listed(client, query)) == expected
    assert {line["reference_id"] for line in exported(client, query)} == expected


@pytest.fixture
def green_button(catalogue: None) -> None:
    """Two utilities that can be reached: those that the filter offers."""
    from programs.models import Utility, UtilityConnection

    for code in ("LEAP_TEST_CAISO", "DEMO2"):
        UtilityConnection.objects.create(
            utility=Utility.objects.get(code=code),
            authorization_url="https://utility.example/authorize",
            token_url="https://utility.example/token",
            resource_url="https://utility.example/resource/",
            client_id="portal",
            client_secret="secret",
            scope="FB=4_5_15",
        )


@pytest.mark.usefixtures("several")
def test_filters_are_chips_that_can_be_removed(client: Client) -> None:
    page = client.get(f"{LIST}?session=CLOSED&q=left").content.decode()

    assert "Session: Left" in page
    assert 'href="?session=CLOSED"' in page
    assert 'href="?q=left"' in page


@pytest.mark.parametrize(
    "query",
    ["session=SLEEPING", "region=MARS", "started_from=yesterday", "utility=%27%20OR%201=1", "waiting=no", "data=READY"],
)
@pytest.mark.usefixtures("several")
def test_a_filter_that_is_none_is_refused_at_its_field(client: Client, query: str) -> None:
    answer = client.get(f"{LIST}?{query}")

    assert answer.status_code == 422
    page = answer.content.decode()
    assert "There is a problem" in page
    assert "arrived" not in page
    assert client.get(f"/connections/export.csv?{query}").status_code == 302


def test_only_the_newest_authorization_at_a_utility_counts(client: Client, acme: Partner) -> None:
    row = make.connection(acme, "second-try")
    make.authorization(row, state=AuthorizationState.FAILED, failure="DECLINED")
    make.authorization(row)

    assert listed(client, "authorization=FAILED") == []
    assert listed(client, "authorization=COMPLETED") == ["second-try"]


# --- list, pages, export


def test_the_last_step_comes_first_and_pages_follow(
    client: Client, acme: Partner, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(partner_views, "PER_PAGE", 2)
    link = make.link(acme)
    for number in range(5):
        make.connection(acme, f"home-{number}", link=link, started=make.DAY + timedelta(hours=number % 3))

    seen, query = [], ""
    while True:
        page = client.get(f"{LIST}?{query}").content.decode()
        seen += re.findall(r'<th scope="row"[^>]*><a href="/connections/[^"]+">([^<]+)</a>', page)
        following = re.search(r'href="\?(page=[^"]+)"[^>]*rel="next"|rel="next"[^>]*href="\?(page=[^"]+)"', page)
        if not following:
            break
        query = next(filter(None, following.groups()))

    assert seen == ["home-2", "home-4", "home-1", "home-3", "home-0"]
    assert [line["reference_id"] for line in exported(client)] == seen


def test_who_looks_once_more_after_finishing_has_taken_no_step_back(
    client: Client, acme: Partner, time_machine: Any
) -> None:
    row = make.connection(acme, "home-1")
    done = row.sessions.get()
    newer = {"partner": acme, "link": done.link, "connection": row, "browser_hash": "1" * 64}
    at = make.DAY + timedelta(hours=1)
    ConnectSession.objects.create(**newer, created_at=at, last_interaction_at=at)

    for _ in range(2):
        assert listed(client, "session=COMPLETED") == ["home-1"]
        assert listed(client, "session=CREATED") == []
        time_machine.move_to(at + timedelta(hours=25), tick=False)
        close_idle_sessions()

    assert set(row.sessions.values_list("state", flat=True)) == {"COMPLETED", "CLOSED"}
    assert not row.notes.filter(kind=NoteKind.LEFT).exists()


def test_who_goes_through_again_is_at_the_new_step(client: Client, acme: Partner) -> None:
    row = make.connection(acme, "home-1")
    newer = {"partner": acme, "link": row.sessions.get().link, "connection": row, "browser_hash": "1" * 64}
    ConnectSession.objects.create(
        **newer, state="UPDATED", step="utility", created_at=make.DAY, last_interaction_at=make.DAY
    )

    assert listed(client, "session=UPDATED") == ["home-1"]
    assert "at “Your utility”" in client.get("/connections/").content.decode()


def test_the_export_says_what_the_list_says(client: Client, acme: Partner) -> None:
    row = make.connection(acme, "home-1")
    make.authorization(row)
    make.authorization(row, utility="DEMO2", state=AuthorizationState.FAILED, failure="DECLINED")
    make.signature(row)

    lines = exported(client)

    assert list(lines[0]) == list(EXPORTED)
    assert [(line["authorization"], line["reason"], line["utility_data"]) for line in lines] == [
        ("Authorized", "", "Data received"),
        ("Not authorized", "The customer declined", "Not authorized yet"),
    ]
    assert {line["documents_signed"] for line in lines} == {"Terms of service"}


@pytest.mark.parametrize("reference", ["=cmd|'/C calc'!A1", "+1-2", "@SUM(A1)", "-1+1"])
def test_no_cell_of_the_export_is_a_formula(client: Client, acme: Partner, reference: str) -> None:
    row = make.connection(acme, reference)
    make.consent(make.authorization(row), customer_name="=HYPERLINK(1)")

    (line,) = exported(client)
    answer = client.get(reverse("connection-consents", args=[row.pk]))
    ledger = b"".join(answer.streaming_content).decode()  # type: ignore[attr-defined]  # a stream

    assert line["reference_id"] == f"'{reference}"
    assert "'=HYPERLINK(1)" in ledger


@pytest.mark.parametrize("name", ["<script>alert(1)</script>", "\u202eevil", "a" * 256])
def test_a_hostile_reference_is_shown_as_text(client: Client, acme: Partner, name: str) -> None:
    row = make.connection(acme, name)
    make.consent(make.authorization(row), customer_name="<b>Bold</b>")

    for path in (LIST, page_of(row), "/"):
        page = client.get(path).content.decode()
        assert "<script>alert" not in page
        assert "<b>Bold" not in page


def test_queries_of_the_list_do_not_grow(client: Client, acme: Partner) -> None:
    def another(number: int) -> None:
        row = make.connection(acme, f"home-{number}")
        make.authorization(row)
        make.authorization(row, utility="DEMO2")
        make.signature(row)
        note(row, NoteKind.FINISHED)

    another(1)
    first = queries_of(client, LIST)
    another(2)
    another(3)

    assert queries_of(client, LIST) == first


def test_queries_of_one_connection_do_not_grow(client: Client, acme: Partner) -> None:
    row = make.connection(acme, "home-1")

    def another() -> None:
        given = make.authorization(row)
        make.point(given, joined=make.meter(acme, f"m-{given.pk}"))
        make.question(row)
        make.signature(row, f"Terms {given.pk}")
        make.consent(given)

    another()
    first = queries_of(client, page_of(row))
    another()
    another()

    assert queries_of(client, page_of(row)) == first


# --- one connection


def test_a_connection_tells_what_happened_and_what_comes(client: Client, acme: Partner) -> None:
    row = make.connection(acme, "home-1", asked=("DEMO2",))
    given = make.authorization(row, data=DataState.WAITING)
    make.signature(row)
    make.consent(given)
    note(
        row,
        NoteKind.AUTHORIZED,
        authorization=given,
        facts={"utility": given.utility.name},
        expected_by=make.DAY + timedelta(days=2),
    )

    page = client.get(page_of(row)).content.decode()

    assert "Waiting for data" in page
    assert "Not started" in page  # the other utility, which was asked for
    assert "Terms of service" in page
    assert f"The customer authorized {given.utility.name}" in page
    assert "Next step expected by Nov 22, 2026" in page
    assert f"Granted at {given.utility.name} by Alex Rivera" in page
    assert "No meter yet" in page


def test_meters_of_a_connection_are_listed(client: Client, acme: Partner, borealis: Partner) -> None:
    row = make.connection(acme, "home-1")
    mine, other = make.meter(acme, "crm-1"), make.meter(acme, "crm-2")
    make.point(make.authorization(row), joined=mine)

    page = client.get(page_of(row)).content.decode()

    assert str(mine.pk) in page
    assert str(other.pk) not in page


def test_a_texas_meter_is_listed_by_its_esi_id(client: Client, acme: Partner) -> None:
    row = make.needs_esi_id(acme, "texas-1")

    answer = client.post(reverse("connection-esi-id", args=[row.pk]), {"esi_id": "1044372 0001234567"}, follow=True)

    assert answer.status_code == 200
    page = answer.content.decode()
    assert "500 Commerce St" in page
    assert "Enter the ESI ID" not in page
    assert "Not needed" in page


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ("", "is not an ESI ID"),
        ("123", "is not an ESI ID"),
        ("10999990001234567", "No delivery utility in Texas"),
        ("1" * 5000, "is not an ESI ID"),
        ("<b>10", "is not an ESI ID"),
    ],
)
def test_a_wrong_esi_id_is_said_at_its_field(client: Client, acme: Partner, typed: str, told: str) -> None:
    row = make.needs_esi_id(acme, "texas-1")

    answer = client.post(reverse("connection-esi-id", args=[row.pk]), {"esi_id": typed})

    page = answer.content.decode()
    assert answer.status_code == 422
    assert told in page
    assert 'aria-invalid="true"' in page
    assert 'href="#esi_id"' in page
    assert "<b>10" not in page


def test_an_esi_id_that_nobody_waits_for_changes_nothing(client: Client, acme: Partner) -> None:
    row = make.connection(acme, "home-1")

    answer = client.post(reverse("connection-esi-id", args=[row.pk]), {"esi_id": ONCOR}, follow=True)

    assert answer.status_code == 200
    assert not acme.meters.exists()


@pytest.mark.parametrize("chosen", ["", "0", "new meter", "a" * 300, "\x00", "11111111-1111-4111-8111-111111111111"])
def test_a_decision_for_no_candidate_is_refused(client: Client, acme: Partner, chosen: str) -> None:
    row = make.connection(acme, "home-1")
    asked = make.question(row)

    answer = client.post(reverse("connection-decide", args=[row.pk, asked.pk]), {"meter": chosen})

    assert answer.status_code == 422
    page = answer.content.decode()
    assert "Choose a meter, or create a new one." in page
    assert f'href="#point-{asked.pk}"' in page
    assert f'id="point-{asked.pk}"' in page


def test_a_meter_that_is_no_candidate_cannot_be_chosen(client: Client, acme: Partner, borealis: Partner) -> None:
    row = make.connection(acme, "home-1")
    asked = make.question(row)

    for other in (make.meter(acme, "not-asked-about"), make.meter(borealis, "theirs")):
        answer = client.post(reverse("connection-decide", args=[row.pk, asked.pk]), {"meter": str(other.pk)})
        assert answer.status_code == 422
    asked.refresh_from_db()
    assert asked.meter is None


def test_a_decision_joins_the_meter_and_is_made_once(client: Client, acme: Partner) -> None:
    row = make.connection(acme, "home-1")
    asked = make.question(row)
    mine = acme.meters.get()
    address = reverse("connection-decide", args=[row.pk, asked.pk])

    first = client.post(address, {"meter": str(mine.pk)}, follow=True)
    again = client.post(address, {"meter": "new"})

    assert f"The authorization belongs to {mine.partner_reference} from now on." in first.content.decode()
    assert again.status_code == 409
    assert acme.meters.count() == 1
    row.refresh_from_db()
    mine.refresh_from_db()
    assert (row.needs_partner, mine.connection_references) == (False, ["home-1"])


def test_the_consent_ledger_is_exported_for_one_customer(client: Client, acme: Partner, borealis: Partner) -> None:
    row = make.connection(acme, "home-1")
    given = make.authorization(row)
    make.consent(given)
    make.consent(given, verb="ended")
    make.consent(make.authorization(make.connection(acme, "home-2")), customer_name="Somebody Else")
    make.consent(make.authorization(make.connection(borealis, "home-1")), customer_name="Their Customer")

    answer = client.get(reverse("connection-consents", args=[row.pk]))

    text = b"".join(answer.streaming_content).decode("utf-8-sig")  # type: ignore[attr-defined]  # a stream
    lines = list(csv.DictReader(io.StringIO(text)))
    assert [(line["what"], line["customer_name"]) for line in lines] == [
        ("Granted", "Alex Rivera"),
        ("Ended", "Alex Rivera"),
    ]
    assert Consent.objects.count() == 4
