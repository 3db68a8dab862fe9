"""The store on SQLite: one table whose rows lie in the order of their key."""

import json
from collections.abc import Collection, Sequence
from typing import Any, Final

import numpy as np
from django.db import connection

from .interface import DAY_BYTES, INTERVAL, Days, Intervals
from .tables import TableStore, empty

_AMONG: Final = "series IN (SELECT value FROM json_each(%s))"


class SqliteStore(TableStore):
    """See IntervalStore. SQLite keeps NaN as NULL."""

    def prepare(self, first: int, last: int) -> None:
        """Nothing to do: there is one table."""

    def read(self, series: Collection[int], first: int, last: int) -> Intervals:
        """See IntervalStore."""
        rows = self._select(
            "SELECT series, start, net, generated, consumed, coalesce(final, -1), source "
            f"FROM {self.interval} WHERE {_AMONG} AND start >= %s AND start < %s ORDER BY series, start",
            [json.dumps(list(series)), first, last],
        )
        return np.array(rows, INTERVAL) if rows else empty()

    def days(self, series: Sequence[int], first: int, last: int, *, minutes: int) -> Days:
        """See IntervalStore."""
        rows = self._select(
            f"SELECT series, day, present FROM {self.day} WHERE {_AMONG} AND day >= %s AND day < %s "
            "ORDER BY series, day",
            [json.dumps(list(series)), first, last],
        )
        present = np.frombuffer(b"".join(row[2] for row in rows), np.uint8).reshape(len(rows), DAY_BYTES[minutes])
        numbers = np.array([row[:2] for row in rows], np.int32).reshape(len(rows), 2)
        return Days(numbers[:, 0], numbers[:, 1], present)

    def _select(self, query: str, params: list[Any]) -> list[tuple[Any, ...]]:
        with connection.cursor() as cursor:
            cursor.execute(query, params)
            return cursor.fetchall()

    def insert(self, rows: Intervals) -> None:
        with connection.cursor() as cursor:
            cursor.executemany(
                f"INSERT INTO {self.interval} (series, start, net, generated, consumed, final, source) "
                "VALUES (%s, %s, %s, %s, %s, nullif(%s, -1), %s)",
                rows.tolist(),
            )

    def _keep_replaced(self, rows: Intervals, source: int) -> None:
        with connection.cursor() as cursor:
            cursor.executemany(
                f"INSERT INTO {self.correction} "
                "(series, start, net, generated, consumed, final, source, replaced_by, replaced_at) "
                "SELECT series, start, net, generated, consumed, final, source, %s, "
                "strftime('%%Y-%%m-%%d %%H:%%M:%%f', 'now') "
                f"FROM {self.interval} WHERE series = %s AND start = %s",
                [(source, *key) for key in rows[["series", "start"]].tolist()],
            )

    def _update(self, rows: Intervals) -> None:
        with connection.cursor() as cursor:
            cursor.executemany(
                f"UPDATE {self.interval} SET net = %s, generated = %s, consumed = %s, final = nullif(%s, -1), "
                "source = %s WHERE series = %s AND start = %s",
                rows[["net", "generated", "consumed", "final", "source", "series", "start"]].tolist(),
            )

    def write_days(self, days: Days) -> None:
        with connection.cursor() as cursor:
            cursor.executemany(
                f"INSERT INTO {self.day} (series, day, present) VALUES (%s, %s, %s) "
                "ON CONFLICT (series, day) DO UPDATE SET present = excluded.present",
                [
                    (series, day, row.tobytes())
                    for series, day, row in zip(days.series.tolist(), days.day.tolist(), days.present, strict=True)
                ],
            )
