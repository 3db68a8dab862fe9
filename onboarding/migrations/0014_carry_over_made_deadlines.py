from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.db import migrations
from django.db.models import Q
from django.db.models.functions import Coalesce
from django.utils import timezone

BATCH = 2_000


def carry_over(apps, schema_editor):
    """Record what was derived until now: a meter made the deadlines that passed since it became eligible."""
    periods = apps.get_model("programs", "DeliveryPeriod").objects
    now = timezone.now()
    for period in periods.select_related("program").prefetch_related("deadlines"):
        for deadline in period.deadlines.all():
            until = accepted_until(deadline.deadline_at, period.program)
            if until <= now:
                passed = apps.get_model("programs", "PassedDeadline").objects.create(
                    period=period,
                    deadline_at=deadline.deadline_at,
                    accepted_until=until,
                    activation_at=deadline.activation_at,
                    rules_at=until,
                    recorded_at=now,
                    updated_at=now,
                )
                _record(apps, passed)


def _record(apps, passed):
    made = apps.get_model("onboarding", "MadeDeadline")
    rows = apps.get_model("onboarding", "Enrollment").objects.filter(
        program=passed.period.program, status__in=["ACTIVE", "ELIGIBLE"]
    )
    rows = rows.annotate(since=Coalesce("eligible_since", "joined_at")).filter(since__lt=passed.accepted_until)
    rows = rows.exclude(Q(meter__activations__period=passed.period))
    batch = []
    for partner, meter in rows.values_list("partner", "meter").iterator(chunk_size=BATCH):
        batch.append(made(partner_id=partner, meter_id=meter, deadline_id=passed.pk))
        if len(batch) == BATCH:
            made.objects.bulk_create(batch)
            batch = []
    made.objects.bulk_create(batch)


def accepted_until(deadline_at, program):
    """As the evaluation had it: a deadline on a weekend that rolls over holds until Monday, at the same time of day."""
    zone = ZoneInfo(program.time_zone)
    local = deadline_at.astimezone(zone)
    if not program.weekend_rolls_over or local.weekday() < 5:
        return local
    return datetime.combine(local.date() + timedelta(days=7 - local.weekday()), local.time(), zone)


def forget(apps, schema_editor):
    """What was recorded cannot be derived again: going back loses it."""
    apps.get_model("onboarding", "MadeDeadline").objects.all().delete()
    apps.get_model("programs", "PassedDeadline").objects.all().delete()


class Migration(migrations.Migration):
    """What was derived from when a meter became eligible is recorded, since later it could not be derived any more."""

    dependencies = [("onboarding", "0013_made_deadlines")]

    operations = [migrations.RunPython(carry_over, forget)]
