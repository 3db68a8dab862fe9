"""What a person can choose on the pages of the columns, and what was chosen."""

from collections.abc import Collection, Iterable, Mapping
from typing import Any

from django.http import QueryDict

from onboarding.spreadsheets.cells import column_letters
from onboarding.uploads.columns.assembly import STATE, ZIP
from onboarding.uploads.compounds import compounds_of, label_of_compound
from onboarding.uploads.layout import ALSO, FROM_ZIP, covers, parts_of
from programs.queries import only_answers
from programs.schema import Column, Schema

Options = list[tuple[str, list[tuple[str, str]]]]
_COLUMN, _ALSO, _MATCH, _CONSTANT, _JOIN = "column-", "also-", "match-", "constant-", "join-"
_LONGEST = 300
_YES_NO = [("yes", "Yes"), ("no", "No")]


def options_of(schema: Schema, chosen: Collection[str]) -> Options:
    """The fields to choose from, by section: those on offer and those chosen; whole addresses at the end."""
    sections: dict[str, list[tuple[str, str]]] = {}
    parts = {part for target in chosen for part in parts_of(target)}
    for column in schema.columns:
        if not column.hidden or column.key in parts:
            sections.setdefault(column.section, []).append((column.key, column.label))
    several = [(target, label_of(target, schema)) for target in compounds_of(schema)]
    return [*sections.items(), ("Several fields in one column", several)]


def label_of(part: str, schema: Schema) -> str:
    """The name of a single target."""
    return schema.column(part).label if schema.knows(part) else label_of_compound(part)


def constant_inputs(
    schema: Schema, keys: Iterable[str], held: Mapping[str, str], programs: Collection[str], places: Mapping[str, str]
) -> list[dict[str, Any]]:
    """Inputs for values that hold for every row: key, column (its field), choices, value, per_meter (each meter has its
    own), implied (the only value that the programs take), place (the columns of which it fills the blank cells).

    places: field key to the columns that hold it.
    """
    inputs = []
    implied = only_answers(programs)
    for key in keys:
        if schema.knows(key):
            column = schema.column(key)
            choices = list(column.choices) or (_YES_NO if column.type == "boolean" else [])
            if key.endswith(STATE) and key.removesuffix(STATE) + ZIP in places:
                choices = [(FROM_ZIP, "From each row’s ZIP code"), *choices]
            inputs.append(
                {
                    "key": key,
                    "column": column,
                    "choices": choices,
                    "value": held.get(key, _suggested(key, choices, implied, places)),
                    "per_meter": is_per_meter(column),
                    "implied": _shown_choice(implied.get(key, ""), column),
                    "place": places.get(key, ""),
                }
            )
    return inputs


def places_of(columns: Mapping[int, str]) -> dict[str, str]:
    """Field key to the columns that hold it: "column B", "columns B and C". columns: index to target."""
    at: dict[str, list[str]] = {}
    for index, target in sorted(columns.items()):
        for key in covers(target):
            at.setdefault(key, []).append(column_letters(index))
    return {key: f"column{'s' if len(letters) > 1 else ''} {' and '.join(letters)}" for key, letters in at.items()}


def is_per_meter(column: Column) -> bool:
    """Whether no value can hold for every row, since each meter has its own."""
    return column.key == "partner_reference" or column.type == "identifier"


def _suggested(
    key: str, choices: Iterable[tuple[str, str]], implied: Mapping[str, str], targets: Collection[str]
) -> str:
    """A value that a program implies; none for the blank cells of a column. A zip code tells more than a program."""
    if key in targets:
        return ""
    return FROM_ZIP if any(value == FROM_ZIP for value, _ in choices) else implied.get(key, "")


def _shown_choice(value: str, column: Column) -> str:
    return dict(column.choices).get(value, value)


def posted_columns(data: QueryDict) -> dict[int, str]:
    """Index to target, as sent: what each column holds, what else it holds, and the columns named for single fields."""
    columns: dict[int, list[str]] = {}
    for start in (_COLUMN, _ALSO):
        for name in (name for name in data if name.startswith(start)):
            index = name.removeprefix(start)
            if _is_index(index):
                columns.setdefault(int(index), []).append(str(data[name])[:_LONGEST])
    for name in (name for name in data if name.startswith(_MATCH)):
        if _is_index(str(data[name])):
            columns.setdefault(int(str(data[name])), []).append(name.removeprefix(_MATCH)[:_LONGEST])
    return {index: ALSO.join(dict.fromkeys(filter(None, targets))) for index, targets in columns.items()}


def _is_index(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) < 6


def posted_constants(data: QueryDict) -> dict[str, str]:
    """Field key to text, as sent."""
    names = (name for name in data if name.startswith(_CONSTANT))
    return {name.removeprefix(_CONSTANT)[:_LONGEST]: str(data[name]).strip()[:_LONGEST] for name in names}


def posted_joined(data: QueryDict) -> list[str]:
    """The targets that several columns shall fill together."""
    return [name.removeprefix(_JOIN)[:_LONGEST] for name in data if name.startswith(_JOIN)]
