"""Blanking the personal parts of events: the chain goes on, and nobody can make use of it to change what was said."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from portal.correlation import working_for
from portal.events.actors import Actor
from portal.events.chain import altered_among, check_log, seal_log
from portal.events.domain import record, record_many, record_staged
from portal.events.models import Event, Finding
from portal.events.personal import blank_personal_parts
from portal.partners.models import Partner
from portal.storage.staging import Given, Staged

pytestmark = pytest.mark.django_db
BY = Actor("person", "7", "Ana Anders", "192.0.2.7")
STAFF = Actor.system("Erasure")


def write(partner) -> list[Event]:
    """One event by each way of writing them."""
    record("partner.renamed", subject=partner, partner=partner, by=BY, data={"name": ["Ana's", "Bob's"], "n": 1.5})
    record_many("meter", [("meter.created", "m-1", {"é": "Zoë", "deep": {"b": [], "a": None}})], partner=partner, by=BY)
    staged = Staged(Partner, "r.slug = %s", (partner.slug,))
    record_staged(
        staged,
        "meter.created",
        subject_type="meter",
        subject_id="r.slug",
        data=Given({"who": "Ana"}),
        partner=partner,
        by=BY,
    )
    return list(Event.objects.order_by("pk"))


def parts(event: Event) -> tuple[object, ...]:
    event.refresh_from_db()
    return event.actor_label, event.address, event.data


@pytest.fixture
def sealed(acme) -> list[Event]:
    events = write(acme)
    seal_log()
    assert check_log().findings == []
    return events


def test_every_way_of_writing_gets_a_salt_and_a_digest_of_its_own(sealed):
    for event in sealed:
        event.refresh_from_db()

    assert [(len(event.personal_salt), len(event.personal_digest)) for event in sealed] == [(32, 64)] * 3
    assert len({event.personal_salt for event in sealed}) == len({event.personal_digest for event in sealed}) == 3


def test_every_way_of_writing_names_the_request(acme):
    with working_for("request-0001"):
        events = write(acme)

    assert [event.request_id for event in events] == ["request-0001"] * 3


def test_the_same_words_have_another_digest_in_another_event(acme):
    record_many("meter", [("meter.created", n, {}) for n in range(2)], partner=acme, by=BY)

    seal_log()

    assert Event.objects.values("personal_digest").distinct().count() == 2


def test_the_chain_verifies_before_and_after_blanking(acme, sealed):
    assert blank_personal_parts(sealed[:2], by=STAFF) == 2

    assert [parts(event) for event in sealed] == [
        ("", "", {}),
        ("", "", {}),
        ("Ana Anders", "192.0.2.7", {"who": "Ana"}),
    ]
    assert (check_log().findings, altered_among(Event.objects.all())) == ([], set())
    assert seal_log() == 2
    assert (check_log().findings, altered_among(Event.objects.all())) == ([], set())


def test_blanking_destroys_the_salt_and_says_so_in_the_log(acme, borealis, sealed):
    others = record("partner.seen", subject=borealis, partner=borealis, by=BY)
    nobodys = record("partner.seen", subject=borealis, partner=None, by=BY)

    blank_personal_parts([sealed[0], others, nobodys], by=STAFF)

    assert set(Event.objects.exclude(erased_at=None).values_list("pk", "personal_salt")) == {
        (sealed[0].pk, ""),
        (others.pk, ""),
        (nobodys.pk, ""),
    }
    told = Event.objects.filter(verb="event.blanked").values_list("subject_id", "partner", "actor_label")
    assert set(told) == {
        (str(sealed[0].pk), acme.pk, "Erasure"),
        (str(others.pk), borealis.pk, "Erasure"),
        (str(nobodys.pk), None, "Erasure"),
    }


def test_blanking_twice_is_blanking_once(sealed):
    blank_personal_parts(sealed, by=STAFF)

    assert blank_personal_parts(sealed, by=STAFF) == 0
    assert Event.objects.filter(verb="event.blanked").count() == 3


def test_an_event_that_is_blanked_before_it_is_sealed_verifies(acme):
    events = write(acme)

    blank_personal_parts(events[:1], by=STAFF)
    seal_log()

    assert check_log().findings == []
    assert Event.objects.get(pk=events[0].pk).personal_salt == ""


@pytest.mark.parametrize(
    "changes",
    [
        {"actor_label": "Somebody else"},
        {"address": "198.51.100.1"},
        {"data": {"name": ["Ana's", "Bobs"], "n": 1.5}},
        {"personal_salt": "00" * 16},
        {"personal_digest": "0" * 64},
        {"erased_at": "2027-01-01T00:00:00Z"},
    ],
)
def test_a_change_of_an_event_that_is_not_blanked_is_found(sealed, changes):
    Event.objects.filter(pk=sealed[0].pk).update(**changes)

    assert check_log().findings == [("altered", sealed[0].pk)]
    assert altered_among(Event.objects.all()) == {sealed[0].pk}


@pytest.mark.parametrize(
    "changes",
    [
        {"personal_digest": "0" * 64},
        {"actor_label": "Somebody else"},
        {"address": "198.51.100.1"},
        {"data": {"name": "x"}},
        {"erased_at": None},
        {"erased_at": None, "actor_label": "Ana Anders", "personal_salt": "00" * 16},
        {"actor_id": "8"},
    ],
)
def test_content_that_comes_back_to_a_blanked_event_is_found(sealed, changes):
    blank_personal_parts(sealed[:1], by=STAFF)

    Event.objects.filter(pk=sealed[0].pk).update(**changes)

    assert check_log().findings == [("altered", sealed[0].pk)]
    assert altered_among(Event.objects.all()) == {sealed[0].pk}


def test_a_digest_that_was_made_anew_for_other_words_is_found(acme, sealed):
    other = record("partner.renamed", subject=acme, partner=acme, by=STAFF)
    seal_log()
    other.refresh_from_db()

    Event.objects.filter(pk=sealed[0].pk).update(
        actor_label=other.actor_label,
        address=other.address,
        data=other.data,
        personal_salt=other.personal_salt,
        personal_digest=other.personal_digest,
    )

    assert check_log().findings == [("altered", sealed[0].pk)]


def test_two_changes_of_the_personal_parts_are_two_findings(sealed):
    for label in ("Somebody else", "And another"):
        Event.objects.filter(pk=sealed[0].pk).update(actor_label=label)
        check_log()

    assert Finding.objects.values("mark").distinct().count() == 2


def test_sealing_asks_as_much_for_many_events_of_a_stretch_as_for_few(acme):
    counts = []
    for size in (3, 200):
        record_many("meter", [("meter.created", n, {}) for n in range(size)], partner=acme, by=BY)
        with CaptureQueriesContext(connection) as queries:
            assert seal_log() == size
        counts.append(len(queries))

    assert counts[0] == counts[1]
