"""Good rows on disk, apart by meter, so that each part fits into memory and holds whole series."""

from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from .refusals import too_long
from .rows import ROW

_ROWS_A_PART: Final = 300_000
_MOST_PARTS: Final = 256
_BYTES_A_ROW: Final = 60  # of a text, at the least
_MOST_OF_ONE: Final = 1_200_000  # twice the quarter-hours since 2010


class Spool:
    """Files of rows in a folder, one for each part; a meter's rows are all in the part of its number."""

    def __init__(self, folder: Path, *, text_bytes: int, meters: int) -> None:
        self._folder = folder
        parts = min(max(text_bytes // _BYTES_A_ROW // _ROWS_A_PART, 1), _MOST_PARTS)
        self._files = [(folder / f"{part:03}.rows").open("wb") for part in range(parts)]
        self._counts = np.zeros(meters, np.int64)

    def add(self, rows: NDArray[np.void]) -> None:
        """Put each row into its part. Raises FileRefused when one meter has more than there can be."""
        if not len(rows):
            return
        self._counts += np.bincount(rows["meter"], minlength=len(self._counts))
        if self._counts.max() > _MOST_OF_ONE:
            raise too_long("one meter has more rows than there are quarter-hours.")
        part = rows["meter"] % len(self._files)
        order = np.argsort(part, kind="stable")
        rows, part = rows[order], part[order]
        begins = np.flatnonzero(np.diff(part, prepend=-1))
        for begin, end in zip(begins, [*begins[1:], len(rows)], strict=True):
            self._files[part[begin]].write(rows[begin:end].tobytes())

    def meters(self) -> list[int]:
        """The numbers of the meters that have rows."""
        return [int(number) for number in np.flatnonzero(self._counts)]

    def close(self) -> list[Path]:
        """The parts, in order."""
        for file in self._files:
            file.close()
        return [Path(file.name) for file in self._files]


def load(path: Path) -> NDArray[np.void]:
    """The rows of a part."""
    return np.fromfile(path, ROW)
