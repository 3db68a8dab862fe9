"""What looks wrong in a series although each of its lines is right. Nothing is refused or changed for it."""

import hashlib
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from .facts import MeterFacts, changes_in
from .layouts import MINUTES

Warning_ = dict[str, object]  # code, and the facts of its text

_KEPT: Final = 200
_DAY: Final = 24 * 60 // MINUTES
_MANY: Final = 0.2  # this share of a series is not an accident
_NEARLY_ALL: Final = 0.95
_SLACK: Final = 1.05
_THOUSANDFOLD: Final = (
    25.0  # Wh taken as kWh are a thousand times too much, few devices run at a fortieth of their power
)
_NOON: Final = 12.75  # of the sun, in hours of local standard time; half an hour this way or that
_HOURS_OFF: Final = 3.0
_SUNNY_HOURS: Final = 12
_SUNNY_SHARE: Final = 0.97
_LEAST_HOURS: Final = 6  # with a share of the energy: a battery discharges for fewer
_LEAST_ENERGY: Final = 1.0  # kWh


class Suspicions:
    """Gathers warnings over all parts: each kind once for a meter, the first of them kept, all counted."""

    def __init__(self, facts: MeterFacts, *, is_energy: bool) -> None:
        self._facts = facts
        self._is_energy = is_energy
        self._digests: dict[bytes, int] = {}
        self.warnings: list[Warning_] = []
        self.counts: Counter[str] = Counter()

    def look(self, rows: NDArray[np.void]) -> None:
        """Look at the series of a part, sorted by meter and start."""
        begins = np.flatnonzero(np.diff(rows["meter"], prepend=-1))
        for begin, end in zip(begins, np.append(begins[1:], len(rows))[: len(begins)], strict=True):
            series = rows[begin:end]
            place = self._facts.place(series["meter"][0])
            for code, told in self._of(series, place):
                self.counts[code] += 1
                if len(self.warnings) < _KEPT:
                    self.warnings.append({"code": code, "meter": self._facts.ids[place], **told})

    def _of(self, series: NDArray[np.void], place: int) -> Iterator[tuple[str, Warning_]]:
        net = np.where(np.isnan(series["net"]), series["consumed"] - series["generated"], series["net"])
        if (told := self._local_time(series["start"], self._facts.zones[place])) is not None:
            yield "INTERVAL_LOCAL_TIME", told
        if len(net) >= _DAY and (told := self._copied(series, net)) is not None:
            yield "INTERVAL_COPIED", told
        if not self._is_energy:
            return
        yield from _too_much(series["start"], np.abs(net), self._facts.capacity[place], self._facts.largest[place])
        if (told := _flat(series["start"], net)) is not None:
            yield "INTERVAL_FLAT", told
        filled = net[net != 0]
        if len(filled) >= _DAY and (filled < 0).mean() >= _NEARLY_ALL and np.isnan(series["generated"]).all():
            yield "INTERVAL_SIGN", {}
        generated = np.where(np.isnan(series["generated"]), np.maximum(-net, 0), series["generated"])
        if (told := _shifted(series["start"], generated, self._facts.zones[place])) is not None:
            yield "INTERVAL_CLOCK", told

    def _local_time(self, starts: NDArray[np.int32], zone: str) -> Warning_ | None:
        """Whether just the hour is absent that a local clock skips in spring."""
        for skipped in changes_in(zone).skipped:
            at = np.searchsorted(starts, [skipped - MINUTES, skipped + 60])
            if at[1] >= len(starts) or at[1] - at[0] != 1:
                continue
            if starts[at[0]] == skipped - MINUTES and starts[at[1]] == skipped + 60:
                return {"day": _moment(skipped).date().isoformat(), "zone": zone}
        return None

    def _copied(self, series: NDArray[np.void], net: NDArray[np.float64]) -> Warning_ | None:
        if np.count_nonzero(net) < _DAY or np.ptp(net) == 0:
            return None
        digest = hashlib.blake2b(series["start"].tobytes() + net.tobytes(), digest_size=16).digest()
        other = self._digests.setdefault(digest, int(series["meter"][0]))
        if other == series["meter"][0]:
            return None
        return {"other": self._facts.ids[self._facts.place(other)], "count": len(net)}


def _too_much(
    starts: NDArray[np.int32], values: NDArray[np.float64], capacity: float, largest: float
) -> Iterator[tuple[str, Warning_]]:
    """Power or Wh taken as kWh, or more than the device can move. capacity: kW, 0 where it is not known."""
    filled = values[values != 0]
    if not len(filled):
        return
    limit = capacity * MINUTES / 60 * _SLACK if capacity else largest
    share = float((filled > limit).mean())
    if share == 0:
        return
    as_watt_hours = float((filled > (limit * _THOUSANDFOLD if capacity else limit)).mean())
    if as_watt_hours > _MANY:
        yield "INTERVAL_WATT_HOURS", {"share": round(as_watt_hours * 100), "limit": round(limit, 1)}
    elif capacity and share > _MANY and values.max() <= capacity * _SLACK:
        yield "INTERVAL_POWER_AS_ENERGY", {"share": round(share * 100), "capacity": capacity}
    elif capacity:
        first = int(starts[np.argmax(values > limit)])
        count = int((values > limit).sum())
        yield "INTERVAL_BEYOND_CAPACITY", {"count": count, "capacity": capacity, "start": _moment(first).isoformat()}


def _flat(starts: NDArray[np.int32], net: NDArray[np.float64]) -> Warning_ | None:
    """The longest run of one value that is not zero, when it is a day or longer."""
    changes = np.ones(len(net), bool)
    changes[1:] = (net[1:] != net[:-1]) | (starts[1:] - starts[:-1] != MINUTES)
    begins = np.flatnonzero(changes)
    lengths = np.diff(np.append(begins, len(net))) * (net[begins] != 0)
    longest = int(np.argmax(lengths))
    if lengths[longest] < _DAY:
        return None
    begin = begins[longest]
    hours = int(lengths[longest]) * MINUTES // 60
    return {"value": float(net[begin]), "hours": hours, "start": _moment(int(starts[begin])).isoformat()}


def _shifted(starts: NDArray[np.int32], generated: NDArray[np.float64], zone: str) -> Warning_ | None:
    """Whether energy comes as from the sun, but hours away from noon."""
    if len(starts) < 2 * _DAY or generated.sum() < _LEAST_ENERGY:
        return None
    offset = _moment(int(starts[0])).replace(month=1, day=1).astimezone(ZoneInfo(zone)).utcoffset() or timedelta(0)
    hours = (starts + int(offset.total_seconds()) // 60) // 60 % 24
    shares = np.bincount(hours, weights=generated, minlength=24)[:24] / generated.sum()
    around = np.convolve(np.tile(shares, 2), np.ones(_SUNNY_HOURS), "valid")[:24]
    if around.max() < _SUNNY_SHARE or (shares > 0.03).sum() < _LEAST_HOURS:
        return None
    angle = np.angle((shares * np.exp(2j * np.pi * (np.arange(24) + 0.5) / 24)).sum())
    middle = float(angle / (2 * np.pi) * 24 % 24)
    off = (middle - _NOON + 12) % 24 - 12
    if abs(off) < _HOURS_OFF:
        return None
    return {"hour": f"{round(middle) % 24:02}:00", "hours": round(abs(off))}


def _moment(minutes: int) -> datetime:
    return datetime.fromtimestamp(minutes * 60, UTC)
