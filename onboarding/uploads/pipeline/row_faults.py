"""What is said of a row as a whole, kept among its cells under a key of its own."""

from collections.abc import Mapping, Sequence
from typing import Final

from onboarding.spreadsheets.cells import RowFault
from portal.problems import Problem, shown

ROW: Final = ""  # no field has this key
NOT_A_METER: Final = "NOT_A_METER"  # the code of rows that are no meters, such as totals
AS_IT_IS: Final = "as it is"  # written there by somebody who wants the row to be taken as it was read


def with_faults(cells: dict[str, object], faults: Sequence[RowFault]) -> dict[str, object]:
    """The cells of a row, and what the reader says of the row."""
    return {**cells, ROW: Problem(faults[0].code, ROW, "", dict(faults[0].context))} if faults else cells


def no_meter(cells: dict[str, object], kind: str, text: str) -> dict[str, object]:
    """The cells of a row that is no meter, with what it is."""
    return {**cells, ROW: Problem(NOT_A_METER, ROW, shown(text), {"kind": kind})}


def fault_in(cells: Mapping[str, object]) -> Problem | None:
    """What is wrong with the row as a whole, unless somebody took it as it is."""
    fault = cells.get(ROW)
    return fault if isinstance(fault, Problem) else None
