"""Rows of a table that are none of its records: repeated headers, group headings, totals, units, notes below it.

Pure. Each kind needs several signs, since a real record must never be taken for one of them.
"""

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Final

from .cells import BrokenCell, Cell
from .headers import GROUP_MARK, normalized, own_name
from .problems import FORMULA_WITHOUT_VALUE
from .units import is_unit

HEADER_AGAIN: Final = "the column names again"
TOTAL: Final = "a total"
GROUP: Final = "the heading of a group"
UNITS: Final = "a row of units"
NOTE: Final = "a note beside the table"
LEGEND: Final = "a row that says what each column needs"

_FEWEST_COLUMNS = 4  # in a narrower table, a row with one filled cell can be a record
_TOTAL = re.compile(
    r"(?:grand|sub|page|running|overall)?[\s-]*totals?\b.*|.*\b(?:sub|grand )?-?totals?\s*:?"
    r"|(?:sums?|averages?|avg|mean|counts?)\s*:?",
    re.IGNORECASE,
)
_NOTE = re.compile(
    r"(?:prepared|generated|created|exported|printed|compiled|reviewed|approved|updated)\s+(?:by|on|at|from|with)\b"
    r"|page\s+\d+|notes?\s*:|source\s*:|end of\b|last updated|as of\b|confidential|copyright|©|\*",
    re.IGNORECASE,
)
_NUMBER_LIKE = re.compile(r"[-+]?[$€]?[\d.,]+\s*%?")
_NO_VALUES = frozenset({"-", "–", "#", "text", "date", "number", "string", "unit", "units"})
_LEGEND = frozenset({"required", "optional", "mandatory", "conditional", "recommended", "required*", "if applicable"})
_DATE_FORM = re.compile(r"[mdy]{1,4}(?:[/. -][mdy]{1,4}){2}", re.IGNORECASE)


class ExtraRows:
    """Tells the rows of one table that are none of its records.

    header: the names of the columns. reference: the columns that hold the record's own name. numeric: those that hold
    amounts. updates: whether a row may hold nothing but the name of a record that exists. device, called: the columns
    of the one device of each row that is read, and what it is called; a row without it is none of its records.
    """

    def __init__(
        self,
        header: Sequence[str],
        *,
        reference: Collection[int],
        numeric: Collection[int],
        updates: bool,
        device: Iterable[int] = (),
        called: str = "",
    ) -> None:
        self._names = [normalized(own_name(text)) for text in header]
        self._groups = {normalized(text.rpartition(GROUP_MARK)[0]) for text in header} - {""}
        self._named = sum(1 for name in self._names if name)
        self._first = next((index for index, name in enumerate(self._names) if name), 0)
        self._device, self._called = tuple(device), called
        self._reference, self._numeric, self._updates = frozenset(reference), frozenset(numeric), updates

    def kind_of(self, cells: Sequence[Cell]) -> str:
        """What a row is, as words for a sentence; "" for a record. Full rows cost one look."""
        if self._device and all(cells[index] is None or cells[index] == "" for index in self._device):
            return f"a row without {self._called}"
        blanks = cells.count(None)
        filled_share = len(cells) - blanks
        first = cells[self._first]
        if filled_share * 2 > self._named and not (isinstance(first, str) and self._may_explain(first)):
            return ""
        filled = {index: cell for index, cell in enumerate(cells) if cell is not None and cell != ""}
        if not filled or self._named < 2:
            return ""
        texts = {index: cell.strip() for index, cell in filled.items() if isinstance(cell, str)}
        texts = {index: text for index, text in texts.items() if not _NUMBER_LIKE.fullmatch(text)}
        if self._repeats_header(filled, texts) or self._repeats_groups(filled, texts):
            return HEADER_AGAIN
        if len(filled) > 1 and all(text.casefold() in _LEGEND for text in texts.values()) and len(texts) == len(filled):
            return LEGEND
        if len(filled) * 2 > self._named:
            return ""
        if len(texts) == len(filled) and self._is_units(texts):
            return UNITS
        if self._is_total(filled, texts):
            return TOTAL
        return self._kind_of_few(filled, texts)

    def _may_explain(self, first: str) -> bool:
        return self._is_name(self._first, first) or first.strip().casefold() in _LEGEND

    def _is_name(self, index: int, text: str) -> bool:
        return normalized(text) == self._names[index]

    def _repeats_header(self, filled: Mapping[int, Cell], texts: dict[int, str]) -> bool:
        same = sum(1 for index, text in texts.items() if self._names[index] and self._is_name(index, text))
        return same >= 2 and same * 5 >= len(filled) * 4 and same * 2 >= self._named

    def _repeats_groups(self, filled: Mapping[int, Cell], texts: Mapping[int, str]) -> bool:
        return 2 <= len(filled) == len(texts) and all(normalized(text) in self._groups for text in texts.values())

    def _is_units(self, texts: dict[int, str]) -> bool:
        units = sum(1 for text in texts.values() if is_unit(text))
        others = [text for text in texts.values() if not is_unit(text)]
        return units > 0 and all(text.casefold() in _NO_VALUES or _DATE_FORM.fullmatch(text) for text in others)

    def _is_total(self, filled: Mapping[int, Cell], texts: dict[int, str]) -> bool:
        """One text that says total, first, and nothing but amounts beside it; or amounts alone, without a name."""
        amounts = {index for index in filled if index not in texts}
        if any(isinstance(filled[index], bool) or not _is_amount(filled[index]) for index in amounts):
            return False
        if not texts:
            has_sums = any(isinstance(filled[index], BrokenCell) for index in amounts)
            return (len(amounts) >= 2 or has_sums) and amounts <= self._numeric
        if len(texts) != 1 or amounts & self._reference:
            return False
        ((index, text),) = texts.items()
        is_first = index == min(filled) or index in self._reference
        return is_first and len(text.split()) <= 6 and _TOTAL.fullmatch(text) is not None

    def _kind_of_few(self, filled: Mapping[int, Cell], texts: dict[int, str]) -> str:
        if self._named < _FEWEST_COLUMNS or len(filled) > 2 or not texts:
            return ""
        index = min(filled)
        text = texts.get(index, "")
        if _NOTE.match(text) and (len(filled) == 1 or text.endswith(":") or not self._reference & {*filled} - {index}):
            return NOTE
        if len(filled) > 1 or not text:
            return ""
        has_digit = any(character.isdigit() for character in text)
        if has_digit and index in self._reference and (self._updates or len(text.split()) < 2):
            return ""  # a record with nothing but its name
        return GROUP


def _is_amount(cell: Cell) -> bool:
    """Whether a cell is a number, or a formula that nobody has calculated, as sums are."""
    if isinstance(cell, BrokenCell):
        return cell.code == FORMULA_WITHOUT_VALUE
    return isinstance(cell, int | float) or (isinstance(cell, str) and _NUMBER_LIKE.fullmatch(cell.strip()) is not None)
