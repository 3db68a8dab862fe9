"""What happens around every request."""

import re
import uuid
from collections.abc import Callable

from allauth.usersessions.middleware import UserSessionsMiddleware
from django.core.cache import cache
from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest

_SEEN_SECONDS = 300
_ACCEPTABLE = re.compile(r"[A-Za-z0-9-]{8,64}")


class NoNulMiddleware:
    """Refuses addresses with a NUL: no page has one, and PostgreSQL fails on them."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if "\0" in request.path or "%00" in request.META.get("QUERY_STRING", ""):
            return HttpResponseBadRequest("The address contains a NUL character.", content_type="text/plain")
        return self.get_response(request)


class SessionSeenMiddleware(UserSessionsMiddleware):
    """Notes when a session was last seen, once in five minutes: a page that only reads then waits for no writer."""

    def __call__(self, request: HttpRequest) -> HttpResponse:
        key = request.session.session_key
        if key and not cache.add(f"session-seen-{key}", True, timeout=_SEEN_SECONDS):
            return self.get_response(request)
        return super().__call__(request)


class RequestIdMiddleware:
    """Names every request: the X-Request-ID that a proxy gave, else a new one; error pages and answers carry it."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        given = request.headers.get("X-Request-ID", "")
        name = given if _ACCEPTABLE.fullmatch(given) else uuid.uuid4().hex
        request.request_id = name  # type: ignore[attr-defined]  # our own mark on the request
        response = self.get_response(request)
        response["X-Request-ID"] = name
        return response
