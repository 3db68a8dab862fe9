"""Cells of a sheet that is written row by row: texts as texts, numbers and dates as such, each style made once."""

import datetime
from typing import Any, Final

from openpyxl.cell import WriteOnlyCell
from openpyxl.comments import Comment

from .safety import printable

DATE_FORMAT: Final = "yyyy-mm-dd"
DATETIME_FORMAT: Final = "yyyy-mm-dd hh:mm:ss"
TEXT_FORMAT: Final = "@"
PLAIN_FORMAT: Final = "General"
_NOTE_CHARACTERS: Final = 1000
_NOTE_AUTHOR: Final = "Partner portal"
_FIRST_DAY: Final = datetime.date(1900, 3, 1)  # before it, Excel's days are not those of the calendar
_DIGITS_LOST_FROM: Final = 10**15  # a spreadsheet keeps 15 digits of a number


class Cells:
    """Makes cells of one look for one write-only sheet.

    look: fill, font, alignment, border as openpyxl has them; with any of them, an empty cell is a cell too. Styles are
    looked up once, because styling each cell anew costs more than writing it.
    """

    def __init__(self, sheet: Any, **look: Any) -> None:
        self._sheet = sheet
        self._look = look
        self._styles: dict[str, Any] = {}

    def cell(self, value: object, number_format: str = PLAIN_FORMAT) -> Any:
        """What to append for a value: str, int, float, bool, date, datetime (aware ones become UTC without a zone),
        None; anything else as its str(). number_format: of a number.

        What a spreadsheet cannot hold as a number or a date (an infinite one, one of more than 15 digits, a day before
        March 1900) is written as text.
        """
        if isinstance(value, str):
            return self.text(value)
        if value is None:
            return self._styled(None, PLAIN_FORMAT) if self._look else None
        if isinstance(value, datetime.date):
            return self._moment(value)
        if isinstance(value, bool | int | float) and abs(value) < _DIGITS_LOST_FROM:
            return value if number_format == PLAIN_FORMAT and not self._look else self._styled(value, number_format)
        return self.text(str(value))

    def text(self, value: str) -> Any:
        """A cell in text format, which is no formula, also after somebody has edited it."""
        text = printable(value)
        if not text:
            return self.cell(None)
        cell = self._styled(text, TEXT_FORMAT)
        cell.data_type = "s"  # openpyxl takes "=…" for a formula and "#N/A" for an error unless told
        return cell

    def _moment(self, value: datetime.date) -> Any:
        if not isinstance(value, datetime.datetime):
            return self._styled(value, DATE_FORMAT) if value >= _FIRST_DAY else self.text(value.isoformat())
        if value.tzinfo is not None:
            value = value.astimezone(datetime.UTC).replace(tzinfo=None)
        if value.date() < _FIRST_DAY:
            return self.text(value.isoformat(sep=" "))
        return self._styled(value, DATETIME_FORMAT)

    def _styled(self, value: Any, number_format: str) -> Any:
        cell: Any = WriteOnlyCell(self._sheet, value=value)
        style = self._styles.get(number_format)
        if style is None:
            cell.number_format = number_format
            for name, part in self._look.items():
                setattr(cell, name, part)
            self._styles[number_format] = cell._style  # noqa: SLF001 - openpyxl has no public way to share a style
        else:
            cell._style = style  # noqa: SLF001 - as above
        return cell


def note(text: str, *, width: int, height: int) -> Comment:
    """A note for a cell (`cell.comment`), of that size in pixels."""
    made = Comment(printable(text)[:_NOTE_CHARACTERS], _NOTE_AUTHOR)
    made.width, made.height = width, height
    return made
