"""What our staff do with failed jobs: run them again, or drop them. Each writes its event."""

from django.db import transaction
from django.db.models.functions import Now

from portal.events.actors import Actor
from portal.events.domain import record
from portal.events.subjects import Subject, register
from portal.jobs.domain import is_left_as_it_was, wake
from portal.jobs.models import Job, JobState
from portal.jobs.queries import OPEN
from portal.problems import Problem, Refused

register(Subject("job", "Job"))


def retry_job(job: Job, *, by: Actor) -> None:
    """Queue a failed job again, from its checkpoint, with all its attempts.

    Refused: JOB_NOT_FAILED; JOB_OPEN, when another job for its subject waits or runs; JOB_ENDED_WITH_SUBJECT, when its
    failure has changed what it works on, so that a partner begins anew.
    """
    with transaction.atomic():
        locked = _failed(job)
        if not is_left_as_it_was(locked):
            raise Refused(Problem("JOB_ENDED_WITH_SUBJECT"))
        if Job.objects.filter(kind=locked.kind, subject_id=locked.subject_id, state__in=OPEN).exists():
            raise Refused(Problem("JOB_OPEN"))
        Job.objects.filter(pk=locked.pk).update(
            state=JobState.QUEUED, attempts=0, started_at=None, finished_at=None, not_before=Now()
        )
        _record("job.retried", locked, by=by)
        transaction.on_commit(wake)


def drop_job(job: Job, *, by: Actor) -> None:
    """Delete the row of a failed job, once somebody has seen to it; its event keeps why it failed. Refused:
    JOB_NOT_FAILED.
    """
    with transaction.atomic():
        locked = _failed(job)
        _record("job.dropped", locked, by=by)
        locked.delete()


def _failed(job: Job) -> Job:
    """The job, locked, if it has failed."""
    locked = Job.objects.select_for_update(of=("self",)).filter(pk=job.pk, state=JobState.FAILED).first()
    if locked is None:
        raise Refused(Problem("JOB_NOT_FAILED"))
    return locked


def _record(verb: str, job: Job, *, by: Actor) -> None:
    """The type of what was raised is kept; its text may be personal."""
    data = {"kind": job.kind, "subject": job.subject_id, "failure": job.failure.partition(":")[0]}
    record(verb, subject=job, partner=job.partner, by=by, data=data)
