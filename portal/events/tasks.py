"""The periodic work of the log: publish it every few seconds, seal it every minute, read it whole once a day."""

from django.conf import settings

from portal.events import witness
from portal.events.chain import check_log, seal_log
from portal.events.relay import publish_settled
from portal.jobs.periodic import periodic


@periodic(seconds=5)
def publish_new_events() -> None:
    """Publish what is settled; after a large import the next runs go on with it."""
    publish_settled(seconds=settings.JOB_SLICE_SECONDS)


@periodic(minutes=1)
def seal_new_events() -> None:
    """Seal what was written since the last time; after a large import the next minutes go on with it."""
    seal_log(seconds=settings.JOB_SLICE_SECONDS)


@periodic(hours=24)
def check_sealed_log() -> None:
    """Read the sealed log, and email its end; findings appear on the audit page and in the admin."""
    check = check_log()
    if check.seal:
        witness.send(witness.End(check.seal, check.head))
