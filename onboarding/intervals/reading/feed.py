"""Reads the intervals of a utility's feed, in a process that is limited; needs the Green Button reader, and no Django.

`python -m onboarding.intervals.reading.feed '{"path": …, "folder": …, "memory_mb": …, "cpu_seconds": …}'`

Prints {"groups": [{"usage_point", "minutes", "rows", "file"}], "left_out": {why: how many}} or {"refused": why}. Each
file holds rows (ROW) of one usage point and one length, by start, of which each is there once.
"""

import json
import sys
from collections import Counter
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final

import numpy as np

from onboarding.green_button.problems import FeedRefused
from onboarding.green_button.reader import iter_intervals
from onboarding.green_button.records import IntervalReading

from .limits import limit
from .rows import ROW

LENGTHS: Final = frozenset({5, 15, 30, 60})  # minutes
_EPOCH: Final = datetime(1970, 1, 1)  # noqa: DTZ001  made aware by the first reading's zone
_COLUMNS: Final = {"delivered": "consumed", "received": "generated", "net": "net"}
_FINAL: Final = {"17": 1, "18": 1, **dict.fromkeys(["8", "9", "10", "11", "12", "13", "14", "15", "16"], 0)}
_DISK_BYTES: Final = 2 * 1024**3
_NAN: Final = float("nan")

Slots = dict[int, dict[str, Any]]


class Intervals:
    """The intervals of a feed by usage point, length and start."""

    def __init__(self) -> None:
        self.groups: dict[tuple[str, int], Slots] = {}
        self.left_out: Counter[str] = Counter()
        self._readings: dict[tuple[str, int, str], str] = {}

    def add(self, reading: IntervalReading) -> None:
        """Take one interval in, or count why it is left out."""
        minutes, rest = divmod(reading.duration_seconds, 60)
        start, seconds = divmod(reading.start_at.replace(tzinfo=None) - _EPOCH, timedelta(minutes=1))
        column = _COLUMNS.get(reading.direction)
        if column is None or reading.unit != "kWh":
            self.left_out["other_units"] += 1
        elif rest or minutes not in LENGTHS:
            self.left_out["other_lengths"] += 1
        elif seconds or start % minutes:
            self.left_out["not_aligned"] += 1
        elif self._readings.setdefault((reading.usage_point_id, minutes, column), reading.reading_id) != (
            reading.reading_id
        ):
            self.left_out["second_readings"] += 1  # one direction told twice: whether they add up, nobody says
        else:
            slot = self.groups.setdefault((reading.usage_point_id, minutes), {}).setdefault(start, {})
            slot[column] = float(reading.value)
            slot["final"] = min(slot.get("final", 1), _final(reading.quality))

    def write(self, folder: Path) -> list[dict[str, Any]]:
        """A file for each group; returns what is in which."""
        told = []
        for number, ((usage_point, minutes), slots) in enumerate(sorted(self.groups.items())):
            rows = np.zeros(len(slots), ROW)
            for place, (start, slot) in enumerate(sorted(slots.items())):
                values = (slot.get("net", _NAN), slot.get("generated", _NAN), slot.get("consumed", _NAN))
                rows[place] = (0, start, *values, slot["final"], 0)
            file = folder / f"{number}.rows"
            file.write_bytes(rows.tobytes())
            told.append({"usage_point": usage_point, "minutes": minutes, "rows": len(rows), "file": file.name})
        return told


def _final(quality: str) -> int:
    """1 where the utility calls it verified or fit for billing, 0 where it is estimated, else -1."""
    return min((_FINAL.get(code, -1) for code in quality.split()), default=-1)


def read(order: dict[str, Any]) -> dict[str, Any]:
    """Read one feed."""
    intervals = Intervals()
    try:
        with Path(order["path"]).open("rb") as file:
            for reading in iter_intervals(file):
                intervals.add(reading)
    except FeedRefused as refusal:
        return {"refused": str(refusal)}
    return {"groups": intervals.write(Path(order["folder"])), "left_out": dict(intervals.left_out)}


if __name__ == "__main__":
    order = json.loads(sys.argv[1])
    limit(memory_mb=order["memory_mb"], cpu_seconds=order["cpu_seconds"], disk_bytes=_DISK_BYTES)
    try:
        told = read(order)
    except MemoryError:
        told = {"refused": "it needs too much memory"}
    sys.stdout.write(json.dumps(told))
