"""The rows of a stored upload: a sheet read in the limited child process, or the API's JSON."""

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.conf import settings

from onboarding.spreadsheets.cells import BrokenCell, Cell, column_letters
from onboarding.spreadsheets.headers import BLANK, HeaderMatch, HeaderSpec, duplicates, match_headers, names_of
from onboarding.spreadsheets.limits import Limits
from onboarding.spreadsheets.problems import Unreadable
from onboarding.spreadsheets.reader import Book, facts_of, read_book
from onboarding.uploads.models import Upload
from portal.problems import Problem, shown, storable, storable_json
from portal.storage.files import path_of
from programs.schema import Schema


@dataclass(slots=True)
class SourceRow:
    """One row: its number in the partner's file, what stands in it, and its cells by field key for the validator."""

    number: int
    raw: Any
    cells: dict[str, object]


@dataclass(slots=True)
class OpenSource:
    """An open file: its columns and facts (JSON; complete once all rows are taken), and its rows in chunks."""

    columns: list[dict[str, Any]]
    facts: Callable[[], dict[str, Any]]
    chunks: Iterator[list[SourceRow]]
    column_of: Mapping[str, int] = field(default_factory=dict)


def limits() -> Limits:
    """The reader's limits, from the settings."""
    return Limits(
        max_bytes=settings.UPLOAD_MAX_BYTES,
        max_rows=settings.UPLOAD_MAX_ROWS,
        memory_bytes=settings.UPLOAD_READER_MEMORY_MB * 1024 * 1024,
        cpu_seconds=settings.UPLOAD_READER_SECONDS,
        wall_seconds=settings.UPLOAD_READER_SECONDS,
    )


@contextmanager
def open_source(upload: Upload, schema: Schema) -> Iterator[OpenSource]:
    """Open an upload's file for reading. Raises Unreadable with a FILE_ code for a file that cannot be used."""
    if upload.stored_name.endswith(".json"):
        yield _open_json(upload, schema)
        return
    specs = [HeaderSpec(one.key, one.label, one.aliases) for one in schema.columns]
    path, names = path_of(upload.stored_name), names_of(specs)
    with read_book(path, file_name=upload.stored_name, limits=limits(), names=names) as book:
        matches = match_headers(book.header, specs)
        keys = {match.index: match.key for match in matches if match.key}
        if not keys:
            raise Unreadable("FILE_NO_HEADER")
        if doubled := duplicates(matches):
            raise Unreadable("FILE_DUPLICATE_HEADER", columns="; ".join(_pair(*pair) for pair in doubled))
        yield OpenSource(
            columns=[
                {"index": match.index, "header": shown(match.header), "key": match.key or "", "how": match.how}
                for match in matches
                if match.how != BLANK
            ],
            facts=lambda: facts_of(book),
            chunks=_sheet_chunks(book, keys),
            column_of={key: index for index, key in keys.items()},
        )


def _pair(first: HeaderMatch, second: HeaderMatch) -> str:
    """Two columns for one field, as the partner sees them: B (Zip) and F (zip code)."""
    return " and ".join(f"{column_letters(match.index)} ({shown(match.header)})" for match in (first, second))


def _sheet_chunks(book: Book, keys: Mapping[int, str]) -> Iterator[list[SourceRow]]:
    for rows in book.rows():
        yield [_sheet_row(row.number, row.cells, keys) for row in rows]


def _sheet_row(number: int, cells: list[Cell], keys: Mapping[int, str]) -> SourceRow:
    by_key: dict[str, object] = {}
    for index, key in keys.items():
        cell = cells[index]
        if cell is not None and cell != "":
            by_key[key] = Problem(cell.code, key, cell.shown) if cell.__class__ is BrokenCell else cell
    return SourceRow(number, cells, by_key)


def stored(raw: Any) -> Any:
    """What stood in a row as JSON that every database takes: no NUL, dates as ISO text, a broken cell as shown."""
    if not isinstance(raw, list):
        return storable_json(raw)
    return [_stored_cell(cell) for cell in raw]


def _stored_cell(cell: Cell) -> object:
    if isinstance(cell, BrokenCell):
        cell = cell.shown
    if isinstance(cell, str):
        return storable(cell)
    return cell.isoformat() if isinstance(cell, date) else cell


def _open_json(upload: Upload, schema: Schema) -> OpenSource:
    with path_of(upload.stored_name).open("rb") as file:
        assets = json.load(file)["assets"]

    def chunks() -> Iterator[list[SourceRow]]:
        for start in range(0, len(assets), 1000):
            yield [
                SourceRow(number, asset, schema.flatten(asset))
                for number, asset in enumerate(assets[start : start + 1000], start)
            ]

    return OpenSource(columns=[], facts=lambda: {"kind": "json"}, chunks=chunks())
