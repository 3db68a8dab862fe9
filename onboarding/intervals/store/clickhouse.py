"""The store in ClickHouse: intervals alone. Days and corrections stay in the portal's database, in its transactions.

What is sent to ClickHouse is in no transaction of ours. So each sending has a number, an IntervalWrite in the caller's
transaction, and every row carries it as its version. Rows of a write that is not in the database (taken back, or its
process was killed) are never read. Of the others, the row of the latest write counts, whatever ClickHouse has merged.
Intervals that are in the database's own table are read beside them, as older than all (`moving.py`).
"""

import secrets
from collections.abc import Collection, Iterable, Sequence
from typing import Any, Final

import numpy as np
from django.db.models import Max
from numpy.typing import NDArray

from portal.storage.clickhouse import Clickhouse

from .interface import INTERVAL, MINUTES_A_DAY, Days, Intervals
from .models import IntervalCorrection, IntervalErasure, IntervalWrite
from .tables import TableStore, key

TABLE: Final = "intervals"
_NAMES: Final = list(INTERVAL.names or ())
_ROW: Final = np.dtype([*INTERVAL.descr, ("version", "<i8")])  # without gaps, as RowBinary is
_COLUMNS: Final = ", ".join(_ROW.names or ())
# A date counts days, a start minutes. Old servers know no codecs of columns.
_MAKE_TABLE: Final = f"""CREATE TABLE IF NOT EXISTS {TABLE} (
    series Int32, start Int32, net Float64, generated Float64, consumed Float64, final Int8, source Int32, version Int64
) ENGINE = ReplacingMergeTree() PARTITION BY toYYYYMM(toDate(intDiv(start, {MINUTES_A_DAY})))
ORDER BY (series, start, version) SETTINGS index_granularity = 2048"""
_REMOVING: Final = (
    f"SELECT count() FROM system.mutations WHERE database = currentDatabase() AND table = '{TABLE}' AND is_done = 0"
)
_SERIES_AT_ONCE: Final = 5_000  # a query has 256 kB at most
_VERSIONS_AT_ONCE: Final = 5_000
_MONTHS_AT_ONCE: Final = 50  # an insert touches 100 partitions at most
_RANDOM_BITS: Final = 32  # of a write's number: no other one ever has it, also when its transaction is taken back


class ClickhouseStore(TableStore):
    """See IntervalStore. tables: the store of the portal's database."""

    def __init__(self, clickhouse: Clickhouse, tables: TableStore) -> None:
        self._clickhouse, self.tables = clickhouse, tables

    def prepare(self, first: int, last: int) -> None:
        """Nothing to do: ClickHouse makes the partitions itself."""

    def read(self, series: Collection[int], first: int, last: int) -> Intervals:
        """See IntervalStore."""
        return _newest([_versioned(self.tables.read(series, first, last), 0), self._rows(series, first, last)])

    def read_sent(self, series: Collection[int], first: int, last: int) -> Intervals:
        """The same, without what is in the database's own table."""
        return _newest([self._rows(series, first, last)])

    def days(self, series: Sequence[int], first: int, last: int, *, minutes: int) -> Days:
        """See IntervalStore."""
        return self.tables.days(series, first, last, minutes=minutes)

    def write_days(self, days: Days) -> None:
        """See TableStore."""
        self.tables.write_days(days)

    def daily(self, series: int, first: int, last: int, *, offset: int) -> list[tuple[int, float, int]]:
        """See IntervalStore."""
        rows = self.read([series], first, last)
        parts = np.nan_to_num(rows["consumed"]) - np.nan_to_num(rows["generated"])
        net = np.where(np.isnan(rows["net"]), parts, rows["net"])
        local = (rows["start"] + offset) // MINUTES_A_DAY
        days, place, counts = np.unique(local, return_inverse=True, return_counts=True)
        kwh = np.bincount(place, weights=net, minlength=len(days))
        return list(zip(days.tolist(), kwh.tolist(), counts.tolist(), strict=True))

    def insert(self, rows: Intervals) -> None:
        """Send intervals as a write of the caller's transaction: until its commit nobody else reads them."""
        if not len(rows):
            return
        number = (_latest_round() + 1 << _RANDOM_BITS) + secrets.randbits(_RANDOM_BITS)
        versioned = _versioned(rows, IntervalWrite.objects.create(id=number).pk)
        self._clickhouse.ensure(_MAKE_TABLE)
        months = rows["start"].astype("datetime64[m]").astype("datetime64[M]")
        numbers, servers = np.unique(months), self._clickhouse.servers
        for begin in range(0, len(numbers), _MONTHS_AT_ONCE):
            is_now = np.isin(months, numbers[begin : begin + _MONTHS_AT_ONCE])
            for server in servers:
                some = versioned[is_now & (rows["series"] % len(servers) == server)]
                if len(some):
                    self._clickhouse.insert(TABLE, _COLUMNS, some.tobytes(), server=server)

    def _update(self, rows: Intervals) -> None:
        self.insert(rows)

    def _put_again(self, rows: Intervals, source: int) -> None:
        """A server that lost intervals is given them anew."""
        again = rows.copy()
        again["source"] = source
        self.insert(again)

    def _keep_replaced(self, rows: Intervals, source: int) -> None:
        series = np.unique(rows["series"]).tolist()
        stored = self.read(series, int(rows["start"].min()), int(rows["start"].max()) + 1)
        is_replaced = np.isin(key(stored["series"], stored["start"]), key(rows["series"], rows["start"]))
        corrections = [_correction(row, source) for row in stored[is_replaced]]
        IntervalCorrection.objects.bulk_create(corrections, batch_size=1000)

    def forget(self, series: Collection[int]) -> None:
        """See IntervalStore. From the caller's commit on nobody reads them; `remove_forgotten` removes them."""
        super().forget(series)
        self.forget_sent(series)

    def forget_sent(self, series: Collection[int]) -> None:
        """The same for what ClickHouse has of them, in the caller's transaction."""
        # The last number of the next round, so that what is just being sent and never comes to be goes as well.
        latest = (_latest_round() + 2 << _RANDOM_BITS) - 1
        IntervalWrite.objects.bulk_create([IntervalWrite(id=latest)], ignore_conflicts=True)
        notes = [IntervalErasure(series=number, version=latest) for number in sorted(series)]
        IntervalErasure.objects.bulk_create(notes, batch_size=1000)

    def remove_forgotten(self, *, limit: int) -> int:
        """See IntervalStore. A server removes later than it is told to; a later call sees that it did."""
        notes = list(IntervalErasure.objects.order_by("pk")[:limit])
        series_by_version: dict[int, set[int]] = {}
        for note in notes:
            series_by_version.setdefault(note.version, set()).add(note.series)
        which = " OR ".join(
            f"(series IN ({_listed(series)}) AND version <= {version})" for version, series in series_by_version.items()
        )
        left: set[int] = set()
        for server in self._clickhouse.servers if notes else ():
            there = self._asked(f"SELECT DISTINCT series FROM {TABLE} WHERE {which}", np.dtype("<i4"), server)
            left.update(there.tolist())
            if len(there) and not self._asked(_REMOVING, np.dtype("<u8"), server)[0]:
                self._clickhouse.ask(f"ALTER TABLE {TABLE} DELETE WHERE {which}", server=server)
        gone = [note.pk for note in notes if note.series not in left]
        IntervalErasure.objects.filter(pk__in=gone).delete()
        return IntervalErasure.objects.count()

    def end(self) -> None:
        """Nothing of what was sent counts any more: all of it was moved back."""
        IntervalWrite.objects.all().delete()

    def _rows(self, series: Collection[int], first: int, last: int) -> NDArray[Any]:
        """What ClickHouse has of writes that came to be and was not forgotten, of all versions."""
        numbers = sorted({int(number) for number in series})
        pieces = [np.empty(0, _ROW)]
        for begin in range(0, len(numbers), _SERIES_AT_ONCE):
            query = (
                f"SELECT {_COLUMNS} FROM {TABLE} WHERE series IN ({_listed(numbers[begin : begin + _SERIES_AT_ONCE])}) "
                f"AND start >= {int(first)} AND start < {int(last)} ORDER BY series, start, version"
            )
            # All are asked: there may have been another number of them when it was written.
            pieces += [self._asked(query, _ROW, server) for server in self._clickhouse.servers]
        rows = np.concatenate(pieces)
        if not len(rows):
            return rows
        rows = rows[np.isin(rows["version"], _come_to_be(np.unique(rows["version"])))]
        for note in IntervalErasure.objects.filter(series__range=(numbers[0], numbers[-1])):
            rows = rows[(rows["series"] != note.series) | (rows["version"] > note.version)]
        return rows

    def _asked(self, query: str, shape: np.dtype[Any], server: int) -> NDArray[Any]:
        self._clickhouse.ensure(_MAKE_TABLE)
        return np.frombuffer(self._clickhouse.ask(f"{query} FORMAT RowBinary", server=server), shape)


def _listed(numbers: Collection[int]) -> str:
    return ", ".join(str(number) for number in sorted(numbers))


def _latest_round() -> int:
    """Of the latest write that came to be: its number without what is random in it."""
    return (IntervalWrite.objects.aggregate(latest=Max("id"))["latest"] or 0) >> _RANDOM_BITS


def _come_to_be(versions: NDArray[Any]) -> NDArray[np.int64]:
    """Those of the versions whose write is in the database."""
    numbers, there = versions.tolist(), list[int]()
    for begin in range(0, len(numbers), _VERSIONS_AT_ONCE):
        some = numbers[begin : begin + _VERSIONS_AT_ONCE]
        there += IntervalWrite.objects.filter(pk__in=some).values_list("pk", flat=True)
    return np.array(there, np.int64)


def _versioned(rows: Intervals, version: int) -> NDArray[Any]:
    versioned = np.empty(len(rows), _ROW)
    for name in _NAMES:
        versioned[name] = rows[name]
    versioned["version"] = version
    return versioned


def _newest(pieces: Iterable[NDArray[Any]]) -> Intervals:
    """Of each series and start the row of the highest version, sorted by series and start."""
    rows = np.concatenate([*pieces])
    keys = key(rows["series"], rows["start"])
    order = np.lexsort((rows["version"], keys))
    keys = keys[order]
    newest = rows[order[np.append(keys[1:] != keys[:-1], True)]] if len(rows) else rows
    intervals = np.empty(len(newest), INTERVAL)
    for name in _NAMES:
        intervals[name] = newest[name]
    return intervals


def _correction(row: Any, source: int) -> IntervalCorrection:
    """What an interval has before this source replaces it."""
    kwh = {name: float(row[name]) for name in ("net", "generated", "consumed")}
    return IntervalCorrection(
        series=int(row["series"]),
        start=int(row["start"]),
        **{name: None if np.isnan(value) else value for name, value in kwh.items()},
        final=None if row["final"] < 0 else bool(row["final"]),
        source=int(row["source"]),
        replaced_by=source,
    )
