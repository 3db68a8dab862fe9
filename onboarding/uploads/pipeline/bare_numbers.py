"""Numbers of files without number formats, where every digit counts: a reference, an account, a serial number."""

from collections.abc import Mapping, Sequence
from typing import Final

from onboarding.spreadsheets.cells import Cell
from onboarding.spreadsheets.whole import KINDS
from portal.problems import Problem
from programs.schema import Schema

CODE: Final = "NUMBER_WITHOUT_FORMAT"
_REFERENCES = ("partner_reference", "_customer_reference")


class Numbers:
    """Stops the cells of one file that are numbers in such columns.

    kind: of the file (BookFacts.kind). suffixed: field key to the column whose cells get something put behind them.
    """

    def __init__(self, schema: Schema, kind: str, suffixed: Mapping[str, int]) -> None:
        is_meant = kind in KINDS
        self._suffixed = suffixed
        self._kind = kind
        self._labels = {
            column.key: column.label
            for column in schema.columns
            if is_meant and (column.type == "identifier" or column.key.endswith(_REFERENCES))
        }

    def stopped(self, cells: dict[str, object], row: Sequence[Cell]) -> dict[str, object]:
        """The cells of a row by field key, with a problem instead of each such number, which proposes its digits.

        row: the same as the sheet has them.
        """
        for key in self._labels.keys() & cells.keys():
            cell = row[self._suffixed[key]] if key in self._suffixed else cells[key]
            if isinstance(cell, int | float) and not isinstance(cell, bool):
                shown = str(cells[key])
                facts = {"label": self._labels[key], "kind": self._kind, "suggestion": shown}
                cells[key] = Problem(CODE, key, shown, facts)
        return cells
