"""Numbers of files without number formats, where every digit counts: a reference, an account, a serial number."""

from typing import Final

from onboarding.spreadsheets.whole import KINDS
from portal.problems import Problem
from programs.schema import Schema

CODE: Final = "NUMBER_WITHOUT_FORMAT"
_REFERENCES = ("partner_reference", "_customer_reference")


class Numbers:
    """Stops the cells of one file that are numbers in such columns. kind: of the file (BookFacts.kind)."""

    def __init__(self, schema: Schema, kind: str) -> None:
        is_meant = kind in KINDS
        self._kind = kind
        self._labels = {
            column.key: column.label
            for column in schema.columns
            if is_meant and (column.type == "identifier" or column.key.endswith(_REFERENCES))
        }

    def stopped(self, cells: dict[str, object]) -> dict[str, object]:
        """The cells of a row by field key, with a problem instead of each such number, which proposes its digits."""
        for key in self._labels.keys() & cells.keys():
            cell = cells[key]
            if isinstance(cell, int | float) and not isinstance(cell, bool):
                shown = str(cell)
                facts = {"label": self._labels[key], "kind": self._kind, "suggestion": shown}
                cells[key] = Problem(CODE, key, shown, facts)
        return cells
