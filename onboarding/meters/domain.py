"""Creates, changes and removes meters, many at a time. The only module that writes meters."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING
from uuid import UUID

from django.db.models import F

from onboarding.meters.columns import ASSET_COLUMNS, KEYS, PLACES, Asset, columns_of, columns_sql
from onboarding.meters.models import CreatedBy, Meter
from onboarding.meters.published import identity_in, identity_sql
from onboarding.meters.search.domain import expect_texts, refresh_texts
from onboarding.meters.signals import meters_archived, meters_removed
from portal.events.actors import Actor
from portal.events.domain import record_many, record_staged
from portal.events.published import PUBLISHED
from portal.storage import json_sql
from portal.storage.bulk import update
from portal.storage.staging import Given, Staged, insert_from, update_from
from portal.web import clock
from programs.identifiers import reference_key

if TYPE_CHECKING:
    from portal.partners.models import Partner

_STAGED_KEYS = {key: f"r.{key}" for key in KEYS}


def create_meters(staged: Staged, *, partner: "Partner", upload_id: UUID) -> int:
    """Create a meter for each staged row (r.meter_id, r.asset and its keys, r.status, r.acts); returns how many.

    A row whose reference another meter of the partner has, in its normal form, is passed over. The events come with
    `record_created`, once the caller has put those rows aside. Rows are inserted in the order of their references, so
    that two uploads at once do not deadlock.
    """
    now = clock.now()
    expect_texts(upload_id, partner=partner)
    return insert_from(
        staged,
        Meter,
        {
            "id": "r.meter_id",
            "partner": Given(partner.pk),
            "created_by": Given("PARTNER"),
            "upload": Given(upload_id),
            "enrollment_status": "r.status",
            "acts": "r.acts",
            "connection_references": Given([]),
            "tags": Given([]),
            "is_archived": Given(False),
            "version": Given(1),
            "created_at": Given(now),
            "updated_at": Given(now),
            **columns_sql(staged.vendor, "r.asset"),
            **_STAGED_KEYS,
        },
        order_by="r.reference_key",
        ignore_conflicts=True,
    )


def create_connected_meter(
    asset: Asset, *, created_by: CreatedBy, partner: "Partner", by: Actor, told: Mapping[str, object]
) -> Meter:
    """Create the one meter that a customer's authorization brings: it carries the connection's reference, which other
    meters may carry too. One meter.created event, which says `told`. The caller evaluates it."""
    now = clock.now()
    reference = asset["partner_reference"]
    meter = Meter.objects.create(
        partner=partner,
        created_by=created_by,
        connection_references=[reference],
        created_at=now,
        updated_at=now,
        **columns_of(asset),
    )
    refresh_texts([meter.pk])
    happening = ("meter.created", meter.pk, {**told, PUBLISHED: identity_in(asset)})
    record_many("meter", [happening], partner=partner, by=by)
    return meter


def join_connection(meter: Meter, reference: str, *, by: Actor, told: Mapping[str, object]) -> None:
    """A customer's authorization belongs to this meter from now on: one meter.authorization_joined event.

    The reference, unless "", is added to the meter's connection references. The caller holds the meter's row and
    evaluates it.
    """
    if reference and reference not in meter.connection_references:
        meter.connection_references = [*meter.connection_references, reference]
        meter.updated_at = clock.now()
        meter.save(update_fields=["connection_references", "updated_at"])
    record_many("meter", [("meter.authorization_joined", meter.pk, told)], partner=meter.partner, by=by)


def complete_connected_meter(meter: Meter, asset: Asset, *, by: Actor) -> bool:
    """Give a meter the asset that its utility's later data completes: one meter.updated event, none without a change.
    Returns whether it changed.

    The caller holds the meter's row and evaluates it.
    """
    new = {name: value for name, value in columns_of(asset).items() if getattr(meter, name) != value}
    if new:
        change_meters([MeterChange(meter, new)], verb="meter.updated", partner=meter.partner, by=by)
        refresh_texts([meter.pk])
    return bool(new)


def record_created(staged: Staged, *, partner: "Partner", upload_id: UUID, by: Actor) -> None:
    """One meter.created event for each staged row (r.meter_id, r.number, r.asset)."""
    record_staged(
        staged,
        "meter.created",
        subject_type="meter",
        subject_id=json_sql.uuid_text(staged.vendor, "r.meter_id"),
        data=json_sql.object_of(staged.vendor, [*place_of(upload_id), (PUBLISHED, identity_sql(staged.vendor))]),
        partner=partner,
        by=by,
    )


def update_meters(staged: Staged, *, partner: "Partner", upload_id: UUID, by: Actor) -> None:
    """Change the meter of each staged row (r.meter_id, r.number, r.asset and its keys, r.changes), and record
    meter.updated."""
    update_from(
        staged.narrowed("m.partner_id = %s", partner.pk),
        Meter,
        {
            "version": "m.version + 1",
            "updated_at": Given(clock.now()),
            **columns_sql(staged.vendor, "r.asset"),
            **_STAGED_KEYS,
        },
        match="m.id = r.meter_id",
    )
    refresh_texts([UUID(str(meter)) for (meter,) in staged.select("r.meter_id")])
    changes = json_sql.as_json(staged.vendor, "r.changes")
    record_staged(
        staged,
        "meter.updated",
        subject_type="meter",
        subject_id=json_sql.uuid_text(staged.vendor, "r.meter_id"),
        data=json_sql.object_of(staged.vendor, [*place_of(upload_id), ("changes", changes)]),
        partner=partner,
        by=by,
    )


def place_of(upload_id: UUID) -> list[tuple[str, str]]:
    """Which row of which upload an event comes from."""
    return [("upload", f"'{upload_id}'"), ("row", "r.number")]


@dataclass(frozen=True, slots=True)
class MeterChange:
    """What one meter is to hold in some of its columns."""

    meter: Meter
    fields: Mapping[str, object]


def change_meters(changes: Sequence[MeterChange], *, verb: str, partner: "Partner", by: Actor) -> None:
    """Give meters new values in columns of their own (tags, group, archived), with one event each that has old and new.

    A change of what the asset itself holds counts as a change of its data; tags and the archive do not.
    """
    now = clock.now()
    alike: dict[str, list[MeterChange]] = {}
    for change in changes:
        alike.setdefault(repr(sorted(change.fields.items())), []).append(change)
    for group in alike.values():
        fields = dict(group[0].fields)
        if not fields.keys().isdisjoint(ASSET_COLUMNS):
            fields["version"] = F("version") + 1
        meters = Meter.objects.filter(pk__in=[change.meter.pk for change in group], partner=partner)
        meters.update(**fields, updated_at=now)
    happenings = (
        (
            verb,
            change.meter.pk,
            {"changes": {name: [getattr(change.meter, name), new] for name, new in change.fields.items()}},
        )
        for change in changes
    )
    record_many("meter", happenings, partner=partner, by=by)
    if archived := [change.meter.pk for change in changes if "is_archived" in change.fields]:
        meters_archived.send(Meter, meters=archived, by=by)


def change_references(staged: Staged, *, swaps: bool, partner: "Partner", by: Actor) -> None:
    """Give the meter of each staged row (r.meter_id, r.partner_reference, r.number) the reference r.new_reference.

    swaps: whether some of them get references that others of them have; all then give up their own first. One
    meter.reference_changed event each, with the row and its file (a.value). IntegrityError when a meter that is not
    among them has one of the references.
    """
    mine = staged.narrowed("m.partner_id = %s", partner.pk)
    by_row = "m.id = r.meter_id"
    if swaps:  # until it has its own, each is called by its ID with a space before it, as no reference can begin
        aside = f"' ' || {json_sql.uuid_text(staged.vendor, 'm.id')}"
        update_from(mine, Meter, {"partner_reference": aside, "reference_key": aside}, match=by_row)
    update_from(
        mine,
        Meter,
        {
            "partner_reference": "r.new_reference",
            "version": "m.version + 1",
            "updated_at": Given(clock.now()),
        },
        match=by_row,
    )
    new = [(UUID(str(meter)), str(reference)) for meter, reference in staged.select("r.meter_id", "r.new_reference")]
    update(Meter, ["reference_key"], ((meter, reference_key(reference)) for meter, reference in new))
    refresh_texts([meter for meter, _ in new])
    old_and_new = json_sql.list_of(staged.vendor, ["r.partner_reference", "r.new_reference"])
    changes = json_sql.object_of(staged.vendor, [("partner_reference", old_and_new)])
    record_staged(
        staged,
        "meter.reference_changed",
        subject_type="meter",
        subject_id=json_sql.uuid_text(staged.vendor, "r.meter_id"),
        data=json_sql.object_of(staged.vendor, [("file", "a.value"), ("row", "r.number"), ("changes", changes)]),
        partner=partner,
        by=by,
    )


def remove_meters(meters: Sequence[Meter], *, upload_id: UUID, partner: "Partner", by: Actor) -> None:
    """Remove meters whose upload is taken back, with their enrollments, and one meter.removed event each."""
    record_many(
        "meter",
        (
            ("meter.removed", meter.pk, {"upload": str(upload_id), "partner_reference": meter.partner_reference})
            for meter in meters
        ),
        partner=partner,
        by=by,
    )
    pks = [meter.pk for meter in meters]
    meters_removed.send(Meter, meters=pks)
    Meter.objects.filter(pk__in=pks, partner=partner).delete()


@dataclass(frozen=True, slots=True)
class MeterRestore:
    """A meter, the asset that it held earlier, and the fields that this changes: field key to [now, earlier]."""

    meter: Meter
    asset: Asset
    changes: Mapping[str, list[object]]


def restore_meters(restores: Sequence[MeterRestore], *, upload_id: UUID, partner: "Partner", by: Actor) -> None:
    """Give meters earlier values back, with one meter.restored event each that says which.

    The number of statements does not depend on how many meters there are. The caller holds the meters' rows locked.
    """
    if not restores:
        return
    now = clock.now()
    columns = [*PLACES, *KEYS, "data", "version", "updated_at"]
    rows = []
    for restore in restores:
        values = columns_of(restore.asset) | {"version": restore.meter.version + 1, "updated_at": now}
        if restore.asset["partner_reference"] == restore.meter.partner_reference:
            values["reference_key"] = restore.meter.reference_key  # a twin's is its own
        rows.append([restore.meter.pk, *(values[column] for column in columns)])
    update(Meter, columns, rows)
    refresh_texts([restore.meter.pk for restore in restores])
    happenings = (
        ("meter.restored", restore.meter.pk, {"upload": str(upload_id), "changes": dict(restore.changes)})
        for restore in restores
    )
    record_many("meter", happenings, partner=partner, by=by)


@dataclass(frozen=True, slots=True)
class MeterRemains:
    """A meter, and what is left of its asset, which names nobody."""

    meter: Meter
    asset: Asset


def erase_meters(remains: Sequence[MeterRemains], *, partner: "Partner", by: Actor) -> None:
    """Leave meters nothing but these assets, and archive them: one meter.erased event each.

    What they were called, tagged and searched by goes; their IDs, and what programs have of them, stay. The caller
    holds the meters' rows and evaluates them.
    """
    now, pks = clock.now(), [left.meter.pk for left in remains]
    emptied = {"tags": [], "connection_references": [], "is_archived": True, "updated_at": now}
    columns = [*PLACES, *KEYS, "data", "version", *emptied]
    rows = []
    for left in remains:
        values = columns_of(left.asset) | {"version": left.meter.version + 1} | emptied
        rows.append([left.meter.pk, *(values[column] for column in columns)])
    update(Meter, columns, rows)
    refresh_texts(pks)
    record_many("meter", [("meter.erased", pk, {}) for pk in pks], partner=partner, by=by)
    meters_archived.send(Meter, meters=pks, by=by)
