"""What reminders keep: what a partner chose for a link, each email, and the customers for whom they are stopped."""

from typing import Final

from django.db import models
from django.db.models import Q

from onboarding.connect.models import Authorization, Connection, ConnectLink, ConnectSession
from onboarding.reminders.choices import REMINDERS, SPANS, ReminderState, SkipReason, Touchpoint
from portal.events.subjects import Subject, register
from portal.storage.ids import uuid7

LONGEST_TEXT: Final = 300
register(Subject("reminder", "Reminder"))


class ReminderPlan(models.Model):
    """Which reminders the customers of a link get, and when. A link without one sends none.

    A delay of None: that reminder is not sent. Minutes for the first, hours for the others (SPANS).
    """

    link = models.OneToOneField(ConnectLink, on_delete=models.CASCADE, related_name="reminder_plan")
    on_since = models.DateTimeField(null=True, help_text="Since when reminders are sent; empty: they are not.")
    first = models.PositiveSmallIntegerField(null=True, default=SPANS[Touchpoint.FIRST].default)
    second = models.PositiveSmallIntegerField(null=True, default=SPANS[Touchpoint.SECOND].default)
    third = models.PositiveSmallIntegerField(null=True, default=SPANS[Touchpoint.THIRD].default)
    text = models.CharField("sentence of the partner", max_length=LONGEST_TEXT, blank=True)

    class Meta:
        indexes = [models.Index(fields=["link"], name="reminder_plan_on", condition=Q(on_since__isnull=False))]

    def __str__(self) -> str:
        return f"Reminders of {self.link_id}"

    @property
    def delays(self) -> dict[Touchpoint, int]:
        """The reminders that are chosen, with their delays in the units of SPANS, the earliest first."""
        chosen = zip(REMINDERS, (self.first, self.second, self.third), strict=True)
        return {touchpoint: delay for touchpoint, delay in chosen if delay is not None}


class Reminder(models.Model):
    """One email to a customer, planned, sent or not sent, and why. Its text is kept once it is written.

    `interaction_at`: the last interaction, from which it is measured; of a renewal, the end of the authorization or,
    where the partner asked for it, that moment. At most one row for each of these and touchpoint, of a renewal for each
    authorization: it never goes twice.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    partner = models.ForeignKey("portal.Partner", on_delete=models.PROTECT, related_name="+", db_index=False)
    link = models.ForeignKey(ConnectLink, on_delete=models.PROTECT, related_name="+", db_index=False)
    connection = models.ForeignKey(Connection, on_delete=models.CASCADE, related_name="reminders")
    session = models.ForeignKey(ConnectSession, on_delete=models.CASCADE, related_name="+")
    authorization = models.ForeignKey(Authorization, null=True, on_delete=models.CASCADE, related_name="reminders")
    touchpoint = models.CharField(max_length=8, choices=Touchpoint.choices)
    interaction_at = models.DateTimeField()
    due_at = models.DateTimeField()
    send_at = models.DateTimeField(help_text="When it goes: later than due, if that is at night.")
    state = models.CharField(max_length=8, choices=ReminderState.choices, default=ReminderState.PLANNED)
    reason = models.CharField(max_length=12, choices=SkipReason.choices, blank=True)
    queued_at = models.DateTimeField(null=True, help_text="When its job was queued.")
    email = models.EmailField(max_length=254, blank=True)
    subject = models.CharField(max_length=200, blank=True)
    body = models.TextField(blank=True)
    created_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["connection", "interaction_at", "touchpoint"],
                name="one_reminder_per_touchpoint",
                condition=Q(authorization=None),
            ),
            models.UniqueConstraint(
                fields=["authorization", "interaction_at"],
                name="one_renewal_link_per_end",
                condition=Q(authorization__isnull=False),
            ),
        ]
        indexes = [
            models.Index(
                fields=["send_at"], name="reminder_to_queue", condition=Q(state="PLANNED", queued_at__isnull=True)
            ),
            models.Index(fields=["link", "state"], name="reminder_of_link"),
            models.Index(fields=["partner"], name="reminder_of_partner"),
        ]

    def __str__(self) -> str:
        return f"{self.touchpoint} {self.state} of {self.connection_id}"


class StoppedReminders(models.Model):
    """A customer to whom the partner lets no more reminders be sent."""

    connection = models.OneToOneField(Connection, on_delete=models.CASCADE, related_name="stopped_reminders")
    stopped_by = models.CharField(max_length=200)
    stopped_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"No reminders to {self.connection_id}"
