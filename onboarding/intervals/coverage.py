"""What is there of what is expected: matrices of meters by quarter-hours, some meters at a time."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

import numpy as np
from numpy.typing import NDArray

from onboarding.intervals.expected import DataRule, Expected
from onboarding.intervals.models import DataType, IntervalSeries
from onboarding.intervals.quarters import A_DAY, NEVER, Bits, Quarters, covering
from onboarding.intervals.store import interval_store
from portal.partners.models import Partner

CELLS: Final = 4_000_000  # of a matrix: some 16 MB


@dataclass(frozen=True, slots=True)
class Block:
    """Some meters, and the quarter-hours from `first` on.

    due: the submission deadline of each that is expected, NEVER of others. present: whether an interval covers it.
    """

    meters: Sequence[UUID]
    first: int
    due: Quarters
    present: Bits

    @property
    def missing(self) -> Bits:
        """Expected, and not there."""
        return (self.due != NEVER) & ~self.present

    @property
    def expected(self) -> Bits:
        is_expected: Bits = self.due != NEVER
        return is_expected


def blocks(
    partner: Partner, expected: Expected, data_type: DataType, meters: Sequence[UUID], first: int, last: int
) -> Iterator[Block]:
    """The meters in order, in blocks that are small enough, over the quarter-hours first <= q < last.

    Three queries, and one for each length of intervals and block.
    """
    length = last - first
    if length <= 0:
        return
    deadlines = {pk: rule.deadlines(first, last) for pk, rule in expected.rules.items() if data_type in rule.data_types}
    series = _series_of(partner, data_type, meters)
    size = max(CELLS // length, 1)
    for begin in range(0, len(meters), size):
        some = meters[begin : begin + size]
        yield Block(some, first, _due(expected, some, deadlines, first, length), _present(series, some, first, last))


def _due(
    expected: Expected, meters: Sequence[UUID], deadlines: dict[int, Quarters], first: int, length: int
) -> Quarters:
    """Of several programs the earliest deadline counts."""
    due = np.full((len(meters), length), NEVER, np.int32)
    for row, meter in enumerate(meters):
        line = due[row]
        for span in expected.spans.get(meter, ()):
            if span.program in deadlines:
                part = slice(max(span.first - first, 0), max(span.last - first, 0))
                np.minimum(line[part], deadlines[span.program][part], out=line[part])
        for out in expected.out_spans.get(meter, ()):
            line[max(out.first - first, 0) : max(out.last - first, 0)] = NEVER
    return due


Series = dict[int, dict[UUID, int]]  # by length of intervals: the series of each meter


def _series_of(partner: Partner, data_type: DataType, meters: Sequence[UUID]) -> Series:
    rows = IntervalSeries.objects.filter(partner=partner, data_type=data_type)
    if len(meters) <= 500:
        rows = rows.filter(meter__in=meters)
    series: Series = {}
    for pk, meter, minutes in rows.values_list("pk", "meter", "minutes"):
        series.setdefault(minutes, {})[meter] = pk
    return series


def _present(series: Series, meters: Sequence[UUID], first: int, last: int) -> Bits:
    """Which quarter-hours are covered by intervals of any length."""
    first_day, last_day = first // A_DAY, -(-last // A_DAY)
    present = np.zeros((len(meters), last_day - first_day, A_DAY), bool)
    for minutes, number_of in series.items():
        numbers = np.array([number_of.get(meter, 0) for meter in meters], np.int32)
        lines = np.flatnonzero(numbers)
        if not len(lines):
            continue
        lines = lines[np.argsort(numbers[lines])]
        days = interval_store().days(numbers[lines].tolist(), first_day, last_day, minutes=minutes)
        line = lines[np.searchsorted(numbers[lines], days.series)]
        present[line, days.day - first_day] |= covering(days.bits(minutes), minutes)
    whole = present.reshape(len(meters), -1)
    begin = first - first_day * A_DAY
    return whole[:, begin : begin + last - first]


@dataclass(frozen=True, slots=True)
class DayCounts:
    """Quarter-hours of meters by local day: how many are expected, and how many of them are missing.

    meters: one for each row. expected, missing: of shape (meters, days).
    """

    data_type: DataType
    meters: Sequence[UUID]
    expected: NDArray[np.int32]
    missing: NDArray[np.int32]


def day_counts(
    partner: Partner, expected: Expected, rule: DataRule, days: Sequence[tuple[object, int, int]]
) -> list[DayCounts]:
    """Counts for each type of data that a program needs, over local days with their first quarter-hour and end."""
    if not days:
        return []
    first, last = days[0][1], days[-1][2]
    begins = np.array([begin - first for _, begin, _ in days])
    counts = []
    for data_type, meters in expected.by_type():
        if data_type not in rule.data_types:
            continue
        parts = [
            (
                np.add.reduceat(block.expected, begins, axis=1, dtype=np.int32),
                np.add.reduceat(block.missing, begins, axis=1, dtype=np.int32),
            )
            for block in blocks(partner, expected, data_type, meters, first, last)
        ]
        wanted, missing = (np.concatenate([part[number] for part in parts]) for number in (0, 1))
        counts.append(DayCounts(data_type, meters, wanted, missing))
    return counts
