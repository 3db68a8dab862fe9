"""Receiving the body of a request: within its limit, unpacked, and kept so that it can be read more than once."""

import hashlib
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from tempfile import SpooledTemporaryFile
from typing import Any, BinaryIO, Final, cast

from django.http import HttpRequest

from portal.api.errors import TITLES, ApiError

MOST_BYTES: Final = 5 * 1024 * 1024
_IN_MEMORY = 1024 * 1024
_PIECE = 64 * 1024
_GZIP = zlib.MAX_WBITS | 16


@dataclass(frozen=True, slots=True)
class Body:
    """A body as it was meant: unpacked. `digest` is the SHA-256 in hex of its bytes."""

    file: BinaryIO
    size: int
    digest: str


def received(request: HttpRequest, most_bytes: int) -> Body:
    """The request's body, if it is no longer than that, neither as it was sent nor unpacked."""
    length = request.META.get("CONTENT_LENGTH") or "0"
    if length.isdigit() and int(length) > most_bytes:
        raise _too_large(most_bytes)
    pieces = _unpacked(request, _limited(_pieces(_stream_of(request)), most_bytes), most_bytes)
    file = cast("BinaryIO", SpooledTemporaryFile(max_size=_IN_MEMORY))  # noqa: SIM115  lives as long as the request
    size, digest = 0, hashlib.sha256()
    for piece in _limited(pieces, most_bytes):
        size += file.write(piece)
        digest.update(piece)
    file.seek(0)
    return Body(file, size, digest.hexdigest())


def _stream_of(request: HttpRequest) -> BinaryIO:
    """The bytes as they were sent. Django takes a body of unknown length (sent in chunks) for an empty one."""
    environ: dict[str, Any] = getattr(request, "environ", {})
    if "CONTENT_LENGTH" not in environ and environ.get("wsgi.input_terminated"):
        stream: BinaryIO = environ["wsgi.input"]
        return stream
    return request  # type: ignore[return-value]  # has read(), which is all that is used


def _pieces(stream: BinaryIO) -> Iterator[bytes]:
    while piece := stream.read(_PIECE):
        yield piece


def _limited(pieces: Iterator[bytes], most_bytes: int) -> Iterator[bytes]:
    size = 0
    for piece in pieces:
        size += len(piece)
        if size > most_bytes:
            raise _too_large(most_bytes)
        yield piece


def _too_large(most_bytes: int) -> ApiError:
    said = f"The body can have at most {most_bytes:,} bytes, also when decompressed."
    return ApiError(TITLES[413], status_code=413, details={"error": said})


def _unpacked(request: HttpRequest, pieces: Iterator[bytes], most_bytes: int) -> Iterator[bytes]:
    encoding = request.headers.get("Content-Encoding", "").strip().lower()
    if encoding in {"", "identity"}:
        return pieces
    if encoding in {"gzip", "x-gzip"}:
        return _gunzipped(pieces)
    said = f"Content-Encoding {encoding[:40]} is unknown. Use gzip."
    raise ApiError(TITLES[415], status_code=415, details={"error": said}, headers={"Accept-Encoding": "gzip"})


def _gunzipped(pieces: Iterator[bytes]) -> Iterator[bytes]:
    """The unpacked bytes, never more than a piece at a time: a few bytes can stand for very many."""
    unpacker = zlib.decompressobj(_GZIP)
    is_begun = False
    for piece in pieces:
        left = piece
        while left:
            if unpacker.eof:  # files of gzip may follow each other
                unpacker = zlib.decompressobj(_GZIP)
            try:
                is_begun = True
                yield unpacker.decompress(left, _PIECE)
            except zlib.error:
                raise _broken() from None
            left = unpacker.unconsumed_tail or unpacker.unused_data
    if is_begun and not unpacker.eof:
        raise _broken()


def _broken() -> ApiError:
    return ApiError(TITLES[400], details={"error": "The body is marked as gzip but is not gzip, or it is cut off."})
