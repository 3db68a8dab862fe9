"""A partner asks that a meter's market registration is looked at again; Leap's people see who waits."""

from collections.abc import Collection
from uuid import UUID

from django.db import transaction

from onboarding.enrollment.models import RegistrationRefresh
from onboarding.meters.models import EnrollmentStatus, Meter
from portal.events.actors import Actor
from portal.events.domain import record
from portal.problems import Problem, Refused
from portal.web import clock


def request_refresh(meter: Meter, *, by: Actor) -> RegistrationRefresh:
    """Ask that the registration is looked at again; a request that is open already is returned as it is.

    One meter.registration_refresh_requested event for a new one. Refuses: REGISTRATION_OF_OTHER_REGION,
    REGISTRATION_OF_OTHER_TYPE, REGISTRATION_NOT_NEEDED.
    """
    with transaction.atomic():
        locked = Meter.objects.select_for_update(of=("self",)).select_related("partner").get(pk=meter.pk)
        _refuse_unsuitable(locked)
        waiting = RegistrationRefresh.objects.filter(meter=locked, answered_at=None).first()
        if waiting is not None:
            return waiting
        record("meter.registration_refresh_requested", subject=locked, partner=locked.partner, by=by)
        return RegistrationRefresh.objects.create(
            partner=locked.partner, meter=locked, requested_at=clock.now(), requested_by=by.label[:200]
        )


def answer_refreshes(meters: Collection[UUID]) -> None:
    """The registration of these meters was recorded: nobody waits for it any more."""
    RegistrationRefresh.objects.filter(meter__in=meters, answered_at=None).update(answered_at=clock.now())


def _refuse_unsuitable(meter: Meter) -> None:
    """Only CAISO registers meters one by one, and only one that is not eligible has something to refresh."""
    if meter.transmission_region != "CAISO":
        facts = {"region": meter.transmission_region}
        raise Refused(Problem("REGISTRATION_OF_OTHER_REGION", "meter_id", str(meter.pk), facts))
    if meter.meter_type != "UTILITY_METER":
        raise Refused(Problem("REGISTRATION_OF_OTHER_TYPE", "meter_id", str(meter.pk)))
    if meter.enrollment_status != EnrollmentStatus.INELIGIBLE:
        facts = {"status": str(meter.status.label).lower()}
        raise Refused(Problem("REGISTRATION_NOT_NEEDED", "meter_id", str(meter.pk), facts))
