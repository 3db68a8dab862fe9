"""The body of a job: taken as a stream, and refused as a whole where the contract says so."""

import re
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from typing import IO, Any, Final

from django.conf import settings
from rest_framework.exceptions import UnsupportedMediaType
from rest_framework.parsers import BaseParser
from rest_framework.request import Request

from onboarding.uploads.columns.encodings import is_readable
from onboarding.uploads.pipeline.json_assets import JsonBody, NotJson, flattened, split_body
from portal.api.errors import ApiError
from portal.problems import Problem
from programs.schema import Schema, schema_for, under

ERRORS_SHOWN: Final = 1000
_CHARSET: Final = re.compile(r"""\bcharset\s*=\s*"?([^\s";]{1,40})""", re.IGNORECASE)
_PIECE: Final = 64 * 1024


class _Raw(BaseParser):
    """Hands the body over as a stream; it is checked and stored by the verb, not parsed by the framework."""

    def parse(self, stream: object, media_type: str | None = None, parser_context: object = None) -> dict[str, object]:
        said, _, parameters = (media_type or self.media_type or "").partition(";")
        named = _CHARSET.search(parameters)
        charset = named[1] if named else ""
        if charset and not self.reads(charset):
            raise UnsupportedMediaType(media_type or "")
        return {"stream": stream, "media_type": said.strip(), "charset": charset}

    def reads(self, charset: str) -> bool:
        """Whether a body in this encoding can be read."""
        return charset.lower() in {"utf-8", "utf8", "us-ascii"}


class RawJson(_Raw):
    media_type = "application/json"


class RawCsv(_Raw):
    media_type = "text/csv"

    def reads(self, charset: str) -> bool:
        return is_readable(charset)


def body_of(request: Request) -> Mapping[str, Any]:
    """What the parsers above made of the request. ApiError 400 without a body."""
    body = request.data if isinstance(request.data, dict) else {}
    if "stream" not in body:
        raise ApiError("The request has no body", details={"error": 'Send {"assets": […]} or CSV.'})
    return body


def is_json(body: Mapping[str, Any]) -> bool:
    return bool(body["media_type"] == RawJson.media_type)


def pieces_of(stream: IO[bytes]) -> Iterator[bytes]:
    """The body piece by piece. ApiError 413 when it is too large."""
    size = 0
    while piece := stream.read(_PIECE):
        size += len(piece)
        if size > settings.UPLOAD_MAX_BYTES:
            limit = f"{settings.UPLOAD_MAX_BYTES // 1024 // 1024} MB"
            message = f"A job can have at most {limit}. Split the assets into several jobs."
            raise ApiError("The body is too large", status_code=413, details=[{"message": message}])
        yield piece


def spooled(stream: IO[bytes]) -> IO[bytes]:
    """The body in a temporary file, so that memory does not grow with it."""
    file = tempfile.TemporaryFile()  # noqa: SIM115  the caller reads it
    for piece in pieces_of(stream):
        file.write(piece)
    file.flush()
    return file


def from_start(file: IO[bytes]) -> Iterator[bytes]:
    file.seek(0)
    while piece := file.read(_PIECE):
        yield piece


def split(file: IO[bytes], *, most: int) -> JsonBody:
    """The assets of a JSON body. ApiError: 400 for a body that has none, 413 for one that has more than `most`."""
    try:
        body = split_body(file)
    except NotJson as error:
        raise not_json(error) from None
    if not body.assets:
        message = "assets must be a list with at least one asset."
        raise ApiError("Missing required parameter", details=[{"message": message, "problem_field": "assets"}])
    if len(body.assets) > most:
        raise too_many(most)
    return body


def too_many(most: int) -> ApiError:
    """The refusal of more assets than fit."""
    details = [{"message": f"Send at most {most:,} assets at once.", "problem_field": "assets"}]
    return ApiError("Too many assets", status_code=413, details=details)


def not_json(error: NotJson) -> ApiError:
    line: dict[str, object] = {"message": f"We can’t read the body as JSON: {error}"}
    if error.index is not None:
        line["json_index"] = error.index
    return ApiError("The body is not JSON", details=[line])


def refuse_by_contract(assets: Iterable[object]) -> None:
    """Raise ApiError 400 with one detail per problem (message, json_index, problem_field), as published.

    Other problems of single assets are left to the job, which fails those assets and goes on with the rest.
    """
    details: list[dict[str, object]] = []
    schema = schema_for()  # once: whether it still holds is a query
    try:
        for index, asset in enumerate(assets):
            details += [contract_detail(problem, index) for problem in contract_problems(asset, schema)]
            if len(details) >= ERRORS_SHOWN:
                break
    except NotJson as error:
        raise not_json(error) from None
    if details:
        raise ApiError("The meter batch job request is not valid", details=details[:ERRORS_SHOWN])


def contract_problems(asset: object, schema: Schema) -> list[Problem]:
    """What is wrong with the types of an asset, and with the fields that every meter needs."""
    if not isinstance(asset, dict):
        return [Problem("ASSET_NOT_AN_OBJECT")]
    typed = schema.typed(flattened(asset))
    always = schema.check_always(typed.cells)
    faults = typed.faults
    if not faults:
        return always
    told, below = {problem.field for problem in faults}, under(typed.problems)
    return [*faults, *(one for one in always if one.field not in told and not one.field.startswith(below))]


def contract_detail(problem: Problem, index: int) -> dict[str, object]:
    """A problem as the published ValidationError has it."""
    line: dict[str, object] = {"message": f"{problem.text} {problem.remedy}".strip(), "json_index": index}
    return {**line, "problem_field": problem.field, "code": problem.code} if problem.field else line
