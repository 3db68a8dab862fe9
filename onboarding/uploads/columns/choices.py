"""What a person can choose on the pages of the columns, and what was chosen."""

from collections.abc import Collection, Iterable, Mapping
from typing import Any

from django.http import QueryDict

from onboarding.uploads.columns.assembly import address_prefixes
from onboarding.uploads.layout import ADDRESS
from onboarding.uploads.models import Upload
from programs.queries import only_answers
from programs.schema import Schema

Options = list[tuple[str, list[tuple[str, str]]]]
_COLUMN, _CONSTANT = "column-", "constant-"
_LONGEST = 300


def options_of(schema: Schema, chosen: Collection[str]) -> Options:
    """The fields to choose from, by section: those on offer and those chosen; whole addresses at the end."""
    sections: dict[str, list[tuple[str, str]]] = {}
    for column in schema.columns:
        if not column.hidden or column.key in chosen:
            sections.setdefault(column.section, []).append((column.key, column.label))
    addresses = [(ADDRESS + prefix, _address_label(prefix)) for prefix in address_prefixes(schema)]
    return [*sections.items(), ("Several fields in one column", addresses)]


def _address_label(prefix: str) -> str:
    name = prefix.rpartition(".")[2]
    return "Whole address" if name == "customer" else f"Whole {name} address"


def constant_inputs(
    schema: Schema, keys: Iterable[str], held: Mapping[str, str], upload: Upload | None
) -> list[dict[str, Any]]:
    """Inputs for values that hold for every row: key, label, help, choices, value."""
    inputs = []
    suggested = only_answers(upload.programs) if upload else {}
    for key in keys:
        if schema.knows(key):
            column = schema.column(key)
            choices = list(column.choices) or ([("yes", "Yes"), ("no", "No")] if column.type == "boolean" else [])
            value = held.get(key, suggested.get(key, ""))
            per_meter = key == "partner_reference"
            inputs.append({"key": key, "column": column, "choices": choices, "value": value, "per_meter": per_meter})
    return inputs


def posted_columns(data: QueryDict) -> dict[int, str]:
    """Index to target, as sent."""
    names = ((name.removeprefix(_COLUMN), name) for name in data if name.startswith(_COLUMN))
    return {int(index): str(data[name])[:_LONGEST] for index, name in names if index.isascii() and index.isdigit()}


def posted_constants(data: QueryDict) -> dict[str, str]:
    """Field key to text, as sent."""
    names = (name for name in data if name.startswith(_CONSTANT))
    return {name.removeprefix(_CONSTANT)[:_LONGEST]: str(data[name]).strip()[:_LONGEST] for name in names}
