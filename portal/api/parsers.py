"""Reading JSON strictly: what two readers could take for two things is refused."""

import json
import math
import re
from collections.abc import Iterator, Mapping
from typing import IO, Any, Final, NoReturn

from rest_framework.exceptions import ParseError, UnsupportedMediaType
from rest_framework.parsers import BaseParser

from portal.problems import shown, storable

DEEPEST: Final = 64  # the published bodies nest four deep
_CHARSET = re.compile(r"""\bcharset\s*=\s*"?([^\s";]{1,40})""", re.IGNORECASE)
_SUSPECT = re.compile(rb"\\u(?:0000|[dD][89a-fA-F])")  # what else has a NUL or half a character is no UTF-8 or no JSON


class StrictJSONParser(BaseParser):
    """JSON in UTF-8 without keys that are given twice, numbers that are none, and text that no database takes."""

    media_type = "application/json"

    def parse(
        self, stream: IO[bytes], media_type: str | None = None, parser_context: Mapping[str, object] | None = None
    ) -> Any:
        charset = _CHARSET.search(media_type or "")
        if charset and charset[1].lower() not in {"utf-8", "utf8", "us-ascii"}:
            raise UnsupportedMediaType(media_type or "")
        return strict_json(stream.read())


def strict_json(body: bytes) -> Any:
    """The value. Raises ParseError naming what is wrong, and where that can be told."""
    try:
        data = json.loads(
            body.decode("utf-8-sig"), parse_constant=_no_number, parse_float=_finite, object_pairs_hook=_unambiguous
        )
    except RecursionError:
        raise _TooDeep from None
    except UnicodeDecodeError as error:
        raise ParseError(f"The body is not UTF-8 at byte {error.start}.") from None
    except ValueError as error:
        raise ParseError(f"The body is not JSON: {error}."[:300]) from None
    _refuse_depth(data)
    if _SUSPECT.search(body):
        _refuse_unstorable(data)
    return data


class _TooDeep(ParseError):
    default_detail = f"The JSON is nested more than {DEEPEST} levels deep."


def _no_number(name: str) -> NoReturn:
    raise ParseError(f"{name} is not a JSON number.")


def _finite(text: str) -> float:
    number = float(text)
    if math.isinf(number):
        raise ParseError(f"{shown(text)} is beyond what a number can be.")
    return number


def _unambiguous(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """An object, unless a key is given twice: one reader takes the first value, another the last."""
    read = dict(pairs)
    if len(read) < len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise ParseError({storable(twice[:100]): "This field is given twice in one object."})
    return read


def _refuse_depth(data: object) -> None:
    layer = [data]
    for _ in range(DEEPEST + 1):
        layer = [
            inner
            for value in layer
            if isinstance(value, list | dict)
            for inner in (value.values() if isinstance(value, dict) else value)
        ]
        if not layer:
            return
    raise _TooDeep


def _refuse_unstorable(data: object) -> None:
    for place, text in _texts(data):
        if text != storable(text):
            raise ParseError(
                {place or "error": "The text has a NUL or half of a character (\\u0000, \\ud800–\\udfff)."}
            )


def _texts(data: object, place: str = "") -> Iterator[tuple[str, str]]:
    """Every text and key with its place, such as assets.3.customer."""
    if isinstance(data, str):
        yield place, data
    elif isinstance(data, dict):
        for key, inner in data.items():
            yield place, key
            yield from _texts(inner, f"{place}.{key}" if place else key)
    elif isinstance(data, list):
        for index, inner in enumerate(data):
            yield from _texts(inner, f"{place}.{index}" if place else str(index))
