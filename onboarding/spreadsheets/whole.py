"""Workbooks that python-calamine reads as a whole: .xls, .xlsb and .ods, each sheet as one table.

It keeps no number formats, no errors and nothing that is hidden in a sheet, and holds a sheet in memory; a file that is
made to, ends its process. So it runs in the limited child alone, with a lower limit of rows, and the notes say what is
lost.
"""

import datetime
import math
import re
from collections.abc import Callable, Collection, Iterator, Sequence
from importlib import import_module
from typing import Any, BinaryIO, Final, TypeVar

from . import problems
from .cells import RawRow, Scalar, Special, column_letters, shorten
from .formats import LOST_FROM, clock
from .limits import LAST_COLUMN, LAST_ROW, Limits
from .merged import Area, areas_of, refuse_merged
from .problems import Unreadable
from .table import TOP_ROWS, chosen_sheet
from .texts import CONTROLS

LIBRARY: Final = "python_calamine"
KINDS: Final = ("xls", "xlsb", "ods")
_MOST_SHEETS = 500
_DURATION = re.compile(r"PT(\d{1,7})H(\d{1,2})M(\d{1,2})S")  # how an .ods writes so many hours
_T = TypeVar("_T")


class WholeTable:
    """One sheet of one workbook. `rows()` once.

    kind: one of KINDS, by the file's content. Refuses: FILE_ENCRYPTED, FILE_BROKEN, FILE_NO_SHEET, FILE_MERGED_CELLS,
    FILE_TOO_MANY_ROWS_OF_KIND, FILE_TOO_MANY_COLUMNS.
    """

    def __init__(
        self, file: BinaryIO, kind: str, limits: Limits, sheet: str | None, names: Collection[str] = ()
    ) -> None:
        self.kind = kind
        self._limits = limits
        self._most = min(limits.max_rows, limits.max_rows_whole)
        file.seek(0)
        self._book = self._asked(lambda: import_module(LIBRARY).load_workbook(file))
        about = self._book.sheets_metadata[: _MOST_SHEETS + 1]
        if len(about) > _MOST_SHEETS:
            raise Unreadable(problems.FILE_ZIP_BOMB, part="")
        self._sheets = [(str(one.name), not str(one.visible).endswith(".Visible")) for one in about]
        usable = [str(one.name) for one in about if str(one.typ).endswith(".WorkSheet")]
        visible = [name for name, is_hidden in self._sheets if name in usable and not is_hidden]
        self._name, self._alike = chosen_sheet(sheet, usable, visible, self._top, names)
        self._sheet = self._asked(lambda: self._book.get_sheet_by_name(self._name))

    def facts(self) -> dict[str, object]:
        return {
            "kind": self.kind,
            "sheets": [[name[:100], is_hidden] for name, is_hidden in self._sheets],
            "sheet": self._name,
            "alike": self._alike,
            "rows_estimate": self._sheet.height,
        }

    def notes(self) -> list[tuple[str, dict[str, object]]]:
        notes: list[tuple[str, dict[str, object]]] = [(problems.FORMATS_NOT_READ, {"kind": self.kind})]
        if self._sheet.merged_cell_ranges is None:
            notes.append((problems.MERGED_CELLS_NOT_SEEN, {"kind": self.kind}))
        unread = [(name[:100], is_hidden) for name, is_hidden in self._sheets if name != self._name]
        if hidden := [name for name, is_hidden in unread if is_hidden]:
            notes.append((problems.HIDDEN_SHEETS, {"sheets": hidden}))
        if others := [name for name, is_hidden in unread if not is_hidden]:
            notes.append((problems.OTHER_SHEETS, {"sheets": others}))
        return notes

    def check_layout(self, first_row: int, width: int) -> None:
        """Refuse merged cells that touch the header or the rows below it, where the file tells of them."""
        refuse_merged(self.merged(), first_row, width)

    def merged(self) -> Sequence[Area]:
        """Where cells are merged, where the file tells of it."""
        return areas_of(_area(first, last) for first, last in self._sheet.merged_cell_ranges or [])

    def hidden_columns(self, width: int) -> list[str]:
        """Nobody can tell."""
        return []

    def rows(self) -> Iterator[RawRow]:
        """All filled rows of the sheet, header rows among them, under the sheet's own numbers."""
        for filled, row in enumerate(self._rows_of(self._sheet), 1):
            if filled > self._most + 2:  # a label row and a key row besides
                raise Unreadable(problems.FILE_TOO_MANY_ROWS_OF_KIND, limit=self._most, kind=self.kind)
            yield row

    def _top(self, name: str) -> list[RawRow] | None:
        """The first rows of a sheet; None when it cannot be read."""
        try:
            rows = self._rows_of(self._asked(lambda: self._book.get_sheet_by_name(name)))
            return [row for row, _ in zip(rows, range(TOP_ROWS), strict=False)]
        except Unreadable:
            return None

    def _rows_of(self, sheet: Any) -> Iterator[RawRow]:
        if sheet.start is None:
            return
        top, left = sheet.start
        if sheet.end[0] >= LAST_ROW or sheet.end[1] >= LAST_COLUMN:
            raise Unreadable(problems.FILE_CELL_OUT_OF_RANGE, cell=f"{column_letters(sheet.end[1])}{sheet.end[0] + 1}")
        for number, values in enumerate(self._asked(sheet.iter_rows), top + 1):
            row = self._row(number, left, values)
            if row is not None:
                yield row

    def _row(self, number: int, left: int, values: list[Any]) -> RawRow | None:
        cells: list[Scalar] = [None] * left
        specials: list[Special] = []
        for index, value in enumerate(values, left):
            item = None if value == "" else self._cell(value)
            if item.__class__ is tuple:
                specials.append((index, *item))
                item = None
            cells.append(item)  # type: ignore[arg-type]  # no tuple here
        last = max((special[0] for special in specials), default=-1)
        while len(cells) > last + 1 and cells[-1] is None:
            cells.pop()
        if not cells:
            return None
        if len(cells) > self._limits.max_columns:
            cell = f"{column_letters(len(cells) - 1)}{number}"
            raise Unreadable(problems.FILE_TOO_MANY_COLUMNS, limit=self._limits.max_columns, cell=cell)
        return number, cells, specials

    def _cell(self, value: object) -> Scalar | Special:
        """A value as the reader of .xlsx has it where the format is known; a special without its index."""
        match value:
            case bool():
                return value
            case str():
                return self._text(value)
            case int() | float():
                return _number(value)
            case datetime.datetime():
                is_day = value.time() == datetime.time()
                return ("d", value.date().isoformat()) if is_day else ("t", value.replace(tzinfo=None).isoformat())
            case datetime.date():
                return ("d", value.isoformat())
            case datetime.time():
                return clock(value.hour * 3600 + value.minute * 60 + value.second)
            case datetime.timedelta() if value >= datetime.timedelta():
                return clock(round(value.total_seconds()), padded=False)
        return ("x", problems.NUMBER_UNREADABLE, shorten(str(value)))

    def _text(self, text: str) -> Scalar | Special:
        if CONTROLS.search(text):
            return ("x", problems.CONTROL_CHARACTER, shorten(text))
        if len(text) > self._limits.max_cell_characters:
            return ("x", problems.CELL_TOO_LONG, shorten(text))
        if self.kind == "ods" and (hours := _DURATION.fullmatch(text)):
            return clock(int(hours[1]) * 3600 + int(hours[2]) * 60 + int(hours[3]), padded=False)
        text = text.replace("\r\n", "\n").replace("\r", "\n")
        return None if text.isspace() else text

    def _asked(self, ask: Callable[[], _T]) -> _T:
        """What calamine answers; its own panics are no Exception."""
        try:
            return ask()
        except (MemoryError, KeyboardInterrupt, SystemExit, Unreadable):
            raise
        except BaseException as error:
            code = problems.FILE_ENCRYPTED if type(error).__name__ == "PasswordError" else problems.FILE_BROKEN
            raise Unreadable(code, detail=type(error).__name__) from error


def _number(value: float) -> Scalar | Special:
    if not math.isfinite(value):
        return ("x", problems.NUMBER_UNREADABLE, str(value))
    if abs(value) >= LOST_FROM:
        return ("x", problems.NUMBER_LOST_DIGITS, shorten(f"{value:.17g}"))
    number = float(f"{value:.15g}")
    return int(number) if number.is_integer() else number


def _area(first: tuple[int, int], last: tuple[int, int]) -> str:
    """A merged area by its corners (row, column, from 0), as a spreadsheet program names it."""
    return f"{column_letters(first[1])}{first[0] + 1}:{column_letters(last[1])}{last[0] + 1}"
