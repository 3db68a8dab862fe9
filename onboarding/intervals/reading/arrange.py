"""A part in order: each quarter-hour of each meter once."""

from typing import Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

from .facts import MeterFacts
from .faults import Faults
from .layouts import START, UNCATEGORISED
from .rows import differ

_TWICE: Final = "Lines {} and {} give different values for the same quarter-hour of the same meter."
_LOCAL: Final = " Clocks were set back in this hour, so these look like local times. Send times in UTC."


def arrange(rows: NDArray[np.void], facts: MeterFacts, faults: Faults) -> tuple[NDArray[np.void], int]:
    """The rows by meter and start, and how many were there again with the same values, which are left out.

    Those with different values for one quarter-hour are all errors, and left out: nobody can say which is meant.
    """
    key = (rows["meter"].astype(np.int64) << 32) + rows["start"]
    order = np.argsort(key, kind="stable")
    rows, key = rows[order], key[order]
    is_first = np.ones(len(rows), bool)
    is_first[1:] = key[1:] != key[:-1]
    if is_first.all():
        return rows, 0
    first = np.maximum.accumulate(np.where(is_first, np.arange(len(rows)), 0))
    differs = differ(rows, rows[first])
    is_conflict = np.zeros(len(rows), bool)
    is_conflict[first[differs]] = True
    is_conflict = is_conflict[first]
    _tell(rows[differs], rows[first[differs]], facts, faults)
    faults.add_bad_lines(rows["line"][is_conflict].astype(np.int64))
    repeated = ~is_first & ~is_conflict
    return rows[is_first & ~is_conflict], int(repeated.sum())


def _tell(rows: NDArray[np.void], others: NDArray[np.void], facts: MeterFacts, faults: Faults) -> None:
    if not len(rows):
        return
    messages = pl.select(
        pl.format(_TWICE, pl.Series(others["line"]), pl.Series(rows["line"]))
        + pl.when(pl.Series(facts.are_put_back(rows["meter"], rows["start"])))
        .then(pl.lit(_LOCAL))
        .otherwise(pl.lit(""))
    ).to_series()
    faults.add(pl.Series(rows["line"].astype(np.int64)), START, UNCATEGORISED, messages)
