"""Sending a test event: at once, while somebody waits for the answer, and into the log of deliveries."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Final
from uuid import uuid4

from django.db import transaction

from portal import clock
from portal.events.actors import Actor
from portal.events.domain import record
from portal.events.published import TYPE, event_types
from portal.problems import Problem, Refused
from portal.security.keyring import SecretUnreadable
from portal.security.limits import within_limit
from portal.webhooks.fan_out import body_of
from portal.webhooks.models import DeliveryState, WebhookDelivery, WebhookEndpoint
from portal.webhooks.recording import log_attempts
from portal.webhooks.sending import AttemptResult, Parcel, Target, send, unreadable

MOST_TESTS: Final = 20  # of a partner, in a minute: each holds a thread of the web server until it is answered
_PER = timedelta(minutes=1)


def send_test(endpoint: WebhookEndpoint, payload: Mapping[str, object], *, by: Actor) -> AttemptResult:
    """Send a payload with a new event ID, also to an endpoint that is paused or disabled. One attempt.

    Refuses: WEBHOOK_TEST_TYPE, WEBHOOK_TEST_TOO_OFTEN. Call it outside a transaction.
    """
    name = payload.get(TYPE)
    known = [kind.name for kind in event_types()]
    if not isinstance(name, str) or name not in known:
        raise Refused(Problem("WEBHOOK_TEST_TYPE", TYPE, context={"known": known}))
    if not within_limit("webhooks.test", str(endpoint.partner_id), most=MOST_TESTS, per=_PER):
        raise Refused(Problem("WEBHOOK_TEST_TOO_OFTEN", context={"most": MOST_TESTS}))
    delivery = _begun(endpoint, name, payload)
    result = _sent(endpoint, delivery)
    with transaction.atomic():
        if WebhookDelivery.objects.filter(pk=delivery.pk).update(
            state=_state(result), attempts=1, ended_at=clock.now()
        ):
            log_attempts([(result, endpoint.receiver_url)])
        record(
            "webhookendpoint.tested",
            subject=endpoint,
            partner=endpoint.partner,
            by=by,
            data={"type": name, "succeeded": result.is_success},
        )
    return result


def _begun(endpoint: WebhookEndpoint, name: str, payload: Mapping[str, object]) -> WebhookDelivery:
    """The delivery in the log. It is FAILED until something else is known, so that nothing else sends it."""
    event_id = uuid4()
    return WebhookDelivery.objects.create(
        endpoint=endpoint,
        webhook_event_id=event_id,
        event_type=name,
        event_at=clock.now(),
        subject="",
        body=body_of(event_id, payload),
        state=DeliveryState.FAILED,
        ended_at=clock.now(),
        is_test=True,
    )


def _sent(endpoint: WebhookEndpoint, delivery: WebhookDelivery) -> AttemptResult:
    try:
        target = Target.of(endpoint)
    except SecretUnreadable:
        return unreadable(delivery.pk)
    poster = target.poster()
    try:
        parcel = Parcel(delivery.pk, str(delivery.webhook_event_id), "", delivery.body.encode())
        return send(target, parcel, poster)
    finally:
        poster.close()


def _state(result: AttemptResult) -> DeliveryState:
    return DeliveryState.DELIVERED if result.is_success else DeliveryState.FAILED
