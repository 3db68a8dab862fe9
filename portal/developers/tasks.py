"""The periodic work of the pages for developers: dropping old entries of the request log."""

from portal.developers import request_log
from portal.jobs.periodic import periodic
from portal.jobs.retention import Retention, register


@periodic(hours=1)
def drop_logged_requests() -> None:
    """Drop entries of the request log that are 30 days old."""
    request_log.drop_old_requests()


register(Retention("The API’s request log", request_log.KEPT, "the request", drop_logged_requests))
