"""What the API's OpenAPI description says beside its operations: keys, and the answers that all of them give."""

from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache

from django.urls import URLResolver, get_resolver
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiResponse
from rest_framework.serializers import Serializer

from portal.api.shapes import ENVELOPE, ErrorShape

_METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
_ERRORS = {
    400: "The request is not valid.",
    401: "The request carries no key that works.",
    403: "The key lacks the permission, or does not work from this network address.",
    404: "There is no such object of yours.",
    415: "The content type is not accepted here.",
    429: "There were too many requests; Retry-After says in how many seconds to go on.",
}


class KeyScheme(OpenApiAuthenticationExtension):
    """`Authorization: Bearer <id>:<secret>`, named as in the published contract."""

    target_class = "portal.api.authentication.KeyAuthentication"
    name = "Bearer"

    def get_security_definition(self, auto_schema: object) -> dict[str, str]:
        return {"type": "http", "scheme": "bearer"}


def responses(
    answer: type[Serializer[object]],
    *errors: int,
    status: int = 200,
    description: str = "OK",
    shape: ErrorShape = ENVELOPE,
) -> Mapping[int, OpenApiResponse]:
    """The answers of an operation, for extend_schema: when all is well, the named errors, and those that all have.

    shape: that of the operation's errors, its view's error_shape.
    """
    ours = OpenApiTypes.STR if shape.server_error_is_text else shape.serializer
    return {
        status: OpenApiResponse(answer, description),
        **{code: OpenApiResponse(shape.serializer, _ERRORS[code]) for code in sorted({401, 403, 429, *errors})},
        500: OpenApiResponse(ours, "Something failed on our side."),
    }


@lru_cache(maxsize=1000)
def operation_of(view: Callable[..., object], method: str) -> str:
    """The operation's ID that a URL's view and a method have in the schema; "" for what is no operation."""
    view_class = getattr(view, "view_class", None)
    handler = getattr(view_class, "get" if method == "HEAD" else method.lower(), None)
    described = getattr(handler, "kwargs", {}).get("schema")
    if view_class is None or described is None:
        return ""
    described = described()
    described.view, described.method = view_class(), method  # what drf-spectacular asks in return
    described.view.request, described.view.kwargs, described.path = None, {}, ""
    return str(described.get_operation_id()) if not described.is_excluded() else ""


def all_operations(resolver: URLResolver | None = None) -> Iterator[str]:
    """The IDs of all operations, as their addresses come."""
    for entry in (resolver or get_resolver()).url_patterns:
        if isinstance(entry, URLResolver):
            yield from all_operations(entry)
        else:
            yield from filter(None, (operation_of(entry.callback, method) for method in _METHODS))


def inline_enums(result: dict[str, object], **_: object) -> dict[str, object]:
    """Leave every enum where it is used: drf-spectacular would name them by guessing. Removes its marks."""
    _remove_marks(result)
    return result


def _remove_marks(part: object) -> None:
    if isinstance(part, dict):
        part.pop("x-spec-enum-id", None)
    for inner in part.values() if isinstance(part, dict) else part if isinstance(part, list) else ():
        _remove_marks(inner)
