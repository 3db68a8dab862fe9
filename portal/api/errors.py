"""The error envelope of the published contract: {title, status, details}."""

from collections.abc import Mapping
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404
from rest_framework import exceptions, status
from rest_framework.response import Response

from portal.problems import storable_json

_TITLES = {
    401: "Unauthorized",
    403: "You do not have the necessary permissions for this operation",
    404: "Not found",
    405: "This method is not part of the API",
    406: "This API answers in JSON",
    415: "This content type is not accepted here",
    429: "Too many requests",
}


class ApiError(exceptions.APIException):
    """An answer in the contract's envelope; `details` is an object, or a list of row errors."""

    def __init__(self, title: str, *, status_code: int = 400, details: Any = None) -> None:
        super().__init__(title)
        self.title, self.status_code, self.details = title, status_code, {} if details is None else details


def envelope(title: str, status_code: int, details: Any = None) -> dict[str, Any]:
    """The contract's envelope; what it quotes of the request is made fit for UTF-8."""
    return {"title": title, "status": status_code, "details": {} if details is None else storable_json(details)}


def exception_handler(error: Exception, context: Mapping[str, Any]) -> Response | None:
    """Turn DRF's and Django's own exceptions into the envelope; anything else is left to become a 500."""
    if isinstance(error, ApiError):
        return Response(envelope(error.title, error.status_code, error.details), status=error.status_code)
    if isinstance(error, Http404):
        error = exceptions.NotFound()
    elif isinstance(error, PermissionDenied):
        error = exceptions.PermissionDenied()
    if not isinstance(error, exceptions.APIException):
        return None
    title = _TITLES.get(error.status_code, "The request cannot be read")
    details = {"error": str(error.detail)} if error.status_code == status.HTTP_400_BAD_REQUEST else {}
    headers = {"WWW-Authenticate": "Bearer"} if error.status_code == 401 else None
    return Response(envelope(title, error.status_code, details), status=error.status_code, headers=headers)
