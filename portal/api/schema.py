"""What the API's OpenAPI description says beside its operations: keys, and what all of them take and answer."""

from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache
from typing import Any

from django.urls import URLResolver, get_resolver
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiExample, OpenApiResponse
from rest_framework.permissions import SAFE_METHODS
from rest_framework.serializers import Serializer

from portal.api.shapes import ENVELOPE, ErrorShape

_METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
_ERRORS = {
    400: "The request is not valid.",
    401: "The request has no working key.",
    403: "The key doesn’t have the permission, or doesn’t work from this network address.",
    404: "You don’t have an object with this ID.",
    412: "The object changed since you read it.",
    413: "The body is too large.",
    415: "The content type is not accepted here.",
    429: "Too many requests. Wait the number of seconds in Retry-After.",
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
        500: OpenApiResponse(ours, "Something went wrong on our side."),
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


_EVERYWHERE = {
    400: "The request is not valid.",
    406: "This API responds in JSON.",
    414: "The address is too long.",
    503: "The sandbox is being filled, or saving or files are unavailable. Wait the number of seconds in Retry-After.",
}
_WITH_BODY = {413: "The body is too large.", 415: "The content type or encoding is not accepted here."}
_OF_WRITES = {
    409: "The request with this Idempotency-Key is still in progress. Wait the number of seconds in Retry-After.",
    422: "The Idempotency-Key was used for a different request.",
}
COMMON = {*_EVERYWHERE, *_WITH_BODY, *_OF_WRITES}
_HEADERS = {
    "X-Request-Id": ("string", "Identifies the request. Include it when you ask for help."),
    "Retry-After": ("integer", "Seconds to wait before you try again."),
    "RateLimit-Limit": ("integer", "Requests allowed in the current window."),
    "RateLimit-Remaining": ("integer", "Requests left in the current window."),
    "RateLimit-Reset": ("integer", "Seconds until the window ends."),
    "RateLimit-Policy": ("string", "The limit and its window: requests;w=seconds."),
}
_LIMIT = [name for name in _HEADERS if name.startswith("RateLimit-")]
_KEY_PARAMETER = {
    "in": "header",
    "name": "Idempotency-Key",
    "schema": {"type": "string", "minLength": 1, "maxLength": 255, "pattern": "^[ -~]+$"},
    "description": "Any unique text for this write. If you repeat the request with the same key within 24 hours, you "
    "get the first response again, with Idempotent-Replayed: true, and it is carried out only once.",
}
_WRITES = "x-writes"


class ApiSchema(AutoSchema):
    """drf-spectacular's, with a mark on writes that `describe_common` reads."""

    def get_extensions(self) -> dict[str, object]:
        reads = getattr(self.view, "reads", SAFE_METHODS)
        return super().get_extensions() | ({} if self.method in reads else {_WRITES: True})


def describe_common(result: dict[str, Any], **_: object) -> dict[str, Any]:
    """Say once what every operation takes and answers; errors have the shape of the operation's 401."""
    components = result.setdefault("components", {})
    components["headers"] = {
        name: {"schema": {"type": kind}, "description": text} for name, (kind, text) in _HEADERS.items()
    }
    components["parameters"] = {"IdempotencyKey": _KEY_PARAMETER}
    for operation in (operation for path in result["paths"].values() for operation in path.values()):
        _describe(operation)
    return result


def _describe(operation: dict[str, Any]) -> None:
    is_write, answers = operation.pop(_WRITES, False), operation["responses"]
    common = _EVERYWHERE | (_WITH_BODY if "requestBody" in operation else {}) | (_OF_WRITES if is_write else {})
    content = answers["401"]["content"]
    for status, text in common.items():
        answers.setdefault(str(status), {"content": content, "description": text})
    for status, answer in answers.items():
        names = ["X-Request-Id", *([] if status in {"401", "500"} else _LIMIT)]
        names += ["Retry-After"] if status in {"409", "429", "503"} else []
        answer.setdefault("headers", {}).update({name: {"$ref": f"#/components/headers/{name}"} for name in names})
    operation["responses"] = dict(sorted(answers.items()))
    if is_write:
        operation.setdefault("parameters", []).append({"$ref": "#/components/parameters/IdempotencyKey"})


def example(name: str, value: object, *, media_type: str = "application/json") -> OpenApiExample:
    """An example of a request, for extend_schema."""
    return OpenApiExample(name, value=value, request_only=True, media_type=media_type)


def inline_enums(result: dict[str, object], **_: object) -> dict[str, object]:
    """Leave every enum where it is used: drf-spectacular would name them by guessing. Removes its marks."""
    _remove_marks(result)
    return result


def _remove_marks(part: object) -> None:
    if isinstance(part, dict):
        part.pop("x-spec-enum-id", None)
    for inner in part.values() if isinstance(part, dict) else part if isinstance(part, list) else ():
        _remove_marks(inner)
