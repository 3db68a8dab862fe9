"""Counting portfolios: writing today's PortfolioDay of each partner, and forgetting days that have not come."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from django.db import transaction
from django.db.models import Count, Exists, OuterRef, Q

from onboarding.meters.models import EnrollmentStatus, Meter
from onboarding.portfolio.overview.capacity import Figures, capacity_in, figures_of
from onboarding.portfolio.overview.models import PortfolioDay
from portal.events.models import Event
from portal.partners.models import Partner
from portal.web import clock
from portal.web.clock import local_day, midnight

WEEKS: Final = 12  # that pages show
_RECOUNTED_AFTER: Final = timedelta(hours=1)


def count_portfolios() -> int:
    """Count each partner's meters for today; returns how many partners were counted.

    A partner at which nothing happened since its last count is passed over for an hour.
    """
    has_meters = Exists(Meter.objects.filter(partner=OuterRef("pk")))
    was_counted = Exists(PortfolioDay.objects.filter(partner=OuterRef("pk")))
    return sum(count_portfolio(partner) for partner in Partner.objects.filter(has_meters | was_counted).order_by("pk"))


def count_portfolio(partner: Partner) -> bool:
    """Write a partner's figures of today, in place of those that were counted earlier today; False when these are
    still right. The first time, how many meters there were in the weeks before is written too. One transaction."""
    now = clock.now()
    today = local_day(now, ZoneInfo(partner.time_zone))
    newest = Event.objects.filter(partner=partner).order_by("-pk").values_list("pk", flat=True).first() or 0
    days = PortfolioDay.objects.filter(partner=partner)
    last = days.filter(program=None).order_by("-day").first()
    if last and (last.day, last.newest_event) == (today, newest) and now - last.counted_at < _RECOUNTED_AFTER:
        return False
    figures = figures_of(partner)
    rows = [_row(partner, today, program, counted, newest) for program, counted in figures.items()]
    with transaction.atomic():
        Partner.objects.select_for_update().only("pk").get(pk=partner.pk)  # one count at a time
        days.filter(day__gte=today).delete()
        PortfolioDay.objects.bulk_create([*rows, *(() if last else _weeks_before(partner, today))])
    return True


def _row(partner: Partner, day: date, program: int | None, figures: Figures, newest: int) -> PortfolioDay:
    capacity = capacity_in(figures)
    by_status = {
        status.value.lower(): figures[status.value].meters if status.value in figures else 0
        for status in EnrollmentStatus
    }
    return PortfolioDay(
        partner=partner,
        day=day,
        program_id=program,
        created=sum(figure.meters for figure in figures.values()),
        **by_status,
        power_kw=capacity.power_kw,
        active_kw=capacity.active_kw,
        energy_kwh=capacity.energy_kwh,
        without_power=capacity.without,
        newest_event=newest,
        counted_at=clock.now(),
    )


def _weeks_before(partner: Partner, today: date) -> Iterator[PortfolioDay]:
    """How many of today's meters had been created at the end of each of the weeks before; one query."""
    zone = ZoneInfo(partner.time_zone)
    days = [today - timedelta(weeks=weeks) for weeks in range(1, WEEKS)]
    counted = Meter.objects.filter(partner=partner, is_archived=False).aggregate(
        **{
            f"day_{place}": Count("pk", filter=Q(created_at__lt=midnight(day + timedelta(days=1), zone)))
            for place, day in enumerate(days)
        }
    )
    for place, day in enumerate(days):
        if created := counted[f"day_{place}"]:
            yield PortfolioDay(partner=partner, day=day, created=created, counted_at=clock.now())


def forget_days_ahead() -> None:
    """Delete the days that have not come, after a demo's clock was set back."""
    PortfolioDay.objects.filter(counted_at__gt=clock.now()).delete()
