"""The endpoint that a partner wants events at, what is delivered to it, each attempt, and what is delivered again."""

import json

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from portal import clock
from portal.events.subjects import Subject, register
from portal.problems import Problem
from portal.security.keyring import SecretField
from portal.storage.ids import uuid7

register(Subject("webhookendpoint", "Webhook"))

FAILURES_TO_HOLD = 5  # in a row; then one delivery alone is tried until one succeeds


class EndpointState(models.TextChoices):
    """Whether an endpoint is sent events."""

    ACTIVE = "active", "Active"
    PAUSED = "paused", "Paused"
    DISABLED = "disabled", "Disabled"

    @property
    def meaning(self) -> str:
        return {
            "active": "Events are delivered as they happen.",
            "paused": "Events wait until you resume, then we deliver them in order.",
            "disabled": "The portal stopped delivering. Events wait until you enable the webhook again.",
        }[self.value]


class DisabledReason(models.TextChoices):
    """Why the portal disabled an endpoint."""

    FAILING = "failing", "No delivery has succeeded for 5 days."
    GONE = "gone", "The receiver answered 410 Gone."


class WebhookEndpoint(models.Model):
    """An address of a partner's software that is sent events of the chosen types, signed with a secret of its own."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    partner = models.ForeignKey("portal.Partner", on_delete=models.CASCADE, related_name="webhook_endpoints")
    receiver_url = models.CharField(max_length=2048)
    event_types = models.JSONField(default=list)
    headers_json = SecretField(help_text="JSON: [{name, value}], sent with each delivery.")
    secret = SecretField(help_text="whsec_…: signs what is delivered.")
    previous_secret = SecretField(help_text="Signs as well, until previous_secret_until.")
    previous_secret_until = models.DateTimeField(null=True)
    state = models.CharField(max_length=8, choices=EndpointState.choices, default=EndpointState.ACTIVE)
    disabled_reason = models.CharField(max_length=8, choices=DisabledReason.choices, blank=True)
    after = models.BigIntegerField(default=0, help_text="The number of the last event that was looked at for it.")
    failures = models.PositiveIntegerField(default=0, help_text="Failed attempts since the last that succeeded.")
    failing_since = models.DateTimeField(null=True, help_text="The first of those failures.")
    next_probe_at = models.DateTimeField(null=True, help_text="While deliveries are held back: when the next is tried.")
    is_slow = models.BooleanField(default=False, help_text="It failed last, or took long to answer.")
    last_success_at = models.DateTimeField(null=True)
    last_failure_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField(db_default=Now())

    def __str__(self) -> str:
        return self.receiver_url

    @property
    def headers(self) -> list[dict[str, str]]:
        """The partner's own headers, with their values; raises SecretUnreadable."""
        return list(json.loads(self.headers_json or "[]"))

    @property
    def is_failing(self) -> bool:
        """Whether deliveries are held back, because none succeeds."""
        return self.failures >= FAILURES_TO_HOLD

    @property
    def has_previous_secret(self) -> bool:
        return self.previous_secret_until is not None and self.previous_secret_until > clock.now()


class DeliveryState(models.TextChoices):
    """What has become of a delivery."""

    WAITING = "waiting", "Waiting"
    DELIVERED = "delivered", "Delivered"
    FAILED = "failed", "Failed"

    @property
    def tone(self) -> str:
        return {"waiting": "info", "delivered": "success", "failed": "danger"}[self.value]


class WebhookDelivery(models.Model):
    """One event that goes to one endpoint, or went there: its exact body, and what has become of it."""

    endpoint = models.ForeignKey(WebhookEndpoint, on_delete=models.CASCADE, related_name="deliveries", db_index=False)
    event_number = models.BigIntegerField(null=True, help_text="Its place among the events; empty for a test.")
    webhook_event_id = models.UUIDField()
    event_type = models.CharField(max_length=64)
    event_at = models.DateTimeField()
    subject = models.CharField(max_length=128, help_text="Events of one subject are delivered in order.")
    body = models.TextField(help_text="The bytes that are signed and sent.")
    state = models.CharField(max_length=9, choices=DeliveryState.choices, default=DeliveryState.WAITING)
    attempts = models.PositiveSmallIntegerField(default=0, help_text="Of the schedule that runs now.")
    next_attempt_at = models.DateTimeField(null=True)
    is_test = models.BooleanField(default=False)
    created_at = models.DateTimeField(db_default=Now())
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["endpoint", "webhook_event_id"], name="one_delivery_per_endpoint_and_event")
        ]
        indexes = [
            models.Index(fields=["endpoint", "event_number"], name="delivery_waiting", condition=Q(state="waiting")),
            models.Index(fields=["endpoint", "next_attempt_at"], name="delivery_due", condition=Q(state="waiting")),
            models.Index(
                fields=["endpoint", "subject", "event_number"], name="delivery_of_subject", condition=Q(state="waiting")
            ),
            models.Index(fields=["endpoint", "id"], name="delivery_log"),
            models.Index(fields=["endpoint", "id"], name="delivery_failed", condition=Q(state="failed")),
            models.Index(fields=["ended_at"], name="delivery_ended", condition=Q(ended_at__isnull=False)),
        ]

    def __str__(self) -> str:
        return f"{self.event_type} {self.webhook_event_id} ({self.state})"

    @property
    def is_retried(self) -> bool:
        return self.state == DeliveryState.WAITING and self.attempts > 0

    @property
    def state_label(self) -> str:
        return "Retrying" if self.is_retried else DeliveryState(self.state).label

    @property
    def tone(self) -> str:
        return "warning" if self.is_retried else DeliveryState(self.state).tone


class WebhookAttempt(models.Model):
    """One request of one delivery, and what was answered; nothing in it is secret."""

    delivery = models.ForeignKey(WebhookDelivery, on_delete=models.CASCADE, related_name="attempt_log")
    at = models.DateTimeField()
    duration_ms = models.PositiveIntegerField()
    url = models.CharField(max_length=2048)
    request_headers = models.JSONField(default=list, help_text="[name, value]; the values of the partner's are hidden.")
    status_code = models.PositiveSmallIntegerField(null=True)
    error = models.CharField(max_length=32, blank=True, help_text="The code of a problem, when nothing was answered.")
    response_headers = models.JSONField(default=list)
    response_text = models.TextField(blank=True, help_text="The beginning of the answer.")

    class Meta:
        get_latest_by = "pk"

    def __str__(self) -> str:
        return f"{self.url} {self.status_code or self.error}"

    @property
    def problem(self) -> Problem | None:
        """Why nothing was answered; None when something was."""
        return Problem(f"WEBHOOK_{self.error}") if self.error else None

    @property
    def is_success(self) -> bool:
        return self.status_code is not None and 200 <= self.status_code < 300


class WebhookReplay(models.Model):
    """Events that are delivered to an endpoint again: those after one number, up to another."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    endpoint = models.ForeignKey(WebhookEndpoint, on_delete=models.CASCADE, related_name="replays")
    after = models.BigIntegerField()
    until = models.BigIntegerField()
    created_at = models.DateTimeField(db_default=Now())
    ended_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"{self.after} to {self.until}"
