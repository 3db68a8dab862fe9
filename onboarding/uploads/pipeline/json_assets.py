"""The assets of a JSON body, one after the other: the whole of a large body is never built in memory."""

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import isfinite
from mmap import ACCESS_READ, mmap
from typing import IO, Any, Final

import msgspec

from programs.schema import flatten_json

_SAYS_ASSETS: Final = re.compile(rb'"assets"\s*:')
_SPELLS_LETTERS: Final = re.compile(rb"\\u00[67]")  # then "\u0061ssets" may stand beside "assets"
_ENDS_NAME: Final = re.compile(rb'"\s+:')
_HEAD: Final = 64
_MARK: Final = b"\xef\xbb\xbf"  # of UTF-8
_DEEPEST: Final = 64  # the published assets nest four deep
_TOO_DEEP: Final = f"It is nested more than {_DEEPEST} deep."

Buffer = bytes | memoryview


class NotJson(ValueError):
    """The body, or one of its assets (`index`), is not JSON. Its text says why."""

    def __init__(self, why: str, index: int | None = None) -> None:
        super().__init__(why)
        self.index = index


@dataclass(frozen=True, slots=True)
class JsonBody:
    """A body that was split into its assets, none of which is parsed yet.

    assets: None when the body has no list of that name. unknown: the other names in it.
    """

    assets: Sequence[Buffer | msgspec.Raw] | None = None
    unknown: Sequence[str] = ()

    def __iter__(self) -> Iterator[object]:
        """Each asset as Python's plain types. NotJson for one that is not JSON, or has a name twice."""
        decode = msgspec.json.Decoder().decode
        for index, raw in enumerate(self.assets or ()):
            try:
                asset: object = decode(raw)
                is_sure = bytes(raw).count(b'":') == _names_in(asset) and not _ENDS_NAME.search(raw)
            except (msgspec.DecodeError, RecursionError, ValueError):
                is_sure = False
            # What was parsed has each name once: when the text may have more of them, it is read again and watched.
            yield asset if is_sure else _read_slowly(bytes(raw), index)


def split_body(file: IO[bytes]) -> JsonBody:
    """The assets of a JSON file, which must stay open. Raises NotJson."""
    try:
        body: Buffer = memoryview(mmap(file.fileno(), 0, access=ACCESS_READ))
    except ValueError:  # an empty file cannot be mapped
        raise NotJson("It is empty.") from None
    encoding = json.detect_encoding(bytes(body[:_HEAD]))
    if encoding not in {"utf-8", "utf-8-sig"}:
        body = _as_utf8(bytes(body), encoding)
    if bytes(body[: len(_MARK)]) == _MARK:
        body = body[len(_MARK) :]
    try:
        parts = msgspec.json.decode(body, type=dict[str, msgspec.Raw])
        assets = msgspec.json.decode(parts.pop("assets", b"null"), type=list[msgspec.Raw] | None)
    except msgspec.ValidationError:  # it is JSON, and no object or no list
        return _split_slowly(body)
    except (msgspec.DecodeError, RecursionError, ValueError):
        return _split_slowly(body)
    # An asset may have an unknown field of that name.
    if len(_SAYS_ASSETS.findall(body)) > 1 or _SPELLS_LETTERS.search(body):
        return _split_slowly(body)
    return JsonBody(assets, tuple(parts))


def flattened(asset: object) -> dict[str, object]:
    """An asset by field key; one that is no object has no field."""
    return flatten_json(asset) if isinstance(asset, dict) else {}


def _split_slowly(body: Buffer) -> JsonBody:
    """The same by the parser of the standard library, which takes halves of characters and says where a fault is."""
    data = _read_slowly(bytes(body), None)
    if not isinstance(data, dict):
        return JsonBody()
    assets = data.pop("assets", None)
    texts = [json.dumps(asset).encode() for asset in assets] if isinstance(assets, list) else None
    return JsonBody(texts, tuple(data))


def _as_utf8(body: bytes, encoding: str) -> bytes:
    try:
        return body.decode(encoding).encode()
    except UnicodeError:
        raise NotJson("Its characters cannot be read.") from None


def _read_slowly(text: bytes, index: int | None) -> Any:
    """JSON whose objects have each name once. Raises NotJson."""
    try:
        data = json.loads(text, object_pairs_hook=_once, parse_float=_finite, parse_constant=_refuse_constant)
        _names_in(data)
    except RecursionError:
        raise NotJson(_TOO_DEEP, index) from None
    except ValueError as error:
        raise NotJson(str(error)[:200], index) from None
    return data


def _once(pairs: list[tuple[str, object]]) -> dict[str, object]:
    members = dict(pairs)
    if len(members) < len(pairs):
        names = [name for name, _ in pairs]
        repeated = next(name for name in names if names.count(name) > 1)
        raise ValueError(f"The name “{repeated[:100]}” occurs twice in one object.")
    return members


def _finite(text: str) -> float:
    number = float(text)
    if not isfinite(number):
        raise ValueError(f"{text[:40]} is too large a number.")
    return number


def _refuse_constant(name: str) -> None:
    raise ValueError(f"{name} is not a JSON number.")


def _names_in(value: object, depth: int = 0) -> int:
    """How many names the objects in a value have, all together. ValueError when it is nested too deep."""
    if depth > _DEEPEST:
        raise ValueError(_TOO_DEEP)
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    own = len(value) if isinstance(value, dict) else 0
    return own + sum(_names_in(part, depth + 1) for part in inner if part.__class__ in {dict, list})
