"""The store on PostgreSQL: a partition for each month, binary COPY in and out."""

from collections.abc import Collection, Iterator, Sequence
from datetime import date
from typing import Any, Final

import numpy as np
import psycopg
from django.db import connection, transaction
from numpy.typing import NDArray

from portal.storage.locks import hold

from .interface import DAY_BYTES, INTERVAL, Days, Intervals
from .tables import TableStore, empty
from .times import day_of, moment

_HEADER: Final = b"PGCOPY\n\xff\r\n\0" + bytes(8)
_TRAILER: Final = b"\xff\xff"
_ARRAYS: Final = {1007: ">i4", 1022: ">f8"}  # int4[] and float8[], by the number of the type
_ARRAY_HEADER: Final = 20
_MAY_BE_NULL: Final = ("net", "generated", "consumed", "final")


class PostgresqlStore(TableStore):
    """See IntervalStore."""

    def prepare(self, first: int, last: int) -> None:
        """Make the partitions of the months. Outside of the caller's transaction, since it locks the whole table."""
        wanted = list(_months(moment(first).date(), moment(last).date()))
        with connection.cursor() as cursor:
            cursor.execute("SELECT relname FROM pg_class WHERE relname = ANY(%s)", [[name for name, _, _ in wanted]])
            there = {name for (name,) in cursor.fetchall()}
        for name, begin, end in wanted:
            if name not in there:
                self._make_partition(name, begin, end)

    def _make_partition(self, name: str, begin: int, end: int) -> None:
        with transaction.atomic(), connection.cursor() as cursor:
            hold(self.interval)
            cursor.execute(
                f"CREATE TABLE IF NOT EXISTS {name} PARTITION OF {self.interval} FOR VALUES FROM ({begin}) TO ({end})"
            )

    def read(self, series: Collection[int], first: int, last: int) -> Intervals:
        """See IntervalStore."""
        columns = {
            "start": "start",
            "net": "coalesce(net, 'NaN')",
            "generated": "coalesce(generated, 'NaN')",
            "consumed": "coalesce(consumed, 'NaN')",
            "final": "coalesce(final::int, -1)",
            "source": "source",
        }
        pieces = []
        for number, arrays in self._arrays(
            f"SELECT series, {', '.join(f'array_agg({column})' for column in columns.values())} FROM {self.interval} "
            f"WHERE {_among(series)} AND start >= {int(first)} AND start < {int(last)} GROUP BY series ORDER BY series"
        ):
            piece = np.empty(len(arrays[0]), INTERVAL)
            piece["series"] = number
            for name, values in zip(columns, arrays, strict=True):
                piece[name] = values
            pieces.append(piece[np.argsort(piece["start"])])
        return np.concatenate(pieces) if pieces else empty()

    def days(self, series: Sequence[int], first: int, last: int, *, minutes: int) -> Days:
        """See IntervalStore."""
        numbers, days, present = [], [], []
        for number, (day, joined) in self._arrays(
            f"SELECT series, array_agg(day ORDER BY day), string_agg(present, ''::bytea ORDER BY day) FROM {self.day} "
            f"WHERE {_among(series)} AND day >= {int(first)} AND day < {int(last)} GROUP BY series ORDER BY series"
        ):
            numbers.append(np.full(len(day), number, np.int32))
            days.append(day)
            present.append(joined)
        none = np.empty(0, np.int32)
        content = np.frombuffer(b"".join(present), np.uint8)
        return Days(
            np.concatenate([none, *numbers]),
            np.concatenate([none, *days]).astype(np.int32),
            content.reshape(-1, DAY_BYTES[minutes]),
        )

    def _arrays(self, query: str) -> Iterator[tuple[int, list[Any]]]:
        """Rows of a number and of columns that are arrays without nulls, or bytes; read as they come over the wire.

        A row for each series costs a hundredth of a row for each interval.
        """
        connection.ensure_connection()
        with psycopg.Cursor(connection.connection) as cursor, connection.wrap_database_errors:
            cursor.execute(query, binary=True)
            result = cursor.pgresult
            assert result is not None
            for row in range(result.ntuples):
                cells = [result.get_value(row, column) or b"" for column in range(result.nfields)]
                kinds = [result.ftype(column) for column in range(result.nfields)]
                yield (
                    int.from_bytes(cells[0], "big", signed=True),
                    [_unpacked(cell, kind) for cell, kind in zip(cells[1:], kinds[1:], strict=True)],
                )

    def insert(self, rows: Intervals) -> None:
        if not len(rows):
            return
        months = rows["start"].astype("datetime64[m]").astype("datetime64[M]")
        for month in np.unique(months):
            (name, _, _) = next(_months(month.astype(date), month.astype(date)))
            some = rows[months == month]
            with (
                connection.cursor() as cursor,
                connection.wrap_database_errors,
                cursor.cursor.copy(
                    f"COPY {name} (series, start, net, generated, consumed, final, source) FROM STDIN (FORMAT BINARY)"
                ) as copy,
            ):
                copy.write(_HEADER)
                for piece in _packed(some):
                    copy.write(piece)
                copy.write(_TRAILER)

    def _keep_replaced(self, rows: Intervals, source: int) -> None:
        with connection.cursor() as cursor:
            cursor.execute(
                f"INSERT INTO {self.correction} (series, start, net, generated, consumed, final, source, replaced_by) "
                "SELECT t.series, t.start, t.net, t.generated, t.consumed, t.final, t.source, %s "
                f"FROM {self.interval} t JOIN unnest(%s::int[], %s::int[]) AS v (series, start) "
                "ON t.series = v.series AND t.start = v.start WHERE t.start BETWEEN %s AND %s",
                [source, rows["series"].tolist(), rows["start"].tolist(), *_bounds(rows)],
            )

    def _update(self, rows: Intervals) -> None:
        values = [rows[name].tolist() for name in INTERVAL.names or ()]
        with connection.cursor() as cursor:
            cursor.execute(
                f"UPDATE {self.interval} AS t SET net = nullif(v.net, 'NaN'), generated = nullif(v.generated, 'NaN'), "
                "consumed = nullif(v.consumed, 'NaN'), source = v.source, "
                "final = CASE v.final WHEN 1 THEN true WHEN 0 THEN false END "
                "FROM unnest(%s::int[], %s::int[], %s::float8[], %s::float8[], %s::float8[], %s::int[], %s::int[]) "
                "AS v (series, start, net, generated, consumed, final, source) "
                "WHERE t.series = v.series AND t.start = v.start AND t.start BETWEEN %s AND %s",
                [*values, *_bounds(rows)],
            )

    def write_days(self, days: Days) -> None:
        with connection.cursor() as cursor:
            cursor.execute(
                f"INSERT INTO {self.day} (series, day, present) "
                "SELECT * FROM unnest(%s::int[], %s::int[], %s::bytea[]) "
                "ON CONFLICT (series, day) DO UPDATE SET present = excluded.present",
                [days.series.tolist(), days.day.tolist(), [row.tobytes() for row in days.present]],
            )


def _among(series: Collection[int]) -> str:
    numbers = ",".join(str(int(number)) for number in series)
    return f"series = ANY('{{{numbers}}}'::int[])"


def _bounds(rows: Intervals) -> tuple[int, int]:
    return int(rows["start"].min()), int(rows["start"].max())


def _months(first: date, last: date) -> Iterator[tuple[str, int, int]]:
    """Name, first start and end of the partition of each month."""
    year, month = first.year, first.month
    while (year, month) <= (last.year, last.month):
        following = (year + month // 12, month % 12 + 1)
        bounds = [day_of(date(*begin, 1)) * 1440 for begin in ((year, month), following)]
        yield f"onboarding_interval_{year}_{month:02}", bounds[0], bounds[1]
        year, month = following


def _packed(rows: Intervals) -> Iterator[bytes]:
    """Rows in PostgreSQL's binary COPY format; those that lack the same values go together, as they share a layout."""
    lacks = np.zeros(len(rows), np.uint8)
    for bit, name in enumerate(_MAY_BE_NULL):
        lacks |= ((rows[name] == -1) if name == "final" else np.isnan(rows[name])).astype(np.uint8) << bit
    for pattern in np.unique(lacks):
        some = rows[lacks == pattern]
        nulls = {name for bit, name in enumerate(_MAY_BE_NULL) if pattern >> bit & 1}
        yield _laid_out(some, nulls).tobytes()


def _laid_out(rows: Intervals, nulls: Collection[str]) -> NDArray[Any]:
    types = {"final": ">i1", "net": ">f8", "generated": ">f8", "consumed": ">f8"}
    layout: list[tuple[str, str]] = [("count", ">i2")]
    for name in INTERVAL.names or ():
        layout.append((f"{name}_bytes", ">i4"))
        if name not in nulls:
            layout.append((name, types.get(name, ">i4")))
    packed = np.empty(len(rows), np.dtype(layout))
    packed["count"] = len(INTERVAL.names or ())
    for name in INTERVAL.names or ():
        packed[f"{name}_bytes"] = -1 if name in nulls else packed.dtype[name].itemsize
        if name not in nulls:
            packed[name] = rows[name]
    return packed


def _unpacked(cell: bytes, kind: int) -> Any:
    """An array of four or eight bytes each in PostgreSQL's binary format; bytes as they are."""
    if kind not in _ARRAYS:
        return cell
    return np.frombuffer(cell, np.dtype([("bytes", ">i4"), ("value", _ARRAYS[kind])]), offset=_ARRAY_HEADER)["value"]
