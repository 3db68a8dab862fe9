"""Staged rows: checked with what people wrote into them, in the columns that the database takes, counted by program."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from functools import partial

from django.db.models import Min
from django.db.models.fields.json import KT
from django.db.models.functions import Lower

from onboarding.enrollment.results import EnrollmentResult, best, first_to_act, results_as_json
from onboarding.meters.columns import KEYS, keys_of
from onboarding.meters.models import KEY_LENGTH, EnrollmentStatus
from onboarding.uploads.models import RowPlan, Upload, UploadEdit, UploadRow, UploadSource
from onboarding.uploads.pipeline.first_rows import FirstRows
from onboarding.uploads.pipeline.preview import CandidateRow, RowPreview, RowResult, device_name, reference_of
from onboarding.uploads.stored import Outlook, RowCells

_GOOD = {EnrollmentStatus.ELIGIBLE, EnrollmentStatus.ACTIVE}
REASONS_KEPT = 20  # per program; a sheet with more kinds of reason is read on its rows
ROW_COLUMNS = (
    *("upload", "number", "partner_reference", *KEYS, "plan", "cells", "asset", "changes", "programs", "status"),
    *("acts", "meter_id", "meter_version", "result", "description", "round", "withdrawal", "joins"),
)
PROBLEM_COLUMNS = ("upload", "row_number", "column", "field", "code", "value", "context", "blocks")


def preview_of(upload: Upload) -> RowPreview:
    """What checks an upload's rows."""
    preview = RowPreview(
        upload.partner,
        programs=upload.programs,
        update_existing=upload.update_existing,
        creates_unknown=upload.creates_unknown or upload.source == UploadSource.API,
        names_fields=upload.source == UploadSource.API,
        reads_json=upload.is_json,
        date_orders=upload.column_layout.date_orders,
    )
    preview.references = FirstRows(partial(_rows_with_references, upload))
    preview.serials = FirstRows(partial(_rows_with_devices, upload))
    preview.letters = FirstRows(partial(rows_with_letters, upload))
    return preview


def _rows_with_references(upload: Upload, names: Collection[str]) -> dict[str, int]:
    """The first staged row of each reference, in its normal form."""
    rows = UploadRow.objects.filter(upload=upload, reference_key__any_of=names).exclude(plan=RowPlan.LEFT_OUT)
    return dict(rows.order_by().values_list("reference_key").annotate(first=Min("number")))


def rows_with_letters(upload: Upload, letters: Collection[str], *, without: Collection[int] = ()) -> dict[str, int]:
    """The first staged row of a new meter with each reference, whatever its capitals. without: rows to pass over."""
    rows = UploadRow.objects.filter(upload=upload, plan=RowPlan.CREATE).exclude(number__in=without)
    alike = rows.annotate(letters=Lower("reference_key")).filter(letters__any_of=letters)
    return dict(alike.order_by().values_list("letters").annotate(first=Min("number")))


def _rows_with_devices(upload: Upload, names: Collection[str]) -> dict[str, int]:
    """The first staged row of each device (see `device_name`)."""
    serials = [name.partition("\0")[2] for name in names]
    rows = UploadRow.objects.filter(upload=upload, serial_key__any_of=serials).order_by("-number")
    devices = rows.values_list(KT("asset__device__device_manufacturer"), "serial_key", "number")
    return {device_name(maker, serial): number for maker, serial, number in devices}


def load_staged(upload: Upload, preview: RowPreview) -> None:
    """Load the references and devices of the rows that were staged before, when a check goes on after a crash."""
    rows = UploadRow.objects.filter(upload=upload).exclude(plan=RowPlan.LEFT_OUT)
    preview.references.know(rows.values_list("reference_key", flat=True).iterator(chunk_size=5000))
    new = rows.filter(plan=RowPlan.CREATE).values_list("reference_key", flat=True)
    preview.letters.know(key.lower() for key in new.iterator(chunk_size=5000))
    devices = rows.exclude(serial_key="").values_list(KT("asset__device__device_manufacturer"), "serial_key")
    preview.serials.know(device_name(*device) for device in devices.iterator(chunk_size=5000))


def validate_rows(
    upload: Upload, preview: RowPreview, rows: Sequence[tuple[int, Mapping[str, object]]]
) -> list[RowResult]:
    """The result on each row (number, cells by field key), with what people wrote into it; left-out rows as such."""
    edits = edits_of(upload, [number for number, _ in rows])
    if not edits:
        return preview.check([CandidateRow(number, cells) for number, cells in rows])
    kept = [
        CandidateRow(number, edited(cells, edits[number]), typed=edits[number].values)
        if number in edits
        else CandidateRow(number, cells)
        for number, cells in rows
        if number not in edits or not edits[number].is_left_out
    ]
    results = {result.number: result for result in preview.check(kept)}
    return [results.get(number) or RowResult(number, reference_of(cells), RowPlan.LEFT_OUT) for number, cells in rows]


def keeps_cells(result: RowResult) -> bool:
    """Whether a row keeps its cells as they came: somebody may have to change them, or they are checked again because
    their meter is another one by then. An asset alone no longer says which of its values the row had."""
    return result.asset is None or bool(result.warnings) or result.meter_version is not None


def row_values(upload: Upload, result: RowResult, cells: RowCells | None) -> list[object]:
    """A result as a staged row, in the order of ROW_COLUMNS. cells: those to keep, see `keeps_cells`."""
    keys = keys_of(result.asset or {})
    return [
        upload.pk,
        result.number,
        result.reference[:256],
        result.key[:KEY_LENGTH],
        *(keys["serial_key"], keys["account_key"]),
        result.plan.value,
        cells,
        result.asset,
        result.changes or None,
        results_as_json(result.programs),
        best(program.status for program in _of_meant_programs(result)) if result.asset is not None else "",
        first_to_act(program.acts for program in _of_meant_programs(result)),
        result.meter_id,
        result.meter_version,
        result.outcome.value if result.outcome else "",
        result.problems[0].text[:500] if result.plan is RowPlan.DUPLICATE else "",
        upload.rounds,
        "",
        result.joins or None,
    ]


def _of_meant_programs(result: RowResult) -> list[EnrollmentResult]:
    """The row's results in the programs that it is meant for."""
    return [program for program in result.programs.values() if not program.could_join]


def problem_values(
    upload: Upload, results: Iterable[RowResult], column_of: Mapping[str, int]
) -> Iterable[list[object]]:
    """The problems and warnings of results, in the order of PROBLEM_COLUMNS."""
    for result in results:
        for problems, blocks in ((result.problems, True), (result.warnings, False)):
            for problem in problems:
                yield [
                    upload.pk,
                    result.number,
                    column_of.get(problem.field),
                    problem.field[:128],
                    problem.code,
                    problem.value[:130],
                    dict(problem.context),
                    blocks,
                ]


def add_to_outlook(outlook: Outlook, programs: Mapping[str, EnrollmentResult], *, times: int = 1) -> None:
    """Count one row into the per-program outlook (or out of it): eligible, or not yet and for want of what."""
    for identifier, result in programs.items():
        line = outlook.get(identifier)
        if line is None:
            line = outlook[identifier] = {"eligible": 0, "not_yet": 0, "missing": {}, "reasons": {}}
            if result.could_join:
                line["could_join"] = True
        if result.status in _GOOD:
            line["eligible"] += times
            continue
        if result.status == EnrollmentStatus.PENDING:
            line["pending"] = line.get("pending", 0) + times
            continue
        line["not_yet"] += times
        for key in result.missing:
            _count(line["missing"], key, times)
        for reason in result.reasons[:1]:  # the first is enough to count a row: outside the region, say
            text = reason.text
            if text in line["reasons"] or len(line["reasons"]) < REASONS_KEPT:
                _count(line["reasons"], text, times)


def _count(counts: dict[str, int], name: str, times: int) -> None:
    counts[name] = counts.get(name, 0) + times
    if counts[name] <= 0:
        del counts[name]


# --- what people wrote into rows, instead of what is in the sheet


def edits_of(upload: Upload, numbers: Collection[int]) -> dict[int, UploadEdit]:
    """The edits of these rows by row number. Rows of a sheet come in order, so the query asks for a range."""
    if not numbers:
        return {}
    edits = UploadEdit.objects.filter(upload=upload, row_number__range=(min(numbers), max(numbers)))
    wanted = set(numbers)
    return {edit.row_number: edit for edit in edits if edit.row_number in wanted}


def edited(cells: Mapping[str, object], edit: UploadEdit) -> dict[str, object]:
    """The cells with what people wrote instead; an empty text empties the cell."""
    merged = {**cells, **edit.values}
    return {key: value for key, value in merged.items() if value != ""}


def write_edits(edits: Sequence[UploadEdit]) -> None:
    """Keep what was written into rows, one edit a row: in the place of the row's earlier edit, if it had one."""
    UploadEdit.objects.bulk_create(
        [
            UploadEdit(
                upload_id=edit.upload_id,
                row_number=edit.row_number,
                values=edit.values,
                originals=edit.originals,
                is_left_out=edit.is_left_out,
            )
            for edit in edits
        ],
        update_conflicts=True,
        unique_fields=["upload", "row_number"],
        update_fields=["values", "originals", "is_left_out"],
    )
