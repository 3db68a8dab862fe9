"""Which verbs the jobs of this room run, and what an upload says when one fails."""

from onboarding.uploads.models import Upload, UploadState
from onboarding.uploads.pipeline.check import check_upload, file_unusable
from onboarding.uploads.pipeline.commit import commit_upload
from onboarding.uploads.pipeline.withdraw import take_back
from portal.jobs.domain import job_handler
from portal.jobs.models import Job
from portal.problems import Problem


def _on_check_failure(job: Job) -> None:
    file_unusable(Upload.objects.select_related("partner").get(pk=job.subject_id), Problem("CHECK_STOPPED"))


def _on_commit_failure(job: Job) -> None:
    """Back to the partner: confirming again goes on with the rows that have no result yet."""
    Upload.objects.filter(pk=job.subject_id).update(
        state=UploadState.READY, problem=Problem("COMMIT_STOPPED").as_json()
    )


def _on_withdrawal_failure(job: Job) -> None:
    """Back to the partner: taking it back again goes on with the rest."""
    Upload.objects.filter(pk=job.subject_id).update(
        state=UploadState.DONE, problem=Problem("WITHDRAWAL_STOPPED").as_json()
    )


job_handler("uploads.check", on_failure=_on_check_failure)(check_upload)
job_handler("uploads.commit", on_failure=_on_commit_failure)(commit_upload)
job_handler("uploads.withdraw", on_failure=_on_withdrawal_failure)(take_back)
