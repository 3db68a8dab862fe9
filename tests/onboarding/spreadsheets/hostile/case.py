"""What one hostile file is: how it is made and what must come of it."""

import datetime
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from onboarding.spreadsheets.cells import BrokenCell

Cells = list[list[str | int | float | bool | datetime.date | BrokenCell | None]]


@dataclass(frozen=True, slots=True)
class Case:
    """One file. `answer`: the code that refuses it, "" when it is read; then `cells` (or only their number, `count`).

    notes: the codes that must be mentioned. limits: those of the reading that differ from the usual ones.
    memory_mib: what the reading may take at most; seconds: of processor time (a machine whose
    cores are shared counts twice as many as a quiet one; a file that hangs the reader uses all that it may).
    """

    name: str
    make: Callable[[], bytes]
    answer: str = ""
    file_name: str = "meters.xlsx"
    cells: Cells | None = None
    count: int | None = None
    notes: tuple[str, ...] = ()
    limits: Mapping[str, int] = field(default_factory=dict)
    memory_mib: int = 160
    seconds: float = 60.0
