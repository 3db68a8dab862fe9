"""What both databases do in the same way: which intervals are new is known from the days before any row is touched."""

from abc import ABC, abstractmethod
from collections.abc import Collection, Sequence
from typing import Any, ClassVar

import numpy as np
from django.db import connection, transaction
from numpy.typing import NDArray

from onboarding.intervals.reading.rows import differ

from .interface import INTERVAL, MINUTES_A_DAY, Correction, Days, Intervals, Put, slots_per_day
from .models import Interval, IntervalCorrection, IntervalDay
from .times import moment

_BATCH = 500


class TableStore(ABC):
    """The store in tables of the portal's own database. Each database reads and writes rows in its own fast way."""

    interval: ClassVar[str] = Interval._meta.db_table
    day: ClassVar[str] = IntervalDay._meta.db_table
    correction: ClassVar[str] = IntervalCorrection._meta.db_table

    def put(self, rows: Intervals, *, minutes: int, source: int) -> Put:
        """See IntervalStore."""
        if not len(rows):
            return Put()
        with transaction.atomic():
            return self._put(rows, minutes, source)

    def _put(self, rows: Intervals, minutes: int, source: int) -> Put:
        touched, group, bits = _days_of(rows, minutes)
        before = self._bits_before(touched, minutes)
        is_known = before[group, _slot(rows["start"], minutes)]
        new = rows[~is_known]
        new["source"] = source
        self.insert(new)
        changed, newer = self._replace(rows[is_known], source)
        is_fuller = (bits & ~before).any(axis=1)
        days = Days(touched.series[is_fuller], touched.day[is_fuller], np.packbits((bits | before)[is_fuller], axis=1))
        self.write_days(days)
        return Put(len(new), changed, len(rows) - len(new) - changed - newer, newer)

    def _bits_before(self, touched: Days, minutes: int) -> NDArray[np.bool_]:
        """A row of bits for each day of `touched`, as stored; none where there is no such day yet."""
        bits = np.zeros((len(touched.day), slots_per_day(minutes)), bool)
        series = np.unique(touched.series).tolist()
        stored = self.days(series, int(touched.day.min()), int(touched.day.max()) + 1, minutes=minutes)
        at, is_there = places(key(touched.series, touched.day), key(stored.series, stored.day))
        bits[is_there] = stored.bits(minutes)[at[is_there]]
        return bits

    def _replace(self, rows: Intervals, source: int) -> tuple[int, int]:
        """Write those of the rows that differ from what an earlier source gave, keeping what was there; returns how
        many, and how many differ from what a later source gave."""
        if not len(rows):
            return 0, 0
        series = np.unique(rows["series"]).tolist()
        stored = self.read(series, int(rows["start"].min()), int(rows["start"].max()) + 1)
        at, is_there = places(key(rows["series"], rows["start"]), key(stored["series"], stored["start"]))
        self._put_again(rows[~is_there], source)
        rows, at = rows[is_there], at[is_there]
        differs = differ(rows, stored[at])
        is_newer = differs & (stored["source"][at] > source)
        changed = rows[differs & ~is_newer]
        if len(changed):
            changed["source"] = source
            self._keep_replaced(changed, source)
            self._update(changed)
        return len(changed), int(is_newer.sum())

    def daily(self, series: int, first: int, last: int, *, offset: int) -> list[tuple[int, float, int]]:
        """See IntervalStore."""
        with connection.cursor() as cursor:
            cursor.execute(
                f"SELECT (start + %s) / {MINUTES_A_DAY}, "
                "sum(coalesce(net, coalesce(consumed, 0) - coalesce(generated, 0))), count(*) "
                f"FROM {self.interval} WHERE series = %s AND start >= %s AND start < %s GROUP BY 1",
                [offset, series, first, last],
            )
            return sorted((int(day), float(kwh), int(count)) for day, kwh, count in cursor.fetchall())

    def corrections(self, series: Collection[int], *, limit: int) -> list[Correction]:
        """See IntervalStore."""
        rows = IntervalCorrection.objects.filter(series__in=list(series)).order_by("-id")[:limit]
        return [
            Correction(
                row.series,
                moment(row.start),
                row.net,
                row.generated,
                row.consumed,
                row.final,
                row.source,
                row.replaced_by,
                row.replaced_at,
            )
            for row in rows
        ]

    def forget(self, series: Collection[int]) -> None:
        """See IntervalStore."""
        numbers = sorted(series)
        for begin in range(0, len(numbers), _BATCH):
            some = numbers[begin : begin + _BATCH]
            for table in (self.interval, self.day, self.correction):
                with connection.cursor() as cursor:
                    marks = ", ".join(["%s"] * len(some))
                    cursor.execute(f"DELETE FROM {table} WHERE series IN ({marks})", some)

    def remove_forgotten(self, *, limit: int) -> int:
        """See IntervalStore. Tables forget at once."""
        return 0

    def _put_again(self, rows: Intervals, source: int) -> None:
        """Deal with rows that a day says are there, and are not: it is written with them, so there are none."""
        assert not len(rows), "a day says that an interval is there that is not"

    @abstractmethod
    def prepare(self, first: int, last: int) -> None: ...

    @abstractmethod
    def read(self, series: Collection[int], first: int, last: int) -> Intervals: ...

    @abstractmethod
    def days(self, series: Sequence[int], first: int, last: int, *, minutes: int) -> Days: ...

    @abstractmethod
    def insert(self, rows: Intervals) -> None:
        """Add intervals of which none is there."""

    @abstractmethod
    def _keep_replaced(self, rows: Intervals, source: int) -> None:
        """Copy what is stored for these (series, start) into the corrections."""

    @abstractmethod
    def _update(self, rows: Intervals) -> None:
        """Give stored intervals these values."""

    @abstractmethod
    def write_days(self, days: Days) -> None:
        """Add these days, or replace those that are there."""


def empty() -> Intervals:
    """No intervals."""
    return np.empty(0, INTERVAL)


def _slot(start: NDArray[Any], minutes: int) -> NDArray[Any]:
    return start % MINUTES_A_DAY // minutes


def _days_of(rows: Intervals, minutes: int) -> tuple[Days, NDArray[np.intp], NDArray[np.bool_]]:
    """The days that the rows touch, the number of its day for each row, and the bits that the rows set."""
    if (rows["start"] % minutes).any():
        raise ValueError("an interval does not begin where its length says")
    days = rows["start"] // MINUTES_A_DAY
    begins = np.ones(len(rows), bool)
    begins[1:] = (rows["series"][1:] != rows["series"][:-1]) | (days[1:] != days[:-1])
    group = np.cumsum(begins) - 1
    bits = np.zeros((int(group[-1]) + 1, slots_per_day(minutes)), bool)
    bits[group, _slot(rows["start"], minutes)] = True
    none = np.empty((0, 0), np.uint8)
    return Days(rows["series"][begins], days[begins], none), group, bits


def key(series: NDArray[Any], second: NDArray[Any]) -> NDArray[np.int64]:
    return (series.astype(np.int64) << 32) + second


def places(wanted: NDArray[np.int64], stored: NDArray[np.int64]) -> tuple[NDArray[np.intp], NDArray[np.bool_]]:
    """Where each wanted key is among the stored ones, which are sorted, and whether it is there."""
    at = np.searchsorted(stored, wanted)
    if not len(stored):
        return at, np.zeros(len(wanted), bool)
    at = np.minimum(at, len(stored) - 1)
    return at, stored[at] == wanted
