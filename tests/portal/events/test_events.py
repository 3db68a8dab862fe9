"""The event log: what is written, by whom, and how it reads back."""

import pytest
from django.db.models import ProtectedError

from portal.correlation import working_for
from portal.events.actors import Actor
from portal.events.domain import record, record_many
from portal.events.models import Event
from portal.events.queries import timeline


def test_record_keeps_who_did_what_to_which(acme, manager):
    event = record("partner.renamed", subject=acme, partner=acme, by=Actor.person(manager), data={"name": ["A", "B"]})

    event.refresh_from_db()
    assert (event.verb, event.subject_type, event.subject_id) == ("partner.renamed", "partner", str(acme.pk))
    assert (event.actor_kind, event.actor_id, event.actor_label) == ("person", str(manager.pk), "Mara Manager")
    assert event.data == {"name": ["A", "B"]}
    assert event.at is not None


def test_record_keeps_the_name_that_the_actor_had(acme, manager):
    record("partner.seen", subject=acme, partner=acme, by=Actor.person(manager))
    manager.name = "Another Name"
    manager.save()

    assert Event.objects.get().actor_label == "Mara Manager"


def test_record_by_an_actor_with_a_very_long_name(acme):
    record("partner.seen", subject=acme, partner=acme, by=Actor.system("x" * 300))

    assert Event.objects.get().actor_label == "x" * 200


def test_actor_survives_json(manager, api_key):
    for actor in (Actor.person(manager), Actor.api_key(api_key[0]), Actor.system()):
        assert Actor.from_json(actor.as_json()) == actor


def test_record_many_equals_as_many_records(acme, manager):
    by = Actor.person(manager)
    subjects = [acme, manager]
    told = ("partner", "verb", "subject_id", "actor_id", "data", "request_id")
    with working_for("request-0001"):
        for subject in subjects:
            record("meter.created", subject=subject, partner=acme, by=by, data={"n": 1})
        one_by_one = list(Event.objects.order_by("id").values(*told))

        count = record_many(
            "partner", (("meter.created", subject.pk, {"n": 1}) for subject in subjects), partner=acme, by=by
        )

    assert count == 2
    assert list(Event.objects.order_by("id").values(*told)) == one_by_one * 2
    assert {event["request_id"] for event in one_by_one} == {"request-0001"}


def test_timeline_is_one_subject_s_newest_first(acme, borealis):
    for verb, subject in [("a.first", acme), ("a.other", borealis), ("a.last", acme)]:
        record(verb, subject=subject, partner=subject, by=Actor.system())

    assert [event.verb for event in timeline(acme)] == ["a.last", "a.first"]


def test_a_partner_with_events_cannot_be_deleted(acme):
    record("partner.seen", subject=acme, partner=acme, by=Actor.system())

    with pytest.raises(ProtectedError):
        acme.delete()
