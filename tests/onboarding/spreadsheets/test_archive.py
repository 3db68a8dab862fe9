"""A sheet in a .zip or .gz: opened in memory when it is alone, refused in words when it is not."""

import gzip
import io
import struct
import tarfile
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from .books import Read, parts, reader_in, row, sheet, zipped
from .other_books import ods, xlsb

Reading = Callable[..., Read]
CSV = b"name,zip\na,b\n"
ROWS = [["name", "zip"], ["a", "b"]]
XLSX = zipped(parts(sheet(row(1, "name", "zip"), row(2, "a", "b"))))


@pytest.fixture
def read(tmp_path: Path) -> Reading:
    return reader_in(tmp_path)


def tar() -> bytes:
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode="w") as archive:
        archive.addfile(tarfile.TarInfo("a.csv"), io.BytesIO(b""))
    return file.getvalue()


def encrypted(content: bytes) -> bytes:
    """The same zip with the flag of a password on each entry."""
    out = bytearray(content)
    for mark, at in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        place = content.find(mark)
        struct.pack_into("<H", out, place + at, 1)
    return bytes(out)


@pytest.mark.parametrize(
    ("content", "inner", "kind"),
    [
        (CSV, "meters.csv", "csv"),
        (CSV.replace(b",", b"\t"), "meters.txt", "csv"),
        (XLSX, "meters.xlsx", "xlsx"),
        (ods({"Data": ROWS}), "meters.ods", "ods"),
        (xlsb({"Data": ROWS}), "meters.xlsb", "xlsb"),
    ],
)
@pytest.mark.parametrize("packed", ["zip", "gz"])
def test_sheet_that_is_alone_is_read(read: Reading, content: bytes, inner: str, kind: str, packed: str) -> None:
    archive = zipped({f"folder/{inner}": content}) if packed == "zip" else gzip.compress(content)

    result = read(archive, f"{inner}.{packed}")

    assert result.cells == [["a", "b"]]
    assert result.facts is not None
    assert result.facts.kind == kind
    assert result.notes["UNPACKED"] == {"kind": packed, "named": f": {inner}" if packed == "zip" else ""}


def test_what_systems_put_into_zips_is_passed_over(read: Reading) -> None:
    beside = {"__MACOSX/._a.csv": b"x", ".DS_Store": b"x", "folder/": b"", "Thumbs.db": b"x", "desktop.ini": b"x"}

    assert read(zipped({**beside, "a.csv": CSV}), "a.zip").cells == [["a", "b"]]


def test_encoding_is_asked_inside_a_zip_too(read: Reading) -> None:
    content = zipped({"a.csv": "name,zip\nJosé,b\n".encode("mac_roman")})

    assert read(content, "a.zip").cells == [["José", "b"]]
    assert read(content, "a.zip", charset="cp1252").cells == [["JosŽ", "b"]]


@pytest.mark.parametrize(
    ("content", "name", "code"),
    [
        (zipped({}), "a.zip", "FILE_ARCHIVE_EMPTY"),
        (zipped({"__MACOSX/._a.csv": b"x", "folder/": b""}), "a.zip", "FILE_ARCHIVE_EMPTY"),
        (zipped({"a.csv": CSV, "b.csv": CSV}), "a.zip", "FILE_ARCHIVE_MANY"),
        (gzip.compress(tar()), "a.tar.gz", "FILE_ARCHIVE_MANY"),
        (zipped({"a.zip": zipped({"a.csv": CSV})}), "a.zip", "FILE_ARCHIVE_NESTED"),
        (zipped({"a.csv.gz": gzip.compress(CSV)}), "a.zip", "FILE_ARCHIVE_NESTED"),
        (gzip.compress(zipped({"a.csv": CSV})), "a.zip.gz", "FILE_ARCHIVE_NESTED"),
        (gzip.compress(gzip.compress(CSV)), "a.csv.gz.gz", "FILE_ARCHIVE_NESTED"),
        (zipped({"../a.csv": CSV}), "a.zip", "FILE_ARCHIVE_PATHS"),
        (zipped({"/etc/a.csv": CSV}), "a.zip", "FILE_ARCHIVE_PATHS"),
        (zipped({"C:\\a.csv": CSV}), "a.zip", "FILE_ARCHIVE_PATHS"),
        (encrypted(zipped({"a.csv": CSV})), "a.zip", "FILE_ARCHIVE_ENCRYPTED"),
        (zipped({"a.csv": CSV})[:-30], "a.zip", "FILE_BROKEN"),
        (gzip.compress(CSV)[:-4], "a.csv.gz", "FILE_BROKEN"),
        (gzip.compress(CSV) + b"garbage", "a.csv.gz", "FILE_BROKEN"),
        (zipped({"a.csv": b""}), "a.zip", "FILE_EMPTY"),
        (gzip.compress(b""), "a.csv.gz", "FILE_EMPTY"),
        (zipped({"a.pdf": b"%PDF-1.7"}), "a.zip", "FILE_NOT_A_SPREADSHEET"),
        (zipped({"a.exe": CSV}), "a.zip", "FILE_NOT_A_SPREADSHEET"),
        (zipped({"Index/Document.iwa": b"x", "Index/Tables/a.iwa": b"x"}), "a.numbers", "FILE_NUMBERS"),
        (zipped({"a.numbers/Index.zip": b"x", "a.numbers/preview.jpg": b"x"}), "a.zip", "FILE_NUMBERS"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_archive_that_is_refused(read: Reading, content: bytes, name: str, code: str) -> None:
    assert read(content, name).code == code


def test_names_of_several_files_are_told(read: Reading) -> None:
    result = read(zipped({f"{number}.csv": CSV for number in range(9)}), "a.zip")

    assert result.context == {"names": ["0.csv", "1.csv", "2.csv", "3.csv", "4.csv"], "count": 9}


@pytest.mark.parametrize("packed", ["zip", "gz"])
@pytest.mark.parametrize("size", [400 << 20, 2 << 20])
def test_bomb_is_refused_while_it_is_unpacked(read: Reading, packed: str, size: int) -> None:
    content = b"name,zip\n" + b"a" * size
    archive = zipped({"a.csv": content}) if packed == "zip" else gzip.compress(content)

    result = read(archive, f"a.{packed}", max_bytes=1 << 20, memory_bytes=256 << 20)

    assert result.code in {"FILE_ZIP_BOMB", "FILE_TOO_LARGE"}


@pytest.mark.parametrize("packed", ["zip", "gz"])
def test_honest_sheet_beyond_the_limit_is_too_large(read: Reading, packed: str) -> None:
    content = b"name,zip\n" + b"".join(f"{number},{number * 7919 % 9973}\n".encode() for number in range(9000))
    archive = zipped({"a.csv": content}) if packed == "zip" else gzip.compress(content)

    assert read(archive, f"a.{packed}", max_bytes=60_000).code == "FILE_TOO_LARGE"


def test_zip_with_too_many_entries_is_refused(read: Reading) -> None:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for number in range(1_100):
            archive.writestr(f"{number}.csv", b"")

    assert read(file.getvalue(), "a.zip").code == "FILE_ZIP_BOMB"
