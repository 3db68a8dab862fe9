"""The Job: one piece of background work and how far it has come. The PeriodicRun: when periodic work was last begun.
The UpgradeStep: which work of an upgrade is done."""

from datetime import timedelta
from typing import Final

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from portal.jobs.time_left import time_left_text
from portal.storage.ids import uuid7

# No time of the past is further ahead than this, unless the clock was set back. Two statements may overlap by less.
MOST_AHEAD: Final = timedelta(minutes=10)


class JobState(models.TextChoices):
    """The state of a job."""

    QUEUED = "queued", "Queued"
    RUNNING = "running", "Running"
    DONE = "done", "Done"
    FAILED = "failed", "Failed"


class Job(models.Model):
    """One piece of background work for one partner (or for the portal itself).

    The row is the record: a worker claims it with a lease and a fencing number, works in chunks, and writes the
    checkpoint in the same transaction as each chunk's effects. Whatever dies, the row says where to go on.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    kind = models.CharField(max_length=64, help_text="Names the handler, for example uploads.check.")
    partner = models.ForeignKey("portal.Partner", null=True, on_delete=models.CASCADE, related_name="jobs")
    subject_id = models.CharField("subject ID", max_length=64, help_text="What the handler works on.")
    state = models.CharField(max_length=8, choices=JobState.choices, default=JobState.QUEUED)
    attempts = models.PositiveSmallIntegerField(default=0, help_text="Claims since the last checkpoint.")
    fence = models.PositiveIntegerField(default=0, help_text="Counts the claims; an older holder's writes are refused.")
    lease_until = models.DateTimeField(null=True)
    not_before = models.DateTimeField(db_default=Now())
    runs_again = models.BooleanField(default=False, help_text="Asked for once more while it was running.")
    checkpoint = models.JSONField(default=dict)
    done = models.PositiveIntegerField(default=0)
    total = models.PositiveIntegerField(default=0)
    failure = models.TextField(blank=True, help_text="Why it failed, for staff.")
    request_id = models.CharField(
        "request ID", max_length=64, blank=True, db_default="", help_text="Of the request that queued it."
    )
    created_at = models.DateTimeField(db_default=Now())
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "subject_id"],
                condition=Q(state__in=["queued", "running"]),
                name="one_open_job_per_kind_and_subject",
            )
        ]
        indexes = [models.Index(fields=["state", "not_before"], name="job_to_claim")]

    def __str__(self) -> str:
        return f"{self.kind} {self.subject_id} ({self.state})"

    @property
    def time_left(self) -> str:
        """How fast it goes and how long it will take, in words; "" while that cannot be told."""
        return time_left_text(self.done, self.total, self.started_at)


class UpgradeStep(models.Model):
    """A job that an upgrade leaves to the new version's workers, and that has been done in this database."""

    kind = models.CharField(primary_key=True, max_length=64)
    done_at = models.DateTimeField(db_default=Now())

    def __str__(self) -> str:
        return self.kind


class PeriodicRun(models.Model):
    """When a periodic task last started; empty: never. The worker that advances the time does the work."""

    name = models.CharField(primary_key=True, max_length=100)
    last_started_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return self.name
