"""What came of attempts, written down: the log, the deliveries, and how their endpoint does."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta
from uuid import UUID

from django.db import transaction

from portal import clock
from portal.storage.bulk import insert, update
from portal.webhooks.domain import disable_endpoint, make_due
from portal.webhooks.models import (
    FAILURES_TO_HOLD,
    DeliveryState,
    DisabledReason,
    EndpointState,
    WebhookAttempt,
    WebhookDelivery,
    WebhookEndpoint,
)
from portal.webhooks.schedule import DISABLED_AFTER, pause_after, pause_between_probes
from portal.webhooks.sending import AttemptResult

GONE = 410
_SLOW_MS = 1000
_QUIET = timedelta(days=1)  # after so long without an attempt, failures of before say nothing
_HEALTH = ("failures", "failing_since", "next_probe_at", "is_slow", "last_success_at", "last_failure_at")


def record_attempts(results: Sequence[AttemptResult]) -> set[UUID]:
    """Write down attempts, in their order. Returns the keys of endpoints that get nothing more for now.

    Attempts of deliveries or endpoints that were deleted meanwhile are left out.
    """
    with transaction.atomic():
        deliveries = WebhookDelivery.objects.in_bulk([result.delivery for result in results])
        keys = {delivery.endpoint_id for delivery in deliveries.values()}
        # Always in the order of their keys, so that two who lock several wait for each other in turn.
        locked = WebhookEndpoint.objects.select_for_update(of=("self",)).select_related("partner")
        endpoints = {endpoint.pk: endpoint for endpoint in locked.filter(pk__in=keys).order_by("pk")}
        known = [
            (result, delivery, endpoints[delivery.endpoint_id])
            for result in results
            if (delivery := deliveries.get(result.delivery)) and delivery.endpoint_id in endpoints
        ]
        for result, delivery, endpoint in known:
            _note(result, delivery, endpoint)
        log_attempts((result, endpoint.receiver_url) for result, _, endpoint in known)
        _store(endpoints, {delivery.pk: delivery for _, delivery, _ in known}.values())
    return {endpoint.pk for endpoint in endpoints.values() if endpoint.state != EndpointState.ACTIVE}


def log_attempts(attempts: Iterable[tuple[AttemptResult, str]]) -> None:
    """Add attempts, each with the address that it went to, to the log."""
    columns = ["delivery", "at", "duration_ms", "url", "request_headers", "status_code", "error", "response_headers"]
    insert(
        WebhookAttempt,
        [*columns, "response_text"],
        [
            (
                result.delivery,
                result.at,
                result.duration_ms,
                url,
                [list(pair) for pair in result.request_headers],
                result.status,
                result.error,
                [list(pair) for pair in result.response_headers],
                result.response_text,
            )
            for result, url in attempts
        ],
    )


def _note(result: AttemptResult, delivery: WebhookDelivery, endpoint: WebhookEndpoint) -> None:
    endpoint.is_slow = not result.is_success or result.duration_ms > _SLOW_MS
    if result.is_success:
        _note_success(result, delivery, endpoint)
    else:
        _note_failure(result, delivery, endpoint)


def _note_success(result: AttemptResult, delivery: WebhookDelivery, endpoint: WebhookEndpoint) -> None:
    delivery.attempts += 1
    delivery.state, delivery.next_attempt_at, delivery.ended_at = DeliveryState.DELIVERED, None, clock.now()
    if endpoint.is_failing:  # it works again: what was tried meanwhile goes first, with all that waited
        make_due(endpoint, tried_since=endpoint.failing_since)
    endpoint.failures, endpoint.failing_since, endpoint.next_probe_at = 0, None, None
    endpoint.last_success_at = result.at


def _note_failure(result: AttemptResult, delivery: WebhookDelivery, endpoint: WebhookEndpoint) -> None:
    now = clock.now()
    is_forgotten = endpoint.last_failure_at is not None and endpoint.last_failure_at < now - _QUIET
    if endpoint.failing_since is None or is_forgotten:
        endpoint.failing_since = result.at
    endpoint.failures += 1
    endpoint.last_failure_at = result.at
    if endpoint.is_failing:
        endpoint.next_probe_at = now + pause_between_probes(endpoint.failures, to_hold=FAILURES_TO_HOLD)
    if endpoint.state == EndpointState.ACTIVE:
        if result.status == GONE:
            disable_endpoint(endpoint, reason=DisabledReason.GONE)
            return  # the delivery waits for the endpoint to be enabled
        if endpoint.is_failing and now - endpoint.failing_since >= DISABLED_AFTER:
            disable_endpoint(endpoint, reason=DisabledReason.FAILING)
    delivery.attempts += 1
    pause = pause_after(delivery.attempts, asked=result.retry_after)
    if pause is None:
        delivery.state, delivery.next_attempt_at, delivery.ended_at = DeliveryState.FAILED, None, now
    else:
        delivery.next_attempt_at = now + pause


def _store(endpoints: Mapping[UUID, WebhookEndpoint], deliveries: Iterable[WebhookDelivery]) -> None:
    columns = ["state", "attempts", "next_attempt_at", "ended_at"]
    rows = [(row.pk, row.state, row.attempts, row.next_attempt_at, row.ended_at) for row in deliveries]
    update(WebhookDelivery, columns, rows)
    for endpoint in endpoints.values():
        endpoint.save(update_fields=[*_HEALTH, "state", "disabled_reason"])
