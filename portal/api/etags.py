"""ETag, If-None-Match and If-Match: what a caller has read, and whether that is still so.

An ETag is strong: the digest of the very answer. A compressed answer has another one, with "-gzip" at its end, and
both are accepted.
"""

import hashlib
import json
from typing import Final

from django.utils.http import parse_etags
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.utils.encoders import JSONEncoder

from portal.api.errors import ApiError

GZIP: Final = "-gzip"


def etag_of(answer: object) -> str:
    """The ETag of an answer."""
    text = json.dumps(answer, sort_keys=True, cls=JSONEncoder)
    return f'"{hashlib.sha256(text.encode()).hexdigest()[:32]}"'


def answer_unless_known(request: Request, answer: object) -> Response:
    """The answer with its ETag, or 304 when If-None-Match says that the caller has it."""
    etag = etag_of(answer)
    known = {name.removeprefix("W/") for name in _named(request, "If-None-Match")}
    headers = {"ETag": etag}
    return Response(status=304, headers=headers) if known & {etag, "*"} else Response(answer, headers=headers)


def refuse_stale(request: Request, answer: object) -> None:
    """Raise ApiError 412 when If-Match names another state than that of this answer, as GET gives it.

    Call it where the row is locked, so that nobody changes it between the comparison and the change.
    """
    if "If-Match" not in request.headers:
        return
    now = etag_of(answer)
    if not {now, "*"} & set(_named(request, "If-Match")):
        raise ApiError("The object changed since you read it", status_code=412, details={"ETag": now})


def refuse_comparison(request: Request) -> None:
    """Raise ApiError 400 when If-Match comes to an operation that does not compare."""
    if "If-Match" in request.headers:
        said = "This operation doesn’t support If-Match. Send it without that header."
        raise ApiError("If-Match is not heeded here", details={"If-Match": said})


def _named(request: Request, header: str) -> list[str]:
    return [name.replace(f'{GZIP}"', '"') for name in parse_etags(request.headers.get(header, ""))]
