"""Files that are refused as a whole, each with its own code."""

import struct
import zipfile
from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import pytest

from onboarding.spreadsheets import problems

from .books import MAIN, Read, parts, reader_in, row, sheet, strings, zipped

Reading = Callable[..., Read]
GOOD = (row(1, "name", "zip"), row(2, "a", "b"))


@pytest.fixture
def read(tmp_path: Path) -> Reading:
    return reader_in(tmp_path)


def ole(*names: str) -> bytes:
    return b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 504 + b"".join(name.encode("utf-16-le") for name in names)


def bomb(size: int) -> bytes:
    """A sheet of one endless text, packed 1,000:1."""
    file = BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts().items():
            if name != "xl/worksheets/sheet1.xml":
                archive.writestr(name, content)
        with archive.open("xl/worksheets/sheet1.xml", "w") as part:
            part.write(f'<worksheet xmlns="{MAIN}"><sheetData>'.encode())
            for _ in range(size >> 20):
                part.write(b" " * (1 << 20))
            part.write(b"</sheetData></worksheet>")
    return file.getvalue()


def doubled_entries() -> bytes:
    file = BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for name, content in parts(sheet(*GOOD)).items():
            archive.writestr(name, content)
        with pytest.warns(UserWarning, match="Duplicate name"):
            archive.writestr("xl/worksheets/sheet1.xml", sheet(row(1, "other")))
    return file.getvalue()


def test_good_workbook_is_read(read: Reading) -> None:
    assert read(zipped(parts(sheet(*GOOD)))).cells == [["a", "b"]]


@pytest.mark.parametrize(
    ("content", "name", "code"),
    [
        (b"", "a.xlsx", problems.FILE_EMPTY),
        (b"", "a.csv", problems.FILE_EMPTY),
        (b"\xef\xbb\xbf \r\n \r\n", "a.csv", problems.FILE_EMPTY),
        (b"%PDF-1.7 ...", "a.xlsx", problems.FILE_NOT_A_SPREADSHEET),
        (b"<html><table><tr><td>x</td></tr></table></html>", "a.xlsx", problems.FILE_NOT_A_SPREADSHEET),
        (b"<html><table><tr><td>x</td></tr></table></html>", "a.csv", problems.FILE_NOT_A_SPREADSHEET),
        (b"name,zip\na,b\n", "a.xlsx", problems.FILE_NOT_A_SPREADSHEET),
        (zipped({"a.txt": "x", "b.txt": "x"}), "a.xlsx", problems.FILE_ARCHIVE_MANY),
        (zipped({"[Content_Types].xml": "x", "word/document.xml": "x"}), "a.docx", problems.FILE_NOT_A_SPREADSHEET),
        (ole("EncryptedPackage"), "a.xlsx", problems.FILE_ENCRYPTED),
        (ole("Workbook"), "a.xls", problems.FILE_BROKEN),
        (ole("WordDocument"), "a.doc", problems.FILE_NOT_A_SPREADSHEET),
        (b"\x09\x08\x10\x00\x00\x06\x05\x00", "a.xls", problems.FILE_OLD_EXCEL),
        (
            zipped({"mimetype": "application/vnd.oasis.opendocument.spreadsheet", "content.xml": ""}),
            "a.ods",
            problems.FILE_BROKEN,
        ),
        (zipped({**parts(), "xl/workbook.bin": b"x"}), "a.xlsb", problems.FILE_BROKEN),
        (zipped({**parts(sheet(*GOOD)), "xl/vbaProject.bin": b"x"}), "a.xlsx", problems.FILE_HAS_MACROS),
        (
            zipped(parts(sheet(*GOOD), content_type="application/vnd.ms-excel.sheet.macroEnabled.main+xml")),
            "a.xlsm",
            problems.FILE_HAS_MACROS,
        ),
        (zipped(parts(sheet(*GOOD)))[:-40], "a.xlsx", problems.FILE_BROKEN),
        (zipped(parts(sheet(*GOOD)))[:300], "a.xlsx", problems.FILE_BROKEN),
        (zipped(parts("<worksheet><sheetData><row>")), "a.xlsx", problems.FILE_BROKEN),
        (zipped(parts(sheet(*GOOD, row(1, "again")))), "a.xlsx", problems.FILE_BROKEN),
        (zipped({**parts(sheet(*GOOD)), "../evil.xml": "x"}), "a.xlsx", problems.FILE_BROKEN),
        (zipped(parts(sheet(*GOOD), sheets="")), "a.xlsx", problems.FILE_NO_SHEET),
        (
            zipped(parts(sheet(*GOOD), sheets='<sheet name="S" sheetId="1" state="veryHidden" r:id="rId1"/>')),
            "a.xlsx",
            problems.FILE_NO_SHEET,
        ),
        (zipped(parts(sheet())), "a.xlsx", problems.FILE_NO_HEADER),
        (zipped(parts(sheet(row(1, " ", "")))), "a.xlsx", problems.FILE_NO_HEADER),
        (b",,\n,,\n", "a.csv", problems.FILE_NO_HEADER),
        (zipped(parts(sheet(row(3, "name", "zip")))), "a.xlsx", problems.FILE_NO_ROWS),
        (b"name,zip\n", "a.csv", problems.FILE_NO_ROWS),
        (zipped({**parts(sheet(*GOOD)), **{f"x/{i}.xml": "" for i in range(1001)}}), "a.xlsx", problems.FILE_ZIP_BOMB),
        (bytes(range(1, 32)) * 50, "a.csv", problems.FILE_UNREADABLE_TEXT),
        (b"name,zip\n" + b"a\x81\xadb,\x8d\xb1x\n" * 9, "a.csv", problems.FILE_UNREADABLE_TEXT),
    ],
)
def test_file_is_refused_with_its_code(read: Reading, content: bytes, name: str, code: str) -> None:
    assert read(content, name).code == code


def test_encrypted_zip_entry_is_refused(read: Reading) -> None:
    content = bytearray(zipped(parts(sheet(*GOOD))))
    at = content.find(b"PK\x01\x02")
    content[at + 8] |= 1

    assert read(bytes(content)).code == problems.FILE_ENCRYPTED


def test_wrong_checksum_is_refused(read: Reading) -> None:
    content = bytearray(zipped(parts(sheet(*GOOD))))
    name = content.rfind(b"xl/worksheets/sheet1.xml")
    content[name - 46 + 16] ^= 0xFF  # the crc in the directory

    assert read(bytes(content)).code == problems.FILE_BROKEN


def test_size_that_the_directory_understates_is_refused(read: Reading) -> None:
    content = bytearray(zipped(parts(sheet(*GOOD))))
    name = content.rfind(b"xl/worksheets/sheet1.xml")
    struct.pack_into("<I", content, name - 46 + 24, 10)

    assert read(bytes(content)).code == problems.FILE_BROKEN


def test_duplicate_entries_are_refused(read: Reading) -> None:
    assert read(doubled_entries()).code == problems.FILE_DUPLICATE_ENTRIES


def test_entries_that_differ_in_case_only_are_refused(read: Reading) -> None:
    content = zipped({**parts(sheet(*GOOD)), "XL/Workbook.xml": "x"})

    assert read(content).code == problems.FILE_DUPLICATE_ENTRIES


def test_too_large_file_is_refused_with_both_sizes(read: Reading) -> None:
    result = read(b"name,zip\n" + b"a,b\n" * 1000, "a.csv", max_bytes=1000)

    assert (result.code, result.context) == (problems.FILE_TOO_LARGE, {"bytes": 4009, "limit_bytes": 1000})


def test_sheet_that_inflates_to_a_gibibyte_is_refused(read: Reading) -> None:
    content = bomb(200 << 20)

    assert len(content) < 1 << 20
    assert read(content).code == problems.FILE_ZIP_BOMB


def test_absolute_limit_of_unpacked_bytes_holds_below_the_ratio(read: Reading) -> None:
    assert read(bomb(8 << 20), max_unpacked_bytes=4 << 20).code == problems.FILE_ZIP_BOMB


@pytest.mark.parametrize("entry", ["<si><t/></si>", "<si><t>ab</t></si>", "<si><t>_x0001_</t></si>"])
def test_many_shared_strings_are_refused(read: Reading, entry: str) -> None:
    content = zipped({**parts(sheet(*GOOD)), "xl/sharedStrings.xml": strings(entry * 5_000)})

    assert read(content, max_shared_strings=1_000).code == problems.FILE_ZIP_BOMB
    assert read(content, max_shared_bytes=100_000).code == problems.FILE_ZIP_BOMB


@pytest.mark.parametrize("part", ["xl/worksheets/sheet1.xml", "xl/sharedStrings.xml", "xl/workbook.xml"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_entities_are_refused_in_any_part(read: Reading, part: str, encoding: str) -> None:
    laughs = '<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>'
    contents = parts(sheet(*GOOD), more={"xl/sharedStrings.xml": strings("<si><t>x</t></si>")})
    contents[part] = (laughs + str(contents[part])).encode(encoding)

    assert read(zipped(contents)).code == problems.FILE_XML_ENTITIES


def test_two_cells_that_span_the_grid_are_refused_by_columns(read: Reading) -> None:
    far = '<c r="XFD1048576" t="inlineStr"><is><t>z</t></is></c>'
    content = zipped(parts(sheet(*GOOD, f'<row r="1048576">{far}</row>')))

    result = read(content)

    assert len(content) < 3_000
    assert (result.code, result.context) == (problems.FILE_TOO_MANY_COLUMNS, {"limit": 500, "cell": "XFD1048576"})


@pytest.mark.parametrize(
    "bad",
    [
        '<row r="1048577"><c r="A1048577"><v>1</v></c></row>',
        '<row r="99999999999"><c r="A99999999999"><v>1</v></c></row>',
        '<row r="3"><c r="XFE3"><v>1</v></c></row>',
        '<row r="3"><c r="AAAA3"><v>1</v></c></row>',
        '<row r="3"><c r="3"><v>1</v></c></row>',
        '<row r="-3"><c r="A3"><v>1</v></c></row>',
    ],
)
def test_cell_outside_the_grid_is_refused(read: Reading, bad: str) -> None:
    assert read(zipped(parts(sheet(*GOOD, bad)))).code == problems.FILE_CELL_OUT_OF_RANGE


def test_too_many_rows_are_refused(read: Reading) -> None:
    rows = [row(number, f"name{number}" if number == 1 else "x") for number in range(1, 13)]

    assert read(zipped(parts(sheet(*rows))), max_rows=11).code == ""
    assert read(zipped(parts(sheet(*rows))), max_rows=10).code == problems.FILE_TOO_MANY_ROWS
    assert read(b"name,zip\n" + b"a,b\n" * 11, "a.csv", max_rows=10).code == problems.FILE_TOO_MANY_ROWS


def test_too_many_csv_columns_are_refused_with_the_cell(read: Reading) -> None:
    result = read(b"name,zip\n" + b"a,b,c,d\n", "a.csv", max_columns=3)

    assert (result.code, result.context) == (problems.FILE_TOO_MANY_COLUMNS, {"limit": 3, "cell": "D2"})


def test_merged_cells_in_the_header_are_refused_with_their_ranges(read: Reading) -> None:
    merged = (
        '<mergeCells count="9"><mergeCell ref="A1:B1"/><mergeCell ref="H1:J9"/><mergeCell ref="A2:A2"/></mergeCells>'
    )

    result = read(zipped(parts(sheet(*GOOD, after=merged))))

    assert (result.code, result.context) == (problems.FILE_MERGED_CELLS, {"ranges": ["A1:B1"], "count": 1})


@pytest.mark.parametrize(("count", "code"), [(1_000, ""), (1_001, problems.FILE_MERGED_CELLS)])
def test_sheet_that_is_merged_all_over_is_refused(read: Reading, count: int, code: str) -> None:
    cells = "".join(f'<mergeCell ref="A{number}:B{number}"/>' for number in range(2, count + 2))

    assert read(zipped(parts(sheet(*GOOD, after=f"<mergeCells>{cells}</mergeCells>")))).code == code


def test_merged_cells_in_utf16_are_refused_after_the_rows(read: Reading) -> None:
    merged = '<mergeCells><mergeCell ref="A2:B3"/></mergeCells>'
    content = ('<?xml version="1.0" encoding="UTF-16"?>' + sheet(*GOOD, after=merged)).encode("utf-16")

    assert read(zipped(parts(content))).code == problems.FILE_MERGED_CELLS


def test_text_that_only_says_merge_cell_is_read(read: Reading) -> None:
    assert read(zipped(parts(sheet(row(1, "name"), row(2, "mergeCell ref=&quot;A1:B2&quot;"))))).code == ""


def test_unclosed_quote_in_the_header_is_refused(read: Reading) -> None:
    result = read(b'name,"zip\na,b\n', "a.csv")

    assert (result.code, result.context) == (problems.FILE_UNCLOSED_QUOTE, {"row": 1, "line": 1})


def test_endless_line_is_refused(read: Reading) -> None:
    assert read(b"name,zip\n" + b"a" * (9 << 20), "a.csv").code == problems.FILE_LINE_TOO_LONG


def test_sheet_asked_for_that_does_not_exist_is_refused(read: Reading) -> None:
    result = read(zipped(parts(sheet(*GOOD))), sheet="Other")

    assert (result.code, result.context) == (problems.FILE_NO_SHEET, {"sheet": "Other"})
