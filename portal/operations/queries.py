"""What the Operations page shows: each part with the most that a person reads."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.db.models import Count, Min, QuerySet

from portal.events.chain import open_findings
from portal.jobs.domain import is_left_as_it_was
from portal.jobs.models import Job, JobState, PeriodicRun
from portal.jobs.periodic import PeriodicTask, overdue_tasks, periodic_tasks
from portal.jobs.queries import waiting_jobs, waiting_since, worker_seen_at
from portal.webhooks.models import WebhookEndpoint
from portal.webhooks.queries import IS_FAILING

SHOWN: Final = 50


@dataclass(frozen=True, slots=True)
class Summary:
    """The figures at the top of the page."""

    failed: int
    waiting: int
    waiting_since: datetime | None
    worker_seen_at: datetime | None
    overdue: int
    findings: int


@dataclass(frozen=True, slots=True)
class FailedJob:
    """A failed job, and whether running it again is all that it needs."""

    job: Job
    can_retry: bool


@dataclass(frozen=True, slots=True)
class PeriodicLine:
    """One piece of periodic work and when it was last begun."""

    task: PeriodicTask
    last_started_at: datetime | None
    is_overdue: bool


def summary() -> Summary:
    """Six queries."""
    return Summary(
        failed=Job.objects.filter(state=JobState.FAILED).count(),
        waiting=waiting_jobs().count(),
        waiting_since=waiting_since(),
        worker_seen_at=worker_seen_at(),
        overdue=len(overdue_tasks()),
        findings=open_findings().count(),
    )


def failed_jobs() -> list[FailedJob]:
    """The jobs that failed last, newest first."""
    jobs = Job.objects.filter(state=JobState.FAILED).select_related("partner").order_by("-finished_at", "-pk")
    return [FailedJob(job, is_left_as_it_was(job)) for job in jobs[:SHOWN]]


def running_jobs() -> QuerySet[Job]:
    """The jobs that workers hold, the longest running first."""
    return Job.objects.filter(state=JobState.RUNNING).select_related("partner").order_by("started_at")[:SHOWN]


def waiting_by_kind() -> QuerySet[Job, Any]:
    """What waits, by kind and partner, the longest waiting first: kind, partner__name, count, since."""
    waits = waiting_jobs().order_by().values("kind", "partner__name")
    return waits.annotate(count=Count("pk"), since=Min("not_before")).order_by("since")[:SHOWN]


def failing_webhooks() -> QuerySet[WebhookEndpoint]:
    """Partners' webhooks that no delivery reaches, the longest failing first."""
    return WebhookEndpoint.objects.filter(IS_FAILING).select_related("partner").order_by("failing_since")[:SHOWN]


def periodic_lines() -> list[PeriodicLine]:
    """All periodic work, what is overdue first. Two queries."""
    begun = dict(PeriodicRun.objects.values_list("name", "last_started_at"))
    overdue = {task.name for task in overdue_tasks()}
    lines = [PeriodicLine(task, begun.get(task.name), task.name in overdue) for task in periodic_tasks()]
    return sorted(lines, key=lambda line: not line.is_overdue)
