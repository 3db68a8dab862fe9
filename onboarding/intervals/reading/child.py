"""The process that reads a file of interval data: it limits itself first, and writes into one folder alone.

`python -m onboarding.intervals.reading.child '{"path": …, "is_parquet": …, "data_type": …, "meters": …, "folder": …,
"now": …, "value_columns": {data type: [name, least, most]}, "memory_mb": …, "cpu_seconds": …}'`

Writes one JSON document a line: {"lines": so far, "share": of the file}; {"numbers": meters that have rows}, upon which
it takes the facts of these meters from standard input (one line, see MeterFacts); last {"done": …} or {"refused": code,
"reason": …}. meters: a file of IDs. now: minutes since 1970.

In the folder are then NNN.rows (ROW, each part sorted by meter and start), errors.csv and bad_lines.csv.
"""

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import numpy as np
import polars as pl

from .arrange import arrange
from .checks import check_lines
from .facts import MeterFacts
from .faults import Faults
from .header import Header, read_header
from .layouts import NET, layouts_of
from .limits import limit
from .lines import Block, blocks
from .meters import Meters
from .parquet import as_csv
from .refusals import FileRefused, too_long, unreadable
from .spool import Spool, load
from .suspicions import Suspicions

_FIRST_LINES: Final = 50
_SHOWN: Final = 500  # characters of one of them
_GIB: Final = 1024**3
_PACKED: Final = 12  # times, how much larger a gzipped text is, at a guess that only sets the size of parts
_MOST_LINES: Final = 2**31 - 1


def say(**told: object) -> None:
    sys.stdout.write(json.dumps(told) + "\n")
    sys.stdout.flush()


class Reading:
    """One file from its first line to its parts."""

    def __init__(self, order: dict[str, Any]) -> None:
        self.path, self.folder = Path(order["path"]), Path(order["folder"])
        self.data_type: str = order["data_type"]
        self.layouts = layouts_of({kind: tuple(column) for kind, column in order["value_columns"].items()})
        self.now: int = order["now"]
        self.faults = Faults()
        self.header: Header | None = None
        self.header_line = 1
        self.counts = {"lines": 0, "repeated": 0, "good": 0}
        self.first_lines: list[str] = []
        if order["is_parquet"]:
            text = self.folder / "parquet.csv"
            as_csv(self.path, text)
            self.path = text
        self.meters = Meters(Path(order["meters"]))

    def run(self) -> dict[str, Any]:
        """Everything; returns what is said at the end. Raises FileRefused."""
        spool = self._read()
        parts = spool.close()
        say(numbers=spool.meters())
        facts = MeterFacts(json.loads(sys.stdin.readline()))
        suspicions = Suspicions(facts, is_energy=self.header is not None and self.header.layout.value == NET)
        counts = [self._arrange(part, facts, suspicions) for part in parts]
        self.faults.write(self.folder / "errors.csv")
        if self.faults.bad:
            self._write_bad_lines()
        return {
            "counts": {
                **self.counts,
                "rows": self.counts["good"] + self.counts["repeated"] + self.faults.bad,
                "bad": self.faults.bad,
                "errors": self.faults.count,
            },
            "parts": counts,
            "error_summary": self.faults.summary(),
            "unknown": list(self.header.unknown[:20]) if self.header else [],
            "warnings": suspicions.warnings,
            "warning_counts": dict(suspicions.counts),
            "first_lines": self.first_lines,
        }

    def _read(self) -> Spool:
        size = self.path.stat().st_size
        spool: Spool | None = None
        for block, share in self._blocks(size):
            lines, first = block.lines, block.number
            if self.header is None:
                blank = _blank_at_first(lines)
                if blank == len(lines):
                    continue
                first += blank
                self.header, self.header_line = read_header(lines[blank], self.data_type, self.layouts), first
                for fault in self.header.faults:
                    self.faults.add_one(first, fault.column, fault.code, fault.message)
                lines, first = lines.slice(blank + 1), first + 1
                spool = self._spool(size)
            assert spool is not None
            self._check(block, lines, first, spool)
            say(lines=self.counts["lines"], share=share)
        if spool is None:
            raise unreadable("it is empty.")
        return spool

    def _blocks(self, size: int) -> Iterator[tuple[Block, float]]:
        self.first_lines = []  # the lines are gone through again where some are bad
        with self.path.open("rb") as file:
            for block in blocks(file):
                self.counts["lines"] = block.number - 1 + len(block.lines)
                if self.counts["lines"] > _MOST_LINES:
                    raise too_long("it has more than two billion lines.")
                if len(self.first_lines) < _FIRST_LINES:
                    more = block.lines.head(_FIRST_LINES - len(self.first_lines)).str.slice(0, _SHOWN)
                    self.first_lines += more.to_list()
                yield block, file.tell() / max(size, 1)

    def _spool(self, size: int) -> Spool:
        with self.path.open("rb") as file:
            is_packed = file.read(2) == b"\x1f\x8b"
        return Spool(self.folder, text_bytes=size * _PACKED if is_packed else size, meters=self.meters.count)

    def _check(self, block: Block, lines: pl.Series, first: int, spool: Spool) -> None:
        assert self.header is not None
        if self.header.faults or not len(lines):
            return
        rows = check_lines(
            lines,
            first,
            self.header,
            meters=self.meters,
            now=self.now,
            faults=self.faults,
            is_cut=block.is_cut,
        )
        spool.add(rows)

    def _arrange(self, part: Path, facts: MeterFacts, suspicions: Suspicions) -> int:
        rows, repeated = arrange(load(part), facts, self.faults)
        self.counts["repeated"] += repeated
        self.counts["good"] += len(rows)
        suspicions.look(rows)
        part.write_bytes(np.ascontiguousarray(rows).tobytes())
        return len(rows)

    def _write_bad_lines(self) -> None:
        """The header and every bad line, as they are in the file."""
        wanted = self.faults.bad_lines
        with (self.folder / "bad_lines.csv").open("w", encoding="utf-8", newline="") as out:
            for block, _ in self._blocks(1):
                numbers = wanted[(wanted >= block.number) & (wanted < block.number + len(block.lines))]
                places = numbers - block.number
                if 0 <= (header := self.header_line - block.number) < len(block.lines):
                    places = np.union1d(places, [header])
                out.writelines(f"{line}\n" for line in block.lines.gather(places))


def _blank_at_first(lines: pl.Series) -> int:
    """How many lines at the beginning are blank."""
    filled = (lines.str.strip_chars() != "").arg_max()
    return filled if filled is not None and lines[filled].strip() else len(lines)


def main() -> None:
    order = json.loads(sys.argv[1])
    pl.DataFrame({"a": [2, 1]}).lazy().sort("a").collect()  # threads begin here, before there is a limit
    limit(
        memory_mb=order["memory_mb"],
        cpu_seconds=order["cpu_seconds"],
        disk_bytes=Path(order["path"]).stat().st_size * 40 + _GIB,
    )
    try:
        say(done=Reading(order).run())
    except FileRefused as refusal:
        say(refused=refusal.code, reason=refusal.context["reason"])
    except MemoryError:
        say(refused=too_long("").code, reason="reading it takes too much memory.")


if __name__ == "__main__":
    main()
