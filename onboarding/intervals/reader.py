"""Reading a file of interval data in a child process that is limited and whose crash does no harm."""

import json
import os
import selectors
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any, Final

from onboarding.intervals.reading.layouts import ValueColumn
from onboarding.intervals.reading.refusals import FileRefused, unreadable

_ROOT: Final = Path(__file__).resolve().parents[2]
_CHILD: Final = "onboarding.intervals.reading.child"
_WAIT_SECONDS: Final = 2.0
_LONGEST: Final = 64 * 1024 * 1024  # bytes of one line of the child
_PARALLEL: Final = "2"


@dataclass(frozen=True, slots=True)
class Order:
    """What to read, and within which limits. meters: IDs of the partner's meters, 32 hexadecimal digits each.

    folder: where the child writes. now: minutes since 1970. value_columns: of the data types that are not published.
    """

    path: Path
    is_parquet: bool
    data_type: str
    meters: Path
    folder: Path
    now: int
    value_columns: Mapping[str, ValueColumn]
    memory_mb: int
    cpu_seconds: int

    def as_json(self) -> str:
        """As the child takes it."""
        return json.dumps(
            {
                "path": str(self.path),
                "is_parquet": self.is_parquet,
                "data_type": self.data_type,
                "meters": str(self.meters),
                "folder": str(self.folder),
                "now": self.now,
                "value_columns": dict(self.value_columns),
                "memory_mb": self.memory_mb,
                "cpu_seconds": self.cpu_seconds,
            }
        )


@dataclass(slots=True)
class Read:
    """What the child says at the end (see its `Reading.run`), and the numbers of the meters that have rows."""

    told: dict[str, Any]
    numbers: list[int] = field(default_factory=list)


def read_file(
    order: Order,
    *,
    facts_of: Callable[[Sequence[int]], Mapping[str, Sequence[Any]]],
    on_wait: Callable[[int, float], None],
) -> Read:
    """Read a file. facts_of: gives the facts of meters by their numbers (see MeterFacts).

    on_wait: called at least every two seconds with the lines read so far and the share of the file; what it raises ends
    the reading. Raises FileRefused.
    """
    process = subprocess.Popen(
        [sys.executable, "-s", "-P", "-B", "-m", _CHILD, order.as_json()],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env={
            "PYTHONPATH": str(_ROOT),
            "PYTHONUTF8": "1",
            "MALLOC_ARENA_MAX": "2",
            "POLARS_MAX_THREADS": _PARALLEL,
            "OPENBLAS_NUM_THREADS": "1",
            "TMPDIR": str(order.folder),
        },
        cwd="/",
        close_fds=True,
        start_new_session=True,
    )
    assert process.stdin is not None
    assert process.stdout is not None
    try:
        return _talk(process.stdin, _Lines(process.stdout, order.cpu_seconds * 2.0), facts_of, on_wait)
    finally:
        if process.poll() is None:
            process.kill()
        process.wait()
        process.stdin.close()
        process.stdout.close()


def _talk(
    to_child: IO[bytes],
    lines: "_Lines",
    facts_of: Callable[[Sequence[int]], Mapping[str, Sequence[Any]]],
    on_wait: Callable[[int, float], None],
) -> Read:
    read = Read({})
    progress = (0, 0.0)
    while True:
        line = lines.line()
        if line is None:
            on_wait(*progress)
            continue
        said = json.loads(line)
        if "lines" in said:
            progress = (said["lines"], said["share"])
        elif "numbers" in said:
            read.numbers = said["numbers"]
            to_child.write(json.dumps(facts_of(read.numbers)).encode() + b"\n")
            to_child.flush()
        elif "done" in said:
            read.told = said["done"]
            return read
        else:
            raise FileRefused(said["refused"], said["reason"])


class _Lines:
    """Lines of a pipe, with a wait that ends: None every two seconds."""

    def __init__(self, pipe: IO[bytes], seconds: float) -> None:
        self._pipe = pipe
        self._until = time.monotonic() + seconds
        self._next = time.monotonic() + _WAIT_SECONDS
        self._selector = selectors.DefaultSelector()
        self._selector.register(pipe, selectors.EVENT_READ)
        self._pieces = b""
        self._ready: Iterator[bytes] = iter(())

    def line(self) -> bytes | None:
        """The next line; None when it is time to show life. FileRefused when there will be none."""
        if time.monotonic() >= self._next:
            self._next = time.monotonic() + _WAIT_SECONDS
            return None
        if (line := next(self._ready, None)) is not None:
            return line
        if time.monotonic() > self._until:
            raise unreadable("reading it takes too long.")
        if not self._selector.select(max(self._next - time.monotonic(), 0)):
            return self.line()
        piece = os.read(self._pipe.fileno(), 1024 * 1024)
        if not piece or len(self._pieces) > _LONGEST:
            raise unreadable("reading it took too much memory or time.")
        *complete, self._pieces = (self._pieces + piece).split(b"\n")
        self._ready = iter(complete)
        return self.line()
