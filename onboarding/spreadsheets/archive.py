"""One sheet that was packed: taken out of a .zip or a .gz in memory, within limits. Nothing is ever written."""

import gzip
import zlib
from io import BytesIO
from typing import BinaryIO, Final

from . import problems
from .limits import Limits
from .package import CHUNK_BYTES, Package
from .problems import Unreadable

GZIP_MAGIC: Final = b"\x1f\x8b"
_TAR = (257, b"ustar")
_SHOWN_NAMES = 5


def unpack_zip(package: Package, limits: Limits) -> tuple[BinaryIO, str]:
    """The only file of a zip, and its name.

    Refuses: FILE_ARCHIVE_EMPTY, FILE_ARCHIVE_MANY, FILE_TOO_LARGE, FILE_ZIP_BOMB, FILE_BROKEN.
    """
    names = package.files()
    if not names:
        raise Unreadable(problems.FILE_ARCHIVE_EMPTY)
    if len(names) > 1:
        raise Unreadable(
            problems.FILE_ARCHIVE_MANY, names=[name[-100:] for name in names[:_SHOWN_NAMES]], count=len(names)
        )
    content, ratio = BytesIO(), package.claimed_ratio(names[0])
    for chunk in package.stream(names[0], is_text=True):
        content.write(chunk)
        _refuse_too_large(content.tell(), ratio, limits)
    content.seek(0)
    return content, names[0].rpartition("/")[2]


def unpack_gzip(file: BinaryIO, limits: Limits) -> BinaryIO:
    """What was packed by gzip. Refuses: FILE_TOO_LARGE, FILE_ZIP_BOMB, FILE_BROKEN, FILE_ARCHIVE_MANY (a .tar)."""
    file.seek(0)
    content = BytesIO()
    try:
        with gzip.GzipFile(fileobj=file) as packed:
            while chunk := packed.read(CHUNK_BYTES):
                content.write(chunk)
                _refuse_too_large(content.tell(), content.tell() / max(file.tell(), 1), limits)
    except (OSError, EOFError, zlib.error) as error:
        raise Unreadable(problems.FILE_BROKEN, detail=type(error).__name__) from error
    at, mark = _TAR
    if content.getbuffer()[at : at + len(mark)] == mark:
        raise Unreadable(problems.FILE_ARCHIVE_MANY, names=[".tar"], count=2)
    content.seek(0)
    return content


def _refuse_too_large(size: int, ratio: float, limits: Limits) -> None:
    if size <= limits.max_bytes:
        return
    if ratio > limits.max_ratio:
        raise Unreadable(problems.FILE_ZIP_BOMB, part="")
    raise Unreadable(problems.FILE_TOO_LARGE, bytes=size, limit_bytes=limits.max_bytes)
