"""The secret addresses of calendar feeds, and which emails about deadlines were written."""

from django.db import models
from django.db.models.functions import Now

from portal.events.subjects import Subject, register
from portal.storage.ids import uuid7

register(Subject("calendarfeed", "Calendar address"))


class CalendarFeed(models.Model):
    """An address at which one member's calendar program reads the partner's dates. Only its secret's hash is kept.

    It belongs to the membership, so a member who leaves the partner loses it, and does not get it back on returning.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    membership = models.ForeignKey(
        "portal.Membership", on_delete=models.CASCADE, related_name="calendar_feeds", db_index=False
    )
    secret_hash = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField(db_default=Now())
    last_used_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["membership", "id"], name="calendar_feed_of_member")]
        constraints = [
            models.UniqueConstraint(
                fields=["membership"], condition=models.Q(revoked_at=None), name="one_open_calendar_feed_per_member"
            )
        ]

    def __str__(self) -> str:
        return f"of {self.membership}"


class DeadlineNotice(models.Model):
    """A partner was told, so many days before, of a deadline that meters of it would miss. Never twice."""

    partner = models.ForeignKey("portal.Partner", on_delete=models.CASCADE, related_name="+", db_index=False)
    program = models.ForeignKey("programs.Program", on_delete=models.CASCADE, related_name="+", db_index=False)
    due_at = models.DateTimeField(help_text="Until when the deadline is accepted; another day is another deadline.")
    days = models.PositiveSmallIntegerField(help_text="The notice of ten days before, or of three.")
    meters = models.PositiveIntegerField(help_text="How many meters it named.")
    written_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["partner", "program", "due_at", "days"], name="one_notice_per_deadline_and_stage"
            )
        ]

    def __str__(self) -> str:
        return f"{self.program_id} {self.due_at:%Y-%m-%d}, {self.days} days before"


class WeeklyDigest(models.Model):
    """A partner's week was looked at and, if meters needed it, told to its people. Never twice."""

    partner = models.ForeignKey("portal.Partner", on_delete=models.CASCADE, related_name="+", db_index=False)
    monday = models.DateField(help_text="The day, in the partner's time zone.")
    emails_written = models.PositiveIntegerField(
        default=0, help_text="How many were written; none when nothing needed them."
    )
    written_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [models.UniqueConstraint(fields=["partner", "monday"], name="one_digest_per_partner_and_week")]

    def __str__(self) -> str:
        return f"{self.partner_id}, week of {self.monday}"
