"""What is kept out of the log, and what every line of it names."""

import logging
import re

from portal import correlation

_SECRETS = re.compile(
    r"/(calendar|invitations|emails/stop|connect/(?:mine|continue|renew|stop))/(?!address/)[^/\s\"']{16,}"
)


class WithoutSecrets(logging.Filter):
    """Masks the secrets in some URLs, since Django logs the path of every error response."""

    def filter(self, record: logging.LogRecord) -> bool:
        text = record.getMessage()
        blotted = _SECRETS.sub(r"/\1/…", text)
        if blotted != text:
            record.msg, record.args = blotted, ()
        return True


class WithRequestId(logging.Filter):
    """Gives each record the ID of the request that it is about, - where it is about none.

    Django logs a failed request after it was answered, and names it in the record.
    """

    def filter(self, record: logging.LogRecord) -> bool:
        request = getattr(record, "request", None)
        record.request_id = correlation.request_id() or getattr(request, "request_id", "") or "-"
        return True
