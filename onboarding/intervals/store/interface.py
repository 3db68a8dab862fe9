"""What a store of intervals does, and the shapes in which intervals go in and out: numpy arrays, no objects."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Protocol

import numpy as np
from numpy.typing import NDArray

# One interval. start: minutes since 1970-01-01 00:00 UTC. Energy in kWh, NaN where it was not given;
# of runtime series, net is the minutes that a device ran.
# final: 1 yes, 0 no, -1 not said. source: number of an IntervalSource.
INTERVAL: Final = np.dtype(
    [
        ("series", "<i4"),
        ("start", "<i4"),
        ("net", "<f8"),
        ("generated", "<f8"),
        ("consumed", "<f8"),
        ("final", "i1"),
        ("source", "<i4"),
    ]
)
Intervals = NDArray[Any]  # of INTERVAL
MINUTES_A_DAY: Final = 1440
DAY_BYTES: Final = {5: 36, 15: 12, 30: 6, 60: 3}  # a bit for each interval of a UTC day, by the interval's minutes


def slots_per_day(minutes: int) -> int:
    """How many intervals of this length a UTC day has."""
    return MINUTES_A_DAY // minutes


@dataclass(frozen=True, slots=True)
class Put:
    """How many intervals were added, replaced by other values, and already there with the same values.

    newer: how many were left as they are, because a later source gave them other values.
    """

    new: int = 0
    changed: int = 0
    same: int = 0
    newer: int = 0

    def __add__(self, other: "Put") -> "Put":
        return Put(self.new + other.new, self.changed + other.changed, self.same + other.same, self.newer + other.newer)


@dataclass(frozen=True, slots=True)
class Correction:
    """What an interval had before other values replaced it. Energy in kWh; sources are numbers of IntervalSource."""

    series: int
    start: datetime
    net: float | None
    generated: float | None
    consumed: float | None
    final: bool | None
    source: int
    replaced_by: int
    replaced_at: datetime


@dataclass(frozen=True, slots=True)
class Days:
    """Which intervals of which days are there, for series whose intervals are all of one length.

    series, day: int32, one for each row; day counts from 1970-01-01 UTC. present: bytes of shape (rows, DAY_BYTES), the
    first interval of the day in the highest bit of the first byte.
    """

    series: NDArray[np.int32]
    day: NDArray[np.int32]
    present: NDArray[np.uint8]

    def bits(self, minutes: int) -> NDArray[np.bool_]:
        """One column for each interval of the day."""
        return np.unpackbits(self.present, axis=1, count=slots_per_day(minutes)).view(np.bool_)


class IntervalStore(Protocol):
    """Keeps one row for each series and start. What it answers is always as last corrected."""

    def prepare(self, first: int, last: int) -> None:
        """Make ready for starts between these minutes since 1970, outside of any transaction (partitions)."""

    def put(self, rows: Intervals, *, minutes: int, source: int) -> Put:
        """Add or replace intervals; each (series, start) is at most once in `rows`, which are sorted so.

        In the caller's transaction, which holds the partner's name (`portal.storage.locks`). A replaced value is kept
        as a Correction. An equal one is not touched, nor is one of a source with a higher number, which came later.
        minutes: of all intervals of these series.
        """

    def read(self, series: Collection[int], first: int, last: int) -> Intervals:
        """The intervals with first <= start < last (minutes since 1970), sorted by series and start."""

    def days(self, series: Sequence[int], first: int, last: int, *, minutes: int) -> Days:
        """Which intervals of the days first <= day < last are there; days without any are left out. Sorted by series
        and day."""

    def daily(self, series: int, first: int, last: int, *, offset: int) -> list[tuple[int, float, int]]:
        """The intervals with first <= start < last by the day of a clock that is `offset` minutes ahead of UTC.

        The day, the net energy in kWh (where it was not given, consumed less generated), and how many intervals.
        """

    def corrections(self, series: Collection[int], *, limit: int) -> list[Correction]:
        """What was replaced, the latest first."""

    def forget(self, series: Collection[int]) -> None:
        """Remove all that is kept of these series."""

    def remove_forgotten(self, *, limit: int) -> int:
        """Remove what was forgotten where that takes longer than the caller's transaction: of so many series at once.
        Returns of how many there is something left."""
