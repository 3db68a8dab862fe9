"""Taking an upload back: the meters it made go, the values it changed come back, what was touched since stays.

Runs as the job uploads.withdraw, in chunks; each chunk is one transaction of meters, events and row marks.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import cast
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import Count, QuerySet

from onboarding.enrollment.domain import leave_programs, making_room, re_evaluate
from onboarding.enrollment.load import active_in, with_recorded_facts
from onboarding.meters.columns import asset_of
from onboarding.meters.domain import MeterRestore, remove_meters, restore_meters
from onboarding.meters.models import Meter
from onboarding.uploads.models import RowPlan, Upload, UploadRow, UploadState, Withdrawal
from onboarding.uploads.pipeline.preview import RowPreview
from onboarding.uploads.pipeline.staging import preview_of
from onboarding.uploads.signals import withdrawal_previewed
from onboarding.uploads.states import drop_rows, move, move_or_refuse
from onboarding.uploads.stored import FieldChanges
from portal.events.actors import Actor
from portal.events.domain import record
from portal.jobs.domain import Run, enqueue
from portal.problems import Problem, Refused
from portal.storage import bulk
from portal.web import clock

_TOUCHED = "This meter was changed after the upload, so it stays as it is."
_GONE = "The meter is not there any more."


def discard_upload(upload: Upload, *, by: Actor) -> None:
    """A person gives up an upload of which nothing was written. Its file may be sent again, or it may be checked again.

    A second time has no effect. Refuses: UPLOAD_NOT_READY.
    """
    with transaction.atomic():
        locked = Upload.objects.select_for_update().get(pk=upload.pk)
        if locked.state == UploadState.DISCARDED:
            return
        if locked.confirmed_at:
            raise Refused(Problem("UPLOAD_NOT_READY"))
        move_or_refuse(locked, UploadState.DISCARDED, fingerprint="", counts={}, outlook={})
        drop_rows(locked)
        record("upload.discarded", subject=locked, partner=locked.partner, by=by)


def withdraw_until(upload: Upload) -> datetime | None:
    """The moment until which an upload can be taken back; None when it cannot be. Rows may still wait to be written."""
    if upload.state not in {UploadState.DONE, UploadState.READY} or upload.finished_at is None:
        return None
    until = upload.finished_at + timedelta(days=settings.UPLOAD_WITHDRAW_DAYS)
    return until if until > clock.now() else None


def withdrawal_outlook(upload: Upload) -> dict[str, int]:
    """What taking it back would do now: meters to remove, meters to restore, meters changed since; and what the rooms
    above lose with the meters that go."""
    rows = _rows(upload)
    counts = dict(rows.order_by().values_list("plan").annotate(n=Count("pk")))
    removable = Meter.objects.filter(upload=upload, version=1)
    created, changed = counts.get("create", 0), counts.get("update", 0)
    remove = removable.count()
    outlook = {"remove": remove, "restore": changed, "left": created - remove}
    losses: Sequence[tuple[object, object]] = withdrawal_previewed.send(sender=Upload, meters=removable)
    for _, lost in losses:
        outlook |= cast("dict[str, int]", lost)
    return outlook


def withdraw_upload(upload: Upload, *, by: Actor) -> None:
    """A person takes an upload back: queue the work. A second time has no effect. Refuses: UPLOAD_NOT_WITHDRAWABLE."""
    with transaction.atomic():
        locked = Upload.objects.select_for_update().get(pk=upload.pk)
        if locked.state in {UploadState.WITHDRAWING, UploadState.WITHDRAWN}:
            return
        if withdraw_until(locked) is None:
            raise Refused(Problem("UPLOAD_NOT_WITHDRAWABLE", context={"days": settings.UPLOAD_WITHDRAW_DAYS}))
        move_or_refuse(locked, UploadState.WITHDRAWING, actor=by.as_json())
        record("upload.withdrawal_asked", subject=locked, partner=locked.partner, by=by)
        enqueue("uploads.withdraw", subject_id=locked.pk, partner=locked.partner)


def take_back(run: Run) -> None:
    """The job: chunk by chunk, then close the upload. Its file may be sent again afterwards."""
    upload = Upload.objects.select_related("partner").get(pk=run.job.subject_id)
    if upload.state != UploadState.WITHDRAWING:
        return  # a worker closed the upload and died before it could end the job
    preview = preview_of(upload)
    total = _rows(upload).count()
    while _chunk(run, upload, preview, total):
        run.yield_to_other_partners()
    with run.chunk():
        counts = dict(
            UploadRow.objects.filter(upload=upload)
            .exclude(withdrawal="")
            .order_by()
            .values_list("withdrawal")
            .annotate(n=Count("pk"))
        )
        withdrawn = {f"withdrawn_{name}": n for name, n in counts.items()}
        if move(upload, UploadState.WITHDRAWN, counts={**upload.counts, **withdrawn}, fingerprint=""):
            by = Actor.from_json(upload.actor)
            record("upload.withdrawn", subject=upload, partner=upload.partner, by=by, data=counts)


def _rows(upload: Upload) -> QuerySet[UploadRow]:
    """The rows that wrote something which has not been taken back yet."""
    written = UploadRow.objects.filter(upload=upload, round__lt=upload.rounds, result="", withdrawal="")
    return written.filter(plan__in=[RowPlan.CREATE, RowPlan.UPDATE]).order_by("number")


@dataclass(slots=True)
class _ChunkPlan:
    """What taking back one chunk of rows comes to: meters to remove and to restore, and a mark for every row."""

    removals: list[Meter] = field(default_factory=list)
    restores: list[MeterRestore] = field(default_factory=list)
    leaves: dict[UUID, list[str]] = field(default_factory=dict)  # the programs that a meter joined
    marks: list[tuple[int, Withdrawal, str]] = field(default_factory=list)  # the row's primary key, what, why


def _chunk(run: Run, upload: Upload, preview: RowPreview, total: int) -> bool:
    """Take back the next rows in one transaction of a fixed number of queries. Returns whether there were any."""
    with run.chunk() as chunk:
        rows = list(_rows(upload).only("pk", "plan", "meter_id", "changes", "joins")[: settings.JOB_CHUNK_ROWS])
        if not rows:
            return False
        by, partner = Actor.from_json(upload.actor), upload.partner
        held = Meter.objects.filter(pk__in=[row.meter_id for row in rows if row.meter_id], partner=partner)
        meters = {meter.pk: meter for meter in held.select_for_update().order_by("pk")}
        plan = _plan(upload, rows, meters, preview)
        with making_room(list(meters), by=by):
            remove_meters(plan.removals, upload_id=upload.pk, partner=partner, by=by)
            restore_meters(plan.restores, upload_id=upload.pk, partner=partner, by=by)
            asked = leave_programs(plan.leaves, partner=partner, by=by)
            re_evaluate({*plan.leaves, *(restore.meter.pk for restore in plan.restores)}, by=by, left=asked)
        bulk.update(UploadRow, ["withdrawal", "description"], plan.marks)
        chunk.done, chunk.total = chunk.done + len(rows), total
    return True


def _plan(upload: Upload, rows: Sequence[UploadRow], meters: Mapping[UUID, Meter], preview: RowPreview) -> _ChunkPlan:
    plan = _ChunkPlan()
    recorded = with_recorded_facts(meters)
    active = active_in(meters) if any(row.joins for row in rows) else frozenset()
    for row in rows:
        meter = meters.get(row.meter_id) if row.meter_id else None
        if meter is None:
            plan.marks.append((row.pk, Withdrawal.LEFT, _GONE))
        elif row.plan == RowPlan.UPDATE:
            _plan_restore(plan, row, meter, preview, active)
        elif meter.pk not in recorded and _is_untouched(meter, upload):
            plan.removals.append(meter)
            plan.marks.append((row.pk, Withdrawal.REMOVED, ""))
        else:
            plan.marks.append((row.pk, Withdrawal.LEFT, _TOUCHED))
    return plan


def _is_untouched(meter: Meter, upload: Upload) -> bool:
    return meter.version == 1 and meter.upload_id == upload.pk and not meter.is_archived


def _plan_restore(
    plan: _ChunkPlan, row: UploadRow, meter: Meter, preview: RowPreview, active: Collection[tuple[UUID, str]]
) -> None:
    """Each field gets its earlier value back, unless it was changed again since; the meter leaves what it joined,
    unless it is active there."""
    leaves = [name for name in row.joins or () if (meter.pk, name) not in active]
    stays = [name for name in row.joins or () if name not in leaves]
    if leaves:
        plan.leaves[meter.pk] = leaves
    flat = preview.schema.flatten(asset_of(meter))
    back: FieldChanges = {}
    for key, (old, new) in (row.changes or {}).items():
        if flat.get(key) == new:
            back[key] = [new, old]
            if old is None:
                flat.pop(key, None)
            else:
                flat[key] = old
    asset = preview.schema.check(flat, preview.on).asset if back else None
    if asset is not None:
        plan.restores.append(MeterRestore(meter, asset, back))
    elif not leaves:
        plan.marks.append((row.pk, Withdrawal.LEFT, f"It is active in {', '.join(stays)}." if stays else _TOUCHED))
        return
    left = [key for key in row.changes or {} if key not in back or asset is None]
    why = f"Changed again since, and left: {', '.join(left)}." if left else ""
    why += f" It is active in {', '.join(stays)}, and stays there." if stays else ""
    plan.marks.append((row.pk, Withdrawal.RESTORED, why.strip()[:500]))
