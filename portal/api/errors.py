"""The error envelope of the published contract, {title, status, details}: the one place that answers an error."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.core.exceptions import PermissionDenied
from django.core.signals import got_request_exception
from django.http import Http404, HttpRequest
from django.utils.log import log_response
from drf_spectacular.utils import extend_schema_field
from rest_framework import exceptions, serializers
from rest_framework.request import Request
from rest_framework.response import Response

from portal.problems import storable_json

Details = Mapping[str, object] | Sequence[Mapping[str, object]]

TITLES = {
    400: "The request cannot be read",
    401: "Unauthorized",
    403: "You do not have the necessary permissions for this operation",
    404: "Not found",
    405: "This method is not part of the API",
    406: "This API answers in JSON",
    415: "This content type is not accepted here",
    429: "Too many requests",
    500: "An error happened whilst processing your request",
}


class ApiError(exceptions.APIException):
    """An answer in the contract's envelope; `details` is an object, or a list of objects with one error each."""

    def __init__(self, title: str, *, status_code: int = 400, details: Details | None = None) -> None:
        super().__init__(title)
        self.title, self.status_code, self.details = title, status_code, {} if details is None else details


@extend_schema_field({"oneOf": [{"type": "object"}, {"type": "array", "items": {"type": "object"}}]})
class DetailsField(serializers.JSONField):
    """An object, or a list with one object per error."""


class ErrorResponseSerializer(serializers.Serializer[object]):
    """What went wrong."""

    title = serializers.CharField(min_length=1, max_length=2000, help_text="Summary of what went wrong.")
    status = serializers.IntegerField(help_text="The HTTP status code.")
    details = DetailsField(help_text="More about the error: an object, or a list with one object per error.")


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
    """Answer every exception of a view in the envelope; one that no view means to raise is logged, and is a 500."""
    if isinstance(error, ApiError):
        return _envelope(error.title, error.status_code, error.details)
    if isinstance(error, Http404):
        error = exceptions.NotFound()
    elif isinstance(error, PermissionDenied):
        error = exceptions.PermissionDenied()
    if not isinstance(error, exceptions.APIException):
        return _server_error(error, context.get("request"))
    title = TITLES.get(error.status_code, TITLES[400])
    details = _details_of(error) if error.status_code == 400 else {}
    response = _envelope(title, error.status_code, details)
    if error.status_code == 401:
        response["WWW-Authenticate"] = "Bearer"
    return response


def _details_of(error: exceptions.APIException) -> dict[str, object]:
    if isinstance(error.detail, dict):
        return messages_by_field(error.detail)
    return {"error": _messages(error.detail)}


def _envelope(title: str, status_code: int, details: Details) -> Response:
    """The envelope, or for a 500 the text that the contract has there. What is quoted is made fit for UTF-8."""
    if status_code == 500:
        return Response(title, status=500)
    return Response({"title": title, "status": status_code, "details": storable_json(details)}, status=status_code)


def _server_error(error: Exception, request: object) -> Response:
    """The answer to an error of ours, reported as Django reports one: by its signal and its log of requests."""
    http: HttpRequest | None = request._request if isinstance(request, Request) else None  # noqa: SLF001  Django's own
    got_request_exception.send(sender=None, request=http)
    response = _envelope(TITLES[500], 500, {})
    path = http.path if http else ""
    log_response("Internal Server Error: %s", path, response=response, request=http, exception=error)
    return response
