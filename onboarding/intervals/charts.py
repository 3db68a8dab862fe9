"""Pictures as numbers: the geometry of charts of energy and strips of coverage, which templates draw as SVG.

Pictures are stretched to the width of their place, so they hold no text; a template writes it beside them.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

import numpy as np
from numpy.typing import NDArray

from onboarding.intervals.quarters import Bits

HEIGHT: Final = 100  # of a chart
STRIP: Final = 20  # of a strip


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle. kind: which class it has."""

    x: int
    y: float
    width: int
    height: float
    kind: str


@dataclass(frozen=True, slots=True)
class Strip:
    """Time from left to right, and for each stretch of it whether data are there.

    Whole stretches fill the height, partial ones the part that is there, missing ones are outlined.
    """

    width: int
    boxes: Sequence[Box]


FULL, PART, MISSING, BESIDE = "full", "part", "missing", "beside"


def quarter_strip(expected: Bits, present: Bits) -> Strip:
    """A strip of single quarter-hours; those that are there and were not expected are drawn low."""
    kinds = np.where(expected, np.where(present, 1, 2), np.where(present, 3, 0)).astype(np.int8)
    names = ("", FULL, MISSING, BESIDE)
    begins = [0, *(np.flatnonzero(np.diff(kinds)) + 1).tolist(), len(kinds)]
    boxes = [
        _box(begin, end - begin, names[kinds[begin]], 1.0)
        for begin, end in pairwise(begins)
        if end > begin and kinds[begin]
    ]
    return Strip(max(len(kinds), 1), boxes)


def day_strip(counts: Iterable[tuple[int, int]]) -> Strip:
    """A strip of days, from how many quarter-hours of each are expected and how many of those are missing."""
    boxes, width = [], 0
    for expected, missing in counts:
        if expected:
            kind = MISSING if missing == expected else PART if missing else FULL
            boxes.append(_box(width * 10, 9, kind, 1 - missing / expected))
        width += 1
    return Strip(max(width * 10, 1), boxes)


def _box(x: int, width: int, kind: str, share: float) -> Box:
    if kind == BESIDE:
        return Box(x, STRIP - 4, width, 4, kind)
    if kind == PART:
        height = round(max(STRIP * share, 2), 1)
        return Box(x, round(STRIP - height, 1), width, height, kind)
    return Box(x, 0, width, STRIP, kind)


@dataclass(frozen=True, slots=True)
class Chart:
    """Energy over time: paths of what is drawn from the grid (up) and given to it (down), and where data are missing.

    top, bottom: the largest values, in kWh. labels: what is written below, from left to right, evenly; with `rest`, one
    for each week, the last of which is so many days long.
    """

    width: int
    zero: float
    up: str
    down: str
    missing: Sequence[Box]
    corrected: Sequence[Box]
    top: float
    bottom: float
    labels: Sequence[str]
    text: str
    rest: int | None


def chart_of(
    values: NDArray[np.float64],
    missing: Bits,
    corrected: Bits,
    *,
    labels: Sequence[str],
    text: str,
    rest: int | None = None,
) -> Chart:
    """A chart of one value for each place; NaN where there is none. text: the picture in words."""
    shown = np.nan_to_num(values)
    top, bottom = float(max(shown.max(initial=0.0), 0.0)), float(min(shown.min(initial=0.0), 0.0))
    scale = (HEIGHT - 4) / ((top - bottom) or 1.0)
    zero = round(2 + top * scale, 1)
    return Chart(
        max(len(values), 1),
        zero,
        _area(np.clip(shown, 0, None), zero, scale),
        _area(np.clip(shown, None, 0), zero, scale),
        [Box(begin, 0, end - begin, HEIGHT, MISSING) for begin, end in _runs(missing)],
        [Box(begin, HEIGHT - 4, end - begin, 4, "corrected") for begin, end in _runs(corrected)],
        top,
        bottom,
        labels,
        text,
        rest,
    )


def _runs(bits: Bits) -> list[tuple[int, int]]:
    edges = np.flatnonzero(np.diff(np.concatenate(([False], bits, [False])))).tolist()
    return list(zip(edges[::2], edges[1::2], strict=True))


def _area(values: NDArray[np.float64], zero: float, scale: float) -> str:
    """The outline of bars that stand side by side, as a path; "" when all are nothing."""
    if not values.any():
        return ""
    heights = np.round(zero - values * scale, 1)
    parts = [f"M0 {zero:g}"]
    for place in [0, *(np.flatnonzero(np.diff(heights)) + 1).tolist()]:
        parts.append(f"H{place}V{heights[place]:g}")
    return "".join([*parts, f"H{len(values)}V{zero:g}Z"])
