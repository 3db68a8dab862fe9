"""Named reads of jobs: what is open, how long work waits, and when a worker was last heard of."""

from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import Count, Max, Min, QuerySet
from django.db.models.functions import Now

from portal.jobs.models import Job, JobState, PeriodicRun

OPEN = (JobState.QUEUED, JobState.RUNNING)


def counts_by_kind() -> list[tuple[str, str, int]]:
    """How many jobs of each kind and state there are, without those that are done: (kind, state, count)."""
    jobs = Job.objects.filter(state__in=[*OPEN, JobState.FAILED]).values_list("kind", "state")
    return list(jobs.annotate(count=Count("pk")).order_by("kind", "state"))


def waiting_jobs() -> QuerySet[Job]:
    """Jobs that a worker could take now, the longest waiting first."""
    return Job.objects.filter(state=JobState.QUEUED, not_before__lte=Now()).order_by("not_before")


def waiting_since() -> datetime | None:
    """Since when the oldest waiting job has waited; None while none waits."""
    return waiting_jobs().order_by().aggregate(since=Min("not_before"))["since"]


def waiting_since_by_partner(*, most: int) -> list[tuple[str, datetime]]:
    """The partners, by slug, whose work has waited longest, and since when; at most so many."""
    waits = waiting_jobs().exclude(partner=None).order_by().values_list("partner__slug")
    return list(waits.annotate(since=Min("not_before")).order_by("since")[:most])


def worker_seen_at() -> datetime | None:
    """When a worker last began periodic work, or said that its job goes on; None when never."""
    begun = PeriodicRun.objects.aggregate(at=Max("last_started_at"))["at"]
    lease = Job.objects.filter(state=JobState.RUNNING).aggregate(at=Max("lease_until"))["at"]
    renewed = lease - timedelta(seconds=settings.JOB_LEASE_SECONDS) if lease else None
    return max(filter(None, [begun, renewed]), default=None)
