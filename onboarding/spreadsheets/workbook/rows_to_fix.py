"""The workbook of rows that need fixing: the partner's own columns, and beside them what is wrong and what to do."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain, islice
from typing import IO, Any, Final

from openpyxl import Workbook
from openpyxl.comments import Comment
from openpyxl.styles import Alignment, PatternFill
from openpyxl.utils import get_column_letter

from .cells import Cells, note
from .safety import printable
from .tables import header_row

ROWS_TO_FIX_SHEET: Final = "Rows to fix"
PROBLEM_HEADER: Final = "Problem"
REMEDY_HEADER: Final = "How to fix"
ROW_KEY_HEADER: Final = "Row key"  # the hidden column's header

_BAD = PatternFill("solid", fgColor="FFD6D6")
_TOP = Alignment(vertical="top")
_WRAPPED = Alignment(vertical="top", wrap_text=True)
_WORDS_WIDTH = 48
_NARROWEST, _WIDEST = 10, 36
_LOOKED_AT = 200  # first rows that decide how wide a column is
_MOST_NOTES = 20_000  # each takes kilobytes until the end, and spreadsheet programs a while; its text is there twice


@dataclass(frozen=True, slots=True)
class FixColumn:
    """One of the partner's columns. header: the partner's own header text."""

    header: str


@dataclass(frozen=True, slots=True)
class FixRow:
    """One row that needs fixing.

    key: ties the row to its upload; it goes into the hidden column. cells: one per column: str, int, float, bool,
    date, datetime, None. by_column: column index -> (problem, remedy) of that cell. others: (problem, remedy) of the
    row as a whole.
    """

    key: str
    cells: Sequence[object]
    by_column: Mapping[int, Sequence[tuple[str, str]]] = field(default_factory=dict)
    others: Sequence[tuple[str, str]] = ()


def write_rows_to_fix(file: IO[bytes], *, title: str, columns: Sequence[FixColumn], rows: Iterable[FixRow]) -> int:
    """Write the workbook to `file`, row by row; returns how many rows.

    One sheet: the partner's columns in their order, then what is wrong and what to do, then the hidden key. A bad cell
    is light red and has a note; what is wrong with the row as a whole is noted at its first cell. title: the
    document's. Texts are text cells in text format, never formulas; numbers and dates are such.
    """
    book = Workbook(write_only=True)
    book.properties.title, book.properties.creator = printable(title), ""
    sheet = book.create_sheet(ROWS_TO_FIX_SHEET)
    rows = iter(rows)
    first = list(islice(rows, _LOOKED_AT))
    _lay_out(sheet, columns, first)
    sheet.append(header_row(sheet, [*(one.header for one in columns), PROBLEM_HEADER, REMEDY_HEADER, ROW_KEY_HEADER]))
    written = 0
    for cells in _lines(sheet, len(columns), chain(first, rows)):
        sheet.append(cells)
        written += 1
    book.save(file)
    return written


def _lay_out(sheet: Any, columns: Sequence[FixColumn], rows: Sequence[FixRow]) -> None:
    """Widths, the hidden column, the frozen header."""
    sheet.freeze_panes = "A2"
    widths = [_width(column.header, [row.cells[index] for row in rows if index < len(row.cells)])
              for index, column in enumerate(columns)]  # fmt: skip
    for index, width in enumerate([*widths, _WORDS_WIDTH, _WORDS_WIDTH, _NARROWEST], 1):
        sheet.column_dimensions[get_column_letter(index)].width = width
    sheet.column_dimensions[get_column_letter(len(columns) + 3)].hidden = True


def _width(header: str, cells: Iterable[object]) -> float:
    """Wide enough for the header in two lines and for most values."""
    longest = max((len(str(cell)) for cell in cells if cell is not None), default=0)
    return min(max(longest + 2, len(header) * 0.6 + 2, _NARROWEST), _WIDEST)


def _lines(sheet: Any, width: int, rows: Iterable[FixRow]) -> Iterator[list[object]]:
    plain, wrapped = Cells(sheet, alignment=_TOP), Cells(sheet, alignment=_WRAPPED)
    bad = Cells(sheet, alignment=_TOP, fill=_BAD)
    notes = 0
    for row in rows:
        values = [*row.cells[:width], *[None] * (width - len(row.cells))]
        cells: list[Any] = [None if value is None or value == "" else plain.cell(value) for value in values]
        for index, pairs in _marks(row, width).items():
            cells[index] = bad.cell(values[index])
            notes += 1
            if notes <= _MOST_NOTES:
                cells[index].comment = _note(pairs)
        problems, remedies = _said(row)
        yield [*cells, wrapped.text(problems), wrapped.text(remedies), plain.text(row.key)]


def _marks(row: FixRow, width: int) -> dict[int, list[tuple[str, str]]]:
    """Column index -> what is said at that cell."""
    marks = {index: list(pairs) for index, pairs in sorted(row.by_column.items()) if index < width and pairs}
    if row.others and width:
        marks[0] = [*marks.get(0, ()), *row.others]
    return marks


def _said(row: FixRow) -> tuple[str, str]:
    """All problems of the row and all remedies, a line each; numbered, when there are several, so that they pair up."""
    pairs = list(dict.fromkeys(pair for index in sorted(row.by_column) for pair in row.by_column[index]))
    pairs += [pair for pair in dict.fromkeys(row.others) if pair not in pairs]
    if len(pairs) < 2:
        return pairs[0] if pairs else ("", "")
    return (
        "\n".join(f"{number}. {problem}" for number, (problem, _) in enumerate(pairs, 1)),
        "\n".join(f"{number}. {remedy}" for number, (_, remedy) in enumerate(pairs, 1)),
    )


def _note(pairs: Sequence[tuple[str, str]]) -> Comment:
    text = "\n".join(f"{problem} {remedy}".strip() for problem, remedy in pairs)
    return note(text, width=320, height=min(60 + 20 * (len(text) // 45 + text.count("\n")), 260))
