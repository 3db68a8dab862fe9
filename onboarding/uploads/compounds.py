"""Columns whose cells hold several fields: a whole address, a city with its state and zip code, the sizes of a battery.

The target of such a column names its kind and the object of the asset: address:customer. Its fields: layout.covers.
"""

import re
from collections.abc import Callable, Mapping
from functools import partial
from typing import Final, NamedTuple

from onboarding.spreadsheets.addresses import split_address, split_place
from onboarding.spreadsheets.units import split_amounts
from onboarding.uploads.layout import ADDRESS, PLACE, SIZES, covers
from portal.problems import Problem, shown
from programs.schema import Schema

Parts = dict[str, str]  # field key to text


def compounds_of(schema: Schema) -> list[str]:
    """The targets of this sort for which the schema has all fields, in the order in which they are offered."""
    owners = dict.fromkeys(column.key.rpartition(".")[0] for column in schema.columns)
    targets = [f"{kind}:{owner}" for kind in _KINDS for owner in sorted(owners)]
    return [target for target in targets if all(map(schema.knows, covers(target)))]


def parts_in(target: str, text: str, schema: Schema) -> Parts:
    """What a cell holds, by field key; empty when it cannot be taken apart for sure."""
    kind, _, owner = target.partition(":")
    texts = _KINDS[kind].split(text, partial(_is_state, schema, owner))
    return {key: part for key, part in zip(covers(target), texts, strict=True) if part} if texts else {}


def written_out(target: str, cells: Mapping[str, object]) -> str:
    """The fields as one text that is taken apart to the same."""
    return _KINDS[target.partition(":")[0]].join([str(cells.get(key) or "") for key in covers(target)])


def not_apart(target: str, text: object) -> Problem:
    """The problem with a cell that cannot be taken apart; it is one of the first field."""
    return Problem(_KINDS[target.partition(":")[0]].code, covers(target)[0], shown(text))


def target_of(code: str, field: str) -> str:
    """The target to whose cells such a problem belongs; "" for another problem."""
    kind = next((kind for kind, facts in _KINDS.items() if facts.code == code), "")
    return f"{kind}:{field.rpartition('.')[0]}" if kind else ""


def label_of_compound(target: str) -> str:
    """What a person chooses: Whole address, Whole billing address."""
    kind, _, owner = target.partition(":")
    name = owner.rpartition(".")[2]
    label = _KINDS[kind].label.format(of="" if name in {"customer", "device"} else f"{name} ")
    return f"{label[0].upper()}{label[1:]}"


def _is_state(schema: Schema, owner: str, word: str) -> bool:
    """Whether a word names a state, as the field of that object reads it."""
    key = f"{owner}.state_or_province_code"
    return schema.knows(key) and schema.accepts(key, word)


class _Kind(NamedTuple):
    """How the cells of one kind are taken apart into the texts of the fields, in their order, and put together."""

    label: str
    code: str
    split: Callable[[str, Callable[[str], bool]], tuple[str, ...] | None]
    join: Callable[[list[str]], str]


def _sizes(text: str, _: object) -> tuple[str, ...] | None:
    amounts = split_amounts(text)
    power, energy = (next((text for kind, text in amounts if kind == wanted), "") for wanted in ("power", "energy"))
    return (power, energy) if len(amounts) == bool(power) + bool(energy) and amounts else None


def _address_of(texts: list[str]) -> str:
    street, unit, city, state, code = texts
    return ", ".join(part for part in (street, unit, city, f"{state} {code}".strip()) if part)


def _place_of(texts: list[str]) -> str:
    city, state, code = texts
    return ", ".join(part for part in (city, f"{state} {code}".strip()) if part)


def _sizes_of(texts: list[str]) -> str:
    return " / ".join(
        f"{text} {unit}" if re.fullmatch(r"[\d.]+", text) else text
        for text, unit in zip(texts, ("kW", "kWh"), strict=True)
        if text
    )


_KINDS: Final = {
    ADDRESS: _Kind(
        "Whole {of}address",
        "ADDRESS_NOT_APART",
        lambda text, is_state: split_address(text, is_state=is_state),
        _address_of,
    ),
    PLACE: _Kind(
        "{of}city, state and ZIP code",
        "PLACE_NOT_APART",
        lambda text, is_state: split_place(text, is_state=is_state),
        _place_of,
    ),
    SIZES: _Kind("Battery power and energy capacity", "SIZES_NOT_APART", _sizes, _sizes_of),
}
