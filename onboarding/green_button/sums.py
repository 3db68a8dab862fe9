"""The intervals of one meter reading: each time counted once, summed exactly, with its gaps."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from typing import Final

from . import problems
from .limits import FeedLimits
from .problems import WarningLog
from .records import Gap, ReadingSummary, ReadingType
from .store import StoredInterval
from .times import moment
from .units import (
    CUMULATIVE,
    DIRECTIONS,
    EXACT,
    EXTREMES,
    KNOWN_DIRECTIONS,
    UNITS,
    UNKNOWN_UNIT,
    WATT,
    Unit,
    converted,
)

_MOST_LENGTHS = 20  # distinct interval lengths that are counted
_ALMOST_A_DAY = 20 * 3600  # days are as long as the clock makes them, and bills as long as the months
_LAST_SECOND = 253_402_300_799
_HOUR = Decimal(3600)


@dataclass(frozen=True, slots=True)
class Meaning:
    """How the values of a meter reading become amounts."""

    type: ReadingType | None
    unit: Unit
    is_power: bool = False  # average watts, to be multiplied by hours

    def amount(self, interval: StoredInterval) -> Decimal:
        """What one interval holds, in `unit`."""
        value = Decimal(interval.value)
        weighted = EXACT.multiply(value, Decimal(interval.duration)) if self.is_power else value
        return self.converted(weighted)

    def converted(self, raw: Decimal) -> Decimal:
        """raw: a sum of values, or of values times seconds for power."""
        power = self.type.power_of_ten if self.type else 0
        divisor = self.unit.divisor * (int(_HOUR) if self.is_power else 1)
        return converted(raw, power_of_ten=power, divisor=divisor)


def meaning_of(reading_type: ReadingType | None, log: WarningLog, where: str) -> Meaning:
    """Unit of a meter reading, with warnings about what is not known of it."""
    if reading_type is None:
        log.add(problems.READING_TYPE_MISSING, where)
        return Meaning(None, Unit(UNKNOWN_UNIT))
    if reading_type.flow_direction and reading_type.flow_direction not in KNOWN_DIRECTIONS:
        log.add(problems.FLOW_DIRECTION_UNKNOWN, where, reading_type.flow_direction)
    unit = UNITS.get(reading_type.uom)
    if unit is None:
        log.add(problems.UNIT_UNKNOWN, where, reading_type.uom or "(none)")
        return Meaning(reading_type, Unit(UNKNOWN_UNIT))
    if reading_type.uom != WATT:
        return Meaning(reading_type, unit)
    if reading_type.qualifier in EXTREMES:
        log.add(problems.DEMAND_NOT_ENERGY, where)
        return Meaning(reading_type, unit)
    log.add(problems.POWER_AS_ENERGY, where)
    return Meaning(reading_type, UNITS["72"], is_power=True)


def counted(rows: Iterable[StoredInterval], length: int, log: WarningLog, where: str) -> Iterator[StoredInterval]:
    """Each interval once, in order of time; of those with one time and bin the last.

    length: seconds of an interval that has no duration. Rows are in the order of the store.
    """
    last: StoredInterval | None = None
    for row in rows:
        interval = row if row.duration else _with_length(row, length, log, where)
        if last is not None and last[:2] == interval[:2] and last.bin == interval.bin:
            is_same = last.value == interval.value
            log.add(problems.INTERVAL_REPEATED if is_same else problems.INTERVAL_REVISED, where)
        elif last is not None:
            yield last
        last = interval
    if last is not None:
        yield last


def _with_length(interval: StoredInterval, length: int, log: WarningLog, where: str) -> StoredInterval:
    log.add(problems.INTERVAL_WITHOUT_LENGTH, where)
    return StoredInterval(interval.start, length, interval.value, interval.bin, interval.quality)


class Sum:
    """Adds up counted intervals in order of time, in memory that does not grow with them."""

    def __init__(self, meaning: Meaning, limits: FeedLimits, log: WarningLog, where: str) -> None:
        self._meaning = meaning
        self._limits = limits
        self._log = log
        self._where = where
        self._whole = 0  # of integers; Decimals are far slower
        self._rest = Decimal(0)
        self._weighted = Decimal(0)
        self._count = 0
        self._first: StoredInterval | None = None
        self._last: StoredInterval | None = None
        self._end = 0
        self._gaps: list[Gap] = []
        self._gap_count = self._missing = 0
        self._lengths: Counter[int] = Counter()
        self._qualities: set[str] = set()
        self._only_rises = True

    def add(self, interval: StoredInterval) -> None:
        """The next interval."""
        start, duration, value = interval.start, interval.duration, interval.value
        if isinstance(value, int):
            self._whole += value
        else:
            self._rest = EXACT.add(self._rest, Decimal(value))
        if self._meaning.is_power:
            self._weighted = EXACT.add(self._weighted, EXACT.multiply(Decimal(value), Decimal(duration)))
        if self._last is None:
            self._first = interval
        else:
            self._compare(self._last, interval)
        self._end = max(self._end, start + duration)
        self._count += 1
        if duration in self._lengths or len(self._lengths) < _MOST_LENGTHS:
            self._lengths[duration] += 1
        if interval.quality not in self._qualities and len(self._qualities) < _MOST_LENGTHS:
            self._qualities.add(interval.quality)
        self._last = interval

    def _compare(self, last: StoredInterval, interval: StoredInterval) -> None:
        """Note a gap or an overlap between two neighbors."""
        if interval.start > self._end:
            self._gap_count += 1
            self._missing += interval.start - self._end
            if len(self._gaps) < self._limits.max_listed_gaps:
                self._gaps.append(Gap(_moment(self._end), _moment(interval.start)))
        elif interval.start < self._end and last[:2] != interval[:2]:
            self._log.add(problems.INTERVALS_OVERLAP, self._where)
        if self._only_rises:
            self._only_rises = Decimal(interval.value) >= Decimal(last.value)

    @property
    def is_cumulative(self) -> bool:
        """Whether the values are the register of a meter: the type says so, and they only rise."""
        reading_type = self._meaning.type
        if reading_type is None or reading_type.accumulation not in CUMULATIVE or self._count < 3:
            return False
        assert self._first is not None
        assert self._last is not None
        return self._only_rises and Decimal(self._last.value) > Decimal(self._first.value)

    def summary(self, base: ReadingSummary) -> ReadingSummary:
        """The base with everything that was added up."""
        lengths = tuple(sorted(self._lengths))
        usual = max(sorted(self._lengths), key=lambda length: self._lengths[length], default=0)
        self._warn(lengths, usual)
        raw = EXACT.add(Decimal(self._whole), self._rest)
        if self.is_cumulative and self._first and self._last:
            raw = EXACT.subtract(Decimal(self._last.value), Decimal(self._first.value))
        total = self._meaning.converted(self._weighted if self._meaning.is_power else raw)
        return replace(
            base,
            unit=self._meaning.unit.name,
            interval_seconds=usual,
            first_at=_moment(self._first.start) if self._first else None,
            last_end_at=_moment(self._end) if self._first else None,
            count=self._count,
            total=total,
            raw_total=raw,
            gaps=tuple(self._gaps),
            gap_count=self._gap_count,
            missing_seconds=self._missing,
            interval_lengths=lengths,
            qualities=tuple(sorted(filter(None, self._qualities))),
        )

    def _warn(self, lengths: tuple[int, ...], usual: int) -> None:
        if len(lengths) > 1 and lengths[0] < _ALMOST_A_DAY:
            self._log.add(problems.MIXED_LENGTHS, self._where, ", ".join(f"{length} s" for length in lengths))
        reading_type = self._meaning.type
        if reading_type and usual and reading_type.interval_seconds and reading_type.interval_seconds != usual:
            self._log.add(problems.LENGTH_DIFFERS, self._where, str(reading_type.interval_seconds))
        if self.is_cumulative:
            self._log.add(problems.CUMULATIVE_READINGS, self._where)


def increments(intervals: Iterable[StoredInterval]) -> Iterator[StoredInterval]:
    """What each interval of a register adds to the one before; the first adds nothing."""
    last: StoredInterval | None = None
    for interval in intervals:
        before = interval.value if last is None else last.value
        added = str(EXACT.subtract(Decimal(interval.value), Decimal(before)))
        yield StoredInterval(interval.start, interval.duration, added, interval.bin, interval.quality)
        last = interval


def empty_summary(reading_type: ReadingType | None, *, name: str, usage_point: str) -> ReadingSummary:
    """A meter reading before its intervals are added up."""
    flow: Final = reading_type.flow_direction if reading_type else ""
    return ReadingSummary(
        id=name,
        direction=DIRECTIONS.get(flow, "unknown"),
        unit=UNKNOWN_UNIT,
        interval_seconds=0,
        first_at=None,
        last_end_at=None,
        count=0,
        total=Decimal(0),
        uom=reading_type.uom if reading_type else "",
        flow_direction=flow,
        accumulation=reading_type.accumulation if reading_type else "",
        reading_kind=reading_type.kind if reading_type else "",
        usage_point_id=usage_point,
    )


def _moment(seconds: int) -> datetime:
    return moment(min(seconds, _LAST_SECOND))
