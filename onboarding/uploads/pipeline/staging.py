"""Staged rows: judged with what people wrote into them, in the order that the database takes, counted by program."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from functools import partial
from typing import Any

from django.db.models import CharField, Min
from django.db.models.fields.json import KT
from django.db.models.functions import Cast

from onboarding.enrollment.evaluate import Standing, best, first_to_act
from onboarding.meters.models import EnrollmentStatus
from onboarding.uploads.columns.assembly import stored_cell
from onboarding.uploads.models import Plan, Source, Upload, UploadEdit, UploadRow
from onboarding.uploads.pipeline.first_rows import FirstRows
from onboarding.uploads.pipeline.preview import Candidate, DryRun, Verdict, device_name, reference_of
from portal.problems import Problem, storable_json

_GOOD = {EnrollmentStatus.ELIGIBLE.value, EnrollmentStatus.ACTIVE.value}
REASONS_KEPT = 20  # per program; a sheet with more kinds of reason is read on its rows
ROW_COLUMNS = (
    *("upload", "number", "partner_reference", "plan", "cells", "asset", "changes", "programs", "status"),
    *("acts", "meter_id", "meter_version", "result", "description", "round", "withdrawal"),
)
PROBLEM_COLUMNS = ("upload", "row_number", "column", "field", "code", "value", "context", "blocks")


def dry_run_of(upload: Upload) -> DryRun:
    """The judge of an upload's rows."""
    dry_run = DryRun(
        upload.partner,
        programs=upload.programs,
        update_existing=upload.update_existing,
        names_fields=upload.source == Source.API,
        date_orders=upload.column_layout.date_orders,
    )
    dry_run.references = FirstRows(partial(_rows_with_references, upload))
    dry_run.serials = FirstRows(partial(_rows_with_devices, upload))
    return dry_run


def _rows_with_references(upload: Upload, names: Collection[str]) -> dict[str, int]:
    """The first staged row of each reference."""
    rows = UploadRow.objects.filter(upload=upload, partner_reference__any_of=names).exclude(plan=Plan.LEFT_OUT)
    return dict(rows.order_by().values_list("partner_reference").annotate(first=Min("number")))


def _rows_with_devices(upload: Upload, names: Collection[str]) -> dict[str, int]:
    """The first staged row of each device (see `device_name`)."""
    serials = [name.partition("\0")[2] for name in names]
    rows = UploadRow.objects.filter(upload=upload).annotate(
        serial=Cast(KT("asset__device__device_serial_number"), CharField()),
        maker=Cast(KT("asset__device__device_manufacturer"), CharField()),
    )
    found = rows.filter(serial__any_of=serials).order_by("-number").values_list("maker", "serial", "number")
    return {device_name(maker, serial): number for maker, serial, number in found}


def know_staged(upload: Upload, dry_run: DryRun) -> None:
    """Tell the judge what the rows hold that were staged before, when a check goes on after a crash."""
    rows = UploadRow.objects.filter(upload=upload).exclude(plan=Plan.LEFT_OUT)
    dry_run.references.know(rows.values_list("partner_reference", flat=True).iterator(chunk_size=5000))
    devices = rows.exclude(asset=None).values_list(
        KT("asset__device__device_manufacturer"), KT("asset__device__device_serial_number")
    )
    dry_run.serials.know(device_name(*device) for device in devices.iterator(chunk_size=5000) if device[1])


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


def row_values(upload: Upload, verdict: Verdict, raw: Any, *, keeps_cells: bool = False) -> list[object]:
    """A verdict as a staged row, in the order of ROW_COLUMNS. Its cells are kept while somebody may change them."""
    return [
        upload.pk,
        verdict.number,
        verdict.reference[:256],
        verdict.plan.value,
        stored(raw) if keeps_cells or verdict.asset is None or verdict.warnings else None,
        verdict.asset,
        verdict.changes,
        verdict.programs,
        best(says["status"] for says in _meant(verdict)) if verdict.asset is not None else "",
        first_to_act(says["acts"] for says in _meant(verdict)),
        verdict.meter_id,
        verdict.meter_version,
        verdict.result.value if verdict.result else "",
        verdict.problems[0].text[:500] if verdict.plan is Plan.DUPLICATE else "",
        upload.rounds,
        "",
    ]


def _meant(verdict: Verdict) -> list[Standing]:
    """How the row stands in the programs that it is meant for."""
    return [says for says in verdict.programs.values() if "could_join" not in says]


def stored(raw: Any) -> Any:
    """What stood in a row as JSON that every database takes."""
    return [stored_cell(cell) for cell in raw] if isinstance(raw, list) else storable_json(raw)


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


def add_to_outlook(outlook: dict[str, Any], standings: Mapping[str, Standing], *, times: int = 1) -> None:
    """Count one row into the per-program outlook (or out of it): eligible, or not yet and for want of what."""
    for identifier, says in standings.items():
        line = outlook.get(identifier)
        if line is None:
            line = outlook[identifier] = {"eligible": 0, "not_yet": 0, "missing": {}, "reasons": {}}
            if "could_join" in says:
                line["could_join"] = True
        if says["status"] in _GOOD:
            line["eligible"] += times
            continue
        if says["status"] == EnrollmentStatus.PENDING:
            line["pending"] = line.get("pending", 0) + times
            continue
        line["not_yet"] += times
        for key in says["missing"]:
            _count(line["missing"], key, times)
        for reason in says["reasons"][:1]:  # the first is enough to count a row: outside the region, say
            text = Problem.from_json(reason).text
            if text in line["reasons"] or len(line["reasons"]) < REASONS_KEPT:
                _count(line["reasons"], text, times)


def _count(counts: dict[str, int], name: str, times: int) -> None:
    counts[name] = counts.get(name, 0) + times
    if counts[name] <= 0:
        del counts[name]


# --- what people wrote into rows, over what is in the sheet


def edits_of(upload: Upload, numbers: Collection[int]) -> dict[int, UploadEdit]:
    """The edits of these rows by row number. Rows of a sheet come in order, so a range is asked for."""
    if not numbers:
        return {}
    edits = UploadEdit.objects.filter(upload=upload, row_number__range=(min(numbers), max(numbers)))
    wanted = set(numbers)
    return {edit.row_number: edit for edit in edits if edit.row_number in wanted}


def edited(cells: Mapping[str, object], edit: UploadEdit) -> dict[str, object]:
    """The cells with what was written instead; an empty text empties the cell."""
    merged = {**cells, **edit.values}
    return {key: value for key, value in merged.items() if value != ""}


def write_edits(edits: Sequence[UploadEdit]) -> None:
    """Keep what was written into rows, one edit a row: in the place of the row's earlier edit, if it had one."""
    UploadEdit.objects.bulk_create(
        [
            UploadEdit(
                upload_id=edit.upload_id, row_number=edit.row_number, values=edit.values, is_left_out=edit.is_left_out
            )
            for edit in edits
        ],
        update_conflicts=True,
        unique_fields=["upload", "row_number"],
        update_fields=["values", "is_left_out"],
    )
