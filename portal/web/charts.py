"""Pictures of numbers: their geometry, which templates/components/charts/ draws as SVG, each with its table.

Places from left to right are shares of the picture in percent and heights are pixels, so that a picture fills its place
and its texts keep their size on every screen. A picture needs no script, prints, and follows the theme.
"""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Final

HEIGHT: Final = 160  # pixels of a picture over time
MOST_LABELS: Final = 6  # that are written below a picture over time, as many as a phone has room for


class Tone(StrEnum):
    """What a part of a picture is drawn in: a class of static/css/charts.css, never a color of its own."""

    ACCENT = "accent"
    SOFT = "soft"
    SUCCESS = "success"
    WARNING = "warning"
    DANGER = "danger"
    INFO = "info"
    NEUTRAL = "neutral"


def number_text(value: float | None) -> str:
    """A number as pictures and their tables write it: 1,234 or 12.5; a dash for none."""
    return "–" if value is None else f"{value:,.0f}" if float(value).is_integer() else f"{value:,.1f}"


def round_top(value: float) -> float:
    """The top of a scale for a largest value: 1, 2, 4, 6, 8 or 10 times a power of ten, so that its half is plain."""
    if value <= 0:
        return 1
    power = 10 ** math.floor(math.log10(value))
    return float(next(step * power for step in (1, 2, 4, 6, 8, 10) if step * power >= value - 1e-9 * power))


@dataclass(frozen=True, slots=True)
class Series:
    """One row of numbers. None where a number is not known."""

    name: str
    tone: Tone
    values: Sequence[float | None]


@dataclass(frozen=True, slots=True)
class Label:
    """What is written below a picture over time. is_shown: False where there is no room for it."""

    text: str
    is_shown: bool


@dataclass(frozen=True, slots=True)
class Part:
    """A rectangle. x, width: percent; y, height: pixels; text: what it is, in words."""

    tone: Tone
    x: float
    width: float
    y: float
    height: float
    text: str


@dataclass(frozen=True, slots=True)
class Row:
    """A line of a picture's table."""

    label: str
    cells: Sequence[str]


@dataclass(frozen=True, slots=True)
class Numbers:
    """The table that tells the same as a picture."""

    label: str
    columns: Sequence[str]
    rows: Sequence[Row]


@dataclass(frozen=True, slots=True)
class Scale:
    """The scale at the left of a picture over time, from the top down."""

    texts: Sequence[str]
    lines: Sequence[float]  # pixels from the top


@dataclass(frozen=True, slots=True)
class Columns:
    """Columns over time, each of stacked parts."""

    title: str
    text: str
    height: int
    scale: Scale
    parts: Sequence[Part]
    labels: Sequence[Label]
    legend: Sequence[tuple[Tone, str]]
    numbers: Numbers


def columns(
    *, title: str, text: str, over: str, labels: Sequence[str], series: Sequence[Series], unit: str = ""
) -> Columns:
    """A picture of columns, one for each label; the first series is at the bottom.

    text: the picture in a sentence; over: what the labels are ("Week"); unit: of the numbers, as it is written.
    """
    totals = [sum(each.values[place] or 0 for each in series) for place in range(len(labels))]
    top, share = round_top(max(totals, default=0)), 100 / max(len(labels), 1)
    parts = []
    for place, label in enumerate(labels):
        below = 0.0
        for each in series:
            value = each.values[place] or 0
            if value:
                height, base = HEIGHT * value / top, HEIGHT * below / top
                told = f"{label}: {number_text(value)}{unit and f' {unit}'} {each.name}"
                y = HEIGHT - base - height
                parts.append(_part(each.tone, (place + 0.14) * share, 0.72 * share, y, height, told))
            below += value
    return Columns(
        title,
        text,
        HEIGHT,
        _scale(top, unit),
        parts,
        _labels(labels),
        [(each.tone, each.name) for each in series],
        _numbers(over, labels, series, unit),
    )


@dataclass(frozen=True, slots=True)
class Line:
    """A line over time as a path of a field of 1000 by 100; gaps where a number is not known. end: the last point."""

    tone: Tone
    path: str
    area: str
    end: tuple[float, float] | None  # percent from the left, pixels from the top


@dataclass(frozen=True, slots=True)
class Lines:
    """Lines over time."""

    title: str
    text: str
    height: int
    scale: Scale
    lines: Sequence[Line]
    labels: Sequence[Label]
    legend: Sequence[tuple[Tone, str]]
    numbers: Numbers


def lines(
    *, title: str, text: str, over: str, labels: Sequence[str], series: Sequence[Series], unit: str = ""
) -> Lines:
    """A picture of lines through the middle of what `columns` would draw as columns."""
    top = round_top(max((value for each in series for value in each.values if value is not None), default=0))
    return Lines(
        title,
        text,
        HEIGHT,
        _scale(top, unit),
        [_line(each, top) for each in series],
        _labels(labels),
        [(each.tone, each.name) for each in series],
        _numbers(over, labels, series, unit),
    )


def _line(series: Series, top: float) -> Line:
    share = 1000 / max(len(series.values), 1)
    points = [
        None if value is None else (round((place + 0.5) * share, 1), round(100 - 100 * value / top, 2))
        for place, value in enumerate(series.values)
    ]
    path, area, begin = "", "", True
    for point in points:
        if point is not None:
            path += f"{'M' if begin else 'L'}{point[0]:g} {point[1]:g}"
        begin = point is None
    known = [point for point in points if point is not None]
    if len(known) == len(points) and len(known) > 1:
        area = f"{path}L{known[-1][0]:g} 100L{known[0][0]:g} 100Z"
    end = (known[-1][0] / 10, round(known[-1][1] * HEIGHT / 100, 1)) if known and points[-1] is not None else None
    return Line(series.tone, path, area, end)


@dataclass(frozen=True, slots=True)
class Bar:
    """One thing and how much of it there is: its parts from left to right, and where it leads to.

    note: what is written below it; url, note_url: where label and note lead to, "" for nowhere.
    """

    label: str
    number: str
    parts: Sequence[Part]
    url: str = ""
    note: str = ""
    note_url: str = ""


@dataclass(frozen=True, slots=True)
class Bars:
    """Bars from top to bottom; what they are is written beside them, so the picture is its own table."""

    title: str
    text: str
    bars: Sequence[Bar]
    legend: Sequence[tuple[Tone, str]]


def bar_parts(whole: float, parts: Iterable[tuple[Tone, float, str]]) -> list[Part]:
    """The parts of a bar: of each its tone, its amount and what it is; they share a width of `whole`."""
    begin, made = 0.0, []
    for tone, amount, text in parts:
        if amount and whole:
            made.append(_part(tone, 100 * begin / whole, 100 * amount / whole, 0, 12, text))
            begin += amount
    return made


@dataclass(frozen=True, slots=True)
class Stretch:
    """A time that a strip shows: both days inclusive, with its words."""

    first_on: date
    last_on: date
    tone: Tone
    text: str


@dataclass(frozen=True, slots=True)
class Mark:
    """A day on a strip."""

    x: float
    text: str


@dataclass(frozen=True, slots=True)
class Lane:
    """One row of a strip: its name, its stretches and its days."""

    label: str
    parts: Sequence[Part]
    marks: Sequence[Mark]
    text: str
    url: str = ""


@dataclass(frozen=True, slots=True)
class Strip:
    """Time from left to right and what holds when. months: where each begins; now: today's place, if it is shown."""

    title: str
    text: str
    months: Sequence[Mark]
    lanes: Sequence[Lane]
    now: float | None


@dataclass(frozen=True, slots=True)
class Span:
    """The days that a strip shows, both inclusive."""

    first_on: date
    last_on: date

    def x(self, day: date) -> float:
        """Where a day begins, in percent; at an edge where it is outside."""
        whole = (self.last_on - self.first_on).days + 1
        return round(100 * min(max((day - self.first_on).days, 0), whole) / whole, 2)

    def lane(
        self,
        label: str,
        stretches: Iterable[Stretch],
        *,
        days: Iterable[tuple[date, str]] = (),
        text: str = "",
        url: str = "",
    ) -> Lane:
        """A row of a strip; what lies outside the span is left out."""
        parts = []
        for stretch in stretches:
            begin, end = self.x(stretch.first_on), self.x(date.fromordinal(stretch.last_on.toordinal() + 1))
            if end > begin:
                parts.append(_part(stretch.tone, begin, max(end - begin, 0.6), 0, 14, stretch.text))
        marks = [Mark(self.x(day), told) for day, told in days if self.first_on <= day <= self.last_on]
        return Lane(label, parts, marks, text, url)

    def strip(self, *, title: str, text: str, lanes: Sequence[Lane], today: date) -> Strip:
        """The picture of rows that share these days."""
        now = self.x(today) if self.first_on <= today <= self.last_on else None
        return Strip(title, text, list(self._months()), lanes, now)

    def _months(self) -> Iterable[Mark]:
        month = self.first_on.replace(day=1)
        while month <= self.last_on:
            if month >= self.first_on:
                yield Mark(self.x(month), f"{month:%b}")
            month = date(month.year + month.month // 12, month.month % 12 + 1, 1)


def _part(tone: Tone, x: float, width: float, y: float, height: float, text: str) -> Part:
    return Part(tone, round(x, 2), round(width, 2), round(y, 1), round(max(height, 1), 1), text)


def _scale(top: float, unit: str) -> Scale:
    values = [top, top / 2, 0] if top > 1 else [top, 0]
    texts = [number_text(value) for value in values]
    if unit:
        texts[0] = f"{texts[0]} {unit}"
    return Scale(texts, [round(HEIGHT - HEIGHT * value / top, 1) for value in values])


def _labels(labels: Sequence[str]) -> list[Label]:
    """Of many labels every second, third or so is shown, the last one always."""
    step = math.ceil(len(labels) / MOST_LABELS)
    return [Label(text, (len(labels) - 1 - place) % max(step, 1) == 0) for place, text in enumerate(labels)]


def _numbers(over: str, labels: Sequence[str], series: Sequence[Series], unit: str) -> Numbers:
    heads = [f"{each.name} ({unit})" if unit else each.name for each in series]
    rows = [Row(label, [number_text(each.values[place]) for each in series]) for place, label in enumerate(labels)]
    return Numbers(over, heads, rows)
