"""The nouns of a read table: cell, row, note, facts; and the letters of columns."""

import datetime
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final, NamedTuple, TypeAlias

SHOWN_CHARACTERS = 120
ROW: Final = -1  # the index of what is wrong with a row as a whole, among its specials


@dataclass(frozen=True, slots=True)
class BrokenCell:
    """A cell that the file itself broke. `code` is one of problems.CELL_CODES, `shown` its content, shortened."""

    code: str
    shown: str


class ShownDate(datetime.date):
    """A date cell, with the text that the sheet shows for it; "" when nobody can tell."""

    shown: str = ""


Cell: TypeAlias = str | int | float | bool | datetime.date | datetime.datetime | BrokenCell | None


@dataclass(frozen=True, slots=True)
class RowFault:
    """What is wrong with a row as a whole. `code` is one of problems.ROW_CODES."""

    code: str
    context: Mapping[str, object] = field(default_factory=dict)


class Row(NamedTuple):
    """One filled row: the sheet's own 1-based row number, one cell for each column of the header, and its faults."""

    number: int
    cells: list[Cell]
    faults: tuple[RowFault, ...] = ()


@dataclass(frozen=True, slots=True)
class Note:
    """Something to mention about a file that was read all the same. `code` is one of problems.NOTE_CODES."""

    code: str
    context: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class SheetFact:
    """One sheet of the workbook, in its order."""

    name: str
    hidden: bool


@dataclass(frozen=True, slots=True)
class BookFacts:
    """What is known about the file besides its rows.

    kind: "xlsx", "csv", "xls", "xlsb" or "ods". sheet: the one that is read ("" for csv). alike: the sheets that look
    like ours, this one among them, when nobody said which one to read. template: {} or template_version, programs
    (list) and catalogue_version as the written template carries them. rows_estimate: for a progress bar, often exact,
    None when unknown. notes: complete only when all rows have been read. top: the first filled rows, (number, texts),
    shortened, so that somebody can say which one is the header. readings: for a text whose encoding its bytes leave
    open, each encoding that it may be in, (encoding, some of its texts as they read in it), the one in use first; else
    empty.
    """

    kind: str
    sheets: tuple[SheetFact, ...] = ()
    sheet: str = ""
    alike: tuple[str, ...] = ()
    encoding: str = ""
    delimiter: str = ""
    date_1904: bool = False
    template: Mapping[str, object] = field(default_factory=dict)
    notes: tuple[Note, ...] = ()
    rows_estimate: int | None = None
    top: tuple[tuple[int, tuple[str, ...]], ...] = ()
    readings: tuple[tuple[str, tuple[str, ...]], ...] = ()


# Inside the child, and on the wire: plain JSON scalars, and beside them the few cells that JSON cannot say:
# (index, "d", ISO date) | (index, "t", ISO date-time) | (index, "x", code, shown) | (ROW, "r", code, context).
Scalar: TypeAlias = str | int | float | bool | None
Special: TypeAlias = tuple[Any, ...]
RawRow: TypeAlias = tuple[int, list[Scalar], list[Special]]


def shorten(text: str) -> str:
    """At most 120 characters of a cell's content."""
    return text if len(text) <= SHOWN_CHARACTERS else text[: SHOWN_CHARACTERS - 1] + "…"


def column_letters(index: int) -> str:
    """0 -> "A", 25 -> "Z", 26 -> "AA": the name of a column in a spreadsheet program."""
    letters = ""
    number = index + 1
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def column_index(letters: str) -> int:
    """ "A" -> 0, "XFD" -> 16383; ValueError for anything but capital letters A to Z."""
    number = 0
    for letter in letters:
        if not "A" <= letter <= "Z":
            raise ValueError(letters)
        number = number * 26 + ord(letter) - 64
    if not number:
        raise ValueError(letters)
    return number - 1
