"""The job that erases a customer."""

from onboarding.privacy.domain import ERASE, erase, give_up
from portal.jobs.domain import job_handler
from portal.jobs.models import Job


def _on_failure(job: Job) -> None:
    give_up(job.subject_id)


job_handler(ERASE, on_failure=_on_failure)(erase)
