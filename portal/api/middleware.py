"""What happens around every request to the API's addresses, before and after any view."""

import re
from collections.abc import Callable
from http import HTTPStatus
from typing import Final

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.middleware.gzip import GZipMiddleware
from django.urls import Resolver404, resolve
from django.utils.cache import patch_vary_headers

from portal import correlation
from portal.api.errors import READ_ONLY, TITLES, shape_of
from portal.api.etags import GZIP
from portal.api.shapes import Details, Failure

LONGEST_ADDRESS: Final = 8000  # the path and the query; gunicorn's own limit is not much higher
API_PATH: Final = r"(?:api|v[0-9][^/]*)(?:/[\s\S]*)?"
_IS_API = re.compile(f"/{API_PATH}")
_NO_GZIP = re.compile(r"\bgzip\s*;\s*q=0(?:\.0*)?(?:\s|,|$)")
_NUL = "The address contains a NUL character."
_LONG = f"A URL can have at most {LONGEST_ADDRESS:,} characters. Send long lists in the body or in parts."


class ApiMiddleware:
    """Addresses that no view can take are refused as JSON, and so is what fails outside a view; answers are packed.

    Only the API's answers are compressed: keys are not sent by browsers on their own, so nobody can guess a secret of
    an answer from the length of many (BREACH).
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response
        self.gzip = GZipMiddleware(get_response)

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if not _IS_API.fullmatch(request.path_info):
            return self.get_response(request)
        request.encoding = "utf-8"  # an address is in UTF-8, whatever the Content-Type says of the body
        response = _refused(request) or self.get_response(request)
        if response.status_code >= HTTPStatus.BAD_REQUEST and "html" in response.get("Content-Type", ""):
            response = _json_of(request, response)
        return self._packed(request, response)

    def _packed(self, request: HttpRequest, response: HttpResponse) -> HttpResponseBase:
        patch_vary_headers(response, ("Accept-Encoding",))
        if _NO_GZIP.search(request.headers.get("Accept-Encoding", "").lower()):
            return response
        etag = response.get("ETag")
        packed = self.gzip.process_response(request, response)
        if etag and packed.get("Content-Encoding") == "gzip":
            packed["ETag"] = f'{etag[:-1]}{GZIP}"'
        return packed


def _refused(request: HttpRequest) -> HttpResponse | None:
    query = request.META.get("QUERY_STRING", "")
    if "\0" in request.path_info or "%00" in query or "\0" in query:
        return _failed(request, 400, {"error": _NUL})
    if len(request.path_info) + len(query) > LONGEST_ADDRESS:
        return _failed(request, 414, {"error": _LONG})
    return None


def _json_of(request: HttpRequest, page: HttpResponse) -> HttpResponse:
    """What an error page says."""
    is_read_only = page.status_code == HTTPStatus.SERVICE_UNAVAILABLE
    response = _failed(request, page.status_code, {"error": READ_ONLY} if is_read_only else None)
    if "Retry-After" in page.headers:
        response["Retry-After"] = page["Retry-After"]
    return response


def _failed(request: HttpRequest, status: int, details: Details | None = None) -> HttpResponse:
    title = TITLES.get(status) or TITLES[400 if status < 500 else 500]
    failure = Failure(title, status, details or {}, correlation.request_id())
    answered = shape_of(_view_of(request)).answered(failure)
    return JsonResponse(answered, status=status, safe=False)


def _view_of(request: HttpRequest) -> object:
    """The class of the view at the request's path."""
    try:
        return getattr(resolve(request.path_info).func, "view_class", None)
    except Resolver404:
        return None
