"""The rows of a stored upload: a sheet read in the limited child process, or the API's JSON."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext
from copy import copy
from dataclasses import dataclass, field, replace
from functools import partial
from itertools import chain, islice
from pathlib import Path
from typing import Final, cast

from django.conf import settings

from onboarding.spreadsheets.cells import Cell, Row, column_letters
from onboarding.spreadsheets.extra_rows import ExtraRows
from onboarding.spreadsheets.headers import UNKNOWN, HeaderSpec, names_of, normalized
from onboarding.spreadsheets.limits import Limits
from onboarding.spreadsheets.problems import MILD_ROW_CODES, Unreadable
from onboarding.spreadsheets.reader import Book, PackedRows, facts_of, read_book
from onboarding.spreadsheets.workbook import ROW_KEY_HEADER
from onboarding.uploads.columns.assembly import RowAssembler, stored_cell
from onboarding.uploads.columns.memory import matched_elsewhere, recalled
from onboarding.uploads.columns.propose import (
    ALIKE,
    REMEMBERED,
    ColumnProposal,
    doubled,
    must_ask,
    propose,
    with_reference,
)
from onboarding.uploads.devices import columns_of_devices, device_layout
from onboarding.uploads.layout import FROM_ZIP, MEMORY, NAMES, ColumnLayout
from onboarding.uploads.models import ColumnMemory, Upload, UploadSource
from onboarding.uploads.pipeline.bare_numbers import Numbers
from onboarding.uploads.pipeline.json_assets import NotJson, flattened, split_body
from onboarding.uploads.pipeline.row_faults import no_meter, with_faults
from onboarding.uploads.stored import RowCells, SheetColumn, UploadFacts, field_cells, sheet_cells
from portal.problems import shown, storable_json
from portal.storage import files
from programs.queries import only_answers
from programs.schema import Schema, schema_for

_AT_ONCE: Final = 1000  # assets of a JSON body
_UNKNOWN_NAMED: Final = 20


@dataclass(slots=True)
class SourceRow:
    """One row: its number in the partner's file, its cells by field key for the validator, and its raw cells.

    raw: the cells of a sheet, in the order of its columns; empty for a row that names its fields itself (by API).
    """

    number: int
    raw: Sequence[Cell]
    cells: dict[str, object]

    @property
    def to_keep(self) -> RowCells:
        """The cells as they came, as JSON that every database takes."""
        if self.raw:
            return sheet_cells([stored_cell(cell) for cell in self.raw])
        return field_cells(storable_json(self.cells))


@dataclass(slots=True)
class PackedAssets:
    """Assets of a JSON body as rows: how many, and the numbers of the first and the last one."""

    rows: list[SourceRow]

    @property
    def count(self) -> int:
        return len(self.rows)

    @property
    def first(self) -> int:
        return self.rows[0].number

    @property
    def last(self) -> int:
        return self.rows[-1].number


Packed = PackedRows | PackedAssets


@dataclass(slots=True)
class OpenSource:
    """An open file: its columns and facts (JSON; complete once all rows are taken), and its rows in chunks.

    packed: the chunks as they can be sent to another process; once. unpack: makes one into rows; needs no open file.
    asks: whether a person has to say what the columns are before the rows mean anything. keys_at: where the sheet has
    the keys of rows to fix, when it is such a workbook.
    """

    layout: ColumnLayout
    columns: list[SheetColumn]
    facts: Callable[[], UploadFacts]
    packed: Iterator[Packed]
    unpack: Callable[[Packed], list[SourceRow]]
    column_of: Mapping[str, int] = field(default_factory=dict)
    header_row: int = 0
    asks: bool = False
    header: Sequence[str] = ()
    keys_at: int | None = None

    @property
    def chunks(self) -> Iterator[list[SourceRow]]:
        """The rows; once."""
        return map(self.unpack, self.packed)


def limits() -> Limits:
    """The reader's limits, from the settings."""
    return Limits(
        max_bytes=settings.UPLOAD_MAX_BYTES,
        max_rows=settings.UPLOAD_MAX_ROWS,
        max_rows_whole=settings.UPLOAD_MAX_ROWS_WHOLE,
        memory_bytes=settings.UPLOAD_READER_MEMORY_MB * 1024 * 1024,
        cpu_seconds=settings.UPLOAD_READER_SECONDS,
        wall_seconds=settings.UPLOAD_READER_SECONDS,
    )


@contextmanager
def open_source(
    upload: Upload, schema: Schema, *, on_wait: Callable[[], None] | None = None, path: Path | None = None
) -> Iterator[OpenSource]:
    """Open an upload's file for reading. Raises Unreadable with a FILE_ code for a file that cannot be used.

    on_wait: called every few seconds while the storage or the reader of a sheet keeps us waiting. path: of a file that
    is not stored.
    FileNotFoundError: it is no longer kept.
    """
    if not (path or upload.stored_name):
        raise FileNotFoundError
    if upload.stored_name.endswith(".json"):
        yield from _open_json(upload)
        return
    layout = upload.column_layout
    names = names_of([HeaderSpec(column.key, column.label, column.aliases) for column in schema.columns])
    stored = nullcontext(path) if path else files.local_copy(upload.stored_name, alive=on_wait)
    with (
        stored as place,
        read_book(
            place,
            file_name=str(path) if path else upload.stored_name,
            limits=limits(),
            sheet=layout.sheet,
            header_row=layout.header_row,
            names=names,
            charset=layout.encoding,
            on_wait=on_wait,
        ) as book,
    ):
        packed = book.packed_rows()
        first = next(packed, None)
        yield _open_sheet(upload, schema, layout, book, first, chain([first] if first else [], packed))


def _open_sheet(
    upload: Upload,
    schema: Schema,
    layout: ColumnLayout,
    book: Book,
    first_packed: PackedRows | None,
    packed: Iterator[PackedRows],
) -> OpenSource:
    targets, asks = layout.columns or {}, False
    columns: list[SheetColumn] = [
        {**column, "key": targets.get(column["index"], ""), "header": shown(book.header[column["index"]])}
        for column in upload.columns
        if column["index"] < len(book.header)
    ]
    if layout.columns is None or layout.asks:
        memory = None if upload.commits_itself else recalled(upload.partner, book.header)
        elsewhere = {} if upload.commits_itself else matched_elsewhere(upload.partner, book.header)
        constants, remembered = (memory.constants, memory.columns) if memory else ({}, {})
        first = copy(first_packed).rows() if first_packed else []
        proposals = propose(book.header, first, schema_for(upload.programs), remembered, elsewhere)
        if not upload.commits_itself and not upload.update_existing:
            proposals = with_reference(proposals, first, schema)
        if layout.columns is not None:  # what somebody chose before the rows were shown again
            proposals = [replace(proposal, key=targets.get(proposal.index, "")) for proposal in proposals]
        if layout.device:
            proposals = _of_device(proposals, layout, book.header)
        layout = _decided(layout, proposals, memory)
        columns = [proposal.as_json() for proposal in proposals]
        joined = layout.joined
        asks = layout.asks or must_ask(proposals, constants, schema, updates=upload.update_existing, joined=joined)
        asks = asks or (memory is None and bool(columns_of_devices(dict(enumerate(book.header)))))
        asks = asks or _is_new_here(constants, upload) or (layout.sheet is None and len(book.facts.alike) > 1)
        asks = asks and not upload.commits_itself
        if upload.commits_itself:
            _refuse_unclear(proposals)
            layout = replace(
                layout, columns={proposal.index: proposal.key for proposal in proposals if proposal.is_named}
            )
    assembler = RowAssembler(
        layout.columns or {},
        layout.constants,
        schema,
        headers=book.header,
        values=layout.values,
        suffix=layout.suffix,
    )
    at = assembler.column_of.get("partner_reference")
    suffixed = {"partner_reference": at} if layout.suffix and at is not None else {}
    extra_rows, numbers = _extra_rows(upload, layout, book, schema), Numbers(schema, book.facts.kind, suffixed)
    return OpenSource(
        layout=layout,
        columns=columns,
        facts=lambda: _facts(book),
        packed=packed,
        unpack=partial(_sheet_rows, assembler, extra_rows, numbers),
        column_of=assembler.column_of,
        header_row=book.header_row,
        asks=asks,
        header=book.header,
        keys_at=key_column(book.header) if upload.source == UploadSource.PAGE else None,
    )


def _facts(book: Book) -> UploadFacts:
    return cast(UploadFacts, {**facts_of(book), "header_row": book.header_row})


def key_column(header: Sequence[str]) -> int | None:
    """Where a sheet has the keys of rows to fix; None for a sheet that is no such workbook."""
    wanted = normalized(ROW_KEY_HEADER)
    return next((index for index, text in enumerate(header) if normalized(text) == wanted), None)


def _is_new_here(constants: Mapping[str, str], upload: Upload) -> bool:
    """Whether values that held for every row of an earlier sheet are no matter of course for this one's programs."""
    said = {key: text for key, text in constants.items() if text != FROM_ZIP}
    return bool(said.items() - only_answers(upload.programs).items())


def _decided(layout: ColumnLayout, proposals: Sequence[ColumnProposal], memory: ColumnMemory | None) -> ColumnLayout:
    by = MEMORY if any(proposal.how == REMEMBERED for proposal in proposals) else NAMES
    layout = replace(layout, columns={proposal.index: proposal.key for proposal in proposals}, decided_by=by)
    if memory is None:
        return layout
    return replace(
        layout,
        constants={**memory.constants, **layout.constants},
        joined=memory.joined,
        values={**memory.values, **layout.values},
    )


def _of_device(
    proposals: Sequence[ColumnProposal], layout: ColumnLayout, header: Sequence[str]
) -> list[ColumnProposal]:
    """The proposals for another device of each row: its columns are matched as those of the first one."""
    proposed = replace(layout, columns={proposal.index: proposal.key for proposal in proposals})
    targets = device_layout(proposed, dict(enumerate(header)), layout.device).columns or {}
    return [
        proposal
        if targets.get(proposal.index, "") == proposal.key
        else replace(proposal, key=targets[proposal.index], how=ALIKE if targets[proposal.index] else UNKNOWN)
        for proposal in proposals
    ]


def _refuse_unclear(proposals: Sequence[ColumnProposal]) -> None:
    """Refuse columns that the names alone do not identify: nobody can be asked by API."""
    sure = [proposal for proposal in proposals if proposal.key and proposal.is_named]
    if not sure:
        raise Unreadable("FILE_NO_HEADER")
    if pairs := doubled(sure):
        named = [[f"{column_letters(proposal.index)} ({proposal.header})" for proposal in group] for group in pairs]
        raise Unreadable("FILE_DUPLICATE_HEADER", columns="; ".join(" and ".join(group) for group in named))


def _extra_rows(upload: Upload, layout: ColumnLayout, book: Book, schema: Schema) -> ExtraRows:
    """What tells totals, headings and notes from meters in this sheet."""
    targets = layout.columns or {}
    return ExtraRows(
        book.header,
        reference=[index for index, target in targets.items() if target == "partner_reference"],
        numeric=[
            index
            for index, target in targets.items()
            if schema.knows(target) and schema.column(target).type in {"number", "integer"}
        ],
        updates=upload.update_existing,
        device=columns_of_devices(dict(enumerate(book.header))).get(layout.device, {}).values(),
        called=layout.device,
    )


def _by_field(row: Row, assembler: RowAssembler, extra_rows: ExtraRows, numbers: Numbers) -> dict[str, object]:
    cells = numbers.stopped(assembler.cells(row.cells), row.cells)
    told = [fault for fault in row.faults if fault.code not in MILD_ROW_CODES]
    kind = "" if told else extra_rows.kind_of(row.cells)
    if not kind:
        return with_faults(cells, told or row.faults)
    first = next(cell for cell in row.cells if cell is not None and cell != "")
    return no_meter(cells, kind, str(first))


def _sheet_rows(assembler: RowAssembler, extra_rows: ExtraRows, numbers: Numbers, packed: Packed) -> list[SourceRow]:
    rows = cast(PackedRows, packed).rows()
    by_field = [_by_field(row, assembler, extra_rows, numbers) for row in rows]
    return [SourceRow(row.number, assembler.shown(row.cells), cells) for row, cells in zip(rows, by_field, strict=True)]


def _open_json(upload: Upload) -> Iterator[OpenSource]:
    with files.open_file(upload.stored_name) as file:
        try:
            body = split_body(file)
            rows = (SourceRow(number, (), flattened(asset)) for number, asset in enumerate(body))
            packed = map(PackedAssets, iter(lambda: list(islice(rows, _AT_ONCE)), []))
            facts: UploadFacts = {"kind": "json", "unknown": [shown(name) for name in body.unknown][:_UNKNOWN_NAMED]}
            yield OpenSource(ColumnLayout(), columns=[], facts=lambda: facts, packed=packed, unpack=_asset_rows)
        except NotJson as error:  # it was JSON when it came
            raise Unreadable("FILE_BROKEN") from error


def _asset_rows(packed: Packed) -> list[SourceRow]:
    return cast(PackedAssets, packed).rows
