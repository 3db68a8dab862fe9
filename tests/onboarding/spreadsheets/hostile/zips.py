"""Zips that lie about themselves."""

import struct
import warnings
import zipfile
import zlib
from collections.abc import Callable, Mapping
from io import BytesIO

from onboarding.spreadsheets import problems

from ..books import MAIN, parts, row, sheet, zipped
from .case import Case
from .file_types import GOOD, good

SHEET = "xl/worksheets/sheet1.xml"
STRINGS = "xl/sharedStrings.xml"
MIB = 1 << 20


def repeated(head: bytes, unit: bytes, times: int, tail: bytes) -> tuple[bytes, int, int]:
    """head, unit by `times`, tail: deflated, with its checksum and true size; made without ever holding it.

    A full flush lets deflate forget what came before, so that the packed unit can be repeated as it is.
    """
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    begin = packer.compress(head) + packer.flush(zlib.Z_FULL_FLUSH)
    again = packer.compress(unit) + packer.flush(zlib.Z_FULL_FLUSH)
    last = zlib.compressobj(9, zlib.DEFLATED, -15)
    checksum = zlib.crc32(head)
    for _ in range(times):
        checksum = zlib.crc32(unit, checksum)
    packed = begin + again * times + last.compress(tail) + last.flush()
    return packed, zlib.crc32(tail, checksum), len(head) + len(unit) * times + len(tail)


def with_packed(name: str, packed: bytes, checksum: int, size: int, contents: Mapping[str, str | bytes]) -> bytes:
    """A zip of `contents` in which one part is given as it is packed."""
    body, directory, count = BytesIO(), BytesIO(), 0
    for entry, content in contents.items():
        if entry == name:
            data, crc, true = packed, checksum, size
        else:
            plain = content.encode() if isinstance(content, str) else content
            deflate = zlib.compressobj(9, zlib.DEFLATED, -15)
            data, crc, true = deflate.compress(plain) + deflate.flush(), zlib.crc32(plain), len(plain)
        at, told = body.tell(), entry.encode()
        fields = (20, 0, 8, 0, 33, crc, len(data), true, len(told), 0)
        body.write(b"PK\x03\x04" + struct.pack("<5H3I2H", *fields) + told + data)
        directory.write(b"PK\x01\x02" + struct.pack("<6H3I5H2I", 20, *fields, 0, 0, 0, 0, at) + told)
        count += 1
    end = struct.pack("<4s4H2IH", b"PK\x05\x06", 0, 0, count, count, directory.tell(), body.tell(), 0)
    return body.getvalue() + directory.getvalue() + end


def endless(part: str, head: str, unit: bytes, size: int, tail: str) -> bytes:
    """A workbook with one part of about `size` bytes."""
    packed, checksum, true = repeated(head.encode(), unit, size // len(unit), tail.encode())
    return with_packed(part, packed, checksum, true, {**parts(sheet(*GOOD)), part: ""})


def noisy(unit: bytes, *, ratio: int = 150) -> bytes:
    """A mebibyte of the unit and so much noise that no limit of the packing ratio is passed."""
    noise = b"".join(b"%08x" % zlib.crc32(b"%d" % number) for number in range(MIB // ratio // 6))
    return b"<!--" + noise + b"-->" + unit * (MIB // len(unit))


_SHEET_HEAD = f'<worksheet xmlns="{MAIN}"><sheetData>{"".join(GOOD)}'
_SHEET_TAIL = "</sheetData></worksheet>"
_STRINGS_HEAD, _STRINGS_TAIL = f'<sst xmlns="{MAIN}">', "</sst>"


def sheet_of_a_gibibyte() -> bytes:
    return endless(SHEET, _SHEET_HEAD, b" " * MIB, 1024 * MIB, _SHEET_TAIL)


def sheet_that_keeps_the_ratio() -> bytes:
    return endless(SHEET, _SHEET_HEAD, noisy(b"<a/>"), 1100 * MIB, _SHEET_TAIL)


def sheet_that_takes_long(size: int = 900 * MIB) -> bytes:
    """Within every limit but those of processor time: a wall of elements that mean nothing."""
    return endless(SHEET, _SHEET_HEAD, noisy(b"<a/>"), size, _SHEET_TAIL)


def string_of_a_gibibyte() -> bytes:
    return endless(STRINGS, f"{_STRINGS_HEAD}<si><t>", b"x" * MIB, 1024 * MIB, f"</t></si>{_STRINGS_TAIL}")


def string_that_keeps_the_ratio() -> bytes:
    unit = noisy(b"x")
    return endless(STRINGS, f"{_STRINGS_HEAD}<si><t>", unit, 300 * MIB, f"</t></si>{_STRINGS_TAIL}")


def twenty_million_strings() -> bytes:
    unit = b"<si><t/></si>" * 10_000
    return endless(STRINGS, _STRINGS_HEAD, unit, 20_000_000 * 13, _STRINGS_TAIL)


def strings_that_keep_the_ratio() -> bytes:
    return endless(STRINGS, _STRINGS_HEAD, noisy(b"<si><t/></si>"), 20_000_000 * 13, _STRINGS_TAIL)


def value_that_keeps_the_ratio() -> bytes:
    head = f'{_SHEET_HEAD}<row r="3"><c r="A3" t="str"><v>'
    return endless(SHEET, head, noisy(b"x"), 200 * MIB, f"</v></c></row>{_SHEET_TAIL}")


def patched(offset: int, form: str, value: int, *, local: bool = False, part: str = SHEET) -> bytes:
    """A good workbook with one field of a part's entry in the directory (or of its local header) overwritten."""
    content = bytearray(good())
    name = content.find(part.encode()) if local else content.rfind(part.encode())
    struct.pack_into(form, content, name - (30 if local else 46) + offset, value)
    return bytes(content)


def with_entry(name: str, content: str = "x") -> bytes:
    file = BytesIO(good())
    with warnings.catch_warnings(), zipfile.ZipFile(file, "a") as archive:
        warnings.simplefilter("ignore")
        archive.writestr(zipfile.ZipInfo(name), content)
    return file.getvalue()


def with_nul_in_a_name() -> bytes:
    return with_entry("xl/workbook.xmlQevil").replace(b"workbook.xmlQevil", b"workbook.xml\x00evil")


def packed_with(method: int) -> bytes:
    file = BytesIO()
    with zipfile.ZipFile(file, "w", method) as archive:
        for name, content in parts(sheet(*GOOD)).items():
            archive.writestr(name, content)
    return file.getvalue()


def overlapping() -> bytes:
    """Every entry of the directory points to the same bytes: much out of little (David Fifield's bomb, in small)."""
    content = good()
    at = content.rfind(SHEET.encode()) - 46
    entry = content[at : at + 46 + len(SHEET)]
    end = bytearray(content[content.rfind(b"PK\x05\x06") :])
    start = struct.unpack_from("<I", end, 16)[0]
    more = [entry[:46] + SHEET.replace("1", str(number)).encode() for number in range(2, 10)]
    directory = content[start : len(content) - 22] + b"".join(more)
    struct.pack_into("<4H2I", end, 4, 0, 0, 5 + len(more), 5 + len(more), len(directory), start)
    return content[:start] + directory + bytes(end)


def zip64_with_wild_sizes() -> bytes:
    """The directory leaves the sheet's size to a zip64 field, which says 2**62."""
    content = good()
    at = content.rfind(SHEET.encode()) - 46
    end = bytearray(content[content.rfind(b"PK\x05\x06") :])
    entry = bytearray(content[at : at + 46 + len(SHEET)])
    struct.pack_into("<2I", entry, 20, 0xFFFFFFFF, 0xFFFFFFFF)
    struct.pack_into("<H", entry, 30, 20)
    extra = struct.pack("<2H2Q", 1, 16, 1 << 62, 1 << 62)
    start = struct.unpack_from("<I", end, 16)[0]
    rest = content[at + len(entry) : len(content) - 22]
    directory = content[start:at] + bytes(entry) + extra + rest
    struct.pack_into("<I", end, 12, len(directory))
    return content[:start] + directory + bytes(end)


def zip64_directory_at(offset: int) -> bytes:
    content = good()
    end = bytearray(content[-22:])
    struct.pack_into("<H", end, 10, 0xFFFF)
    struct.pack_into("<I", end, 16, 0xFFFFFFFF)
    record = struct.pack("<4sQ2H2I4Q", b"PK\x06\x06", 44, 45, 45, 0, 0, 5, 5, 300, offset)
    locator = struct.pack("<4sIQI", b"PK\x06\x07", 0, len(content) - 22, 1)
    return content[:-22] + record + locator + bytes(end)


def directory_field(offset: int, form: str, value: int) -> bytes:
    content = bytearray(good())
    struct.pack_into(form, content, len(content) - 22 + offset, value)
    return bytes(content)


def cut(share: float) -> Callable[[], bytes]:
    def make() -> bytes:
        content = good()
        return content[: int(len(content) * share)]

    return make


_CUTS = (0.01, 0.03, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.97, 0.999)

ZIPS: tuple[Case, ...] = (
    Case("sheet of 1 GiB", sheet_of_a_gibibyte, problems.FILE_ZIP_BOMB),
    Case("sheet of 1.1 GiB that keeps the ratio", sheet_that_keeps_the_ratio, problems.FILE_ZIP_BOMB),
    Case(
        "sheet that takes longer than it may",
        sheet_that_takes_long,
        problems.FILE_READER_DIED,
        limits={"cpu_seconds": 1},
        seconds=60,
    ),
    Case("one shared string of 1 GiB", string_of_a_gibibyte, problems.FILE_ZIP_BOMB),
    Case("one shared string of 300 MiB that keeps the ratio", string_that_keeps_the_ratio, cells=[["a", "b"]]),
    Case("20 million shared strings", twenty_million_strings, problems.FILE_ZIP_BOMB),
    Case(
        "20 million shared strings that keep the ratio",
        strings_that_keep_the_ratio,
        problems.FILE_ZIP_BOMB,
        limits={"max_shared_strings": 1_000_000},  # they go through expat, which takes 2 s for each million
    ),
    Case("value of 200 MiB that keeps the ratio", value_that_keeps_the_ratio, count=2, seconds=60),
    Case("duplicate entry", lambda: with_entry(SHEET), problems.FILE_DUPLICATE_ENTRIES),
    Case("duplicate entry by case", lambda: with_entry("XL/Workbook.XML"), problems.FILE_DUPLICATE_ENTRIES),
    Case("duplicate entry by slashes", lambda: with_entry("xl\\workbook.xml"), problems.FILE_DUPLICATE_ENTRIES),
    Case("duplicate entry behind NUL", with_nul_in_a_name, problems.FILE_DUPLICATE_ENTRIES),
    Case("entry in the folder above", lambda: with_entry("../../etc/cron.d/x"), problems.FILE_BROKEN),
    Case("entry above by backslashes", lambda: with_entry("xl\\..\\..\\x"), problems.FILE_BROKEN),
    Case("entry with an absolute path", lambda: with_entry("/etc/passwd"), problems.FILE_BROKEN),
    Case("entry on a drive", lambda: with_entry("C:\\Windows\\x.dll"), problems.FILE_BROKEN),
    Case("entry on a share", lambda: with_entry("\\\\server\\share\\x"), problems.FILE_BROKEN),
    Case("entry with a dot folder", lambda: with_entry("xl/./workbook.xml"), problems.FILE_BROKEN),
    Case("entry with an empty folder", lambda: with_entry("xl//workbook.xml"), problems.FILE_BROKEN),
    Case("entry that is encrypted", lambda: patched(8, "<H", 1), problems.FILE_ENCRYPTED),
    Case("entry encrypted by its local header only", lambda: patched(6, "<H", 1, local=True), cells=[["a", "b"]]),
    Case("entry packed by bzip2", lambda: packed_with(zipfile.ZIP_BZIP2), problems.FILE_BROKEN),
    Case("entry packed by lzma", lambda: packed_with(zipfile.ZIP_LZMA), problems.FILE_BROKEN),
    Case("entry packed by nobody knows what", lambda: patched(10, "<H", 77), problems.FILE_BROKEN),
    Case("wrong checksum", lambda: patched(16, "<I", 1), problems.FILE_BROKEN),
    Case("size understated", lambda: patched(24, "<I", 10), problems.FILE_BROKEN),
    Case("size overstated", lambda: patched(24, "<I", 1 << 20), problems.FILE_BROKEN),
    Case("size overstated to 4 GiB", lambda: patched(24, "<I", 0xFFFFFFFE), problems.FILE_ZIP_BOMB),
    Case("packed size understated", lambda: patched(20, "<I", 3), problems.FILE_BROKEN),
    Case("packed size overstated", lambda: patched(20, "<I", 1 << 30), cells=[["a", "b"]]),
    Case("entry that begins beyond the end", lambda: patched(42, "<I", 1 << 31), problems.FILE_BROKEN),
    Case("entry whose two names differ", lambda: good().replace(SHEET.encode(), b"X" * len(SHEET), 1), "FILE_BROKEN"),
    Case("entries that overlap", overlapping, cells=[["a", "b"]]),
    Case("zip64 sizes of 2**62", zip64_with_wild_sizes, problems.FILE_ZIP_BOMB),
    Case("zip64 directory beyond the end", lambda: zip64_directory_at(1 << 62), problems.FILE_BROKEN),
    Case("zip64 directory in the middle of nothing", lambda: zip64_directory_at(7), problems.FILE_BROKEN),
    Case("directory beyond the end", lambda: directory_field(16, "<I", 1 << 31), problems.FILE_BROKEN),
    Case("directory longer than the file", lambda: directory_field(12, "<I", 1 << 31), problems.FILE_BROKEN),
    Case("comment longer than the file", lambda: directory_field(20, "<H", 60_000), cells=[["a", "b"]]),
    Case(
        "1,001 entries",
        lambda: zipped({**parts(sheet(*GOOD)), **dict.fromkeys(map(str, range(1001)), "")}),
        "FILE_ZIP_BOMB",
    ),
    Case("zip with bytes before it", lambda: b"#!/bin/sh\n" + good(), problems.FILE_NOT_A_SPREADSHEET),
    Case("zip with bytes behind it", lambda: good() + b"\r\n" * 9, cells=[["a", "b"]]),
    Case("two zips in one", lambda: good() + zipped(parts(sheet(row(1, "x"), row(2, "y")))), cells=[["y"]]),
    *(Case(f"cut off at {share:.1%}", cut(share), "FILE_BROKEN") for share in _CUTS),
)
