"""Committing an upload: the good rows become meters.

Runs as the job uploads.commit, in chunks; each chunk is one transaction of meters, events, enrollments, the results
of rows that could not be written, and `written_to` with the checkpoint. The database turns staged rows into meters
itself; what was written follows from the row's plan and round (UploadRow.outcome).
"""

from collections import Counter
from collections.abc import Iterable
from uuid import UUID

from django.conf import settings
from django.db import IntegrityError, OperationalError, transaction
from django.db.models import Count, QuerySet
from django.utils import timezone

from onboarding.enrollment.domain import enroll, making_room, re_evaluate, re_evaluate_sharing
from onboarding.meters.domain import create_meters, record_created, update_meters
from onboarding.meters.models import Meter
from onboarding.meters.search.domain import make_texts_behind
from onboarding.uploads.models import WRITTEN, RowOutcome, RowPlan, Upload, UploadRow, UploadState
from onboarding.uploads.notifications import tell_written
from onboarding.uploads.queries import to_write
from onboarding.uploads.states import move, move_or_refuse
from portal.events.actors import Actor
from portal.events.domain import record
from portal.jobs.domain import Run, enqueue
from portal.problems import Problem, Refused
from portal.storage import bulk
from portal.storage.staging import Staged
from programs.schema import catalogue_version

_RETRIES = 5


def confirm_upload(upload: Upload, *, by: Actor) -> None:
    """A person confirms: queue the commit of the good rows. Confirming twice, or by two people at once, has one effect.

    Refuses: UPLOAD_NOT_READY, UPLOAD_NOTHING_TO_DO, CATALOGUE_CHANGED (the preview would no longer be true).
    """
    with transaction.atomic():
        locked = Upload.objects.select_for_update().get(pk=upload.pk)
        if locked.state in {UploadState.COMMITTING, UploadState.DONE}:
            return
        if locked.state != UploadState.READY:
            raise Refused(Problem("UPLOAD_NOT_READY"))
        if not to_write(locked).keys() & {RowPlan.CREATE.value, RowPlan.UPDATE.value}:
            raise Refused(Problem("UPLOAD_NOTHING_TO_DO"))
        if locked.catalogue_version != catalogue_version():
            raise Refused(Problem("CATALOGUE_CHANGED"))
        said = {"confirmed_at": timezone.now(), "confirmed_by": by.label[:200], "actor": by.as_json()}
        move_or_refuse(locked, UploadState.COMMITTING, problem={}, **said)
        record("upload.confirmed", subject=locked, partner=locked.partner, by=by, data=dict(locked.counts))
        enqueue("uploads.commit", subject_id=locked.pk, partner=locked.partner)


def commit_upload(run: Run) -> None:
    """Write the good rows chunk by chunk, then close the round with its receipt."""
    upload = Upload.objects.select_related("partner").get(pk=run.job.subject_id)
    if upload.state != UploadState.COMMITTING:
        return  # a worker closed the round and died before it could end the job
    total = _to_write(upload, after=-1).count()
    while _commit_chunk(run, upload, total):
        run.yield_to_other_partners()
    with run.chunk():
        if _close(upload):
            tell_written(upload, run.job)


def commit_at_once(upload: Upload) -> bool:
    """Write the few rows of an upload in the caller's transaction, without a job, and close it.

    Returns whether all were written; otherwise something changed since the check (a reference taken, a meter changed),
    and the caller rolls back. IntegrityError when it happened this very moment.
    """
    _write(upload, list(_to_write(upload, after=-1).values_list("number", "plan")))
    return _close(upload) and not upload.count("failed")


def _to_write(upload: Upload, *, after: int) -> QuerySet[UploadRow]:
    rows = UploadRow.objects.filter(upload=upload, plan__in=WRITTEN, round=upload.rounds, result="", number__gt=after)
    return rows.order_by("number")


def _commit_chunk(run: Run, upload: Upload, total: int) -> bool:
    """Write the next rows in one transaction, again if another upload interfered. Returns whether there were any."""
    for attempt in range(_RETRIES):
        try:
            with run.chunk() as chunk:
                upload.refresh_from_db(fields=["written_to"])
                plans = list(
                    _to_write(upload, after=upload.written_to).values_list("number", "plan")[: settings.JOB_COMMIT_ROWS]
                )
                if not plans:
                    return False
                _write(upload, plans)
                upload.written_to = plans[-1][0]
                upload.save(update_fields=["written_to"])
                chunk.done, chunk.total = chunk.done + len(plans), total
            return True
        except (IntegrityError, OperationalError):  # a reference taken, or a deadlock with another upload
            if attempt == _RETRIES - 1:
                raise
    return False


def _write(upload: Upload, plans: list[tuple[int, str]]) -> None:
    """Meters, enrollments and events of a range of rows; those whose reference or meter moved on are refused."""
    by, partner = Actor.from_json(upload.actor), upload.partner
    rows = Staged(
        UploadRow,
        "r.upload_id = %s AND r.number BETWEEN %s AND %s AND r.round = %s AND r.result = ''",
        (upload.pk, plans[0][0], plans[-1][0], upload.rounds),
    )
    creates, updates = rows.narrowed("r.plan = %s", "create"), rows.narrowed("r.plan = %s", "update")
    counts = Counter(plan for _, plan in plans)
    if counts[RowPlan.CREATE]:
        if create_meters(creates, partner=partner, upload_id=upload.pk) < counts[RowPlan.CREATE]:
            _refuse_taken(upload, plans[0][0], plans[-1][0])
        record_created(creates, partner=partner, upload_id=upload.pk, by=by)
        enroll(creates, partner=partner)
        re_evaluate_sharing(_meters_of(creates), partner=partner, by=by)
    if counts[RowPlan.UPDATE] or counts[RowPlan.UNCHANGED]:
        _refuse_stale(upload, plans[0][0], plans[-1][0])
        known = rows.narrowed("r.plan IN (%s, %s)", "update", "unchanged")
        meters = _meters_of(known)
        with making_room(meters, by=by):
            update_meters(updates, partner=partner, upload_id=upload.pk, by=by)
            enroll(known, partner=partner, ignore_conflicts=True)
            re_evaluate(meters, by=by)


def _meters_of(rows: Staged) -> list[UUID]:
    return [UUID(str(meter)) for (meter,) in rows.select("r.meter_id")]


def _refuse_taken(upload: Upload, first: int, last: int) -> None:
    """Rows whose reference another upload took after the check: a duplicate, with the meter that has it."""
    rows = _to_write(upload, after=first - 1).filter(number__lte=last, plan=RowPlan.CREATE)
    made = Meter.objects.filter(upload=upload, partner=upload.partner)
    rows = rows.exclude(meter_id__in=made.values("pk")).only("pk", "partner_reference")
    references = {row.partner_reference: row for row in rows}
    holders = Meter.objects.filter(partner=upload.partner, partner_reference__in=references)
    taken = holders.values_list("pk", "partner_reference")
    _refuse(
        RowOutcome.DUPLICATE_REF_ID,
        (
            (references[name], Problem("DUPLICATE_REF_ID", context={"meter": str(meter)}), meter)
            for meter, name in taken
        ),
    )


def _refuse_stale(upload: Upload, first: int, last: int) -> None:
    """Rows whose meter was changed or removed after the check. Holds the meters until the chunk is written."""
    rows = _to_write(upload, after=first - 1).filter(number__lte=last).exclude(plan=RowPlan.CREATE)
    known = list(rows.only("pk", "meter_id", "meter_version", "plan"))
    meters = Meter.objects.filter(pk__in=[row.meter_id for row in known if row.meter_id], partner=upload.partner)
    versions = dict(meters.select_for_update().order_by("pk").values_list("pk", "version"))
    stale = [(row, row.meter_id) for row in known if row.meter_id and versions.get(row.meter_id) != row.meter_version]
    changed = Problem("METER_CHANGED_MEANWHILE")
    _refuse(RowOutcome.PROCESSING_ERROR, ((row, changed, meter) for row, meter in stale))


def _refuse(result: RowOutcome, refusals: Iterable[tuple[UploadRow, Problem, UUID]]) -> None:
    """Write a result into rows that cannot be written, in one statement: each with its problem and its meter."""
    values = [(row.pk, result.value, problem.text[:500], meter) for row, problem, meter in refusals]
    if values:
        bulk.update(UploadRow, ["result", "description", "meter_id"], values)


def _close(upload: Upload) -> bool:
    """Every row of the round is written or refused: count the outcomes and write the receipt's event.

    Returns whether the upload was still being committed.
    """
    kept = {name: n for name, n in upload.counts.items() if name not in RowOutcome.values}
    rounds = upload.rounds + 1
    counts = {**kept, **outcome_counts(upload, rounds=rounds)}
    done = {"rounds": rounds, "written_to": -1, "counts": counts, "finished_at": timezone.now()}
    if not move(upload, UploadState.DONE, **done):
        return False
    make_texts_behind(upload.pk, partner=upload.partner)
    by = Actor.from_json(upload.actor)
    record("upload.committed", subject=upload, partner=upload.partner, by=by, data=counts)
    return True


def outcome_counts(upload: Upload, *, rounds: int) -> dict[str, int]:
    """How many rows have each outcome, and how many of them `failed`, once so many rounds are over."""
    groups = (
        UploadRow.objects.filter(upload=upload).order_by().values("plan", "round", "result").annotate(n=Count("pk"))
    )
    counts: Counter[str] = Counter()
    for group in groups:
        name, _ = UploadRow(plan=group["plan"], round=group["round"], result=group["result"]).outcome_after(rounds)
        if name:
            counts[name] += group["n"]
    failed = sum(n for name, n in counts.items() if name not in {RowOutcome.METER_CREATED, RowOutcome.METER_UPDATED})
    return {**counts, "failed": failed}
