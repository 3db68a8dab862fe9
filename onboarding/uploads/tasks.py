"""Which verbs the jobs of this room run, and what becomes of an upload when one fails."""

from datetime import timedelta
from typing import Final

from django.conf import settings

from onboarding.uploads.completion import complete_rows
from onboarding.uploads.corrections.workbook import take_over
from onboarding.uploads.models import Upload, UploadState
from onboarding.uploads.pipeline.check import check_upload, file_unusable
from onboarding.uploads.pipeline.commit import commit_upload, end_without_the_rest
from onboarding.uploads.pipeline.withdraw import take_back
from onboarding.uploads.retention import delete_files
from onboarding.uploads.states import move
from portal.jobs.domain import Run, job_handler
from portal.jobs.models import Job
from portal.jobs.periodic import periodic
from portal.jobs.retention import Retention, register
from portal.jobs.upgrades import upgrade_step
from portal.problems import Problem

_FILES_KEPT: Final = timedelta(days=settings.UPLOAD_FILE_DAYS)
upgrade_step("uploads.complete")(complete_rows)


def _on_check_failure(job: Job) -> None:
    file_unusable(Upload.objects.select_related("partner").get(pk=job.subject_id), Problem("CHECK_STOPPED"))


def _on_commit_failure(job: Job) -> None:
    """Back to the partner: confirming again goes on with the rows that have no result yet. What came by API ends."""
    upload = Upload.objects.select_related("partner").get(pk=job.subject_id)
    if upload.state == UploadState.COMMITTING and upload.commits_itself:
        end_without_the_rest(upload)
    elif upload.state == UploadState.COMMITTING:
        move(upload, UploadState.READY, problem=Problem("COMMIT_STOPPED").as_json())


def _on_withdrawal_failure(job: Job) -> None:
    """Back to the partner: taking it back again goes on with the rest."""
    upload = Upload.objects.get(pk=job.subject_id)
    if upload.state == UploadState.WITHDRAWING:
        move(upload, UploadState.DONE, problem=Problem("WITHDRAWAL_STOPPED").as_json())


@job_handler("uploads.check", on_failure=_on_check_failure)
def check(run: Run) -> None:
    """Check an upload's file; a workbook of corrections is taken over into the upload that it corrects."""
    check_upload(run, take_over=take_over)


job_handler("uploads.commit", on_failure=_on_commit_failure)(commit_upload)
job_handler("uploads.withdraw", on_failure=_on_withdrawal_failure)(take_back)


@periodic(hours=1)
def delete_old_upload_files() -> None:
    """Delete the files of uploads that ended long ago."""
    delete_files(older_than=_FILES_KEPT)


register(Retention("Files of uploads", _FILES_KEPT, "the upload ended", delete_old_upload_files, "UPLOAD_FILE_DAYS"))
