"""Reports of errors to a Sentry, by SENTRY_DSN: where it happened and under which request, nothing that somebody typed.

Only settings.py imports this, and only with a DSN: without one the library is not even loaded.
"""

from typing import TYPE_CHECKING, Any

import sentry_sdk

from portal import correlation

if TYPE_CHECKING:
    from sentry_sdk.types import Event, Hint

# What of an event is kept. All else may be personal: user, request, breadcrumbs, logged values, arguments of tasks.
_KEPT = ("event_id", "timestamp", "level", "logger", "platform", "release", "environment", "server_name", "exception")


def start(dsn: str, *, environment: str, **options: Any) -> None:
    """Begin to report what is raised and logged as an error. options: further ones of sentry_sdk.init."""
    sentry_sdk.init(
        dsn,
        environment=environment,
        include_local_variables=False,
        max_request_body_size="never",
        max_breadcrumbs=0,
        before_send=scrubbed,
        **options,
    )


def scrubbed(event: "Event", hint: "Hint") -> "Event":
    """The event without anything personal: of an exception its type and its frames, never its text."""
    kept: Any = {name: value for name, value in event.items() if name in _KEPT}
    for error in kept.get("exception", {}).get("values", ()):
        error["value"] = ""
        for frame in (error.get("stacktrace") or {}).get("frames", ()):
            frame.pop("vars", None)
    kept["tags"] = {"request_id": correlation.request_id() or "-", **correlation.facts()}
    if not kept.get("exception"):  # a line of the log: its text with holes for the values
        kept["message"] = str(event.get("logentry", {}).get("message", ""))
    return kept
