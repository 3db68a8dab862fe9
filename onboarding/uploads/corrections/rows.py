"""Correcting rows of an upload in place: other values, accepted suggestions, rows that are left out.

Each change is checked at once like the rows of the file, kept as an edit that outlives a new check of the file, and
recorded: the old value, the new one, and who wrote it.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from django.db import transaction
from django.db.models import Min, Q

from onboarding.enrollment.results import results_from_json
from onboarding.spreadsheets.cells import Cell
from onboarding.spreadsheets.problems import CELL_CODES, ROW_CODES
from onboarding.uploads.columns.assembly import RowAssembler
from onboarding.uploads.models import WRITTEN, RowPlan, Upload, UploadEdit, UploadProblem, UploadRow, UploadState
from onboarding.uploads.pipeline import bare_numbers
from onboarding.uploads.pipeline.first_rows import KnownRows
from onboarding.uploads.pipeline.preview import RowPreview, RowResult, reference_of
from onboarding.uploads.pipeline.row_faults import NOT_A_METER, ROW
from onboarding.uploads.pipeline.staging import (
    PROBLEM_COLUMNS,
    ROW_COLUMNS,
    add_to_outlook,
    edited,
    edits_of,
    preview_of,
    problem_values,
    row_values,
    rows_with_letters,
    validate_rows,
    write_edits,
)
from onboarding.uploads.queries import headers_of, refused_rows, to_write
from onboarding.uploads.states import move_or_refuse
from onboarding.uploads.stored import FieldChanges, RowCells, StoredValue, field_cells
from portal.events.actors import Actor
from portal.events.domain import record, record_many
from portal.problems import Problem, Refused
from portal.storage.bulk import insert
from portal.web import clock
from programs.identifiers import reference_key
from programs.schema import Schema, catalogue_version

MOST_ROWS = 5000  # of one change
_BATCH = 500
_OF_THE_FILE = (*CELL_CODES, *ROW_CODES, "IDENTIFIER_CONVERTED", bare_numbers.CODE, NOT_A_METER)

REFERENCE = "partner_reference"

Cells = dict[str, object]


@dataclass(slots=True)
class CorrectionResult:
    """What a correction did: rows that are fine now, rows that still need fixing, rows that were not open any more."""

    fixed: int = 0
    still: int = 0
    closed: list[int] = field(default_factory=list)


def correct_rows(upload: Upload, changes: Mapping[int, Mapping[str, StoredValue]], *, by: Actor) -> CorrectionResult:
    """Write other values into rows (number to field key to value; "" empties a cell) and check them again.

    Rows that are written already, or that are not there, are passed over and named. The same values again change
    nothing. Refuses: UPLOAD_NOT_READY, TOO_MANY_ROWS_AT_ONCE.
    """
    return _change(upload, changes, left_out=None, by=by)


def leave_out(upload: Upload, numbers: Collection[int], *, left_out: bool = True, by: Actor) -> CorrectionResult:
    """Skip rows, or take skipped ones in again. Refuses as `correct_rows` does."""
    return _change(upload, {number: {} for number in numbers}, left_out=left_out, by=by)


def validate_open_rows(upload: Upload, *, by: Actor, only_refused: bool = False) -> None:
    """Check every row that is not written yet again, against the catalogue and meters as they are now.

    For an upload of which a part is written already: its file is not read again. only_refused: just the rows that were
    refused while they were written, because their meter or reference changed after the check. Rows that are good now
    wait for another confirmation. Refuses: UPLOAD_NOT_READY.
    """
    with transaction.atomic():
        locked = Upload.objects.select_for_update().select_related("partner").get(pk=upload.pk)
        if locked.state not in {UploadState.READY, UploadState.DONE} or not locked.rounds:
            raise Refused(Problem("UPLOAD_NOT_READY"))
        editor, others_wait = RowEditor(locked), only_refused and bool(to_write(locked))
        rows = UploadRow.objects.filter(open_rows(locked), upload=locked).order_by("number")
        rows = rows.filter(refused_rows()) if only_refused else rows.exclude(plan=RowPlan.LEFT_OUT)
        numbers = list(rows.values_list("number", flat=True))
        for start in range(0, len(numbers), _BATCH):
            editor.validate_again(list(rows.filter(number__in=numbers[start : start + _BATCH])))
        if not others_wait:  # those were checked against an earlier one, perhaps
            locked.catalogue_version = catalogue_version()
            locked.save(update_fields=["catalogue_version"])
        record("upload.checked_again", subject=locked, partner=locked.partner, by=by)
        _keep(locked, editor)


def open_rows(upload: Upload) -> Q:
    """Which rows of an upload can still be changed: those that have not become a meter."""
    return ~Q(plan__in=WRITTEN) | Q(round=upload.rounds) | ~Q(result="")


def is_open(row: UploadRow, upload: Upload) -> bool:
    """The same of one row: whether it can be changed now."""
    can_correct = upload.state in {UploadState.READY, UploadState.DONE}
    return can_correct and (row.plan not in WRITTEN or row.round == upload.rounds or bool(row.result))


def _change(
    upload: Upload, changes: Mapping[int, Mapping[str, StoredValue]], *, left_out: bool | None, by: Actor
) -> CorrectionResult:
    if len(changes) > MOST_ROWS:
        raise Refused(Problem("TOO_MANY_ROWS_AT_ONCE", context={"limit": MOST_ROWS}))
    with transaction.atomic():
        locked = Upload.objects.select_for_update().select_related("partner").get(pk=upload.pk)
        if locked.state not in {UploadState.READY, UploadState.DONE}:
            raise Refused(Problem("UPLOAD_NOT_READY"))
        editor = RowEditor(locked)
        corrected, happened = CorrectionResult(), []
        numbers = sorted(changes)
        for start in range(0, len(numbers), _BATCH):
            batch = {number: changes[number] for number in numbers[start : start + _BATCH]}
            happened += editor.change(batch, left_out, corrected)
        _record(locked, happened, left_out, by=by)
        _keep(locked, editor)
    return corrected


def _record(upload: Upload, happened: Sequence[tuple[int, FieldChanges]], left_out: bool | None, *, by: Actor) -> None:
    """One event a row (was, is), and one for the upload's own timeline."""
    if not happened:
        return
    verb = "changed" if left_out is None else "left_out" if left_out else "taken_in"
    record_many(
        "uploadrow",
        ((f"upload.row_{verb}", f"{upload.pk}:{number}", {"changes": changes}) for number, changes in happened),
        partner=upload.partner,
        by=by,
    )
    fields = sorted({key for _, changes in happened for key in changes})
    data = {"rows": len(happened), "fields": fields}
    record(f"upload.rows_{verb}", subject=upload, partner=upload.partner, by=by, data=data)


def _keep(upload: Upload, editor: "RowEditor") -> None:
    for plan, difference in editor.moved.items():
        upload.counts[plan] = upload.counts.get(plan, 0) + difference
    upload.counts = {name: n for name, n in upload.counts.items() if n or name == "rows"}
    if upload.state == UploadState.DONE and to_write(upload):
        move_or_refuse(upload, UploadState.READY, counts=upload.counts, outlook=upload.outlook)
        return
    upload.updated_at = clock.now()
    upload.save(update_fields=["counts", "outlook", "updated_at"])


class RowEditor:
    """Takes rows of one upload apart, changes them and checks them again. The caller holds the upload's row locked."""

    def __init__(self, upload: Upload) -> None:
        self.upload = upload
        self.preview: RowPreview = preview_of(upload)
        self.moved: Counter[str] = Counter()  # plan to how many rows more or fewer
        layout, headers = upload.column_layout, headers_of(upload)
        listed = [headers.get(index, "") for index in range(max(headers, default=-1) + 1)]
        self._assembler = RowAssembler(
            layout.columns or {},
            layout.constants,
            self.schema,
            headers=listed,
            values=layout.values,
            suffix=layout.suffix,
        )

    @property
    def schema(self) -> Schema:
        return self.preview.schema

    def cells_of(self, rows: Iterable[UploadRow]) -> dict[int, Cells]:
        """The cells of these rows by field key, with what people wrote: as the validator gets them."""
        rows = list(rows)
        edits = edits_of(self.upload, [row.number for row in rows])
        by_row = self.original_cells(rows)
        return {number: edited(cells, edits[number]) if number in edits else cells for number, cells in by_row.items()}

    def original_cells(self, rows: Iterable[UploadRow]) -> dict[int, Cells]:
        """The cells of these rows by field key as the file has them, whatever people wrote."""
        rows = list(rows)
        numbers = [row.number for row in rows]
        broken: dict[int, list[Problem]] = {}
        for line in UploadProblem.objects.filter(upload=self.upload, row_number__in=numbers, code__in=_OF_THE_FILE):
            broken.setdefault(line.row_number, []).append(line.problem)
        return {
            row.number: self._raw(row) | {problem.field: problem for problem in broken.get(row.number, ())}
            for row in rows
        }

    @property
    def columns_of(self) -> Mapping[str, frozenset[int]]:
        """The field keys that the file has columns for, with those columns."""
        return self._assembler.columns_of

    @property
    def units(self) -> Mapping[int, str]:
        """The columns whose names have another unit than their field: index to that unit."""
        return self._assembler.units

    def assembled(self, cells: Sequence[Cell]) -> Cells:
        """Cells in the file's own columns, by field key."""
        return self._assembler.cells(cells) if cells else {}

    def _raw(self, row: UploadRow) -> Cells:
        """The row as the file has it."""
        if row.cells is None and row.meter_version is not None:  # staged before updates kept their cells
            changes = {key: "-" if new is None else new for key, (_, new) in (row.changes or {}).items()}
            return {**changes, "partner_reference": row.partner_reference}
        if row.cells is None:
            return self.schema.flatten(row.asset or {})
        return self.assembled(row.cells["columns"]) | row.cells["fields"]

    def change(
        self, changes: Mapping[int, Mapping[str, StoredValue]], left_out: bool | None, corrected: CorrectionResult
    ) -> list[tuple[int, FieldChanges]]:
        """Apply changes to some rows; returns what happened to each: field key to [was, is]."""
        rows = {
            row.number: row
            for row in UploadRow.objects.filter(open_rows(self.upload), upload=self.upload, number__in=list(changes))
        }
        corrected.closed += [number for number in changes if number not in rows]
        before = self.cells_of(rows.values())
        edits = edits_of(self.upload, list(rows))
        happened: list[tuple[int, FieldChanges]] = []
        written: list[UploadEdit] = []
        for number, row in rows.items():
            values = {key: value for key, value in changes[number].items() if key == ROW or self.schema.knows(key)}
            now = {key: before[number].get(key) for key in values}
            differs = {
                key: [as_shown(now[key]), value]
                for key, value in values.items()
                if isinstance(now[key], Problem) or as_shown(now[key]) != as_shown(value)
            }
            skipped = row.plan == RowPlan.LEFT_OUT if left_out is None else left_out
            if not differs and skipped == (row.plan == RowPlan.LEFT_OUT):
                continue
            edit = edits.get(number) or UploadEdit(upload=self.upload, row_number=number)
            edit.originals = _originals(edit, before[number], differs)
            edit.values = {**edit.values, **{key: value for key, (_, value) in differs.items()}}
            edit.is_left_out = skipped if left_out is not None else False
            written.append(edit)
            happened.append((number, differs))
        write_edits(written)
        for result in self.validate_again([rows[number] for number, _ in happened]):
            fine = result.plan in {*WRITTEN, RowPlan.LEFT_OUT}
            corrected.fixed, corrected.still = corrected.fixed + fine, corrected.still + (not fine)
        return happened

    def validate_again(self, rows: Sequence[UploadRow]) -> list[RowResult]:
        """Check rows as they are edited now, and with them those that were duplicates of one of them."""
        if not rows:
            return []
        mine = {row.number for row in rows}
        cells = self.cells_of(rows)
        texts = {reference_of(row_cells) for row_cells in cells.values()}
        keys = {row.reference_key for row in rows} | texts | {reference_key(text) for text in texts}
        keys -= {""}
        others = list(
            UploadRow.objects.filter(
                open_rows(self.upload),
                upload=self.upload,
                plan=RowPlan.DUPLICATE,
                reference_key__in=keys,
            ).exclude(number__in=mine)[:MOST_ROWS]
        )
        cells |= self.cells_of(others)
        again = sorted([*rows, *others], key=lambda row: row.number)
        numbers = {row.number for row in again}
        self.preview.references = KnownRows(self._first_rows(keys, numbers))
        letters = rows_with_letters(self.upload, {key.lower() for key in keys}, without=numbers)
        self.preview.letters = KnownRows(letters)
        results = validate_rows(self.upload, self.preview, [(row.number, cells[row.number]) for row in again])
        self._replace(again, results)
        return [result for result in results if result.number in mine]

    def _first_rows(self, keys: Collection[str], again: Collection[int]) -> dict[str, int]:
        """The first row of each reference among the rows that are not checked again and are no duplicates."""
        rows = UploadRow.objects.filter(upload=self.upload, reference_key__in=keys)
        rows = rows.exclude(number__in=again).exclude(plan__in=[RowPlan.DUPLICATE, RowPlan.LEFT_OUT])
        return dict(rows.order_by().values_list("reference_key").annotate(first=Min("number")))

    def _replace(self, rows: Sequence[UploadRow], results: Sequence[RowResult]) -> None:
        """Put the rows as they were checked now in the place of those that were staged."""
        numbers = [row.number for row in rows]
        for row, result in zip(rows, results, strict=True):
            self.moved[row.plan] -= 1
            self.moved[result.plan.value] += 1
            add_to_outlook(self.upload.outlook, results_from_json(row.programs), times=-1)
            add_to_outlook(self.upload.outlook, result.programs)
        UploadRow.objects.filter(upload=self.upload, number__in=numbers).delete()
        UploadProblem.objects.filter(upload=self.upload, row_number__in=numbers).delete()
        insert(
            UploadRow,
            ROW_COLUMNS,
            (
                row_values(self.upload, result, self._to_keep(row, result))
                for row, result in zip(rows, results, strict=True)
            ),
        )
        insert(UploadProblem, PROBLEM_COLUMNS, problem_values(self.upload, results, self._assembler.column_of))

    def _to_keep(self, row: UploadRow, result: RowResult) -> RowCells | None:
        """The row's cells; of one that was good until now, and so has none, the values that it would have written."""
        if row.cells is None and result.asset is None:
            return field_cells(self.schema.flatten(row.asset or {}))
        return row.cells


def _originals(edit: UploadEdit, before: Cells, differs: Iterable[str]) -> dict[str, str]:
    """What the file has where something is written for the first time, beside what is known of the row's edit."""
    first = {key: as_shown(before.get(key)) for key in differs if key not in edit.values}
    if REFERENCE not in edit.values:
        first[REFERENCE] = reference_of(before)
    return {**first, **(edit.originals or {})}


def as_shown(value: object) -> str:
    """A cell's value as the text that a person sees and writes: 42 for 42.0, yes for True, nothing for None."""
    if value is None:
        return ""
    if isinstance(value, Problem):
        return value.value
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)
