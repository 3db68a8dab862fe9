"""The funnel as a picture: bars from top to bottom.

Widths are shares of the picture's own width and heights are pixels, so that its texts keep their size on every screen.
"""

from dataclasses import dataclass
from typing import Final

from onboarding.connect.choices import Reached
from onboarding.funnel.counts import Funnel

ROW_HEIGHT: Final = 58


@dataclass(frozen=True, slots=True)
class Bar:
    """One step: the tops of its texts and of its bar, the widths of its parts in percent, and what is written."""

    label: str
    text: str
    lost: str
    label_y: int
    bar_y: int
    lost_y: int
    reached: float
    not_asked: float
    under_way: float


@dataclass(frozen=True, slots=True)
class Picture:
    """The bars, how high they are together, and the whole in words."""

    bars: list[Bar]
    height: int
    text: str
    has_not_asked: bool
    has_under_way: bool


def picture_of(funnel: Funnel) -> Picture:
    """The picture of a funnel that somebody has opened a link for."""
    bars = [_bar(funnel, step, place) for place, step in enumerate(Reached)]
    text = f"Of {customers_text(funnel.opened)}, {funnel.step(Reached.AUTHORIZED).reached:,} authorized a utility and "
    text += f"{funnel.step(Reached.METER).reached:,} have a meter."
    return Picture(
        bars,
        ROW_HEIGHT * len(bars),
        text,
        any(step.not_asked for step in funnel.steps),
        any(step.under_way for step in funnel.steps),
    )


def customers_text(count: int) -> str:
    """1 customer, 2,000 customers."""
    return f"{count:,} customer{'s' * (count != 1)}"


def _bar(funnel: Funnel, step: Reached, place: int) -> Bar:
    count, top, opened = funnel.step(step), place * ROW_HEIGHT, funnel.opened
    share = funnel.share(step)
    percent = f" ({share:.0%})" if share is not None and step != Reached.OPENED else ""
    lost = [f"{count.stopped:,} stopped here"] if count.stopped else []
    lost += [f"{count.under_way:,} under way"] if count.under_way else []
    lost += [f"{count.not_asked:,} not asked"] if count.not_asked else []
    reached = 100 * count.reached / opened
    return Bar(
        str(step.label),
        f"{count.reached:,}{percent}",
        ", ".join(lost),
        top + 14,
        top + 20,
        top + 48,
        round(reached, 2),
        round(100 * count.not_asked / opened, 2),
        round(100 * min(count.under_way, count.reached) / opened, 2),
    )
