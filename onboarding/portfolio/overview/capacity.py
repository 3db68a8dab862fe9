"""The capacity of a partner's meters: what their devices can deliver, as the catalogue's fields have it.

A meter's power and energy are those of its device; where its device has none, those of all devices on its site.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.db.models import Count, QuerySet, Sum
from django.db.models.functions import Coalesce

from onboarding.enrollment.models import Enrollment
from onboarding.meters.models import EnrollmentStatus, Meter
from onboarding.portfolio.overview.models import PortfolioDay
from portal.partners.models import Partner
from portal.storage.json_numbers import NumberAt, SumOverList
from portal.web.charts import number_text

COUNTED_AT_ONCE: Final = 5_000  # meters, whose capacity a page adds up; that of more is from the last count
_SITE_DEVICES: Final = ("site", "site_devices")


@dataclass(frozen=True, slots=True)
class Figure:
    """The meters of one status and their capacity. known: how many have a power."""

    meters: int = 0
    known: int = 0
    power_kw: float = 0
    energy_kwh: float = 0


@dataclass(frozen=True, slots=True)
class Capacity:
    """The capacity of some meters. without: how many of them have no power. counted_at: when; None for now."""

    power_kw: float
    active_kw: float
    energy_kwh: float
    without: int
    counted_at: datetime | None = None

    @property
    def power_text(self) -> str:
        return number_text(round(self.power_kw, 1))

    @property
    def active_text(self) -> str:
        return number_text(round(self.active_kw, 1))

    @property
    def energy_text(self) -> str:
        return number_text(round(self.energy_kwh, 1))


Figures = Mapping[str, Figure]  # by status


def figures_of(partner: Partner) -> dict[int | None, Figures]:
    """A partner's meters by status with their capacity: in each program, and all of them (None). Two queries, which
    read every meter."""
    meters = Meter.objects.filter(partner=partner, is_archived=False).order_by()
    rows = Enrollment.objects.filter(partner=partner, meter__is_archived=False).order_by()
    figures: dict[int | None, dict[str, Figure]] = {None: {}}
    for status, *figure in _summed(meters.values_list("enrollment_status"), ""):
        figures[None][status] = Figure(*figure)
    for program, status, *figure in _summed(rows.values_list("program", "status"), "meter__"):
        figures.setdefault(program, {})[status] = Figure(*figure)
    return dict(figures)


def _summed(groups: QuerySet, path: str) -> Iterable[tuple]:
    """Of each group how many meters, how many with a power, power and energy. path: to the meter."""
    data = f"{path}data"
    power = Coalesce(
        NumberAt(data, ("device", "battery_power_capacity_kw")), SumOverList(data, _SITE_DEVICES, "power_capacity_kw")
    )
    energy = Coalesce(
        NumberAt(data, ("device", "battery_energy_capacity_kwh")),
        SumOverList(data, _SITE_DEVICES, "energy_capacity_kwh"),
    )
    return groups.annotate(
        meters=Count("pk"), known=Count(power), power=Coalesce(Sum(power), 0.0), energy=Coalesce(Sum(energy), 0.0)
    )


def capacity_in(figures: Figures) -> Capacity:
    """The capacity of the meters of all statuses."""
    every = figures.values()
    return Capacity(
        sum(one.power_kw for one in every),
        figures.get(EnrollmentStatus.ACTIVE.value, Figure()).power_kw,
        sum(one.energy_kwh for one in every),
        sum(one.meters - one.known for one in every),
    )


def capacities_of(partner: Partner, meters: int) -> dict[int | None, Capacity]:
    """The capacity of a partner's meters by program, and of all (None), for a page that must not wait for it.

    meters: how many there are. Of very many it is that of the last count, which says when that was; empty before it.
    """
    if meters <= COUNTED_AT_ONCE:
        return {program: capacity_in(figures) for program, figures in figures_of(partner).items()}
    days = PortfolioDay.objects.filter(partner=partner, power_kw__isnull=False)
    newest = days.filter(program=None).order_by("-day").values("day")[:1]
    return {
        row.program_id: Capacity(
            row.power_kw or 0, row.active_kw or 0, row.energy_kwh or 0, row.without_power or 0, row.counted_at
        )
        for row in days.filter(day__in=newest)
    }
