"""The errors of a file: all of them counted, the first of them kept."""

from pathlib import Path
from typing import Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

KEPT: Final = 100_000
_LISTED: Final = 5_000_000  # numbers of bad lines
COLUMNS: Final = ("line", "column", "code", "message")


class Faults:
    """line: of the file. column: of the layout, "" for a whole line. code: as published. message: a sentence."""

    def __init__(self) -> None:
        self.counts: dict[tuple[str, str], int] = {}
        self._kept: list[pl.DataFrame] = []
        self._room = KEPT
        self._lines: list[NDArray[np.int64]] = []
        self._listed = 0
        self.bad = 0

    def add(self, lines: pl.Series, column: str, code: str, messages: pl.Series) -> None:
        """Errors of one code in one column: a line and a sentence for each."""
        if not len(lines):
            return
        key = (column, code)
        self.counts[key] = self.counts.get(key, 0) + len(lines)
        if self._room:
            kept = pl.DataFrame({"line": lines, "message": messages}).head(self._room)
            self._room -= kept.height
            self._kept.append(
                kept.select("line", pl.lit(column).alias("column"), pl.lit(code).alias("code"), "message")
            )

    def add_one(self, line: int, column: str, code: str, message: str) -> None:
        self.add(pl.Series([line], dtype=pl.Int64), column, code, pl.Series([message]))

    def add_bad_lines(self, lines: NDArray[np.int64]) -> None:
        """Numbers of lines that have one error or more; each line once."""
        self.bad += len(lines)
        if self._listed < _LISTED:
            self._lines.append(lines)
            self._listed += len(lines)

    @property
    def count(self) -> int:
        return sum(self.counts.values())

    @property
    def bad_lines(self) -> NDArray[np.int64]:
        """The numbers of bad lines, sorted."""
        return np.unique(np.concatenate([np.empty(0, np.int64), *self._lines]))

    def summary(self) -> list[dict[str, object]]:
        """[{column, code, count}], the most frequent first."""
        ordered = sorted(self.counts.items(), key=lambda item: (-item[1], item[0]))
        return [{"column": column, "code": code, "count": count} for (column, code), count in ordered]

    def write(self, path: Path) -> None:
        """Those that are kept as CSV, by line."""
        empty = pl.DataFrame(schema={"line": pl.Int64, "column": pl.String, "code": pl.String, "message": pl.String})
        pl.concat([empty, *self._kept]).sort("line", maintain_order=True).write_csv(path, quote_style="non_numeric")
