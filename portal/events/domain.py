"""Writing to the event log. Call it inside the transaction of the verb whose event it is."""

from collections.abc import Iterable, Mapping

from django.db import models

from portal import clock, correlation
from portal.events.actors import Actor
from portal.events.models import Event
from portal.storage.bulk import insert
from portal.storage.staging import Given, Staged, insert_from

Happening = tuple[str, object, Mapping[str, object]]  # verb, ID of the subject, data
_WHOM = ("actor_kind", "actor_id", "actor_label", "address", "request_id")


def record(
    verb: str,
    *,
    subject: models.Model,
    partner: models.Model | None,
    by: Actor,
    data: Mapping[str, object] | None = None,
) -> Event:
    """Add one event. `data` holds JSON values; personal data stays out of it except old and new values of fields."""
    return Event.objects.create(
        at=clock.now(),
        partner_id=partner.pk if partner else None,
        verb=verb,
        subject_type=subject._meta.model_name or "",
        subject_id=str(subject.pk),
        actor_kind=by.kind,
        actor_id=by.id,
        actor_label=by.label[:200],
        address=by.address,
        request_id=correlation.request_id(),
        data=dict(data or {}),
    )


def record_many(
    subject_type: str,
    happenings: Iterable[Happening],
    *,
    partner: models.Model | None,
    by: Actor,
) -> int:
    """Add many events of one partner and actor in one statement. Returns how many."""
    at, whom = clock.now(), (by.kind, by.id, by.label[:200], by.address, correlation.request_id())
    owner = partner.pk if partner else None
    return insert(
        Event,
        ["at", "partner", "verb", "subject_type", "subject_id", *_WHOM, "data"],
        ((at, owner, verb, subject_type, str(subject), *whom, dict(data)) for verb, subject, data in happenings),
    )


def record_staged(
    staged: Staged,
    verb: str,
    *,
    subject_type: str,
    subject_id: str,
    data: "str | Given",
    partner: models.Model,
    by: Actor,
) -> int:
    """Add one event for each staged row, inside the database. subject_id and data: SQL over r (data may be Given)."""
    return insert_from(
        staged,
        Event,
        {
            "at": Given(clock.now()),
            "partner": Given(partner.pk),
            "verb": Given(verb),
            "subject_type": Given(subject_type),
            "subject_id": subject_id,
            "actor_kind": Given(by.kind),
            "actor_id": Given(by.id),
            "actor_label": Given(by.label[:200]),
            "address": Given(by.address),
            "request_id": Given(correlation.request_id()),
            "data": data,
        },
    )
