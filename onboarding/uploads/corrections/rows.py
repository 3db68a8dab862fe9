"""Mending rows of an upload where they are: what a person writes instead, what is accepted, what is left out.

Each change is judged at once by the same dry run as the file, kept as an edit that outlives a new check, and recorded:
what was, what is, who.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction
from django.db.models import Min, Q
from django.utils import timezone

from onboarding.spreadsheets.problems import CELL_CODES
from onboarding.uploads.columns.assembly import Assembler
from onboarding.uploads.models import WRITTEN, Plan, Upload, UploadEdit, UploadProblem, UploadRow, UploadState
from onboarding.uploads.pipeline.first_rows import KnownRows
from onboarding.uploads.pipeline.preview import DryRun, Verdict, reference_of
from onboarding.uploads.pipeline.staging import (
    PROBLEM_COLUMNS,
    ROW_COLUMNS,
    add_to_outlook,
    dry_run_of,
    edited,
    edits_of,
    judged,
    problem_values,
    row_values,
    write_edits,
)
from onboarding.uploads.queries import to_write
from onboarding.uploads.states import move_or_refuse
from portal.events.actors import Actor
from portal.events.domain import record, record_many
from portal.problems import Problem, Refused
from portal.storage.bulk import insert
from programs.schema import Schema, catalogue_version

MOST_ROWS = 5000  # of one change
_BATCH = 500

Cells = dict[str, object]


@dataclass(slots=True)
class Healed:
    """What a change did: rows that are fine now, rows that still need fixing, rows that were not open any more."""

    fixed: int = 0
    still: int = 0
    closed: list[int] = field(default_factory=list)


def heal_rows(upload: Upload, changes: Mapping[int, Mapping[str, Any]], *, by: Actor) -> Healed:
    """Write other values into rows (number to field key to value; "" empties a cell) and judge them again.

    Rows that are written already, or that are not there, are passed over and named. The same values again change
    nothing. Refuses: UPLOAD_NOT_READY, TOO_MANY_ROWS_AT_ONCE.
    """
    return _change(upload, changes, left_out=None, by=by)


def leave_out(upload: Upload, numbers: Collection[int], *, left_out: bool = True, by: Actor) -> Healed:
    """Skip rows, or take skipped ones in again. Refuses as `heal_rows` does."""
    return _change(upload, {number: {} for number in numbers}, left_out=left_out, by=by)


def judge_open_rows(upload: Upload, *, by: Actor) -> None:
    """Judge every row that is not written yet again, against the catalogue and meters as they are now.

    For an upload of which a part is written already: its file is not read again. Refuses: UPLOAD_NOT_READY.
    """
    with transaction.atomic():
        locked = Upload.objects.select_for_update().select_related("partner").get(pk=upload.pk)
        if locked.state not in {UploadState.READY, UploadState.DONE} or not locked.rounds:
            raise Refused(Problem("UPLOAD_NOT_READY"))
        bench = Bench(locked)
        rows = UploadRow.objects.filter(open_rows(locked), upload=locked).exclude(plan=Plan.LEFT_OUT).order_by("number")
        numbers = list(rows.values_list("number", flat=True))
        for start in range(0, len(numbers), _BATCH):
            bench.judge_again(list(rows.filter(number__in=numbers[start : start + _BATCH])))
        locked.catalogue_version = catalogue_version()
        locked.save(update_fields=["catalogue_version"])
        record("upload.checked_again", subject=locked, partner=locked.partner, by=by)
        _keep(locked, bench)


def open_rows(upload: Upload) -> Q:
    """Which rows of an upload can still be changed: those that have not become a meter."""
    return ~Q(plan__in=WRITTEN) | Q(round=upload.rounds) | ~Q(result="")


def _change(upload: Upload, changes: Mapping[int, Mapping[str, Any]], *, left_out: bool | None, by: Actor) -> Healed:
    if len(changes) > MOST_ROWS:
        raise Refused(Problem("TOO_MANY_ROWS_AT_ONCE", context={"limit": MOST_ROWS}))
    with transaction.atomic():
        locked = Upload.objects.select_for_update().select_related("partner").get(pk=upload.pk)
        if locked.state not in {UploadState.READY, UploadState.DONE}:
            raise Refused(Problem("UPLOAD_NOT_READY"))
        bench = Bench(locked)
        healed, happened = Healed(), []
        numbers = sorted(changes)
        for start in range(0, len(numbers), _BATCH):
            batch = {number: changes[number] for number in numbers[start : start + _BATCH]}
            happened += bench.change(batch, left_out, healed)
        _record(locked, happened, left_out, by=by)
        _keep(locked, bench)
    return healed


def _record(
    upload: Upload, happened: Sequence[tuple[int, dict[str, Any]]], left_out: bool | None, *, by: Actor
) -> None:
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


def _keep(upload: Upload, bench: "Bench") -> None:
    for plan, difference in bench.moved.items():
        upload.counts[plan] = upload.counts.get(plan, 0) + difference
    upload.counts = {name: n for name, n in upload.counts.items() if n or name == "rows"}
    if upload.state == UploadState.DONE and to_write(upload):
        move_or_refuse(upload, UploadState.READY, counts=upload.counts, outlook=upload.outlook)
        return
    upload.updated_at = timezone.now()
    upload.save(update_fields=["counts", "outlook", "updated_at"])


class Bench:
    """Where rows of one upload are taken apart, changed and judged again. The upload's row is locked."""

    def __init__(self, upload: Upload) -> None:
        self.upload = upload
        self.dry_run: DryRun = dry_run_of(upload)
        self.moved: Counter[str] = Counter()  # plan to how many rows more or fewer
        layout = upload.column_layout
        headers = {column["index"]: column["header"] for column in upload.columns}
        listed = [headers.get(index, "") for index in range(max(headers, default=-1) + 1)]
        self._assembler = Assembler(layout.columns or {}, layout.constants, self.schema, headers=listed)

    @property
    def schema(self) -> Schema:
        return self.dry_run.schema

    def cells_of(self, rows: Iterable[UploadRow]) -> dict[int, Cells]:
        """What stands in these rows by field key, with what people wrote: as the validator would get it."""
        rows = list(rows)
        numbers = [row.number for row in rows]
        broken: dict[int, list[Problem]] = {}
        for line in UploadProblem.objects.filter(upload=self.upload, row_number__in=numbers, code__in=CELL_CODES):
            broken.setdefault(line.row_number, []).append(line.problem)
        edits = edits_of(self.upload, numbers)
        found: dict[int, Cells] = {}
        for row in rows:
            cells = self._raw(row)
            cells |= {problem.field: problem for problem in broken.get(row.number, ())}
            found[row.number] = edited(cells, edits[row.number]) if row.number in edits else cells
        return found

    @property
    def columns_of(self) -> Mapping[str, frozenset[int]]:
        """The field keys that the file has columns for, with those columns."""
        return self._assembler.columns_of

    def assembled(self, cells: Sequence[Any]) -> Cells:
        """Cells in the file's own columns, by field key."""
        return self._assembler.cells(cells) if cells else {}

    def _raw(self, row: UploadRow) -> Cells:
        """The row as the file has it."""
        if isinstance(row.cells, list):
            return self._assembler.cells(row.cells)
        return self.schema.flatten(row.cells if isinstance(row.cells, dict) else row.asset or {})

    def change(
        self, changes: Mapping[int, Mapping[str, Any]], left_out: bool | None, healed: Healed
    ) -> list[tuple[int, dict[str, Any]]]:
        """Apply changes to some rows; returns what happened to each: field key to [was, is]."""
        rows = {
            row.number: row
            for row in UploadRow.objects.filter(open_rows(self.upload), upload=self.upload, number__in=list(changes))
        }
        healed.closed += [number for number in changes if number not in rows]
        before = self.cells_of(rows.values())
        edits = edits_of(self.upload, list(rows))
        happened: list[tuple[int, dict[str, Any]]] = []
        written: list[UploadEdit] = []
        for number, row in rows.items():
            values = {key: value for key, value in changes[number].items() if self.schema.knows(key)}
            differs = {key: [as_shown(before[number].get(key)), value] for key, value in values.items()}
            differs = {key: pair for key, pair in differs.items() if pair[0] != as_shown(pair[1])}
            skipped = row.plan == Plan.LEFT_OUT if left_out is None else left_out
            if not differs and skipped == (row.plan == Plan.LEFT_OUT):
                continue
            edit = edits.get(number) or UploadEdit(upload=self.upload, row_number=number)
            edit.values = {**edit.values, **{key: value for key, (_, value) in differs.items()}}
            edit.is_left_out = skipped if left_out is not None else False
            written.append(edit)
            happened.append((number, differs))
        write_edits(written)
        for verdict in self.judge_again([rows[number] for number, _ in happened]):
            fine = verdict.plan in {*WRITTEN, Plan.LEFT_OUT}
            healed.fixed, healed.still = healed.fixed + fine, healed.still + (not fine)
        return happened

    def judge_again(self, rows: Sequence[UploadRow]) -> list[Verdict]:
        """Judge rows as they are edited now, and with them those that were duplicates of one of them."""
        if not rows:
            return []
        mine = {row.number for row in rows}
        references = {row.partner_reference for row in rows}
        cells = self.cells_of(rows)
        references |= {reference_of(one) for one in cells.values()}
        others = list(
            UploadRow.objects.filter(
                open_rows(self.upload), upload=self.upload, plan=Plan.DUPLICATE, partner_reference__in=references - {""}
            ).exclude(number__in=mine)[:MOST_ROWS]
        )
        cells |= self.cells_of(others)
        again = sorted([*rows, *others], key=lambda row: row.number)
        self.dry_run.references = KnownRows(self._first_rows(references - {""}, {row.number for row in again}))
        verdicts = judged(self.upload, self.dry_run, [(row.number, cells[row.number]) for row in again])
        self._replace(again, verdicts)
        return [verdict for verdict in verdicts if verdict.number in mine]

    def _first_rows(self, references: Collection[str], again: Collection[int]) -> dict[str, int]:
        """The first row of each reference among the rows that are not judged again and hold it rightly."""
        rows = UploadRow.objects.filter(upload=self.upload, partner_reference__in=references)
        rows = rows.exclude(number__in=again).exclude(plan__in=[Plan.DUPLICATE, Plan.LEFT_OUT])
        return dict(rows.order_by().values_list("partner_reference").annotate(first=Min("number")))

    def _replace(self, rows: Sequence[UploadRow], verdicts: Sequence[Verdict]) -> None:
        """The rows as they are judged now, in the place of what was staged."""
        numbers = [row.number for row in rows]
        for row, verdict in zip(rows, verdicts, strict=True):
            self.moved[row.plan] -= 1
            self.moved[verdict.plan.value] += 1
            add_to_outlook(self.upload.outlook, row.programs, times=-1)
            add_to_outlook(self.upload.outlook, verdict.programs)
        UploadRow.objects.filter(upload=self.upload, number__in=numbers).delete()
        UploadProblem.objects.filter(upload=self.upload, row_number__in=numbers).delete()
        insert(
            UploadRow,
            ROW_COLUMNS,
            (
                row_values(self.upload, verdict, row.cells, keeps_cells=True)
                for row, verdict in zip(rows, verdicts, strict=True)
            ),
        )
        insert(UploadProblem, PROBLEM_COLUMNS, problem_values(self.upload, verdicts, self._assembler.column_of))


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
