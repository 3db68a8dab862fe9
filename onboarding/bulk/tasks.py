"""The job of a change of many meters."""

from onboarding.bulk.domain import carry_out, finish
from onboarding.bulk.models import BulkAction, BulkState
from onboarding.bulk.notifications import tell_done
from portal.jobs.domain import Run, job_handler
from portal.jobs.models import Job


def _on_failure(job: Job) -> None:
    BulkAction.objects.filter(pk=job.subject_id).update(state=BulkState.STOPPED)


@job_handler("meters.bulk", on_failure=_on_failure)
def run_action(run: Run) -> None:
    """Chunk after chunk, then the counts and the email."""
    action = BulkAction.objects.select_related("partner").get(pk=run.job.subject_id)
    while _chunk(run, action):
        run.yield_to_other_partners()
    with run.chunk():
        finish(action)
        tell_done(action, run.job)


def _chunk(run: Run, action: BulkAction) -> bool:
    with run.chunk() as chunk:
        count = carry_out(action)
        chunk.done, chunk.total = chunk.done + count, action.counts.get("meant", 0)
    return count > 0
