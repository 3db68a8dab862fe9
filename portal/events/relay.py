"""The relay: lets events out to programs once they are settled, so that nothing can appear before them any more.

Numbers are taken when an event is written and become visible when its transaction ends: a reader who only goes on after
the last number that it saw would miss the event of a transaction that took longer. The relay therefore notes the newest
number and who else is writing, waits until each of those has ended, and publishes up to that number.
"""

import math
import time
from collections.abc import Iterable
from typing import Final
from uuid import UUID

from django.db import transaction
from django.db.models import Max, Q

from portal import clock
from portal.events.models import Event, Horizon, Publication
from portal.events.published import event_types, settled_to
from portal.storage.bulk import insert
from portal.storage.settled import open_writers

EVENTS_AT_ONCE: Final = 5_000
_PAUSE_SECONDS: Final = 0.05
_PATIENCE_SECONDS: Final = 2.0  # with open transactions, before the work is left to the next run
_ROW: Final = 1

Row = tuple[int, UUID, str, str]  # ID of the event, partner, verb, subject


def publish_settled(*, seconds: float = math.inf) -> int:
    """Publish every settled event, or as many as the seconds allow; returns how many. Any number of workers may call it
    at once: one of them does the work."""
    if _newest() <= settled_to():
        return 0
    Horizon.objects.get_or_create(pk=_ROW)
    until, published = time.monotonic() + seconds, 0
    patience = time.monotonic() + min(seconds, _PATIENCE_SECONDS)
    while True:
        count, is_blocked = _step()
        if count is None:
            return published
        published += count
        if time.monotonic() >= (patience if is_blocked else until):
            return published
        if is_blocked:
            time.sleep(_PAUSE_SECONDS)


def _newest() -> int:
    return Event.objects.aggregate(newest=Max("pk"))["newest"] or 0


def _step() -> tuple[int | None, bool]:
    """One transaction: publish the next events, or note what has to end before. Returns how many, None when there is
    nothing to do (or another worker does it), and whether it waits."""
    with transaction.atomic():
        horizon = Horizon.objects.select_for_update(skip_locked=True).filter(pk=_ROW).first()
        if horizon is None or not _look_ahead(horizon):
            return None, False
        if horizon.waits_for:
            horizon.save(update_fields=["until", "waits_for"])
            return 0, True
        last, count = _publish(horizon.number, horizon.until)
        horizon.number, horizon.moved_at = last, clock.now()
        horizon.save()
        return count, False


def _look_ahead(horizon: Horizon) -> bool:
    """Note up to where events may be published next and who has to end before, or who of them has not ended yet.
    Returns whether there is anything to publish."""
    if horizon.until > horizon.number:
        horizon.waits_for = sorted(open_writers(Event).intersection(horizon.waits_for)) if horizon.waits_for else []
        return True
    newest = _newest()  # first the number, then the writers: who begins in between takes a higher one
    horizon.until, horizon.waits_for = newest, sorted(open_writers(Event)) if newest > horizon.number else []
    return newest > horizon.number


def _publish(after: int, until: int) -> tuple[int, int]:
    """Publish the next events; returns the ID of the last one that was looked at, and how many were published."""
    types = event_types()
    wanted = Q(pk__in=())
    for event_type in types:
        wanted |= Q(verb__in=event_type.verbs) & event_type.condition
    events = Event.objects.filter(wanted, pk__gt=after, pk__lte=until, partner__isnull=False).order_by("pk")
    rows: list[Row] = list(events.values_list("pk", "partner", "verb", "subject_id")[:EVENTS_AT_ONCE])
    type_of = {verb: event_type.name for event_type in types for verb in event_type.verbs}
    numbered = _numbered(rows)
    insert(
        Publication,
        ["number", "partner", "type", "subject", "sequence"],
        ((pk, partner, type_of[verb], subject, numbered[pk]) for pk, partner, verb, subject in rows),
    )
    return (rows[-1][0] if len(rows) == EVENTS_AT_ONCE else until), len(rows)


def _numbered(rows: Iterable[Row]) -> dict[int, int]:
    """The sequence of each event among those of its subject."""
    partners, subjects = {row[1] for row in rows}, {row[3] for row in rows}
    known = Publication.objects.filter(partner__in=partners, subject__any_of=subjects).order_by()
    last: dict[tuple[UUID, str], int] = {
        (partner, subject): newest
        for partner, subject, newest in known.values_list("partner", "subject").annotate(newest=Max("sequence"))
    }
    numbered = {}
    for pk, partner, _, subject in rows:
        numbered[pk] = last[partner, subject] = last.get((partner, subject), 0) + 1
    return numbered
