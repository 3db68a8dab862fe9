"""The meters of a list as it shows them: every text made once, since a template's own ways take most of the time."""

from dataclasses import dataclass

from django.utils import timezone

from onboarding.meters.models import METER_TYPES, EnrollmentStatus, Meter

LISTED = (
    *("pk", "partner_reference", "city", "state", "postal_code", "transmission_region", "meter_type"),
    *("enrollment_status", "is_archived", "created_at", "updated_at"),
)
_TYPES = dict(METER_TYPES)
_STATUSES = {status.value: (status.label, status.tone) for status in EnrollmentStatus}


@dataclass(frozen=True, slots=True)
class ListRow:
    """One meter in a table. created_iso, created_at and created_on say the same moment for machine, pointer and eye."""

    pk: str
    reference: str
    place: str
    region: str
    type: str
    created_iso: str
    created_at: str
    created_on: str
    status: str
    tone: str
    is_archived: bool

    @classmethod
    def of(cls, meter: Meter) -> "ListRow":
        created = timezone.localtime(meter.created_at)
        day = f"{created:%b} {created.day}, {created.year}"
        status, tone = _STATUSES[meter.enrollment_status]
        return cls(
            pk=str(meter.pk),
            reference=meter.partner_reference,
            place=f"{meter.city}, {meter.state} {meter.postal_code}",
            region=meter.transmission_region,
            type=_TYPES.get(meter.meter_type, meter.meter_type),
            created_iso=created.isoformat(timespec="seconds"),
            created_at=f"{day} {created:%H:%M} {created.tzname()}",
            created_on=day,
            status=status,
            tone=tone,
            is_archived=meter.is_archived,
        )
