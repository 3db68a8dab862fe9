"""The records of delimited text. A line whose quotes do not close where a cell ends is set apart, alone."""

import csv
import re
from collections import Counter, deque
from collections.abc import Iterable, Iterator
from typing import Final, NamedTuple

from . import problems
from .problems import Unreadable

LONGEST_FIELD: Final = 1024 * 1024  # characters; a longer one is an unclosed quote, or no table
_MOST_LINES = 1_000  # of one record; more is an unclosed quote that met another one
_MOST_STRAY = 1_000  # lines with stray quotes in one file; each can cost the reading of _MOST_LINES
_TELLING_WIDTH = 5  # cells; a line of an address can look like a row of a narrower table
_BLANKS_AFTER_QUOTE = re.compile(r'"[ \t]+(?=[,;|\t\r\n]|\Z)')
_SAMPLE_RECORDS = 100


class Record(NamedTuple):
    """number: of the row, as a spreadsheet program counts. line: of its stray quote, 0 for a record without one."""

    number: int
    cells: list[str]
    line: int = 0


def records(lines: Iterable[str], delimiter: str, width: int) -> Iterator[Record]:
    """Each record of the lines.

    width: how many cells most records have. A quote that does not close in its line, or that text follows where it
    closes, concerns its own line alone: the lines that it would swallow are read as if it were not there.
    Refuses: FILE_LINE_TOO_LONG, FILE_UNCLOSED_QUOTE (too many stray quotes).
    """
    source = _Lines(lines)
    reader = csv.reader(source, delimiter=delimiter, strict=True)
    number = stray = 0
    while True:
        number += 1
        source.taken = []
        try:
            cells = next(reader, None)
        except (csv.Error, _TooManyLines) as error:
            if len(source.taken) == 1 and len(source.taken[0]) > LONGEST_FIELD:
                raise Unreadable(problems.FILE_LINE_TOO_LONG, line=source.number, limit=LONGEST_FIELD) from error
            cells = _without_blanks(source.taken, delimiter)
            is_whole = cells is not None
        else:
            if cells is None:
                return
            is_whole = len(source.taken) == 1 or not _swallows(cells, source.taken, delimiter, width)
        if is_whole and cells is not None:
            yield Record(number, cells)
            continue
        stray += 1
        line = source.put_back()
        if stray > _MOST_STRAY:
            raise Unreadable(problems.FILE_UNCLOSED_QUOTE, row=number, line=line)
        yield Record(number, _as_written(source.taken[0], delimiter, width), line)


def usual_width(text: str, delimiter: str) -> int:
    """How many cells most of the first records have."""
    widths: Counter[int] = Counter()
    try:
        for record in csv.reader(text.splitlines(keepends=True), delimiter=delimiter):
            if any(cell.strip() for cell in record):
                widths[len(record)] += 1
            if widths.total() > _SAMPLE_RECORDS:
                break
    except csv.Error:
        pass  # the records before it tell enough
    return max(widths, key=lambda width: (widths[width], width), default=1)


class _TooManyLines(Exception):
    """One record goes on for more lines than any does."""


class _Lines:
    """Lines for csv.reader. `taken` are those of the record that is read; all but its first can be put back."""

    def __init__(self, lines: Iterable[str]) -> None:
        self._lines = iter(lines)
        self._again: deque[str] = deque()
        self.taken: list[str] = []
        self.number = 0

    def __iter__(self) -> "_Lines":
        return self

    def __next__(self) -> str:
        line = self._again.popleft() if self._again else next(self._lines)
        self.number += 1
        self.taken.append(line)
        if len(self.taken) > _MOST_LINES:
            raise _TooManyLines
        return line

    def put_back(self) -> int:
        """All lines of the record but the first are read again; returns the number of the first."""
        rest = self.taken[1:]
        self._again.extendleft(reversed(rest))
        self.number -= len(rest)
        return self.number


def _without_blanks(taken: list[str], delimiter: str) -> list[str] | None:
    """The record when nothing but blanks follow its closing quotes, as some programs write them."""
    text = _BLANKS_AFTER_QUOTE.sub('"', "".join(taken))
    try:
        read = list(csv.reader(text.splitlines(keepends=True), delimiter=delimiter, strict=True))
    except csv.Error:
        return None
    return read[0] if len(read) == 1 else None


def _swallows(cells: list[str], taken: list[str], delimiter: str, width: int) -> bool:
    """Whether a record of several lines holds a line that is a row of its own: its quote was opened by mistake."""
    if width < _TELLING_WIDTH:
        return False
    begins_with_it = not {"\n", "\r"}.isdisjoint(cells[0])
    for line in taken[1:]:
        is_end_of_it = line is taken[-1] and begins_with_it and len(cells) == width
        if not is_end_of_it and len(_lenient(line, delimiter)) == width:
            return True
    return False


def _lenient(line: str, delimiter: str) -> list[str]:
    try:
        return next(csv.reader([line], delimiter=delimiter), [])
    except csv.Error:
        return line.split(delimiter)


def _as_written(line: str, delimiter: str, width: int) -> list[str]:
    """The cells of a line with a stray quote, as somebody sees them: with it, where they cannot be told without."""
    cells = _lenient(line, delimiter)
    if len(cells) != width:
        cells = line.split(delimiter)
    return [cell.rstrip("\r\n") for cell in cells]
