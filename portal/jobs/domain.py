"""Queueing, claiming, checkpointing and ending jobs.

A handler is a function registered for a kind. It receives a Run, loops over its chunks and writes each one inside
`with run.chunk():`. An exception is retried after a wait; three attempts without progress end the job.
"""

import logging
import time
from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any, Final
from uuid import UUID

from django.conf import settings
from django.db import connection, models, transaction
from django.db.models import Case, Count, DateTimeField, ExpressionWrapper, F, OuterRef, Q, Subquery, When
from django.db.models.functions import Coalesce, Now

from portal import clock, correlation
from portal.celery import app
from portal.jobs.faults import is_of_the_machine
from portal.jobs.models import MOST_AHEAD, Job, JobState

WAKE_UP: Final = "portal.jobs.tasks.work"  # the Celery task that runs what waits
_LONGEST_FAULT = timedelta(days=1)
_BEAT_SECONDS = 1
_PUT_BACK_TRIES = 30  # about a second each

log = logging.getLogger("portal.jobs")

Handler = Callable[["Run"], None]
_HANDLERS: dict[str, tuple[Handler, Callable[[Job], None] | None]] = {}


class LeaseLost(Exception):
    """Another worker holds the job by now; this one must write nothing more."""


class YieldToOthers(Exception):
    """The job goes back to the queue because another partner waits."""


def job_handler(kind: str, *, on_failure: Callable[[Job], None] | None = None) -> Callable[[Handler], Handler]:
    """Register the handler of a kind. `on_failure` runs in the transaction that marks the job failed."""

    def register(handler: Handler) -> Handler:
        _HANDLERS[kind] = (handler, on_failure)
        return handler

    return register


def enqueue(kind: str, *, subject_id: object, partner: models.Model | None) -> Job:
    """Queue a job and wake a worker on commit. A job that already waits for the subject is returned; a running one is
    run again when it ends, since it may be past the new data.
    """
    job, created = Job.objects.get_or_create(
        kind=kind,
        subject_id=str(subject_id),
        state__in=[JobState.QUEUED, JobState.RUNNING],
        defaults={
            "partner_id": partner.pk if partner else None,
            "state": JobState.QUEUED,
            "request_id": correlation.request_id(),
        },
    )
    if created:
        transaction.on_commit(wake)
    elif job.state == JobState.RUNNING and not _run_again(job):
        return enqueue(kind, subject_id=subject_id, partner=partner)  # it ended just now
    return job


def enqueue_all(kind: str, subjects: Iterable[tuple[object, UUID | None]]) -> None:
    """Queue a job for each subject, given with the key of its partner, and wake a worker on commit. One statement.

    A job that already waits or runs for a subject stays as it is: unlike `enqueue` nothing is run again.
    """
    request_id = correlation.request_id()
    jobs = [
        Job(kind=kind, subject_id=str(subject), partner_id=partner, state=JobState.QUEUED, request_id=request_id)
        for subject, partner in subjects
    ]
    if jobs:
        Job.objects.bulk_create(jobs, ignore_conflicts=True)
        transaction.on_commit(wake)


def _run_again(job: Job) -> bool:
    """Mark a running job; False when it does not run any more."""
    return bool(Job.objects.filter(pk=job.pk, state=JobState.RUNNING).update(runs_again=True))


def wake() -> None:
    """Send a wake-up. A lost one is found by the sweep, so a broker that is down stops nobody."""
    try:
        app.send_task(WAKE_UP, retry=False, ignore_result=True)
    except Exception:
        log.warning("no broker to wake a worker with; the sweep will find the job", exc_info=False)


def _lease_end() -> ExpressionWrapper:
    return ExpressionWrapper(Now() + timedelta(seconds=settings.JOB_LEASE_SECONDS), output_field=DateTimeField())


def _claimable() -> Q:
    """What waits, and what its worker left. A time that is further ahead than any given: the clock was set back."""
    ahead = ExpressionWrapper(Now() + _longest_wait(), output_field=DateTimeField())
    waits = Q(not_before__lte=Now()) | Q(not_before__gt=ahead)
    is_left = Q(lease_until__lt=Now()) | Q(lease_until__gt=ahead)
    return Q(waits, state=JobState.QUEUED) | Q(is_left, state=JobState.RUNNING)


def _longest_wait() -> timedelta:
    """No lease and no pause is longer, unless another host's settings are far from ours."""
    return timedelta(seconds=max(settings.JOB_LEASE_SECONDS, settings.JOB_FAULT_SECONDS)) + MOST_AHEAD


def claim(kinds: Collection[str] | None = None) -> Job | None:
    """Take the next job, of the partner with the fewest running, then the oldest; None when nothing waits.

    kinds: only jobs of these. A job that was claimed three times without a checkpoint in between is failed here rather
    than run again.
    """
    with transaction.atomic():
        running = (
            Job.objects.filter(partner=OuterRef("partner"), state=JobState.RUNNING, lease_until__gte=Now())
            .order_by()
            .values("partner")
            .annotate(n=Count("pk"))
            .values("n")
        )
        queryset = (
            Job.objects.filter(_claimable(), Q() if kinds is None else Q(kind__in=kinds))
            .annotate(busy=Coalesce(Subquery(running), 0))
            .order_by("busy", "not_before")
        )
        if connection.features.has_select_for_update_skip_locked:
            queryset = queryset.select_for_update(skip_locked=True, of=("self",))
        job = queryset.first()
        if job is None:
            return None
        if job.attempts >= settings.JOB_MAX_ATTEMPTS:
            fail(job, f"stopped after {job.attempts} attempts without progress")
            return claim(kinds)
        Job.objects.filter(pk=job.pk).update(
            state=JobState.RUNNING,
            attempts=F("attempts") + 1,
            fence=F("fence") + 1,
            lease_until=_lease_end(),
            started_at=Case(When(started_at=None, then=Now()), default=F("started_at")),
        )
        job.refresh_from_db()
        return job


def fail(job: Job, why: str) -> None:
    """Mark a job as failed and call its `on_failure`. One transaction."""
    with transaction.atomic():
        Job.objects.filter(pk=job.pk).update(
            state=JobState.FAILED, failure=why[:2000], lease_until=None, finished_at=Now()
        )
        on_failure = _HANDLERS.get(job.kind, (None, None))[1]
        if on_failure:
            on_failure(job)
    log.error("job failed: %s: %s", job, why.partition(":")[0])  # the rest may be personal; `failure` keeps it


def is_left_as_it_was(job: Job) -> bool:
    """Whether the failure of such a job changes nothing else, so that it can simply run again."""
    return job.kind in _HANDLERS and _HANDLERS[job.kind][1] is None


class Run:
    """One claim of one job, handed to its handler."""

    def __init__(self, job: Job) -> None:
        self.job = job
        self._began = self._beaten = time.monotonic()

    @property
    def checkpoint(self) -> dict[str, Any]:
        return dict(self.job.checkpoint)

    @contextmanager
    def chunk(self) -> Iterator["Chunk"]:
        """One transaction for a chunk's effects and its checkpoint.

        Takes the job's row first, so that a worker that lost its lease waits, then finds the newer fence and
        writes nothing. On leaving: the checkpoint is stored, attempts begin again at one, the lease is renewed.
        """
        with transaction.atomic():
            held = Job.objects.select_for_update().filter(pk=self.job.pk, fence=self.job.fence, state=JobState.RUNNING)
            if not held.exists():
                raise LeaseLost
            chunk = Chunk(checkpoint=self.checkpoint, done=self.job.done, total=self.job.total)
            yield chunk
            Job.objects.filter(pk=self.job.pk, fence=self.job.fence).update(
                checkpoint=chunk.checkpoint,
                done=chunk.done,
                total=chunk.total,
                attempts=1,
                lease_until=_lease_end(),
            )
        self.job.checkpoint, self.job.done, self.job.total = chunk.checkpoint, chunk.done, chunk.total

    def beat(self, *, done: int | None = None, total: int | None = None) -> None:
        """Renew the lease between chunks, and show progress. Raises LeaseLost when the job has another holder."""
        changes: dict[str, object] = {"lease_until": _lease_end()}
        if done is not None:
            changes["done"] = self.job.done = done
        if total is not None:
            changes["total"] = self.job.total = total
        if not Job.objects.filter(pk=self.job.pk, fence=self.job.fence, state=JobState.RUNNING).update(**changes):
            raise LeaseLost

    def beat_now_and_then(self) -> None:
        """Beat, unless it did lately: for loops whose rounds are short."""
        if time.monotonic() - self._beaten >= _BEAT_SECONDS:
            self._beaten = time.monotonic()
            self.beat()

    def start_slice(self) -> None:
        """Start the time slice, once the handler knows where to go on: finding that place does not count."""
        self._began = time.monotonic()

    def owes_others(self) -> bool:
        """Whether this job has had its fair slice of time, and another partner's job waits."""
        if time.monotonic() - self._began < settings.JOB_SLICE_SECONDS:
            return False
        self._began = time.monotonic()
        return Job.objects.filter(_claimable()).exclude(partner=self.job.partner_id).exists()

    def yield_to_other_partners(self) -> None:
        """Give the worker to another partner's waiting job, after a fair slice of time. Call it after a checkpoint."""
        if self.owes_others():
            raise YieldToOthers


class Chunk:
    """What a chunk may change of its job: the checkpoint (JSON) and the progress."""

    def __init__(self, *, checkpoint: dict[str, Any], done: int, total: int) -> None:
        self.checkpoint, self.done, self.total = checkpoint, done, total


def run_next() -> bool:
    """Claim one job and run it. Returns whether there was one.

    A job of a kind that only another version knows is left to that version's workers: an upgrade may be on its way.
    """
    job = claim(_HANDLERS)
    if job is None:
        return False
    with correlation.working_for(job.request_id, job=str(job.pk), kind=job.kind, partner=str(job.partner_id or "")):
        _run(job)
    return True


def _run(job: Job) -> None:
    began = time.monotonic()
    handler = _HANDLERS[job.kind][0]
    mine = Job.objects.filter(pk=job.pk, fence=job.fence, state=JobState.RUNNING)
    try:
        handler(Run(job))
    except LeaseLost:
        log.warning("lease lost: %s", job)
    except YieldToOthers:
        mine.update(state=JobState.QUEUED, attempts=0, lease_until=None, not_before=Now())
    except Exception as error:
        log.exception("job attempt %s of %s stopped", job.attempts, job)
        _put_back_when_possible(job, f"{type(error).__name__}: {error}", counts=not is_of_the_machine(error))
    else:
        _end(mine)
        seconds = round(time.monotonic() - began, 3)
        log.info("job ended: %s", job, extra={"facts": {"seconds": seconds}})


def _end(mine: models.QuerySet[Job]) -> None:
    """Mark the job done, or queue it again when it was requested meanwhile."""
    if mine.filter(runs_again=False).update(state=JobState.DONE, lease_until=None, finished_at=Now(), failure=""):
        return
    mine.update(
        state=JobState.QUEUED,
        runs_again=False,
        attempts=0,
        checkpoint={},
        done=0,
        total=0,
        lease_until=None,
        not_before=Now(),
    )


def _put_back_when_possible(job: Job, why: str, *, counts: bool) -> None:
    """Put the job back, trying for a while: the fault that stopped it, such as a full disk, may stop this too.

    An attempt that is not put back counts when the next worker claims the job. Meanwhile the lease may run out, and
    another worker may hold the job.
    """
    for _ in range(_PUT_BACK_TRIES):
        try:
            return _put_back(job, why, counts=counts)
        except Exception as fault:
            if not is_of_the_machine(fault):
                raise
            time.sleep(1)
    log.warning("could not be put back; its lease will run out: %s", job)
    return None


def _put_back(job: Job, why: str, *, counts: bool) -> None:
    """After an exception: queue it again with a growing wait, or fail it when its attempts are used up.

    A full disk or a lost server says nothing about the job: such an attempt does not count (`counts`), as long as the
    job was begun less than a day ago.
    """
    current = Job.objects.filter(pk=job.pk, fence=job.fence, state=JobState.RUNNING).first()
    if current is None:
        return
    counts = counts or current.started_at is None or current.started_at < clock.real_now() - _LONGEST_FAULT
    if counts and current.attempts >= settings.JOB_MAX_ATTEMPTS:
        fail(current, why)
        return
    seconds = 2**current.attempts if counts else settings.JOB_FAULT_SECONDS
    wait = ExpressionWrapper(Now() + timedelta(seconds=seconds), output_field=DateTimeField())
    attempts = current.attempts if counts else 0
    Job.objects.filter(pk=job.pk, fence=job.fence).update(
        state=JobState.QUEUED, attempts=attempts, lease_until=None, not_before=wait, failure=why[:2000]
    )


def waiting() -> int:
    """How many jobs a worker could claim now."""
    return Job.objects.filter(_claimable()).count()


def drop_finished(*, days: int) -> int:
    """Delete jobs that ended more than `days` ago; returns how many."""
    before = ExpressionWrapper(Now() - timedelta(days=days), output_field=DateTimeField())
    return Job.objects.filter(state__in=[JobState.DONE, JobState.FAILED], finished_at__lt=before).delete()[0]
