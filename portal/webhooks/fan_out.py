"""Published events become deliveries: each at most once per endpoint, in the transaction that moves the endpoint on."""

import itertools
import json
import time
from collections.abc import Iterable, Sequence
from uuid import UUID

import orjson

from portal import clock
from portal.events.published import PublishedEvent, published_after, settled_to
from portal.webhooks.models import DeliveryState, WebhookDelivery, WebhookEndpoint

MOST_WAITING = 10_000  # for one endpoint; the events after them wait in the log, which has them anyway
EVENTS_AT_ONCE = 500
_LOOK_AGAIN_SECONDS = 10


class FanOut:
    """Moves endpoints on along the log. It remembers which of them are full, since counting takes a while."""

    def __init__(self) -> None:
        self._full: dict[UUID, float] = {}

    def behind(self) -> list[WebhookEndpoint]:
        """The endpoints for which there may be events that nobody looked at, those at the same place together."""
        endpoints = WebhookEndpoint.objects.filter(after__lt=settled_to(), partner__is_active=True)
        return [endpoint for endpoint in endpoints.order_by("partner", "after") if not self._is_full(endpoint)]

    def advance(self, endpoints: Iterable[WebhookEndpoint]) -> int:
        """Make the next deliveries of these endpoints and move them on; returns how many. In one transaction.

        Endpoints of a partner that are at the same place are served by one reading of the log.
        """
        horizon = settled_to()  # before the log is read: what is published later lies after it
        groups = itertools.groupby(endpoints, key=lambda endpoint: (endpoint.partner_id, endpoint.after))
        return sum(_advance(partner, after, list(group), horizon) for (partner, after), group in groups)

    def _is_full(self, endpoint: WebhookEndpoint) -> bool:
        if self._full.get(endpoint.pk, 0) > time.monotonic():
            return True
        waiting = WebhookDelivery.objects.filter(endpoint=endpoint, state=DeliveryState.WAITING)
        is_full = waiting[MOST_WAITING - 1 : MOST_WAITING].exists()
        if is_full:
            self._full[endpoint.pk] = time.monotonic() + _LOOK_AGAIN_SECONDS
        return is_full


def _advance(partner: UUID, after: int, endpoints: Sequence[WebhookEndpoint], horizon: int) -> int:
    types = {name for endpoint in endpoints for name in endpoint.event_types}
    events = published_after(after, limit=EVENTS_AT_ONCE, partner=partner, types=types)
    made = insert_deliveries(endpoints, events)
    WebhookEndpoint.objects.filter(pk__in=[endpoint.pk for endpoint in endpoints]).update(
        after=events[-1].number if events else horizon
    )
    return made


def insert_deliveries(endpoints: Sequence[WebhookEndpoint], events: Sequence[PublishedEvent]) -> int:
    """A delivery of each event to each endpoint that wants its type, unless there is one; returns how many at most."""
    now = clock.now()
    bodies = {event.id: body_of(event.id, event.payload) for event in events}
    deliveries = [
        WebhookDelivery(
            endpoint=endpoint,
            event_number=event.number,
            webhook_event_id=event.id,
            event_type=event.type,
            event_at=event.at,
            subject=event.subject[:128],
            body=bodies[event.id],
            next_attempt_at=now,
        )
        for event in events
        for endpoint in endpoints
        if event.type in endpoint.event_types
    ]
    WebhookDelivery.objects.bulk_create(deliveries, ignore_conflicts=True, batch_size=1000)
    return len(deliveries)


def body_of(event_id: UUID, payload: object) -> str:
    """The published envelope, as text; encoded as UTF-8 it is what is signed and sent."""
    envelope = {"webhook_event_id": str(event_id), "payload": payload}
    try:
        return orjson.dumps(envelope).decode()
    except TypeError:  # a test's number of more than 64 bits
        return json.dumps(envelope, ensure_ascii=False, separators=(",", ":"))
