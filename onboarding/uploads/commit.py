"""Committing an upload: the good rows become meters.

Runs as the job uploads.commit, in chunks; each chunk is one transaction of meters, events, enrollments, row results
and checkpoint. Doing a chunk twice is impossible: its rows carry a result by then, and their meter IDs were fixed
when they were staged.
"""

from collections import Counter
from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import Count
from django.utils import timezone

from onboarding.enrollment.domain import ProgramFacts, best, enroll, refresh_status
from onboarding.enrollment.queries import program_facts
from onboarding.meters.domain import create_meters, update_meters
from onboarding.meters.models import Meter
from onboarding.uploads.models import Plan, Result, Upload, UploadRow, UploadState
from portal.events.actors import Actor
from portal.events.domain import record
from portal.jobs.domain import Run, enqueue
from portal.problems import Problem, Refused
from programs.schema import catalogue_version

WRITTEN = (Plan.CREATE, Plan.UPDATE, Plan.UNCHANGED)
_RETRIES = 5


def confirm_upload(upload: Upload, *, by: Actor) -> None:
    """A person says yes: queue the commit of the good rows. A second yes, or two people at once, has one effect.

    Refuses: UPLOAD_NOT_READY, UPLOAD_NOTHING_TO_DO, CATALOGUE_CHANGED (the preview would no longer be true).
    """
    with transaction.atomic():
        locked = Upload.objects.select_for_update().get(pk=upload.pk)
        if locked.state in {UploadState.COMMITTING, UploadState.DONE}:
            return
        if locked.state != UploadState.READY:
            raise Refused(Problem("UPLOAD_NOT_READY"))
        if not any(locked.count(plan.value) for plan in (Plan.CREATE, Plan.UPDATE)):
            raise Refused(Problem("UPLOAD_NOTHING_TO_DO"))
        if locked.catalogue_version != catalogue_version():
            raise Refused(Problem("CATALOGUE_CHANGED"))
        locked.state, locked.problem = UploadState.COMMITTING, {}
        locked.confirmed_at = locked.updated_at = timezone.now()
        locked.confirmed_by = by.label[:200]
        locked.actor = by.as_json()
        locked.save(update_fields=["state", "problem", "confirmed_at", "confirmed_by", "actor", "updated_at"])
        record("upload.confirmed", subject=locked, partner=locked.partner, by=by, data=dict(locked.counts))
        enqueue("uploads.commit", subject_id=locked.pk, partner=locked.partner)


def commit_upload(run: Run) -> None:
    """Write the good rows chunk by chunk, then close the upload with its receipt."""
    upload = Upload.objects.select_related("partner").get(pk=run.job.subject_id)
    programs = program_facts(upload.programs)
    total = UploadRow.objects.filter(upload=upload, plan__in=WRITTEN, result="").count()
    while _commit_chunk(run, upload, programs, total):
        run.step_aside_if_others_wait()
    with run.chunk():
        _close(upload)


def _commit_chunk(run: Run, upload: Upload, programs: dict[str, ProgramFacts], total: int) -> bool:
    """One chunk in one transaction; again when another upload took one of its references meanwhile."""
    for attempt in range(_RETRIES):
        try:
            with run.chunk() as chunk:
                rows = list(
                    UploadRow.objects.filter(
                        upload=upload, plan__in=WRITTEN, result="", number__gt=chunk.checkpoint.get("row", -1)
                    )
                    .defer("cells")
                    .order_by("number")[: settings.JOB_CHUNK_ROWS]
                )
                if not rows:
                    return False
                _write(upload, rows, programs)
                chunk.checkpoint = {"row": rows[-1].number}
                chunk.done, chunk.total = chunk.done + len(rows), total
            return True
        except IntegrityError:
            if attempt == _RETRIES - 1:
                raise
    return False


def _write(upload: Upload, rows: Sequence[UploadRow], programs: dict[str, ProgramFacts]) -> None:
    """Meters, enrollments, events and results of these rows; those whose reference or meter moved on are refused."""
    by, partner = Actor.from_json(upload.actor), upload.partner
    creates = [row for row in rows if row.plan == Plan.CREATE]
    taken = dict(
        Meter.objects.filter(
            partner=partner, partner_reference__in=[row.partner_reference for row in creates]
        ).values_list("partner_reference", "pk")
    )
    new = [row for row in creates if row.partner_reference not in taken]
    create_meters(
        [(row.meter_id, row.asset, best(row.programs)) for row in new if row.meter_id and row.asset],
        partner=partner,
        upload_id=upload.pk,
        by=by,
    )
    updates = [row for row in rows if row.plan == Plan.UPDATE]
    changed = update_meters(
        [
            (row.meter_id, row.meter_version, row.asset, best(row.programs), row.changes or {})
            for row in updates
            if row.meter_id and row.meter_version and row.asset
        ],
        partner=partner,
        upload_id=upload.pk,
        by=by,
    )
    touched = changed | {row.meter_id for row in new}
    written = [row for row in rows if row.meter_id in touched or row.plan == Plan.UNCHANGED]
    enroll([(row.meter_id, row.programs) for row in written if row.meter_id], programs=programs, partner=partner)
    refresh_status([row.meter_id for row in written if row.meter_id and row.plan != Plan.CREATE])
    _note_results(upload, rows)
    for row in creates:
        if row.partner_reference in taken:
            meter = taken[row.partner_reference]
            _refuse(row, Result.DUPLICATE_REF_ID, Problem("DUPLICATE_REF_ID", context={"meter": str(meter)}), meter)
    for row in updates:
        if row.meter_id not in changed:
            _refuse(row, Result.PROCESSING_ERROR, Problem("METER_CHANGED_MEANWHILE"), row.meter_id)


def _note_results(upload: Upload, rows: Sequence[UploadRow]) -> None:
    """The results of a chunk in two statements; the exceptions are corrected row by row afterwards."""
    staged = UploadRow.objects.filter(upload=upload, result="", number__range=(rows[0].number, rows[-1].number))
    staged.filter(plan=Plan.CREATE).update(result=Result.METER_CREATED, description="A new meter was created.")
    staged.filter(plan=Plan.UPDATE).update(result=Result.METER_UPDATED, description="The meter was changed.")
    staged.filter(plan=Plan.UNCHANGED).update(
        result=Result.METER_UPDATED, description="The meter already had these values."
    )


def _refuse(row: UploadRow, result: Result, problem: Problem, meter_id: Any) -> None:
    UploadRow.objects.filter(pk=row.pk).update(result=result, description=problem.text[:500], meter_id=meter_id)


def _close(upload: Upload) -> None:
    """Every row has its result: count them and write the receipt's event."""
    left = UploadRow.objects.filter(upload=upload, result="")
    left.update(result=Result.VALIDATION_ERROR, description="The row needs fixing; nothing was written.")
    results = UploadRow.objects.filter(upload=upload).order_by().values("result").annotate(n=Count("pk"))
    counts = Counter({line["result"]: line["n"] for line in results})
    failed = sum(n for name, n in counts.items() if name not in {Result.METER_CREATED, Result.METER_UPDATED})
    upload.counts = {**upload.counts, **counts, "failed": failed}
    upload.state, upload.updated_at = UploadState.DONE, timezone.now()
    upload.save(update_fields=["counts", "state", "updated_at"])
    by = Actor.from_json(upload.actor)
    record("upload.committed", subject=upload, partner=upload.partner, by=by, data=dict(upload.counts))
