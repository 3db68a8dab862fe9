"""The entry point: reads a spreadsheet in a child process, whose crash does no harm.

The child parses while the consumer works; the pipe between them holds back whichever is faster.
"""

import fcntl
import json
import os
import selectors
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any, BinaryIO, Final, cast

import orjson

from . import frames, problems
from .cells import BookFacts, Row
from .limits import Limits
from .problems import Unreadable
from .whole import LIBRARY

TEXT_ENDINGS: Final = (".csv", ".tsv", ".txt")
ENDINGS: Final = (".xlsx", *TEXT_ENDINGS, ".xls", ".xlsb", ".ods", ".zip", ".gz")  # of the files that can be read
_NUMBERS = ".numbers"  # a zip that says nothing to anybody but its own program
_ROOT = Path(__file__).resolve().parents[2]
_CHILD = "onboarding.spreadsheets.child"
_PIECE_BYTES = 1024 * 1024
_PIPE_BYTES = 1024 * 1024
_WAIT_SECONDS = 1.0


def refuse_by_name(file_name: str) -> None:
    """Refuse a file by its name's ending, before any of it is kept: FILE_WRONG_TYPE (name), FILE_NUMBERS."""
    ending = Path(file_name).suffix.lower()
    if ending == _NUMBERS:
        raise Unreadable(problems.FILE_NUMBERS)
    if ending not in ENDINGS:
        raise Unreadable("FILE_WRONG_TYPE", name=file_name)


class Book:
    """An open spreadsheet.

    header: one text per column of the sheet, "" where a column has none; position = column index (0 is A).
    header_row: its 1-based row number. labels, label_row: the row of labels above a key row, else () and None.
    facts: BookFacts; its notes are complete once all rows have been taken.
    """

    def __init__(self, child: "_Child") -> None:
        self._child = child
        word, rest = frames.decode(child.line())
        if word != "facts" or len(rest) != 5:
            raise Unreadable(problems.FILE_READER_DIED, reason="protocol")
        try:
            self.facts: BookFacts = frames.decode_facts(rest[0])
            self.header: tuple[str, ...] = tuple(str(text) for text in rest[1])
            self.header_row: int = int(rest[2])
            self.labels: tuple[str, ...] = tuple(str(text) for text in rest[3])
            self.label_row: int | None = None if rest[4] is None else int(rest[4])
        except (ValueError, TypeError) as error:
            raise Unreadable(problems.FILE_READER_DIED, reason="protocol", detail="layout") from error

    def rows(self) -> Iterator[list[Row]]:
        """Chunks of at most 500 filled rows below the header, in the sheet's order; once.

        Raises Unreadable also in the middle (a file whose row 70,000 is damaged): then nothing of it counts.
        """
        return (packed.rows() for packed in self.packed_rows())

    def packed_rows(self) -> Iterator["PackedRows"]:
        """The same chunks as the child sent them, for another process to unpack."""
        while True:
            line = self._child.line()
            word, rest = frames.decode(line, orjson.loads)
            if word == "rows":
                yield PackedRows(line, len(self.header), rest)
            elif word == "end" and rest:
                self.facts = replace(self.facts, notes=frames.decode_notes(rest[0]))
                return
            else:
                raise Unreadable(problems.FILE_READER_DIED, reason="protocol")


class PackedRows:
    """A chunk of rows as the child sent it: numbered, not yet checked. It can be sent to another process.

    count: how many rows. first, last: their numbers. All three as the child says; `rows` tells whether it fits.
    """

    def __init__(self, line: bytes, width: int, rest: list[Any] | None = None) -> None:
        self._line, self._width = line, width
        self._rest: list[Any] = frames.decode(line, orjson.loads)[1] if rest is None else rest
        self.count, self.first, self.last = frames.extent_of(self._rest)

    def rows(self) -> list[Row]:
        """The rows, as wide as the header. Once. Raises Unreadable when they do not fit."""
        return frames.decode_rows(self._rest, width=self._width)

    def __reduce__(self) -> tuple[type["PackedRows"], tuple[bytes, int]]:
        return PackedRows, (self._line, self._width)


@contextmanager
def read_book(
    path: str | os.PathLike[str],
    *,
    file_name: str,
    limits: Limits | None = None,
    sheet: str | None = None,
    header_row: int | None = None,
    names: Collection[str] = (),
    charset: str | None = None,
    on_wait: Callable[[], None] | None = None,
) -> Iterator[Book]:
    """Open a spreadsheet of any kind for reading, once, in a child process that ends with the context.

    path: where the bytes are. file_name: what the person called it (its ending tells text from other things).
    Kinds: .xlsx, delimited text, .xls, .xlsb and .ods, and a .zip or .gz of one of them.
    sheet: a sheet's exact name; None takes the visible sheet "Meters", else the first visible one that looks like ours.
    header_row: the header's row number; None finds it, with the help of `names`: those that columns go by, normalised.
    charset: one of charsets.CHARSETS that somebody said a text is in; it counts where the bytes leave that open.
    on_wait: called once a second while the child keeps us waiting; what it raises ends the reading.
    Raises Unreadable with a code of problems.FILE_CODES, here or from `rows()`; OSError if path cannot be opened.
    """
    limits = limits or Limits()
    with open(path, "rb") as file:
        _refuse_by_size(file, limits)
        reading = {
            "file_name": file_name[-255:],
            "sheet": sheet,
            "header_row": header_row,
            "names": sorted(names),
            "charset": charset,
        }
        child = _Child(file, reading=reading, limits=limits, on_wait=on_wait)
        try:
            yield Book(child)
        finally:
            child.end()


def _refuse_by_size(file: BinaryIO, limits: Limits) -> None:
    size = os.fstat(file.fileno()).st_size
    if size == 0:
        raise Unreadable(problems.FILE_EMPTY)
    if size > limits.max_bytes:
        raise Unreadable(problems.FILE_TOO_LARGE, bytes=size, limit_bytes=limits.max_bytes)


class _Child:
    """The process: started with nothing of our environment, read line by line against the clock, always killed."""

    def __init__(
        self, file: BinaryIO, *, reading: Mapping[str, object], limits: Limits, on_wait: Callable[[], None] | None
    ) -> None:
        self._on_wait = on_wait
        self._seconds_left = limits.wall_seconds
        order = json.dumps({"reading": reading, "limits": limits.as_json(), "libraries": _folder_of(LIBRARY)})
        # -S, -s, -P, -B: standard library and this package only, no site-packages, no current folder, nothing written;
        # the one library that reads whole workbooks is loaded for a file that may be one
        self._process = subprocess.Popen(
            [sys.executable, "-S", "-s", "-P", "-B", "-m", _CHILD, order.replace("\x00", "")],
            stdin=file,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={"PYTHONPATH": str(_ROOT), "PYTHONUTF8": "1", "MALLOC_ARENA_MAX": "2"},
            cwd="/",
            close_fds=True,
            start_new_session=True,
        )
        self._pipe = cast(BinaryIO, self._process.stdout)
        os.set_blocking(self._pipe.fileno(), False)
        _widen(self._pipe)
        self._selector = selectors.DefaultSelector()
        self._selector.register(self._pipe, selectors.EVENT_READ)
        self._lines: list[bytes] = []
        self._pieces: list[bytes] = []
        self._size = 0

    def line(self) -> bytes:
        """The next frame. FILE_READER_DIED when none comes: in time, of a sane size, or at all."""
        while not self._lines:
            piece = self._piece()
            if not piece:
                raise self._death()
            *complete, rest = piece.split(b"\n")
            if complete:
                self._lines = [b"".join([*self._pieces, complete[0]]), *complete[1:]]
                self._pieces, self._size = [], 0
            if rest:
                self._pieces.append(rest)
                self._size += len(rest)
                if self._size > frames.LONGEST_FRAME_BYTES:
                    raise Unreadable(problems.FILE_READER_DIED, reason="protocol")
        return self._lines.pop(0)

    def _piece(self) -> bytes:
        while True:
            began = time.monotonic()
            ready = self._selector.select(min(max(self._seconds_left, 0), _WAIT_SECONDS))
            self._seconds_left -= time.monotonic() - began
            if not ready and self._seconds_left > 0:
                if self._on_wait is not None:
                    self._on_wait()
                continue
            if not ready:
                self.end()
                raise Unreadable(problems.FILE_READER_DIED, reason="wall")
            try:
                return os.read(self._pipe.fileno(), _PIECE_BYTES)
            except BlockingIOError:
                continue

    def _death(self) -> Unreadable:
        try:
            status = self._process.wait(timeout=5)
        except subprocess.TimeoutExpired:
            status = 0
        reasons = {
            -signal.SIGXCPU: "cpu",
            -signal.SIGKILL: "memory",
            -signal.SIGSEGV: "abort",
            -signal.SIGABRT: "abort",
        }
        return Unreadable(problems.FILE_READER_DIED, reason=reasons.get(status, "abort"))

    def end(self) -> None:
        """Kill the process and wait for its end; safe to repeat."""
        self._selector.close()
        if self._process.poll() is None:
            self._process.kill()
        self._pipe.close()
        self._process.wait()


@cache
def _folder_of(library: str) -> str:
    """The folder that an installed library can be imported from; "" when it is not installed."""
    spec = find_spec(library)
    return str(Path(spec.origin).parents[1]) if spec is not None and spec.origin else ""


def _widen(pipe: BinaryIO) -> None:
    """Let the child read on while the consumer works on what it has."""
    try:
        fcntl.fcntl(pipe.fileno(), fcntl.F_SETPIPE_SZ, _PIPE_BYTES)
    except (AttributeError, OSError):  # not Linux, or the system's own bound is lower: slower, not wrong
        return


def facts_of(book: Book) -> dict[str, object]:
    """The facts as plain JSON, to be stored beside an upload."""
    facts = book.facts
    return {
        "kind": facts.kind,
        "sheets": [{"name": sheet.name, "hidden": sheet.hidden} for sheet in facts.sheets],
        "sheet": facts.sheet,
        "alike": list(facts.alike),
        "encoding": facts.encoding,
        "delimiter": facts.delimiter,
        "date_1904": facts.date_1904,
        "template": dict(facts.template),
        "notes": [{"code": note.code, "context": dict(note.context)} for note in facts.notes],
        "rows_estimate": facts.rows_estimate,
        "top": [[number, list(texts)] for number, texts in facts.top],
        "readings": [[name, list(texts)] for name, texts in facts.readings],
    }
