"""What is known of one request to the API, on Django's own request: for those around the view who count and log it."""

from dataclasses import dataclass

from django.http import HttpRequest
from rest_framework.request import Request

from portal.partners.models import ApiKey
from portal.security.limits import LimitState


@dataclass(slots=True)
class ApiCall:
    """One request to the API.

    key: the key in it, also one that is refused; None where the text is no key. limit: the limit that it counted for.
    error_title: what went wrong, without what was sent.
    """

    key: ApiKey | None = None
    limit: LimitState | None = None
    error_title: str = ""


def call_of(request: Request) -> ApiCall:
    """The call that this request is; the same one each time it is asked for."""
    http: HttpRequest = request._request  # noqa: SLF001  Django's own, which middleware sees
    if (call := known_call(http)) is None:
        call = ApiCall()
        http.api_call = call  # type: ignore[attr-defined]  # our own mark on the request
    return call


def known_call(http: HttpRequest) -> ApiCall | None:
    """The call that this request is; None for what never came to a view of the API."""
    call: ApiCall | None = getattr(http, "api_call", None)
    return call
