"""Rows as they will be stored, for the preview: each field with its value, and what it was before."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any, Final

from onboarding.uploads.corrections.rows import as_shown
from onboarding.uploads.models import RowPlan, Upload, UploadProblem, UploadRow
from programs.schema import Column, Schema

FIRST_ROWS: Final = 10
REFERENCE: Final = "partner_reference"


@dataclass(frozen=True, slots=True)
class ShownValue:
    """One value that will be stored. was: the meter's value until now, None when it stays or when the meter is new."""

    label: str
    text: str
    was: str | None = None
    is_marked: bool = False


@dataclass(frozen=True, slots=True)
class ValuesTable:
    """The first rows that will be written, with the columns that any of them fills."""

    header: list[str]
    rows: list[tuple[UploadRow, list[ShownValue]]]


def first_values(upload: Upload, schema: Schema) -> ValuesTable | None:
    """The first rows that a confirmation would write; None when there are none. What changes comes first."""
    written = UploadRow.objects.filter(upload=upload, plan__in=[RowPlan.CREATE, RowPlan.UPDATE], result="")
    rows = list(written.filter(round=upload.rounds).order_by("number")[:FIRST_ROWS])
    if not rows:
        return None
    marked: dict[int, set[str]] = {}
    warnings = UploadProblem.objects.filter(upload=upload, row_number__in=[row.number for row in rows])
    for number, field in warnings.values_list("row_number", "field"):
        marked.setdefault(number, set()).add(field)
    held = {row.number: _held(row, schema) for row in rows}
    columns = [column for column in schema.columns if any(column.key in flat for flat, _ in held.values())]
    changing = {REFERENCE}.union(*(changes for _, changes in held.values()))
    columns.sort(key=lambda column: column.key not in changing)
    shown = [
        (row, [_value(column, *held[row.number], marked.get(row.number, ())) for column in columns]) for row in rows
    ]
    return ValuesTable([label_of(column) for column in columns], shown)


def values_of(row: UploadRow, schema: Schema, marked: Collection[str] = ()) -> list[ShownValue]:
    """Every value that a row stores; nothing for a row that stores none."""
    flat, changes = _held(row, schema)
    return [_value(column, flat, changes, marked) for column in schema.columns if column.key in flat]


def _held(row: UploadRow, schema: Schema) -> tuple[Mapping[str, object], Mapping[str, list[Any]]]:
    """The values by field key, those that are emptied among them, and what changes."""
    changes = row.changes or {}
    emptied = {key: None for key, (_, new) in changes.items() if new is None}
    return {**(schema.flatten(row.asset) if row.asset else {}), **emptied}, changes


def _value(
    column: Column, flat: Mapping[str, object], changes: Mapping[str, list[Any]], marked: Collection[str]
) -> ShownValue:
    key = column.key
    was = as_shown(changes[key][0]) if key in changes else None
    return ShownValue(label_of(column), as_shown(flat.get(key)), was, key in marked)


def label_of(column: Column) -> str:
    """A field's label with its unit."""
    return f"{column.label} ({column.unit})" if column.unit else column.label
