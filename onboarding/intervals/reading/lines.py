"""The lines of a text, in blocks of some megabytes: unpacked, decoded, one kind of line end, each with its number."""

import codecs
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO, Final

import polars as pl

from .refusals import too_long, unreadable

BLOCK_BYTES: Final = 4 * 1024 * 1024
_GZIP: Final = b"\x1f\x8b"
_PARQUET: Final = b"PAR1"
_MOST_LINES: Final = 400_000  # of a block
_LONGEST_LINE: Final = 64 * 1024
_LARGEST_RATIO: Final = 150  # gzip makes readings 10 to 60 times smaller
_RATIO_FROM: Final = 64 * 1024 * 1024
_NEVER: Final = "\x1e"  # a separator that no text has: the line stays whole
_WIDE: Final = {b"\xff\xfe": "utf-16-le", b"\xfe\xff": "utf-16-be"}


@dataclass(frozen=True, slots=True)
class Block:
    """Some lines of a file: `number` is that of the first, the file's own first line being 1. is_cut: the last of them
    is the file's last and has no line end."""

    lines: pl.Series
    number: int
    is_cut: bool


def blocks(file: BinaryIO) -> Iterator[Block]:
    """All lines of a text or of a gzipped one, from its beginning. Raises FileRefused."""
    number, rest = 1, b""
    for piece in _decoded(_unpacked(file)):
        whole, rest = _cut(rest + piece)
        for part in _parts(whole):
            yield Block(_lines(part), number, is_cut=False)
            number += part.count(b"\n")
    if rest:
        yield Block(_lines(_one_line_end(rest)), number, is_cut=not rest.endswith(b"\r"))


def _unpacked(file: BinaryIO) -> Iterator[bytes]:
    first = file.read(4)
    file.seek(0)
    if first == _PARQUET:
        raise unreadable("it is a Parquet file; its name must end in .parquet.")
    if first.startswith(b"PK"):
        raise unreadable("it is a zip or Excel file; its name must end in .xlsx.")
    yield from _gunzipped(file) if first.startswith(_GZIP) else _pieces(file)


def _pieces(file: BinaryIO) -> Iterator[bytes]:
    while piece := file.read(BLOCK_BYTES):
        yield piece


def _gunzipped(file: BinaryIO) -> Iterator[bytes]:
    """The content of a gzip file of one or more members."""
    taken = given = 0
    member = zlib.decompressobj(wbits=31)
    for piece in _pieces(file):
        taken += len(piece)
        left = piece
        while left:
            try:
                content = member.decompress(left, BLOCK_BYTES)
            except zlib.error:
                raise unreadable("it is a damaged gzip file that can’t be unpacked.") from None
            given += len(content)
            if given > _RATIO_FROM and given > taken * _LARGEST_RATIO:
                raise too_long("it unpacks to hundreds of times its size.")
            if content:
                yield content
            left = member.unconsumed_tail
            if member.eof:
                left = member.unused_data.lstrip(b"\0")
                member = zlib.decompressobj(wbits=31) if left else member
    if not member.eof:
        raise unreadable("the gzip file is incomplete.")


def _decoded(pieces: Iterator[bytes]) -> Iterator[bytes]:
    """The same text in UTF-8 without a byte order mark. What is not UTF-8 stays, to be shown as it is."""
    first = next(pieces, b"")
    if first[:2] in _WIDE:
        decoder = codecs.getincrementaldecoder(_WIDE[first[:2]])(errors="replace")
        yield decoder.decode(first[2:]).encode()
        for piece in pieces:
            yield decoder.decode(piece).encode()
        return
    yield first.removeprefix(codecs.BOM_UTF8)
    yield from pieces


def _cut(content: bytes) -> tuple[bytes, bytes]:
    """What ends with a line end, with line feeds alone, and the rest."""
    if b"\0" in content:
        raise unreadable("it is not a text file.")
    end = max(content.rfind(b"\n"), content.rfind(b"\r", 0, len(content) - 1)) + 1
    if len(content) - end > _LONGEST_LINE:
        raise unreadable("it has a line of more than 64,000 characters.")
    return _one_line_end(content[:end]), content[end:]


def _parts(whole: bytes) -> Iterator[bytes]:
    """The same lines in parts of not too many: a text of line ends alone has millions in a few megabytes."""
    if whole.count(b"\n") <= _MOST_LINES:
        if whole:
            yield whole
        return
    middle = whole.find(b"\n", len(whole) // 2) + 1
    if middle in (0, len(whole)):
        middle = whole.find(b"\n") + 1
    yield from _parts(whole[:middle])
    yield from _parts(whole[middle:])


def _one_line_end(content: bytes) -> bytes:
    return content.replace(b"\r\n", b"\n").replace(b"\r", b"\n") if b"\r" in content else content


def _lines(content: bytes) -> pl.Series:
    """One text for each line. polars would leave out a last empty one, and lose a file of empty ones."""
    frame = pl.read_csv(
        content,
        has_header=False,
        separator=_NEVER,
        quote_char=None,
        infer_schema=False,
        encoding="utf8-lossy",
        truncate_ragged_lines=True,
        raise_if_empty=False,
    )
    count = content.count(b"\n") + (not content.endswith(b"\n"))
    if frame.height == count and frame.width == 1:
        return frame.to_series().fill_null("")
    return pl.Series([content.decode(errors="replace").removesuffix("\n")]).str.split("\n").explode()
