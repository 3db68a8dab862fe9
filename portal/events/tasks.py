"""What Celery runs for the log: seal it every minute, read it whole once a day."""

from celery import shared_task
from django.conf import settings

from portal.events.chain import check_log, seal_log


@shared_task(name="portal.events.tasks.seal", ignore_result=True, expires=60)
def seal() -> None:
    """Seal what was written since the last time; after a large import the next minutes go on with it."""
    seal_log(seconds=settings.JOB_SLICE_SECONDS)


@shared_task(name="portal.events.tasks.check", ignore_result=True, expires=3600)
def check() -> None:
    """Read the sealed log; what is not as it was sealed stands on the audit page and in the admin."""
    check_log()
