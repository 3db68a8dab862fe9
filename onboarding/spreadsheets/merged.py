"""Merged cells: those of the header are no table, those of the rows below it concern their own rows alone. Pure."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from . import problems
from .cells import column_index
from .limits import LAST_COLUMN
from .problems import Unreadable

_SHOWN_RANGES = 20
_MOST_AREAS: Final = 1_000  # of one table; a sheet with more is laid out for the eye
_AREA = re.compile(r"\$?([A-Z]{1,3})\$?(\d{1,7}):\$?([A-Z]{1,3})\$?(\d{1,7})")


@dataclass(frozen=True, slots=True)
class Area:
    """A merged area: its rows (from 1) and columns (from 0), first and last, and its name, "B2:C2"."""

    first: int
    last: int
    left: int
    right: int
    name: str


def areas_of(names: Iterable[str]) -> list[Area]:
    """The areas of these names that hold more than one cell, by their rows; what is no name of an area is none."""
    areas = (_area(name) for name in names)
    return sorted((area for area in areas if area is not None), key=lambda area: (area.first, area.left))


def refuse_merged(areas: Sequence[Area], first_row: int, width: int) -> None:
    """Refuse areas that touch a table of this width from its first row on (FILE_MERGED_CELLS)."""
    touching = [area.name for area in areas if area.last >= first_row and area.left < width <= LAST_COLUMN]
    if touching:
        raise Unreadable(problems.FILE_MERGED_CELLS, ranges=touching[:_SHOWN_RANGES], count=len(touching))


class MergedRows:
    """Which rows of a table have merged cells.

    header_row: its number; an area that begins in it is refused, while one that ends in it from above is a name that
    was written over two rows. Refuses FILE_MERGED_CELLS.
    """

    def __init__(self, areas: Sequence[Area], first_row: int, header_row: int, width: int) -> None:
        header = [area for area in areas if first_row <= area.first <= header_row]
        below = [area for area in areas if area.first > header_row and area.left < width]
        refuse_merged(areas if len(below) > _MOST_AREAS else header, first_row, width)
        self._ahead = below[::-1]
        self._open: list[Area] = []

    def names_in(self, number: int) -> list[str]:
        """The names of the areas that a row is part of. To be asked for the rows in their order."""
        if not self._ahead and not self._open:
            return []
        while self._ahead and self._ahead[-1].first <= number:
            self._open.append(self._ahead.pop())
        self._open = [area for area in self._open if area.last >= number]
        return [area.name for area in self._open][:_SHOWN_RANGES]


def _area(name: str) -> Area | None:
    match = _AREA.fullmatch(name)
    if match is None or (match[1] == match[3] and match[2] == match[4]):
        return None
    left, right = sorted((column_index(match[1]), column_index(match[3])))
    return Area(int(match[2]), int(match[4]), left, right, name)
