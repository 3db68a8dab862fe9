"""Workbooks that are read as a whole (.xls, .xlsb, .ods): their cells, what is said to be lost, what is refused."""

import datetime
import io
import subprocess
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest

from onboarding.spreadsheets import problems
from onboarding.spreadsheets.cells import BrokenCell, RowFault

from .books import Read, parts, reader_in, zipped
from .office import SOFFICE, needs_libreoffice
from .other_books import ods, ods_rows, xlsb

Reading = Callable[..., Read]
DAY = datetime.date(2026, 1, 2)
ROWS = [["ref", "n", "day", "yes"], ["h1", 42.5, DAY, True], [None, None, None, None], ["h2", 7700123, None, False]]
CELLS = [["h1", 42.5, DAY, True], ["h2", 7700123, None, False]]


@pytest.fixture
def read(tmp_path: Path) -> Reading:
    return reader_in(tmp_path)


@pytest.fixture(scope="module")
def by_libreoffice(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], bytes]:
    """A workbook with one cell of each kind, saved by LibreOffice as another kind."""
    folder = tmp_path_factory.mktemp("office")
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = "Data"
    sheet.append(["ref", "n", "day", "moment", "clock", "hours", "yes", "error", "share", "padded", "text"])
    moment, clock = datetime.datetime(2026, 1, 2, 8, 5), datetime.time(8, 5)
    sheet.append(["h1", 42, DAY, moment, clock, datetime.timedelta(hours=30), True, "=1/0", 0.95, 501, "Zoë\nBrontë"])
    for cell, form in (("F2", "[h]:mm"), ("I2", "0%"), ("J2", "00000")):
        sheet[cell].number_format = form
    sheet["A5"], sheet["B5"] = "h2", 12345678901234567
    hidden, other = book.create_sheet("Hidden"), book.create_sheet("Other")
    hidden.sheet_state = "hidden"
    hidden.append(["x"])
    other.append(["y"])
    other.append(["z"])
    book.save(folder / "book.xlsx")

    def saved(kind: str) -> bytes:
        profile = f"-env:UserInstallation=file://{folder}/profile"
        command = [
            SOFFICE,
            profile,
            "--headless",
            "--convert-to",
            kind,
            "--outdir",
            str(folder),
            str(folder / "book.xlsx"),
        ]
        subprocess.run(command, check=True, capture_output=True, timeout=90)
        return (folder / f"book.{kind}").read_bytes()

    return saved


@needs_libreoffice
@pytest.mark.parametrize(("kind", "yes"), [("xls", True), ("ods", 1)])
def test_every_kind_of_cell_comes_as_from_an_xlsx_but_without_its_format(
    read: Reading, by_libreoffice: Callable[[str], bytes], kind: str, yes: object
) -> None:
    result = read(by_libreoffice(kind), f"a.{kind}")

    moment = datetime.datetime(2026, 1, 2, 8, 5)
    assert [(row.number, row.cells[0]) for row in result.rows] == [(2, "h1"), (5, "h2")]
    long = result.rows[1].cells[1]
    assert isinstance(long, BrokenCell)
    assert (result.rows[0].cells[1], long.code) == (42, "NUMBER_LOST_DIGITS")
    assert result.rows[0].cells[2:] == [DAY, moment, "08:05", "30:00", yes, None, 0.95, 501, "Zoë\nBrontë"]
    assert result.facts is not None
    assert [(sheet.name, sheet.hidden) for sheet in result.facts.sheets] == [
        ("Data", False),
        ("Hidden", True),
        ("Other", False),
    ]
    lost = {"FORMATS_NOT_READ": {"kind": kind}}
    unseen = {} if kind == "xls" else {"MERGED_CELLS_NOT_SEEN": {"kind": kind}}
    assert result.notes == {
        **lost,
        **unseen,
        "HIDDEN_SHEETS": {"sheets": ["Hidden"]},
        "OTHER_SHEETS": {"sheets": ["Other"]},
    }
    assert read(by_libreoffice(kind), f"a.{kind}", sheet="Other").cells == [["z"]]
    assert read(by_libreoffice(kind), f"a.{kind}", sheet="Elsewhere").code == "FILE_NO_SHEET"


@pytest.mark.parametrize(("make", "name"), [(xlsb, "a.xlsb"), (ods, "a.ods")])
def test_workbook_made_by_hand_is_read(read: Reading, make: Callable[..., bytes], name: str) -> None:
    result = read(make({"Data": ROWS}), name)

    assert (result.header, result.cells) == (("ref", "n", "day", "yes"), CELLS)
    assert [row.number for row in result.rows] == [2, 4]
    assert list(result.notes) == ["FORMATS_NOT_READ", "MERGED_CELLS_NOT_SEEN"]


def test_error_of_an_xlsb_comes_as_empty(read: Reading) -> None:
    assert read(xlsb({"Data": [["a", "b"], ["x", "#N/A"]]}), "a.xlsb").cells == [["x", None]]


def test_sheets_of_an_xlsb_are_chosen_as_those_of_an_xlsx(read: Reading) -> None:
    book = xlsb({"Cover": [["x"], ["y"]], "Secret": [["s"], ["t"]], "meters": ROWS}, hidden=["Secret"])

    result = read(book, "a.xlsb")

    assert (result.cells, result.notes["HIDDEN_SHEETS"]) == (CELLS, {"sheets": ["Secret"]})
    assert result.notes["OTHER_SHEETS"] == {"sheets": ["Cover"]}


@needs_libreoffice
def test_merged_cells_of_an_xls_concern_their_rows(read: Reading, tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    for line in (["a", "b", "c"], ["1", "2", None], ["3", "4", "5"]):
        sheet.append(line)
    sheet.merge_cells("B2:C2")
    book.save(tmp_path / "m.xlsx")
    command = [SOFFICE, f"-env:UserInstallation=file://{tmp_path}/p", "--headless", "--convert-to", "xls", "--outdir"]
    subprocess.run([*command, str(tmp_path), str(tmp_path / "m.xlsx")], check=True, capture_output=True, timeout=90)

    result = read((tmp_path / "m.xls").read_bytes(), "m.xls")

    assert [row.faults for row in result.rows] == [(RowFault("CELLS_MERGED", {"ranges": ["B2:C2"]}),), ()]


@pytest.mark.parametrize(("rows", "code"), [(5, ""), (6, "FILE_TOO_MANY_ROWS_OF_KIND")])
@pytest.mark.parametrize(("make", "kind"), [(xlsb, "xlsb"), (ods, "ods")])
def test_rows_are_limited_below_those_of_an_xlsx(
    read: Reading, make: Callable[..., bytes], kind: str, rows: int, code: str
) -> None:
    result = read(make({"Data": [["a", "b"], *[["x", "y"]] * (rows + 1)]}), f"a.{kind}", max_rows_whole=5)

    assert result.code == code
    assert result.context == ({"limit": 5, "kind": kind} if code else {})


@pytest.mark.parametrize(("make", "kind"), [(xlsb, "xlsb"), (ods, "ods")])
def test_columns_are_limited(read: Reading, make: Callable[..., bytes], kind: str) -> None:
    result = read(make({"Data": [["a", "b"], ["x", "y", "z", "w"]]}), f"a.{kind}", max_columns=3)

    assert (result.code, result.context) == ("FILE_TOO_MANY_COLUMNS", {"limit": 3, "cell": "D2"})


@pytest.mark.parametrize(
    ("text", "cell"),
    [
        ("  \n ", None),
        ("a" * 40_000, BrokenCell("CELL_TOO_LONG", "a" * 119 + "…")),
        ("PT30H05M00S", "PT30H05M00S"),
        ("a\x07b", BrokenCell("CONTROL_CHARACTER", "a\x07b")),
        ("_x000D_", "_x000D_"),
    ],
)
def test_texts_of_an_xlsb(read: Reading, text: str, cell: object) -> None:
    assert read(xlsb({"Data": [["a", "b"], ["x", text]]}), "a.xlsb").cells == [["x", cell]]


@pytest.mark.parametrize(
    ("number", "cell"),
    [
        (42.0, 42),
        (0.1 + 0.2, 0.3),
        (-5.5, -5.5),
        (1e15, BrokenCell("NUMBER_LOST_DIGITS", "1000000000000000")),
        (float("inf"), BrokenCell("NUMBER_UNREADABLE", "inf")),
        (float("nan"), BrokenCell("NUMBER_UNREADABLE", "nan")),
    ],
)
def test_numbers_of_an_xlsb(read: Reading, number: float, cell: object) -> None:
    result = read(xlsb({"Data": [["a", "b"], ["x", number]]}), "a.xlsb")

    assert result.cells == [["x", cell]]


# --- refused


def repeated_rows(times: int, columns: int = 1) -> str:
    cell = f'<table:table-cell table:number-columns-repeated="{columns}" office:value-type="float" office:value="1"/>'
    row = f'<table:table-row table:number-rows-repeated="{times}">{cell}</table:table-row>'
    return f'<table:table table:name="Data">{ods_rows([["a", "b"]])}{row}</table:table>'


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (ods({"Data": ROWS}, manifest="<manifest:encryption-data/>"), problems.FILE_ENCRYPTED),
        (ods({"Data": ROWS}, more={"Basic/Standard/Module1.xml": "<x/>"}), problems.FILE_HAS_MACROS),
        (ods({"Data": ROWS}, prologue="<!DOCTYPE x [<!ENTITY a 'b'>]>"), problems.FILE_XML_ENTITIES),
        (ods({}, tables="<table:table"), problems.FILE_NO_SHEET),
        (ods({"Data": []}), problems.FILE_NO_HEADER),
        (ods({}, tables=repeated_rows(1_000_000)), problems.FILE_TOO_MANY_ROWS_OF_KIND),
        (ods({"Data": [["a", "b"]]}), problems.FILE_NO_ROWS),
        (zipped({"mimetype": "application/vnd.oasis.opendocument.text"}), problems.FILE_NOT_A_SPREADSHEET),
        (zipped({**parts(), "xl/workbook.bin": b"\x83\x01"}), problems.FILE_BROKEN),
        (xlsb({"Data": ROWS})[:-200], problems.FILE_BROKEN),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_workbook_that_is_refused(read: Reading, content: bytes, code: str) -> None:
    assert read(content, "a.ods").code == code


@pytest.mark.parametrize("columns", [200_000, 1_000_000_000])
def test_sheet_beyond_memory_ends_the_child_and_nothing_else(read: Reading, columns: int) -> None:
    result = read(ods({}, tables=repeated_rows(1_000_000_000, columns)), "a.ods", memory_bytes=256 << 20)

    assert result.code in {"FILE_READER_DIED", "FILE_BROKEN", "FILE_CELL_OUT_OF_RANGE", "FILE_TOO_MANY_COLUMNS"}


def test_part_that_unpacks_to_far_more_is_refused_before_it_is_read(read: Reading) -> None:
    content = ods({"Data": ROWS}, more={"Thumbnails/a.png": bytes(3 << 20)})

    assert read(content, "a.ods", ratio_grace_bytes=1 << 20).code == "FILE_ZIP_BOMB"


@pytest.mark.parametrize("kind", ["xlsb", "ods"])
def test_damaged_workbook_is_rows_or_a_coded_refusal(read: Reading, kind: str) -> None:
    whole = xlsb({"Data": ROWS}) if kind == "xlsb" else ods({"Data": ROWS})

    for at in range(0, len(whole), max(len(whole) // 25, 1)):
        content = bytearray(whole)
        content[at] ^= 0xFF
        result = read(bytes(content), f"a.{kind}")
        assert result.rows or result.code in problems.FILE_CODES


@needs_libreoffice
def test_damaged_xls_is_rows_or_a_coded_refusal(read: Reading, by_libreoffice: Callable[[str], bytes]) -> None:
    whole = by_libreoffice("xls")

    for at in range(0, len(whole), len(whole) // 25):
        content = bytearray(whole)
        content[at : at + 3] = b"\xff\xff\xff"
        result = read(bytes(content), "a.xls")
        assert result.rows or result.code in problems.FILE_CODES


@pytest.mark.parametrize("name", ["a.xlsx", "a.csv", "a.xls", "a"])
def test_kind_is_told_by_the_content(read: Reading, name: str) -> None:
    result = read(ods({"Data": ROWS}), name)

    assert result.cells == CELLS
    assert result.notes.get("FILE_NAME_DIFFERS") == (None if name == "a" else {"kind": "ods"})


def test_text_that_is_called_xls_is_read_as_text(read: Reading) -> None:
    result = read(b"ref\tzip\na\tb\n", "a.xls")

    assert (result.cells, result.notes) == ([["a", "b"]], {"FILE_NAME_DIFFERS": {"kind": "csv"}})


def test_document_with_an_embedded_workbook_is_no_spreadsheet(read: Reading) -> None:
    names = b"".join(name.encode("utf-16-le") for name in ("WordDocument", "Workbook"))
    content = io.BytesIO(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504) + names).getvalue()

    assert read(content, "a.xls").context == {"kind": "ole"}
