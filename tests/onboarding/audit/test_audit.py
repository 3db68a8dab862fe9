"""The audit page: who did what, when and from where; filters, export, altered entries, and nobody else's."""

import csv
import io

import pytest
from django.db import connection

from onboarding.audit.filters import event_filter
from portal.events.actors import Actor
from portal.events.chain import seal_log
from portal.events.domain import record, record_many
from portal.events.models import Event
from portal.partners.domain import invite
from portal.partners.models import Role
from tests.conftest import make_user

pytestmark = pytest.mark.django_db


def by(label: str, address: str = "192.0.2.7") -> Actor:
    return Actor("person", "1", label, address)


def words(response) -> list[str]:
    return [row.event.verb_text for row in response.context["rows"]]


def test_what_a_manager_did_stands_there_with_the_address(acme, manager, client_of):
    client = client_of(manager)
    client.post("/people/invite/", {"email": "new@acme.example", "role": "USER"}, REMOTE_ADDR="203.0.113.9")

    response = client.get("/audit/")

    (row,) = response.context["rows"]
    assert (row.event.verb_text, row.event.actor_label, row.event.address) == (
        "Invitation sent",
        "Mara Manager",
        "203.0.113.9",
    )
    assert row.details == ["Email: new@acme.example", "Role: User"]


def test_only_managers_see_it(user, stranger, acme, client_of):
    record("partner.seen", subject=acme, partner=acme, by=by("Ann"))

    assert client_of(user).get("/audit/").status_code == 403
    assert words(client_of(stranger).get("/audit/")) == []


def test_filters_by_person_address_thing_and_day(acme, manager, client_of):
    client = client_of(manager)
    for label, address, subject in [("Ann", "192.0.2.1", acme), ("Bob", "192.0.2.2", manager)]:
        record("some.thing_done", subject=subject, partner=acme, by=by(label, address))
    Event.objects.filter(actor_label="Bob").update(at="2026-03-01T12:00:00Z")

    def who(query: str) -> list[str]:
        return [row.event.actor_label for row in client.get(f"/audit/?{query}").context["rows"]]

    assert who("") == ["Bob", "Ann"]
    assert who("who=an") == ["Ann"]
    assert who("address=192.0.2.2") == ["Bob"]
    assert who("about=user") == ["Bob"]
    assert who(f"subject={acme.pk}") == ["Ann"]
    assert who("first=2026-03-01&last=2026-03-01") == ["Bob"]
    assert who("first=yesterday") == []


def test_a_day_is_the_partner_s_day(acme, manager, client_of):
    record("some.thing_done", subject=acme, partner=acme, by=by("Ann"))
    Event.objects.update(at="2026-03-02T07:30:00Z")  # still the evening before in Los Angeles

    client = client_of(manager)

    assert len(client.get("/audit/?first=2026-03-01&last=2026-03-01").context["rows"]) == 1
    assert len(client.get("/audit/?first=2026-03-02").context["rows"]) == 0


def test_single_meters_are_left_out_until_asked_for(acme, manager, client_of):
    record_many("meter", [("meter.created", "1", {})], partner=acme, by=by("Ann"))
    record("partner.seen", subject=acme, partner=acme, by=by("Ann"))

    client = client_of(manager)

    assert words(client.get("/audit/")) == ["Partner seen"]
    assert words(client.get("/audit/?meters=yes")) == ["Partner seen", "Meter created"]
    assert words(client.get("/audit/?subject=1")) == ["Meter created"]


@pytest.mark.skipif(connection.vendor != "sqlite", reason="PostgreSQL reads so few rows without an index")
def test_single_meters_are_passed_over_by_the_index(acme):
    events = event_filter({}, partner=acme).qs.order_by("-pk")[:51]

    assert "event_of_few" in events.explain()


def test_an_altered_entry_is_marked(acme, manager, client_of):
    event = record("partner.seen", subject=acme, partner=acme, by=by("Ann"))
    seal_log()
    client = client_of(manager)
    before = client.get("/audit/").content.decode()

    Event.objects.filter(pk=event.pk).update(actor_label="Somebody else")

    assert "Altered afterwards" not in before
    assert "Altered afterwards" in client.get("/audit/").content.decode()


def test_the_export_holds_what_is_filtered_and_no_formula(acme, borealis, manager, client_of):
    record("partner.seen", subject=acme, partner=acme, by=by("=Ann()"), data={"changes": {"city": ["Oakland", ""]}})
    record("partner.seen", subject=acme, partner=acme, by=by("Bob"))
    record("partner.seen", subject=borealis, partner=borealis, by=by("=Ann()"))

    response = client_of(manager).get("/audit/export.csv?who=ann")

    header, *lines = csv.reader(io.StringIO(b"".join(response).decode("utf-8-sig")))
    assert header[:5] == ["id", "at", "who", "kind_of_actor", "from_address"]
    assert [line[2:] for line in lines] == [
        ["'=Ann()", "person", "192.0.2.7", "Partner seen", "Partner", str(acme.pk), "City: Oakland → empty"]
    ]


@pytest.mark.parametrize("count", [1, 3])
def test_queries_of_the_audit_page(acme, manager, client_of, django_assert_num_queries, count):
    for _ in range(count):
        record("partner.seen", subject=acme, partner=acme, by=by("Ann"))
    seal_log()
    client = client_of(manager)
    client.get("/audit/")  # the catalogue is read, the session seen

    with django_assert_num_queries(10):
        client.get("/audit/")


def test_hostile_names_are_escaped(acme, manager, client_of):
    evil = make_user("evil@acme.example", "<script>alert(1)</script>")
    invite(acme, email="x@acme.example", role=Role.USER, by=Actor.person(evil))

    page = client_of(manager).get("/audit/").content.decode()

    assert "<script>alert" not in page
    assert "&lt;script&gt;alert(1)" in page


@pytest.mark.parametrize(
    ("data", "details"),
    [
        ({"METER_CREATED": 36, "VALIDATION_ERROR": 4}, ["Meter created: 36", "Needs fixing: 4"]),
        ({"create": 2, "left_out": 1}, ["New: 2", "Left out by you: 1"]),
        ({"kind": "totp"}, ["Kind: Authenticator app"]),
        ({"kind": "add_tag", "value": "x"}, ["Kind: Add a tag", "Value: x"]),
        ({"role": ["MANAGER", "USER"]}, ["Role: Manager → User"]),
        ({"code": "FILE_EMPTY"}, ["Reason: Empty file"]),
        ({"code": "no such code", "name": "FILE_EMPTY"}, ["Reason: no such code", "Name: FILE_EMPTY"]),
        ({"changes": {"requires_two_factor": [False, True]}}, ["Two-factor required: no → yes"]),
        ({"changes": {"time_zone": ["UTC", "Asia/Tokyo"]}}, ["Time zone: UTC → Asia/Tokyo"]),
    ],
)
def test_details_are_in_words(acme, manager, client_of, data, details):
    record("partner.seen", subject=acme, partner=acme, by=by("Ann"), data=data)

    (row,) = client_of(manager).get("/audit/").context["rows"]

    assert row.details == details


@pytest.mark.parametrize(
    ("query", "error"),
    [
        ("first=garbage", "From: enter a day, for example 2026-07-31."),
        ("last=2026-13-40", "To: enter a day, for example 2026-07-31."),
        ("about=nothing", "About: choose one of the list."),
        ("meters=maybe", "Single meters: choose one of the list."),
    ],
)
def test_a_filter_that_cannot_be_read_is_named_and_nothing_is_exported(acme, manager, client_of, query, error):
    record("partner.seen", subject=acme, partner=acme, by=by("Ann"))
    client = client_of(manager)

    response = client.get(f"/audit/?{query}")

    page = response.content.decode()
    assert response.status_code == 422
    assert "<title>Error: Audit log" in page
    assert f'<a href="#id_{query.split("=")[0]}">{error}</a>' in page
    assert "No entry matches" not in page
    assert client.get(f"/audit/export.csv?{query}")["Location"] == f"/audit/?{query}"


def test_a_failed_sign_in_says_whose_account_was_meant(acme, manager, user, client, client_of):
    client.post("/accounts/login/", {"login": user.email, "password": "wrong"})

    (row,) = client_of(manager).get("/audit/").context["rows"]

    assert row.details == ["Email: user@acme.example", "Name: Uli User"]
