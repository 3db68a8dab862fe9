"""What is known of the meters of a file: their zone, how much they can move, and when their clocks change."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any, Final
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from .layouts import EARLIEST_YEAR

_HOUR: Final = timedelta(hours=1)


class MeterFacts:
    """Facts by the number of a meter.

    given: numbers; ids (as text); zones (IANA names); capacity (kW, 0 where it is not known); largest (kWh that a
    quarter-hour may have at most to be believed), one of each for each number.
    """

    def __init__(self, given: Mapping[str, Sequence[Any]]) -> None:
        self._places = {number: place for place, number in enumerate(given["numbers"])}
        self.ids: Sequence[str] = given["ids"]
        self.zones: Sequence[str] = given["zones"]
        self.capacity: Sequence[float] = given["capacity"]
        self.largest: Sequence[float] = given["largest"]

    def place(self, number: int) -> int:
        """Where the facts of a meter are."""
        return self._places[int(number)]

    def are_put_back(self, meters: NDArray[np.int32], starts: NDArray[np.int32]) -> NDArray[np.bool_]:
        """Whether a start, were it a local time, would be in the hour that comes twice in autumn."""
        zones = [self.zones[self.place(meter)] for meter in meters]
        told = [start in changes_in(zone).twice for zone, start in zip(zones, starts.tolist(), strict=True)]
        return np.array(told, bool)


class Changes:
    """When the clocks of a zone are changed, as local times read as if they were UTC (minutes since 1970).

    twice: quarter-hours that come twice. skipped: the first minute of each hour that does not come.
    """

    def __init__(self, zone: str) -> None:
        self.twice: set[int] = set()
        self.skipped: list[int] = []
        for moment, before, after in _changes(ZoneInfo(zone)):
            local = _minutes(moment + before)
            if after > before:
                self.skipped.append(local)
            else:
                self.twice.update(range(local - 60, local, 15))


@cache
def changes_in(zone: str) -> Changes:
    """When the clocks of a zone are changed."""
    return Changes(zone)


def _changes(zone: ZoneInfo) -> Iterator[tuple[datetime, timedelta, timedelta]]:
    """Each change of a zone's offset: the moment, the offset before and after."""
    at = datetime(EARLIEST_YEAR, 1, 1, tzinfo=UTC)
    until = datetime.now(UTC) + timedelta(days=366)
    before = _offset(at, zone)
    while at < until:
        day = at + timedelta(days=1)
        after = _offset(day, zone)
        if after != before:
            moment = at
            while _offset(moment, zone) == before:
                moment += _HOUR
            yield moment.replace(tzinfo=None), before, after
        at, before = day, after


def _offset(at: datetime, zone: ZoneInfo) -> timedelta:
    return at.astimezone(zone).utcoffset() or timedelta(0)


def _minutes(at: datetime) -> int:
    return (at - datetime(1970, 1, 1)) // timedelta(minutes=1)  # noqa: DTZ001  local, without a zone
