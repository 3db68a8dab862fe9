"""The periodic work of security: dropping counts whose window is over."""

from portal.jobs.periodic import periodic
from portal.security.limits import drop_ended


@periodic(hours=1)
def drop_ended_limits() -> None:
    """Drop the counts of limits whose window is over."""
    drop_ended()
