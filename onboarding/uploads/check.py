"""Checking an upload: every row of the file becomes a staged row with what will happen to it.

Runs as the job uploads.check, in chunks; each chunk's staged rows, problems and checkpoint are one transaction.
After a crash the file is read again from its start and the rows that are already staged are passed over.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from onboarding.enrollment.domain import ProgramFacts, Standing, misfits, standing
from onboarding.enrollment.queries import program_facts
from onboarding.meters.domain import asset_of
from onboarding.meters.models import EnrollmentStatus, Meter
from onboarding.spreadsheets.problems import Unreadable
from onboarding.uploads.models import Plan, Result, Upload, UploadProblem, UploadRow, UploadState
from onboarding.uploads.source import OpenSource, SourceRow, open_source
from portal.events.actors import Actor
from portal.events.domain import record
from portal.jobs.domain import Run, enqueue
from portal.problems import Problem, Refused, shown, storable
from portal.storage.bulk import insert
from portal.storage.ids import uuid7
from programs.schema import Schema, catalogue_version, schema_for

REASONS_KEPT = 20  # per program; a sheet with more kinds of reason is read on its rows
ROW_COLUMNS = ["upload", "number", "partner_reference", "plan", "cells", "asset", "changes", "programs"]
ROW_COLUMNS += ["meter_id", "meter_version", "result", "description"]


def check_upload(run: Run) -> None:
    """Stage every row of the upload, then ask for its confirmation (or commit at once, for the API)."""
    upload = Upload.objects.select_related("partner").get(pk=run.job.subject_id)
    try:
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


def recheck_upload(upload: Upload, *, by: Actor) -> None:
    """Check the stored file again, against the catalogue and meters as they are now. Only before its confirmation."""
    with transaction.atomic():
        locked = Upload.objects.select_for_update().get(pk=upload.pk)
        if locked.confirmed_at or locked.state not in {UploadState.READY, UploadState.FAILED}:
            raise Refused(Problem("UPLOAD_NOT_READY"))
        UploadRow.objects.filter(upload=locked).delete()
        UploadProblem.objects.filter(upload=locked).delete()
        locked.state = UploadState.RECEIVED
        locked.problem, locked.counts, locked.updated_at = {}, {}, timezone.now()
        locked.save(update_fields=["state", "problem", "counts", "updated_at"])
        record("upload.checked_again", subject=locked, partner=locked.partner, by=by)
        enqueue("uploads.check", subject_id=locked.pk, partner=locked.partner)


@dataclass(slots=True)
class Staging:
    """What the check of one upload carries from row to row."""

    upload: Upload
    schema: Schema
    programs: Mapping[str, ProgramFacts]
    source: OpenSource
    on: date
    first_row_of: dict[str, int] = field(default_factory=dict)


def _stage(run: Run, upload: Upload) -> None:
    version = catalogue_version()
    programs = program_facts(upload.programs)
    schema = schema_for(programs)
    with open_source(upload, schema) as source:
        if not run.checkpoint:
            with run.chunk() as chunk:
                UploadRow.objects.filter(upload=upload).delete()
                UploadProblem.objects.filter(upload=upload).delete()
                upload.state, upload.columns, upload.facts = UploadState.CHECKING, source.columns, source.facts()
                upload.catalogue_version, upload.updated_at = version, timezone.now()
                upload.save(update_fields=["state", "columns", "facts", "catalogue_version", "updated_at"])
                chunk.checkpoint = {"row": -1, "counts": {}, "regions": [], "outlook": {}}
        staging = Staging(upload, schema, programs, source, timezone.now().date())
        reached = run.checkpoint["row"]
        if reached >= 0:
            staged = UploadRow.objects.filter(upload=upload).exclude(partner_reference="").order_by("-number")
            staging.first_row_of = dict(staged.values_list("partner_reference", "number"))
        waiting: list[SourceRow] = []
        for rows in source.chunks:
            if not waiting and rows[0].number <= reached:
                run.start_slice()
            waiting += [row for row in rows if row.number > reached]
            if len(waiting) >= settings.JOB_CHUNK_ROWS:
                _stage_chunk(run, staging, waiting)
                waiting = []
                run.step_aside_if_others_wait()
            else:
                run.beat()
        if waiting:
            _stage_chunk(run, staging, waiting)
        upload.facts = source.facts()
    if not run.checkpoint["counts"]:
        raise Unreadable("FILE_NO_ROWS")


def _stage_chunk(run: Run, staging: Staging, rows: Sequence[SourceRow]) -> None:
    """Check a chunk of rows and stage them with their problems."""
    existing = _existing_meters(staging.upload, rows)
    staged = [_staged_row(staging, row, existing) for row in rows]
    problems = [line for row in staged for line in row.problem_lines(staging)]
    with run.chunk() as chunk:
        insert(UploadRow, ROW_COLUMNS, (row.values(staging.upload) for row in staged))
        insert(UploadProblem, ["upload", "row_number", "column", "field", "code", "value", "context"], problems)
        counts = Counter(chunk.checkpoint["counts"])
        counts.update(row.plan.value for row in staged)
        regions = {row.asset["transmission_region"] for row in staged if row.asset}
        outlook = chunk.checkpoint["outlook"]
        for row in staged:
            _add_to_outlook(outlook, row.programs)
        chunk.checkpoint = {
            "row": rows[-1].number,
            "counts": dict(counts),
            "regions": sorted(regions.union(chunk.checkpoint["regions"])),
            "outlook": outlook,
        }
        chunk.done += len(rows)


def _add_to_outlook(outlook: dict[str, Any], standings: Mapping[str, Standing]) -> None:
    """Count one row into the per-program outlook: eligible, or not yet and for want of what."""
    for identifier, says in standings.items():
        line = outlook.setdefault(identifier, {"eligible": 0, "not_yet": 0, "missing": {}, "reasons": {}})
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


def _existing_meters(upload: Upload, rows: Sequence[SourceRow]) -> dict[str, list[Meter]]:
    """The partner's meters that carry a reference of these rows."""
    references = {reference_of(row) for row in rows} - {""}
    found: dict[str, list[Meter]] = {}
    for meter in Meter.objects.filter(partner=upload.partner, partner_reference__in=references).defer("tags"):
        found.setdefault(meter.partner_reference, []).append(meter)
    return found


def reference_of(row: SourceRow) -> str:
    """The row's partner reference as it will be stored; "" when there is none to speak of."""
    value = row.cells.get("partner_reference", "")
    if isinstance(value, Problem) or value is None:
        return ""
    return storable(" ".join(str(value).split()))


@dataclass(slots=True)
class Staged:
    """One row on its way into the staging table."""

    row: SourceRow
    reference: str
    plan: Plan
    problems: Sequence[Problem] = ()
    asset: dict[str, Any] | None = None
    changes: dict[str, list[Any]] | None = None
    programs: Mapping[str, Standing] = field(default_factory=dict)
    meter_id: UUID | None = None
    meter_version: int | None = None
    result: Result | None = None

    def values(self, upload: Upload) -> list[object]:
        description = self.problems[0].text[:500] if self.plan is Plan.DUPLICATE else ""
        return [
            upload.pk,
            self.row.number,
            self.reference[:256],
            self.plan.value,
            self.row.stored,
            self.asset,
            self.changes,
            dict(self.programs),
            self.meter_id,
            self.meter_version,
            self.result.value if self.result else "",
            description,
        ]

    def problem_lines(self, staging: Staging) -> list[list[object]]:
        column_of = staging.source.column_of
        return [
            [
                staging.upload.pk,
                self.row.number,
                column_of.get(problem.field),
                problem.field[:128],
                problem.code,
                problem.value[:130],
                dict(problem.context),
            ]
            for problem in self.problems
        ]


def _staged_row(staging: Staging, row: SourceRow, existing: Mapping[str, list[Meter]]) -> Staged:
    """Decide what will happen to one row."""
    reference = reference_of(row)
    meters = existing.get(reference, [])
    updates = staging.upload.update_existing and len(meters) == 1
    cells = row.cells
    if updates:
        cells = _over(staging.schema.flatten(asset_of(meters[0])), cells)
    checked = staging.schema.check(cells, staging.on)
    staged = Staged(row, reference, Plan.NEEDS_FIXING, checked.problems)
    unknown = tuple(Problem("UNKNOWN_PROPERTY", shown(key)) for key in row.cells if not staging.schema.knows(key))
    first = staging.first_row_of.setdefault(reference, row.number) if reference else row.number
    if first != row.number:
        staged.plan, staged.result = Plan.DUPLICATE, Result.DUPLICATE_REF_ID
        twice = Problem("DUPLICATE_IN_FILE", "partner_reference", reference, {"first": first})
        staged.problems = (twice, *checked.problems)
        return staged
    if checked.asset is None:
        return staged
    if len(meters) > 1:
        staged.plan, staged.result = Plan.DUPLICATE, Result.MULTIPLE_PARTNER_REFERENCE
        staged.problems = (
            Problem("MULTIPLE_PARTNER_REFERENCE", "partner_reference", reference, {"count": len(meters)}),
        )
        return staged
    if meters and not updates:
        staged.plan, staged.result = Plan.DUPLICATE, Result.DUPLICATE_REF_ID
        staged.meter_id = meters[0].pk
        staged.problems = (Problem("DUPLICATE_REF_ID", "partner_reference", reference, {"meter": str(meters[0].pk)}),)
        return staged
    staged.asset, staged.problems = checked.asset, unknown
    staged.programs = {
        identifier: standing(facts, checked, on=staging.on)
        for identifier, facts in staging.programs.items()
        if staging.upload.programs or not misfits(facts, checked.asset, on=staging.on)
    }
    if updates:
        staged.meter_id, staged.meter_version = meters[0].pk, meters[0].version
        staged.changes = _changes(staging.schema, asset_of(meters[0]), checked.asset)
        staged.plan = Plan.UPDATE if staged.changes else Plan.UNCHANGED
    else:
        staged.meter_id, staged.plan = uuid7(), Plan.CREATE
    return staged


def _over(old: Mapping[str, object], new: Mapping[str, object]) -> dict[str, object]:
    """The row's cells over the meter's: an empty cell keeps what is there; a given list replaces the whole list."""
    lists = {key.split(".")[0] for key in new if key.split(".")[-1].isdigit()}
    return {key: value for key, value in old.items() if key.split(".")[0] not in lists} | dict(new)


def _changes(schema: Schema, old: dict[str, Any], new: dict[str, Any]) -> dict[str, list[Any]]:
    """Field key to [old, new] for every field that differs."""
    before, after = schema.flatten(old), schema.flatten(new)
    keys = [*before, *(key for key in after if key not in before)]
    return {key: [before.get(key), after.get(key)] for key in keys if before.get(key) != after.get(key)}


def _finish(upload: Upload, checkpoint: Mapping[str, Any]) -> None:
    """All rows are staged: wait for the confirmation, or go on at once when the upload came by API."""
    counts = checkpoint["counts"]
    upload.counts = {**counts, "rows": sum(counts.values())}
    upload.transmission_regions, upload.outlook = checkpoint["regions"], checkpoint["outlook"]
    upload.updated_at = timezone.now()
    upload.state = UploadState.READY
    if upload.commits_itself:
        upload.state = UploadState.COMMITTING
        enqueue("uploads.commit", subject_id=upload.pk, partner=upload.partner)
    upload.save(update_fields=["counts", "transmission_regions", "outlook", "facts", "updated_at", "state"])
    record("upload.checked", subject=upload, partner=upload.partner, by=Actor.system(), data=dict(upload.counts))
