"""The workbook of rows to fix, out and in again: each of its rows is tied to a row of the upload."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.utils import timezone

from onboarding.spreadsheets.headers import HeaderSpec, match_headers, normalized
from onboarding.spreadsheets.workbook import ROW_KEY_HEADER, FixColumn, FixRow
from onboarding.uploads.columns.layout import Layout
from onboarding.uploads.healing.edits import edits_of
from onboarding.uploads.healing.rows import Bench, as_shown, heal_rows, open_rows
from onboarding.uploads.models import Plan, Upload, UploadProblem, UploadRow, UploadState
from onboarding.uploads.source import OpenSource
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

    @property
    def as_written(self) -> FixColumn:
        return FixColumn(self.header)


def row_key(upload: Upload, number: int) -> str:
    """What ties a row of the workbook to its row of the upload."""
    return f"{upload.pk}:{number}"


def read_row_key(text: object) -> tuple[UUID, int] | None:
    """The upload and row number of a key; None for anything else."""
    head, _, tail = str(text or "").strip().partition(":")
    try:
        return UUID(head), int(tail)
    except ValueError:
        return None


def fix_columns(upload: Upload) -> list[FixingColumn]:
    """The file's own columns in their own order, then those fields that are in question and have no column."""
    targets = Layout.of(upload.layout).columns or {}
    own = [FixingColumn(one["header"], one["index"], targets.get(one["index"], "")) for one in upload.columns]
    held = {one.key for one in own}
    schema = schema_for(upload.programs)
    fields = UploadProblem.objects.filter(upload=upload, column=None).exclude(field="").values_list("field", flat=True)
    more = [key for key in dict.fromkeys(fields.order_by("field")) if schema.knows(key) and key not in held]
    return [*own, *(FixingColumn(schema.column(key).label, None, key) for key in more)]


def fix_rows(upload: Upload, columns: Sequence[FixingColumn]) -> Iterator[FixRow]:
    """The rows that need fixing and the duplicates, as they stand now, with what is wrong and what to do; as many as
    one workbook holds."""
    rows = UploadRow.objects.filter(open_rows(upload), upload=upload, plan__in=[Plan.NEEDS_FIXING, Plan.DUPLICATE])
    numbers = list(rows.order_by("number").values_list("number", flat=True)[:MOST_IN_WORKBOOK])
    bench = Bench(upload)
    place = {column.key: position for position, column in reversed(list(enumerate(columns))) if column.key}
    for start in range(0, len(numbers), _BATCH):
        batch = list(rows.filter(number__in=numbers[start : start + _BATCH]).order_by("number"))
        yield from _fix_batch(upload, batch, columns, place, bench)


def _fix_batch(
    upload: Upload, rows: Sequence[UploadRow], columns: Sequence[FixingColumn], place: Mapping[str, int], bench: Bench
) -> Iterator[FixRow]:
    numbers = [row.number for row in rows]
    edits = edits_of(upload, numbers)
    problems: dict[int, list[UploadProblem]] = {}
    for line in UploadProblem.objects.filter(upload=upload, row_number__in=numbers).order_by("pk"):
        problems.setdefault(line.row_number, []).append(line)
    position_of = {column.index: position for position, column in enumerate(columns) if column.index is not None}
    for row in rows:
        written = edits[row.number].values if row.number in edits else {}
        found: dict[int, list[tuple[str, str]]] = {}
        others: list[tuple[str, str]] = []
        for line in problems.get(row.number, []):
            said = (line.problem.text, line.problem.remedy)
            position = place.get(line.field) if line.column is None else position_of.get(line.column)
            if position is None:
                others.append(said)
            else:
                found.setdefault(position, []).append(said)
        cells = [_cell(row, column, written) for column in columns]
        yield FixRow(row_key(upload, row.number), cells, found, others)


def _cell(row: UploadRow, column: FixingColumn, written: Mapping[str, Any]) -> object:
    """What stands in the row's cell: what somebody wrote there, else what the file has."""
    if column.key in written:
        return written[column.key]
    if column.index is None or not isinstance(row.cells, list) or column.index >= len(row.cells):
        return None
    return row.cells[column.index]


# --- coming back


def take_over(run: Run, correction: Upload, source: OpenSource) -> None:
    """Write the rows of a mended workbook into the uploads that they came from, and close the workbook's own upload.

    Rows without a usable key, or of an upload that is not the partner's or not open, are named and left.
    """
    by, keys_at = Actor.from_json(correction.actor), source.keys_at or 0
    readers: dict[UUID, Returned | None] = {}
    counts = {"fixed": 0, "still": 0, "unchanged": 0}
    lost: list[int] = []
    for chunk in source.chunks:
        with run.chunk() as state:
            changes: dict[UUID, dict[int, Sequence[Any]]] = {}
            for row in chunk:
                key = read_row_key(row.raw[keys_at])
                if key is not None and key[0] not in readers:
                    readers[key[0]] = _returned(correction, key[0], source.header)
                reader = readers.get(key[0]) if key else None
                if key is None or reader is None:
                    lost.append(row.number)
                else:
                    changes.setdefault(key[0], {})[key[1]] = row.raw
            for pk, cells in changes.items():
                _write(readers[pk], cells, counts, lost, by)
            state.done += len(chunk)
    target = next((reader.upload for reader in readers.values() if reader), None)
    with run.chunk():
        correction.state, correction.corrects, correction.updated_at = UploadState.MERGED, target, timezone.now()
        correction.counts = {**counts, "rows": sum(counts.values()) + len(lost)}
        correction.facts = {"not_taken": lost[:200], "not_taken_count": len(lost)}
        correction.save(update_fields=["state", "corrects", "counts", "facts", "updated_at"])
        record("upload.merged", subject=correction, partner=correction.partner, by=by, data=dict(correction.counts))


def _write(
    reader: "Returned | None", rows: Mapping[int, Sequence[Any]], counts: dict[str, int], lost: list[int], by: Actor
) -> None:
    if reader is None:
        return
    changes = reader.changes(rows)
    healed = heal_rows(reader.upload, {number: values for number, values in changes.items() if values}, by=by)
    counts["fixed"] += healed.fixed
    counts["still"] += healed.still
    counts["unchanged"] += sum(not values for values in changes.values())
    lost += [number for number in rows if number not in changes]


def _returned(correction: Upload, pk: UUID, header: Sequence[str]) -> "Returned | None":
    upload = Upload.objects.filter(pk=pk, partner=correction.partner).first()
    if upload is None or upload.state not in {UploadState.READY, UploadState.DONE}:
        return None
    return Returned(upload, header)


class Returned:
    """Reads rows of a mended workbook as the upload that they came from reads its own."""

    def __init__(self, upload: Upload, header: Sequence[str]) -> None:
        self.upload = upload
        self._bench = Bench(upload)
        self._columns = self._matched(header)

    def _matched(self, header: Sequence[str]) -> dict[int, tuple[int | None, str]]:
        """The workbook's columns: index to (index in the file, key)."""
        own: dict[str, list[FixingColumn]] = {}
        for column in fix_columns(self.upload):
            own.setdefault(normalized(column.header), []).append(column)
        schema = self._bench.schema
        specs = [HeaderSpec(one.key, one.label, one.aliases) for one in schema.columns]
        found: dict[int, tuple[int | None, str]] = {}
        for match in match_headers(header, specs):
            mine = own.get(normalized(match.header))
            if mine:
                column = mine.pop(0)
                found[match.index] = (column.index, column.key)
            elif match.key and normalized(match.header) != normalized(ROW_KEY_HEADER):
                found[match.index] = (None, match.key)
        return found

    def changes(self, rows: Mapping[int, Sequence[Any]]) -> dict[int, dict[str, Any]]:
        """For each of these rows that is open: field key to the value that differs from what stands there."""
        mine = UploadRow.objects.filter(open_rows(self.upload), upload=self.upload, number__in=list(rows))
        staged = {row.number: row for row in mine}
        before = self._bench.cells_of(staged.values())
        return {number: self._differs(row, before[number], rows[number]) for number, row in staged.items()}

    def _differs(self, row: UploadRow, before: Mapping[str, object], cells: Sequence[Any]) -> dict[str, Any]:
        own = list(row.cells) if isinstance(row.cells, list) else []
        given: dict[str, Any] = {}
        for index, (position, key) in self._columns.items():
            if position is None:
                given[key] = cells[index]
            elif position < len(own):
                own[position] = cells[index]
        after = self._bench.assembled(own) | {key: cell for key, cell in given.items() if cell is not None}
        keys = self._bench.sheet_keys | given.keys()
        changes = {key: after.get(key) for key in keys if as_shown(after.get(key)) != as_shown(before.get(key))}
        return {key: as_json(value) for key, value in changes.items() if not isinstance(value, Problem)}


def as_json(value: Any) -> Any:
    """A cell's value as an edit keeps it; nothing is an empty text."""
    if value is None:
        return ""
    return value if isinstance(value, str | int | float | bool) else value.isoformat()
