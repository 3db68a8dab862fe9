"""The funnel as the page, the CSV file and the API show it: each number with the list of what it counts."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlencode

from onboarding.connect.choices import DropOffReason, Reached
from onboarding.connect.filters import NONE
from onboarding.funnel.counts import Funnel, StepCount
from onboarding.funnel.forms import Place
from onboarding.funnel.queries import Group, GroupBy, Scope

EXPORTED: Final = ("divided_by", "group", "step", "figure", "reason", "connections")
_FIGURES: Final = ("reached", "not_asked", "under_way", "stopped")


@dataclass(frozen=True, slots=True)
class Number:
    """How many connections, and the query of the list that shows them; "" where there is no such list."""

    count: int
    query: str


@dataclass(frozen=True, slots=True)
class ReasonLine:
    """Why customers stopped at a step."""

    label: str
    number: Number


@dataclass(frozen=True, slots=True)
class StepLine:
    """One step with its numbers."""

    step: Reached
    share: str
    reached: Number
    not_asked: Number
    under_way: Number
    stopped: Number
    reasons: list[ReasonLine]


def step_lines(funnel: Funnel, scope: Scope) -> list[StepLine]:
    """The table behind the picture."""
    place = Place(scope)
    return [_step_line(funnel, count, place) for count in funnel.steps]


def _step_line(funnel: Funnel, count: StepCount, place: Place) -> StepLine:
    share = funnel.share(count.step)
    return StepLine(
        count.step,
        "–" if share is None else f"{share:.0%}",
        _number(place, count.reached, reached=count.code),
        _number(place, count.not_asked, not_asked=count.code),
        _number(place, count.under_way, under_way_at=count.code),
        _number(place, count.stopped, stopped_at=count.code),
        [
            ReasonLine(str(reason.label), _number(place, many, stopped_at=count.code, reason=reason.value))
            for reason, many in count.reasons.items()
        ],
    )


def _number(place: Place, count: int, **more: str) -> Number:
    return Number(count, urlencode(place.query(**more)) if count and place.scope.partner else "")


@dataclass(frozen=True, slots=True)
class GroupStep:
    """How many of a part took a step. is_asked: False where links of that part have no such step."""

    label: str
    reached: Number
    is_asked: bool


@dataclass(frozen=True, slots=True)
class GroupLine:
    """One part with how many took each step."""

    name: str
    steps: list[GroupStep]
    finished: Number
    share: str


def group_lines(groups: Iterable[Group], by: GroupBy) -> list[GroupLine]:
    """The table of what the funnel is divided into."""
    return [_group_line(group, by) for group in groups]


def _group_line(group: Group, by: GroupBy) -> GroupLine:
    place, own = Place(group.scope), own_query(group, by)
    steps = [
        GroupStep(
            str(count.step.label),
            _number(place, count.reached, **own, reached=count.code),
            is_asked=count.without < group.funnel.opened,
        )
        for count in group.funnel.steps
    ]
    share = group.funnel.finished / group.funnel.opened if group.funnel.opened else None
    finished = _number(place, group.funnel.finished, **own, done="yes")
    return GroupLine(group.name, steps, finished, "–" if share is None else f"{share:.0%}")


def own_query(group: Group, by: GroupBy) -> dict[str, str]:
    """What the list of connections is asked for to show a group; a week is in its scope already."""
    names = {
        GroupBy.LINK: "link",
        GroupBy.UTILITY: "furthest_at",
        GroupBy.DEVICE: "device",
        GroupBy.VARIANT: "variant",
    }
    return {names[by]: group.key or NONE} if by in names else {}


def export_lines(funnel: Funnel, groups: Iterable[Group], by: GroupBy) -> Iterator[list[object]]:
    """Lines in the order of EXPORTED: of all connections, then of each group."""
    yield from _exported(funnel, "", "")
    for group in groups:
        yield from _exported(group.funnel, by.value, group.name)


def _exported(funnel: Funnel, by: str, group: str) -> Iterator[list[object]]:
    for count in funnel.steps:
        for figure in _FIGURES:
            yield [by, group, count.code, figure, "", getattr(count, figure)]
        for reason, many in count.reasons.items():
            yield [by, group, count.code, "stopped", DropOffReason(reason).value, many]
