"""A partner's meters as a template that is filled in already: to be edited in a spreadsheet and uploaded again."""

import math
import re
from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any, Final

from django.db.models import QuerySet

from onboarding.meters.columns import ASSET_COLUMNS, Asset, asset_of
from onboarding.meters.models import Meter
from onboarding.spreadsheets.workbook import TemplateColumn, TemplateSpec, fits_a_cell
from portal.web import clock
from programs.models import Program
from programs.schema import Column, Schema, catalogue_version, schema_for

TEMPLATE_VERSION: Final = "1"
# A workbook is made while the browser waits (some seconds for so many), csv is streamed and has no limit.
MOST_IN_WORKBOOK: Final = 10_000
CLEARS: Final = frozenset({"-", "\N{EN DASH}", "\N{EM DASH}"})  # what an upload takes for "empty this field"

_AS_TEXT: Final = (
    "\N{WORD JOINER}"  # before a text that is itself a dash; invisible, and no part of it to the validator
)
_FORMATS = {"number": "number", "integer": "integer", "date": "date", "choice": "choice", "boolean": "boolean"}
_DIGITS_LOST_FROM = 10**15  # a spreadsheet keeps 15 digits of a number
_ERROR_IN_CSV = re.compile(r"#N/A|#[A-Z0-9/]+[!?]")  # csv cannot tell a text #REF! from the error
_AT_ONCE = 2000  # meters
_STEPS = (
    "Go to the sheet Meters. Each row, from row {first} on, is one of your meters, as it was when this file was made.",
    "Change the cells that shall change. Only what you change is changed: an empty cell keeps what is there, and a "
    "meter whose row you delete stays as it is.",
    "Write - into a cell to clear its field.",
    "A list that has several columns, such as the load types, is taken as a whole: its filled columns replace it.",
    "Keep the column Partner reference, which says which meter a row is, and rows 1 and 2. "
    "You may leave out and move the other columns.",
    "Save as .xlsx and upload the file with “Update existing meters”. "
    "You see what will change in each meter before anything is changed.",
)


def template_column(column: Column) -> TemplateColumn:
    """A column of the catalogue as a column to fill in."""
    return TemplateColumn(
        key=column.key,
        label=column.label,
        type=column.type,
        unit=column.unit,
        required=column.required != "optional",
        required_by=list(column.required_by),
        choices=list(column.choices),
        help=column.help,
        example=column.example,
        format=_FORMATS.get(column.type, "text"),
        minimum=column.minimum,
        maximum=column.maximum,
        max_length=column.max_length,
    )


def too_many_for_workbook(meters: QuerySet[Meter]) -> bool:
    return meters.order_by()[MOST_IN_WORKBOOK : MOST_IN_WORKBOOK + 1].exists()


def meters_to_edit(meters: QuerySet[Meter]) -> TemplateSpec:
    """The template of the programs that these meters are enrolled in, with the meters as its rows, newest first.

    Its columns are those that the programs offer, and every other in which one of the meters has a value. Uploaded
    again as it is, with Update existing meters, it changes nothing. Reads the meters twice: what columns they need, and
    then row by row while the file is written.
    """
    programs = Program.objects.filter(enrollments__meter__in=meters.order_by().values("pk"))
    names = list(programs.order_by("identifier").values_list("identifier", "name").distinct())
    schema = schema_for([identifier for identifier, _ in names])
    held = _keys_held(meters, schema)
    columns = [column for column in schema.columns if not column.hidden or column.key in held]
    return TemplateSpec(
        title="Meters to edit",
        programs=names,
        version=TEMPLATE_VERSION,
        catalogue_version=catalogue_version(),
        generated_on=clock.now().date(),
        columns=[template_column(column) for column in columns],
        steps=_STEPS,
        rows=_rows(meters, schema, {column.key: column for column in columns}),
    )


def _assets(meters: QuerySet[Meter]) -> Iterator[Asset]:
    for meter in meters.order_by("-pk").only(*ASSET_COLUMNS).iterator(chunk_size=_AT_ONCE):
        yield asset_of(meter)


def _keys_held(meters: QuerySet[Meter], schema: Schema) -> set[str]:
    held: set[str] = set()
    for asset in _assets(meters):
        held.update(schema.flatten(asset))
    return held


def _rows(meters: QuerySet[Meter], schema: Schema, columns: Mapping[str, Column]) -> Iterator[dict[str, Any]]:
    for asset in _assets(meters):
        flat = schema.flatten(asset)
        yield {key: cell_of(value, columns[key]) for key, value in flat.items() if key in columns}


def cell_of(value: object, column: Column) -> Any:
    """The cell, of a workbook or of csv, that an upload reads back as exactly this value.

    None where there is no such cell (a text too long for one, a number of twenty digits): an empty cell keeps what is
    there.
    """
    if isinstance(value, bool):
        return value
    if isinstance(value, int | float):
        return _number(value)
    if not isinstance(value, str):
        return None
    return _day(value) if column.type == "date" else text_cell(value)


def text_cell(text: str) -> str | None:
    """The cell, of a workbook or of csv, that an upload reads back as exactly this text; None where there is none."""
    if not fits_a_cell(text):
        return None
    if text in CLEARS or _ERROR_IN_CSV.fullmatch(text):
        return _AS_TEXT + text
    return text


def _number(value: float) -> int | float | str | None:
    """The number; as text, which the validator reads to its last digit, where a spreadsheet would round it."""
    try:
        exact = float(value)
    except OverflowError:
        return None
    if exact != value or not math.isfinite(exact):
        return None
    survives = abs(exact) < _DIGITS_LOST_FROM and float(f"{exact:.15g}") == exact
    return value if survives else str(value)


def _day(text: str) -> date | str | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return text_cell(text)
