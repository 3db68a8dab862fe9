"""The one place that answers an error, in the shape of its path (portal/api/shapes.py)."""

import math
from collections.abc import Mapping
from typing import Any

from django.core.exceptions import PermissionDenied
from django.core.signals import got_request_exception
from django.http import Http404, HttpRequest
from django.utils.log import log_response
from rest_framework import exceptions, serializers
from rest_framework.request import Request
from rest_framework.response import Response

from portal import correlation
from portal.api.shapes import ENVELOPE, Details, ErrorShape, Failure
from portal.jobs.faults import READ_ONLY_SECONDS, is_read_only
from portal.problems import storable_json
from portal.storage.interface import TRY_AGAIN_SECONDS, StorageAway

TITLES = {
    400: "The request cannot be read",
    401: "Unauthorized",
    403: "You do not have the necessary permissions for this operation",
    404: "Not found",
    405: "This method is not part of the API",
    406: "This API responds in JSON",
    409: "The request conflicts with another one",
    412: "The object changed in the meantime",
    413: "The body is too large",
    414: "The address is too long",
    415: "This content type is not accepted",
    422: "The request contradicts an earlier one",
    429: "Too many requests",
    500: "An error happened whilst processing your request",
    503: "Nothing can be saved right now",
}
FILES_AWAY = "Files are unavailable right now"
READ_ONLY = "The portal is read-only for a short time. Nothing was changed. Try again in a few minutes."


class ApiError(exceptions.APIException):
    """An error that is answered; `details` is an object, or a list of objects with one error each."""

    def __init__(
        self,
        title: str,
        *,
        status_code: int = 400,
        details: Details | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(title)
        self.title, self.status_code, self.details = title, status_code, {} if details is None else details
        self.headers = headers or {}


def validated(serializer: type[serializers.Serializer[object]], data: object) -> dict[str, Any]:
    """The data as the serializer reads it. Raises ApiError 400 with everything that is wrong, by field."""
    asked = serializer(data=data)
    if not asked.is_valid():
        raise ApiError("The request is not valid", details=messages_by_field(asked.errors))
    return dict(asked.validated_data)


def messages_by_field(errors: Mapping[str, object]) -> dict[str, object]:
    """A serializer's errors with one text for each field; those of an item in a list are under its place in it."""
    return {str(name): _messages(error) for name, error in errors.items()}


def _messages(error: object) -> object:
    if isinstance(error, Mapping):
        return messages_by_field(error)
    return " ".join(str(_messages(inner)) for inner in error) if isinstance(error, list) else str(error)


def exception_handler(error: Exception, context: Mapping[str, object]) -> Response:
    """Answer every exception of a view in its shape; one that no view means to raise is logged, and is a 500."""
    shape = shape_of(context.get("view"))
    if isinstance(error, ApiError):
        return failed(shape, error.title, error.status_code, error.details, error.headers)
    if isinstance(error, Http404):
        error = exceptions.NotFound()
    elif isinstance(error, PermissionDenied):
        error = exceptions.PermissionDenied()
    if not isinstance(error, exceptions.APIException):
        return _server_error(error, context.get("request"), shape)
    title = TITLES.get(error.status_code, TITLES[400])
    details = _details_of(error) if error.status_code == 400 else {}
    return failed(shape, title, error.status_code, details, _headers_of(error))


def _headers_of(error: exceptions.APIException) -> dict[str, str]:
    wait: float | None = getattr(error, "wait", None)  # of Throttled; DRF's types do not know it
    if wait is not None:
        return {"Retry-After": str(math.ceil(wait))}
    return {"WWW-Authenticate": "Bearer"} if error.status_code == 401 else {}


def shape_of(view: object) -> ErrorShape:
    """The shape in which a view, or a class of views, answers errors."""
    shape = getattr(view, "error_shape", ENVELOPE)
    return shape if isinstance(shape, ErrorShape) else ENVELOPE


def failed(
    shape: ErrorShape,
    title: str,
    status_code: int,
    details: Details | None = None,
    headers: Mapping[str, str] | None = None,
) -> Response:
    """The answer to something that went wrong. What is quoted is made fit for UTF-8."""
    failure = Failure(title, status_code, storable_json(details or {}), correlation.request_id())
    response = Response(shape.answered(failure), status=status_code, headers=dict(headers or {}))
    response.error_title = title  # type: ignore[attr-defined]  # for the log, whatever the shape
    return response


def _details_of(error: exceptions.APIException) -> dict[str, object]:
    if isinstance(error.detail, dict):
        return messages_by_field(error.detail)
    return {"error": _messages(error.detail)}


def _server_error(error: Exception, request: object, shape: ErrorShape) -> Response:
    """The answer to an error of ours, reported as Django reports one: by its signal and its log of requests.

    503 when it is only that the database takes no writes for now, or that stored files cannot be reached.
    """
    http: HttpRequest | None = request._request if isinstance(request, Request) else None  # noqa: SLF001  Django's own
    got_request_exception.send(sender=None, request=http)
    if is_read_only(error):
        headers = {"Retry-After": str(READ_ONLY_SECONDS)}
        response = failed(shape, TITLES[503], 503, {"error": READ_ONLY}, headers)
    elif isinstance(error, StorageAway):
        response = failed(shape, FILES_AWAY, 503, headers={"Retry-After": str(TRY_AGAIN_SECONDS)})
    else:
        response = failed(shape, TITLES[500], 500)
    path = http.path if http else ""
    log_response("Internal Server Error: %s", path, response=response, request=http, exception=error)
    return response
