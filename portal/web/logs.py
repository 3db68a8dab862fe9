"""What is kept out of the log, what every line of it names, and its lines as JSON."""

import json
import logging
import re
import traceback
from datetime import UTC, datetime
from typing import Final

from portal import correlation

_SECRETS: Final = re.compile(
    r"/(calendar|invitations|emails/stop|connect/(?:mine|continue|renew|stop))/(?!address/)[^/\s\"']{16,}"
)
_EMAIL: Final = re.compile(r"[^\s@/\"'<>(),:]+@[^\s@/\"'<>(),:]+")


class WithoutSecrets(logging.Filter):
    """Masks the secrets in some URLs, since Django logs the path of every error response, and email addresses."""

    def filter(self, record: logging.LogRecord) -> bool:
        text = record.getMessage()
        blotted = _EMAIL.sub("…", _SECRETS.sub(r"/\1/…", text))
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


class LineFormatter(logging.Formatter):
    """Time, level, logger, request ID and message. tells_errors: whether the text of an exception is shown.

    It may hold what somebody typed, so production shows its type and where it was raised.
    """

    def __init__(self, *, tells_errors: bool) -> None:
        super().__init__("{asctime} {levelname} {name} {request_id} {message}", style="{")
        self.tells_errors = tells_errors

    def format(self, record: logging.LogRecord) -> str:
        record.exc_text = None  # what another handler has made of the exception
        return super().format(record)

    def formatException(self, ei: "logging._SysExcInfoType") -> str:  # noqa: N802  Python's own name
        if self.tells_errors or ei[1] is None:
            return super().formatException(ei)
        lines: list[str] = []
        error: BaseException | None = ei[1]
        while error is not None:
            kind = type(error)
            lines += [f"{kind.__module__}.{kind.__qualname__}\n", *traceback.format_tb(error.__traceback__)]
            error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
        return "".join(lines).rstrip()


class JsonFormatter(LineFormatter):
    """The same as a JSON object in one line, with what the code at hand says of itself (portal/correlation.py)."""

    def format(self, record: logging.LogRecord) -> str:
        said = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "request_id": getattr(record, "request_id", "-"),
            "message": record.getMessage(),
            **correlation.facts(),
            **getattr(record, "facts", {}),
        }
        if record.exc_info:
            said["exception"] = self.formatException(record.exc_info)
        return json.dumps(said, ensure_ascii=False, default=str)
