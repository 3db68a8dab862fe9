"""Checking an upload: every row of the file becomes a staged row with what will happen to it.

Runs as the job uploads.check, in chunks (chunks.py).
After a crash the file is read again from its start and the rows that are already staged are passed over.
"""

from collections.abc import Callable
from dataclasses import replace
from typing import cast

from django.db import transaction

from onboarding.spreadsheets.problems import Unreadable
from onboarding.uploads.columns.dates import is_split, orders_of
from onboarding.uploads.columns.encodings import is_encoding_guessed
from onboarding.uploads.models import Upload, UploadProblem, UploadState
from onboarding.uploads.notifications import tell_checked
from onboarding.uploads.pipeline.chunks import CheckOfRows, CheckProgress
from onboarding.uploads.pipeline.receive import fingerprint_of
from onboarding.uploads.pipeline.source import OpenSource, open_source
from onboarding.uploads.pipeline.staging import load_staged, preview_of
from onboarding.uploads.states import check_anew, drop_rows, move
from portal.events.actors import Actor
from portal.events.domain import record
from portal.jobs.domain import Run, enqueue
from portal.problems import Problem, Refused
from programs.schema import catalogue_version

_CHECKED_AGAIN = frozenset({UploadState.READY, UploadState.FAILED, UploadState.DISCARDED})

TakeOver = Callable[[Run, Upload, OpenSource], None]


def check_upload(run: Run, *, take_over: TakeOver) -> None:
    """Stage every row of the upload, then ask for its confirmation (or commit at once, for the API).

    take_over: what to do with a workbook of corrected rows, which belong to other uploads.

    Stops to ask when it is not clear what the columns are. Dates that can be read two ways are checked a second time
    when the rest of their column tells the order.
    """
    upload = Upload.objects.select_related("partner").get(pk=run.job.subject_id)
    if upload.state not in {UploadState.RECEIVED, UploadState.CHECKING}:
        return  # a worker finished the check and died before it could end the job
    try:
        if not _stage(run, upload, take_over):
            return
        if orders := _orders_found(upload, _progress(run)):
            with run.chunk() as chunk:
                upload.layout = replace(upload.column_layout, date_orders=orders).as_json()
                upload.save(update_fields=["layout"])
                chunk.checkpoint, chunk.done = {}, 0
            _stage(run, upload, take_over)
    except Unreadable as error:
        with run.chunk():
            file_unusable(upload, Problem(error.code, context=dict(error.context)))
        return
    except FileNotFoundError:
        with run.chunk():
            file_unusable(upload, Problem("FILE_GONE"))
        return
    with run.chunk():
        if _finish(upload, _progress(run)):
            tell_checked(upload, run.job)


def _progress(run: Run) -> CheckProgress:
    return cast(CheckProgress, run.checkpoint)


def file_unusable(upload: Upload, problem: Problem) -> None:
    """The file cannot be used: keep the reason, and none of its rows."""
    if not move(upload, UploadState.FAILED, problem=problem.as_json()):
        return
    drop_rows(upload)
    record("upload.refused", subject=upload, partner=upload.partner, by=Actor.system(), data={"code": problem.code})


def recheck_upload(
    upload: Upload, *, by: Actor, update_existing: bool | None = None, creates_unknown: bool | None = None
) -> None:
    """Check the stored file again, against the catalogue and meters as they are now. Only before its confirmation.

    update_existing, creates_unknown: change that choice on the way. What people wrote into rows stays. Refuses:
    UPLOAD_NOT_READY, UPLOAD_SENT_BEFORE (the same file was sent with that choice already).
    """
    with transaction.atomic():
        locked = Upload.objects.select_for_update().get(pk=upload.pk)
        if locked.confirmed_at or locked.state not in _CHECKED_AGAIN:
            raise Refused(Problem("UPLOAD_NOT_READY"))
        choice = _chosen(locked, update_existing)
        if creates_unknown is not None:
            choice["creates_unknown"] = creates_unknown
        check_anew(locked, layout=locked.column_layout.undecided().as_json(), **choice)
        record("upload.checked_again", subject=locked, partner=locked.partner, by=by)


def _chosen(upload: Upload, update_existing: bool | None) -> dict[str, object]:
    """The upload's fields with the choice of whether it may update meters. Refuses: UPLOAD_SENT_BEFORE."""
    if update_existing is not None:
        upload.update_existing = update_existing
    upload.fingerprint = fingerprint_of(upload)
    others = Upload.objects.filter(partner=upload.partner, fingerprint=upload.fingerprint).exclude(pk=upload.pk)
    if others.exclude(state=UploadState.FAILED).exists():
        raise Refused(Problem("UPLOAD_SENT_BEFORE"))
    return {"update_existing": upload.update_existing, "fingerprint": upload.fingerprint}


def _stage(run: Run, upload: Upload, take_over: TakeOver) -> bool:
    """Check and stage the rows from the checkpoint on. Returns whether the rows could be checked at all."""
    version = catalogue_version()
    preview = preview_of(upload)
    # A large file can be read for minutes before its first row comes: without a beat, another worker would begin anew.
    with open_source(upload, preview.schema, on_wait=run.beat) as source:
        if source.keys_at is not None:
            take_over(run, upload, source)
            return False
        if upload.corrects_id:
            raise Unreadable("NOT_ROWS_TO_FIX")
        if not run.checkpoint:
            if source.asks:
                _ask(run, upload, source)
                return False
            _begin(run, upload, source, version)
        preview.date_orders = source.layout.date_orders
        facts = source.facts()
        # Who sends a file by a page is shown the names and asked; by API, each row says it.
        guessed = facts.get("encoding", "") if upload.commits_itself and is_encoding_guessed(facts) else ""
        reached = run.checkpoint["row"]
        if reached >= 0:
            load_staged(upload, preview)
        CheckOfRows(run, upload, preview, source, reached, guessed).all()
        upload.facts = source.facts()
    if not run.checkpoint["counts"]:
        raise Unreadable("FILE_NO_ROWS")
    return True


def _ask(run: Run, upload: Upload, source: OpenSource) -> None:
    """Wait for a person to match the columns; no row is checked yet."""
    layout = replace(source.layout, columns=None).as_json()
    with run.chunk():
        _move(upload, UploadState.COLUMNS, columns=source.columns, facts=source.facts(), layout=layout)
        record("upload.columns_asked", subject=upload, partner=upload.partner, by=Actor.system())


def _begin(run: Run, upload: Upload, source: OpenSource, version: str) -> None:
    with run.chunk() as chunk:
        read = {"columns": source.columns, "facts": source.facts(), "layout": source.layout.as_json()}
        _move(upload, UploadState.CHECKING, catalogue_version=version, **read)
        drop_rows(upload)
        chunk.checkpoint = {
            "row": -1,
            "first": source.header_row,
            "counts": {},
            "regions": [],
            "outlook": {},
            "date_votes": {},
        }


def _move(upload: Upload, to: UploadState, **fields: object) -> None:
    """Move an upload that only this job moves: when it does not, the attempt has failed."""
    if not move(upload, to, **fields):
        raise RuntimeError(f"upload {upload.pk} is {upload.state} and cannot become {to}")


def _orders_found(upload: Upload, checkpoint: CheckProgress) -> dict[str, str]:
    """The order of day and month, for columns with dates that can be read both ways or that contradict each other."""
    known = upload.column_layout.date_orders
    unclear = UploadProblem.objects.filter(upload=upload, code="DATE_AMBIGUOUS").values_list("field", flat=True)
    votes = checkpoint["date_votes"]
    orders = orders_of(votes)
    asked = {*unclear, *(field for field, counts in votes.items() if is_split(counts))}
    return {field: orders[field] for field in asked if field in orders and field not in known}


def _finish(upload: Upload, checkpoint: CheckProgress) -> bool:
    """All rows are staged: wait for the confirmation, or go on at once when the upload came by API.

    Returns whether the upload was still being checked.
    """
    counts = checkpoint["counts"]
    rows = sum(counts.values())
    counts = {**counts, "rows": rows}
    blank = checkpoint["row"] - checkpoint["first"] - rows
    if blank > 0 and upload.facts.get("kind") != "json":
        counts["blank"] = blank
    to = UploadState.COMMITTING if upload.commits_itself else UploadState.READY
    regions, outlook = checkpoint["regions"], checkpoint["outlook"]
    if not move(upload, to, counts=counts, transmission_regions=regions, outlook=outlook, facts=upload.facts):
        return False
    if upload.commits_itself:
        enqueue("uploads.commit", subject_id=upload.pk, partner=upload.partner)
    record("upload.checked", subject=upload, partner=upload.partner, by=Actor.system(), data=counts)
    return True
