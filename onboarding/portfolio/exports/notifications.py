"""The email about a workbook that took long to make."""

from django.urls import reverse

from onboarding.portfolio.exports.models import Export
from portal.jobs.models import Job
from portal.notifications.choices import NotificationKind, register
from portal.notifications.domain import took_long, write_to

register(
    NotificationKind(
        "exports",
        "A workbook is ready",
        "When an export that you asked for is made, if it took more than 30 seconds.",
    )
)


def tell_done(export: Export, job: Job) -> None:
    """The file is there, for a week."""
    if not took_long(job):
        return
    write_to(
        export.user,
        kind="exports",
        partner=export.partner,
        subject="Ready: your export",
        text=f"Your workbook is ready. Download it within a week; then we delete it.\n\n- Meters: {export.meters:,}",
        action="Open export",
        path=reverse("export", args=[export.pk]),
    )
