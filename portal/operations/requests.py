"""What happens around every request: it is counted, and logged without anything that somebody typed."""

import logging
import time
from collections.abc import Callable
from http import HTTPStatus

from django.conf import settings
from django.http import HttpRequest
from django.http.response import HttpResponseBase

from portal.api.calls import known_call
from portal.operations.exposition import REQUEST_SECONDS, REQUESTS

log = logging.getLogger("portal.access")
_METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS")
_PROBES = ("livez", "readyz", "healthz", "metrics")


class RequestMiddleware:
    """Writes one log line for each request, and counts it if there is a METRICS_TOKEN.

    Without lines for machines' probes, and for static files, which have no route.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        began = time.monotonic()
        response = self.get_response(request)
        seconds, route = time.monotonic() - began, route_of(request)
        method = request.method if request.method in _METHODS else "OTHER"
        if route not in _PROBES and (route or response.status_code >= HTTPStatus.BAD_REQUEST):
            partner, actor = _who(request)
            facts = {
                "method": method,
                "route": route,
                "status": response.status_code,
                "seconds": round(seconds, 3),
                "partner": partner,
                "actor": actor,
            }
            line = " ".join(f"{name}={value}" for name, value in facts.items())
            log.info("request %s", line, extra={"facts": facts})
        if settings.METRICS_TOKEN:
            REQUESTS.labels(route, method, response.status_code).inc()
            REQUEST_SECONDS.labels(route).observe(seconds)
        return response


def route_of(request: HttpRequest) -> str:
    """The name of the route that answered, never its address, which may have a secret in it; "" for none."""
    match = request.resolver_match
    return match.view_name if match else ""


def _who(request: HttpRequest) -> tuple[str, str]:
    """The partner's ID and who acted for it, as far as answering has found out: nothing is read for this."""
    call = known_call(request)
    if call and call.key:
        return str(call.key.partner_id), f"key {call.key.pk}"
    access = getattr(request, "partner_access", None)
    user = getattr(request, "_cached_user", None)
    return (str(access.partner.pk) if access else ""), (f"user {user.pk}" if user and user.pk else "")
