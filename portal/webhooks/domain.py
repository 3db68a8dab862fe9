"""Making, changing and ending webhooks, their secrets, pausing and resuming. Deliveries: dispatcher.py."""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final
from urllib.parse import urlsplit

from django.db import transaction
from django.db.models import Exists, OuterRef

from portal import clock
from portal.events.actors import Actor
from portal.events.domain import record
from portal.events.published import settled_to
from portal.jobs.domain import enqueue
from portal.partners.models import Partner
from portal.problems import Problem, Refused
from portal.security.keyring import SecretUnreadable
from portal.webhooks import receivers, signing
from portal.webhooks.models import (
    DeliveryState,
    DisabledReason,
    EndpointState,
    WebhookAttempt,
    WebhookDelivery,
    WebhookEndpoint,
)
from portal.webhooks.notifications import tell_disabled

MOST_ENDPOINTS: Final = 20
OVERLAP: Final = timedelta(hours=24)
NO_OVERLAP: Final = timedelta()
DELIVER: Final = "webhook.deliver"  # one job delivers to all endpoints


def create_endpoint(
    partner: Partner,
    *,
    receiver_url: str,
    event_types: Sequence[str],
    headers: Sequence[Mapping[str, str]] = (),
    by: Actor,
) -> WebhookEndpoint:
    """Make an endpoint that gets the events from now on. Show its `secret` to whoever made it, and never again.

    Refuses what receivers.py refuses, and more than MOST_ENDPOINTS: WEBHOOKS_TOO_MANY.
    """
    _refuse(receiver_url, event_types, headers, kept=[])
    with transaction.atomic():
        Partner.objects.select_for_update().get(pk=partner.pk)  # so that two at once are counted one after the other
        if WebhookEndpoint.objects.filter(partner=partner).count() >= MOST_ENDPOINTS:
            raise Refused(Problem("WEBHOOKS_TOO_MANY", context={"most": MOST_ENDPOINTS}))
        endpoint = WebhookEndpoint.objects.create(
            partner=partner,
            receiver_url=receiver_url,
            event_types=list(event_types),
            headers_json=_stored(headers, kept=[]),
            secret=signing.new_secret(),
            after=settled_to(),
        )
        _record("created", endpoint, by, event_types=list(event_types))
    return endpoint


def update_endpoint(
    endpoint: WebhookEndpoint,
    *,
    receiver_url: str,
    event_types: Sequence[str],
    headers: Sequence[Mapping[str, str]] = (),
    by: Actor,
) -> None:
    """Replace address, types and headers. A header with the value HIDDEN keeps its stored value.

    Another address, or other headers, are tried at once: what waits is due. Refuses what receivers.py refuses.
    """
    with transaction.atomic():
        endpoint = _locked(endpoint)
        kept = _readable_headers(endpoint, headers)
        _refuse(receiver_url, event_types, headers, kept=kept)
        stored = receivers.with_kept_values(headers, kept=kept)
        is_other = endpoint.receiver_url != receiver_url or kept != stored
        endpoint.receiver_url, endpoint.event_types = receiver_url, list(event_types)
        endpoint.headers_json = json.dumps(stored)
        endpoint.save(update_fields=["receiver_url", "event_types", "headers_json"])
        if is_other:
            _begin_anew(endpoint)
        _record("updated", endpoint, by, event_types=list(event_types))


def delete_endpoint(endpoint: WebhookEndpoint, *, by: Actor) -> None:
    """Delete an endpoint with its deliveries. Repeating it changes nothing."""
    with transaction.atomic():
        current = WebhookEndpoint.objects.select_for_update().filter(pk=endpoint.pk).first()
        if current is None:
            return
        _record("deleted", current, by)
        current.delete()


def rotate_secret(endpoint: WebhookEndpoint, *, overlap: timedelta = OVERLAP, by: Actor) -> str:
    """Give the endpoint a new secret, which is returned, and never shown again.

    For the time of the overlap deliveries carry a signature of either; one that was being replaced then ends now.
    """
    with transaction.atomic():
        endpoint = _locked(endpoint)
        has_overlap = overlap > timedelta()
        endpoint.previous_secret = endpoint.secret if has_overlap else ""
        endpoint.previous_secret_until = clock.now() + overlap if has_overlap else None
        endpoint.secret = secret = signing.new_secret()
        endpoint.save(update_fields=["secret", "previous_secret", "previous_secret_until"])
        _record("secret_rotated", endpoint, by, overlap_hours=round(overlap.total_seconds() / 3600))
    return secret


def pause_endpoint(endpoint: WebhookEndpoint, *, by: Actor) -> bool:
    """Let events wait; the request that is on its way is the last one. A disabled endpoint stays as it is.

    Returns whether it is paused now.
    """
    with transaction.atomic():
        endpoint = _locked(endpoint)
        if endpoint.state != EndpointState.ACTIVE:
            return endpoint.state == EndpointState.PAUSED
        endpoint.state = EndpointState.PAUSED
        endpoint.save(update_fields=["state"])
        _record("paused", endpoint, by)
    return True


def resume_endpoint(endpoint: WebhookEndpoint, *, by: Actor) -> None:
    """Deliver again, to one that was paused or disabled: everything that waits, in order, each with a new schedule."""
    with transaction.atomic():
        endpoint = _locked(endpoint)
        if endpoint.state == EndpointState.ACTIVE:
            return
        verb = "resumed" if endpoint.state == EndpointState.PAUSED else "enabled"
        endpoint.state, endpoint.disabled_reason = EndpointState.ACTIVE, ""
        endpoint.save(update_fields=["state", "disabled_reason"])
        _begin_anew(endpoint)
        _record(verb, endpoint, by)


def disable_endpoint(endpoint: WebhookEndpoint, *, reason: DisabledReason) -> None:
    """Stop delivering, and write to the partner's managers. In the transaction of the failed attempt; saves nothing."""
    endpoint.state, endpoint.disabled_reason = EndpointState.DISABLED, reason
    _record("disabled", endpoint, Actor.system(), reason=str(reason.value))
    tell_disabled(endpoint)


def wake_delivery() -> None:
    """Queue the one job that delivers."""
    enqueue(DELIVER, subject_id="all", partner=None)


def make_due(endpoint: WebhookEndpoint, *, tried_since: datetime | None = None) -> None:
    """Everything that waits is tried now, in order.

    tried_since: without what had failed before, which keeps its schedule, since it fails also when others succeed.
    """
    waiting = WebhookDelivery.objects.filter(endpoint=endpoint, state=DeliveryState.WAITING)
    if tried_since:
        before = WebhookAttempt.objects.filter(delivery=OuterRef("pk"), at__lt=tried_since)
        waiting = waiting.exclude(Exists(before))
    waiting.filter(next_attempt_at__gt=clock.now()).update(next_attempt_at=clock.now())


def _begin_anew(endpoint: WebhookEndpoint) -> None:
    """Forget failures: what waits is due, each with a new schedule."""
    endpoint.failures, endpoint.failing_since, endpoint.next_probe_at, endpoint.is_slow = 0, None, None, False
    endpoint.save(update_fields=["failures", "failing_since", "next_probe_at", "is_slow"])
    make_due(endpoint)
    WebhookDelivery.objects.filter(endpoint=endpoint, state=DeliveryState.WAITING, attempts__gt=0).update(attempts=0)
    wake_delivery()


def _locked(endpoint: WebhookEndpoint) -> WebhookEndpoint:
    return WebhookEndpoint.objects.select_for_update().get(pk=endpoint.pk)


def _refuse(
    url: str, types: Sequence[str], headers: Sequence[Mapping[str, str]], *, kept: Sequence[Mapping[str, str]]
) -> None:
    """Raise Refused with everything that speaks against such an endpoint."""
    problems = [
        *receivers.url_problems(url),
        *receivers.type_problems(types),
        *receivers.header_problems(headers, kept=kept),
    ]
    if problems:
        raise Refused(*problems)


def _readable_headers(endpoint: WebhookEndpoint, headers: Sequence[Mapping[str, str]]) -> list[dict[str, str]]:
    """What is stored, when any of it is to be kept. What cannot be read is not kept, and can be replaced."""
    if not any(header["value"] == receivers.HIDDEN for header in headers):
        return []
    try:
        return endpoint.headers
    except SecretUnreadable:
        return []


def _stored(headers: Sequence[Mapping[str, str]], *, kept: Sequence[Mapping[str, str]]) -> str:
    return json.dumps(receivers.with_kept_values(headers, kept=kept))


def _record(verb: str, endpoint: WebhookEndpoint, by: Actor, **data: object) -> None:
    """The event: with the receiver's host, since the rest of an address may hold a secret."""
    host = urlsplit(endpoint.receiver_url).hostname
    record(
        f"webhookendpoint.{verb}", subject=endpoint, partner=endpoint.partner, by=by, data={"receiver": host, **data}
    )
