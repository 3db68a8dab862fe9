"""Intervals go from the database's own table into ClickHouse, and back, while the portal runs.

A piece is some series of one partner, whose writers wait meanwhile. What is there already is not sent again, so whoever
is stopped begins again and finishes with the same. A piece is right when every interval of it is read back from its new
place with the same values and source.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby, islice
from operator import itemgetter
from typing import Final
from uuid import UUID

import numpy as np
from django.db import transaction
from numpy.typing import NDArray

from onboarding.intervals.models import IntervalSeries
from onboarding.intervals.reading.rows import differ
from portal.storage.locks import hold

from .clickhouse import ClickhouseStore
from .interface import MINUTES_A_DAY, Intervals
from .models import Interval
from .tables import key
from .times import date_of

_EVER: Final = (0, 2**31 - 1)


class NotTheSame(Exception):
    """An interval is not read back as it was sent. Nothing of the piece was changed.

    series, day: of the first such interval. sent, read: how many there are of the series on this day (UTC).
    """

    def __init__(self, series: int, day: date, sent: int, read: int) -> None:
        super().__init__(series, day, sent, read)
        self.series, self.day, self.sent, self.read = series, day, sent, read


@dataclass(frozen=True, slots=True)
class Moved:
    """Of a piece: how many intervals there are, how many of these were sent now, and how many ClickHouse has with other
    values, since they were corrected there."""

    intervals: int = 0
    sent: int = 0
    corrected: int = 0

    def __add__(self, other: "Moved") -> "Moved":
        return Moved(self.intervals + other.intervals, self.sent + other.sent, self.corrected + other.corrected)


def pieces(size: int) -> Iterator[tuple[UUID, list[int]]]:
    """All series in pieces of at most this many: the partner's key and the series' numbers."""
    rows = IntervalSeries.objects.order_by("partner_id", "pk").values_list("partner_id", "pk")
    for partner, of_partner in groupby(rows, itemgetter(0)):
        while numbers := [number for _, number in islice(of_partner, size)]:
            yield partner, numbers


def move(store: ClickhouseStore, partner: UUID, series: Sequence[int], *, removing: bool) -> Moved:
    """Send what the database's own table has of these series and ClickHouse lacks, and compare.

    removing: then remove it from the table. One transaction. Raises NotTheSame, ClickhouseAway.
    """
    with transaction.atomic():
        hold(f"intervals {partner}")
        rows = store.tables.read(series, *_EVER)
        if not len(rows):
            return Moved()
        before = store.read_sent(series, *_EVER)
        lacking = rows[~np.isin(_keys(rows), _keys(before))]
        store.insert(lacking)
        after = store.read_sent(series, *_EVER)
        _compare(lacking, after)
        _compare(before, after)
        if removing:
            Interval.objects.filter(series__in=list(series)).delete()
    there = before[np.isin(_keys(before), _keys(rows))]
    same = rows[np.isin(_keys(rows), _keys(there))]
    return Moved(len(rows), len(lacking), int(_differs(there, same).sum()))


def move_back(store: ClickhouseStore, partner: UUID, series: Sequence[int]) -> Moved:
    """Write what is read of these series into the database's own table, compare, and let ClickHouse forget it.

    One transaction, after the months are made ready. Raises NotTheSame, ClickhouseAway.
    """
    sent = store.read_sent(series, *_EVER)
    if not len(sent):
        return Moved()
    store.tables.prepare(int(sent["start"].min()), int(sent["start"].max()))
    with transaction.atomic():
        hold(f"intervals {partner}")
        rows = store.read(series, *_EVER)
        Interval.objects.filter(series__in=list(series)).delete()
        store.tables.insert(rows)
        _compare(rows, store.tables.read(series, *_EVER))
        store.forget_sent(series)
    return Moved(len(rows), len(sent))


def _keys(rows: Intervals) -> NDArray[np.int64]:
    return key(rows["series"], rows["start"])


def _compare(sent: Intervals, read: Intervals) -> None:
    """Raises NotTheSame unless each of these intervals was read, with the same values and source."""
    read = read[np.isin(_keys(read), _keys(sent))]
    both = min(len(sent), len(read))
    wrong = np.flatnonzero(_differs(sent[:both], read[:both]))
    if not len(wrong) and len(sent) == len(read):
        return
    first = sent[int(wrong[0]) if len(wrong) else both]
    series, day = int(first["series"]), int(first["start"]) // MINUTES_A_DAY
    raise NotTheSame(series, date_of(day), *(_count(rows, series, day) for rows in (sent, read)))


def _differs(rows: Intervals, others: Intervals) -> NDArray[np.bool_]:
    return (_keys(rows) != _keys(others)) | (rows["source"] != others["source"]) | differ(rows, others)


def _count(rows: Intervals, series: int, day: int) -> int:
    return int(((rows["series"] == series) & (rows["start"] // MINUTES_A_DAY == day)).sum())
