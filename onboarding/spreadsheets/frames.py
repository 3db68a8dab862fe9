"""The messages between child and parent: JSON lines. The parent refuses every one that does not fit.

["facts", {...}] once, then ["rows", [[number, cells, specials], ...]] many times, then ["end", [notes]];
or ["refused", code, context] at any point, which ends it.
"""

import datetime
import json
from collections.abc import Callable
from typing import Any, Final

from . import problems
from .cells import ROW, BookFacts, BrokenCell, Cell, Note, RawRow, Row, RowFault, SheetFact, ShownDate
from .problems import Unreadable

ROWS_PER_FRAME: Final = 500
FRAME_CHARACTERS: Final = 1024 * 1024  # a frame is closed when it holds this many
LONGEST_FRAME_BYTES: Final = 256 * 1024 * 1024  # one row of 500 cells of 32,767 characters, escaped, and some air

_encode_row = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), allow_nan=False, check_circular=False).encode
_SCALARS: Final = {str, int, float, bool, type(None)}


def encode(*frame: object) -> bytes:
    """One frame, ended by a line end."""
    return (_encode_row(frame) + "\n").encode("utf-8", "replace")


class RowFrames:
    """Gathers rows into frames of a bounded size."""

    def __init__(self) -> None:
        self._rows: list[str] = []
        self._size = 0

    def add(self, row: RawRow) -> bytes | None:
        """A full frame, when this row fills it."""
        text = _encode_row(row)
        self._rows.append(text)
        self._size += len(text)
        if len(self._rows) >= ROWS_PER_FRAME or self._size >= FRAME_CHARACTERS:
            return self.flush()
        return None

    def flush(self) -> bytes | None:
        """What has been gathered, None if nothing."""
        if not self._rows:
            return None
        frame = f'["rows",[{",".join(self._rows)}]]\n'
        self._rows, self._size = [], 0
        return frame.encode("utf-8", "replace")


def _protocol(detail: str) -> Unreadable:
    return Unreadable(problems.FILE_READER_DIED, reason="protocol", detail=detail)


def decode(line: bytes, loads: Callable[[bytes], Any] = json.loads) -> tuple[str, list[Any]]:
    """(word, rest) of a frame; "refused" is raised as what it says. `loads`: a faster reader, if any."""
    try:
        frame = loads(line)
    except ValueError as error:
        raise _protocol("json") from error
    if not isinstance(frame, list) or not frame or not isinstance(frame[0], str):
        raise _protocol("shape")
    word, rest = frame[0], frame[1:]
    if word == "refused":
        if len(rest) != 2 or rest[0] not in problems.FILE_CODES or not isinstance(rest[1], dict):
            raise _protocol("refused")
        raise Unreadable(rest[0], **{str(key): value for key, value in rest[1].items() if key not in ("self", "code")})
    return word, rest


def extent_of(rest: list[Any]) -> tuple[int, int, int]:
    """How many rows a "rows" frame has, and the numbers of its first and last one."""
    try:
        first, last = rest[0][0][0], rest[0][-1][0]
    except (TypeError, IndexError, KeyError) as error:
        raise _protocol("rows") from error
    if first.__class__ is not int or last.__class__ is not int:
        raise _protocol("rows")
    return len(rest[0]), first, last


def decode_rows(rest: list[Any], *, width: int) -> list[Row]:
    """The rows of a "rows" frame, checked cell by cell; each as wide as the header."""
    try:
        return [_row(number, cells, specials, width) for number, cells, specials in rest[0]]
    except (ValueError, TypeError, IndexError, KeyError) as error:
        raise _protocol("rows") from error


def _row(number: Any, cells: Any, specials: Any, width: int) -> Row:
    if number.__class__ is not int or cells.__class__ is not list or len(cells) != width:
        raise TypeError("row")
    if not _SCALARS.issuperset(map(type, cells)):
        raise TypeError("cell")
    if not specials:
        return Row(number, cells)
    faults = [special for special in specials if special[0] == ROW]
    for special in specials:
        if special[0] != ROW:
            cells[special[0]] = _special(special)
    return Row(number, cells, tuple(map(_fault, faults)))


def _fault(special: Any) -> RowFault:
    if special[1] == "r" and special[2] in problems.ROW_CODES:
        return RowFault(special[2], dict(special[3]))
    raise ValueError(special)


def _special(special: Any) -> Cell:
    kind = special[1]
    if kind == "d":
        day = ShownDate.fromisoformat(special[2])
        day.shown = str(special[3]) if len(special) > 3 else ""
        return day
    if kind == "t":
        return datetime.datetime.fromisoformat(special[2])
    if kind == "x" and special[2] in problems.CELL_CODES and isinstance(special[3], str):
        return BrokenCell(special[2], special[3])
    raise ValueError(kind)


def decode_notes(notes: Any) -> tuple[Note, ...]:
    """Notes as [[code, context], ...]."""
    try:
        return tuple(Note(code, dict(context)) for code, context in notes if code in problems.NOTE_CODES)
    except (ValueError, TypeError) as error:
        raise _protocol("notes") from error


def decode_facts(facts: Any) -> BookFacts:
    """The facts frame's mapping as BookFacts."""
    try:
        return BookFacts(
            kind=str(facts["kind"]),
            sheets=tuple(SheetFact(str(name), bool(hidden)) for name, hidden in facts.get("sheets", [])),
            sheet=str(facts.get("sheet", "")),
            alike=tuple(str(name) for name in facts.get("alike", [])),
            encoding=str(facts.get("encoding", "")),
            delimiter=str(facts.get("delimiter", "")),
            date_1904=bool(facts.get("date_1904", False)),
            template=dict(facts.get("template", {})),
            notes=decode_notes(facts.get("notes", [])),
            rows_estimate=facts.get("rows_estimate"),
            top=tuple((int(number), tuple(str(text) for text in texts)) for number, texts in facts.get("top", [])),
            readings=tuple(
                (str(name), tuple(str(text) for text in texts)) for name, texts in facts.get("readings", [])
            ),
        )
    except (ValueError, TypeError, KeyError) as error:
        raise _protocol("facts") from error
