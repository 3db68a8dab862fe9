"""The compiled validator: one row of plain cells in, one typed asset or all of its problems out."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from types import NoneType
from typing import Any

from pydantic import ValidationError
from pydantic_core import PydanticCustomError

from portal.problems import Problem, shown
from portal.web import clock
from programs.schema.coerce import EMPTY, GIVEN, Coercer, Mended, keeps_words, says_nothing
from programs.schema.coerce.dates import date_of, in_order, reading_of
from programs.schema.coerce.plain import NO_ADDRESS, NONE
from programs.schema.columns import Column
from programs.schema.crossfield import CrossCheck, RowFinding
from programs.schema.crossfield.places import STATE, UTILITY, ZIP
from programs.schema.crossfield.zips import state_of, zone_of
from programs.schema.json_types import JsonTypes, TypedRow
from programs.schema.lists import Flat, spread
from programs.schema.nesting import Nesting, flatten
from programs.schema.utilities import UtilityNames, suggestion_for

Condition = Callable[[Flat], bool]
_ZIPS_BEGIN_WITH_ZERO = frozenset({"CT", "MA", "ME", "NH", "NJ", "PR", "RI", "VT"})
_FOR_OBJECT = {"ADDRESS_NOT_APART", "PLACE_NOT_APART"}  # reported for a whole object, so not for its fields again
_SURE_OF_FIELD = {"ZIP_RESTORED", "DATE_AT_PLACE"}  # mended, and yet no doubt about what the column holds
_ORDERS = {"mdy": "month/day/year", "dmy": "day/month/year"}
_NO_TEXTS, _ADDRESSES = {"number", "integer", "date"}, {"zip", "email", "phone"}
_TELLING = {"email": 1.0, "choice": 1.0, "phone": 0.6, "zip": 0.5, "date": 0.3}


@dataclass(frozen=True, slots=True)
class Checked:
    """What the validator says of one row.

    asset: nested like CreateMeter, JSON-ready, only what was given (and defaults); None when there are problems.
    warnings: what is worth a look and does not block.
    missing: program identifier to the keys of its required fields that are empty.
    unmet: program identifier to all its problems with the asset: missing fields, values outside narrower limits.
    """

    asset: dict[str, object] | None
    problems: tuple[Problem, ...]
    missing: dict[str, tuple[str, ...]] = field(default_factory=dict)
    unmet: dict[str, tuple[Problem, ...]] = field(default_factory=dict)
    warnings: tuple[Problem, ...] = ()


@dataclass(frozen=True, slots=True)
class Rule:
    """What a program requires of one column, compiled: when that applies, whether it must be filled, what it may hold.

    A list of values has several keys; the rule is met when one of them holds what the program takes. earliest and
    latest are days as ISO text. number, source and verified name the requirement that it was made of. depends_on: the
    keys that its condition looks at.
    """

    keys: tuple[str, ...]
    label: str
    required: bool
    holds: Condition | None
    minimum: float | None
    maximum: float | None
    choices: frozenset[str]
    valid_from: date | None
    valid_to: date | None
    earliest: str = ""
    latest: str = ""
    action_type: str = ""
    number: int = 0
    source: str = ""
    source_url: str = ""
    verified: bool = False
    depends_on: tuple[str, ...] = ()

    def applies(self, on: date) -> bool:
        return not ((self.valid_from and on < self.valid_from) or (self.valid_to and on > self.valid_to))

    def problem(self, flat: Flat, program: str) -> Problem | None:
        """What the program misses in this row, if the rule applies."""
        values = [flat[key] for key in self.keys if key in flat]
        if not values:
            if not self.required:
                return None
            return Problem("PROGRAM_FIELD_MISSING", self.keys[0], "", self._context(program))
        if not self.narrows or not all(_outside(self, value) for value in values):
            return None
        return Problem("PROGRAM_LIMIT", self.keys[0], shown(values[0]), self._context(program, limits=self.limits()))

    def _context(self, program: str, **more: str) -> dict[str, str]:
        """The context of a problem's text; with the item of the checklist when it is not the usual one."""
        action = {"action": self.action_type} if self.action_type else {}
        return {"program": program, "label": self.label, **more, **action}

    @property
    def narrows(self) -> bool:
        is_number = self.minimum is not None or self.maximum is not None
        return is_number or bool(self.choices or self.earliest or self.latest)

    def limits(self) -> str:
        """The narrower limits as text."""
        low = f"from {self.minimum:g}" if self.minimum is not None else f"from {self.earliest}" if self.earliest else ""
        high = f"up to {self.maximum:g}" if self.maximum is not None else f"up to {self.latest}" if self.latest else ""
        listed = ", ".join(sorted(self.choices))
        return " ".join(part for part in (low, high, listed) if part)


class Schema:
    """The validator of one set of programs. Made by `schema_for`; immutable, and shared between threads."""

    def __init__(
        self,
        *,
        columns: Sequence[Column],
        validate: Callable[[Flat], dict[str, object]],
        rules: Mapping[str, Sequence[Rule]],
        defaults: Mapping[str, object],
        groups: Mapping[str, tuple[str, ...]],
        group_defaults: Mapping[str, object],
        value_lists: Mapping[str, tuple[str, ...]],
        coercers: Mapping[str, Coercer],
        cross_check: CrossCheck,
        utility_names: UtilityNames,
    ) -> None:
        """`groups` maps the prefix of an optional object ("customer.billing.") to the keys needed with any other of it;
        `group_defaults` holds what such a key becomes when it is empty. `value_lists` maps the first key of a list of
        values to all of its keys, any of which is enough.
        """
        self.columns = tuple(columns)
        self._by_key = {column.key: column for column in columns}
        self._validate = validate
        self._rules = rules
        self._defaults = dict(defaults)
        self._always = tuple(
            column.key for column in columns if column.required == "always" and column.key not in defaults
        )
        self._value_lists = dict(value_lists)
        self._coercers = dict(coercers)
        self._cross_check = cross_check
        self._utility_names = utility_names
        self._groups = dict(groups)
        self._group_of = {key: prefix for prefix in groups for key in self._by_key if key.startswith(prefix)}
        self._group_defaults = dict(group_defaults)
        self._nesting = Nesting(self._by_key)
        self._json_types = JsonTypes(self.columns, value_lists)
        needed = {column.key for column in columns if column.required == "always"}
        self._needed_lists = {first: slots for first, slots in value_lists.items() if needed.intersection(slots)}
        self._needed = (
            *needed.difference(*self._needed_lists.values()),
            *(slot for slots in self._needed_lists.values() for slot in slots),
            *(first.removesuffix(".0") for first in self._needed_lists),
        )

    def typed(self, flat: Flat) -> TypedRow:
        """The values of a JSON asset (`flatten_json`) as cells, with what is to be said of their types."""
        return self._json_types.read(flat)

    def check_always(self, cells: Flat) -> list[Problem]:
        """What is wrong with the fields that every meter needs, whatever else the row holds.

        Much quicker than `check`, of which it says a part: rules about several fields are left out.
        """
        given: Flat = {key: cells[key] for key in self._needed if key in cells}
        given, typed_under = spread(given, self._needed_lists, self.accepts)
        problems, empty = list[Problem](), set(self._always)
        for key, cell in given.items():
            try:
                if self._coercers[key](cell) is not EMPTY:
                    empty.discard(key)
            except PydanticCustomError as error:
                problems.append(self._of_error(key, typed_under.get(key, key), error.type, error.context or {}, cell))
        known = {*given} - empty
        broken = {problem.field for problem in problems}
        empty -= broken
        missing = [key for key in self._always if key in empty and not self._filled_elsewhere(key, known, broken)]
        return [*problems, *(self._problem("REQUIRED_MISSING", key) for key in missing)]

    def _of_error(self, key: str, typed: str, code: str, context: Mapping[str, Any], cell: object) -> Problem:
        """The problem that a coercer raised, under the key that the cell was typed under."""
        if code != GIVEN:
            return self._problem(code, typed, shown(cell), context)
        given: Problem = context["problem"]
        return Problem(given.code, key, given.value, {"label": self._by_key[key].label, **given.context})

    def check(
        self,
        cells: Flat,
        on: date | None = None,
        programs_of: Callable[[dict[str, object]], Iterable[str]] | None = None,
        date_orders: Mapping[str, str] | None = None,
        asked_on: Mapping[str, date] | None = None,
    ) -> Checked:
        """Check one row (flat keys to cells; unknown ones are ignored) with the requirements in force on a day.

        programs_of: which programs are worth asking about an asset; all of the schema's when it is not given. asked_on:
        program to the day whose requirements count there, when it is another one. date_orders: key of a date to "mdy"
        or "dmy"; its texts that can be read both ways are read in that order, with a warning. Those of the
        other order are a problem.
        """
        on = on or clock.now().date()
        given = _given(cells, date_orders or {}) if NoneType in map(type, cells.values()) or date_orders else cells
        moved = [key for key in date_orders or () if given.get(key) != cells.get(key)]
        problems: list[Problem] = []
        spread_cells, typed_under = spread(given, self._value_lists, self.accepts)
        try:
            flat = self._validate(spread_cells)
        except ValidationError as error:
            flat, problems = self._partial(spread_cells, typed_under, error)
        if EMPTY in flat.values():
            flat = {key: value for key, value in flat.items() if value is not EMPTY}
        warnings = self._mended(flat, spread_cells, typed_under)
        if moved:
            warnings += tuple(self._ordered(key, cells, flat, date_orders or {}) for key in moved if key in flat)
        lost = [warning for warning in warnings if warning.code == "ZIP_RESTORED" and _has_no_such_zip(warning, flat)]
        problems += [self._problem("NOT_A_ZIP", warning.field, warning.value) for warning in lost]
        warnings = tuple(_at_place(warning, flat) for warning in warnings if warning not in lost)
        broken = {problem.field for problem in problems}
        for key, value in self._defaults.items():
            if key not in flat and key not in broken:
                flat[key] = value
        broken |= {key for problem in problems if problem.code in _FOR_OBJECT for key in self._beside(problem.field)}
        for key in self._always:
            if key not in flat and key not in broken and not self._filled_elsewhere(key, flat, broken):
                problems.append(self._problem("REQUIRED_MISSING", key))
        grouped = self._group_of.keys() & flat.keys()
        if grouped:
            problems += self._missing_in_groups({self._group_of[key] for key in grouped}, flat, broken)
        findings = self._cross_check(flat, on, broken)
        if findings:
            problems += self._told(findings, flat, blocks=True)
            warnings += tuple(self._told(findings, flat, blocks=False))
        if problems:
            return Checked(None, tuple(problems), warnings=warnings)
        asset = self._nesting.nest(flat)
        if not self._rules:
            return Checked(asset, (), warnings=warnings)
        programs = self._rules if programs_of is None else programs_of(asset)
        days = asked_on or {}
        told = {program: self.unmet(flat, program, days.get(program, on)) for program in programs}
        unmet = {program: problems for program, problems in told.items() if problems}
        return Checked(asset, (), _missing(unmet), unmet, warnings)

    def check_part(self, cells: Flat, on: date | None = None) -> Checked:
        """Check what is known of a row by now: nothing is missing. The asset is there even when there are problems; it
        holds what is right."""
        given = _given(cells, {}) if NoneType in map(type, cells.values()) else cells
        problems: list[Problem] = []
        spread_cells, typed_under = spread(given, self._value_lists, self.accepts)
        try:
            flat = self._validate(spread_cells)
        except ValidationError as error:
            flat, problems = self._partial(spread_cells, typed_under, error)
        flat = {key: value for key, value in flat.items() if value is not EMPTY}
        warnings = self._mended(flat, spread_cells, typed_under)
        warnings = tuple(_at_place(warning, flat) for warning in warnings)
        findings = self._cross_check(flat, on or clock.now().date(), {problem.field for problem in problems})
        problems += self._told(findings, flat, blocks=True)
        warnings += tuple(self._told(findings, flat, blocks=False))
        return Checked(self._nesting.nest(flat), tuple(problems), warnings=warnings)

    def _mended(self, flat: dict[str, Any], cells: Flat, typed_under: Mapping[str, str]) -> tuple[Problem, ...]:
        """Replace mended values in `flat`, and return a warning for each."""
        if Mended not in map(type, flat.values()):
            return ()
        mended_values = [(key, value) for key, value in flat.items() if value.__class__ is Mended]
        for key, mended in mended_values:
            flat[key] = mended.value
        return tuple(
            self._problem(mended.code, typed_under.get(key, key), shown(cells[key]), mended.context)
            for key, mended in mended_values
        )

    def _ordered(self, key: str, cells: Flat, flat: Flat, orders: Mapping[str, str]) -> Problem:
        """The warning that a date was read in the order of its column."""
        return self._problem("DATE_IN_ORDER", key, shown(cells[key]), {"order": _ORDERS[orders[key]], "day": flat[key]})

    def _told(self, findings: Iterable[RowFinding], flat: Flat, *, blocks: bool) -> list[Problem]:
        """Findings of the rules about several fields, as problems of the fields that the catalogue has."""
        return [
            self._problem(finding.code, finding.key, _quoted(flat.get(finding.key, "")), finding.context)
            for finding in findings
            if finding.blocks == blocks and finding.key in self._by_key
        ]

    def accepts(self, key: str, cell: object) -> bool:
        """Whether a field accepts a cell, which is not empty. For guessing what a column holds."""
        try:
            value = self._coercers[key](cell)
        except PydanticCustomError:
            return False
        return value is not EMPTY and (value.__class__ is not Mended or value.code in _SURE_OF_FIELD)

    def read(self, key: str, cell: object) -> Any:
        """One cell as its field takes it: the value, None for an empty one, or the Problem with it."""
        try:
            value = self._coercers[key](cell)
        except PydanticCustomError as error:
            return self._problem(error.type, key, shown(cell), error.context)
        if value.__class__ is Mended:
            return value.value
        return None if value is EMPTY else value

    def telling(self, key: str) -> float:
        """How much it says when a field accepts a cell, 0 to 1: almost any cell is a text, few are email addresses."""
        return _TELLING.get(self._by_key[key].type, 0.0)

    def _partial(
        self, cells: Flat, typed_under: Mapping[str, str], error: ValidationError
    ) -> tuple[dict[str, object], list[Problem]]:
        """The cells that are right, and a problem for each that is not, under the key that it was typed under."""
        problems: list[Problem] = []
        broken = set()
        for line in error.errors(include_url=False):
            key = str(line["loc"][0])
            broken.add(key)
            typed = typed_under.get(key, key)
            problems.append(self._of_error(key, typed, line["type"], line.get("ctx", {}), line["input"]))
        right = self._validate({key: cell for key, cell in cells.items() if key not in broken})
        return right, [self._narrowed(problem, right) for problem in problems]

    def _narrowed(self, problem: Problem, row: Flat) -> Problem:
        """A utility that is not on the list: suggest one of the row's place only, and say which state that is."""
        if problem.code != "UNKNOWN_CHOICE" or problem.field != UTILITY:
            return problem
        state = row.get(STATE)
        context = suggestion_for(self._utility_names, problem.value, row)
        return replace(
            problem, context={**problem.context, **context, "state": state if isinstance(state, str) else ""}
        )

    def choices_like(self, key: str, text: str, state: str) -> list[str]:
        """The choices that a text may mean in a state, the likeliest first; none when nothing is like it."""
        if key == UTILITY:
            return self._utility_names.likeliest(text, {STATE: state})
        problem = self.read(key, text)
        return [str(problem.context.get("suggestion"))] if isinstance(problem, Problem) else []

    def _problem(self, code: str, key: str, value: str = "", context: Mapping[str, object] | None = None) -> Problem:
        column = self._by_key[key]
        texts = {"label": column.label, "section": column.section, "example": column.example, **(context or {})}
        texts.pop("code", None)
        return Problem(code, key, value, texts)

    def _beside(self, key: str) -> list[str]:
        """The fields of the same object."""
        start = key.rpartition(".")[0] + "."
        return [other for other in self._by_key if other.startswith(start)]

    def _filled_elsewhere(self, key: str, flat: Collection[str], broken: set[str]) -> bool:
        """Whether another slot of the key's list is filled, well or badly."""
        return any(other in flat or other in broken for other in self._value_lists.get(key, ()))

    def _missing_in_groups(self, groups: Iterable[str], flat: dict[str, object], broken: set[str]) -> list[Problem]:
        """What the given optional objects still need; their defaults are filled in."""
        missing = []
        for prefix in sorted(groups):
            for key in self._groups[prefix]:
                if key in flat or key in broken:
                    continue
                if key in self._group_defaults:
                    flat[key] = self._group_defaults[key]
                else:
                    missing.append(self._problem("REQUIRED_WITH_OBJECT", key))
        return missing

    def unmet(self, flat: Flat, program: str, on: date) -> tuple[Problem, ...]:
        """What a program misses, on a day, in an asset that is right in itself: one problem for each field."""
        by_field: dict[str, Problem] = {}
        for rule in self._rules[program]:
            if (not rule.holds or rule.holds(flat)) and rule.applies(on):
                problem = rule.problem(flat, program)
                if problem is not None:
                    by_field.setdefault(problem.field, problem)
        return tuple(by_field.values())

    def rules_of(self, program: str) -> Sequence["Rule"]:
        """What a program asks of fields."""
        return self._rules[program]

    def flatten(self, asset: Mapping[str, object]) -> dict[str, object]:
        """A nested asset (or API JSON) to flat keys; unknown ones too, so that the caller can name them."""
        return flatten(asset)

    @property
    def date_keys(self) -> tuple[str, ...]:
        """The keys of dates that a sheet is offered."""
        return tuple(column.key for column in self.columns if column.type == "date" and not column.hidden)

    @property
    def always(self) -> tuple[str, ...]:
        """The keys that every meter needs and that have no default."""
        return self._always

    @property
    def value_lists(self) -> Mapping[str, tuple[str, ...]]:
        """The first key of each list of values, such as load_types.0, to all of its keys."""
        return self._value_lists

    def held_elsewhere(self, key: str, held: Collection[str]) -> bool:
        """Whether a list of values has one of its other slots among the keys held."""
        return any(other in held for other in self._value_lists.get(key, ()))

    def column(self, key: str) -> Column:
        """The column of a key; KeyError for one that the catalogue does not have."""
        return self._by_key[key]

    def joins(self, key: str) -> str:
        """What to put between two texts for one field; "" where there can be only one value."""
        if any(key in slots for slots in self._value_lists.values()):
            return "; "
        if key.endswith("_reference"):
            return ""
        return " " if self._by_key[key].type == "text" else ""

    def says_nothing(self, key: str, text: str) -> bool:
        """Whether a text only says that there is nothing in this field. Na is a name, though."""
        if says_nothing(text.strip(), keeps_words=keeps_words(key)):
            return True
        word, kind = text.strip().casefold(), self._by_key[key].type if key in self._by_key else ""
        return (word == NONE and kind in _NO_TEXTS) or (word in NO_ADDRESS and kind in _ADDRESSES)

    def knows(self, key: str) -> bool:
        """Whether a flat key is a field of the catalogue."""
        return key in self._by_key


def _given(cells: Flat, date_orders: Mapping[str, str]) -> Flat:
    """The cells that hold something, dates in the order that the caller knows."""
    given = {key: cell for key, cell in cells.items() if cell is not None}
    for key, order in date_orders.items():
        if given.get(key).__class__ is str:
            text = given[key]
            only = reading_of(text)
            if only in {"mdy", "dmy"} and only != order:
                context = {"order": _ORDERS[order], "suggestion": date_of(text)}
                given[key] = Problem("DATE_IN_OTHER_ORDER", key, shown(text), context)
            else:
                given[key] = in_order(text, order)
    return given


def _has_no_such_zip(restored: Problem, flat: Flat) -> bool:
    """Whether a zip code with zeros put in front cannot be one of the state that the row names."""
    state = flat.get(restored.field.replace("postal_code", "state_or_province_code"))
    if state is None or state in _ZIPS_BEGIN_WITH_ZERO:
        return False
    return state_of(str(restored.context.get("suggestion", "00000"))) != state


def _at_place(warning: Problem, flat: dict[str, Any]) -> Problem:
    """The day of a moment where the meter is, put into `flat`; as it was written when nobody knows where that is."""
    if warning.code != "DATE_AT_PLACE":
        return warning
    context = dict(warning.context)
    at, zone = context.pop("moment"), zone_of(flat.get(ZIP, ""))
    if zone is None or not isinstance(at, datetime):
        return replace(warning, code="DATE_WITHOUT_PLACE", context=context)
    flat[warning.field] = at.astimezone(zone).date().isoformat()
    return replace(warning, context={**context, "day": flat[warning.field], "zone": zone.key})


def missing_in(unmet: Iterable[Problem]) -> tuple[str, ...]:
    """The keys of the required fields that are empty."""
    return tuple(problem.field for problem in unmet if problem.code == "PROGRAM_FIELD_MISSING")


def _missing(unmet: Mapping[str, tuple[Problem, ...]]) -> dict[str, tuple[str, ...]]:
    missing = {program: missing_in(problems) for program, problems in unmet.items()}
    return {program: keys for program, keys in missing.items() if keys}


def _quoted(value: object) -> str:
    return shown(("yes" if value else "no") if isinstance(value, bool) else value)


def _outside(rule: Rule, value: object) -> bool:
    if rule.choices and value not in rule.choices:
        return True
    if isinstance(value, str):  # days as ISO text compare as such
        return bool((rule.earliest and value < rule.earliest) or (rule.latest and value > rule.latest))
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    return (rule.minimum is not None and value < rule.minimum) or (rule.maximum is not None and value > rule.maximum)
