"""Any table, once read: where its header is, which row holds keys, and rows cut to the header's width."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain
from typing import Any, Protocol

from . import problems
from .cells import RawRow, column_letters
from .limits import Limits
from .problems import Unreadable

_KEY = re.compile(r"(?:data\.)?[a-z][a-z0-9_]*(?:\.[a-z0-9_]+)*")
_BLANKS = re.compile(r"\s+")


class Table(Protocol):
    """What a file of any kind offers."""

    kind: str

    def rows(self) -> Iterator[RawRow]: ...
    def facts(self) -> dict[str, Any]: ...
    def notes(self) -> list[tuple[str, dict[str, Any]]]: ...
    def check_layout(self, first_row: int, width: int) -> None: ...
    def hidden_columns(self, width: int) -> list[str]: ...


@dataclass(frozen=True, slots=True)
class Layout:
    """header: one text per column, "" where there is none; labels the same, empty when there is no key row.

    header_row and label_row are the sheet's own row numbers.
    """

    header: tuple[str, ...]
    header_row: int
    labels: tuple[str, ...] = ()
    label_row: int | None = None


def find_layout(rows: Iterator[RawRow], limits: Limits, sheet: str) -> tuple[Layout, Iterator[RawRow]]:
    """The first filled row is the header; if the next one holds keys (dot paths), that is the header and the first
    its labels. Returns the rows below too.

    Refuses: FILE_NO_HEADER, FILE_NO_ROWS, FILE_DUPLICATE_HEADER, FILE_TOO_MANY_COLUMNS.
    """
    first = next(rows, None)
    if first is None:
        raise Unreadable(problems.FILE_NO_HEADER, sheet=sheet)
    labels, second = _texts(first), next(rows, None)
    keys = _texts(second) if second is not None else ()
    if second is not None and is_key_row(keys, labels):
        width = max(len(labels), len(keys))
        labels = labels + ("",) * (width - len(labels))
        merged = tuple(keys[index] if index < len(keys) and keys[index] else labels[index] for index in range(width))
        layout = Layout(merged, second[0], labels, first[0])
        second = next(rows, None)
    else:
        layout = Layout(labels, first[0])
    if len(layout.header) > limits.max_columns:
        cell = f"{column_letters(len(layout.header) - 1)}{layout.header_row}"
        raise Unreadable(problems.FILE_TOO_MANY_COLUMNS, limit=limits.max_columns, cell=cell)
    _refuse_duplicates(layout)
    if second is None:
        raise Unreadable(problems.FILE_NO_ROWS, sheet=sheet)
    return layout, chain([second], rows)


def is_key_row(keys: tuple[str, ...], labels: tuple[str, ...]) -> bool:
    """Whether a row below the labels holds field keys: all of them dot paths, most of them no plain words, at least
    half of the labels answered; and the labels are not keys themselves."""
    filled = [key for key in keys if key]
    if not filled or not all(_KEY.fullmatch(key) for key in filled):
        return False
    telling = sum("_" in key or "." in key for key in filled)
    labelled = [label for label in labels if label]
    if len(filled) * 2 < len(labelled) or telling * 2 < len(filled):
        return False
    return not all(_KEY.fullmatch(label) for label in labelled)


def _texts(row: RawRow) -> tuple[str, ...]:
    cells: list[Any] = list(row[1])
    for special in row[2]:
        cells[special[0]] = special[-1]
    shown = ["" if cell is None else " ".join(str(cell).split()) for cell in cells]
    while shown and not shown[-1]:
        shown.pop()
    return tuple(shown)


def _refuse_duplicates(layout: Layout) -> None:
    seen: dict[str, int] = {}
    for index, text in enumerate(layout.header):
        same = _BLANKS.sub(" ", text).strip().casefold()
        if not same:
            continue
        if same in seen:
            columns = [column_letters(seen[same]), column_letters(index)]
            raise Unreadable(problems.FILE_DUPLICATE_HEADER, header=text[:120], columns=columns, row=layout.header_row)
        seen[same] = index


class Fitter:
    """Cuts rows to the header: pads short ones, and remembers filled columns that have no header."""

    def __init__(self, layout: Layout) -> None:
        self._width = len(layout.header)
        self._blank = [index for index, text in enumerate(layout.header) if not text]
        self.unnamed: set[int] = set()

    def fit(self, row: RawRow) -> RawRow | None:
        """The row at the header's width; None when nothing of it stands under a header."""
        number, cells, specials = row
        width, length = self._width, len(cells)
        if length < width:
            cells.extend([None] * (width - length))
        elif length > width:
            specials = self._cut(cells, specials)
        if self._blank:
            specials = self._clear_blank(cells, specials)
        if (length > width or self._blank) and not specials and not any(cell is not None for cell in cells):
            return None
        return number, cells, specials

    def _cut(self, cells: list[Any], specials: list[Any]) -> list[Any]:
        width = self._width
        special = {one[0] for one in specials}
        self.unnamed.update(i for i in range(width, len(cells)) if cells[i] is not None or i in special)
        del cells[width:]
        return [one for one in specials if one[0] < width]

    def _clear_blank(self, cells: list[Any], specials: list[Any]) -> list[Any]:
        special = {one[0] for one in specials}
        for index in self._blank:
            if cells[index] is not None or index in special:
                self.unnamed.add(index)
                cells[index] = None
        return [one for one in specials if one[0] not in self.unnamed]

    def unnamed_letters(self) -> list[str]:
        """Letters of the filled columns that have no header."""
        return [column_letters(index) for index in sorted(self.unnamed)]
