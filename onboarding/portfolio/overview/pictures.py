"""The pictures of the portfolio page: each bar with the list of meters that it counts."""

from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import urlencode

from django.urls import reverse

from onboarding.meters.models import EnrollmentStatus
from onboarding.portfolio.overview.counts import StatusCounts
from onboarding.portfolio.overview.queries import Group, GroupBy
from onboarding.portfolio.overview.trend import TONES
from portal.web.charts import Bar, Bars, Part, Tone, bar_parts, number_text


@dataclass(frozen=True, slots=True)
class Cell:
    """How many meters of what status, and the list of them; "" where there is no such list."""

    label: str
    count: int
    url: str


@dataclass(frozen=True, slots=True)
class Line:
    """One group as a line of the table below its picture: all its meters, then those of each status."""

    name: str
    every: Cell
    by_status: list[Cell]


def _list_of(**query: str) -> str:
    asked = urlencode({name: value for name, value in query.items() if value})
    return f"{reverse('meters')}?{asked}" if asked else reverse("meters")


def _parts(whole: int, counts: StatusCounts) -> list[Part]:
    """The statuses of some meters, as parts of a bar that is as long as the largest group."""
    return bar_parts(
        whole,
        (
            (tone, counts.by_status[status.value], f"{counts.by_status[status.value]:,} {status.label.lower()}")
            for status, tone in TONES.items()
        ),
    )


def status_bars(counts: StatusCounts) -> Bars:
    """All meters by their status."""
    bars = [
        Bar(
            status.label,
            f"{counts.by_status[status.value]:,} ({counts.share(status)})",
            bar_parts(counts.created, [(tone, counts.by_status[status.value], "")]),
            url=_list_of(status=status.value),
        )
        for status, tone in TONES.items()
    ]
    text = f"{counts.active:,} of {counts.created:,} meter{'s' * (counts.created != 1)} active."
    return Bars("Meters by status", text, bars, [])


def group_bars(groups: list[Group], by: GroupBy) -> Bars:
    """The meters of each group, each bar divided by status."""
    longest = max((group.counts.created for group in groups), default=0)
    bars = [
        Bar(
            group.name,
            f"{group.counts.created:,}",
            _parts(longest, group.counts),
            url=_list_of(**{by.value: group.value}) if group.value else "",
        )
        for group in groups
    ]
    legend = [(tone, str(status.label)) for status, tone in TONES.items()]
    return Bars(f"Meters by {by.label.lower()}", "", bars, legend)


def group_lines(groups: Iterable[Group], by: GroupBy) -> list[Line]:
    """The numbers of `group_bars`."""
    return [
        Line(
            group.name,
            _cell(group, by, group.counts.created),
            [_cell(group, by, group.counts.by_status[status.value], status) for status in TONES],
        )
        for group in groups
    ]


def _cell(group: Group, by: GroupBy, count: int, status: EnrollmentStatus | None = None) -> Cell:
    label = str(status.label) if status else "Meters"
    if not count or not group.value:
        return Cell(label, count, "")
    return Cell(label, count, _list_of(**{by.value: group.value}, status=status.value if status else ""))


def power_bars(groups: Iterable[Group]) -> Bars:
    """Of each program the power of its meters, and how much of that is active."""
    powers = [(group, group.capacity) for group in groups if group.capacity and group.capacity.power_kw]
    longest = max((capacity.power_kw for _, capacity in powers), default=0)
    bars = []
    for group, capacity in powers:
        waiting = capacity.power_kw - capacity.active_kw
        parts = [
            (Tone.SUCCESS, capacity.active_kw, f"{capacity.active_text} kW active"),
            (Tone.SOFT, waiting, f"{number_text(round(waiting, 1))} kW not active"),
        ]
        bars.append(
            Bar(
                group.name,
                f"{capacity.active_text} of {capacity.power_text} kW",
                bar_parts(longest, parts),
                url=_list_of(program=group.value),
                note=f"{capacity.without:,} without a power capacity" if capacity.without else "",
            )
        )
    legend = [(Tone.SUCCESS, "active"), (Tone.SOFT, "registered, not active")]
    return Bars("Power by program", "Active power of the registered power.", bars, legend)
