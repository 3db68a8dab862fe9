"""What can be done with the catalogue besides editing it."""

import calendar
import re
from datetime import date, datetime
from zoneinfo import ZoneInfo

from django.db import transaction

from programs.models import Deadline, DeliveryPeriod

_YEAR = re.compile(r"(?<![0-9])20[0-9]{2}(?![0-9])")


def roll_forward(period: DeliveryPeriod) -> DeliveryPeriod | None:
    """Copy a delivery period and its deadlines to the next year, unverified; None when that period exists.

    The same local days a year later; the last day of February stays the last day of February. One transaction.
    """
    zone = ZoneInfo(period.program.time_zone)
    name = _YEAR.sub(lambda year: str(int(year[0]) + 1), period.name)
    with transaction.atomic():
        if DeliveryPeriod.objects.filter(program=period.program, name=name).exists():
            return None
        copy = DeliveryPeriod.objects.create(
            program=period.program,
            name=name,
            starts_at=_a_year_later(period.starts_at, zone),
            ends_at=_a_year_later(period.ends_at, zone),
            source=f"rolled forward from {period.name}"[:300],
            verified=False,
        )
        for deadline in period.deadlines.all():
            Deadline.objects.create(
                period=copy,
                deadline_at=_a_year_later(deadline.deadline_at, zone),
                activation_at=_a_year_later(deadline.activation_at, zone),
            )
    return copy


def _a_year_later(moment: datetime, zone: ZoneInfo) -> datetime:
    local = moment.astimezone(zone)
    last_of_month = calendar.monthrange(local.year, local.month)[1] == local.day
    day = calendar.monthrange(local.year + 1, local.month)[1] if last_of_month else local.day
    return datetime.combine(date(local.year + 1, local.month, day), local.timetz().replace(tzinfo=None), zone)
