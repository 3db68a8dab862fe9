"""Taking an upload back: the meters it made go, the values it changed come back, what was touched since stays.

Runs as the job uploads.withdraw, in chunks; each chunk is one transaction of meters, events and row marks.
"""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, cast
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import Count, QuerySet
from django.utils import timezone

from onboarding.enrollment.domain import making_room, re_evaluate
from onboarding.enrollment.load import with_recorded_facts
from onboarding.meters.columns import asset_of
from onboarding.meters.domain import remove_meters, restore_meter
from onboarding.meters.models import Meter
from onboarding.uploads.models import Plan, Upload, UploadRow, UploadState, Withdrawal
from onboarding.uploads.pipeline.preview import DryRun
from onboarding.uploads.pipeline.staging import dry_run_of
from onboarding.uploads.signals import withdrawal_previewed
from portal.events.actors import Actor
from portal.events.domain import record
from portal.jobs.domain import Run, enqueue
from portal.problems import Problem, Refused

_TOUCHED = "This meter was changed after the upload, so it stays as it is."
_GONE = "The meter is not there any more."


def withdraw_until(upload: Upload) -> datetime | None:
    """The moment until which an upload can be taken back; None when it cannot be. Rows may still wait to be written."""
    if upload.state not in {UploadState.DONE, UploadState.READY} or upload.finished_at is None:
        return None
    until = upload.finished_at + timedelta(days=settings.UPLOAD_WITHDRAW_DAYS)
    return until if until > timezone.now() else None


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
        locked.state, locked.actor, locked.updated_at = UploadState.WITHDRAWING, by.as_json(), timezone.now()
        locked.save(update_fields=["state", "actor", "updated_at"])
        record("upload.withdrawal_asked", subject=locked, partner=locked.partner, by=by)
        enqueue("uploads.withdraw", subject_id=locked.pk, partner=locked.partner)


def take_back(run: Run) -> None:
    """The job: chunk by chunk, then close the upload. Its file may be sent again afterwards."""
    upload = Upload.objects.select_related("partner").get(pk=run.job.subject_id)
    dry_run = dry_run_of(upload)
    total = _rows(upload).count()
    while _chunk(run, upload, dry_run, total):
        run.yield_to_other_partners()
    with run.chunk():
        counts = dict(
            UploadRow.objects.filter(upload=upload)
            .exclude(withdrawal="")
            .order_by()
            .values_list("withdrawal")
            .annotate(n=Count("pk"))
        )
        upload.counts = {**upload.counts, **{f"withdrawn_{name}": n for name, n in counts.items()}}
        upload.state, upload.fingerprint, upload.updated_at = UploadState.WITHDRAWN, "", timezone.now()
        upload.save(update_fields=["counts", "state", "fingerprint", "updated_at"])
        by = Actor.from_json(upload.actor)
        record("upload.withdrawn", subject=upload, partner=upload.partner, by=by, data=dict(Counter(counts)))


def _rows(upload: Upload) -> QuerySet[UploadRow]:
    """The rows that wrote something which has not been taken back yet."""
    written = UploadRow.objects.filter(upload=upload, round__lt=upload.rounds, result="", withdrawal="")
    return written.filter(plan__in=[Plan.CREATE, Plan.UPDATE]).order_by("number")


def _chunk(run: Run, upload: Upload, dry_run: DryRun, total: int) -> bool:
    with run.chunk() as chunk:
        rows = list(_rows(upload).only("pk", "plan", "meter_id", "changes")[: settings.JOB_CHUNK_ROWS])
        if not rows:
            return False
        found = Meter.objects.filter(pk__in=[row.meter_id for row in rows if row.meter_id], partner=upload.partner)
        meters: dict[UUID | None, Meter] = {meter.pk: meter for meter in found.select_for_update().order_by("pk")}
        by = Actor.from_json(upload.actor)
        known = with_recorded_facts(meters)
        untouched = [
            row
            for row in rows
            if row.plan == Plan.CREATE and row.meter_id not in known and _is_untouched(meters.get(row.meter_id), upload)
        ]
        with making_room([pk for pk in meters if pk], by=by):
            remove_meters(
                [meters[row.meter_id] for row in untouched if row.meter_id],
                upload_id=upload.pk,
                partner=upload.partner,
                by=by,
            )
            _mark(untouched, Withdrawal.REMOVED)
            removed = {row.pk for row in untouched}
            for row in rows:
                if row.pk in removed:
                    continue
                meter = meters.get(row.meter_id)
                if meter is None:
                    _mark([row], Withdrawal.LEFT, _GONE)
                elif row.plan == Plan.CREATE:
                    _mark([row], Withdrawal.LEFT, _TOUCHED)
                else:
                    _restore(upload, row, meter, dry_run, by)
        chunk.done, chunk.total = chunk.done + len(rows), total
    return True


def _is_untouched(meter: Meter | None, upload: Upload) -> bool:
    return meter is not None and meter.version == 1 and meter.upload_id == upload.pk and not meter.is_archived


def _restore(upload: Upload, row: UploadRow, meter: Meter, dry_run: DryRun, by: Actor) -> None:
    """Give each field its earlier value back, unless it was changed again since."""
    flat = dry_run.schema.flatten(asset_of(meter))
    back: dict[str, list[Any]] = {}
    for key, (old, new) in (row.changes or {}).items():
        if flat.get(key) == new:
            back[key] = [new, old]
            if old is None:
                flat.pop(key, None)
            else:
                flat[key] = old
    checked = dry_run.schema.check(flat, dry_run.on)
    if not back or checked.asset is None:
        _mark([row], Withdrawal.LEFT, _TOUCHED)
        return
    restore_meter(meter, checked.asset, changes=back, upload_id=upload.pk, by=by)
    re_evaluate([meter.pk], by=by)
    left = [key for key in row.changes or {} if key not in back]
    _mark([row], Withdrawal.RESTORED, f"Changed again since, and left: {', '.join(left)}."[:500] if left else "")


def _mark(rows: Sequence[UploadRow], what: Withdrawal, why: str = "") -> None:
    UploadRow.objects.filter(pk__in=[row.pk for row in rows]).update(withdrawal=what, description=why)
