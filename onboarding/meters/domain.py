"""Bringing meters into being and changing them. The only place that writes a meter's columns and data."""

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.db.models import F
from django.utils import timezone

from onboarding.meters.models import Meter
from portal.events.actors import Actor
from portal.events.domain import record_many
from portal.storage.bulk import insert

if TYPE_CHECKING:
    from portal.partners.models import Partner

Asset = dict[str, Any]
_IN_COLUMNS = frozenset(
    {
        "partner_reference",
        "transmission_region",
        "customer_classification",
        "meter_type",
        "load_types",
        "customer_group",
    }
)


def columns_of(asset: Asset) -> dict[str, Any]:
    """The meter's columns and data for one checked asset (CreateMeter shape): every column, every time."""
    customer, device, utility = asset["customer"], asset.get("device", {}), asset.get("utility", {})
    return {
        "partner_reference": asset["partner_reference"],
        "transmission_region": asset["transmission_region"],
        "customer_classification": asset["customer_classification"],
        "meter_type": asset["meter_type"],
        "load_types": asset["load_types"],
        "device_type": device.get("device_type", ""),
        "customer_name": customer.get("end_customer_name", ""),
        "street": customer["street_1"],
        "city": customer["city"],
        "state": customer["state_or_province_code"],
        "postal_code": customer["postal_code"],
        "utility_name": utility.get("utility_name", ""),
        "account_number": utility.get("electric_service_account_number", ""),
        "customer_group": asset.get("customer_group", ""),
        "data": {part: value for part, value in asset.items() if part not in _IN_COLUMNS},
    }


def asset_of(meter: Meter) -> Asset:
    """The asset that a meter holds: the inverse of `columns_of`."""
    asset: Asset = {
        "partner_reference": meter.partner_reference,
        "transmission_region": meter.transmission_region,
        "customer_classification": meter.customer_classification,
        "load_types": meter.load_types,
        "meter_type": meter.meter_type,
        **meter.data,
    }
    if meter.customer_group:
        asset["customer_group"] = meter.customer_group
    return asset


def create_meters(assets: Sequence[tuple[UUID, Asset, str]], *, partner: "Partner", upload_id: UUID, by: Actor) -> int:
    """Create many meters at once: (meter ID, asset, enrollment status) each, with one meter.created event each.

    Raises IntegrityError when a reference has been taken meanwhile; the caller's transaction then holds nothing.
    """
    now = timezone.now()
    names: list[str] = []
    rows: list[list[object]] = []
    for meter_id, asset, status in assets:
        values = columns_of(asset)
        names = names or list(values)
        rows.append([meter_id, partner.pk, "PARTNER", upload_id, status, [], [], False, 1, now, now, *values.values()])
    if not rows:
        return 0
    fixed = ["id", "partner", "created_by", "upload", "enrollment_status", "connection_references", "tags"]
    fixed += ["is_archived", "version", "created_at", "updated_at"]
    insert(Meter, [*fixed, *names], rows)
    record_many(
        "meter",
        (("meter.created", meter_id, {"upload": str(upload_id)}) for meter_id, _, _ in assets),
        partner=partner,
        by=by,
    )
    return len(rows)


def update_meters(
    updates: Iterable[tuple[UUID, int, Asset, str, Mapping[str, Any]]],
    *,
    partner: "Partner",
    upload_id: UUID,
    by: Actor,
) -> set[UUID]:
    """Change meters: (meter ID, version it must still have, asset, enrollment status, changes) each.

    Returns the meters that were changed, with one meter.updated event each; one whose version moved on is left alone.
    """
    now = timezone.now()
    changed: dict[UUID, Mapping[str, Any]] = {}
    for meter_id, version, asset, status, changes in updates:
        hit = Meter.objects.filter(pk=meter_id, partner=partner, version=version).update(
            **columns_of(asset), enrollment_status=status, version=F("version") + 1, updated_at=now
        )
        if hit:
            changed[meter_id] = changes
    record_many(
        "meter",
        (
            ("meter.updated", meter_id, {"upload": str(upload_id), "changes": dict(changes)})
            for meter_id, changes in changed.items()
        ),
        partner=partner,
        by=by,
    )
    return set(changed)
