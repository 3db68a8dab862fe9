"""Any table, once read: where its header is, which row holds keys, and rows cut to the header's width."""

import re
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, islice
from typing import Final, Protocol

from . import problems
from .cells import ROW, RawRow, Scalar, Special, column_letters, shorten
from .headers import in_group, is_group, normalized
from .limits import Limits
from .merged import Area, MergedRows
from .problems import Unreadable

_KEY = re.compile(r"(?:data\.)?[a-z][a-z0-9_]*(?:\.[a-z0-9_]+)*")
_NUMBER_LIKE = re.compile(r"[-+]?[\d.,:/ -]+%?")
_VALUE = re.compile(r"@|\d{3}|^\d+ [A-Za-z]")  # jo@acme.com, home-001, 12 Elm St
TOP_ROWS: Final = 25  # among which the header is looked for
NO_HEADER: Final = 0  # as a header row: the table has none, and its columns are called A, B, C
_SHOWN_ROWS, _SHOWN_COLUMNS, _SHOWN_CHARACTERS = 12, 30, 60
_SHOWN_BEYOND = 10
_PEEKED_SHEETS = 20
METERS_SHEET: Final = "Meters"


class Table(Protocol):
    """What a file of any kind offers."""

    kind: str

    def rows(self) -> Iterator[RawRow]: ...
    def facts(self) -> dict[str, object]: ...
    def notes(self) -> list[tuple[str, dict[str, object]]]: ...
    def check_layout(self, first_row: int, width: int) -> None: ...
    def merged(self) -> Sequence[Area]: ...
    def hidden_columns(self, width: int) -> list[str]: ...


@dataclass(frozen=True, slots=True)
class Layout:
    """header: one text per column, "" where there is none; labels the same, empty when there is no key row.

    header_row, label_row and group_row (names of groups of columns, which the header then has too: "Utility › Name")
    are the sheet's own row numbers. top: the first filled rows, (number, texts), shortened.
    """

    header: tuple[str, ...]
    header_row: int
    labels: tuple[str, ...] = ()
    label_row: int | None = None
    group_row: int | None = None
    top: tuple[tuple[int, tuple[str, ...]], ...] = ()

    @property
    def first_row(self) -> int:
        """Where the table begins; rows above it are titles."""
        return self.label_row or self.header_row


def find_layout(
    rows: Iterator[RawRow],
    limits: Limits,
    sheet: str,
    *,
    names: Collection[str] = (),
    header_row: int | None = None,
    merged: Sequence[Area] = (),
) -> tuple[Layout, Iterator[RawRow]]:
    """Where the header is, and the rows below it.

    header_row: its row number, when somebody said so, or NO_HEADER; else the row with the most names that we know
    (`names`, normalised), else the first row as wide as the table that holds only texts. If the row below the header
    holds keys (dot paths), that is the header and the first its labels; if it goes on with names where the header has
    none, or names of groups, that is the header. merged: where cells are merged, as far as the file tells.
    Refuses: FILE_NO_HEADER, FILE_NO_ROWS, FILE_TOO_MANY_COLUMNS.
    """
    top = list(islice(rows, TOP_ROWS + 2))  # below a header in the last of them: its keys, and the first row
    texts = [_texts(row) for row in top]
    if header_row == NO_HEADER and top:
        width = max(map(len, texts))
        if width > limits.max_columns:
            cell = f"{column_letters(width - 1)}{top[0][0]}"
            raise Unreadable(problems.FILE_TOO_MANY_COLUMNS, limit=limits.max_columns, cell=cell)
        letters = tuple(map(column_letters, range(width)))
        return Layout(letters, NO_HEADER, top=_shown_top(top, texts)), chain(top, rows)
    at = _header_at(texts[:TOP_ROWS], frozenset(names)) if header_row is None else _row_at(top[:TOP_ROWS], header_row)
    if at is None:
        raise _why_not(problems.FILE_NO_HEADER, top, sheet)
    if header_row is None and _goes_on_below(top, texts, at, frozenset(names)):
        at += 1
    _refuse_stray_quote(top[at])
    labels, below = texts[at], at + 1
    if below < len(top) and is_key_row(texts[below], labels):
        keys = texts[below]
        width = max(len(labels), len(keys))
        labels = labels + ("",) * (width - len(labels))
        keyed = tuple(keys[index] if index < len(keys) and keys[index] else labels[index] for index in range(width))
        layout = Layout(keyed, top[below][0], labels, top[at][0], top=_shown_top(top, texts))
        below += 1
    else:
        groups = _groups_above(top, texts, at, merged)
        grouped = tuple(map(in_group, groups, _names_over_two_rows(texts, at))) if groups else labels
        group_row = top[at - 1][0] if groups else None
        layout = Layout(grouped, top[at][0], group_row=group_row, top=_shown_top(top, texts))
    if len(layout.header) > limits.max_columns:
        cell = f"{column_letters(len(layout.header) - 1)}{layout.header_row}"
        raise Unreadable(problems.FILE_TOO_MANY_COLUMNS, limit=limits.max_columns, cell=cell)
    if below >= len(top):
        raise _why_not(problems.FILE_NO_ROWS, top, sheet)
    return layout, chain(top[below:], rows)


def _why_not(code: str, top: Sequence[RawRow], sheet: str) -> Unreadable:
    """Why there is no table: a quote that never closes explains it better than a missing header or missing rows."""
    for row in top:
        _refuse_stray_quote(row)
    return Unreadable(code, sheet=sheet)


def _goes_on_below(top: Sequence[RawRow], texts: Sequence[tuple[str, ...]], at: int, names: frozenset[str]) -> bool:
    """Whether the row below goes on with names of columns: where this row has none, or what may be a group's."""
    if at + 1 >= len(texts) or top[at + 1][0] != top[at][0] + 1 or _names_in(texts[at + 1], names) < 2:
        return False
    width = max(len(texts[at]), len(texts[at + 1]))
    pairs = list(zip(_padded(texts[at], width), _padded(texts[at + 1], width), strict=True))
    if any(_NUMBER_LIKE.fullmatch(below) for _, below in pairs if below) or not any(not above for above, _ in pairs):
        return False
    return all(above if not below else not above or is_group(above) for above, below in pairs)


def _padded(texts: tuple[str, ...], width: int) -> tuple[str, ...]:
    return texts + ("",) * (width - len(texts))


def _groups_above(
    top: Sequence[RawRow], texts: Sequence[tuple[str, ...]], at: int, merged: Sequence[Area]
) -> list[str]:
    """The group of each column, when the row right above the header names groups of columns; else nothing.

    A group reaches as far as its cells are merged; where none are, to the next one.
    """
    if at == 0 or top[at - 1][0] != top[at][0] - 1:
        return []
    width = max(len(texts[at]), len(texts[at - 1]))
    header, above = _padded(texts[at], width), _padded(texts[at - 1], width)
    ends = {area.left: area.right for area in merged if area.first <= top[at - 1][0] <= area.last}
    groups: list[str] = []
    until = -1
    for index, text in enumerate(above):
        if text:
            until = ends.get(index, index) if ends else width
        groups.append(text or (groups[-1] if groups and index <= until else ""))
    over = [group if name else "" for group, name in zip(groups, header, strict=True)]
    has_names = any(text and not name for text, name in zip(above, header, strict=True))  # written over two rows
    runs = [group for group, before in zip(over, ["", *over], strict=False) if group and group != before]
    known = sum(1 for group in runs if is_group(group))
    is_fewer = len(runs) < sum(1 for text in header if text)
    return over if len(runs) + has_names >= 2 and is_fewer and known * 2 >= len(runs) else []


def _names_over_two_rows(texts: Sequence[tuple[str, ...]], at: int) -> tuple[str, ...]:
    """The names of the columns; where the header has none, the one above it."""
    width = max(len(texts[at]), len(texts[at - 1]))
    return tuple(
        name or above for above, name in zip(_padded(texts[at - 1], width), _padded(texts[at], width), strict=True)
    )


def looks_like_row(header: Sequence[str]) -> bool:
    """Whether the names of columns look like the values of a row: several numbers, dates or email addresses."""
    values = sum(1 for text in header if _NUMBER_LIKE.fullmatch(text) or _VALUE.search(text))
    return values >= 2 and values * 3 >= len(header)


def _refuse_stray_quote(header: RawRow) -> None:
    for special in header[2]:
        if special[0] == ROW and special[2] == problems.STRAY_QUOTE:
            raise Unreadable(problems.FILE_UNCLOSED_QUOTE, row=header[0], line=special[3]["line"])


def _row_at(top: Sequence[RawRow], number: int) -> int | None:
    return next((index for index, row in enumerate(top) if row[0] == number), None)


def most_names(top: Sequence[RawRow], names: Collection[str]) -> int:
    """How many names that we know (normalised) the best of these rows has: whether a sheet looks like ours."""
    return max((_names_in(_texts(row), frozenset(names)) for row in top), default=0)


def _names_in(texts: tuple[str, ...], names: frozenset[str]) -> int:
    return len({normalized(text) for text in texts if text} & names)


def _header_at(texts: Sequence[tuple[str, ...]], names: frozenset[str]) -> int | None:
    """Which of the first rows is the header: by known names, else by shape, else the first one."""
    if not texts:
        return None
    known = [_names_in(row, names) for row in texts]
    filled = [sum(1 for text in row if text) for row in texts]
    most = max(known)
    if most >= 2 or (most == 1 and known[0] == 1):
        return next(index for index, count in enumerate(known) if count * 5 >= most * 4)
    width = max(filled)
    for index, row in enumerate(texts):
        if filled[index] * 5 >= width * 3 and not any(_NUMBER_LIKE.fullmatch(text) for text in row if text):
            return index
    return 0


def _shown_top(top: Sequence[RawRow], texts: Sequence[tuple[str, ...]]) -> tuple[tuple[int, tuple[str, ...]], ...]:
    """The first rows as somebody sees them who is asked which one is the header."""
    return tuple(
        (row[0], tuple(text[:_SHOWN_CHARACTERS] for text in cells[:_SHOWN_COLUMNS]))
        for row, cells in zip(top[:_SHOWN_ROWS], texts, strict=False)
    )


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
    cells: list[object] = list(row[1])
    for special in row[2]:
        if special[0] != ROW:
            cells[special[0]] = special[3] if special[1] == "x" else special[2]
    shown = ["" if cell is None else " ".join(str(cell).split()) for cell in cells]
    while shown and not shown[-1]:
        shown.pop()
    return tuple(shown)


class Fitter:
    """Cuts rows to the header: pads short ones, marks those with cells beyond it or merged ones, and remembers filled
    columns that have no header."""

    def __init__(self, layout: Layout, merged: MergedRows | None = None) -> None:
        self._merged = merged
        self._width = len(layout.header)
        self._blank = [index for index, text in enumerate(layout.header) if not text]
        self.unnamed: set[int] = set()

    def fit(self, row: RawRow) -> RawRow | None:
        """The row at the header's width; None when no cell of it is below a header."""
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
        if self._merged and (areas := self._merged.names_in(number)):
            specials = [*specials, (ROW, "r", problems.CELLS_MERGED, {"ranges": areas})]
        return number, cells, specials

    def _cut(self, cells: list[Scalar], specials: list[Special]) -> list[Special]:
        width = self._width
        shown = {special[0]: special[-1] for special in specials if special[0] >= width}
        shown |= {index: cells[index] for index in range(width, len(cells)) if cells[index] is not None}
        del cells[width:]
        kept = [special for special in specials if special[0] < width]
        if shown:
            self.unnamed.update(shown)
            letters = [column_letters(index) for index in sorted(shown)]
            texts = shorten(", ".join(str(shown[index]) for index in sorted(shown)))
            kept.append((ROW, "r", problems.ROW_TOO_WIDE, {"columns": letters[:_SHOWN_BEYOND], "cells": texts}))
        return kept

    def _clear_blank(self, cells: list[Scalar], specials: list[Special]) -> list[Special]:
        special = {one[0] for one in specials}
        for index in self._blank:
            if cells[index] is not None or index in special:
                self.unnamed.add(index)
                cells[index] = None
        return [one for one in specials if one[0] not in self.unnamed]

    def unnamed_letters(self) -> list[str]:
        """Letters of the filled columns that have no header."""
        return [column_letters(index) for index in sorted(self.unnamed)]


def chosen_sheet(
    wanted: str | None,
    usable: Collection[str],
    visible: Sequence[str],
    top_of: Callable[[str], Sequence[RawRow] | None],
    names: Collection[str],
) -> tuple[str, list[str]]:
    """Which sheet to read, and the sheets that look like ours when nobody said which.

    The sheet asked for by name; else the visible one named Meters (our template's); else the first visible one that has
    about as many of the names that we know as any; else the first one with anything in it. top_of: the first rows of a
    sheet; None for one that cannot be read, which is no empty one. Refuses: FILE_NO_SHEET.
    """
    if wanted is not None:
        if wanted not in usable:
            raise Unreadable(problems.FILE_NO_SHEET, sheet=wanted)
        return wanted, []
    if not visible:
        raise Unreadable(problems.FILE_NO_SHEET)
    named = [name for name in visible if name.strip().lower() == METERS_SHEET.lower()]
    if named or len(visible) == 1:
        return (named or visible)[0], []
    tops = [(name, top_of(name)) for name in visible[:_PEEKED_SHEETS]]
    known = [(name, most_names(top or (), names)) for name, top in tops]
    most = max(count for _, count in known)
    alike = [name for name, count in known if count > 1 and count * 2 >= most]
    filled = [name for name, top in tops if top != []]
    return next(iter(alike or filled or visible)), alike
