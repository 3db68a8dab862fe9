"""What the API's OpenAPI description says beside its operations: keys, and the answers that all of them give."""

from collections.abc import Mapping

from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiResponse
from rest_framework.serializers import Serializer

from portal.api.shapes import ENVELOPE, ErrorShape

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


def inline_enums(result: dict[str, object], **_: object) -> dict[str, object]:
    """Leave every enum where it is used: drf-spectacular would name them by guessing. Removes its marks."""
    _remove_marks(result)
    return result


def _remove_marks(part: object) -> None:
    if isinstance(part, dict):
        part.pop("x-spec-enum-id", None)
    for inner in part.values() if isinstance(part, dict) else part if isinstance(part, list) else ():
        _remove_marks(inner)
