"""The emails about interval data."""

from typing import Final

from django.urls import reverse

from onboarding.intervals.models import IntervalUpload, IntervalUploadState, Way
from portal.jobs.models import Job
from portal.notifications.choices import NotificationKind, register
from portal.notifications.domain import took_long, write_to

MISSING_DATA: Final = NotificationKind(
    "missing_interval_data",
    "Interval data is missing",
    "Every morning while data from two or more days ago is missing and you can still submit it.",
)
register(
    MISSING_DATA,
    NotificationKind(
        "intervals",
        "Interval data is stored or rejected",
        "When we finish processing your interval data file, if it took more than 30 seconds.",
    ),
)


def tell_read(upload: IntervalUpload, job: Job) -> None:
    """The file is through: tell whoever waits for it no more."""
    if upload.way != Way.PAGE or not took_long(job):
        return
    if upload.state == IntervalUploadState.COMPLETED:
        subject, text = "Done: your interval data is stored", "Your interval data is stored."
    else:
        subject, text = "Your interval data needs fixing", "See what to fix, and upload the file again."
    counts = {"New rows": "new", "Changed": "changed", "Unchanged": "same", "Rows with errors": "bad"}
    facts = "\n".join(f"- {label}: {upload.count(name):,}" for label, name in counts.items())
    write_to(
        upload.user,
        kind="intervals",
        partner=upload.partner,
        subject=subject,
        text=f"{text}\n\n{facts}",
        action="View upload",
        path=reverse("interval-upload", args=[upload.pk]),
    )
