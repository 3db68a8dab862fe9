"""Receipts and exports: a header and rows, streamed as xlsx or csv."""

import contextlib
import csv
import datetime
import re
import tempfile
import time
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import IO, Any, Final

from openpyxl import Workbook
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter

from .cells import Cells
from .safety import csv_safe, printable

_HEAD: Final = PatternFill("solid", fgColor="E8EEF4")
_WRAPPED: Final = Alignment(vertical="top", wrap_text=True)
_DEFAULT_WIDTH: Final = 18
_CSV_FLUSH_ROWS: Final = 200
_SHEET_NAME: Final = re.compile(r"[\[\]:*?/\\]")


def write_table(
    file: IO[bytes],
    *,
    title: str,
    header: Sequence[str],
    rows: Iterable[Sequence[object]],
    widths: Sequence[float] | None = None,
) -> None:
    """Write one sheet to `file`, row by row. Texts are text cells in text format, never formulas, also after editing.

    title: the sheet's name (cut to what Excel allows). widths: in characters, one per column. Cells may be str, int,
    float, bool, date, datetime (aware ones are written as UTC without a zone), None; anything else as its str().
    """
    book = Workbook(write_only=True)
    sheet = book.create_sheet(sheet_name(title))
    sheet.freeze_panes = "A2"
    for index in range(len(header)):
        width = widths[index] if widths and index < len(widths) else _DEFAULT_WIDTH
        sheet.column_dimensions[get_column_letter(index + 1)].width = width
    try:
        sheet.append(header_row(sheet, header))
        plain = Cells(sheet)
        for row in rows:
            sheet.append([plain.cell(value) for value in row])
        book.save(file)
    except BaseException:
        _forget(sheet)
        raise


def _forget(sheet: Any) -> None:
    """Remove the file in which openpyxl gathers a sheet: it does so itself only when all goes well."""
    with contextlib.suppress(Exception):
        sheet.close()
    with contextlib.suppress(Exception):
        sheet._writer.cleanup()  # noqa: SLF001  openpyxl has no public way


def drop_leftovers(*, older_than_seconds: float) -> int:
    """Delete the gathered sheets that killed processes left in the temporary folder, unless somebody wrote to them
    lately. Returns how many."""
    before = time.time() - older_than_seconds
    left = [path for path in Path(tempfile.gettempdir()).glob("openpyxl.*") if _written_before(path, before)]
    for path in left:
        path.unlink(missing_ok=True)
    return len(left)


def _written_before(path: Path, moment: float) -> bool:
    try:
        return path.stat().st_mtime < moment
    except FileNotFoundError:
        return False


def sheet_name(title: str) -> str:
    """A name that Excel accepts: at most 31 characters, none of []:*?/\\, no apostrophe at its ends."""
    return _SHEET_NAME.sub(" ", printable(title)).strip().strip("'")[:31].strip() or "Sheet"


def header_row(sheet: Any, header: Iterable[str]) -> list[Any]:
    """The cells of a table's header."""
    cells = Cells(sheet, font=Font(bold=True), fill=_HEAD, alignment=_WRAPPED)
    return [cells.text(text) for text in header]


def write_csv(header: Sequence[str], rows: Iterable[Sequence[object]]) -> Iterator[bytes]:
    """A csv file in pieces: UTF-8 with BOM (Excel needs it), comma, CRLF, formula-like texts made safe."""
    buffer = _Pieces()
    writer = csv.writer(buffer)
    writer.writerow([csv_safe(text) for text in header])
    yield b"\xef\xbb\xbf" + buffer.take()
    for number, row in enumerate(rows, 1):
        writer.writerow([csv_safe(_csv_value(value)) for value in row])
        if number % _CSV_FLUSH_ROWS == 0:
            yield buffer.take()
    rest = buffer.take()
    if rest:
        yield rest


def _csv_value(value: object) -> object:
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, (datetime.date, datetime.datetime)):
        return value.isoformat()
    return value


class _Pieces:
    """What csv.writer writes to."""

    def __init__(self) -> None:
        self._pieces: list[str] = []

    def write(self, text: str) -> None:
        self._pieces.append(text)

    def take(self) -> bytes:
        text, self._pieces = "".join(self._pieces), []
        return text.encode("utf-8", "replace")
