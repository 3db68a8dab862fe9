"""Named reads of bulk actions: what their page shows, and what became of each row."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, QuerySet

from onboarding.bulk.handlers import handler_for
from onboarding.bulk.models import BulkAction, BulkResult, BulkRow
from onboarding.bulk.sheets.spec import SheetAction

SAMPLE = 10
ROWS_SHOWN = 100
_CHOSEN_HEADER = ["meter_id", "partner_reference", "result", "description"]


@dataclass(frozen=True, slots=True)
class ShownRow:
    """A row of a sheet as a page shows it. meter: how it is named. cells: head and text of each. remark: or ""."""

    row: BulkRow
    meter: str
    cells: list[tuple[str, str]]
    remark: str


def left_rows(action: BulkAction) -> QuerySet[BulkRow]:
    """Rows that were not done, in the order of the file or of the meters."""
    left = [BulkResult.MEANWHILE, BulkResult.GONE, BulkResult.REFUSED]
    return BulkRow.objects.filter(action=action, result__in=left).order_by("number", "meter_id")


def shown_rows(handler: SheetAction[Any], rows: Iterable[BulkRow]) -> list[ShownRow]:
    """Rows of a sheet with the cells that its action shows."""
    heads = [label for _, label in handler.shown_columns]
    return [
        ShownRow(
            row,
            row.partner_reference or handler.written(row).get("meter_id") or "–",
            list(zip(heads, handler.shown(row), strict=True)),
            handler.remark(row),
        )
        for row in rows
    ]


def preview_of(handler: SheetAction[Any], action: BulkAction) -> dict[str, object]:
    """What a change that came by a spreadsheet would do: rows by result, some to be done, and those that cannot be."""
    rows = BulkRow.objects.filter(action=action)
    counts = dict(rows.order_by().values_list("result").annotate(n=Count("pk")))
    waiting = rows.filter(result=BulkResult.WAITING).order_by("number")
    count = counts.get(BulkResult.WAITING, 0)
    return {
        "count": count,
        "summary": handler.summary(count, waiting),
        "button": handler.button(action, count),
        "same": counts.get(BulkResult.SAME, 0),
        "refused": counts.get(BulkResult.REFUSED, 0),
        "sample": shown_rows(handler, waiting[:SAMPLE]),
        "left": shown_rows(handler, left_rows(action)[:ROWS_SHOWN]),
    }


def results_table(action: BulkAction, rows: QuerySet[BulkRow]) -> tuple[list[str], Iterator[list[object]]]:
    """Header and lines of the results file."""
    handler = handler_for(action)
    if isinstance(handler, SheetAction):
        return handler.result_header, _sheet_lines(handler, rows)
    return _CHOSEN_HEADER, _chosen_lines(rows)


def _sheet_lines(handler: SheetAction[Any], rows: QuerySet[BulkRow]) -> Iterator[list[object]]:
    for row in rows.order_by("number").iterator(chunk_size=2000):
        written = handler.written(row)
        problems = row.coded_problems
        yield [
            row.number,
            str(row.meter_id or written.get("meter_id", "")),
            row.partner_reference,
            *(written.get(key, "") for key in handler.own_keys),
            row.result,
            BulkResult(row.result).label,
            " ".join(problem.text for problem in problems),
            " ".join(problem.remedy for problem in problems),
        ]


def _chosen_lines(rows: QuerySet[BulkRow]) -> Iterator[list[object]]:
    for row in rows.order_by("meter_id").iterator(chunk_size=2000):
        said = " ".join(f"{problem.text} {problem.remedy}" for problem in row.coded_problems)
        description = ": ".join(filter(None, [BulkResult(row.result).label, said]))
        yield [str(row.meter_id), row.partner_reference, row.result, description]
