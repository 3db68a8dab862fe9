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
    "Once a day, in the morning, while data of the day before yesterday or earlier is missing and can be submitted.",
)
register(
    MISSING_DATA,
    NotificationKind(
        "intervals",
        "Interval data is stored or refused",
        "When we are through with a file of interval data of yours, if it took longer than half a minute.",
    ),
)


def tell_read(upload: IntervalUpload, job: Job) -> None:
    """The file is through: tell whoever waits for it no more."""
    if upload.way != Way.PAGE or not took_long(job):
        return
    if upload.state == IntervalUploadState.COMPLETED:
        subject = "Done: your interval data is stored"
    else:
        subject = "Your interval data needs fixing"
    stored = f"Rows new: {upload.count('new'):,}. Changed: {upload.count('changed'):,}."
    text = f"{stored} Unchanged: {upload.count('same'):,}. Rows with errors: {upload.count('bad'):,}."
    path = reverse("interval-upload", args=[upload.pk])
    write_to(upload.user, kind="intervals", partner=upload.partner, subject=subject, text=text, path=path)
