"""The job that writes the texts of meters after the batch that created them."""

from onboarding.meters.search.domain import make_texts
from portal.jobs.domain import job_handler
from portal.jobs.models import Job


def _on_failure(job: Job) -> None:
    """The backlog stays: the batch's meters are found all the same, only slower."""


job_handler("meters.texts", on_failure=_on_failure)(make_texts)
