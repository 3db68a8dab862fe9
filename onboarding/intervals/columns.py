"""The columns of each type of file in words, and a file to begin with."""

import csv
import io
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from onboarding.intervals.models import DataType
from onboarding.intervals.reading.layouts import (
    CONSUMED,
    END,
    FINAL,
    GENERATED,
    LAYOUTS,
    METER,
    MINUTES,
    NET,
    REGION,
    START,
)
from onboarding.meters.models import Meter
from portal import clock
from portal.partners.models import Partner

NO_METER: Final = "00000000-0000-0000-0000-000000000000"  # where a partner has no meter yet
_LINES: Final = 4
_RUNTIME, _PERFORMANCE = "runtime_minutes", "performance_kwh"
# What goes into a column, and whether every file needs it.
_TEXTS: Final = {
    METER: ("Leap meter ID of one of your meters", "Yes"),
    START: ("When the interval begins, in UTC: at :00, :15, :30 or :45", "Yes"),
    END: ("When it ends, 15 minutes later", "Yes"),
    NET: ("Consumed minus generated, in kWh; may be negative", "This, or the next two"),
    CONSUMED: ("Energy consumed, in kWh; not negative", "With generated, or net"),
    GENERATED: ("Energy generated, in kWh; not negative", "With consumed, or net"),
    _RUNTIME: (f"For how many minutes the device ran, 0 to {MINUTES}", "Yes"),
    _PERFORMANCE: ("What the device performed, in kWh", "Yes"),
    FINAL: ("true when the value will not change any more", "No"),
    REGION: ("State, such as CA", "No"),
}
_VALUES: Final = {
    NET: (1.25, 0.75, -0.5, -1.0),
    CONSUMED: (1.25, 1.0, 0.5, 0.25),
    GENERATED: (0.0, 0.25, 1.0, 1.25),
    _RUNTIME: (15, 7.5, 0, 12),
    _PERFORMANCE: (0.5, 0.75, 0.5, 0.25),
}


@dataclass(frozen=True, slots=True)
class ColumnText:
    """A column, what goes into it, whether it is needed, an example."""

    name: str
    text: str
    needed: str
    example: str


def column_guide(data_type: DataType, partner: Partner) -> list[ColumnText]:
    """The columns of a type of file, in its order."""
    first = _example_lines(data_type, partner)[0]
    return [ColumnText(name, *_TEXTS[name], str(first[name])) for name in LAYOUTS[data_type].columns]


def is_published(data_type: DataType) -> bool:
    """Whether the columns are those of the published contract, which has none for runtime and performance."""
    return LAYOUTS[data_type].is_verified


def example_csv(data_type: DataType, partner: Partner) -> bytes:
    """A file to begin with: an hour of one of the partner's meters."""
    text = io.StringIO()
    writer = csv.DictWriter(text, LAYOUTS[data_type].columns, lineterminator="\n")
    writer.writeheader()
    writer.writerows(_example_lines(data_type, partner))
    return text.getvalue().encode()


def _example_lines(data_type: DataType, partner: Partner) -> list[dict[str, object]]:
    meter = Meter.objects.filter(partner=partner, is_archived=False).order_by("pk").values_list("pk", flat=True).first()
    midnight = (clock.now() - timedelta(days=1)).replace(hour=0, minute=0, second=0, microsecond=0)
    return [_example_line(data_type, str(meter or NO_METER), midnight, number) for number in range(_LINES)]


def _example_line(data_type: DataType, meter: str, midnight: datetime, number: int) -> dict[str, object]:
    start = midnight + number * timedelta(minutes=MINUTES)
    all_values: dict[str, object] = {
        METER: meter,
        START: f"{start:%Y-%m-%dT%H:%M:%SZ}",
        END: f"{start + timedelta(minutes=MINUTES):%Y-%m-%dT%H:%M:%SZ}",
        **{name: values[number] for name, values in _VALUES.items()},
        FINAL: "true",
        REGION: "CA",
    }
    return {name: all_values[name] for name in LAYOUTS[data_type].columns}
