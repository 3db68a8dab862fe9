"""Which verbs the jobs of this room run, and what becomes of an upload when one is given up."""

from functools import partial

from onboarding.uploads.corrections.workbook import take_over
from onboarding.uploads.models import Upload, UploadState
from onboarding.uploads.pipeline.check import check_upload, file_unusable
from onboarding.uploads.pipeline.commit import commit_upload
from onboarding.uploads.pipeline.withdraw import take_back
from onboarding.uploads.states import move
from portal.jobs.domain import handles
from portal.jobs.models import Job
from portal.problems import Problem


def _check_given_up(job: Job) -> None:
    file_unusable(Upload.objects.select_related("partner").get(pk=job.subject_id), Problem("CHECK_STOPPED"))


def _commit_given_up(job: Job) -> None:
    """Back to the partner: confirming again goes on with the rows that have no result yet."""
    upload = Upload.objects.get(pk=job.subject_id)
    if upload.state == UploadState.COMMITTING:
        move(upload, UploadState.READY, problem=Problem("COMMIT_STOPPED").as_json())


def _withdrawal_given_up(job: Job) -> None:
    """Back to the partner: taking it back again goes on with the rest."""
    upload = Upload.objects.get(pk=job.subject_id)
    if upload.state == UploadState.WITHDRAWING:
        move(upload, UploadState.DONE, problem=Problem("WITHDRAWAL_STOPPED").as_json())


handles("uploads.check", on_failure=_check_given_up)(partial(check_upload, take_over=take_over))
handles("uploads.commit", on_failure=_commit_given_up)(commit_upload)
handles("uploads.withdraw", on_failure=_withdrawal_given_up)(take_back)
