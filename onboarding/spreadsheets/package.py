"""Opens a zip safely: what kind of file it is, its directory, and its parts, inflated within limits.

Nothing that a header claims is trusted: sizes and ratios are counted while inflating. Sources of the limits:
Apache POI's defaults (1,000 entries, ratio with a grace size), widened where honest workbooks tripped them.
"""

import re
import struct
import zipfile
import zlib
from collections.abc import Iterator
from typing import BinaryIO

from . import problems
from .limits import Limits
from .problems import Unreadable

CHUNK_BYTES = 256 * 1024
ZIP_MAGIC = (b"PK\x03\x04", b"PK\x05\x06")  # the second: of an empty one
OLE_MAGIC = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_OLD_BIFF = (b"\x09\x00\x04\x00", b"\x09\x02\x06\x00", b"\x09\x04\x06\x00", b"\x09\x08\x10\x00")  # Excel 2 to 5
_DIRECTORY_ENTRY = b"PK\x01\x02"
_ENCRYPTED_FLAG = 0x1
# What zipfile raises for directories and parts that contradict themselves.
_DAMAGE = (
    zipfile.BadZipFile,
    zipfile.LargeZipFile,
    zlib.error,
    struct.error,
    EOFError,
    OSError,
    OverflowError,
    RuntimeError,  # NotImplementedError among them
    ValueError,
)
_MANIFEST_BYTES = 8 * 1024 * 1024
_PROLOGUE_BYTES = 64 * 1024
_DOCTYPES = ("<!DOCTYPE", "<!ENTITY")
_MAGIC_KINDS = (
    (b"%PDF", "pdf"),
    (b"\x89PNG", "image"),
    (b"\xff\xd8\xff", "image"),
    (b"GIF8", "image"),
    (b"7z\xbc\xaf", "zip"),
    (b"Rar!", "zip"),
    (b"{\\rtf", "word"),
    (b"SQLite format 3", "other"),
    (b"\x7fELF", "other"),
    (b"MZ", "other"),
)


def refuse_other_kinds(head: bytes, file: BinaryIO) -> None:
    """Say what the file is when its first bytes are those of something that is neither xlsx nor text.

    Refuses: FILE_OLD_EXCEL, FILE_NOT_A_SPREADSHEET.
    """
    if head.startswith(_OLD_BIFF):
        raise Unreadable(problems.FILE_OLD_EXCEL)
    for magic, kind in _MAGIC_KINDS:
        if head.startswith(magic) and (magic != b"MZ" or b"\x00" in head):
            raise Unreadable(problems.FILE_NOT_A_SPREADSHEET, kind=kind)
    start = head.lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if start.startswith((b"<!doctype", b"<html", b"<?xml", b"<table", b"<workbook")):
        raise Unreadable(problems.FILE_NOT_A_SPREADSHEET, kind="html")


def refuse_other_containers(file: BinaryIO) -> None:
    """An OLE container is an .xls, a locked .xlsx, or something else; its stream names tell.

    Refuses: FILE_ENCRYPTED, FILE_HAS_MACROS, FILE_NOT_A_SPREADSHEET.
    """
    file.seek(0)
    content = file.read()  # bounded by Limits.max_bytes, which was checked before

    def has(*names: str) -> bool:
        return any(name.encode("utf-16-le") in content for name in names)

    if has("EncryptedPackage", "EncryptionInfo"):
        raise Unreadable(problems.FILE_ENCRYPTED)
    if not has("Workbook", "Book") or has("WordDocument", "PowerPoint Document"):
        raise Unreadable(problems.FILE_NOT_A_SPREADSHEET, kind="ole")
    if has("_VBA_PROJECT"):
        raise Unreadable(problems.FILE_HAS_MACROS)


class Package:
    """A zip that passed the checks. Parts are streamed by name, with their true sizes counted.

    kind: "xlsx", "xlsb", "ods", or "zip" for one that is no document.
    """

    def __init__(self, file: BinaryIO, limits: Limits) -> None:
        self._limits = limits
        self._unpacked = 0
        _refuse_many_entries(file, limits)
        try:
            self._zip = zipfile.ZipFile(file)
        except _DAMAGE as error:
            raise Unreadable(problems.FILE_BROKEN, detail=type(error).__name__) from error
        self._entries: dict[str, zipfile.ZipInfo] = {}
        names = [entry.filename.lower() for entry in self._zip.infolist()]
        if any(name.endswith((".iwa", ".numbers/index.zip")) or name == "index.zip" for name in names):
            raise Unreadable(problems.FILE_NUMBERS)
        is_document = "[content_types].xml" in names or "mimetype" in names
        if not is_document and any(name.startswith(("xl/", "word/", "ppt/")) for name in names):
            raise Unreadable(problems.FILE_NOT_A_SPREADSHEET, kind="zip")
        for entry in self._zip.infolist():
            self._admit(entry, is_document)
        self.kind = self._kind_of_document() if is_document else "zip"

    def _admit(self, entry: zipfile.ZipInfo, is_document: bool) -> None:
        name = entry.filename
        key = name.replace("\\", "/").lower()
        if key in self._entries:
            raise Unreadable(problems.FILE_DUPLICATE_ENTRIES, part=name[:100])
        if entry.flag_bits & _ENCRYPTED_FLAG:
            raise Unreadable(problems.FILE_ENCRYPTED if is_document else problems.FILE_ARCHIVE_ENCRYPTED)
        folders = key.split("/")[:-1]
        if "" in folders or "." in folders or ".." in key.split("/") or ":" in key or "\x00" in name:
            if is_document:
                raise Unreadable(problems.FILE_BROKEN, detail="part name")
            raise Unreadable(problems.FILE_ARCHIVE_PATHS, name=name[:100])
        if entry.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            raise Unreadable(problems.FILE_BROKEN, detail="compression method")
        if entry.file_size > self._limits.max_unpacked_bytes:
            raise Unreadable(problems.FILE_ZIP_BOMB, part=name[:100])
        self._entries[key] = entry

    def _kind_of_document(self) -> str:
        """Refuses: FILE_HAS_MACROS, FILE_ENCRYPTED, FILE_NOT_A_SPREADSHEET."""
        names = self._entries
        if "mimetype" in names:
            self._refuse_other_open_documents()
            return "ods"
        if any(name.endswith("vbaproject.bin") or name.startswith("xl/macrosheets/") for name in names):
            raise Unreadable(problems.FILE_HAS_MACROS)
        if "xl/workbook.bin" in names:
            return "xlsb"
        if any(name.startswith(("word/", "ppt/")) for name in names) and not any(
            name.startswith("xl/") for name in names
        ):
            raise Unreadable(problems.FILE_NOT_A_SPREADSHEET, kind="word")
        return "xlsx"

    def _refuse_other_open_documents(self) -> None:
        kind = b"".join(self.stream("mimetype", limit=200))
        if b"opendocument.spreadsheet" not in kind:
            raise Unreadable(problems.FILE_NOT_A_SPREADSHEET, kind="word")
        if self.has("META-INF/manifest.xml") and b"encryption-data" in b"".join(
            self.stream("META-INF/manifest.xml", limit=_MANIFEST_BYTES)
        ):
            raise Unreadable(problems.FILE_ENCRYPTED)
        if any(
            name.startswith("basic/") and name.endswith(".xml") and "/script-l" not in name for name in self._entries
        ):
            raise Unreadable(problems.FILE_HAS_MACROS)

    def check_all(self) -> None:
        """Inflate every part once, before a reader that counts nothing gets the file. Refuses as `stream` does."""
        for name in self._entries:
            for _ in self.stream(name, is_text=not name.endswith((".xml", ".rels"))):
                pass

    def files(self) -> list[str]:
        """The names of the files that somebody packed: no folders, and nothing that systems put beside them."""
        return [
            entry.filename
            for key, entry in self._entries.items()
            if not key.endswith("/") and not key.startswith("__macosx/") and not _is_of_system(key.rpartition("/")[2])
        ]

    def claimed_ratio(self, name: str) -> float:
        """How many times larger a part says that it is when it is unpacked."""
        entry = self._entries[name.replace("\\", "/").lower()]
        return entry.file_size / max(entry.compress_size, 1)

    def names(self) -> tuple[str, ...]:
        """Part names in lower case, without a leading slash."""
        return tuple(self._entries)

    def has(self, name: str) -> bool:
        return name.lstrip("/").lower() in self._entries

    def stream(self, name: str, *, limit: int | None = None, is_text: bool = False) -> Iterator[bytes]:
        """A part's content in chunks; over `limit` bytes it is no workbook's part (FILE_ZIP_BOMB). is_text: it is no
        XML, so that anything may be in it.

        Refuses: FILE_BROKEN (truncated, checksum), FILE_ZIP_BOMB, FILE_XML_ENTITIES.
        """
        limits, entry = self._limits, self._entries.get(name.replace("\\", "/").lstrip("/").lower())
        if entry is None:
            raise Unreadable(problems.FILE_BROKEN, detail=f"no part {name[:100]}")
        try:
            most = min(limit or limits.max_unpacked_bytes, limits.max_unpacked_bytes)
            yield from self._inflate(entry, most, is_text)
        except _DAMAGE as error:
            raise Unreadable(problems.FILE_BROKEN, detail=type(error).__name__, part=name[:100]) from error

    def _inflate(self, entry: zipfile.ZipInfo, limit: int, is_text: bool) -> Iterator[bytes]:
        limits, size, first = self._limits, 0, not is_text
        with self._zip.open(entry) as part:
            while chunk := part.read(CHUNK_BYTES):
                size += len(chunk)
                self._unpacked += len(chunk)
                # Twice the limit over all parts, because a sheet is read once by the survey and once for its rows.
                if size > limit or self._unpacked > 2 * limits.max_unpacked_bytes:
                    raise Unreadable(problems.FILE_ZIP_BOMB, part=entry.filename[:100])
                if size > limits.ratio_grace_bytes and size > limits.max_ratio * max(entry.compress_size, 1):
                    raise Unreadable(problems.FILE_ZIP_BOMB, part=entry.filename[:100])
                if first:
                    refuse_doctype(chunk, entry.filename)
                    first = False
                yield chunk
        if size != entry.file_size:
            raise Unreadable(problems.FILE_BROKEN, detail="size", part=entry.filename[:100])


def _is_of_system(name: str) -> bool:
    return name.startswith(".") or name in ("thumbs.db", "desktop.ini")


def refuse_doctype(chunk: bytes, part: str) -> None:
    """No spreadsheet program writes a DOCTYPE; entities are how XML is made to explode or to read other files."""
    head = chunk[:_PROLOGUE_BYTES]
    for word in _DOCTYPES:
        if word.encode() in head or word.encode("utf-16-le") in head or word.encode("utf-16-be") in head:
            raise Unreadable(problems.FILE_XML_ENTITIES, part=part[:100])


def _refuse_many_entries(file: BinaryIO, limits: Limits) -> None:
    """Count directory entries by their signature before the directory is held in memory."""
    file.seek(0)
    count, rest = 0, b""
    while chunk := file.read(CHUNK_BYTES):
        window = rest + chunk
        count += window.count(_DIRECTORY_ENTRY)
        rest = window[-3:]
        if count > limits.max_zip_entries:
            raise Unreadable(problems.FILE_ZIP_BOMB, part="")
    file.seek(0)


_DOTS = re.compile(r"(^|/)\./")


def resolve(base: str, target: str) -> str:
    """A relationship's target as a part name: relative to the folder of `base`, or absolute from the root."""
    target = target.replace("\\", "/")
    if target.startswith("/"):
        return target.lstrip("/")
    folders = base.split("/")[:-1]
    for piece in _DOTS.sub(r"\1", target).split("/"):
        if piece == "..":
            folders = folders[:-1]
        elif piece:
            folders.append(piece)
    return "/".join(folders)
