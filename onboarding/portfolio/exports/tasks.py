"""The job of a workbook in the background, and what is done about exports from time to time."""

from onboarding.portfolio.exports.domain import KEPT, delete_expired, delete_leftovers, give_up_export, make_export
from portal.jobs.domain import job_handler
from portal.jobs.models import Job
from portal.jobs.periodic import periodic
from portal.jobs.retention import Retention, register


def _on_failure(job: Job) -> None:
    give_up_export(job.subject_id)


job_handler("meters.export", on_failure=_on_failure)(make_export)
periodic(hours=1)(delete_expired)
periodic(hours=1)(delete_leftovers)
register(Retention("Files of exports", KEPT, "they were made", delete_expired))
