"""Made-up energy of a meter: interval by interval, the same every time for the same meter and day."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Final

from onboarding.demo_utility.customers import Meter

DAY: Final = timedelta(days=1)
HISTORY: Final = timedelta(days=35)  # what there is at most before an authorization
_LOAD_W: Final = (310, 280, 260, 250, 260, 330, 520, 690, 560, 430, 390, 400)  # by hour, up to noon ...
_LOAD_W_LATER: Final = (420, 430, 450, 540, 760, 1130, 1310, 1240, 1010, 790, 560, 400)  # ... and from noon on
_SUN_W: Final = dict(zip(range(7, 18), (200, 700, 1400, 2100, 2600, 2800, 2600, 2100, 1400, 700, 200), strict=True))


@dataclass(frozen=True, slots=True)
class Day:
    """A day of a meter in standard local time: when it begins (UTC), Wh delivered and received per interval."""

    start: datetime
    interval_seconds: int
    delivered_wh: tuple[int, ...]
    received_wh: tuple[int, ...]

    @property
    def end(self) -> datetime:
        return self.start + DAY


def days(meter: Meter, since: datetime, until: datetime, zone_seconds: int) -> Iterator[Day]:
    """The whole local days between two times; `zone_seconds` is the zone's standard offset from UTC."""
    first = -(-(int(since.timestamp()) + zone_seconds) // 86400)
    last = (int(until.timestamp()) + zone_seconds) // 86400
    for number in range(first, last):
        start = datetime.fromtimestamp(number * 86400 - zone_seconds, UTC)
        yield _day(meter, number, start)


def _day(meter: Meter, number: int, start: datetime) -> Day:
    random = Random(f"{meter.service_point}/{number}")  # noqa: S311  made-up readings, not secrets
    seconds = meter.interval_seconds or 3600
    size = meter.homes * random.uniform(0.8, 1.3)
    delivered, received = [], []
    for second in range(0, 86400, seconds):
        watts = (_LOAD_W + _LOAD_W_LATER)[second // 3600] * size * random.uniform(0.7, 1.4)
        watts -= _SUN_W.get(second // 3600, 0) * random.uniform(0.3, 1.0) if meter.exports else 0
        delivered.append(round(max(watts, 0) * seconds / 3600))
        received.append(round(max(-watts, 0) * seconds / 3600))
    return Day(start, seconds, tuple(delivered), tuple(received) if meter.exports else ())
