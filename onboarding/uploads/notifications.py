"""The emails about uploads that took so long that nobody waits at the page any more."""

from django.urls import reverse

from onboarding.uploads.models import RowOutcome, RowPlan, Upload, UploadSource
from portal.jobs.models import Job
from portal.notifications.choices import NotificationKind, register
from portal.notifications.domain import took_long, write_to

register(
    NotificationKind(
        "uploads",
        "An upload is checked or written",
        "When we are through with a spreadsheet of yours, if it took more than 30 seconds.",
    )
)


def tell_checked(upload: Upload, job: Job) -> None:
    """The rows are checked, and the sender has to look at them."""
    to_fix = upload.count(RowPlan.NEEDS_FIXING)
    text = "We checked your spreadsheet. Review the rows, then confirm; nothing is created until you do."
    counts = f"- Rows checked: {upload.count('rows'):,}\n- Rows to fix: {to_fix:,}"
    _tell(upload, job, "Checked: your upload waits for you", f"{text}\n\n{counts}", "Review upload")


def tell_written(upload: Upload, job: Job) -> None:
    """The confirmed rows are written."""
    created, updated = upload.count(RowOutcome.METER_CREATED), upload.count(RowOutcome.METER_UPDATED)
    failed = upload.count("failed")
    text = "Your upload is written." + (" See which rows were not, and why." if failed else "")
    counts = f"- Meters created: {created:,}\n- Meters changed: {updated:,}\n- Rows not written: {failed:,}"
    _tell(upload, job, "Done: your upload is written", f"{text}\n\n{counts}", "View upload")


def _tell(upload: Upload, job: Job, subject: str, text: str, action: str) -> None:
    if upload.source == UploadSource.PAGE and took_long(job):
        path = reverse("upload", args=[upload.pk])
        write_to(
            upload.user, kind="uploads", partner=upload.partner, subject=subject, text=text, action=action, path=path
        )
