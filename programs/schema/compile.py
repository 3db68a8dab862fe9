"""Compiling a schema from the catalogue, and keeping it until the catalogue changes."""

import threading
from collections import OrderedDict
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import date
from typing import Annotated

from pydantic import PlainValidator, TypeAdapter
from typing_extensions import TypedDict

from portal.web import clock
from programs.models import Field, FieldType, Level, Needed, Operator, Requirement
from programs.models.past import PastCatalogue
from programs.schema.catalogue import catalogue_version
from programs.schema.coerce import Coercer, coercer_for, fault_of_default
from programs.schema.columns import Asked, Column, When, columns_of, slots_of
from programs.schema.crossfield import UsualRange, cross_check, facts_of_catalogue
from programs.schema.crossfield.places import UTILITY
from programs.schema.lists import Flat
from programs.schema.schema import Condition, Rule, Schema
from programs.schema.utilities import UtilityNames

_KEPT = 32
_kept: OrderedDict[tuple[str, frozenset[str], date], Schema] = OrderedDict()  # the one used last comes last
_lock = threading.Lock()


def schema_for(identifiers: Collection[str] = (), *, version: str = "") -> Schema:
    """The validator of these programs; of no program (all fields, no program's requirements) when none is named.

    Compiled once for a catalogue version and day, since a requirement can begin or end with a day. version: that of the
    catalogue, when the caller knows it already.
    """
    key = (version or catalogue_version(), frozenset(identifiers), clock.now().date())
    schema = _kept.get(key)
    if schema is None:
        schema = _compile_present(key[1], key[2])
    with _lock:
        _kept[key] = schema
        _kept.move_to_end(key)
        if len(_kept) > _KEPT:
            _kept.popitem(last=False)
    return schema


def schema_of_past(past: PastCatalogue, identifiers: Collection[str], today: date) -> Schema:
    """The validator of these programs by the catalogue as it was. Not kept: the caller does."""
    requirements = [row for row in past.requirements if row.program.identifier in identifiers]
    return _compile(frozenset(identifiers), today, past.fields, requirements)


def _compile_present(identifiers: frozenset[str], today: date) -> Schema:
    fields = list(Field.objects.select_related("choice_list").prefetch_related("choice_list__choices"))
    requirements = list(
        Requirement.objects.filter(program__identifier__in=identifiers)
        .select_related("program", "field", "condition_field__choice_list")
        .prefetch_related("condition_field__choice_list__choices")
        .order_by("program__identifier", "field__position")
    )
    return _compile(identifiers, today, fields, requirements)


def _compile(
    identifiers: frozenset[str], today: date, fields: Sequence[Field], requirements: Sequence[Requirement]
) -> Schema:
    columns = columns_of(fields, _asked([one for one in requirements if one.applies_on(today)], identifiers))
    by_path = {field.path: field for field in fields}
    coercers = {field.path: coercer_for(field) for field in fields}
    labels = {column.key: column.name for column in columns}
    given = {field.path: field.default for field in fields if field.default and not fault_of_default(field)}
    facts = facts_of_catalogue()
    defaults = {path: coercers[path](text) for path, text in given.items()}
    return Schema(
        columns=columns,
        validate=_validator(columns, coercers),
        rules=_rules(requirements, identifiers, labels, by_path),
        defaults={path: value for path, value in defaults.items() if by_path[path].needed == Needed.ALWAYS},
        groups=_groups(columns, by_path),
        group_defaults={
            column.key: defaults[_path_of(column.key)]
            for column in columns
            if _path_of(column.key) in defaults and by_path[_path_of(column.key)].needed == Needed.WITH_OBJECT
        },
        value_lists={
            f"{path[:-2]}.0": _slots(field) for path, field in by_path.items() if field.type == FieldType.CHOICES
        },
        coercers={column.key: coercers[_path_of(column.key)] for column in columns},
        cross_check=cross_check(facts, [column.key for column in columns], _usual(columns, by_path)),
        utility_names=UtilityNames(facts, _spellings(by_path.get(UTILITY))),
    )


def _spellings(utility: Field | None) -> dict[str, tuple[str, ...]]:
    """The codes of the utilities on offer, each with its name and what people write for it."""
    options = utility.choice_list.options if utility and utility.choice_list else ()
    return {one.value: (one.value, one.label, *one.synonyms) for one in options if one.is_offered}


def _slots(field: Field) -> tuple[str, ...]:
    """The keys of a field: load_types.0, load_types.1, …"""
    return tuple(field.path.replace("[]", f".{slot}") for slot in range(slots_of(field)))


def _usual(columns: Sequence[Column], fields: Mapping[str, Field]) -> dict[str, UsualRange]:
    """The usual range of each key whose field has one."""
    by_key = {column.key: fields[_path_of(column.key)] for column in columns}
    return {
        key: UsualRange(field.usual_minimum, field.usual_maximum, field.unit)
        for key, field in by_key.items()
        if field.usual_minimum is not None or field.usual_maximum is not None
    }


def _asked(requirements: Sequence[Requirement], identifiers: Collection[str]) -> dict[str, Asked]:
    """Per field: who requires it, and whether every chosen program leaves it out."""
    by_path: dict[str, list[Requirement]] = {}
    for requirement in requirements:
        by_path.setdefault(requirement.field.path, []).append(requirement)
    return {
        path: Asked(
            required_by=tuple(dict.fromkeys(one.program.identifier for one in asked if one.level == Level.REQUIRED)),
            needed_when=_whens([one for one in asked if one.level == Level.REQUIRED]),
            hidden={one.program.identifier for one in asked if one.level == Level.HIDDEN} == set(identifiers),
            notes=tuple(dict.fromkeys(one.note for one in asked if one.note)),
            verified=all(one.verified for one in asked),
            offered=any(one.level == Level.OPTIONAL for one in asked),
        )
        for path, asked in by_path.items()
    }


def _whens(required: Sequence[Requirement]) -> tuple[When, ...]:
    """The conditions of a field's requirements; none when one of them holds without any."""
    whens = []
    for requirement in required:
        if requirement.condition_field is None:
            return ()
        key = requirement.condition_field.path.replace("[]", ".0")
        whens.append(
            When(
                key,
                requirement.condition_operator,
                requirement.condition_value,
                _condition_text(requirement, requirement.condition_field),
            )
        )
    return tuple(dict.fromkeys(whens))


def _condition_text(requirement: Requirement, other: Field) -> str:
    """A condition as people say it: "Device type is Generator"."""
    labels = {option.value: option.label for option in other.choice_list.options} if other.choice_list else {}
    values = [part.strip() for part in requirement.condition_value.split(",") if part.strip()]
    compared = {Operator.IS: "is", Operator.IS_NOT: "is not"}.get(
        Operator(requirement.condition_operator), Operator(requirement.condition_operator).label.removesuffix(" (date)")
    )
    return f"{other.label} {compared} {' or '.join(labels.get(value, value) for value in values)}".strip()


def _path_of(key: str) -> str:
    """load_types.0 -> load_types[], site.site_devices.3.model -> site.site_devices[].model"""
    path = ""
    for part in key.split("."):
        path += "[]" if part.isdigit() else f".{part}" if path else part
    return path


def _validator(columns: Sequence[Column], coercers: Mapping[str, Coercer]) -> Callable[[Flat], dict[str, object]]:
    """A pydantic validator of flat rows: every known key optional, all errors at once, unknown keys ignored."""
    keys = {column.key: Annotated[object, PlainValidator(coercers[_path_of(column.key)])] for column in columns}
    row = TypedDict("Row", keys, total=False)  # type: ignore[misc]  # the keys are data
    return TypeAdapter(row).validator.validate_python


def _groups(columns: Sequence[Column], fields: Mapping[str, Field]) -> dict[str, tuple[str, ...]]:
    """Optional objects with the keys that each needs when it is given: customer.billing., site.site_devices.0., …"""
    groups: dict[str, list[str]] = {}
    for column in columns:
        if fields[_path_of(column.key)].needed == Needed.WITH_OBJECT:
            groups.setdefault(column.key.rpartition(".")[0] + ".", []).append(column.key)
    return {prefix: tuple(keys) for prefix, keys in groups.items()}


def _rules(
    requirements: Sequence[Requirement],
    identifiers: Collection[str],
    labels: Mapping[str, str],
    fields: Mapping[str, Field],
) -> dict[str, list[Rule]]:
    rules: dict[str, list[Rule]] = {identifier: [] for identifier in sorted(identifiers)}
    for requirement in requirements:
        if requirement.level == Level.HIDDEN or (requirement.level == Level.OPTIONAL and not requirement.narrows):
            continue
        for keys, condition_keys in _places(requirement, fields):
            rules[requirement.program.identifier].append(
                Rule(
                    keys=keys,
                    label=labels.get(keys[0], requirement.field.label),
                    required=requirement.level == Level.REQUIRED,
                    holds=_condition(requirement, condition_keys),
                    minimum=requirement.minimum,
                    maximum=requirement.maximum,
                    choices=frozenset(requirement.choices),
                    valid_from=requirement.valid_from,
                    valid_to=requirement.valid_to,
                    earliest=requirement.earliest.isoformat() if requirement.earliest else "",
                    latest=requirement.latest.isoformat() if requirement.latest else "",
                    action_type=requirement.action_type,
                    number=requirement.pk,
                    source=requirement.source,
                    source_url=requirement.source_url,
                    verified=requirement.verified,
                    depends_on=tuple(condition_keys),
                )
            )
    return rules


def _places(requirement: Requirement, fields: Mapping[str, Field]) -> list[tuple[tuple[str, ...], tuple[str, ...]]]:
    """Where a requirement looks: the keys of its field, and those of its condition.

    A condition on a field of the same list of objects is about the same object: the fuel of the second device when the
    second device is a generator. Any other requirement on a list of objects is about the first.
    """
    field = fields[requirement.field.path]
    condition = fields[requirement.condition_field.path] if requirement.condition_field else None
    keys, condition_keys = _slots(field), _slots(condition) if condition else ()
    if "[]." not in field.path:
        return [(keys, condition_keys)]
    if condition and "[]." in condition.path and condition.path.split("[]")[0] == field.path.split("[]")[0]:
        return [((key,), (condition_key,)) for key, condition_key in zip(keys, condition_keys, strict=True)]
    return [(keys[:1], condition_keys)]


def _condition(requirement: Requirement, keys: Sequence[str]) -> Condition | None:
    """The requirement's condition as a function of the flat, typed row; None when it always holds."""
    if requirement.condition_field is None:
        return None
    text = requirement.condition_value.strip()
    wanted = {part.strip() for part in text.split(",")}

    def given(flat: Flat) -> list[object]:
        return [flat[key] for key in keys if key in flat]

    def values_of(flat: Flat) -> set[str]:
        return {("yes" if value else "no") if isinstance(value, bool) else str(value) for value in given(flat)}

    conditions: dict[str, Condition] = {
        Operator.IS: lambda flat: not wanted.isdisjoint(values_of(flat)),
        Operator.IS_NOT: lambda flat: wanted.isdisjoint(values_of(flat)),
        Operator.IS_FILLED: lambda flat: any(key in flat for key in keys),
        Operator.IS_EMPTY: lambda flat: not any(key in flat for key in keys),
        Operator.AFTER: lambda flat: any(_compare(value, text) > 0 for value in given(flat)),
        Operator.BEFORE: lambda flat: any(_compare(value, text) < 0 for value in given(flat)),
        Operator.AT_LEAST: lambda flat: any(_compare(value, text) >= 0 for value in given(flat)),
        Operator.AT_MOST: lambda flat: any(_compare(value, text) <= 0 for value in given(flat)),
    }
    return conditions[requirement.condition_operator]


def _compare(value: object, text: str) -> int:
    """-1, 0 or 1. Numbers compare as numbers, everything else (ISO dates) as text."""
    if isinstance(value, int | float):
        try:
            number = float(text)
        except ValueError:
            pass
        else:
            return (value > number) - (value < number)
    return (str(value) > text) - (str(value) < text)
