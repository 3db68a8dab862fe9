"""The email about a change of many meters that took long."""

from django.urls import reverse

from onboarding.bulk.models import BulkAction
from portal.jobs.models import Job
from portal.notifications.choices import NotificationKind, register
from portal.notifications.domain import took_long, write_to

register(
    NotificationKind(
        "changes",
        "A bulk change is done",
        "When a change to multiple meters is done, if it took more than 30 seconds.",
    )
)


def tell_done(action: BulkAction, job: Job) -> None:
    """Tell the person who asked that every meter has its result."""
    if not took_long(job):
        return
    changed = f"{action.changed:,} of {action.counts.get('meant', 0):,}"
    write_to(
        action.user,
        kind="changes",
        partner=action.owner,
        subject="Done: your change",
        text=f"Your change is done. See what became of each meter.\n\n- Meters changed: {changed}",
        action="View results",
        path=reverse("bulk-action", args=[action.pk]),
    )
