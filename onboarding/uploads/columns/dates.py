"""Whether a column of dates has the day or the month first, decided by the whole column."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Final

from programs.schema import Schema, reading_of

Votes = dict[str, dict[str, int]]  # field key to how many dates can be read as "mdy" only, as "dmy" only, as "both"
_FEW: Final = 3  # of so many dates, at most one tells that the day is first: it is the odd one


def add_votes(votes: Mapping[str, Mapping[str, int]], schema: Schema, rows: Sequence[Mapping[str, object]]) -> Votes:
    """The votes, with those of these rows (cells by field key)."""
    merged = {key: Counter(counts) for key, counts in votes.items()}
    for key in schema.date_keys:
        for row in rows:
            cell = row.get(key)
            if isinstance(cell, str) and cell[4:5] != "-" and (reading := reading_of(cell)):
                merged.setdefault(key, Counter())[reading] += 1
    return {key: dict(counts) for key, counts in merged.items()}


def orders_of(votes: Mapping[str, Mapping[str, int]]) -> dict[str, str]:
    """The order of each column that tells it. The others are asked about, date by date."""
    orders = {key: _order(Counter(counts)) for key, counts in votes.items()}
    return {key: order for key, order in orders.items() if order}


def _order(counts: Counter[str]) -> str:
    """Day first only when most of what can tell says so, and when it is more than a few of all dates."""
    us, other, unclear = counts["mdy"], counts["dmy"], counts["both"]
    is_odd = other * _FEW < unclear
    if us > 2 * other or (us >= other and us and is_odd) or (other == 1 and is_odd):
        return "mdy"
    return "dmy" if other > 2 * us and not is_odd else ""


def is_split(counts: Mapping[str, int]) -> bool:
    """Whether some of a column's dates can be read in one order only, and some in the other."""
    return bool(counts.get("mdy") and counts.get("dmy"))
