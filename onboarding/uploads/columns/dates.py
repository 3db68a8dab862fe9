"""Whether a column of dates has the day or the month first, decided by the whole column."""

import re
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from programs.schema import Schema

if TYPE_CHECKING:
    from onboarding.uploads.source import SourceRow

_SLASHED = re.compile(r"\s*(\d{1,2})[-/.](\d{1,2})[-/.](?:\d{4}|\d{2})\b")
_ORDERS = ("mdy", "dmy")


def add_votes(votes: Mapping[str, Sequence[int]], schema: Schema, rows: "Sequence[SourceRow]") -> dict[str, list[int]]:
    """Count the dates of each column that can only be read in one order: field key to [month first, day first]."""
    counted = {key: list(counts) for key, counts in votes.items()}
    for key in schema.date_keys:
        for row in rows:
            cell = row.cells.get(key)
            if not isinstance(cell, str) or cell[4:5] == "-":
                continue
            found = _SLASHED.match(cell)
            if found is None:
                continue
            first, second = int(found[1]), int(found[2])
            if (first > 12) != (second > 12):
                counted.setdefault(key, [0, 0])[1 if first > 12 else 0] += 1
    return counted


def orders_of(votes: Mapping[str, Sequence[int]]) -> dict[str, str]:
    """The order of each column whose dates agree on one."""
    return {
        key: _ORDERS[0] if month_first else _ORDERS[1]
        for key, (month_first, day_first) in votes.items()
        if bool(month_first) != bool(day_first)
    }
