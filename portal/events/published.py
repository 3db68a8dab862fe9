"""The published events: what programs read of the log. Rooms register the types; this one knows none.

A type turns events of its verbs into payloads. Which events are published, in which order, is settled by the relay and
kept (Publication), so that whoever reads gets the same, however often.
"""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Final
from uuid import UUID, uuid5

from django.db.models import F, Q, QuerySet

from portal.events.models import Event, Horizon, Publication

Payload = dict[str, object]
Build = Callable[[Sequence[Event]], Mapping[int, Payload]]
TYPE: Final = "webhook_event_type"
PUBLISHED: Final = "published"  # the part of an event's data that its payload is made of: what was true then


@dataclass(frozen=True, slots=True)
class EventType:
    """A type of published events.

    verbs: those of the log that it publishes, each of one type only. build: the payloads of such events by their IDs,
    of any partners, in as many queries for one as for all; an event of which nothing can be told any more is left out.
    example: a payload. condition: which events of these verbs are published; all of them, unless it is said.
    """

    name: str
    meaning: str
    verbs: tuple[str, ...]
    build: Build
    example: Payload
    condition: Q = field(default_factory=Q)


@dataclass(frozen=True, slots=True)
class PublishedEvent:
    """An event as programs get it.

    id: the webhook_event_id, the same whenever the event is read. number: that of the log, by which events are in
    order. subject: what it is about, such as a meter's ID; sequence: 1, 2, 3… over the published events of one subject.
    request_id: of the API request that caused it, "" for none.
    """

    id: UUID
    number: int
    type: str
    partner: UUID
    at: datetime
    subject: str
    sequence: int
    payload: Payload
    request_id: str


_TYPES: dict[str, EventType] = {}


def register(*types: EventType) -> None:
    """Add types. ValueError for a name or a verb that another type has.

    Events that happened before their type was registered are not published.
    """
    for new in types:
        if _TYPES.setdefault(new.name, new) is not new:
            raise ValueError(f"event type registered twice: {new.name}")
        others = [verb for other in _TYPES.values() if other is not new for verb in other.verbs]
        if shared := set(new.verbs).intersection(others):
            raise ValueError(f"verbs of two event types: {', '.join(sorted(shared))}")


def event_types() -> list[EventType]:
    """Every registered type, by name."""
    return sorted(_TYPES.values(), key=lambda one: one.name)


def settled_to() -> int:
    """The ID of the event up to which everything is published: nothing can appear before it any more."""
    return Horizon.objects.values_list("number", flat=True).first() or 0


def published_after(
    number: int,
    *,
    limit: int,
    partner: UUID | None = None,
    types: Collection[str] | None = None,
    until: int | None = None,
) -> list[PublishedEvent]:
    """The next published events after a number, in order: fewer than the limit when there are no more yet.

    partner: of this one only. types: of these only. until: up to this number, included.
    """
    rows = _publications(partner, types).order_by("number")
    if until is not None:
        rows = rows.filter(number__lte=until)
    events: list[PublishedEvent] = []
    while wanted := limit - len(events):
        page = list(rows.filter(number__gt=number)[:wanted])
        events += _built(page)  # without those of which nothing can be told any more
        if len(page) < wanted:
            break
        number = page[-1].number
    return events


def published_of(numbers: Iterable[int], *, partner: UUID | None = None) -> list[PublishedEvent]:
    """The published events of these numbers, in order; one that is not published is left out."""
    return _built(list(_publications(partner, None).filter(number__in=list(numbers)).order_by("number")))


def _publications(partner: UUID | None, types: Collection[str] | None) -> QuerySet[Publication]:
    rows = Publication.objects.all()
    if partner is not None:
        rows = rows.filter(partner=partner, number__gt=F("partner__log_from"))
    return rows if types is None else rows.filter(type__in=list(types))


def _built(rows: Sequence[Publication]) -> list[PublishedEvent]:
    """Published events with their payloads: one query for the events, and those of each type for all of its events."""
    events = Event.objects.in_bulk([row.number for row in rows]) if rows else {}
    by_type: dict[str, list[Event]] = {}
    for row in rows:
        if row.number in events:
            by_type.setdefault(row.type, []).append(events[row.number])
    payloads: dict[int, Payload] = {}
    for name, group in by_type.items():
        if known := _TYPES.get(name):
            payloads |= known.build(group)
    return [_published(row, events[row.number], payloads[row.number]) for row in rows if row.number in payloads]


def _published(row: Publication, event: Event, payload: Payload) -> PublishedEvent:
    return PublishedEvent(
        id=webhook_event_id(event),
        number=row.number,
        type=row.type,
        partner=row.partner_id,
        at=event.at,
        subject=row.subject,
        sequence=row.sequence,
        payload={TYPE: row.type, **payload},
        request_id=event.request_id,
    )


def published_time(at: datetime) -> str:
    """A moment as payloads have it: RFC 3339 in UTC, to the second."""
    return f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"


def webhook_event_id(event: Event) -> UUID:
    """The published ID of an event: made from what never changes of it, so that every replay has the same."""
    assert event.partner_id is not None
    return uuid5(event.partner_id, f"{event.pk} {event.at.isoformat()} {event.verb} {event.subject_id}")
