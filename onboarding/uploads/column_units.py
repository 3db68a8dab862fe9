"""Columns whose names have another unit than their fields: which those are, and their values with that unit."""

from collections.abc import Mapping
from typing import TypeVar

from onboarding.spreadsheets.units import unit_to_convert
from onboarding.uploads.models import Upload
from portal.problems import Problem
from programs.schema import Schema, schema_for

_T = TypeVar("_T")


def converted_units(columns: Mapping[int, str], headers: Mapping[int, str], schema: Schema) -> dict[int, str]:
    """The columns whose name has another unit than their field: index to that unit. A field's own key has none."""
    units = {
        index: unit_to_convert(headers.get(index, ""), schema.column(target).unit)
        for index, target in columns.items()
        if schema.knows(target) and headers.get(index) != target
    }
    return {index: unit for index, unit in units.items() if unit}


def with_unit(cell: _T, unit: str) -> _T | str:
    """A number with the unit that its column's name has; a text that ends with a unit of its own stays as it is."""
    if isinstance(cell, bool) or not isinstance(cell, int | float | str):
        return cell
    text = str(cell).strip()
    return f"{text} {unit}" if text[-1:].isdigit() or text[-1:] == "." else cell


def in_own_unit(value: _T, written: str, unit: str) -> _T | str:
    """A number that somebody wrote in the field's unit, for a column whose name has another one (`written`): with the
    field's unit, so that it is not read in the column's. "5 kW" for 5 in a column of W."""
    return with_unit(value, unit) if written else value


def converted_units_of(upload: Upload) -> list[Problem]:
    """A note for each column whose values were converted, because its name has another unit than its field."""
    schema, columns = schema_for(upload.programs), upload.column_layout.columns or {}
    headers = {column["index"]: column["header"] for column in upload.columns}
    notes = []
    for index, unit in sorted(converted_units(columns, headers, schema).items()):
        column = schema.column(columns[index])
        facts = {"label": column.label, "written": unit, "unit": column.unit}
        notes.append(Problem("UNIT_CONVERTED", column.key, headers[index], facts))
    return notes
