"""A partner's portfolio as page, file and API show it: meters by program, state, utility and device type, by status."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from django.db.models import Count

from onboarding.enrollment.rules import rules_of
from onboarding.meters.models import EnrollmentStatus, Meter
from onboarding.portfolio.filters import NONE, PLACES, place_choices
from onboarding.portfolio.overview.capacity import Capacity, capacities_of
from onboarding.portfolio.overview.counts import Counts, StatusCounts, counts_of
from portal.partners.models import Partner


class GroupBy(StrEnum):
    """What a portfolio is divided by; the name of the filter of the list of meters."""

    PROGRAM = "program"
    STATE = "state"
    UTILITY = "utility"
    DEVICE = "device"

    @property
    def label(self) -> str:
        return {"program": "Program", "state": "State", "utility": "Utility", "device": "Device type"}[self.value]


@dataclass(frozen=True, slots=True)
class Group:
    """A part of the portfolio. value: of the filter that lists it; "" where the catalogue does not know it any more.
    capacity: of programs, once it is counted."""

    value: str
    name: str
    counts: StatusCounts
    capacity: Capacity | None = None


@dataclass(frozen=True, slots=True)
class Portfolio:
    """All meters that are not archived, and what they are divided into, the largest first.

    A meter in several programs is in each of them, with its status there.
    """

    whole: StatusCounts
    capacity: Capacity | None
    groups: Mapping[GroupBy, list[Group]]


def portfolio_of(partner: Partner) -> Portfolio:
    """A partner's portfolio now; a fixed number of queries."""
    counts = counts_of(partner)
    capacities = capacities_of(partner, counts.whole.created)
    groups = {GroupBy.PROGRAM: _programs(counts, capacities), **dict(_places(partner))}
    return Portfolio(counts.whole, capacities.get(None), groups)


def _programs(counts: Counts, capacities: Mapping[int | None, Capacity]) -> list[Group]:
    groups = [
        Group(rules.identifier, rules.name, counts.programs[rules.pk], capacities.get(rules.pk))
        for rules in rules_of().values()
        if rules.pk in counts.programs
    ]
    return sorted(groups, key=_largest_first)


def _places(partner: Partner) -> Iterator[tuple[GroupBy, list[Group]]]:
    """By each of PLACES, from one grouped count over all of them."""
    columns = [PLACES[by][0] for by in _BY_PLACE]
    meters = Meter.objects.filter(partner=partner, is_archived=False).order_by()
    counted: dict[GroupBy, dict[str, Counter[str]]] = {by: {} for by in _BY_PLACE}
    for *values, status, count in meters.values_list(*columns, "enrollment_status").annotate(n=Count("pk")):
        for by, value in zip(_BY_PLACE, values, strict=True):
            counted[by].setdefault(value or NONE, Counter())[status] += count
    for by, groups in counted.items():
        names = dict(place_choices(by))
        parts = [
            Group(value if value in names else "", str(names.get(value, value)), StatusCounts(counts))
            for value, counts in groups.items()
        ]
        yield by, sorted(parts, key=_largest_first)


def _largest_first(group: Group) -> tuple[int, str]:
    return -group.counts.created, group.name


_BY_PLACE: Final = (GroupBy.STATE, GroupBy.UTILITY, GroupBy.DEVICE)
STATUSES: Final = tuple(EnrollmentStatus)
EXPORTED: Final = (
    "divided_by",
    "group",
    "name",
    "meters",
    *(status.value.lower() for status in STATUSES),
    "power_kw",
    "active_power_kw",
    "energy_kwh",
    "meters_without_power",
    "capacity_counted_at",
)


def export_lines(portfolio: Portfolio) -> Iterator[list[object]]:
    """Lines in the order of EXPORTED: of all meters, then of each group."""
    yield ["", "", "", *_figures(portfolio.whole, portfolio.capacity)]
    for by, groups in portfolio.groups.items():
        for group in groups:
            yield [by.value, group.value or group.name, group.name, *_figures(group.counts, group.capacity)]


def _figures(counts: StatusCounts, capacity: Capacity | None) -> list[object]:
    by_status = [counts.by_status[status.value] for status in STATUSES]
    if capacity is None:
        return [counts.created, *by_status, "", "", "", "", ""]
    powers = [round(figure, 3) for figure in (capacity.power_kw, capacity.active_kw, capacity.energy_kwh)]
    counted_at = capacity.counted_at.isoformat() if capacity.counted_at else ""
    return [counts.created, *by_status, *powers, capacity.without, counted_at]
