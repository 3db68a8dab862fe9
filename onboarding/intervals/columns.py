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
    METER,
    MINUTES,
    NET,
    REGION,
    START,
    Layout,
    ValueColumn,
    layouts_of,
)
from onboarding.meters.models import Meter
from portal import clock
from portal.partners.models import Partner
from programs.models import IntervalColumn

NO_METER: Final = "00000000-0000-0000-0000-000000000000"  # where a partner has no meter yet
_LINES: Final = 4
# What goes into a column, and whether every file needs it.
_TEXTS: Final = {
    METER: ("Leap meter ID of one of your meters", "Yes"),
    START: ("When the interval begins, in UTC: at :00, :15, :30 or :45", "Yes"),
    END: ("When it ends, 15 minutes later", "Yes"),
    NET: ("Consumed minus generated, in kWh; can be negative", "Yes, or the next two"),
    CONSUMED: ("Energy consumed, in kWh; not negative", "With generated, or net"),
    GENERATED: ("Energy generated, in kWh; not negative", "With consumed, or net"),
    FINAL: ("true if the value will not change again", "No"),
    REGION: ("State, such as CA", "No"),
}
_VALUES: Final = {
    NET: (1.25, 0.75, -0.5, -1.0),
    CONSUMED: (1.25, 1.0, 0.5, 0.25),
    GENERATED: (0.0, 0.25, 1.0, 1.25),
}
_OTHER_VALUES: Final = (0.5, 0.75, 0.5, 0.25)


@dataclass(frozen=True, slots=True)
class ColumnText:
    """A column, what goes into it, whether it is needed, an example."""

    name: str
    text: str
    needed: str
    example: str


def value_columns() -> dict[str, ValueColumn]:
    """The column that has the values, of each type of data that is not published."""
    return {column.data_type: (column.name, column.least, column.most) for column in IntervalColumn.objects.all()}


def layouts() -> dict[str, Layout]:
    """The columns of each type of file."""
    return layouts_of(value_columns())


def column_guide(data_type: DataType, partner: Partner) -> list[ColumnText]:
    """The columns of a type of file, in its order."""
    layout = layouts()[data_type]
    first = _example_lines(layout, partner)[0]
    texts = _TEXTS | {column.name: (column.range_words, "Yes") for column in IntervalColumn.objects.all()}
    return [ColumnText(name, *texts[name], str(first[name])) for name in layout.columns]


def is_published(data_type: DataType) -> bool:
    """Whether the columns are confirmed: the published contract has none for runtime and performance."""
    return data_type == DataType.LOAD or IntervalColumn.objects.filter(data_type=data_type, verified=True).exists()


def example_csv(data_type: DataType, partner: Partner) -> bytes:
    """A file to begin with: an hour of one of the partner's meters."""
    layout = layouts()[data_type]
    text = io.StringIO()
    writer = csv.DictWriter(text, layout.columns, lineterminator="\n")
    writer.writeheader()
    writer.writerows(_example_lines(layout, partner))
    return text.getvalue().encode()


def _example_lines(layout: Layout, partner: Partner) -> list[dict[str, object]]:
    meter = Meter.objects.filter(partner=partner, is_archived=False).order_by("pk").values_list("pk", flat=True).first()
    midnight = (clock.now() - timedelta(days=1)).replace(hour=0, minute=0, second=0, microsecond=0)
    return [_example_line(layout, str(meter or NO_METER), midnight, number) for number in range(_LINES)]


def _example_line(layout: Layout, meter: str, midnight: datetime, number: int) -> dict[str, object]:
    start = midnight + number * timedelta(minutes=MINUTES)
    all_values: dict[str, object] = {
        METER: meter,
        START: f"{start:%Y-%m-%dT%H:%M:%SZ}",
        END: f"{start + timedelta(minutes=MINUTES):%Y-%m-%dT%H:%M:%SZ}",
        layout.value: _within(layout.limits, _OTHER_VALUES[number]),
        **{name: values[number] for name, values in _VALUES.items()},
        FINAL: "true",
        REGION: "CA",
    }
    return {name: all_values[name] for name in layout.columns}


def _within(limits: tuple[float | None, float | None], value: float) -> float:
    least, most = limits
    value = value if least is None else max(value, least)
    return value if most is None else min(value, most)
