"""The compiled validator: one row of plain cells in, one typed asset or all of its problems out."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from pydantic import ValidationError

from portal.problems import Problem, shown
from programs.schema.coerce import EMPTY, GIVEN
from programs.schema.columns import Column

Flat = Mapping[str, Any]
Condition = Callable[[Flat], bool]


@dataclass(frozen=True, slots=True)
class Checked:
    """What the validator says of one row.

    asset: nested like CreateMeter, JSON-ready, only what was given (and defaults); None when there are problems.
    missing: program identifier to the keys of its required fields that are empty.
    unmet: program identifier to all its problems with the asset: the missing fields, and values outside its narrower limits.
    """

    asset: dict[str, Any] | None
    problems: tuple[Problem, ...]
    missing: dict[str, tuple[str, ...]] = field(default_factory=dict)
    unmet: dict[str, tuple[Problem, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Rule:
    """A program's word on one column, compiled: when it holds, whether it must be filled, what it may hold."""

    key: str
    label: str
    required: bool
    holds: Condition | None
    minimum: float | None
    maximum: float | None
    choices: frozenset[str]
    valid_from: date | None
    valid_to: date | None

    def applies(self, on: date) -> bool:
        return not ((self.valid_from and on < self.valid_from) or (self.valid_to and on > self.valid_to))

    def limits(self) -> str:
        """The narrower limits in words."""
        low = f"from {self.minimum:g}" if self.minimum is not None else ""
        high = f"up to {self.maximum:g}" if self.maximum is not None else ""
        listed = ", ".join(sorted(self.choices))
        return " ".join(part for part in (low, high, listed) if part)


class Schema:
    """The validator of one set of programs. Made by `schema_for`; immutable, and shared between threads."""

    def __init__(
        self,
        *,
        columns: Sequence[Column],
        validate: Callable[[Flat], dict[str, Any]],
        rules: Mapping[str, Sequence[Rule]],
        defaults: Mapping[str, Any],
        groups: Mapping[str, tuple[str, ...]],
    ) -> None:
        """`groups` maps the prefix of an optional object ("customer.billing.") to the keys needed with any other of it."""
        self.columns = tuple(columns)
        self._by_key = {column.key: column for column in columns}
        self._validate = validate
        self._rules = rules
        self._defaults = dict(defaults)
        self._always = tuple(
            column.key for column in columns if column.required == "always" and column.key not in defaults
        )
        self._groups = [
            (frozenset(key for key in self._by_key if key.startswith(prefix)), needed, prefix)
            for prefix, needed in groups.items()
        ]
        self._grouped = frozenset().union(*(keys for keys, _, _ in self._groups))
        self._paths = {key: _path(key) for key in self._by_key}
        self._lists = _lists(self._by_key)

    def check(self, cells: Flat, on: date | None = None) -> Checked:
        """Check one row: flat keys to cells. Unknown keys are passed over; `on` decides which requirements are in force."""
        try:
            flat = self._validate(cells)
            problems: list[Problem] = []
        except ValidationError as error:
            flat, problems = self._partial(cells, error)
        flat = {key: value for key, value in flat.items() if value is not EMPTY}
        broken = {problem.field for problem in problems}
        for key, value in self._defaults.items():
            if key not in flat and key not in broken:
                flat[key] = value
        for key in self._always:
            if key not in flat and key not in broken:
                problems.append(self._problem("REQUIRED_MISSING", key))
        if not self._grouped.isdisjoint(flat):
            problems += self._missing_in_groups(flat, broken)
        if problems:
            return Checked(None, tuple(problems))
        asset = self._nest(flat)
        if not self._rules:
            return Checked(asset, ())
        missing, unmet = self._programs(flat, on or date.today())
        return Checked(asset, (), missing, unmet)

    def _partial(self, cells: Flat, error: ValidationError) -> tuple[dict[str, Any], list[Problem]]:
        """The cells that are right, and a problem for each that is not."""
        problems = []
        for line in error.errors(include_url=False):
            key = str(line["loc"][0])
            context = line.get("ctx", {})
            if line["type"] == GIVEN:
                given: Problem = context["problem"]
                words = {"label": self._by_key[key].label, **given.context}
                problems.append(Problem(given.code, key, given.value, words))
            else:
                problems.append(self._problem(line["type"], key, shown(line["input"]), context))
        broken = {problem.field for problem in problems}
        right = {key: cell for key, cell in cells.items() if key not in broken}
        return self._validate(right), problems

    def _problem(self, code: str, key: str, value: str = "", context: Mapping[str, Any] | None = None) -> Problem:
        column = self._by_key[key]
        words = {"label": column.label, "section": column.section, "example": column.example, **(context or {})}
        words.pop("code", None)
        return Problem(code, key, value, words)

    def _missing_in_groups(self, flat: Flat, broken: set[str]) -> list[Problem]:
        return [
            self._problem("REQUIRED_WITH_OBJECT", key)
            for keys, needed, _ in self._groups
            if not keys.isdisjoint(flat)
            for key in needed
            if key not in flat and key not in broken
        ]

    def _programs(self, flat: Flat, on: date) -> tuple[dict[str, tuple[str, ...]], dict[str, tuple[Problem, ...]]]:
        missing: dict[str, tuple[str, ...]] = {}
        unmet: dict[str, tuple[Problem, ...]] = {}
        for program, rules in self._rules.items():
            lacks: list[str] = []
            found: list[Problem] = []
            for rule in rules:
                if not rule.applies(on) or (rule.holds and not rule.holds(flat)):
                    continue
                value = flat.get(rule.key)
                context = {"program": program, "label": rule.label}
                if value is None:
                    if rule.required:
                        lacks.append(rule.key)
                        found.append(Problem("PROGRAM_FIELD_MISSING", rule.key, "", context))
                elif _outside(rule, value):
                    limits = {**context, "limits": rule.limits()}
                    found.append(Problem("PROGRAM_LIMIT", rule.key, shown(value), limits))
            if lacks:
                missing[program] = tuple(lacks)
            if found:
                unmet[program] = tuple(found)
        return missing, unmet

    def _nest(self, flat: Flat) -> dict[str, Any]:
        """Flat keys to the nested asset. Slots of lists close up: load_types.1 alone is a list of one."""
        asset: dict[str, Any] = {}
        slots: dict[tuple[str | int, ...], dict[int, Any]] = {}
        for key, value in flat.items():
            path = self._paths[key]
            at = self._lists.get(key)
            if at is None:
                place = asset
                for part in path[:-1]:
                    place = place.setdefault(part, {})
                place[path[-1]] = value
                continue
            entries = slots.setdefault(path[:at], {})
            slot = int(path[at])
            if at == len(path) - 1:
                entries[slot] = value
            else:
                entries.setdefault(slot, {})[path[-1]] = value
        for where, entries in slots.items():
            place = asset
            for part in where[:-1]:
                place = place.setdefault(part, {})
            values = [entries[slot] for slot in sorted(entries)]
            place[where[-1]] = values if isinstance(values[0], dict) else list(dict.fromkeys(values))
        return asset

    def flatten(self, asset: Mapping[str, Any]) -> dict[str, Any]:
        """A nested asset (or API JSON) to flat keys; unknown ones too, so that the caller can name them."""
        flat: dict[str, Any] = {}
        _flatten(asset, "", flat, depth=0)
        return flat

    def knows(self, key: str) -> bool:
        """Whether a flat key is a field of the catalogue."""
        return key in self._by_key


def _outside(rule: Rule, value: Any) -> bool:
    if rule.choices and value not in rule.choices:
        return True
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    return (rule.minimum is not None and value < rule.minimum) or (rule.maximum is not None and value > rule.maximum)


def _path(key: str) -> tuple[str, ...]:
    return tuple(key.split("."))


def _lists(keys: Mapping[str, Any]) -> dict[str, int]:
    """For keys inside a list: the position of the slot number in the path."""
    found = {}
    for key in keys:
        for position, part in enumerate(key.split(".")):
            if part.isdigit():
                found[key] = position
    return found


def _flatten(value: Any, prefix: str, flat: dict[str, Any], depth: int) -> None:
    if depth > 6:
        flat[prefix] = value
    elif isinstance(value, Mapping) and (value or not prefix):
        for name, inner in value.items():
            _flatten(inner, f"{prefix}.{name}" if prefix else str(name), flat, depth + 1)
    elif isinstance(value, list):
        for slot, inner in enumerate(value):
            _flatten(inner, f"{prefix}.{slot}", flat, depth + 1)
    elif value is not None and value != "":
        flat[prefix] = value
