"""The types of a JSON body: whether each value has the type of its field, before it is read as a cell.

A sheet has no types, so the coercers take what a spreadsheet may have made of a value. A program does have them: TRUE
in the place of a text is a fault in the program, and would be kept as the text "yes" otherwise.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from portal.problems import Problem, shown
from programs.schema.coerce.plain import MOST_DIGITS
from programs.schema.columns import Column
from programs.schema.lists import Flat

_NUMBERS: Final = frozenset({"number", "integer"})
_WANTED: Final = {"number": "a number", "integer": "a whole number", "boolean": "true or false"}
_CAME: Final = {bool: "true or false", int: "a number", float: "a number", str: "a string", list: "a list"}


@dataclass(frozen=True, slots=True)
class TypedRow:
    """The values of one asset by field key, as the coercers take them.

    cells: a value of a wrong type is the Problem with it. problems: about whole objects and lists, which no cell can
    hold. warnings: about values that are taken although their type is another one.
    """

    cells: dict[str, object]
    problems: tuple[Problem, ...] = ()
    warnings: tuple[Problem, ...] = ()

    @property
    def faults(self) -> list[Problem]:
        """Every value of a wrong type."""
        return [*(cell for cell in self.cells.values() if isinstance(cell, Problem)), *self.problems]


class JsonTypes:
    """Compiled from the columns of a schema; immutable."""

    def __init__(self, columns: Sequence[Column], value_lists: Mapping[str, Sequence[str]]) -> None:
        self._columns = {column.key: column for column in columns}
        self._usual: dict[str, frozenset[type]] = {column.key: _usual(column.type) for column in columns}
        self._value_lists = {first.removesuffix(".0") for first in value_lists}
        self._lists: dict[str, int] = {}
        self._objects: set[str] = set()
        for key in self._columns:
            self._learn(key.split("."))

    def _learn(self, parts: Sequence[str]) -> None:
        for length in range(1, len(parts)):
            path = ".".join(parts[:length])
            if parts[length].isdigit():
                self._lists[path] = max(self._lists.get(path, 0), int(parts[length]) + 1)
            else:
                self._objects.add(path)

    def read(self, flat: Flat) -> TypedRow:
        """The values of an asset, flattened by `nesting.flatten_json`. Unknown keys stay, so that they can be named."""
        usual = self._usual
        odd = [key for key, value in flat.items() if value.__class__ not in usual.get(key, ())]
        if not odd:
            return TypedRow(dict(flat))
        cells, problems, warnings = dict(flat), dict[str, Problem](), list[Problem]()
        for key in odd:
            value = cells.pop(key)
            if key in self._columns:
                cells[key] = self._mended(self._columns[key], value, warnings)
            elif (place := self._misplaced(key, value)) is None:
                cells |= {key: value} if key not in self._objects | self._lists.keys() or value else {}
            elif place[0] in self._columns:
                cells[place[0]] = place[1]
            else:
                problems.setdefault(*place)
            if key in self._value_lists and key in cells:
                warnings.append(self._noted("LIST_AS_TEXT", key, value))
        return TypedRow(cells, tuple(problems.values()), tuple(warnings))

    def _mended(self, column: Column, value: Any, warnings: list[Problem]) -> object:
        """A value of another type than its field as a cell, with a warning; or the problem with it."""
        if isinstance(value, Problem):
            return value
        if isinstance(value, list | dict):
            return self._wrong(column.key, value)
        if column.type in _NUMBERS:
            return self._taken(column, value, warnings) if isinstance(value, str) else self._wrong(column.key, value)
        if column.type == "boolean":
            return self._taken(column, value, warnings)
        if isinstance(value, bool):
            return self._wrong(column.key, value)
        if not _is_whole(value):
            return Problem("NUMBER_NOT_TEXT", column.key, shown(value), {"label": column.label})
        text = str(int(value))
        warnings.append(self._noted("NUMBER_AS_TEXT", column.key, value, suggestion=text))
        return text

    def _taken(self, column: Column, value: object, warnings: list[Problem]) -> object:
        warnings.append(self._noted("JSON_TYPE_CONVERTED", column.key, value, wanted=_WANTED[column.type]))
        return value

    def _misplaced(self, key: str, value: object) -> tuple[str, Problem] | None:
        """Where a value belongs to no field because something around it has a wrong shape, and the problem with that.

        None for a key that is simply unknown, and for an empty object or list.
        """
        if key in self._value_lists and isinstance(value, str):
            return None
        if key in self._objects or key in self._lists:
            is_list = key in self._lists
            empty = value == ([] if is_list else {})
            return None if empty else (key, self._wrong(key, value))
        parts = key.split(".")
        for length in range(len(parts) - 1, 0, -1):
            path, step = ".".join(parts[:length]), parts[length]
            if path in self._columns:
                return path, self._wrong(path, [] if step.isdigit() else {})
            if path in self._lists:
                if not step.isdigit():
                    return path, self._wrong(path, {})
                if int(step) < self._lists[path]:
                    return None
                facts = {"label": path, "limit": self._lists[path]}
                return path, Problem("LIST_TOO_LONG", path, "", facts)
            if path in self._objects:
                return (path, self._wrong(path, [])) if step.isdigit() else None
        return None

    def _wrong(self, key: str, value: object) -> Problem:
        column = self._columns.get(key)
        label, wanted = (column.label, _WANTED.get(column.type, "a string")) if column else (key, self._shape(key))
        facts = {"label": label, "came": _CAME.get(value.__class__, "an object"), "wanted": wanted}
        return Problem("WRONG_JSON_TYPE", key, shown(value), facts)

    def _noted(self, code: str, key: str, value: object, **facts: str) -> Problem:
        column = self._columns.get(key)
        told = {"label": column.label if column else key, "came": _CAME.get(value.__class__, "an object"), **facts}
        return Problem(code, key, shown(value), told)

    def _shape(self, key: str) -> str:
        return "a list" if key in self._lists else "an object"


def under(problems: Collection[Problem]) -> tuple[str, ...]:
    """The beginnings of the keys below these problems: what is said of them again would be noise."""
    return tuple(f"{problem.field}." for problem in problems)


def _usual(kind: str) -> frozenset[type]:
    if kind in _NUMBERS:
        return frozenset({int, float})
    return frozenset({bool}) if kind == "boolean" else frozenset({str})


def _is_whole(value: object) -> bool:
    """Whether a number is its digits: no fraction, and no more of them than every program keeps."""
    if isinstance(value, float):
        return value.is_integer() and abs(value) < 10**MOST_DIGITS
    return isinstance(value, int) and abs(value) < 10**MOST_DIGITS
