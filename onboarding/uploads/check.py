"""Checking an upload: every row of the file becomes a staged row with what will happen to it.

Runs as the job uploads.check, in chunks; each chunk's staged rows, problems and checkpoint are one transaction.
After a crash the file is read again from its start and the rows that are already staged are passed over.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from onboarding.enrollment.domain import Standing, best
from onboarding.meters.models import EnrollmentStatus
from onboarding.spreadsheets.problems import Unreadable
from onboarding.uploads.columns.dates import add_votes, orders_of
from onboarding.uploads.columns.layout import Layout
from onboarding.uploads.dry_run import Candidate, DryRun, Verdict, reference_of
from onboarding.uploads.edits import edited, edits_of
from onboarding.uploads.models import Plan, Source, Upload, UploadProblem, UploadRow, UploadState
from onboarding.uploads.receive import fingerprint_of
from onboarding.uploads.source import OpenSource, SourceRow, open_source, stored
from portal.events.actors import Actor
from portal.events.domain import record
from portal.jobs.domain import Run, enqueue
from portal.problems import Problem, Refused
from portal.storage.bulk import insert
from programs.schema import catalogue_version

REASONS_KEPT = 20  # per program; a sheet with more kinds of reason is read on its rows
ROW_COLUMNS = (
    *("upload", "number", "partner_reference", "plan", "cells", "asset", "changes", "programs", "status"),
    *("meter_id", "meter_version", "result", "description", "round", "withdrawal"),
)
PROBLEM_COLUMNS = ("upload", "row_number", "column", "field", "code", "value", "context", "blocks")


def check_upload(run: Run) -> None:
    """Stage every row of the upload, then ask for its confirmation (or commit at once, for the API).

    Stops to ask when it is not clear what the columns are. Dates that can be read two ways are checked a second time
    when the rest of their column tells the order.
    """
    upload = Upload.objects.select_related("partner").get(pk=run.job.subject_id)
    try:
        if not _stage(run, upload):
            return
        if orders := _orders_found(upload, run.checkpoint):
            with run.chunk() as chunk:
                upload.layout = replace(Layout.of(upload.layout), date_orders=orders).as_json()
                upload.save(update_fields=["layout"])
                chunk.checkpoint, chunk.done = {}, 0
            _stage(run, upload)
    except Unreadable as error:
        with run.chunk():
            file_unusable(upload, Problem(error.code, context=dict(error.context)))
        return
    with run.chunk():
        _finish(upload, run.checkpoint)


def file_unusable(upload: Upload, problem: Problem) -> None:
    """The file as a whole cannot be used: say why, keep nothing half."""
    UploadRow.objects.filter(upload=upload).delete()
    UploadProblem.objects.filter(upload=upload).delete()
    upload.state = UploadState.FAILED
    upload.problem = problem.as_json()
    upload.updated_at = timezone.now()
    upload.save(update_fields=["state", "problem", "updated_at"])
    record("upload.refused", subject=upload, partner=upload.partner, by=Actor.system(), data={"code": problem.code})


def recheck_upload(upload: Upload, *, by: Actor, update_existing: bool | None = None) -> None:
    """Check the stored file again, against the catalogue and meters as they are now. Only before its confirmation.

    update_existing: change that choice on the way. What people wrote into rows stays. Refuses: UPLOAD_NOT_READY,
    UPLOAD_SENT_BEFORE (the same file was sent with that choice already).
    """
    with transaction.atomic():
        locked = Upload.objects.select_for_update().get(pk=upload.pk)
        if locked.confirmed_at or locked.state not in {UploadState.READY, UploadState.FAILED}:
            raise Refused(Problem("UPLOAD_NOT_READY"))
        UploadRow.objects.filter(upload=locked).delete()
        UploadProblem.objects.filter(upload=locked).delete()
        locked.state, locked.layout = UploadState.RECEIVED, Layout.of(locked.layout).undecided().as_json()
        locked.problem, locked.counts, locked.updated_at = {}, {}, timezone.now()
        if update_existing is not None and update_existing != locked.update_existing:
            _choose_updating(locked, update_existing)
        locked.save(
            update_fields=["state", "layout", "problem", "counts", "updated_at", "update_existing", "fingerprint"]
        )
        record("upload.checked_again", subject=locked, partner=locked.partner, by=by)
        enqueue("uploads.check", subject_id=locked.pk, partner=locked.partner)


def _choose_updating(upload: Upload, update_existing: bool) -> None:
    upload.update_existing = update_existing
    upload.fingerprint = fingerprint_of(upload)
    others = Upload.objects.filter(partner=upload.partner, fingerprint=upload.fingerprint).exclude(pk=upload.pk)
    if others.exclude(state=UploadState.FAILED).exists():
        raise Refused(Problem("UPLOAD_SENT_BEFORE"))


def _stage(run: Run, upload: Upload) -> bool:
    """Judge and stage the rows from the checkpoint on. Returns whether the rows could be judged at all."""
    version = catalogue_version()
    dry_run = dry_run_of(upload)
    with open_source(upload, dry_run.schema) as source:
        if not run.checkpoint:
            if source.asks:
                _ask(run, upload, source)
                return False
            _begin(run, upload, source, version)
        dry_run.date_orders = source.layout.date_orders
        reached = run.checkpoint["row"]
        if reached >= 0:
            staged = UploadRow.objects.filter(upload=upload).exclude(partner_reference="").order_by("-number")
            dry_run.first_row_of = dict(staged.values_list("partner_reference", "number"))
        waiting: list[SourceRow] = []
        for rows in source.chunks:
            if not waiting and rows[0].number <= reached:
                run.start_slice()
            waiting += rows if rows[0].number > reached else [row for row in rows if row.number > reached]
            if len(waiting) >= settings.JOB_CHUNK_ROWS:
                _stage_chunk(run, upload, dry_run, source, waiting)
                waiting = []
                run.step_aside_if_others_wait()
            else:
                run.beat()
        if waiting:
            _stage_chunk(run, upload, dry_run, source, waiting)
        upload.facts = source.facts()
    if not run.checkpoint["counts"]:
        raise Unreadable("FILE_NO_ROWS")
    return True


def dry_run_of(upload: Upload) -> DryRun:
    """The judge of an upload's rows."""
    return DryRun(
        upload.partner,
        programs=upload.programs,
        update_existing=upload.update_existing,
        names_fields=upload.source == Source.API,
        date_orders=Layout.of(upload.layout).date_orders,
    )


def _ask(run: Run, upload: Upload, source: OpenSource) -> None:
    """Nothing is checked yet: a person says first what the columns are."""
    with run.chunk():
        upload.state, upload.columns, upload.facts = UploadState.COLUMNS, source.columns, source.facts()
        upload.layout, upload.updated_at = replace(source.layout, columns=None).as_json(), timezone.now()
        upload.save(update_fields=["state", "columns", "facts", "layout", "updated_at"])
        record("upload.columns_asked", subject=upload, partner=upload.partner, by=Actor.system())


def _begin(run: Run, upload: Upload, source: OpenSource, version: str) -> None:
    with run.chunk() as chunk:
        UploadRow.objects.filter(upload=upload).delete()
        UploadProblem.objects.filter(upload=upload).delete()
        upload.state, upload.columns, upload.facts = UploadState.CHECKING, source.columns, source.facts()
        upload.layout = source.layout.as_json()
        upload.catalogue_version, upload.updated_at = version, timezone.now()
        upload.save(update_fields=["state", "columns", "facts", "layout", "catalogue_version", "updated_at"])
        chunk.checkpoint = {
            "row": -1,
            "first": source.header_row,
            "counts": {},
            "regions": [],
            "outlook": {},
            "date_votes": {},
        }


def _stage_chunk(run: Run, upload: Upload, dry_run: DryRun, source: OpenSource, rows: Sequence[SourceRow]) -> None:
    """Judge a chunk of rows and stage them with their problems."""
    verdicts = judged(upload, dry_run, [(row.number, row.cells) for row in rows])
    with run.chunk() as chunk:
        insert(
            UploadRow,
            ROW_COLUMNS,
            (row_values(upload, verdict, row.raw) for verdict, row in zip(verdicts, rows, strict=True)),
        )
        insert(UploadProblem, PROBLEM_COLUMNS, problem_values(upload, verdicts, source.column_of))
        counts = Counter(chunk.checkpoint["counts"])
        counts.update(verdict.plan.value for verdict in verdicts)
        regions = {verdict.asset["transmission_region"] for verdict in verdicts if verdict.asset}
        outlook = chunk.checkpoint["outlook"]
        for verdict in verdicts:
            add_to_outlook(outlook, verdict.programs)
        chunk.checkpoint = {
            **chunk.checkpoint,
            "row": rows[-1].number,
            "counts": dict(counts),
            "regions": sorted(regions.union(chunk.checkpoint["regions"])),
            "outlook": outlook,
            "date_votes": add_votes(chunk.checkpoint["date_votes"], dry_run.schema, rows),
        }
        chunk.done += len(rows)


def judged(upload: Upload, dry_run: DryRun, rows: Sequence[tuple[int, Mapping[str, object]]]) -> list[Verdict]:
    """The verdict on each row (number, cells by field key), with what people wrote into it; left-out rows as such."""
    edits = edits_of(upload, [number for number, _ in rows])
    if not edits:
        return dry_run.look([Candidate(number, cells) for number, cells in rows])
    kept = [
        Candidate(number, edited(cells, edits[number]) if number in edits else cells)
        for number, cells in rows
        if number not in edits or not edits[number].is_left_out
    ]
    verdicts = {verdict.number: verdict for verdict in dry_run.look(kept)}
    return [verdicts.get(number) or Verdict(number, reference_of(cells), Plan.LEFT_OUT) for number, cells in rows]


def _orders_found(upload: Upload, checkpoint: Mapping[str, Any]) -> dict[str, str]:
    """The order of day and month, for columns with dates that can be read both ways and others that tell."""
    known = Layout.of(upload.layout).date_orders
    unclear = UploadProblem.objects.filter(upload=upload, code="DATE_AMBIGUOUS").values_list("field", flat=True)
    orders = orders_of(checkpoint["date_votes"])
    return {field: orders[field] for field in set(unclear) if field in orders and field not in known}


def row_values(upload: Upload, verdict: Verdict, raw: Any) -> list[object]:
    """A verdict as a staged row, in the order of ROW_COLUMNS. Its cells are kept as long as it is no asset."""
    return [
        upload.pk,
        verdict.number,
        verdict.reference[:256],
        verdict.plan.value,
        stored(raw) if verdict.asset is None or verdict.warnings else None,
        verdict.asset,
        verdict.changes,
        verdict.programs,
        best(verdict.programs) if verdict.asset is not None else "",
        verdict.meter_id,
        verdict.meter_version,
        verdict.result.value if verdict.result else "",
        verdict.problems[0].text[:500] if verdict.plan is Plan.DUPLICATE else "",
        upload.rounds,
        "",
    ]


def problem_values(upload: Upload, verdicts: Iterable[Verdict], column_of: Mapping[str, int]) -> Iterable[list[object]]:
    """The problems and warnings of verdicts, in the order of PROBLEM_COLUMNS."""
    for verdict in verdicts:
        for found, blocks in ((verdict.problems, True), (verdict.warnings, False)):
            for problem in found:
                yield [
                    upload.pk,
                    verdict.number,
                    column_of.get(problem.field),
                    problem.field[:128],
                    problem.code,
                    problem.value[:130],
                    dict(problem.context),
                    blocks,
                ]


def add_to_outlook(outlook: dict[str, Any], standings: Mapping[str, Standing]) -> None:
    """Count one row into the per-program outlook: eligible, or not yet and for want of what."""
    for identifier, says in standings.items():
        line = outlook.get(identifier)
        if line is None:
            line = outlook[identifier] = {"eligible": 0, "not_yet": 0, "missing": {}, "reasons": {}}
            if "could_join" in says:
                line["could_join"] = True
        if says["status"] == EnrollmentStatus.ELIGIBLE:
            line["eligible"] += 1
            continue
        line["not_yet"] += 1
        for key in says["missing"]:
            line["missing"][key] = line["missing"].get(key, 0) + 1
        for reason in says["reasons"]:
            text = Problem.from_json(reason).text
            if text in line["reasons"] or len(line["reasons"]) < REASONS_KEPT:
                line["reasons"][text] = line["reasons"].get(text, 0) + 1


def _finish(upload: Upload, checkpoint: Mapping[str, Any]) -> None:
    """All rows are staged: wait for the confirmation, or go on at once when the upload came by API."""
    counts = checkpoint["counts"]
    rows = sum(counts.values())
    upload.counts = {**counts, "rows": rows}
    blank = checkpoint["row"] - checkpoint["first"] - rows
    if blank > 0 and upload.facts.get("kind") != "json":
        upload.counts["blank"] = blank
    upload.transmission_regions, upload.outlook = checkpoint["regions"], checkpoint["outlook"]
    upload.updated_at = timezone.now()
    upload.state = UploadState.READY
    if upload.commits_itself:
        upload.state = UploadState.COMMITTING
        enqueue("uploads.commit", subject_id=upload.pk, partner=upload.partner)
    upload.save(update_fields=["counts", "transmission_regions", "outlook", "facts", "updated_at", "state"])
    record("upload.checked", subject=upload, partner=upload.partner, by=Actor.system(), data=dict(upload.counts))
