"""PDF files from strangers: looked at as bytes, never opened. A file that is kept is only ever downloaded."""

import re
import zlib
from collections.abc import Iterable, Iterator
from typing import Final

from portal.problems import Problem, Refused

_HEAD: Final = re.compile(rb"%PDF-[12]\.\d")
_END: Final = b"%%EOF"
_BLANK: Final = b" \t\r\n\f\0"
_ESCAPED: Final = re.compile(rb"#([0-9A-Fa-f]{2})")
_ZIP_END: Final = b"PK\x05\x06"  # of an archive that hides in the file; programs look for it in the last 64 kB
_ZIP_REACH: Final = 65_557
_STREAM: Final = re.compile(rb"<<[^<>]{0,400}/ObjStm\b.{0,400}?stream\r?\n", re.DOTALL)
_MOST_UNPACKED: Final = 32_000_000  # bytes of object streams that are looked at
_PAGE: Final = re.compile(rb"/Type\s*/Page\b(?!s)")
# What does something when a reader opens the file, or is another file in it.
_ACTIVE: Final = re.compile(
    rb"/(?:JavaScript|JS|Launch|EmbeddedFiles?|RichMedia|XFA|SubmitForm|ImportData|GoToE|GoToR|OpenAction\s*<<)(?![A-Za-z0-9])"
)
_ENCRYPTED: Final = re.compile(rb"/Encrypt(?![A-Za-z0-9])")


def read_pdf(chunks: Iterable[bytes], *, most: int) -> bytes:
    """A PDF as it was sent, once nothing speaks against keeping it.

    Refuses: PDF_EMPTY, PDF_TOO_LARGE, PDF_NOT_ONE (another type, cut off, or two types at once), PDF_ENCRYPTED,
    PDF_ACTIVE (scripts, files in it, things that a reader would do), PDF_WITHOUT_PAGES.
    """
    content = _read(chunks, most)
    if not content:
        raise Refused(Problem("PDF_EMPTY", "file"))
    if not _is_pdf(content):
        raise Refused(Problem("PDF_NOT_ONE", "file"))
    has_pages = False
    for part in (content, *_object_streams(content)):
        names = _ESCAPED.sub(lambda match: bytes([int(match[1], 16)]), part)
        if _ENCRYPTED.search(names):
            raise Refused(Problem("PDF_ENCRYPTED", "file"))
        if _ACTIVE.search(names):
            raise Refused(Problem("PDF_ACTIVE", "file"))
        has_pages = has_pages or _PAGE.search(names) is not None
    if not has_pages:
        raise Refused(Problem("PDF_WITHOUT_PAGES", "file"))
    return content


def _read(chunks: Iterable[bytes], most: int) -> bytes:
    content = bytearray()
    for chunk in chunks:
        content += chunk
        if len(content) > most:
            raise Refused(Problem("PDF_TOO_LARGE", "file", context={"most": most // (1024 * 1024)}))
    return bytes(content)


def _is_pdf(content: bytes) -> bool:
    """Whether it begins and ends as a PDF does, with nothing before or behind it, and is no archive as well."""
    whole = content.rstrip(_BLANK)
    return bool(_HEAD.match(content)) and whole.endswith(_END) and _ZIP_END not in content[-_ZIP_REACH:]


def _object_streams(content: bytes) -> Iterator[bytes]:
    """The packed parts that can hold names, unpacked: no more of them than is safe to hold."""
    left = _MOST_UNPACKED
    for match in _STREAM.finditer(content):
        try:
            unpacked = zlib.decompressobj().decompress(content[match.end() :], left)
        except zlib.error:
            continue
        left -= len(unpacked)
        if left <= 0:
            raise Refused(Problem("PDF_NOT_ONE", "file"))
        yield unpacked
