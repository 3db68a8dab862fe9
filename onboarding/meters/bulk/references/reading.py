"""What a sheet or pasted text says: which meter, and its new reference, row by row. Read in the limited child."""

import tempfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import PurePath
from typing import Final

from django.conf import settings

from onboarding.spreadsheets.cells import BrokenCell, Cell, Row, column_letters
from onboarding.spreadsheets.headers import HeaderSpec, duplicates, match_headers, names_of, normalized
from onboarding.spreadsheets.limits import Limits
from onboarding.spreadsheets.problems import Unreadable
from onboarding.spreadsheets.reader import Book, read_book
from portal.problems import Problem, Refused, storable

MOST_REFERENCES: Final = 20_000  # rows: all of them are changed in one transaction
HEADER: Final = ("meter_id", "partner_reference", "new_partner_reference")
PASTED: Final = "pasted rows"
_PASTED_NAME: Final = f"{PASTED}.csv"
_NO_TABLE: Final = {"FILE_NO_ROWS", "FILE_NO_HEADER", "FILE_NOT_A_SPREADSHEET", "FILE_EMPTY"}  # what is said of a file

_METER, _REFERENCE, _NEW = HEADER
_EITHER: Final = "meter"  # an ID or a reference, as it comes
_COLUMNS: Final = (
    HeaderSpec(_METER, "Leap meter ID", ("leap id", "meter uuid")),
    HeaderSpec(
        _REFERENCE,
        "Partner reference",
        (
            *("reference", "ref id", "old", "old reference", "old partner reference", "old ref id", "old id"),
            *("present reference", "current reference", "current partner reference", "old key"),
        ),
    ),
    HeaderSpec(_NEW, "New partner reference", ("new", "new reference", "new ref id", "new id", "new key")),
    HeaderSpec(_EITHER, "Meter"),
)
_DELIMITERS: Final = "\t;,|"
_SUFFIXES: Final = (".xlsx", ".csv")


@dataclass(frozen=True, slots=True)
class Sheet:
    """What somebody sent. above: how many lines of it were put there by us, which are no rows of theirs."""

    name: str
    content: Iterable[bytes]
    above: int = 0

    @property
    def is_pasted(self) -> bool:
        return self.name == _PASTED_NAME


@dataclass(frozen=True, slots=True)
class Line:
    """One row: its number in the sheet, what names the meter, and the cell of its new reference.

    either: an ID or a reference, when nobody said which.
    """

    number: int
    meter_id: str
    reference: str
    new: Cell
    either: str = ""


def pasted_sheet(text: str) -> Sheet:
    """Pasted text as a sheet: two columns (an ID or a reference, and the new one) or all three, with names or without.

    Refuses: PASTED_NOT_TWO_COLUMNS.
    """
    first = next((line for line in text.splitlines() if line.strip()), "")
    delimiter = next((one for one in _DELIMITERS if one in first), "")
    cells = first.split(delimiter) if delimiter else []
    named = not names_of([_COLUMNS[2]]).isdisjoint(map(normalized, cells))
    names = {2: (_EITHER, _NEW), 3: HEADER}.get(len(cells), ())
    if not named and not names:
        raise Refused(Problem("PASTED_NOT_TWO_COLUMNS", "pasted"))
    if named:
        return Sheet(_PASTED_NAME, [text.encode("utf-8", "replace")])
    return Sheet(_PASTED_NAME, [f"{delimiter.join(names)}\n{text}".encode("utf-8", "replace")], above=1)


def read_lines(sheet: Sheet) -> list[Line]:
    """The filled rows of a sheet.

    Refuses: FILE_WRONG_TYPE, FILE_NOT_STORED, REFERENCE_COLUMNS_MISSING, FILE_DUPLICATE_HEADER, and whatever the reader
    says of a file that cannot be used; of pasted text that is no table, PASTED_NOT_TWO_COLUMNS.
    """
    suffix = PurePath(sheet.name).suffix.lower()
    if suffix not in _SUFFIXES:
        raise Refused(Problem("FILE_WRONG_TYPE", "file", sheet.name, {"name": sheet.name}))
    try:
        with tempfile.NamedTemporaryFile(suffix=suffix) as file:
            file.writelines(sheet.content)
            file.flush()
            return list(_lines(file.name, sheet.above))
    except Unreadable as error:
        code = "PASTED_NOT_TWO_COLUMNS" if sheet.is_pasted and error.code in _NO_TABLE else error.code
        raise Refused(Problem(code, "file", context=dict(error.context))) from error
    except OSError as error:
        raise Refused(Problem("FILE_NOT_STORED", "file")) from error


def _lines(path: str, above: int) -> Iterator[Line]:
    with read_book(path, file_name=path, limits=_limits(), names=names_of(_COLUMNS)) as book:
        header, first = _opened(book)
        columns = _columns_of(header)
        for row in chain(first, chain.from_iterable(book.rows())):
            cells = {key: row.cells[index] for key, index in columns.items()}
            texts = [text_of(cells.get(key)) for key in (_METER, _REFERENCE, _EITHER)]
            if any(texts) or cells[_NEW] is not None:
                yield Line(row.number - above, texts[0], texts[1], cells[_NEW], texts[2])


def _limits() -> Limits:
    return Limits(
        max_bytes=settings.UPLOAD_MAX_BYTES,
        max_rows=MOST_REFERENCES,
        memory_bytes=settings.UPLOAD_READER_MEMORY_MB * 1024 * 1024,
        cpu_seconds=settings.UPLOAD_READER_SECONDS,
        wall_seconds=settings.UPLOAD_READER_SECONDS,
    )


def _opened(book: Book) -> tuple[Sequence[str], list[Row]]:
    """The names of the columns, and a first row that the reader took for field keys: references can look like them."""
    if not book.labels or _NEW not in _keys(book.labels):
        return book.header, []
    cells: list[Cell] = [
        None if text == label else text for text, label in zip(book.header, book.labels, strict=True)
    ]  # an empty cell below a label has come as the label
    return book.labels, [Row(book.header_row, cells)]


def _keys(header: Sequence[str]) -> set[str | None]:
    return {match.key for match in match_headers(header, _COLUMNS)}


def _columns_of(header: Sequence[str]) -> dict[str, int]:
    """Where each of our columns is."""
    matches = match_headers(header, _COLUMNS)
    if pairs := duplicates(matches):
        named = [" and ".join(f"{column_letters(one.index)} ({one.header})" for one in pair) for pair in pairs]
        raise Refused(Problem("FILE_DUPLICATE_HEADER", "file", context={"columns": "; ".join(named)}))
    found = {match.key: match.index for match in matches if match.key}
    missing = [] if found.keys() & {_METER, _REFERENCE, _EITHER} else ["which meter is meant"]
    missing += [] if _NEW in found else ["what its new reference is"]
    if missing:
        raise Refused(Problem("REFERENCE_COLUMNS_MISSING", "file", context={"missing": " and ".join(missing)}))
    return found


def text_of(cell: Cell) -> str:
    """A cell as one line of text, a whole number without its decimals."""
    if cell is None:
        return ""
    if isinstance(cell, BrokenCell):
        return storable(cell.shown)
    return storable(" ".join(str(int(cell) if isinstance(cell, float) and cell.is_integer() else cell).split()))
