"""Committing an upload: the good rows become meters.

Runs as the job uploads.commit, in chunks; each chunk is one transaction of meters, events, enrollments, the results
of rows that could not be written, and `written_to` with the checkpoint. The database turns staged rows into meters
itself; what was written follows from the row's plan and round (UploadRow.outcome).
"""

import logging
from collections import Counter
from collections.abc import Iterable
from uuid import UUID

from django.conf import settings
from django.db import OperationalError, transaction
from django.db.models import Count, QuerySet

from onboarding.enrollment.domain import enroll, making_room, re_evaluate, re_evaluate_sharing, record_joined
from onboarding.enrollment.published import record_first_actions
from onboarding.meters.domain import create_meters, place_of, record_created, update_meters
from onboarding.meters.models import Meter
from onboarding.meters.search.domain import make_texts_behind
from onboarding.uploads.models import WRITTEN, RowOutcome, RowPlan, Upload, UploadRow, UploadState
from onboarding.uploads.notifications import tell_written
from onboarding.uploads.pipeline.preview import holder_of
from onboarding.uploads.queries import to_write
from onboarding.uploads.states import move, move_or_refuse
from portal.events.actors import Actor
from portal.events.domain import record
from portal.jobs.domain import LeaseLost, Run, enqueue
from portal.jobs.faults import is_of_the_machine
from portal.problems import Problem, Refused
from portal.storage import bulk
from portal.storage.staging import Staged
from portal.web import clock
from programs.schema import catalogue_version

_RETRIES = 5
logger = logging.getLogger(__name__)


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
        said = {"confirmed_at": clock.now(), "confirmed_by": by.label[:200], "actor": by.as_json()}
        move_or_refuse(locked, UploadState.COMMITTING, problem={}, **said)
        record("upload.confirmed", subject=locked, partner=locked.partner, by=by, data=dict(locked.counts))
        enqueue("uploads.commit", subject_id=locked.pk, partner=locked.partner)


def commit_upload(run: Run) -> None:
    """Write the good rows chunk by chunk, then close the round with its receipt."""
    upload = Upload.objects.select_related("partner").get(pk=run.job.subject_id)
    if upload.state != UploadState.COMMITTING:
        return  # a worker closed the round and died before it could end the job
    total = _to_write(upload, after=-1).count()
    most = settings.JOB_COMMIT_ROWS
    while most := _commit_chunk(run, upload, total, most):
        run.yield_to_other_partners()
    with run.chunk():
        if _close(upload):
            tell_written(upload, run.job)


def commit_at_once(upload: Upload) -> bool:
    """Write the few rows of an upload in the caller's transaction, without a job, and close it.

    Returns whether all were written; otherwise something changed since the check (a reference taken, a meter changed),
    and the caller rolls back. False as well for rows that need fixing, of which nothing is written. IntegrityError when
    it happened this very moment.
    """
    if plans := list(_to_write(upload, after=-1).values_list("number", "plan")):
        _write(upload, plans)
    return _close(upload) and not upload.count("failed")


def end_without_the_rest(upload: Upload) -> None:
    """The commit cannot go on, and nobody will confirm it again: refuse what is left and close the round."""
    left = {"result": RowOutcome.PROCESSING_ERROR.value, "description": Problem("ROWS_LEFT_UNWRITTEN").text}
    _to_write(upload, after=upload.written_to).update(**left)
    _close(upload)


def _to_write(upload: Upload, *, after: int) -> QuerySet[UploadRow]:
    rows = UploadRow.objects.filter(upload=upload, plan__in=WRITTEN, round=upload.rounds, result="", number__gt=after)
    return rows.order_by("number")


def _commit_chunk(run: Run, upload: Upload, total: int, most: int) -> int:
    """Write the next rows, at most so many, in one transaction. Returns how many to write next; 0 after the last.

    Rows that cannot be written are halved until the one is known that is in the way: only that one is refused.
    """
    for attempt in range(_RETRIES):
        try:
            written = _write_next(run, upload, total, most)
            return min(most * 2, settings.JOB_COMMIT_ROWS) if written else 0
        except OperationalError as error:  # a deadlock with another upload
            if attempt == _RETRIES - 1 or is_of_the_machine(error):
                raise
        except LeaseLost:
            raise
        except Exception as error:  # whatever it is, it is no reason to keep the other rows waiting
            if is_of_the_machine(error):
                raise
            if attempt == 0:
                continue  # a reference may have been taken this very moment
            if most > 1:
                return most // 2
            _refuse_next(run, upload, error)
            return 1
    raise RuntimeError("unreachable: the last attempt raises or returns")


def _write_next(run: Run, upload: Upload, total: int, most: int) -> int:
    with run.chunk() as chunk:
        upload.refresh_from_db(fields=["written_to"])
        plans = list(_to_write(upload, after=upload.written_to).values_list("number", "plan")[:most])
        if plans:
            _write(upload, plans)
            upload.written_to = plans[-1][0]
            upload.save(update_fields=["written_to"])
            chunk.done, chunk.total = chunk.done + len(plans), total
        return len(plans)


def _refuse_next(run: Run, upload: Upload, error: Exception) -> None:
    """Refuse the next row, which cannot be written, and go past it."""
    with run.chunk() as chunk:
        upload.refresh_from_db(fields=["written_to"])
        row = _to_write(upload, after=upload.written_to)[0]
        logger.error("Row %s of upload %s could not be written: %s", row.number, upload.pk, type(error).__name__)
        meter = None if row.plan == RowPlan.CREATE else row.meter_id
        _refuse(RowOutcome.PROCESSING_ERROR, [(row, Problem("ROW_NOT_WRITTEN"), meter)])
        upload.written_to = row.number
        upload.save(update_fields=["written_to"])
        chunk.done += 1


def _write(upload: Upload, plans: list[tuple[int, str]]) -> None:
    """Meters, enrollments and events of a range of rows; those whose reference or meter moved on are refused."""
    by, partner = Actor.from_json(upload.actor), upload.partner
    rows = Staged(
        UploadRow,
        "r.upload_id = %s AND r.number BETWEEN %s AND %s AND r.round = %s AND r.result = ''",
        (upload.pk, plans[0][0], plans[-1][0], upload.rounds),
    )
    creates, updates = rows.narrowed("r.plan = %s", "create"), rows.narrowed("r.plan = %s", "update")
    counts, began = Counter(plan for _, plan in plans), clock.now()
    if counts[RowPlan.CREATE]:
        if create_meters(creates, partner=partner, upload_id=upload.pk) < counts[RowPlan.CREATE]:
            _refuse_taken(upload, plans[0][0], plans[-1][0])
        record_created(creates, partner=partner, upload_id=upload.pk, by=by)
        enroll(creates, partner=partner)
        told = re_evaluate_sharing(_meters_of(creates), partner=partner, by=by, since=began)
        record_first_actions(creates, passed_over=told, partner=partner, by=by)
    if counts[RowPlan.UPDATE] or counts[RowPlan.UNCHANGED]:
        _refuse_stale(upload, plans[0][0], plans[-1][0])
        known = rows.narrowed("r.plan IN (%s, %s)", "update", "unchanged")
        meters = _meters_of(known)
        with making_room(meters, by=by):
            changed = updates.narrowed("r.changes IS NOT NULL")
            update_meters(changed, partner=partner, upload_id=upload.pk, by=by)
            record_joined(updates, place=place_of(upload.pk), partner=partner, by=by)
            enroll(known, partner=partner, ignore_conflicts=True)
            re_evaluate(meters, by=by, since=began)


def _meters_of(rows: Staged) -> list[UUID]:
    meters = (meter for (meter,) in rows.select("r.meter_id"))
    return [meter if isinstance(meter, UUID) else UUID(str(meter)) for meter in meters]  # SQLite has texts


def _refuse_taken(upload: Upload, first: int, last: int) -> None:
    """Rows whose reference another upload took after the check: a duplicate, with the meter that has it."""
    rows = _to_write(upload, after=first - 1).filter(number__lte=last, plan=RowPlan.CREATE)
    made = Meter.objects.filter(upload=upload, partner=upload.partner)
    waiting = list(rows.exclude(meter_id__in=made.values("pk")).only("pk", "partner_reference", "reference_key"))
    holders = Meter.objects.filter(partner=upload.partner, reference_key__any_of=[row.reference_key for row in waiting])
    by_key = {meter.reference_key: meter for meter in holders.only("pk", "partner_reference", "reference_key")}
    taken = [(row, by_key[row.reference_key]) for row in waiting if row.reference_key in by_key]
    _refuse(
        RowOutcome.DUPLICATE_REF_ID,
        (
            (row, Problem("DUPLICATE_REF_ID", context=holder_of(row.partner_reference, meter)), meter.pk)
            for row, meter in taken
        ),
    )
    lost = [row for row in waiting if row.reference_key not in by_key]
    _refuse(RowOutcome.PROCESSING_ERROR, ((row, Problem("ROW_NOT_WRITTEN"), None) for row in lost))


def _refuse_stale(upload: Upload, first: int, last: int) -> None:
    """Rows whose meter was changed or removed after the check. Holds the meters until the chunk is written."""
    rows = _to_write(upload, after=first - 1).filter(number__lte=last).exclude(plan=RowPlan.CREATE)
    known = list(rows.only("pk", "meter_id", "meter_version", "plan"))
    meters = Meter.objects.filter(pk__in=[row.meter_id for row in known if row.meter_id], partner=upload.partner)
    versions = dict(meters.select_for_update().order_by("pk").values_list("pk", "version"))
    stale = [(row, row.meter_id) for row in known if row.meter_id and versions.get(row.meter_id) != row.meter_version]
    changed = Problem("METER_CHANGED_MEANWHILE")
    _refuse(RowOutcome.PROCESSING_ERROR, ((row, changed, meter) for row, meter in stale))


def _refuse(result: RowOutcome, refusals: Iterable[tuple[UploadRow, Problem, UUID | None]]) -> None:
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
    done = {"rounds": rounds, "written_to": -1, "counts": counts, "finished_at": clock.now()}
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
