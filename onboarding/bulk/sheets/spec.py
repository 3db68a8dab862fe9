"""What a sheet-driven action is: its columns, how its rows are validated, what confirming does, how it is shown."""

from abc import abstractmethod
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar, Generic, TypeVar
from uuid import UUID

from django.db.models import QuerySet
from django.utils.html import format_html
from django.utils.safestring import SafeString

from onboarding.bulk.handlers import BulkHandler, all_handlers
from onboarding.bulk.models import BulkAction, BulkResult, BulkRow
from onboarding.bulk.sheets.known_meters import KnownMeter, repeated
from onboarding.bulk.sheets.reading import METER_ID, REFERENCE, SheetColumns, SheetRow
from portal.partners.models import Partner
from portal.problems import Problem

Request = TypeVar("Request")


@dataclass(slots=True)
class SheetRowResult(Generic[Request]):
    """What a row would do: the meter and the request (None when unclear), whether the meter changes, what is wrong."""

    row: SheetRow
    meter: KnownMeter | None = None
    request: Request | None = None
    changes: bool = False
    problems: list[Problem] = field(default_factory=list)

    @property
    def result(self) -> BulkResult:
        if self.problems or self.meter is None:
            return BulkResult.REFUSED
        return BulkResult.WAITING if self.changes else BulkResult.SAME

    @property
    def reference(self) -> str:
        """The meter's present reference, else what was written for it."""
        return self.meter.reference if self.meter else self.row.reference or self.row.either


class SheetAction(BulkHandler, Generic[Request]):
    """A kind of change that a spreadsheet asks for row by row.

    A row is validated when the file comes, and kept with its result; the partner sees every row's result, confirms, and
    `apply` does the rows that wait. A row that cannot be done keeps no other from being done, unless `is_all_or_none`.

    slug: its page is meters/<slug>/; "" for one without a page of its own.
    list_hint: the question before the link to that page, below the list of meters.
    heading, lead, guide, file_hint, check_label: what the page says.
    guide_rows: a line for each example, with a text for each column of the template that is to be filled in.
    pasted_label, pasted_hint: of the box for pasted rows; "" where rows cannot be pasted.
    header, widths: the template's columns, and how many characters wide they are.
    columns, most_rows: what a sheet may have, and how many rows.
    meter_page, meter_label: the URL name to which a row's meter links, and the head of its column.
    shown_columns: key and head of what the preview shows beside the meter.
    """

    is_offered = False
    slug: ClassVar[str] = ""
    list_hint: ClassVar[str] = ""
    heading: ClassVar[str] = ""
    lead: ClassVar[str] = ""
    guide: ClassVar[str] = ""
    guide_rows: ClassVar[Sequence[Sequence[str]]] = ()
    file_hint: ClassVar[str] = ""
    check_label: ClassVar[str] = "Check rows"
    columns: ClassVar[SheetColumns]
    header: ClassVar[Sequence[str]]
    widths: ClassVar[Sequence[int]]
    most_rows: ClassVar[int] = 20_000
    pasted_label: ClassVar[str] = ""
    pasted_hint: ClassVar[str] = ""
    meter_page: ClassVar[str] = "meter"
    meter_label: ClassVar[str] = "Meter"
    shown_columns: ClassVar[Sequence[tuple[str, str]]]

    @abstractmethod
    def validate_rows(self, partner: Partner | None, rows: Sequence[SheetRow]) -> Sequence[SheetRowResult[Request]]:
        """Every row with all that is wrong with it, in the order of the sheet. Reads, never writes.

        partner: whose meters are meant; None for an action of Leap's people.
        """

    @abstractmethod
    def stored(self, result: SheetRowResult[Request]) -> Mapping[str, object]:
        """What is kept of a row besides its meter, result and problems: values for BulkRow's fields."""

    @abstractmethod
    def written(self, row: BulkRow) -> Mapping[str, str]:
        """What a kept row asks for, as it can be sent again: by the keys of the template's columns."""

    def shown(self, row: BulkRow) -> list[str]:
        """A kept row's cells in the order of `shown_columns`."""
        written = self.written(row)
        return [written.get(key) or "–" for key, _ in self.shown_columns]

    def remark(self, row: BulkRow) -> str:
        """A short sentence below a row of the preview, if there is something to know."""
        return ""

    def summary(self, count: int, waiting: QuerySet[BulkRow]) -> SafeString:
        """What will happen, in a sentence. waiting: the rows that will be done."""
        return sentence_of(count, "meter")

    def button(self, action: BulkAction, count: int) -> str:
        """The label of the button that confirms."""
        return f"{self.sentence(action)} {count:,} meter{'' if count == 1 else 's'}"

    @property
    def own_keys(self) -> list[str]:
        """The template's columns besides those that name the meter."""
        return [key for key in self.header if key not in {METER_ID, REFERENCE}]

    @property
    def labeled_guide_rows(self) -> list[list[tuple[str, str]]]:
        """The lines of `guide_rows`, each text with its column's key."""
        return [list(zip(self.own_keys, texts, strict=True)) for texts in self.guide_rows]

    @property
    def result_header(self) -> list[str]:
        """The columns of the results file: it can be mended and sent again as it is."""
        return ["row", METER_ID, REFERENCE, *self.own_keys, "result", "description", "problem", "remedy"]


def sentence_of(count: int, noun: str) -> SafeString:
    """How many of what will change, the number in bold."""
    if not count:
        return format_html("No {} will change.", noun)
    return format_html("<strong>{}</strong> {}{} will change.", f"{count:,}", noun, "" if count == 1 else "s")


def sheet_actions() -> list["SheetAction[Any]"]:
    """Every sheet-driven action that partners have a page for."""
    return [handler for handler in all_handlers() if isinstance(handler, SheetAction) and handler.slug]


def refuse_repeated_meters(results: Iterable[SheetRowResult[Any]]) -> None:
    """Refuse rows about one meter: nobody can say which one counts."""
    by_meter: dict[UUID, list[SheetRowResult[Any]]] = {}
    for result in results:
        if result.meter is not None:
            by_meter.setdefault(result.meter.pk, []).append(result)
    for group in by_meter.values():
        refuse_all(group, "METER_IN_TWO_ROWS", METER_ID, "")


def refuse_all(group: Sequence[SheetRowResult[Any]], code: str, column: str, value: str) -> None:
    """Refuse rows that contradict each other, if there are at least two, each with the numbers of all."""
    if len(group) < 2:
        return
    problem = repeated(code, column, value, [result.row.number for result in group])
    for result in group:
        result.problems.append(problem)
