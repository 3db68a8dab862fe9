"""The cells of a row by field, as the layout of its file has them."""

import re
from collections.abc import Mapping, Sequence
from datetime import date
from operator import itemgetter

from onboarding.spreadsheets.cells import BrokenCell, Cell, ShownDate, column_letters
from onboarding.spreadsheets.headers import normalized
from onboarding.uploads.column_units import converted_units, with_unit
from onboarding.uploads.compounds import not_apart, parts_in
from onboarding.uploads.layout import FROM_ZIP, ChosenValues, covers, is_compound, parts_of
from onboarding.uploads.stored import StoredValue
from portal.problems import Problem, shown, storable
from programs.schema import Schema, state_of_zip, without_marks

_REFERENCE = "partner_reference"
STATE, ZIP = ".state_or_province_code", ".postal_code"
_LISTED = re.compile(r"[;,]")
_LAST_NAME = re.compile(r"\b(?:last|family)\b|surname", re.IGNORECASE)


class RowAssembler:
    """Makes the cells of a row, as the sheet has them, into cells by field key. One for a layout.

    A value that holds for every row fills the blank cells of the field's column, if it has one. suffix: what is put
    behind each reference.
    """

    def __init__(
        self,
        columns: Mapping[int, str],
        constants: Mapping[str, str],
        schema: Schema,
        *,
        headers: Sequence[str] = (),
        values: ChosenValues | None = None,
        suffix: str = "",
    ) -> None:
        by_key: dict[str, list[int]] = {}
        for index, target in sorted(columns.items()):
            for part in parts_of(target):
                if is_compound(part) or schema.knows(part):
                    by_key.setdefault(part, []).append(index)
        self._schema, self._suffix = schema, suffix
        known = {key: text for key, text in constants.items() if schema.knows(key)}
        self._constants: dict[str, object] = {key: text for key, text in known.items() if text != FROM_ZIP}
        self._from_zip = [key for key, text in known.items() if text == FROM_ZIP]
        self._values = {key: texts for key, texts in (values or {}).items() if schema.knows(key)}
        self._compounds = [(indexes[0], key) for key, indexes in by_key.items() if is_compound(key)]
        plain = {key: indexes[0] for key, indexes in by_key.items() if len(indexes) == 1 and not is_compound(key)}
        self._texts = [index for key, index in plain.items() if schema.column(key).type == "text"]
        self._keys = tuple(plain)
        self._pick = itemgetter(*plain.values()) if len(plain) > 1 else lambda row: [row[at] for at in plain.values()]
        self._shared = [
            (key, _in_order(schema, key, indexes, headers))
            for key, indexes in by_key.items()
            if len(indexes) > 1 and not is_compound(key)
        ]
        units = converted_units(columns, dict(enumerate(headers)), schema)
        self.units: Mapping[int, str] = units  # of the columns whose names have another unit than their field
        self._units = {key: units[index] for key, index in plain.items() if index in units}
        self._shared_units = {index: unit for index, unit in units.items() if index not in plain.values()}
        self.columns_of: dict[str, frozenset[int]] = {}  # every column that a key's value is made of
        for target, indexes in by_key.items():
            for part in covers(target):
                self.columns_of[part] = self.columns_of.get(part, frozenset()) | frozenset(indexes)
        self.column_of = {
            part: indexes[0] for key, indexes in sorted(by_key.items(), reverse=True) for part in covers(key)
        } | {key: indexes[0] for key, indexes in by_key.items() if not is_compound(key)}

    def cells(self, row: Sequence[Cell]) -> dict[str, object]:
        """The filled cells by field key; a cell that the file broke is its Problem."""
        cells = zip(self._keys, self._pick(row), strict=True)
        filled = {key: cell for key, cell in cells if cell is not None and (cell.__class__ is not str or cell.strip())}
        values: dict[str, object] = self._constants | filled
        if BrokenCell in map(type, values.values()):
            for key, cell in values.items():
                if isinstance(cell, BrokenCell):
                    values[key] = Problem(cell.code, key, cell.shown)
        for key, unit in self._units.items():
            if key in values:
                values[key] = with_unit(values[key], unit)
        for key, indexes in self._shared:
            self._share(values, key, [(index, self._with_unit(index, row[index])) for index in indexes])
        for index, target in self._compounds:
            self._take_apart(values, target, row[index])
        for key in self._from_zip:
            self._state_of_zip(values, key)
        for key, texts in self._values.items():
            self._choose(values, key, texts)
        if self._suffix and (reference := values.get(_REFERENCE)) and not isinstance(reference, Problem):
            values[_REFERENCE] = f"{plain_reference(reference)}{self._suffix}"
        return values

    def _with_unit(self, index: int, cell: Cell) -> Cell:
        return with_unit(cell, self._shared_units[index]) if index in self._shared_units else cell

    def shown(self, row: list[Cell]) -> list[Cell]:
        """The row to keep: of a date in a column of texts, the text that the sheet shows."""
        if ShownDate in map(type, row):
            for index in self._texts:
                if isinstance(cell := row[index], ShownDate) and cell.shown:
                    row[index] = cell.shown
        return row

    def _state_of_zip(self, values: dict[str, object], state: str) -> None:
        """The state of the row's zip code, unless the row names its state."""
        code = values.get(state.removesuffix(STATE) + ZIP)
        if state in values or code is None or isinstance(code, Problem):
            return
        read = self._schema.read(state.removesuffix(STATE) + ZIP, code)
        place = state_of_zip(read) if isinstance(read, str) else None
        if place:
            values[state] = place

    def _choose(self, values: dict[str, object], key: str, texts: Mapping[str, Mapping[str, str]]) -> None:
        """The choice that a person said a text means, there where the row is."""
        cell = values.get(key)
        if not isinstance(cell, str):
            return
        between = self._schema.joins(key) == "; "  # a list: each of its values has its own meaning
        parts = _LISTED.split(cell) if between else [cell]
        if texts.keys().isdisjoint(map(value_key, parts)):
            return
        state = state_in(values, self._schema)
        meant = [texts.get(value_key(part), {}) for part in parts]
        values[key] = "; ".join(
            by_state.get(state) or by_state.get("") or part for part, by_state in zip(parts, meant, strict=True)
        )

    def _share(self, values: dict[str, object], key: str, cells: Sequence[tuple[int, Cell]]) -> None:
        """Several columns for one field: texts are joined, lists add up, of other values there can be only one."""
        filled = [(index, cell) for index, cell in cells if cell is not None and cell != ""]
        if not filled:
            return
        broken = next((cell for _, cell in filled if isinstance(cell, BrokenCell)), None)
        texts = list(dict.fromkeys(" ".join(str(cell).split()) for _, cell in filled))
        if broken is not None:
            values[key] = Problem(broken.code, key, broken.shown)
        elif len(texts) == 1:
            values[key] = filled[0][1]
        elif self._schema.joins(key):
            values[key] = self._schema.joins(key).join(texts)
        else:
            columns = " and ".join(column_letters(index) for index, _ in filled)
            values[key] = Problem("COLUMNS_DISAGREE", key, shown(" / ".join(texts)), {"columns": columns})

    def _take_apart(self, values: dict[str, object], target: str, cell: Cell) -> None:
        """Several fields in one cell. A column of its own takes precedence."""
        if _is_blank(cell):
            return
        if isinstance(cell, BrokenCell):
            first = covers(target)[0]
            values.setdefault(first, Problem(cell.code, first, cell.shown))
            return
        parts: Mapping[str, object] = parts_in(target, str(cell), self._schema)
        if not parts:
            problem = not_apart(target, cell)
            parts = {problem.field: problem}
        for key, part in parts.items():
            values.setdefault(key, part)


def plain_reference(cell: object) -> str:
    """A cell with a reference as one line of text, without the marks of a text; a whole number as its digits."""
    if isinstance(cell, float) and cell.is_integer():
        cell = int(cell)
    text = storable(" ".join(str(cell).split()))
    return without_marks(text) or text


def value_key(text: str) -> str:
    """What a text is remembered by when a person says which choice it means: no case, single spaces."""
    return " ".join(text.split()).casefold()


def state_in(cells: Mapping[str, object], schema: Schema) -> str:
    """The state that a row is in, as two letters; "" when it names none."""
    key = f"customer{STATE}"
    cell = cells.get(key)
    state = schema.read(key, cell) if schema.knows(key) and cell is not None and not isinstance(cell, Problem) else ""
    return state if isinstance(state, str) else ""


def _is_blank(cell: Cell) -> bool:
    return cell is None or (cell.__class__ is str and not str(cell).strip())


def _in_order(schema: Schema, key: str, indexes: Sequence[int], headers: Sequence[str]) -> list[int]:
    """The columns in the order of the field's other names: first name before last name, whatever their order in the
    sheet."""
    names = [normalized(name) for name in (key, schema.column(key).label, *schema.column(key).aliases)]

    def place(index: int) -> int:
        name = normalized(headers[index]) if index < len(headers) else ""
        if name in names:
            return names.index(name)
        return len(names) + (1 if _LAST_NAME.search(headers[index] if index < len(headers) else "") else 0)

    return sorted(indexes, key=lambda index: (place(index), index))


def stored_cell(cell: Cell) -> StoredValue:
    """A cell as JSON that every database takes: no NUL, dates as ISO text, a broken cell as shown."""
    if isinstance(cell, BrokenCell):
        cell = cell.shown
    if isinstance(cell, str):
        return storable(cell)
    return cell.isoformat() if isinstance(cell, date) else cell
