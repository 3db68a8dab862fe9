"""Named reads of meters, shared by every room above."""

from django.db.models import QuerySet

from onboarding.meters.models import Meter
from portal.partners.models import Partner


def meters_of(partner: Partner) -> QuerySet[Meter]:
    return Meter.objects.filter(partner=partner)
