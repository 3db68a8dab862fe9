"""The periodic work of the API: dropping answers that were kept long enough."""

from portal.api.idempotency import drop_expired
from portal.jobs.periodic import periodic


@periodic(hours=1)
def drop_kept_answers() -> None:
    """Drop the answers to writes with an Idempotency-Key that are older than 24 hours."""
    drop_expired()
