"""What is kept out of the log."""

import logging
import re

_SECRETS = re.compile(r"/(calendar|invitations|emails/stop|connect/mine)/(?!address/)[^/\s\"']{16,}")


class WithoutSecrets(logging.Filter):
    """Masks the secrets in some URLs, since Django logs the path of every error response."""

    def filter(self, record: logging.LogRecord) -> bool:
        text = record.getMessage()
        blotted = _SECRETS.sub(r"/\1/…", text)
        if blotted != text:
            record.msg, record.args = blotted, ()
        return True
