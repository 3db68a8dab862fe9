"""The hash chain over the log: it reveals events that were altered, removed or inserted afterwards.

Events are sealed in batches after the verbs that write them, so that writers never wait for each other. Whoever can
write to the database could forge a whole chain; a copy of the last seal's digest, kept elsewhere, reveals that too.
"""

import hashlib
import json
import logging
import math
import struct
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC
from typing import Any, Final
from uuid import UUID

from django.db import IntegrityError, models, transaction
from django.db.models import Max, OuterRef, Q, QuerySet, Subquery

from portal import clock
from portal.events import witness
from portal.events.actors import Actor
from portal.events.domain import record
from portal.events.models import Event, Finding, LogCheck, Seal, What
from portal.events.personal import digest_of, is_personal_intact, keep_digests
from portal.storage.settled import wait_for_writers

log = logging.getLogger(__name__)
EVENTS_IN_A_SEAL: Final = 256
FINDINGS_KEPT: Final = 100
_WAIT_SECONDS: Final = 20
_ENTRY: Final = struct.Struct(">Q16s")
_OWNER: Final = 8  # bytes
_SAID = ("verb", "subject_type", "subject_id", "actor_kind", "actor_id", "personal_digest")


def seal_log(*, seconds: float = math.inf) -> int:
    """Seal every settled event, or as many as the seconds allow; returns how many. Safe to run twice at once."""
    until = time.monotonic() + seconds
    is_whole = _watch_the_end()
    newest = Event.objects.aggregate(newest=Max("pk"))["newest"]
    if newest is None or not wait_for_writers(Event, seconds=_WAIT_SECONDS):
        return 0
    last = Seal.objects.order_by("-number").first()
    sealed = 0
    while time.monotonic() < until:
        try:
            with transaction.atomic():
                events = list(_unsealed(last, newest))
                if not events:
                    break
                keep_digests(events)
                last = _seal(events, after=last)
        except IntegrityError:  # another worker was first
            break
        sealed += len(events)
    if last and is_whole and witness.kept() != (end := witness.End(last.number, last.digest)):
        witness.keep(end)
    return sealed


def _unsealed(last: Seal | None, newest: int) -> Iterable[Event]:
    """The next batch, locked. No event with a smaller ID can still appear: whoever took one has ended."""
    later = Event.objects.select_for_update().filter(pk__gt=last.last_id if last else 0, pk__lte=newest)
    return later.order_by("pk")[:EVENTS_IN_A_SEAL]


def _seal(events: list[Event], *, after: Seal | None) -> Seal:
    entries = b"".join(_ENTRY.pack(event.pk, fingerprint(event)) for event in events)
    owners = b"".join(_owner_mark(event.pk, event.partner_id) for event in events)
    return Seal.objects.create(
        number=after.number + 1 if after else 1,
        first_id=events[0].pk,
        last_id=events[-1].pk,
        entries=entries,
        owners=owners,
        digest=_digest(after.digest if after else "", entries, owners),
    )


def fingerprint(event: Event, *, partner_id: object = None) -> bytes:
    """16 bytes of hash over the event, or over the event as if it were that partner's.

    The personal parts count by their digest, so it stays the same when they are blanked. The request's ID counts where
    there is one: events are sealed since before it was kept.
    """
    said = [
        event.pk,
        event.at.astimezone(UTC).isoformat(),
        str(partner_id or event.partner_id),
        *(getattr(event, name) for name in _SAID),
        *filter(None, [event.request_id]),
    ]
    return hashlib.sha256(json.dumps(said, sort_keys=True).encode()).digest()[:16]


def _is_as_sealed(event: Event, sealed: bytes | None) -> bool:
    return fingerprint(event) == sealed and is_personal_intact(event)


def _mark(event: Event) -> str:
    """Identifies this state of an event in a finding."""
    return hashlib.sha256(fingerprint(event) + digest_of(event).encode()).hexdigest()[:32]


def _owner_mark(event_id: int, partner_id: object) -> bytes:
    """8 bytes that tell to whom an event belonged."""
    return hashlib.sha256(f"{event_id}:{partner_id}".encode()).digest()[:_OWNER]


def _digest(before: str, entries: bytes, owners: bytes) -> str:
    return hashlib.sha256(before.encode() + entries + owners).hexdigest()


def _entries_of(seal: Seal) -> dict[int, bytes]:
    return dict(_ENTRY.iter_unpack(bytes(seal.entries)))


def altered_among(events: Iterable[Event]) -> set[int]:
    """The IDs of those events that are not as they were sealed, or that nobody sealed in their time. Two queries.

    The events are read again, since those that were read before they were sealed lack their digest.
    """
    covering = Seal.objects.filter(last_id__gte=OuterRef("pk")).order_by("last_id").values("number")[:1]
    now = list(Event.objects.filter(pk__in=[event.pk for event in events]).annotate(seal=Subquery(covering)))
    covered = {event: event.seal for event in now if event.seal is not None}
    seals = {seal.number: _entries_of(seal) for seal in Seal.objects.filter(number__in=set(covered.values()))}
    return {event.pk for event, seal in covered.items() if not _is_as_sealed(event, seals[seal].get(event.pk))}


def check_log(*, is_restored: bool = False) -> LogCheck:
    """Read the whole sealed log and store the findings. Logs an error for each that nobody has acknowledged.

    Every end of the chain that an earlier check saw, and the one that this machine remembers, must still be in it, so
    that seals cut off the end are found. is_restored: the log is from a backup, so what this machine remembers may be
    later and is not looked for.
    """
    missing = dict(LogCheck.objects.exclude(head="").order_by("pk").values_list("head", "pk"))
    if not is_restored and (remembered := witness.kept()):
        missing[remembered.digest] = max(missing.values(), default=0) + 1
    owners = _Owners()
    acknowledged = set(Finding.objects.exclude(acknowledged_at=None).values_list("what", "which", "mark"))
    events, last = 0, None
    unacknowledged: list[_Difference] = []
    for seal, differences in _readings(owners):
        events, last = events + len(seal.entries) // _ENTRY.size, seal
        missing.pop(seal.digest, None)
        fresh = [one for one in differences if one.key not in acknowledged]
        unacknowledged += fresh[: FINDINGS_KEPT - len(unacknowledged)]
    if missing and (end := _end_is_gone(max(missing, key=missing.__getitem__))).key not in acknowledged:
        unacknowledged.append(end)
    check = LogCheck.objects.create(
        events=events,
        head=last.digest if last else "",
        seal=last.number if last else 0,
        findings=[(one.what, one.which) for one in unacknowledged],
    )
    _keep(unacknowledged)
    return check


def open_findings(partner: models.Model | None = None) -> QuerySet[Finding]:
    """Findings that nobody has acknowledged; for a partner, those that concern it or everybody."""
    findings = Finding.objects.filter(acknowledged_at=None).order_by("pk")
    return findings.filter(Q(partners=None) | Q(partners=partner.pk)).distinct() if partner else findings


def acknowledge(finding: Finding, *, note: str, by: Actor) -> None:
    """Close a finding, with an event for each partner whom it concerns. Doing it twice keeps the first note."""
    with transaction.atomic():
        locked = Finding.objects.select_for_update().get(pk=finding.pk)
        if locked.acknowledged_at:
            return
        locked.acknowledged_at, locked.acknowledged_by, locked.note = clock.now(), by.label[:200], note
        locked.save(update_fields=["acknowledged_at", "acknowledged_by", "note"])
        told: list[models.Model | None] = list(locked.partners.all() or locked.partners.model.objects.all())
        data = {"found": What(locked.what).text.format(locked.which), "note": note}
        for partner in told or [None]:
            record("finding.acknowledged", subject=locked, partner=partner, by=by, data=data)


@dataclass(frozen=True, slots=True)
class _Difference:
    """Something that is not as it was sealed; partners: the IDs of those whom it concerns, none for everybody."""

    what: str
    which: int
    mark: str = ""
    partners: frozenset[Any] = frozenset()

    @property
    def key(self) -> tuple[str, int, str]:
        return self.what, self.which, self.mark


def _end_is_gone(head: str) -> _Difference:
    """The chain no longer contains what an earlier check saw as its end."""
    return _Difference(What.BROKEN, 0, head)


def _keep(differences: list[_Difference]) -> None:
    """Store each difference as a finding, open until it is acknowledged whatever the next check says."""
    for difference in differences:
        with transaction.atomic():
            finding, is_new = Finding.objects.get_or_create(
                what=difference.what, which=difference.which, mark=difference.mark
            )
            if is_new:
                finding.partners.set(difference.partners)
        if finding.acknowledged_at is None:
            log.error("the event log is not as it was sealed: %s", What(difference.what).text.format(difference.which))


def _watch_the_end() -> bool:
    """Report a chain that was cut short before it is sealed anew, rather than at the next check.

    Returns whether nothing is missing that nobody has acknowledged.
    """
    check = LogCheck.objects.exclude(head="").exclude(seal=0).order_by("-pk").first()
    ends = [witness.kept(), witness.End(check.seal, check.head) if check else None]
    missing = [end.digest for end in ends if end and not end.is_in_chain]
    _keep([_end_is_gone(digest) for digest in missing])
    return not Finding.objects.filter(what=What.BROKEN, which=0, mark__in=missing, acknowledged_at=None).exists()


class _Owners:
    """Tells to which partner an event belonged when it was sealed; to none when that is unknown."""

    def __init__(self) -> None:
        partners: Any = Event._meta.get_field("partner").related_model
        self.ids: list[UUID] = list(partners.objects.values_list("pk", flat=True))

    def of(self, event_id: int, mark: bytes) -> frozenset[Any]:
        return frozenset([pk for pk in self.ids if mark == _owner_mark(event_id, pk)])

    def moved_from(self, event: Event, sealed: bytes) -> frozenset[Any]:
        """For seals without owners: the partner with which the event would match its seal."""
        return frozenset([pk for pk in self.ids if fingerprint(event, partner_id=pk) == sealed])


def _readings(owners: _Owners) -> Iterator[tuple[Seal, list[_Difference]]]:
    """Each seal with the differences between it and the log."""
    before, number, after = "", 0, 0
    for seal in Seal.objects.order_by("number").iterator(chunk_size=100):
        number += 1
        is_next = seal.number == number and seal.digest == _digest(before, bytes(seal.entries), bytes(seal.owners))
        broken = [] if is_next else [_Difference(What.BROKEN, seal.number, seal.digest)]
        yield seal, broken + _differences(seal, after, owners)
        before, number, after = seal.digest, seal.number, seal.last_id


def _differences(seal: Seal, after: int, owners: _Owners) -> list[_Difference]:
    """Differences between a seal and the present events, from the end of the seal before it."""
    sealed, marks = _entries_of(seal), bytes(seal.owners)
    owner = {pk: marks[n * _OWNER : (n + 1) * _OWNER] for n, pk in enumerate(sealed)}
    now = {event.pk: event for event in Event.objects.filter(pk__gt=after, pk__lte=seal.last_id)}
    differences = [_Difference(What.REMOVED, pk, "", owners.of(pk, owner[pk])) for pk in sealed.keys() - now.keys()]
    for pk, event in now.items():
        if pk not in sealed:
            differences.append(_Difference(What.ADDED, pk, _mark(event), frozenset({event.partner_id} - {None})))
        elif not _is_as_sealed(event, sealed[pk]):
            was = owners.of(pk, owner[pk]) or owners.moved_from(event, sealed[pk])
            differences.append(_Difference(What.ALTERED, pk, _mark(event), was and was | {event.partner_id} - {None}))
    return sorted(differences, key=lambda one: one.which)
