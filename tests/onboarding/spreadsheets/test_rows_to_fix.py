"""The workbook of rows that need fixing: what it shows, and that nothing in it changes on its way back."""

import datetime
import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from onboarding.spreadsheets.cells import ShownDate
from onboarding.spreadsheets.workbook import (
    PROBLEM_HEADER,
    REMEDY_HEADER,
    ROW_KEY_HEADER,
    FixColumn,
    FixRow,
    write_rows_to_fix,
)

from .books import Read, reader_in
from .office import needs_libreoffice, saved_by_libreoffice

Reading = Callable[..., Read]
HEADER = ("Customer no.", "ZIP", "Account", "kW", "Since", "Solar", "=Note", "Seen")
MISSING = ("ZIP is missing.", "Enter five digits.")
TOO_LARGE = ("kW is too large.", "Enter at most 100.")
TWICE = ("This customer stands twice.", "Remove one of the rows.")
SEEN = datetime.datetime(2026, 1, 31, 12, 30)
DAY = datetime.date(2026, 1, 31)
ROWS = [
    FixRow("u1:3", ["A-1", None, "0012345678901234567890", 1000.5, DAY, True, "=1+1", SEEN], {1: [MISSING]}),
    FixRow("u1:7", ["A-1", "00501", "12", 7, DAY, False, "-5", SEEN], {3: [TOO_LARGE], 1: [MISSING]}, [TWICE]),
    FixRow("u1:8", ["@x", "94103-0001", "+1", 0, None, None, "-", None], {}, [TWICE]),
    FixRow("u1:9", ["#N/A", "1e5", "_x0041_", -1.25, DAY, True, "'quoted"], {7: [MISSING], 9: [TOO_LARGE]}),
]
TEXTS = [
    ["A-1", None, "0012345678901234567890", 1000.5, DAY, True, "=1+1", SEEN],
    ["A-1", "00501", "12", 7, DAY, False, "-5", SEEN],
    ["@x", "94103-0001", "+1", 0, None, None, "-", None],
    ["#N/A", "1e5", "_x0041_", -1.25, DAY, True, "'quoted", None],
]
WORDS = [
    [*MISSING],
    [
        "1. ZIP is missing.\n2. kW is too large.\n3. This customer stands twice.",
        "1. Enter five digits.\n2. Enter at most 100.\n3. Remove one of the rows.",
    ],
    [*TWICE],
    [
        "1. ZIP is missing.\n2. kW is too large.",
        "1. Enter five digits.\n2. Enter at most 100.",
    ],
]
KEYS = ["u1:3", "u1:7", "u1:8", "u1:9"]
WHOLE = [[*cells, *words, key] for cells, words, key in zip(TEXTS, WORDS, KEYS, strict=True)]
WHOLE_HEADER = (*HEADER, PROBLEM_HEADER, REMEDY_HEADER, ROW_KEY_HEADER)


def made(rows: list[FixRow] = ROWS, header: tuple[str, ...] = HEADER) -> bytes:
    file = io.BytesIO()
    written = write_rows_to_fix(file, title="Fix", columns=[FixColumn(text) for text in header], rows=iter(rows))
    assert written == len(rows)
    return file.getvalue()


def opened(content: bytes) -> Any:
    return openpyxl.load_workbook(io.BytesIO(content))


@pytest.fixture
def read(tmp_path: Path) -> Reading:
    return reader_in(tmp_path)


def plainly(rows: list[list[Any]]) -> str:
    """The cells as they are written in Python; of a date, not what the sheet shows for it."""
    return repr([[_as_date(cell) if isinstance(cell, ShownDate) else cell for cell in row] for row in rows])


def _as_date(cell: datetime.date) -> datetime.date:
    return datetime.date(cell.year, cell.month, cell.day)


def test_rows_come_back_as_they_were_written(read: Reading) -> None:
    result = read(made())

    assert result.facts is not None
    assert (result.facts.sheet, result.header_row, result.header) == ("Rows to fix", 1, WHOLE_HEADER)
    assert plainly(result.cells) == repr(WHOLE)  # True is not 1 here


def test_bad_cells_are_red_with_a_note_and_the_key_is_hidden() -> None:
    sheet = opened(made())["Rows to fix"]

    red = {cell.coordinate for row in sheet.iter_rows() for cell in row if cell.fill.fgColor.rgb == "00FFD6D6"}
    notes = {cell.coordinate: cell.comment.text for row in sheet.iter_rows() for cell in row if cell.comment}
    assert red == {"B2", "A3", "B3", "D3", "A4", "H5"}
    assert notes == {
        "B2": "ZIP is missing. Enter five digits.",
        "A3": "This customer stands twice. Remove one of the rows.",
        "B3": "ZIP is missing. Enter five digits.",
        "D3": "kW is too large. Enter at most 100.",
        "A4": "This customer stands twice. Remove one of the rows.",
        "H5": "ZIP is missing. Enter five digits.",
    }
    assert sheet.freeze_panes == "A2"
    assert [letter for letter, column in sheet.column_dimensions.items() if column.hidden] == ["K"]
    assert sheet["I3"].alignment.wrap_text
    assert [cell.number_format for cell in sheet[2]] == [
        "@", "General", "@", "General", "yyyy-mm-dd", "General", "@", "yyyy-mm-dd hh:mm:ss", "@", "@", "@",
    ]  # fmt: skip


def test_no_cell_is_a_formula_or_an_error() -> None:
    sheet = opened(made())["Rows to fix"]

    assert {cell.data_type for row in sheet.iter_rows() for cell in row if cell.value is not None} == set("sndb")


def test_what_a_spreadsheet_cannot_hold_is_kept_as_text_or_left_out(read: Reading) -> None:
    row = FixRow(
        "k",
        [
            "a\x00b\x0bc\ud800\uffff",
            12345678901234567890,
            float("inf"),
            datetime.date(1900, 1, 15),
            datetime.datetime(2026, 1, 31, 12, 30, tzinfo=datetime.timezone(datetime.timedelta(hours=1))),
            "x" * 40_000,
            "",
            "1",
            "beyond the header",
        ],
    )

    assert read(made([row])).cells == [
        [
            "abc",
            "12345678901234567890",
            "inf",
            "1900-01-15",
            datetime.datetime(2026, 1, 31, 11, 30),
            "x" * 32_767,
            None,
            "1",
            None,
            None,
            "k",
        ]
    ]


def test_a_short_row_and_one_without_words_are_rows_too(read: Reading) -> None:
    result = read(made([FixRow("k1", ["A-1"]), FixRow("k2", ["A-2"], {7: [MISSING]})]))

    assert result.cells == [["A-1", *[None] * 9, "k1"], ["A-2", *[None] * 7, *MISSING, "k2"]]


def test_notes_end_where_they_would_weigh_too_much(monkeypatch: pytest.MonkeyPatch, read: Reading) -> None:
    monkeypatch.setattr("onboarding.spreadsheets.workbook.rows_to_fix._MOST_NOTES", 2)

    content = made()

    assert [cell.coordinate for row in opened(content).active for cell in row if cell.comment] == ["B2", "B3"]
    assert read(content).cells == WHOLE


@needs_libreoffice
@pytest.mark.timeout(120)  # the first start of LibreOffice makes itself a profile
def test_rows_survive_libreoffice_and_an_edit(read: Reading, tmp_path: Path) -> None:
    book = opened(saved_by_libreoffice(made(), tmp_path))
    sheet = book["Rows to fix"]
    assert [letter for letter, column in sheet.column_dimensions.items() if column.hidden] == ["K"]
    sheet["B2"] = "02139"
    sheet["D3"] = 70
    file = io.BytesIO()
    book.save(file)

    result = read(saved_by_libreoffice(file.getvalue(), tmp_path))

    edited = [list(line) for line in WHOLE]
    edited[0][1], edited[1][3] = "02139", 70
    assert result.header == WHOLE_HEADER
    assert plainly(result.cells) == repr(edited)  # True is not 1 here
