"""The parts of an event that can name people, and blanking them without breaking the chain.

The chain does not hold these parts themselves but a salted digest of them. Blanking an event keeps the digest and
destroys the salt: the chain stays valid, and nobody can guess what was there.
"""

import hashlib
import json
import secrets
from collections.abc import Iterable, Mapping
from typing import Final

from django.db import models, transaction

from portal import clock
from portal.events.actors import Actor
from portal.events.domain import record_many
from portal.events.models import Event
from portal.storage.bulk import update

_BLANK: Final[dict[str, object]] = {"actor_label": "", "address": "", "data": {}}
_SALT_BYTES: Final = 16


def digest_of(event: Event) -> str:
    """The SHA-256, in hex, of the event's salt and its personal parts as canonical JSON."""
    parts = json.dumps([getattr(event, name) for name in _BLANK], sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(bytes.fromhex(event.personal_salt) + parts.encode()).hexdigest()


def is_personal_intact(event: Event) -> bool:
    """Whether the personal parts match the digest; for a blanked event, whether it is still blank."""
    if event.erased_at is None:
        return event.personal_digest == digest_of(event)
    return all(getattr(event, name) == blank for name, blank in _BLANK.items())


def keep_digests(events: Iterable[Event]) -> None:
    """Write salt and digest of the events that have none yet, in one statement. The caller holds their rows."""
    bare = [event for event in events if not event.personal_digest]
    for event in bare:
        event.personal_salt = secrets.token_hex(_SALT_BYTES)
        event.personal_digest = digest_of(event)
    if bare:
        update(
            Event,
            ["personal_salt", "personal_digest"],
            ((event.pk, event.personal_salt, event.personal_digest) for event in bare),
        )


def blank_personal_parts(events: Iterable[Event], *, by: Actor) -> int:
    """Blank the actor's name, the address and the data of these events; returns how many were not blank yet.

    What happened to which subject and when stays, and so does the ID of who did it. Records event.blanked for each.
    Doing it again changes nothing.
    """
    with transaction.atomic():
        locked = Event.objects.select_for_update(of=("self",)).select_related("partner").order_by("pk")
        present = list(locked.filter(pk__in=[event.pk for event in events], erased_at=None))
        keep_digests(present)
        now = clock.now()
        Event.objects.filter(pk__in=[event.pk for event in present]).update(**_BLANK, personal_salt="", erased_at=now)
        by_partner: dict[models.Model | None, list[Event]] = {}
        for event in present:
            by_partner.setdefault(event.partner, []).append(event)
        for partner, theirs in by_partner.items():
            told: list[tuple[str, object, Mapping[str, object]]] = [("event.blanked", event.pk, {}) for event in theirs]
            record_many("event", told, partner=partner, by=by)
    return len(present)
