"""What a sheet or pasted text says: which meter, and its new reference, row by row. Read in the limited child."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Final

from onboarding.bulk.sheets import Cells, Columns, Sheet, read_rows, text_of
from onboarding.spreadsheets.cells import Cell
from onboarding.spreadsheets.headers import HeaderSpec, names_of, normalized
from portal.problems import Problem, Refused

__all__ = ["HEADER", "MOST_REFERENCES", "PASTED", "Line", "Sheet", "pasted_sheet", "read_lines", "text_of"]

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
_CODE: Final = "REFERENCE_COLUMNS_MISSING"


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
    """The filled rows of a sheet. Refuses as `read_rows` does, with REFERENCE_COLUMNS_MISSING for columns; of pasted
    text that is no table, PASTED_NOT_TWO_COLUMNS.
    """
    found = []
    for number, cells in _rows(sheet):
        texts = [text_of(cells.get(key)) for key in (_METER, _REFERENCE, _EITHER)]
        if any(texts) or cells[_NEW] is not None:
            found.append(Line(number, texts[0], texts[1], cells[_NEW], texts[2]))
    return found


def _rows(sheet: Sheet) -> list[tuple[int, Cells]]:
    try:
        return read_rows(sheet, Columns(_COLUMNS, _NEW, _missing, _CODE), most=MOST_REFERENCES)
    except Refused as refusal:
        if sheet.name == _PASTED_NAME and refusal.problems[0].code in _NO_TABLE:
            raise Refused(Problem("PASTED_NOT_TWO_COLUMNS", "file")) from refusal
        raise


def _missing(found: Collection[str]) -> list[str]:
    missing = [] if set(found) & {_METER, _REFERENCE, _EITHER} else ["which meter is meant"]
    return missing + ([] if _NEW in found else ["what its new reference is"])
