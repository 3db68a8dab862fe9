"""Reading a sheet or pasted text that says something about meters row by row. In the limited child."""

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import PurePath
from typing import Final

from django.conf import settings

from onboarding.spreadsheets.cells import BrokenCell, Cell, Row, column_letters
from onboarding.spreadsheets.headers import HeaderSpec, duplicates, match_headers, names_of, normalized
from onboarding.spreadsheets.limits import Limits
from onboarding.spreadsheets.problems import (
    CELLS_MERGED,
    HIDDEN_SHEETS,
    OTHER_SHEETS,
    ROW_TOO_SHORT,
    UNNAMED_COLUMNS,
    Unreadable,
)
from onboarding.spreadsheets.reader import Book, read_book, refuse_by_name
from onboarding.spreadsheets.whole import KINDS
from portal.problems import Problem, Refused, shown, storable
from portal.storage.temporary import named_file

METER_ID: Final = "meter_id"
REFERENCE: Final = "partner_reference"
METER: Final = "meter"  # an ID or a reference, as it comes
_DELIMITERS: Final = "\t;,|"
METER_COLUMNS: Final = (
    HeaderSpec(METER_ID, "Leap meter ID", ("leap id", "meter uuid")),
    HeaderSpec(REFERENCE, "Partner reference", ("reference", "ref id")),
    HeaderSpec(METER, "Meter"),
)
Cells = dict[str, Cell]  # by the key of the column


@dataclass(frozen=True, slots=True)
class SheetFile:
    """What somebody sent. above: how many lines of it were put there by us, which are no rows of theirs."""

    name: str
    content: Iterable[bytes]
    above: int = 0


@dataclass(frozen=True, slots=True)
class SheetColumns:
    """The columns that a sheet may have. marker: the one that tells its header from rows of data.

    missing: what the recognised columns do not say, as text; code: the problem that names it. is_strict: a sheet that
    holds anything else is refused, because what is passed over might have limited what its rows say. references: the
    columns in which every digit of a text counts.
    """

    specs: Sequence[HeaderSpec]
    marker: str
    missing: Callable[[Collection[str]], Sequence[str]]
    code: str
    is_strict: bool = False
    references: Collection[str] = (REFERENCE, METER)


@dataclass(frozen=True, slots=True)
class SheetRow:
    """One filled row: its number in the sheet, and its cells."""

    number: int
    cells: Cells

    def text(self, key: str) -> str:
        """A cell as one line of text; "" where it is empty or the sheet has no such column."""
        return text_of(self.cells.get(key))

    @property
    def meter_id(self) -> str:
        return self.text(METER_ID)

    @property
    def reference(self) -> str:
        return self.text(REFERENCE)

    @property
    def either(self) -> str:
        """An ID or a reference, when nobody said which."""
        return self.text(METER)


def no_meter_column(columns: Collection[str]) -> list[str]:
    """What a sheet without a column for its meters does not say."""
    return [] if {METER_ID, REFERENCE, METER} & set(columns) else ["which meter each row is for"]


def read_rows(sheet: SheetFile, columns: SheetColumns, *, most: int) -> list[SheetRow]:
    """The filled rows of a sheet, each with its number and the cells of the known columns.

    Refuses: FILE_NOT_STORED, FILE_DUPLICATE_HEADER, the columns’ own code, what the reader says of a file that cannot
    be used, SHEET_ROW_BROKEN, SHEET_NUMBER_WITHOUT_FORMAT, and for strict columns COLUMNS_NOT_KNOWN, SHEETS_NOT_READ,
    CELLS_WITHOUT_NAME.
    """
    try:
        refuse_by_name(sheet.name)
        with named_file(PurePath(sheet.name).suffix.lower()) as file:
            file.writelines(sheet.content)
            file.flush()
            return list(_rows(file.name, sheet.above, columns, most))
    except Unreadable as error:
        raise Refused(Problem(error.code, "file", context=dict(error.context))) from error
    except OSError as error:
        raise Refused(Problem("FILE_NOT_STORED", "file")) from error


def pasted_sheet(text: str, specs: Sequence[HeaderSpec], *, name: str) -> SheetFile:
    """Pasted text as a sheet: what names the meter (an ID, a reference, or either), then the specs’ own columns, with
    the columns’ names or without.

    Refuses: PASTED_NOT_TWO_COLUMNS.
    """
    keys = [spec.key for spec in specs if spec.key not in {METER_ID, REFERENCE, METER}]
    first = next((line for line in text.splitlines() if line.strip()), "")
    delimiter = next((mark for mark in _DELIMITERS if mark in first), "")
    cells = first.split(delimiter) if delimiter else []
    own_names = names_of([spec for spec in specs if spec.key in keys])
    is_named = not own_names.isdisjoint(map(normalized, cells))
    names = {len(keys) + 1: (METER, *keys), len(keys) + 2: (METER_ID, REFERENCE, *keys)}.get(len(cells), ())
    if is_named:
        return SheetFile(name, [text.encode("utf-8", "replace")])
    if not names:
        raise Refused(Problem("PASTED_NOT_TWO_COLUMNS", "pasted"))
    return SheetFile(name, [f"{delimiter.join(names)}\n{text}".encode("utf-8", "replace")], above=1)


def _rows(path: str, above: int, columns: SheetColumns, most: int) -> Iterator[SheetRow]:
    with read_book(path, file_name=path, limits=_limits(most), names=names_of(columns.specs)) as book:
        header, first = _opened(book, columns)
        places = _places(header, columns)
        for row in chain(first, chain.from_iterable(book.rows())):
            _refuse_faults(row, book.facts.kind, above)
            cells = {key: row.cells[index] for key, index in places.items()}
            if book.facts.kind in KINDS:
                _refuse_number(cells, row.number, book.facts.kind, columns)
            if any(cell is not None for cell in cells.values()):
                yield SheetRow(row.number - above, cells)
        if columns.is_strict:
            _refuse_passed_over(book)


def _refuse_faults(row: Row, kind: str, above: int) -> None:
    """Refuses: FILE_MERGED_CELLS; SHEET_ROW_BROKEN, for text. A row may leave out its last cells."""
    for fault in row.faults:
        if fault.code == CELLS_MERGED:
            ranges = _listed(fault.context["ranges"])
            raise Refused(Problem("FILE_MERGED_CELLS", "file", context={"ranges": ranges}))
        if kind == "csv" and fault.code != ROW_TOO_SHORT:
            context = {**fault.context, "row": row.number - above}
            raise Refused(Problem("SHEET_ROW_BROKEN", "file", context=context))


def _refuse_number(cells: Cells, number: int, kind: str, columns: SheetColumns) -> None:
    """Nobody can tell how a number of such a file is shown. Refuses: SHEET_NUMBER_WITHOUT_FORMAT."""
    for key in columns.references:
        cell = cells.get(key)
        if isinstance(cell, int | float) and not isinstance(cell, bool):
            context = {"row": number, "kind": kind, "number": text_of(cell)}
            raise Refused(Problem("SHEET_NUMBER_WITHOUT_FORMAT", "file", context=context))


def _refuse_passed_over(book: Book) -> None:
    """Refuses: SHEETS_NOT_READ, CELLS_WITHOUT_NAME."""
    for note in book.facts.notes:
        if note.code in {OTHER_SHEETS, HIDDEN_SHEETS}:
            raise Refused(Problem("SHEETS_NOT_READ", "file", context={"sheets": _listed(note.context["sheets"])}))
        if note.code == UNNAMED_COLUMNS:
            raise Refused(Problem("CELLS_WITHOUT_NAME", "file", context={"columns": _listed(note.context["columns"])}))


def _listed(names: object) -> str:
    return ", ".join(map(str, names)) if isinstance(names, (list, tuple)) else str(names)


def _limits(most: int) -> Limits:
    return Limits(
        max_bytes=settings.UPLOAD_MAX_BYTES,
        max_rows=most,
        max_rows_whole=settings.UPLOAD_MAX_ROWS_WHOLE,
        memory_bytes=settings.UPLOAD_READER_MEMORY_MB * 1024 * 1024,
        cpu_seconds=settings.UPLOAD_READER_SECONDS,
        wall_seconds=settings.UPLOAD_READER_SECONDS,
    )


def _opened(book: Book, columns: SheetColumns) -> tuple[Sequence[str], list[Row]]:
    """The names of the columns, and a first row that the reader took for field keys: references can look like them."""
    if not book.labels or columns.marker not in {match.key for match in match_headers(book.labels, columns.specs)}:
        return book.header, []
    cells: list[Cell] = [
        None if text == label else text for text, label in zip(book.header, book.labels, strict=True)
    ]  # an empty cell below a label has come as the label
    return book.labels, [Row(book.header_row, cells)]


def _places(header: Sequence[str], columns: SheetColumns) -> dict[str, int]:
    """Where each of our columns is."""
    matches = match_headers(header, columns.specs)
    if pairs := duplicates(matches):
        named = [" and ".join(f"{column_letters(one.index)} ({one.header})" for one in pair) for pair in pairs]
        raise Refused(Problem("FILE_DUPLICATE_HEADER", "file", context={"columns": "; ".join(named)}))
    place_by_key = {match.key: match.index for match in matches if match.key}
    unknown = [f"“{shown(match.header)}”" for match in matches if match.header.strip() and not match.key]
    if columns.is_strict and unknown:
        raise Refused(Problem("COLUMNS_NOT_KNOWN", "file", context={"columns": ", ".join(unknown)}))
    if missing := columns.missing(place_by_key.keys()):
        raise Refused(Problem(columns.code, "file", context={"missing": " and ".join(missing)}))
    return place_by_key


def text_of(cell: Cell) -> str:
    """A cell as one line of text, a whole number without its decimals."""
    if cell is None:
        return ""
    if isinstance(cell, BrokenCell):
        return storable(cell.shown)
    return storable(" ".join(str(int(cell) if isinstance(cell, float) and cell.is_integer() else cell).split()))
