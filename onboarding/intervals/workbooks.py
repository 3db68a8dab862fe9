"""A small workbook of interval data as the CSV that it would be: each row on the line of its number."""

import csv
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Final

from onboarding.intervals.reading.refusals import FileRefused
from onboarding.spreadsheets.cells import BrokenCell, Cell
from onboarding.spreadsheets.limits import Limits
from onboarding.spreadsheets.problems import Unreadable
from onboarding.spreadsheets.reader import read_book

_MOST_ROWS: Final = 100_000


def as_csv(path: Path, to: Path, *, file_name: str, on_wait: Callable[[], None]) -> Path:
    """Write the sheet's header and rows as text, and return where. Raises FileRefused."""
    limits = Limits(max_rows=_MOST_ROWS)
    try:
        with (
            read_book(path, file_name=file_name, limits=limits, on_wait=on_wait) as book,
            to.open("w", encoding="utf-8", newline="") as out,
        ):
            sheet = csv.writer(out, lineterminator="\n")
            line = book.header_row
            out.write("\n" * (line - 1))
            sheet.writerow([_text(cell) for cell in book.header])
            for rows in book.rows():
                for row in rows:
                    out.write("\n" * (row.number - line - 1))
                    sheet.writerow([_text(cell) for cell in row.cells])
                    line = row.number
    except Unreadable as problem:
        raise FileRefused(problem.code, context=problem.context) from None
    return to


def _text(cell: Cell) -> str:
    """A cell as a CSV has it; a time without a zone is in UTC, as its column says."""
    if cell is None:
        return ""
    if isinstance(cell, BrokenCell):
        return cell.shown
    if isinstance(cell, datetime):
        return f"{(cell.astimezone(UTC) if cell.tzinfo else cell).replace(tzinfo=None).isoformat()}Z"
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, date):
        return f"{cell.isoformat()}T00:00:00Z"
    return repr(cell) if isinstance(cell, float) else str(cell)
