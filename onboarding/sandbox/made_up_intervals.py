"""Made-up interval data of the portfolio: an office's day with its battery, with gaps and a correction."""

import csv
import io
import math
import random
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from onboarding.intervals.models import DataType, Way
from onboarding.intervals.receive import receive_interval_file
from onboarding.meters.models import Meter
from portal.events.actors import Actor
from portal.partners.models import Partner
from portal.web import clock
from portal.web.clock import local_day, midnight

Row = dict[str, Any]
WEEKS = 3


def interval_files(meters: Sequence[Meter]) -> list[tuple[str, bytes]]:
    """Interval data up to last midnight: of one meter the last days lack, of another some hours, of a third all. Some
    values are corrected a moment later."""
    if len(meters) < 6:
        return []
    zone = ZoneInfo("America/New_York")
    end = midnight(local_day(clock.now(), zone), zone)
    begin = end - timedelta(days=WEEKS * 7)
    silent, late, holed, corrected = meters[2:6]
    rows: list[Row] = []
    for meter in meters:
        for start, kwh in office_load(begin.astimezone(UTC), end.astimezone(UTC), zone, seed=len(rows)):
            is_late = meter is late and start >= end - timedelta(days=3)
            is_hole = meter is holed and timedelta(days=6, hours=7) < end - start <= timedelta(days=6, hours=10)
            if meter is not silent and not is_late and not is_hole:
                rows.append(_interval(meter, start, kwh))
    again = [row for row in rows if row["meter_id"] == str(corrected.pk)][-60:-48]
    mended = [row | {"energy_net_kwh": row["energy_net_kwh"] + 1.5} for row in again]
    files = {"boston-load.csv": rows, "boston-load-corrected.csv": mended}
    return [(name, _as_csv(lines)) for name, lines in files.items()]


def send_intervals(partner: Partner, name: str, content: bytes, *, by: Actor) -> None:
    """Send a file of interval data."""
    receive_interval_file([content], file_name=name, partner=partner, data_type=DataType.LOAD, way=Way.PAGE, by=by)


def _as_csv(rows: Sequence[Row]) -> bytes:
    text = io.StringIO()
    lines = csv.DictWriter(text, list(rows[0]))
    lines.writeheader()
    lines.writerows(rows)
    return text.getvalue().encode()


def _interval(meter: Meter, start: datetime, kwh: float) -> Row:
    times = [f"{at:%Y-%m-%dT%H:%M:%SZ}" for at in (start, start + timedelta(minutes=15))]
    names = ("meter_id", "interval_start_time_utc", "interval_end_time_utc", "energy_net_kwh", "final")
    return dict(zip(names, (str(meter.pk), *times, kwh, "true"), strict=True))


def office_load(begin: datetime, end: datetime, zone: ZoneInfo, *, seed: int) -> Iterator[tuple[datetime, float]]:
    """Quarter-hours of an office with a battery, which charges at night and gives energy back from 4 to 7 PM."""
    chance = random.Random(seed)  # noqa: S311  made-up data, no secrets
    start = begin
    while start < end:
        local = start.astimezone(zone)
        hour = local.hour + local.minute / 60
        load = 1.2 + (4.5 * math.sin(math.pi * (hour - 7) / 12) if local.weekday() < 5 and 7 <= hour <= 19 else 0)
        battery = 1.8 if hour < 4 else -5.5 if 16 <= hour < 19 else 0
        yield start, round(load + battery + chance.uniform(-0.3, 0.3), 3)
        start += timedelta(minutes=15)
