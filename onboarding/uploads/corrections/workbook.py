"""The workbook of rows to fix, out and in again: each of its rows is tied to a row of the upload."""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from onboarding.spreadsheets.cells import Cell
from onboarding.spreadsheets.headers import HeaderSpec, match_headers, normalized
from onboarding.spreadsheets.problems import Unreadable
from onboarding.spreadsheets.workbook import ROW_KEY_HEADER, FixColumn, FixRow
from onboarding.uploads.column_units import in_own_unit
from onboarding.uploads.compounds import written_out
from onboarding.uploads.corrections.rows import REFERENCE, RowEditor, as_shown, correct_rows, open_rows
from onboarding.uploads.layout import covers, is_compound, parts_of
from onboarding.uploads.models import RowPlan, Upload, UploadProblem, UploadRow, UploadState
from onboarding.uploads.pipeline.row_faults import AS_IT_IS, ROW, fault_in
from onboarding.uploads.pipeline.source import OpenSource
from onboarding.uploads.pipeline.staging import edits_of
from onboarding.uploads.states import move
from onboarding.uploads.stored import EditedValues, StoredValue, UploadFacts
from portal.events.actors import Actor
from portal.events.domain import record
from portal.jobs.domain import Run
from portal.problems import Problem
from programs.schema import schema_for

MOST_IN_WORKBOOK = 10_000  # it is made while the browser waits
_BATCH = 500


@dataclass(frozen=True, slots=True)
class FixingColumn:
    """One column of the workbook: the file's own (index), or one for a field that the file has no column for (key)."""

    header: str
    index: int | None
    key: str
    position: int = 0

    @property
    def as_written(self) -> FixColumn:
        return FixColumn(self.header)


@dataclass(frozen=True, slots=True)
class RowKey:
    """The row of the upload that a row of the workbook belongs to, with a digest of its cells when it was written."""

    upload: UUID
    number: int
    state: str

    def __str__(self) -> str:
        return f"{self.upload}:{self.number}:{self.state}"

    @classmethod
    def read(cls, text: object) -> "RowKey | None":
        """The key in a cell; None for anything else."""
        try:
            upload, number, state = str(text or "").strip().split(":")
            return cls(UUID(upload), int(number), state)
        except ValueError:
            return None


def state_of(cells: Mapping[str, object]) -> str:
    """A short text that changes when the cells of the row change."""
    told = "\n".join(f"{key}={as_shown(cell)}" for key, cell in sorted(cells.items()))
    return hashlib.sha256(told.encode("utf-8", "replace")).hexdigest()[:12]


def fix_columns(upload: Upload) -> list[FixingColumn]:
    """The file's own columns in their own order, then the fields with problems that have no column."""
    targets = upload.column_layout.columns or {}
    own = [
        FixingColumn(column["header"], column["index"], targets.get(column["index"], ""), position)
        for position, column in enumerate(upload.columns)
    ]
    held = {key for column in own for key in covers(column.key)}
    schema = schema_for(upload.programs)
    fields = UploadProblem.objects.filter(upload=upload, column=None).exclude(field="").values_list("field", flat=True)
    more = [key for key in dict.fromkeys(fields.order_by("field")) if schema.knows(key) and key not in held]
    return [*own, *(FixingColumn(schema.column(key).label, None, key, len(own) + at) for at, key in enumerate(more))]


def fix_rows(upload: Upload, columns: Sequence[FixingColumn]) -> Iterator[FixRow]:
    """The rows that need fixing and the duplicates, as they are now, with what is wrong and what to do; as many as
    one workbook holds."""
    rows = UploadRow.objects.filter(
        open_rows(upload), upload=upload, plan__in=[RowPlan.NEEDS_FIXING, RowPlan.DUPLICATE]
    )
    numbers = list(rows.order_by("number").values_list("number", flat=True)[:MOST_IN_WORKBOOK])
    editor = RowEditor(upload)
    place = {key: position for position, column in reversed(list(enumerate(columns))) for key in parts_of(column.key)}
    for start in range(0, len(numbers), _BATCH):
        batch = list(rows.filter(number__in=numbers[start : start + _BATCH]).order_by("number"))
        yield from _fix_batch(upload, batch, columns, place, editor)


def _fix_batch(
    upload: Upload,
    rows: Sequence[UploadRow],
    columns: Sequence[FixingColumn],
    place: Mapping[str, int],
    editor: RowEditor,
) -> Iterator[FixRow]:
    numbers = [row.number for row in rows]
    edits, current = edits_of(upload, numbers), editor.cells_of(rows)
    problems: dict[int, list[UploadProblem]] = {}
    for line in UploadProblem.objects.filter(upload=upload, row_number__in=numbers).order_by("pk"):
        problems.setdefault(line.row_number, []).append(line)
    position_of = {column.index: position for position, column in enumerate(columns) if column.index is not None}
    for row in rows:
        written = edits[row.number].values if row.number in edits else {}
        by_position: dict[int, list[tuple[str, str]]] = {}
        others: list[tuple[str, str]] = []
        for line in problems.get(row.number, []):
            said = (line.problem.text, line.problem.remedy)
            position = place.get(line.field) if line.column is None else position_of.get(line.column)
            if position is None:
                others.append(said)
            else:
                by_position.setdefault(position, []).append(said)
        cells = current[row.number]
        key = RowKey(upload.pk, row.number, state_of(cells))
        shown = [_cell(row, column, written, cells, place, editor) for column in columns]
        yield FixRow(str(key), shown, by_position, others)


def _cell(
    row: UploadRow,
    column: FixingColumn,
    written: Mapping[str, StoredValue],
    current: Mapping[str, object],
    place: Mapping[str, int],
    editor: RowEditor,
) -> object:
    """The content of the row's cell: what the file has, unless somebody wrote something else there.

    Of several columns for one field, the first then has it all. What somebody wrote is in the field's unit, whatever
    unit the column's name has. References to which something is added are shown with that.
    """
    if REFERENCE in parts_of(column.key) and editor.upload.column_layout.suffix:
        return as_shown(current.get(REFERENCE))
    for part in parts_of(column.key):
        if written.keys().isdisjoint(covers(part)):
            continue
        if is_compound(part):
            return written_out(part, current)
        own = column.index is None or place.get(part) == column.position
        unit = "" if column.index is None else editor.units.get(column.index, "")
        return in_own_unit(written[part], unit, editor.schema.column(part).unit) if own else None
    columns = row.kept_cells["columns"]
    return columns[column.index] if column.index is not None and column.index < len(columns) else None


# --- coming back


def take_over(run: Run, correction: Upload, source: OpenSource) -> None:
    """Write the rows of a corrected workbook into the uploads that they came from, and close the workbook's own upload.

    Rows without a usable key, with one that occurs twice, of an upload that is not the partner's, or that were written
    or changed since the workbook was made, are named and left.
    """
    by, keys_at = Actor.from_json(correction.actor), source.keys_at or 0
    readers: dict[UUID, ReturnedWorkbook | None] = {}
    seen: set[tuple[UUID, int]] = set()
    counts = {"fixed": 0, "still": 0, "unchanged": 0}
    lost: list[int] = []
    for chunk in source.chunks:
        with run.chunk() as state:
            changes: dict[UUID, dict[int, tuple[str, Sequence[Cell]]]] = {}
            for row in chunk:
                key = RowKey.read(row.raw[keys_at])
                if key is not None and key.upload not in readers:
                    readers[key.upload] = _returned_workbook(correction, key.upload, source.header)
                if key is None or readers[key.upload] is None or (key.upload, key.number) in seen:
                    lost.append(row.number)
                else:
                    seen.add((key.upload, key.number))
                    changes.setdefault(key.upload, {})[key.number] = (key.state, row.raw)
            for pk, cells in changes.items():
                _write(readers[pk], cells, counts, lost, by)
            state.done += len(chunk)
    target = next((reader.upload for reader in readers.values() if reader), None)
    if target is None:
        raise Unreadable("ROWS_OF_NO_UPLOAD")
    with run.chunk():
        told = {**counts, "rows": sum(counts.values()) + len(lost)}
        facts: UploadFacts = {"not_taken": lost[:200], "not_taken_count": len(lost)}
        if move(correction, UploadState.MERGED, corrects=target, counts=told, facts=facts):
            record("upload.merged", subject=correction, partner=correction.partner, by=by, data=told)


def _write(
    reader: "ReturnedWorkbook | None",
    rows: Mapping[int, tuple[str, Sequence[Cell]]],
    counts: dict[str, int],
    lost: list[int],
    by: Actor,
) -> None:
    if reader is None:
        return
    changes = reader.changes(rows)
    corrected = correct_rows(reader.upload, {number: values for number, values in changes.items() if values}, by=by)
    counts["fixed"] += corrected.fixed
    counts["still"] += corrected.still
    counts["unchanged"] += sum(not values for values in changes.values())
    lost += [number for number in rows if number not in changes]


def _returned_workbook(correction: Upload, pk: UUID, header: Sequence[str]) -> "ReturnedWorkbook | None":
    upload = Upload.objects.filter(pk=pk, partner=correction.partner).first()
    if upload is None or upload.state not in {UploadState.READY, UploadState.DONE}:
        return None
    return ReturnedWorkbook(upload, header)


class ReturnedWorkbook:
    """Reads rows of a corrected workbook as the upload that they came from reads its own."""

    def __init__(self, upload: Upload, header: Sequence[str]) -> None:
        self.upload = upload
        self._editor = RowEditor(upload)
        self._suffix = upload.column_layout.suffix
        self._columns = self._matched(header)

    def _matched(self, header: Sequence[str]) -> dict[int, tuple[int | None, str]]:
        """The workbook's columns: index to (index in the file, key)."""
        own: dict[str, list[FixingColumn]] = {}
        for column in fix_columns(self.upload):
            own.setdefault(normalized(column.header), []).append(column)
        schema = self._editor.schema
        specs = [HeaderSpec(column.key, column.label, column.aliases, column.unit) for column in schema.columns]
        matched: dict[int, tuple[int | None, str]] = {}
        for match in match_headers(header, specs):
            mine = own.get(normalized(match.header))
            if mine:
                column = mine.pop(0)
                matched[match.index] = (column.index, column.key)
            elif match.key and normalized(match.header) != normalized(ROW_KEY_HEADER):
                matched[match.index] = (None, match.key)
        return matched

    def changes(self, rows: Mapping[int, tuple[str, Sequence[Cell]]]) -> dict[int, EditedValues]:
        """For each of these rows (number to its key's state, and cells): field key to the value that differs.

        A row that is written already is not among them, nor one whose cells are others by now than when the
        workbook was made: what was changed since would be undone.
        """
        mine = UploadRow.objects.filter(open_rows(self.upload), upload=self.upload, number__in=list(rows))
        staged = {row.number: row for row in mine}
        before = self._editor.cells_of(staged.values())
        changes: dict[int, EditedValues] = {}
        for number, row in staged.items():
            state, cells = rows[number]
            differs = self._differs(row, before[number], cells)
            if differs and fault_in(before[number]):
                differs[ROW] = AS_IT_IS  # somebody has gone through its cells
            if not differs or state == state_of(before[number]):
                changes[number] = differs
        return changes

    def _differs(self, row: UploadRow, before: Mapping[str, object], cells: Sequence[Cell]) -> EditedValues:
        own: list[Cell] = [*row.kept_cells["columns"]]
        given: dict[str, object] = {}
        for index, (position, key) in self._columns.items():
            if position is None:
                given[key] = cells[index]
            elif position < len(own):
                own[position] = cells[index]
        after = self._editor.assembled(own)
        if self._suffix and isinstance(reference := after.get(REFERENCE), str):
            after[REFERENCE] = reference.removesuffix(self._suffix)  # the workbook has it with the suffix already
        after |= {key: cell for key, cell in given.items() if cell is not None}
        there = {position for position, _ in self._columns.values() if position is not None}
        keys = {key for key, columns in self._editor.columns_of.items() if columns <= there} | given.keys()
        changes = {key: after.get(key) for key in keys if not self._is_same(key, after.get(key), before.get(key))}
        return {key: as_json(value) for key, value in changes.items() if not isinstance(value, Problem)}

    def _is_same(self, key: str, after: object, before: object) -> bool:
        """Whether a cell is as it was. In a column of W, 5 kW is the 5 that somebody wrote into a field of kW."""
        if as_shown(after) == as_shown(before):
            return True
        columns = self._editor.columns_of.get(key, frozenset())
        if columns.isdisjoint(self._editor.units) or after is None or before is None:
            return False
        read = self._editor.schema.read(key, after)
        return not isinstance(read, Problem) and read == self._editor.schema.read(key, before)


def as_json(value: object) -> StoredValue:
    """A cell's value as an edit keeps it; nothing is an empty text."""
    if value is None:
        return ""
    if isinstance(value, date):
        return value.isoformat()
    return value if isinstance(value, str | int | float | bool) else str(value)
