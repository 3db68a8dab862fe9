"""Workbooks as real programs write them, and what such programs hide in them."""

import datetime
import io
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest
from openpyxl.utils.datetime import CALENDAR_MAC_1904

from onboarding.spreadsheets.cells import BrokenCell, Row, RowFault

from .books import MAIN, RELATIONS, STRICT_MAIN, STRICT_RELATIONS, Read, parts, reader_in, row, sheet, styles, zipped

Reading = Callable[..., Read]
OFFICE = shutil.which("soffice")
HEADER = (
    "Reference",
    "Zip",
    "Day",
    "Moment",
    "Clock",
    "Share",
    "Price",
    "Size",
    "Solar",
    "Sum",
    "Thousands",
    "Elapsed",
)
FORMATS = (
    "@",
    "00000",
    "yyyy-mm-dd",
    "m/d/yy h:mm",
    "h:mm AM/PM",
    "0.0%",
    '"$"#,##0.00',
    "#,##0",
    "General",
    "General",
)
CELLS: list[object] = [
    *("007", "00501", datetime.date(2026, 1, 31), datetime.datetime(2026, 1, 31, 12, 30), "6:00 PM", "95%"),
    *(1234.5, 12000, True, 24000, 12345.678, "36:00"),
]


@pytest.fixture
def read(tmp_path: Path) -> Reading:
    return reader_in(tmp_path)


def written(*, epoch_1904: bool = False) -> bytes:
    """One row of each kind of cell, as openpyxl writes it."""
    book = openpyxl.Workbook()
    if epoch_1904:
        book.epoch = CALENDAR_MAC_1904
    page = book.active
    assert page is not None
    page.title = "Customers"
    page.append(HEADER)
    moment = datetime.datetime(2026, 1, 31, 12, 30)
    values = ["007", 501, moment.date(), moment, datetime.time(18), 0.95, 1234.5, 12000, True, 24000, 12345678, 1.5]
    page.append(values)
    for column, number_format in enumerate((*FORMATS, "#,##0,", "[h]:mm"), 1):
        page.cell(2, column).number_format = number_format
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


@pytest.mark.parametrize("epoch_1904", [False, True], ids=["1900", "1904"])
def test_workbook_of_openpyxl_is_read_as_its_cells_look(read: Reading, epoch_1904: bool) -> None:
    result = read(written(epoch_1904=epoch_1904))

    assert (result.header, result.cells) == (HEADER, [CELLS])
    assert result.facts is not None
    assert result.facts.date_1904 is epoch_1904


@pytest.fixture(scope="session")
def office(tmp_path_factory: pytest.TempPathFactory) -> Callable[[bytes, str], bytes]:
    """LibreOffice: opens a workbook and saves it as another kind; its profile is its own."""
    if OFFICE is None:
        pytest.skip("soffice is not installed (apt-get install libreoffice-calc): files of LibreOffice are not tested")
    folder = tmp_path_factory.mktemp("office")

    def saved(content: bytes, kind: str) -> bytes:
        (folder / "in.xlsx").write_bytes(content)
        (folder / "out").mkdir(exist_ok=True)
        profile = f"-env:UserInstallation={(folder / 'profile').as_uri()}"
        command = [str(OFFICE), profile, "--headless", "--norestore", "--convert-to", kind]
        subprocess.run(
            [*command, "--outdir", str(folder / "out"), str(folder / "in.xlsx")],
            check=True,
            capture_output=True,
            timeout=150,
            env={"HOME": str(folder), "PATH": "/usr/bin:/bin", "LANG": "C.UTF-8"},
        )
        return (folder / "out" / f"in.{kind.partition(':')[0]}").read_bytes()

    return saved


def test_workbook_of_libreoffice_is_read_as_its_cells_look(
    read: Reading, office: Callable[[bytes, str], bytes]
) -> None:
    result = read(office(written(), "xlsx"))

    assert (result.header, result.cells) == (HEADER, [CELLS])


@pytest.mark.parametrize(
    ("kind", "code"),
    [
        ("fods", "FILE_NOT_A_SPREADSHEET"),
        ("pdf", "FILE_NOT_A_SPREADSHEET"),
        ("html", "FILE_NOT_A_SPREADSHEET"),
        ("dif", "FILE_NOT_A_SPREADSHEET"),
    ],
)
def test_other_kinds_that_libreoffice_writes_are_refused_by_name(
    read: Reading, office: Callable[[bytes, str], bytes], kind: str, code: str
) -> None:
    assert read(office(written(), kind), "meters.xlsx").code == code


def test_csv_of_libreoffice_is_read(read: Reading, office: Callable[[bytes, str], bytes]) -> None:
    result = read(office(written(), "csv:Text - txt - csv (StarCalc):59,34,76,1"), "meters.csv")

    assert result.header == HEADER
    assert [result.cells[0][index] for index in (0, 1, 2, 5, 9)] == ["007", "00501", "2026-01-31", "95.0%", "24000"]


def hiding() -> bytes:
    """A workbook that hides a sheet, a row and a column, and has a formula that nobody has calculated."""
    book = openpyxl.Workbook()
    old = book.active
    assert old is not None
    old.title, old.sheet_state = "Old customers", "hidden"
    page = book.create_sheet("Customers")
    for line in (("name", "zip", "size"), ("a", "94103", 1), ("b", "94104", 2), ("c", "94105", "=1+1")):
        page.append(line)
    page.row_dimensions[3].hidden = True
    page.column_dimensions["B"].hidden = True
    book.create_sheet("Notes").append(["x"])
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


NOTES = {
    "HIDDEN_SHEETS": {"sheets": ["Old customers"]},
    "OTHER_SHEETS": {"sheets": ["Notes"]},
    "HIDDEN_ROWS": {"count": 1, "first": 3},
    "HIDDEN_COLUMNS": {"columns": ["B"]},
}


def test_what_a_workbook_hides_is_said(read: Reading) -> None:
    result = read(hiding())

    assert result.facts is not None
    assert (result.facts.sheet, result.notes) == ("Customers", NOTES)
    broken = BrokenCell("FORMULA_WITHOUT_VALUE", "=1+1")
    assert result.cells == [["a", "94103", 1], ["b", "94104", 2], ["c", "94105", broken]]


def test_what_libreoffice_hides_is_said_and_its_formulas_have_values(
    read: Reading, office: Callable[[bytes, str], bytes]
) -> None:
    result = read(office(hiding(), "xlsx"))

    assert result.notes == NOTES
    assert result.cells == [["a", "94103", 1], ["b", "94104", 2], ["c", "94105", 2]]


def test_merged_cells_of_openpyxl_are_refused_by_range(read: Reading) -> None:
    book = openpyxl.Workbook()
    page = book.active
    assert page is not None
    for line in (("name", "zip"), ("a", "94103"), (None, "94104")):
        page.append(line)
    page.merge_cells("A2:A3")
    file = io.BytesIO()
    book.save(file)

    result = read(file.getvalue())

    assert [row.faults for row in result.rows] == [(RowFault("CELLS_MERGED", {"ranges": ["A2:A3"]}),)] * 2


# --- as other programs write their XML, character by character

DECLARED = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
EXPECTED = [Row(2, ["007", "00501", datetime.date(2026, 1, 31), True])]


def as_excel() -> dict[str, str | bytes]:
    namespaces = (
        f'xmlns="{MAIN}" xmlns:r="{RELATIONS}" mc:Ignorable="x14ac xr" '
        'xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006" '
        'xmlns:x14ac="http://schemas.microsoft.com/office/spreadsheetml/2009/9/ac" '
        'xmlns:xr="http://schemas.microsoft.com/office/spreadsheetml/2014/revision" xr:uid="{0}"'
    )
    head = "".join(f'<c r="{letter}1" t="s"><v>{index}</v></c>' for index, letter in enumerate("ABCD"))
    line = '<c r="A2" t="s"><v>4</v></c><c r="B2" s="1"><v>501</v></c><c r="C2" s="2"><v>46053</v></c>'
    rows = (
        f'<row r="1" spans="1:4" x14ac:dyDescent="0.25">{head}</row>'
        f'<row r="2" spans="1:4" x14ac:dyDescent="0.25">{line}<c r="D2" t="b"><v>1</v></c></row>'
    )
    xml = f'{DECLARED}<worksheet {namespaces}><dimension ref="A1:D2"/><sheetData>{rows}</sheetData></worksheet>'
    shared = "".join(f"<si><t>{text}</t></si>" for text in ("a", "b", "c", "d", "007"))
    return {
        **parts(xml),
        "xl/sharedStrings.xml": f'{DECLARED}<sst xmlns="{MAIN}" count="5" uniqueCount="5">{shared}</sst>',
    }


def as_xlsxwriter() -> dict[str, str | bytes]:
    head = "".join(f'<c r="{letter}1" t="inlineStr"><is><t>{letter.lower()}</t></is></c>' for letter in "ABCD")
    line = (
        '<c r="A2" t="inlineStr"><is><t>007</t></is></c><c r="B2" s="1"><v>501</v></c><c r="C2" s="2"><v>46053</v></c>'
    )
    rows = f'<row r="1" spans="1:4">{head}</row><row r="2" spans="1:4">{line}<c r="D2" t="b"><v>1</v></c></row>'
    return parts(
        f'{DECLARED}<worksheet xmlns="{MAIN}"><dimension ref="A1:D2"/><sheetData>{rows}</sheetData></worksheet>'
    )


def as_google() -> dict[str, str | bytes]:
    """No places, style before or behind type, an element that closes itself, and formulas beside their values."""
    head = "".join(f'<c t="s" s="0"><v>{index}</v></c>' for index in range(4))
    line = '<c t="s" s="0"><v>4</v></c><c s="1"><v>501.0</v></c><c s="2"><v>46053.0</v></c>'
    line += '<c s="0" t="b"><f>TRUE</f><v>1</v></c>'
    rows = f'<row>{head}<c s="0"/></row><row ht="15.75" customHeight="1">{line}</row>'
    shared = "".join(f'<si><t xml:space="preserve">{text}</t></si>' for text in ("a", "b", "c", "d", "007"))
    return {
        **parts(f'{DECLARED}<worksheet xmlns="{MAIN}"><sheetData>{rows}</sheetData></worksheet>'),
        "xl/sharedStrings.xml": f'<sst xmlns="{MAIN}">{shared}</sst>',
    }


def as_strict() -> dict[str, str | bytes]:
    head = "".join(f'<c r="{letter}1" t="inlineStr"><is><t>{letter.lower()}</t></is></c>' for letter in "ABCD")
    line = '<c r="A2" t="inlineStr"><is><t>007</t></is></c><c r="B2" s="1"><v>501</v></c>'
    day = '<c r="C2" s="2" t="d"><v>2026-01-31T00:00:00.000</v></c><c r="D2" t="b"><v>1</v></c>'
    rows = (f'<row r="1">{head}</row>', f'<row r="2">{line}{day}</row>')
    return parts(sheet(*rows, main=STRICT_MAIN), main=STRICT_MAIN, relations=STRICT_RELATIONS)


@pytest.mark.parametrize("made", [as_excel, as_xlsxwriter, as_google, as_strict])
def test_xml_of_other_programs_gives_the_same_cells(read: Reading, made: Callable[[], dict[str, str | bytes]]) -> None:
    table = styles("00000", "yyyy-mm-dd")

    result = read(zipped({**made(), "xl/styles.xml": table.replace(MAIN, STRICT_MAIN) if made is as_strict else table}))

    assert (result.header, result.rows) == (("a", "b", "c", "d"), EXPECTED)


# --- blank rows

BLANK = '<row r="{n}" spans="1:4" ht="15" customHeight="1"><c r="A{n}" s="1"/><c r="B{n}" s="1"/></row>'


def test_rows_below_five_thousand_blank_ones_are_not_lost(read: Reading) -> None:
    blanks = "".join(BLANK.format(n=number) for number in range(3, 5_003))

    result = read(zipped(parts(sheet(row(1, "name", "zip"), row(2, "a", "b"), blanks, row(5_003, "c", "d")))))

    assert result.rows == [Row(2, ["a", "b"]), Row(5_003, ["c", "d"])]


def test_a_million_rows_of_mere_formats_end_soon(read: Reading) -> None:
    blanks = "".join(BLANK.format(n=number) for number in range(3, 1_048_003))

    result = read(zipped(parts(sheet(row(1, "name", "zip"), row(2, "a", "b"), blanks))), cpu_seconds=30)

    assert result.rows == [Row(2, ["a", "b"])]
