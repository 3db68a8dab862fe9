"""One row as a form: every value that it holds, and every field that it could have besides."""

from dataclasses import dataclass
from itertools import groupby
from typing import Final

from django.http import QueryDict

from onboarding.uploads.corrections.rows import RowEditor, as_shown, correct_rows
from onboarding.uploads.models import Upload, UploadProblem, UploadRow
from onboarding.uploads.stored import StoredValue
from portal.events.actors import Actor
from portal.problems import Problem, storable
from programs.schema import Column, schema_for

_LONGEST: Final = 2000
_CLEAR: Final = "-"  # what an update takes for "empty this field"
_YES_NO: Final = (("yes", "Yes"), ("no", "No"))


@dataclass(frozen=True, slots=True)
class Line:
    """One field of the row. now: what is in the cell, as a person would write it; "" for nothing."""

    column: Column
    now: str
    problem: Problem | None = None

    @property
    def choices(self) -> tuple[tuple[str, str], ...]:
        """Value and label of each choice; what the cell holds comes first when it is none of them."""
        listed = tuple(self.column.choices) or (_YES_NO if self.column.type == "boolean" else ())
        if not listed or not self.now or self.now in {value for value, _ in listed}:
            return listed
        return ((self.now, self.now), *listed)


@dataclass(frozen=True, slots=True)
class RowForm:
    """The row's fields by section: those that it fills or lacks, and the others that its programs offer.

    problems: what is wrong with the row, or worth a look, and belongs to no field of it.
    """

    held: list[tuple[str, list[Line]]]
    others: list[tuple[str, list[Line]]]
    problems: list[Problem]

    @property
    def wrong(self) -> list[Line]:
        """The fields whose value stops the row."""
        return [line for _, lines in self.held for line in lines if line.problem]


def form_of(upload: Upload, row: UploadRow) -> RowForm:
    """The form of a row as it is now. A field that nobody offers is there when the row fills it."""
    schema, cells = schema_for(upload.programs), _cells(upload, row)
    stops: dict[str, Problem] = {}
    rest: list[Problem] = []
    for line in UploadProblem.objects.filter(upload=upload, row_number=row.number).order_by("pk"):
        if line.blocks and schema.knows(line.field):
            stops.setdefault(line.field, line.problem)
        else:
            rest.append(line.problem)
    lines = [Line(column, cells.get(column.key, ""), stops.get(column.key)) for column in schema.columns]
    held = [line for line in lines if line.now or line.problem]
    others = [line for line in lines if not line.now and not line.problem and not line.column.hidden]
    return RowForm(_by_section(held), _by_section(others), rest)


def save(upload: Upload, row: UploadRow, data: QueryDict, *, by: Actor) -> list[str]:
    """Write what was typed into the row and check it again; returns the labels of the fields that somebody else changed
    meanwhile, which are left. Refuses as `correct_rows` does."""
    schema, cells = schema_for(upload.programs), _cells(upload, row)
    changes: dict[str, StoredValue] = {}
    clashes = []
    for column in schema.columns:
        text, was = (data.get(f"{name}-{column.key}") for name in ("field", "was"))
        now = cells.get(column.key, "")
        typed = storable(text or "").strip()[:_LONGEST]
        if text is None or typed in {was, now}:
            continue
        if was != now:
            clashes.append(column.label)
        else:
            changes[column.key] = typed or _emptied(upload, row, column.key)
    if changes:
        correct_rows(upload, {row.number: changes}, by=by)
    return clashes


def _emptied(upload: Upload, row: UploadRow, key: str) -> str:
    """What to write for a field that was emptied.

    An empty cell of an update keeps the meter's value. That is right for a value that the row would change; one that it
    shares with the meter is to be cleared.
    """
    holds_meters_value = row.asset is not None and row.meter_version is not None and key not in (row.changes or {})
    return _CLEAR if upload.update_existing and holds_meters_value else ""


def _cells(upload: Upload, row: UploadRow) -> dict[str, str]:
    """The row's cells as a person would write them, by field key."""
    return {key: as_shown(cell) for key, cell in RowEditor(upload).cells_of([row])[row.number].items()}


def _by_section(lines: list[Line]) -> list[tuple[str, list[Line]]]:
    return [(section, list(group)) for section, group in groupby(lines, key=lambda line: line.column.section)]
