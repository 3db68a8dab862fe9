"""The interval data of one meter: a day, a month or a year of it, what is missing, and what was corrected."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from onboarding.intervals.charts import Chart, Strip, chart_of, day_strip, quarter_strip
from onboarding.intervals.coverage import blocks
from onboarding.intervals.energy import DayEnergy, daily_energy
from onboarding.intervals.expected import Expected, Window, expected_of
from onboarding.intervals.gaps import Gaps, gaps_in, present_quarter
from onboarding.intervals.models import DataType, IntervalSeries, IntervalSource
from onboarding.intervals.quarters import (
    MINUTES,
    NEVER,
    Bits,
    first_quarter,
    hours_text,
    local_days,
    moment_of,
    share_text,
)
from onboarding.intervals.store import interval_store
from onboarding.intervals.store.interface import Intervals
from onboarding.intervals.store.times import minutes_of, moment
from onboarding.meters.models import Meter
from portal.events.actors import Actor
from portal.web.clock import local_day, midnight

CORRECTIONS_SHOWN: Final = 50
LAST_DAYS: Final = 7


@dataclass(frozen=True, slots=True)
class Value:
    """One interval as a row of a table; local start, energy in kWh, "" where it is not given. note: what it is not."""

    start: datetime
    net: float | None
    consumed: float | None
    generated: float | None
    is_missing: bool
    is_corrected: bool


@dataclass(frozen=True, slots=True)
class Line:
    """A day of a month or a month of a year: what is there, and its energy in kWh (None without any)."""

    on: date
    strip: Strip
    expected: int
    missing: int
    kwh: float | None
    corrected: int

    @property
    def share(self) -> str:
        return share_text(self.expected - self.missing, self.expected)

    @property
    def missing_text(self) -> str:
        return hours_text(self.missing) if self.missing else ""


@dataclass(frozen=True, slots=True)
class MeterData:
    """What is known of one meter and one type of data over local days, first <= day < end."""

    meter: Meter
    data_type: DataType
    zone: ZoneInfo
    first: date
    end: date
    series: IntervalSeries | None
    begin: int
    expected: Bits
    present: Bits

    @property
    def missing(self) -> Bits:
        missing: Bits = self.expected & ~self.present
        return missing

    @property
    def expected_count(self) -> int:
        return int(self.expected.sum())

    @property
    def missing_count(self) -> int:
        return int(self.missing.sum())

    @property
    def share(self) -> str:
        return share_text(self.expected_count - self.missing_count, self.expected_count)

    @property
    def missing_text(self) -> str:
        return hours_text(self.missing_count) if self.missing_count else ""

    @property
    def start_at(self) -> datetime:
        return moment_of(self.begin)

    @property
    def end_at(self) -> datetime:
        return moment_of(self.begin + len(self.expected))

    @property
    def days(self) -> list[tuple[date, int, int]]:
        """Its local days, each as a part of the bits."""
        whole = local_days(self.begin, self.begin + len(self.expected), self.zone)
        return [(day, begin - self.begin, end - self.begin) for day, begin, end in whole]


def data_types_shown(expected: Expected, meter: Meter, series: Sequence[IntervalSeries]) -> list[DataType]:
    """The types of data that a program expects of the meter, or that are there; load without any."""
    there = {DataType(one.data_type) for one in series if one.last_start}
    types = there | set(expected.types_of(meter.pk))
    return [data_type for data_type in DataType if data_type in types] or [DataType.LOAD]


def series_of_meter(meter: Meter) -> list[IntervalSeries]:
    """All series of a meter. One query."""
    return list(IntervalSeries.objects.filter(partner=meter.partner_id, meter=meter))


def shown_series(series: Sequence[IntervalSeries], data_type: DataType) -> IntervalSeries | None:
    """The series whose values are shown: that with the latest interval, of several the shortest intervals."""
    some = [(one.last_start, -one.minutes, one) for one in series if one.data_type == data_type and one.last_start]
    return max(some, key=lambda one: one[:2])[2] if some else None


def meter_data(
    meter: Meter, data_type: DataType, zone: ZoneInfo, first: date, end: date, series: Sequence[IntervalSeries]
) -> MeterData:
    """The local days first <= day < end of a meter. Seven queries at most."""
    begin, until = first_quarter(midnight(first, zone)), first_quarter(midnight(end, zone))
    expected = expected_of(meter.partner, Window(begin, min(until, present_quarter())), meters=[meter.pk])
    (block,) = blocks(meter.partner, expected, data_type, [meter.pk], begin, until)
    is_expected: Bits = block.due[0] != NEVER
    return MeterData(
        meter, data_type, zone, first, end, shown_series(series, data_type), begin, is_expected, block.present[0]
    )


def meter_gaps(meter: Meter) -> Gaps:
    """All gaps of a meter, since it was first active."""
    window = Window(0, present_quarter())
    expected = expected_of(meter.partner, window, meters=[meter.pk])
    return gaps_in(meter.partner, expected, expected.first, window.last)


# --- values


def net_of(rows: Intervals) -> NDArray[np.float64]:
    """The net energy of intervals; where it was not given, consumed less generated."""
    parts = np.nan_to_num(rows["consumed"]) - np.nan_to_num(rows["generated"])
    net: NDArray[np.float64] = np.where(np.isnan(rows["net"]), parts, rows["net"])
    return net


def _read(data: MeterData) -> Intervals:
    numbers = [data.series.pk] if data.series else []
    return interval_store().read(numbers, minutes_of(data.start_at), minutes_of(data.end_at))


def _slots(data: MeterData, rows: Intervals) -> tuple[NDArray[np.float64], int]:
    """The values of intervals by their place in the days, and how many minutes a place has."""
    minutes = data.series.minutes if data.series else MINUTES
    values = np.full(len(data.expected) * MINUTES // minutes, np.nan)
    values[(rows["start"] - minutes_of(data.start_at)) // minutes] = net_of(rows)
    return values, minutes


def _stretched(bits: Bits, places: int) -> Bits:
    """Bits of quarter-hours for another number of places."""
    return bits[np.arange(places) * len(bits) // places] if places else bits[:0]


def interval_chart(data: MeterData, corrected: Sequence["CorrectedValue"] = ()) -> tuple[Chart, list[Value]]:
    """The chart of the days with all their intervals, and the same as rows. One query."""
    rows = _read(data)
    values, minutes = _slots(data, rows)
    begin = minutes_of(data.start_at)
    changed = np.zeros(len(values), bool)
    for correction in corrected:
        place = (minutes_of(correction.start) - begin) // minutes
        if 0 <= place < len(changed):
            changed[place] = True
    missing = _stretched(data.missing, len(values)) & np.isnan(values)
    table = _table(rows, missing, changed, begin, minutes, data.zone)
    total = float(np.nansum(values)) if len(rows) else 0.0
    words = f"{_total_words(total, is_there=bool(len(rows)))} {_missing_words(data)}"
    return chart_of(values, missing, changed, labels=_labels(data), text=words), table


def _total_words(kwh: float, *, is_there: bool) -> str:
    return f"{kwh:,.1f} kWh in total." if is_there else "No data yet."


def _missing_words(data: MeterData) -> str:
    if not data.expected_count:
        return "You don’t need to send any yet."
    return f"{data.missing_text} missing." if data.missing_count else "Nothing is missing."


def _labels(data: MeterData) -> list[str]:
    if (data.end - data.first).days == 1:
        return ["12 AM", "6 AM", "12 PM", "6 PM"]
    return [f"{day:%a} {day.day}" for day, _, _ in data.days]


def _table(rows: Intervals, missing: Bits, changed: Bits, begin: int, minutes: int, zone: ZoneInfo) -> list[Value]:
    by_place = {(int(row["start"]) - begin) // minutes: row for row in rows}
    table = []
    for place in range(len(missing)):
        row = by_place.get(place)
        if row is None and not missing[place]:
            continue
        numbers = [None if row is None or np.isnan(row[name]) else float(row[name]) for name in _NAMES]
        start = moment(begin + place * minutes).astimezone(zone)
        table.append(Value(start, numbers[0], numbers[1], numbers[2], bool(missing[place]), bool(changed[place])))
    return table


_NAMES = ("net", "consumed", "generated")


def day_lines(data: MeterData, corrected: Sequence["CorrectedValue"]) -> tuple[Chart, list[Line]]:
    """The days of a month: energy and coverage of each, with a chart of energy."""
    energy, changed = _energy(data), _count_days(corrected, data.zone)
    lines = [
        Line(
            day,
            quarter_strip(data.expected[begin:end], data.present[begin:end]),
            int(data.expected[begin:end].sum()),
            int(data.missing[begin:end].sum()),
            energy[day].kwh if day in energy else None,
            changed.get(day, 0),
        )
        for day, begin, end in data.days
    ]
    labels = [str(day.day) for day, _, _ in data.days[::7]]
    return _chart_of_days(data, energy, changed, labels, rest=len(data.days) - 28), lines


def month_lines(data: MeterData, corrected: Sequence["CorrectedValue"]) -> tuple[Chart, list[Line]]:
    """The months of a year, with a chart of the energy of each day."""
    energy, changed = _energy(data), _count_days(corrected, data.zone)
    months: dict[date, list[tuple[date, int, int]]] = {}
    for day, begin, end in data.days:
        counts = (day, int(data.expected[begin:end].sum()), int(data.missing[begin:end].sum()))
        months.setdefault(day.replace(day=1), []).append(counts)
    lines = []
    for month, days in months.items():
        there = [energy[day].kwh for day, _, _ in days if day in energy]
        lines.append(
            Line(
                month,
                day_strip((expected, missing) for _, expected, missing in days),
                sum(expected for _, expected, _ in days),
                sum(missing for _, _, missing in days),
                sum(there) if there else None,
                sum(changed.get(day, 0) for day, _, _ in days),
            )
        )
    return _chart_of_days(data, energy, changed, [f"{month:%b}" for month in list(months)[::3]]), lines


def _energy(data: MeterData) -> Mapping[date, DayEnergy]:
    if data.series is None:
        return {}
    return daily_energy(data.series.pk, data.start_at, data.end_at, data.zone)


def _chart_of_days(
    data: MeterData,
    energy: Mapping[date, DayEnergy],
    changed: Mapping[date, int],
    labels: Sequence[str],
    rest: int | None = None,
) -> Chart:
    days = data.days
    values = np.array([energy[day].kwh if day in energy else np.nan for day, _, _ in days])
    missing = np.array([bool(data.missing[begin:end].any()) for _, begin, end in days])
    marked = np.array([day in changed for day, _, _ in days])
    total = sum(one.kwh for one in energy.values())
    text = f"{_total_words(total, is_there=bool(energy))} {_missing_words(data)}"
    return chart_of(values, missing, marked, labels=labels, text=text, rest=rest)


# --- corrections


@dataclass(frozen=True, slots=True)
class CorrectedValue:
    """An interval whose values were replaced. before, after: its net energy in kWh, None where there was none.

    changes: of each value that became another, its name, and both as texts.
    """

    start: datetime
    before: float | None
    after: float | None
    changes: Sequence[tuple[str, str, str]]
    at: datetime
    by: str
    source: IntervalSource | None


def corrections_of(series: Sequence[IntervalSeries], data_type: DataType) -> list[CorrectedValue]:
    """What was corrected in a meter's data of one type, the latest first. Three queries at most."""
    numbers = [one.pk for one in series if one.data_type == data_type]
    replaced = interval_store().corrections(numbers, limit=CORRECTIONS_SHOWN) if numbers else []
    if not replaced:
        return []
    starts = [minutes_of(one.start) for one in replaced]
    rows = interval_store().read(numbers, min(starts), max(starts) + 1)
    later = {(int(row["series"]), int(row["start"])): _stored(row) for row in rows}
    sources = IntervalSource.objects.select_related("upload").in_bulk({one.replaced_by for one in replaced})
    corrected = []
    for correction in replaced:
        place = (correction.series, minutes_of(correction.start))
        source = sources.get(correction.replaced_by)
        before = {
            "net": correction.net,
            "consumed": correction.consumed,
            "generated": correction.generated,
            "final": correction.final,
        }
        after, later[place] = later.get(place, before), before
        corrected.append(
            CorrectedValue(
                correction.start,
                _net(before),
                _net(after),
                _changes(before, after),
                correction.replaced_at,
                _who(source),
                source,
            )
        )
    return corrected


def _stored(row: Any) -> dict[str, float | bool | None]:
    """The values of a stored interval, None where they are not given."""
    values: dict[str, float | bool | None] = {
        name: None if np.isnan(row[name]) else float(row[name]) for name in _NAMES
    }
    return values | {"final": None if row["final"] < 0 else bool(row["final"])}


def _changes(
    before: Mapping[str, float | bool | None], after: Mapping[str, float | bool | None]
) -> list[tuple[str, str, str]]:
    return [
        (name.capitalize(), _value_text(before[name]), _value_text(after[name]))
        for name in before
        if before[name] != after[name]
    ]


def _value_text(value: float | bool | None) -> str:
    if value is None:
        return "none"
    if isinstance(value, bool):
        return "yes" if value else "no"
    return f"{value:.9g}"


def _net(values: Mapping[str, float | bool | None]) -> float | None:
    """The net energy of an interval; where it was not given, consumed less generated."""
    net, consumed, generated = (values[name] for name in _NAMES)
    if net is not None or (consumed is None and generated is None):
        return net
    return (consumed or 0.0) - (generated or 0.0)


def _who(source: IntervalSource | None) -> str:
    if source is None:
        return "Not recorded"
    if source.upload is None:
        return source.get_kind_display()
    return Actor.from_json(source.upload.actor).label


def _count_days(corrected: Sequence[CorrectedValue], zone: ZoneInfo) -> dict[date, int]:
    counts: dict[date, int] = {}
    for correction in corrected:
        day = local_day(correction.start, zone)
        counts[day] = counts.get(day, 0) + 1
    return counts


# --- the panel on the meter's page


@dataclass(frozen=True, slots=True)
class Panel:
    """What a meter's page shows of its interval data."""

    data: MeterData
    chart: Chart
    expects: Sequence[DataType]
    latest: datetime | None


def panel_of(meter: Meter, zone: ZoneInfo, now: datetime) -> Panel | None:
    """The last days of a meter; None when no data are expected of it and there are none."""
    series = series_of_meter(meter)
    window = Window(0, present_quarter(now))
    expected = expected_of(meter.partner, window, meters=[meter.pk])
    if not expected.spans and not any(one.last_start for one in series):
        return None
    types = data_types_shown(expected, meter, series)
    today = local_day(now, zone)
    days = (today - timedelta(days=LAST_DAYS - 1), today + timedelta(days=1))
    data = meter_data(meter, types[0], zone, *days, series)
    latest = max((one.last_start for one in series if one.last_start), default=None)
    return Panel(data, interval_chart(data)[0], expected.types_of(meter.pk), latest)
