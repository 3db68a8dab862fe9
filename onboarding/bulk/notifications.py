"""The e-mail about a change of many meters that took long."""

from django.urls import reverse

from onboarding.bulk.models import BulkAction
from portal.jobs.models import Job
from portal.notifications.choices import NotificationKind, register
from portal.notifications.domain import took_long, write_to

register(
    NotificationKind(
        "changes",
        "A change of many meters is done",
        "When what you confirmed has been done to each meter, if it took longer than half a minute.",
    )
)


def tell_done(action: BulkAction, job: Job) -> None:
    """Tell the person who asked that every meter has its result."""
    if not took_long(job):
        return
    meant = action.counts.get("meant", 0)
    text = f"Meters changed: {action.changed:,} of {meant:,}. The page says what became of each."
    path = reverse("bulk-action", args=[action.pk])
    write_to(action.user, kind="changes", partner=action.owner, subject="Done: your change", text=text, path=path)
