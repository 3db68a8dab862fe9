"""The request log: each request with a key, written after its answer, and dropped after 30 days."""

import logging
import re
import time
from collections.abc import Callable
from datetime import timedelta
from functools import partial

from django.db import DatabaseError
from django.http import HttpRequest
from django.http.response import HttpResponseBase

from portal import clock
from portal.api.calls import ApiCall, known_call
from portal.api.schema import operation_of
from portal.developers.models import LoggedRequest
from portal.partners.access import address_of

logger = logging.getLogger(__name__)
KEPT = timedelta(days=30)
BATCH = 5_000
# Beyond the limit, this many are still logged in each window: a program in a loop would fill the log.
MOST_BEYOND_LIMIT = 100
_VARIABLE = re.compile(r"<(?:\w+:)?(\w+)>")


class RequestLogMiddleware:
    """Logs what came to a view of the API with a key that exists, once the answer is sent."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        began = time.monotonic()
        response = self.get_response(request)
        call = known_call(request)
        if call and call.key and not _is_flood(call):
            entry = _entry_of(request, response, call, milliseconds=round(1000 * (time.monotonic() - began)))
            _when_sent(response, partial(_keep, entry))
        return response


def _when_sent(response: HttpResponseBase, work: Callable[[], None]) -> None:
    """Do the work when the server closes the answer, as Django does for the files that an answer sends."""
    # Django has no public way to add one, and its types do not know the list.
    closers: list[Callable[[], None]] = response._resource_closers  # type: ignore[attr-defined]  # noqa: SLF001
    closers.append(work)


def _is_flood(call: ApiCall) -> bool:
    return call.limit is not None and call.limit.count > call.limit.most + MOST_BEYOND_LIMIT


def _entry_of(request: HttpRequest, response: HttpResponseBase, call: ApiCall, *, milliseconds: int) -> LoggedRequest:
    assert call.key is not None
    match, method = request.resolver_match, request.method or ""
    operation = operation_of(match.func, method) if match else ""
    length = request.headers.get("Content-Length", "")
    return LoggedRequest(
        partner_id=call.key.partner_id,
        key=call.key,
        at=clock.now(),
        method=method[:10],
        path=path_of(match.route)[:200] if match and not match.route.startswith("<") else "",
        operation=operation[:100],
        status=response.status_code,
        error_title=call.error_title[:200],
        milliseconds=milliseconds,
        request_id=getattr(request, "request_id", "")[:64],
        address=address_of(request)[:64],
        request_bytes=int(length) if length.isdecimal() and len(length) < 16 else None,
        response_bytes=None if response.streaming else len(getattr(response, "content", b"")),
        is_replay=response.headers.get("Idempotent-Replayed") == "true",
    )


def path_of(route: str) -> str:
    """An address with names for what varies: v2/meters/<str:meter_id> is /v2/meters/{meter_id}."""
    return "/" + _VARIABLE.sub(r"{\1}", route)


def _keep(entry: LoggedRequest) -> None:
    """One insert; a log that cannot be written fails no request."""
    try:
        entry.save(force_insert=True)
    except DatabaseError:
        logger.exception("The request %s could not be logged", entry.request_id)


def drop_old_requests(*, batch: int = BATCH) -> int:
    """Drop requests that are 30 days old, in batches; returns how many."""
    old, dropped = LoggedRequest.objects.filter(at__lt=clock.now() - KEPT), 0
    while keys := list(old.order_by("at").values_list("pk", flat=True)[:batch]):
        dropped += LoggedRequest.objects.filter(pk__in=keys).delete()[0]
    return dropped
