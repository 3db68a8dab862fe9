"""Corrections of an earlier upload for a file that is sent again: what of them still fits, and taking it over."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from django.db import transaction
from django.db.models import Exists, OuterRef, Q

from onboarding.uploads.corrections.rows import MOST_ROWS, REFERENCE, RowEditor, as_shown, correct_rows, leave_out
from onboarding.uploads.models import Upload, UploadEdit, UploadRow, UploadSource, UploadState
from onboarding.uploads.stored import EditedValues
from portal.events.actors import Actor
from portal.events.domain import record
from portal.problems import Problem, Refused
from programs.schema import Schema

_LOOKED_AT = 20  # the newest uploads with corrections


@dataclass(slots=True)
class CarriedCorrections:
    """The corrections of an earlier upload as they fit a later one.

    changes: row number in the later file to field key to value. left_out: its rows that are skipped. unfit: rows of the
    earlier file of which something does not fit, because the row is not there or has another cell now.
    """

    source: Upload
    changes: dict[int, EditedValues] = field(default_factory=dict)
    left_out: list[int] = field(default_factory=list)
    unfit: list[int] = field(default_factory=list)

    @property
    def count(self) -> int:
        """How many corrections fit: cells that were written, and rows that were left out."""
        return sum(map(len, self.changes.values())) + len(self.left_out)


def corrections_to_carry(upload: Upload, *, source: UUID | None = None) -> CarriedCorrections | None:
    """What was corrected in the newest earlier upload of the same content (or else of the same columns) and fits here.

    source: that upload, when it is known. None when nothing of it fits, or when it is too late: the upload is
    confirmed. A correction fits when the row has the same cell as it had when somebody corrected it.
    """
    if upload.state != UploadState.READY or upload.confirmed_at or upload.source != UploadSource.PAGE:
        return None
    earlier = _earlier(upload, source)
    if earlier is None:
        return None
    carried = CarriedCorrections(earlier)
    edits = list(UploadEdit.objects.filter(upload=earlier).order_by("row_number")[:MOST_ROWS])
    rows = _rows_of(upload, edits)
    editor = RowEditor(upload)
    before, now = editor.original_cells(rows.values()), editor.cells_of(rows.values())
    is_same_file = _is_same_file(upload, earlier)
    for edit in edits:
        row = rows.get(edit.row_number)
        if row is None:
            carried.unfit.append(edit.row_number)
            continue
        fit = _Fit(editor.schema, edit, before[row.number], is_same_file)
        fitting = [key for key in edit.values if fit.has(key)]
        written = {key: edit.values[key] for key in fitting}
        held = now[row.number]
        values = {key: value for key, value in written.items() if as_shown(held.get(key)) != as_shown(value)}
        if values:
            carried.changes[row.number] = values
        if edit.is_left_out and row.plan != "left_out":
            carried.left_out.append(row.number)
        if len(fitting) < len(edit.values):
            carried.unfit.append(edit.row_number)
    return carried if carried.count else None


def carry_over(upload: Upload, *, source: str, by: Actor) -> CarriedCorrections:
    """A person uses the corrections of an earlier upload for this one: they become its own, and are checked at once.

    source: the ID of the earlier upload, as it was offered. Refuses: UPLOAD_NOT_READY, NOTHING_TO_CARRY (none of them
    fits any more, or all are used).
    """
    with transaction.atomic():
        locked = Upload.objects.select_for_update().select_related("partner").get(pk=upload.pk)
        if locked.state != UploadState.READY or locked.confirmed_at:
            raise Refused(Problem("UPLOAD_NOT_READY"))
        carried = corrections_to_carry(locked, source=_id_of(source))
        if carried is None:
            raise Refused(Problem("NOTHING_TO_CARRY"))
        if carried.changes:
            correct_rows(locked, carried.changes, by=by)
        if carried.left_out:
            leave_out(locked, carried.left_out, by=by)
        said = {"from": str(carried.source.pk), "corrections": carried.count}
        record("upload.corrections_carried", subject=locked, partner=locked.partner, by=by, data=said)
        return carried


def _id_of(text: str) -> UUID:
    """The ID in a text. Refuses: NOTHING_TO_CARRY."""
    try:
        return UUID(text)
    except ValueError:
        raise Refused(Problem("NOTHING_TO_CARRY")) from None


def _earlier(upload: Upload, source: UUID | None) -> Upload | None:
    """The newest earlier upload with corrections that has the same content; else the same columns."""
    corrected = Upload.objects.filter(
        Exists(UploadEdit.objects.filter(upload=OuterRef("pk"))), partner=upload.partner_id
    )
    candidates = corrected.filter(pk__lt=upload.pk).order_by("-pk")
    newest = list((candidates.filter(pk=source) if source else candidates)[:_LOOKED_AT])
    alike = [earlier for earlier in newest if _headers(earlier) == _headers(upload)]
    return next((earlier for earlier in newest if _is_same_file(upload, earlier)), next(iter(alike), None))


def _is_same_file(upload: Upload, earlier: Upload) -> bool:
    return upload.sha256 == earlier.sha256 and upload.facts.get("sheet") == earlier.facts.get("sheet")


def _headers(upload: Upload) -> list[str]:
    return [column["header"] for column in upload.columns]


def _rows_of(upload: Upload, edits: Sequence[UploadEdit]) -> dict[int, UploadRow]:
    """The row of the later file for each corrected row: at the same place, or else with the same reference."""
    references = {edit.row_number: (edit.originals or {}).get(REFERENCE, "") for edit in edits}
    wanted = Q(number__in=list(references)) | Q(partner_reference__in={*references.values()} - {""})
    rows = list(UploadRow.objects.filter(wanted, upload=upload).order_by("number"))
    by_number, by_reference = {row.number: row for row in rows}, dict[str, list[UploadRow]]()
    for held in rows:
        by_reference.setdefault(held.partner_reference, []).append(held)
    matched: dict[int, UploadRow] = {}
    for edit in edits:
        reference, row = references[edit.row_number], by_number.get(edit.row_number)
        moved = by_reference.get(reference, []) if reference else []
        if row is not None and (edit.originals is None or row.partner_reference == reference):
            matched[edit.row_number] = row
        elif len(moved) == 1:
            matched[edit.row_number] = moved[0]
    return matched


@dataclass(frozen=True, slots=True)
class _Fit:
    """Whether a row has the cells that somebody corrected."""

    schema: Schema
    edit: UploadEdit
    cells: Mapping[str, object]
    is_same_file: bool

    def has(self, key: str) -> bool:
        original = (self.edit.originals or {}).get(key)
        if original is None:  # an edit of an earlier version says nothing of it
            return self.is_same_file
        cell = self.cells.get(key)
        if as_shown(cell) == original:
            return True
        if not original or cell is None or isinstance(cell, Problem) or not self.schema.knows(key):
            return False
        read = self.schema.read(key, cell)
        return not isinstance(read, Problem) and read == self.schema.read(key, original)
