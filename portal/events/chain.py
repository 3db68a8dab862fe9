"""The hash chain over the log: an event that is altered, removed or slipped in afterwards shows.

Events are sealed behind the verbs that write them, in stretches, so that writers never wait for each other. Who can
write to the database could write a whole new chain; the digest of the last seal, kept elsewhere, shows that too.
"""

import hashlib
import json
import logging
import math
import struct
import time
from collections.abc import Iterable, Iterator
from datetime import UTC
from typing import Final

from django.db import IntegrityError, models, transaction
from django.db.models import Max, OuterRef, Subquery

from portal.events.models import Event, LogCheck, Seal
from portal.storage.settled import wait_for_others

log = logging.getLogger(__name__)
EVENTS_IN_A_SEAL: Final = 256
FINDINGS_KEPT: Final = 100
_WAIT_SECONDS: Final = 20
_ENTRY: Final = struct.Struct(">Q16s")
_SAID = ("verb", "subject_type", "subject_id", "actor_kind", "actor_id", "actor_label", "address", "data")

ALTERED, REMOVED, ADDED, BROKEN = "altered", "removed", "added", "broken"  # what may be found


def seal_log(*, seconds: float = math.inf) -> int:
    """Seal every event that is settled and not sealed yet, or as many as the seconds allow; returns how many.

    Two at once do no harm.
    """
    until = time.monotonic() + seconds
    newest = Event.objects.aggregate(newest=Max("pk"))["newest"]
    if newest is None or not wait_for_others(seconds=_WAIT_SECONDS):
        return 0
    last = Seal.objects.order_by("-number").first()
    sealed = 0
    while time.monotonic() < until and (events := list(_unsealed(last, newest))):
        try:
            with transaction.atomic():
                last = _seal(events, after=last)
        except IntegrityError:  # another worker was first
            break
        sealed += len(events)
    return sealed


def _unsealed(last: Seal | None, newest: int) -> Iterable[Event]:
    """The next stretch. No event with a smaller ID can still come, since whoever took a number has ended."""
    return Event.objects.filter(pk__gt=last.last_id if last else 0, pk__lte=newest).order_by("pk")[:EVENTS_IN_A_SEAL]


def _seal(events: list[Event], *, after: Seal | None) -> Seal:
    entries = b"".join(_ENTRY.pack(event.pk, fingerprint(event)) for event in events)
    return Seal.objects.create(
        number=after.number + 1 if after else 1,
        first_id=events[0].pk,
        last_id=events[-1].pk,
        entries=entries,
        digest=_digest(after.digest if after else "", entries),
    )


def fingerprint(event: Event) -> bytes:
    """16 bytes that change with everything that the event says."""
    said = [
        event.pk,
        event.at.astimezone(UTC).isoformat(),
        str(event.partner_id),
        *(getattr(event, name) for name in _SAID),
    ]
    return hashlib.sha256(json.dumps(said, sort_keys=True).encode()).digest()[:16]


def _digest(before: str, entries: bytes) -> str:
    return hashlib.sha256(before.encode() + entries).hexdigest()


def _entries_of(seal: Seal) -> dict[int, bytes]:
    return dict(_ENTRY.iter_unpack(bytes(seal.entries)))


def altered_among(events: Iterable[Event]) -> set[int]:
    """The IDs of those events that are not as they were sealed, or that nobody sealed in their time. Two queries."""
    by_id = {event.pk: event for event in events}
    covering = Seal.objects.filter(last_id__gte=OuterRef("pk")).order_by("last_id").values("number")[:1]
    found = dict(Event.objects.filter(pk__in=by_id).annotate(seal=Subquery(covering)).values_list("pk", "seal"))
    seals = {seal.number: _entries_of(seal) for seal in Seal.objects.filter(number__in=set(found.values()) - {None})}
    return {pk for pk, seal in found.items() if seal is not None and seals[seal].get(pk) != fingerprint(by_id[pk])}


def check_log() -> LogCheck:
    """Read the whole sealed log and keep what was found. A finding is logged as an error.

    What the last check saw as the end of the chain has to be in it still: seals that were taken off its end show too.
    """
    known = LogCheck.objects.order_by("-pk").values_list("head", flat=True).first()
    events, head, heads = 0, "", {"", None}
    findings: list[tuple[str, int]] = []
    for seal, found in _readings():
        events, head = events + len(seal.entries) // _ENTRY.size, seal.digest
        heads.add(head)
        findings += found[: FINDINGS_KEPT - len(findings)]
    if known not in heads:
        findings.append((BROKEN, 0))
    if findings:
        log.error("the event log is not as it was sealed: %s", findings)
    return LogCheck.objects.create(events=events, head=head, findings=findings)


def concerns(check: LogCheck, partner: models.Model) -> bool:
    """Whether something was found that a partner has to know: one of its own events, or one that is nobody's now."""
    theirs = {pk for what, pk in check.findings if what in {ALTERED, ADDED}}
    if len(theirs) < len(check.findings):
        return True
    return bool(theirs) and Event.objects.filter(pk__in=theirs, partner_id=partner.pk).exists()


def _readings() -> Iterator[tuple[Seal, list[tuple[str, int]]]]:
    """Each seal with what is not as it says: (what, event ID; the seal's number where the chain itself is broken)."""
    before, number, after = "", 0, 0
    for seal in Seal.objects.order_by("number").iterator(chunk_size=100):
        number += 1
        is_next = seal.number == number and seal.digest == _digest(before, bytes(seal.entries))
        broken = [] if is_next else [(BROKEN, seal.number)]
        yield seal, broken + _differences(seal, after)
        before, number, after = seal.digest, seal.number, seal.last_id


def _differences(seal: Seal, after: int) -> list[tuple[str, int]]:
    """Between a seal and the events that stand there now, from the end of the seal before it."""
    sealed = _entries_of(seal)
    now = {event.pk: fingerprint(event) for event in Event.objects.filter(pk__gt=after, pk__lte=seal.last_id)}
    found = [(ADDED if pk not in sealed else ALTERED, pk) for pk in now if now[pk] != sealed.get(pk)]
    return sorted(found + [(REMOVED, pk) for pk in sealed.keys() - now.keys()], key=lambda one: one[1])
