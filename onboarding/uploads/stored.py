"""The shapes of what an upload keeps as JSON. Each has one shape, whatever door the rows came through."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, NotRequired, TypeAlias, TypedDict, TypeVar

if TYPE_CHECKING:
    from django.db.models import JSONField

    _T = TypeVar("_T")
    JsonOf: TypeAlias = JSONField[_T, _T]  # annotates a field of a model with the shape of its JSON

StoredValue: TypeAlias = str | int | float | bool | None


class RowCells(TypedDict):
    """The cells of one row as they came.

    columns: of a sheet, in the order of the file's columns, those that nobody uses among them; dates as ISO text.
    fields: of a form or a request by API, by field key; a request may hold objects and lists in unknown fields.
    One of the two is empty.
    """

    columns: list[StoredValue]
    fields: dict[str, Any]


class SheetColumn(TypedDict):
    """One column of the file that has a header: where it is, which field it was matched with, and how sure that is.

    key: a target (layout.ColumnLayout.columns), or "" when the column is not used. how, score and the rest: see
    columns.propose.ColumnProposal; uploads from before columns were proposed have neither score nor samples.
    """

    index: int
    header: str
    key: str
    how: str
    score: NotRequired[int]
    samples: NotRequired[list[str]]
    blanks: NotRequired[bool]
    earlier: NotRequired[str]


class StoredProblem(TypedDict, total=False):
    """A portal.problems.Problem; empty where there is none."""

    code: str
    field: str
    value: str
    context: dict[str, Any]


class SheetName(TypedDict):
    """A sheet of the workbook."""

    name: str
    hidden: bool


class ReaderNote(TypedDict):
    """Something to know about a file that was read all the same: a code of problems.py with its context."""

    code: str
    context: dict[str, Any]


class UploadFacts(TypedDict, total=False):
    """What the reader found in the file (spreadsheets.reader.facts_of), or what became of a workbook of corrections.

    kind: "xlsx", "csv", "json" or "form"; nothing else is known of the last two. header_row: in the partner's sheet.
    unknown: names in a JSON body, beside its assets, that nobody knows.
    erased_rows: how many rows are gone since their customers asked for that.
    not_taken: rows of a workbook of corrections that belong to no row of an upload (the first of them), and how many.
    """

    kind: str
    sheets: list[SheetName]
    sheet: str
    alike: list[str]
    encoding: str
    delimiter: str
    date_1904: bool
    template: dict[str, Any]
    notes: list[ReaderNote]
    rows_estimate: int | None
    top: list[list[Any]]
    readings: list[tuple[str, list[str]]]
    header_row: int
    unknown: list[str]
    not_taken: list[int]
    not_taken_count: int
    erased_rows: int


class ProgramOutlook(TypedDict):
    """How an upload's rows would do in one program: how many are eligible, pending, or not yet, and what they lack.

    missing: field key to rows. reasons: text to rows. could_join: the upload is not meant for this program.
    """

    eligible: int
    not_yet: int
    missing: dict[str, int]
    reasons: dict[str, int]
    pending: NotRequired[int]
    could_join: NotRequired[bool]


Outlook: TypeAlias = dict[str, ProgramOutlook]  # by program identifier
FieldChanges: TypeAlias = dict[str, list[Any]]  # field key to [old, new], as the asset has them
EditedValues: TypeAlias = dict[str, StoredValue]  # field key to what is written instead; "" empties the cell


def no_cells() -> RowCells:
    return {"columns": [], "fields": {}}


def sheet_cells(columns: list[StoredValue]) -> RowCells:
    """The cells of a row of a sheet."""
    return {"columns": columns, "fields": {}}


def field_cells(fields: Mapping[str, Any]) -> RowCells:
    """The cells of a row that names its fields itself."""
    return {"columns": [], "fields": dict(fields)}
