"""Delivering again: one event, those that failed, or everything after a number or a time; always with the same IDs."""

from datetime import datetime
from typing import Final

from django.db import models, transaction

from portal import clock
from portal.events.actors import Actor
from portal.events.domain import record
from portal.events.published import published_after, settled_to
from portal.jobs.domain import Run, enqueue
from portal.partners.models import Partner
from portal.webhooks.domain import wake_delivery
from portal.webhooks.fan_out import insert_deliveries
from portal.webhooks.models import DeliveryState, WebhookDelivery, WebhookEndpoint, WebhookReplay

REPLAY: Final = "webhook.replay"
_EVENTS_AT_ONCE = 500


def redeliver(delivery: WebhookDelivery, *, by: Actor) -> None:
    """Deliver one event again, whatever became of it: a new schedule that begins now. Tests are left alone."""
    with transaction.atomic():
        if delivery.is_test:
            return
        _send_again(WebhookDelivery.objects.filter(pk=delivery.pk))
        _record(delivery.endpoint, by, event=str(delivery.webhook_event_id))
        wake_delivery()


def redeliver_failed(endpoint: WebhookEndpoint, *, by: Actor) -> int:
    """Deliver again, in order, what was given up; returns how many."""
    with transaction.atomic():
        failed = WebhookDelivery.objects.filter(endpoint=endpoint, state=DeliveryState.FAILED, is_test=False)
        count = _send_again(failed)
        if count:
            _record(endpoint, by, failed=count)
            wake_delivery()
    return count


def redeliver_after(endpoint: WebhookEndpoint, number: int, *, until: int | None = None, by: Actor) -> WebhookReplay:
    """Deliver again every event after this number, up to another (the newest): also those of before the endpoint.

    A job does it; what is delivered by then keeps its ID and gets new attempts.
    """
    newest = settled_to()
    with transaction.atomic():
        replay = WebhookReplay.objects.create(
            endpoint=endpoint, after=number, until=newest if until is None else min(until, newest)
        )
        _record(endpoint, by, after=replay.after, until=replay.until)
        enqueue(REPLAY, subject_id=replay.pk, partner=endpoint.partner)
    return replay


def work_on(replay: WebhookReplay, run: Run) -> None:
    """Make the deliveries of a replay, chunk after chunk; those that ended begin again."""
    endpoint = replay.endpoint
    while True:
        with run.chunk() as chunk:
            after = int(chunk.checkpoint.get("after", replay.after))
            events = [
                event
                for event in published_after(
                    after, limit=_EVENTS_AT_ONCE, partner=endpoint.partner_id, types=endpoint.event_types
                )
                if event.number <= replay.until
            ]
            if not events:
                WebhookReplay.objects.filter(pk=replay.pk).update(ended_at=clock.now())
                wake_delivery()
                return
            _send_again(
                WebhookDelivery.objects.filter(endpoint=endpoint, webhook_event_id__in=[event.id for event in events])
            )
            insert_deliveries([endpoint], events)
            chunk.checkpoint["after"] = events[-1].number
            chunk.done += len(events)
        run.yield_to_other_partners()


def number_before(partner: Partner, at: datetime) -> int:
    """The number after which this partner's events happened at this time or later.

    Numbers grow with time, so that a few dozen looks at the log tell it, however long it is.
    """
    low, high = 0, settled_to()
    while low < high:
        middle = (low + high) // 2
        [event, *_] = [*published_after(middle, limit=1, partner=partner.pk), None]
        if event is None or event.at >= at:
            high = middle
        else:
            low = event.number
    return low


def _send_again(deliveries: models.QuerySet[WebhookDelivery]) -> int:
    return deliveries.exclude(is_test=True).update(
        state=DeliveryState.WAITING, attempts=0, next_attempt_at=clock.now(), ended_at=None
    )


def _record(endpoint: WebhookEndpoint, by: Actor, **data: object) -> None:
    """The event. One who asks for it expects an attempt now, also where failures had us wait."""
    WebhookEndpoint.objects.filter(pk=endpoint.pk).update(next_probe_at=None)
    record("webhookendpoint.redelivered", subject=endpoint, partner=endpoint.partner, by=by, data=data)
