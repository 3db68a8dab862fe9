"""The periodic work of the API: dropping answers that were kept long enough."""

from portal.api.idempotency import KEPT_FOR, drop_expired
from portal.jobs.periodic import periodic
from portal.jobs.retention import Retention, register


@periodic(hours=1)
def drop_kept_answers() -> None:
    """Drop the answers to writes with an Idempotency-Key that are older than 24 hours."""
    drop_expired()


register(Retention("Answers to writes with an Idempotency-Key, encrypted", KEPT_FOR, "the write", drop_kept_answers))
