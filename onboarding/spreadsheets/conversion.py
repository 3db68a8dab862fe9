"""From the parts of a cell, as XML has them, to a value; and from cells to a row. No XML here."""

import datetime
import re
from collections.abc import Iterable, Sequence
from typing import Any, NoReturn

from . import problems, texts
from .cells import RawRow, Scalar, Special, column_index, column_letters, shorten
from .formats import NumberFormat, read_iso, read_number, shown_day, shown_time
from .limits import LAST_COLUMN, LAST_ROW, Limits
from .problems import Unreadable
from .texts import Text

_MOST_KNOWN = 50_000
_DIGITS = re.compile("[0-9]{1,9}")
_FORMULA_TAGS = re.compile(r"^<f[^>]*>|</f>$")

# column letters, row number, style, type, formula (with or without its tags), value, inline text
CellParts = tuple[str, str, str | None, str | None, str | None, str | None, str | None]
# column index, type ("is" for inline text), style: of one capture of a row's shape
PlannedCell = tuple[int, str | None, str | None]


def _as_shown(item: Scalar | Special, form: NumberFormat) -> Scalar | Special:
    """A time of day as the sheet shows it; a day with the text that the sheet shows for it: what somebody typed may
    have been no day."""
    if form.kind == "time" and isinstance(item, str):
        return shown_time(form.code, item)
    if isinstance(item, tuple) and item[0] == "d":
        shown = shown_day(form.code, datetime.date.fromisoformat(item[1]))
        return (*item, shown) if shown else item
    return item


class RowBuilder:
    """Turns cells into rows. `rows` gathers the filled ones; take them and put an empty list in their place."""

    def __init__(
        self,
        part: str,
        limits: Limits,
        *,
        strings: list[Text],
        formats: dict[str | None, NumberFormat],
        date_1904: bool,
    ) -> None:
        self.rows: list[RawRow] = []
        self.hidden_rows = 0
        self.first_hidden_row = 0
        self.number = 0
        self._part = part
        self._limits = limits
        self._strings = strings
        self._formats = formats
        self._date_1904 = date_1904
        self._columns = {column_letters(index): index for index in range(limits.max_columns)}
        self._known_numbers: dict[tuple[str, str | None], Scalar | Special] = {}
        self._filled = 0

    def begin(self, number: str | None, *, hidden: bool) -> None:
        """A row starts. Refuses: FILE_CELL_OUT_OF_RANGE, FILE_BROKEN (rows out of order)."""
        if number is None:
            number = str(self.number + 1)
        if not _DIGITS.fullmatch(number) or not 1 <= int(number) <= LAST_ROW:
            raise Unreadable(problems.FILE_CELL_OUT_OF_RANGE, cell=f"A{number[:20]}")
        if int(number) <= self.number:
            raise Unreadable(problems.FILE_BROKEN, detail="row order", part=self._part)
        self.number = int(number)
        if hidden:
            self.hidden_rows += 1
            self.first_hidden_row = self.first_hidden_row or self.number

    def add(self, cells: Iterable[CellParts]) -> None:
        """The cells of the row that was begun, whatever their order. Refuses: FILE_CELL_OUT_OF_RANGE, FILE_BROKEN (a
        cell of another row, one cell twice), FILE_TOO_MANY_COLUMNS."""
        out: list[Scalar] = []
        specials: list[Special] = []
        for letters, number, style, kind, formula, value, inline in cells:
            if not (number.isdecimal() and int(number) == self.number):
                self._refuse_reference(letters, number)
            if value is None and inline is None and formula is None:
                continue
            item: Any = self._value(style, kind, formula, value, inline)
            if item is None:
                continue
            index = self._columns.get(letters)
            if index is None:
                self._refuse_column(letters)
            if index >= len(out):
                out.extend([None] * (index + 1 - len(out)))
            elif out[index] is not None or any(special[0] == index for special in specials):
                raise Unreadable(problems.FILE_BROKEN, detail="cell twice", part=self._part)
            if item.__class__ is tuple:
                specials.append((index, *item))
                item = None
            out[index] = item
        if out:
            self._keep(out, specials)

    def add_planned(self, plan: Sequence[PlannedCell], width: int, captured: Sequence[str | None]) -> None:
        """The same for a row whose shape is known: one capture for each planned cell, None where there is none."""
        out: list[Scalar] = [None] * width
        specials: list[Special] = []
        formats, strings, limits, clean = self._formats, self._strings, self._limits, texts.clean
        known, filled = len(strings), False
        item: Any
        for (index, kind, style), value in zip(plan, captured, strict=True):
            if value is None:
                continue
            if kind == "s":
                plain = len(value) < 10 and value.isdecimal()
                item = strings[int(value)] if plain and int(value) < known else self._shared(value)
            elif kind == "is":
                item = clean(texts.unescape(value) if "&" in value else value, limits)
            elif kind is None and style not in formats and len(value) < 16 and value.isdecimal():
                item = int(value)
            else:
                item = self._value(style, kind, None, texts.unescape(value) if "&" in value else value, None)
            if item is None:
                continue
            filled = True
            if item.__class__ is tuple:
                specials.append((index, *item))
            else:
                out[index] = item
        if filled:
            self._keep(out, specials)

    def _keep(self, cells: list[Scalar], specials: list[Special]) -> None:
        self._filled += 1
        if self._filled > self._limits.max_rows + 2:  # a label row and a key row besides
            raise Unreadable(problems.FILE_TOO_MANY_ROWS, limit=self._limits.max_rows)
        self.rows.append((self.number, cells, specials))

    # --- one value

    def _value(
        self, style: str | None, kind: str | None, formula: str | None, value: str | None, inline: str | None
    ) -> Scalar | Special:
        if formula is not None and inline is None and (value is None or (value == "" and kind != "str")):
            return ("x", problems.FORMULA_WITHOUT_VALUE, shorten("=" + _FORMULA_TAGS.sub("", formula)))
        if kind == "s":
            return self._shared(value)
        if kind == "inlineStr" or (inline is not None and kind is None):
            return texts.clean(inline or "", self._limits)
        if kind == "str":
            return texts.clean(value or "", self._limits)
        if value is None:
            return None
        if kind is None or kind == "n":
            return self._number_cell(value, style)
        if kind == "b":
            return value.strip() in ("1", "true")
        if kind == "d":
            return read_iso(value, self._formats.get(style))
        return ("x", problems.CELL_ERROR, shorten(value)) if kind == "e" else texts.clean(value, self._limits)

    def _shared(self, value: str | None) -> Text:
        if value is None or not value.strip():
            return None
        try:
            index = int(value)
            if index < 0:
                raise IndexError(index)
            return self._strings[index]
        except (ValueError, IndexError) as error:
            raise Unreadable(problems.FILE_BROKEN, detail="shared string", part=self._part) from error

    def _number_cell(self, value: str, style: str | None) -> Scalar | Special:
        form = self._formats.get(style)
        if form is None:
            short = len(value) < 16 and value[-1:] != "0" and value.isascii()
            if short and value.replace(".", "", 1).isdecimal():  # at most 15 digits: nothing to round
                number = float(value)
                return int(number) if number.is_integer() else number
            return read_number(value, None, date_1904=self._date_1904)
        item = self._known_numbers.get((value, style))
        if item is None:  # dates repeat: a few thousand days make most cells of a column
            item = _as_shown(read_number(value, form, date_1904=self._date_1904), form)
            if len(self._known_numbers) < _MOST_KNOWN:
                self._known_numbers[value, style] = item
        return item

    # --- refusals

    def _refuse_reference(self, letters: str, number: str) -> NoReturn:
        if int(number) > LAST_ROW or column_index(letters) >= LAST_COLUMN:
            raise Unreadable(problems.FILE_CELL_OUT_OF_RANGE, cell=f"{letters}{number}")
        raise Unreadable(problems.FILE_BROKEN, detail="cell in another row", part=self._part)

    def _refuse_column(self, letters: str) -> NoReturn:
        cell = f"{letters}{self.number}"
        if column_index(letters) >= LAST_COLUMN:
            raise Unreadable(problems.FILE_CELL_OUT_OF_RANGE, cell=cell)
        raise Unreadable(problems.FILE_TOO_MANY_COLUMNS, limit=self._limits.max_columns, cell=cell)
