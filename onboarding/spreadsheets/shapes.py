"""Rows in the plain form that every program writes, read by pattern instead of by an XML parser.

A pattern here accounts for every character of a row: no entity but XML's own, no comment, no carriage return, no
control character, no attribute that it does not know. So a match reads the row as expat would, and what does not match
is left to expat. From the rows seen so far one pattern for a whole row is learned (each column with the forms that its
cells take); it is five times faster than going cell by cell.
"""

import re
from collections.abc import Sequence

from .cells import column_index
from .conversion import CellParts, PlannedCell
from .texts import PLAIN_TEXT as _TEXT
from .texts import unescape

_CELL = re.compile(
    r'<c r="([A-Z]{1,3})([0-9]{1,7})"(?: s="([0-9]{1,6})")?(?: t="([a-zA-Z]{1,9})")?'
    rf"(?:/>|>(<f(?: [^<>&]*)?(?:/>|(?<!/)>{_TEXT}</f>))?"
    rf'(?:<v>({_TEXT})</v>|<is><t(?: xml:space="preserve")?>({_TEXT})</t></is>)?</c>)'
)
_GROUPS = _CELL.groups + 1
ROW_ATTRIBUTES = r'\s+r="([0-9]{1,7})"((?:\s+[\w:]+="[^"<>&]*")*+)\s*'
_FORMS_PER_COLUMN = 6
_MOST_COMPILED = 10

# style, type, kind of content: "v", "fv" (a formula and its value), "is", "" (a cell without content)
Form = tuple[str | None, str | None, str]


def plain_cells(body: str) -> list[CellParts] | None:
    """The cells of a row's content, None if a single character of it is not accounted for."""
    parts = _CELL.split(body)
    if any(parts[0::_GROUPS]):
        return None
    if "&" in body:
        parts = [unescape(part) if part is not None and "&" in part else part for part in parts]
    return list(zip(*(parts[group::_GROUPS] for group in range(1, _GROUPS)), strict=True))


class RowShape:
    """What the rows of this sheet look like, learned on the way. `match` is None as long as nothing is known."""

    def __init__(self, max_columns: int) -> None:
        self.pattern: re.Pattern[str] | None = None
        self.plan: list[PlannedCell] = []
        self.width = 0
        self._max_columns = max_columns
        self._columns: dict[int, list[Form]] = {}
        self._letters: dict[int, str] = {}
        self._changed = False
        self._missed = 0
        self._compiled = 0
        self._next = 1

    def learn(self, cells: Sequence[CellParts]) -> None:
        """A row that the pattern did not match: remember its cells' forms, and compile again now and then.

        The pauses between two compilations double, so that a sheet of many shapes costs little more than without.
        """
        self._missed += 1
        for letters, _, style, kind, formula, value, inline in cells:
            index = column_index(letters)
            forms = self._columns.setdefault(index, [])
            content = "is" if inline is not None else "" if value is None else "v" if formula is None else "fv"
            form = (style, kind, content)
            plain = formula is None or content == "fv"
            if plain and form not in forms and len(forms) < _FORMS_PER_COLUMN and index < self._max_columns:
                forms.append(form)
                self._letters[index] = letters
                self._changed = True
        if self._changed and self._missed >= self._next and self._compiled < _MOST_COMPILED:
            self._compile()

    def _compile(self) -> None:
        plan: list[PlannedCell] = []
        pieces = [rf"<row{ROW_ATTRIBUTES}>"]
        for index in sorted(self._columns):
            if self._columns[index]:
                forms = "|".join(self._form(index, form, plan) for form in self._columns[index])
                pieces.append(rf'(?:<c r="{self._letters[index]}\1"(?:{forms}))?+')
        pieces.append("</row>")
        self.pattern = re.compile("".join(pieces))
        self.plan, self.width = plan, max(self._columns, default=-1) + 1
        self._changed = False
        self._compiled += 1
        self._next = self._missed * 2

    @staticmethod
    def _form(index: int, form: Form, plan: list[PlannedCell]) -> str:
        style, kind, content = form
        head = (f' s="{style}"' if style is not None else "") + (f' t="{kind}"' if kind is not None else "")
        if content == "":
            return f"{head}(?:/>|></c>)"
        plan.append((index, "is" if content == "is" else None if kind == "n" else kind, style))
        if content == "is":
            return rf'{head}><is><t(?: xml:space="preserve")?+>({_TEXT})</t></is></c>'
        if content == "fv":  # a value of at least one character: a formula without one is another story
            return rf"{head}><f>{_TEXT}</f><v>((?!<){_TEXT})</v></c>"
        return rf"{head}><v>({_TEXT})</v></c>"
