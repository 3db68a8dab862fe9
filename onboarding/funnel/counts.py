"""A funnel as numbers: of each step how many customers took it, went without it, stopped there or are still at it.

A customer counts once, at the furthest step of all sessions. A link may lack steps: in Texas no utility is asked, and
where only agreements are signed nothing follows. Whoever goes on, or is done, without such a step was not asked for it
and is no drop-off. So for each step and the one before it: reached + not asked = reached + not asked - stopped -
under way.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from onboarding.connect.choices import DropOffReason, Reached

Row = tuple[int, int, str, int, int]  # Connection's reached, passed, stopped_by, its link's left_out; how many


@dataclass(frozen=True, slots=True)
class StepCount:
    """One step. reasons: of those who stopped there, the most frequent first.

    not_asked: went on without it. without: these, and who stopped before it on a link that has no such step.
    """

    step: Reached
    reached: int
    not_asked: int
    without: int
    under_way: int
    reasons: Mapping[DropOffReason, int]

    @property
    def stopped(self) -> int:
        return sum(self.reasons.values())

    @property
    def code(self) -> str:
        return self.step.name


@dataclass(frozen=True, slots=True)
class Funnel:
    """All steps, in their order. finished: how many have a meter, or were asked for no more."""

    steps: list[StepCount]
    finished: int

    @property
    def opened(self) -> int:
        return self.steps[0].reached

    def step(self, step: Reached) -> StepCount:
        return self.steps[step - 1]

    def share(self, step: Reached) -> float | None:
        """Of those who could take a step, the share that did; None when nobody could."""
        could = self.opened - self.step(step).without
        return self.step(step).reached / could if could else None


def funnel_of(rows: Iterable[Row]) -> Funnel:
    """The funnel of connections that are counted by what they have in common."""
    reached, not_asked, without, under_way = (Counter[Reached]() for _ in range(4))
    reasons = {step: Counter[DropOffReason]() for step in Reached}
    finished = 0
    for last, passed, stopped_by, left_out, count in rows:
        is_complete = stopped_by == DropOffReason.COMPLETE
        for step in Reached:
            if passed & step.bit:
                reached[step] += count
                continue
            has_gone_on = last > step or is_complete
            if has_gone_on:
                not_asked[step] += count
            if has_gone_on or left_out & step.bit:
                without[step] += count
        if is_complete or last == Reached.METER:
            finished += count
        elif stopped_by:
            reasons[Reached(last)][DropOffReason(stopped_by)] += count
        else:
            under_way[Reached(last)] += count
    steps = [
        StepCount(
            step, reached[step], not_asked[step], without[step], under_way[step], dict(reasons[step].most_common())
        )
        for step in Reached
    ]
    return Funnel(steps, finished)


def funnel_sum(funnels: Iterable[Funnel]) -> Funnel:
    """One funnel of several that have no connection in common."""
    parts = list(funnels)
    steps = []
    for step in Reached:
        counts = [part.step(step) for part in parts]
        reasons: Counter[DropOffReason] = sum((Counter(count.reasons) for count in counts), Counter())
        steps.append(
            StepCount(
                step,
                sum(count.reached for count in counts),
                sum(count.not_asked for count in counts),
                sum(count.without for count in counts),
                sum(count.under_way for count in counts),
                dict(reasons.most_common()),
            )
        )
    return Funnel(steps, sum(part.finished for part in parts))


@dataclass(frozen=True, slots=True)
class Times:
    """How long something took, in minutes: of how many, the median, and what nine of ten took at most."""

    count: int
    median: float
    nine_of_ten: int

    @property
    def median_text(self) -> str:
        return duration_text(self.median)

    @property
    def most_text(self) -> str:
        return duration_text(self.nine_of_ten)


def duration_text(minutes: float) -> str:
    """How long something takes, as people say it: "4 minutes", "26 hours", "3 days"."""
    if minutes < 1:
        return "less than a minute"
    unit, size = ("minute", 1) if minutes < 120 else ("hour", 60) if minutes < 72 * 60 else ("day", 24 * 60)
    count = round(minutes / size)
    return f"{count:,} {unit}{'s' * (count != 1)}"


def times_of(histogram: Iterable[tuple[int, int]]) -> Times | None:
    """The times of a histogram: (minutes, how many), the shortest first. None when it is empty."""
    bars = list(histogram)
    count = sum(many for _, many in bars)
    if not count:
        return None
    middle = (_at(bars, (count - 1) // 2) + _at(bars, count // 2)) / 2
    return Times(count, middle, _at(bars, -(-count * 9 // 10) - 1))


def _at(bars: list[tuple[int, int]], place: int) -> int:
    """The value at a place of the sorted values."""
    for minutes, many in bars:
        if place < many:
            return minutes
        place -= many
    raise IndexError(place)
