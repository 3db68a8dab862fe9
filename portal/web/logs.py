"""What is kept out of the log."""

import logging
import re

_SECRETS = re.compile(r"/(calendar|invitations|emails/stop)/(?!address/)[^/\s\"']{16,}")


class WithoutSecrets(logging.Filter):
    """Blots out the secrets that some addresses carry: Django logs the path of every answer that is not fine."""

    def filter(self, record: logging.LogRecord) -> bool:
        text = record.getMessage()
        blotted = _SECRETS.sub(r"/\1/…", text)
        if blotted != text:
            record.msg, record.args = blotted, ()
        return True
