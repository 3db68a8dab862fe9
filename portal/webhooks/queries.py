"""Named reads of webhooks: a partner's endpoints and how they do, their deliveries."""

from dataclasses import dataclass
from datetime import timedelta

from django.db.models import Count, OuterRef, Q, QuerySet, Subquery

from portal import clock
from portal.events.published import settled_to
from portal.partners.models import Partner
from portal.security.keyring import SecretUnreadable
from portal.webhooks.models import (
    FAILURES_TO_HOLD,
    DeliveryState,
    EndpointState,
    WebhookAttempt,
    WebhookDelivery,
    WebhookEndpoint,
    WebhookReplay,
)
from portal.webhooks.receivers import hidden

IS_FAILING = Q(state=EndpointState.ACTIVE, failures__gte=FAILURES_TO_HOLD)
KEPT = timedelta(days=30)  # deliveries that ended, with their attempts


@dataclass(frozen=True, slots=True)
class EndpointHealth:
    """How an endpoint does, in a word and a number: what waits, and what was given up."""

    endpoint: WebhookEndpoint
    waiting: int
    failed: int

    @property
    def word(self) -> str:
        state = EndpointState(self.endpoint.state)
        if state is not EndpointState.ACTIVE:
            return str(state.label)
        return "Failing" if self.endpoint.failures else "Active"

    @property
    def tone(self) -> str:
        if self.endpoint.state == EndpointState.PAUSED:
            return "info"
        return {"Disabled": "danger", "Failing": "warning"}.get(self.word, "success")


def endpoints_of(partner: Partner) -> QuerySet[WebhookEndpoint]:
    """The partner's webhooks, the oldest first."""
    return WebhookEndpoint.objects.filter(partner=partner).select_related("partner").order_by("pk")


def health_of(endpoints: QuerySet[WebhookEndpoint]) -> list[EndpointHealth]:
    """The endpoints with what waits and what failed."""
    rows = list(endpoints)
    real = WebhookDelivery.objects.filter(endpoint__in=rows, is_test=False)
    counts: dict[str, dict[object, int]] = {
        state: dict(real.filter(state=state).values_list("endpoint").annotate(count=Count("pk")).order_by())
        for state in (DeliveryState.WAITING, DeliveryState.FAILED)
    }
    return [
        EndpointHealth(row, counts[DeliveryState.WAITING].get(row.pk, 0), counts[DeliveryState.FAILED].get(row.pk, 0))
        for row in rows
    ]


def endpoint_counts() -> list[tuple[str, int]]:
    """How many endpoints of all partners are in each state, and how many are failing: those are active ones, too."""
    counts = WebhookEndpoint.objects.values_list("state").annotate(
        count=Count("pk"), failing=Count("pk", filter=IS_FAILING)
    )
    rows = list(counts.order_by("state"))
    return [*((state, count) for state, count, _ in rows), ("failing", sum(failing for *_, failing in rows))]


def deliveries_of(endpoint: WebhookEndpoint) -> QuerySet[WebhookDelivery]:
    """Its deliveries, each with the status and the error of its last attempt."""
    last = WebhookAttempt.objects.filter(delivery=OuterRef("pk")).order_by("-pk")
    return WebhookDelivery.objects.filter(endpoint=endpoint).annotate(
        last_status=Subquery(last.values("status_code")[:1]),
        last_error=Subquery(last.values("error")[:1]),
        last_duration_ms=Subquery(last.values("duration_ms")[:1]),
    )


def open_replay_of(endpoint: WebhookEndpoint) -> WebhookReplay | None:
    """The newest replay that has not ended."""
    return WebhookReplay.objects.filter(endpoint=endpoint, ended_at=None).order_by("-pk").first()


def is_work_waiting() -> bool:
    """Whether an endpoint has something due, or events that nobody looked at for it."""
    due = Q(deliveries__state=DeliveryState.WAITING, deliveries__next_attempt_at__lte=clock.now())
    open_ones = WebhookEndpoint.objects.filter(partner__is_active=True)
    return (
        open_ones.filter(after__lt=settled_to()).exists() or open_ones.filter(due, state=EndpointState.ACTIVE).exists()
    )


def drop_old(*, batch: int = 2000) -> int:
    """Delete deliveries that ended a month ago, in batches; returns how many."""
    old = WebhookDelivery.objects.filter(ended_at__lt=clock.now() - KEPT).order_by("ended_at")
    dropped = 0
    while keys := list(old.values_list("pk", flat=True)[:batch]):
        WebhookDelivery.objects.filter(pk__in=keys).delete()
        dropped += len(keys)
    WebhookReplay.objects.filter(ended_at__lt=clock.now() - KEPT).delete()
    return dropped


def hidden_headers_of(endpoint: WebhookEndpoint) -> list[dict[str, str]]:
    """The endpoint's headers as they may be shown; none, when what is stored cannot be read."""
    try:
        return hidden(endpoint.headers)
    except SecretUnreadable:
        return []
