"""Named reads of bulk actions: what their page shows, and what became of each row."""

from collections.abc import Iterator
from typing import Any

from django.db.models import Count, QuerySet

from onboarding.bulk.models import BulkAction, BulkKind, BulkResult, BulkRow

SAMPLE = 10
ROWS_SHOWN = 100
RESULT_HEADER = (
    *("row", "meter_id", "partner_reference", "new_partner_reference"),
    *("result", "description", "problem", "remedy"),
)


PARTICIPATION_HEADER = (
    *("row", "meter_id", "partner_reference", "what", "from", "to", "reason"),
    *("result", "description", "problem", "remedy"),
)


def left_rows(action: BulkAction) -> QuerySet[BulkRow]:
    """Rows that were not done, in the order of the file or of the meters."""
    left = [BulkResult.MEANWHILE, BulkResult.GONE, BulkResult.REFUSED]
    return BulkRow.objects.filter(action=action, result__in=left).order_by("number", "meter_id")


def asked_of(action: BulkAction) -> dict[str, Any]:
    """What a change that came by a spreadsheet would do: rows by result, some to be done, and those that cannot be."""
    rows = BulkRow.objects.filter(action=action)
    counts = dict(rows.order_by().values_list("result").annotate(n=Count("pk")))
    waiting = rows.filter(result=BulkResult.WAITING).order_by("number")
    return {
        "count": counts.get(BulkResult.WAITING, 0),
        "same": counts.get(BulkResult.SAME, 0),
        "refused": counts.get(BulkResult.REFUSED, 0),
        "sample": list(waiting[:SAMPLE]),
        "left": list(left_rows(action)[:ROWS_SHOWN]),
        "overlaps": waiting.filter(details__overlaps=True).count() if action.kind == BulkKind.PARTICIPATION else 0,
    }


def result_lines(rows: QuerySet[BulkRow]) -> Iterator[list[Any]]:
    """Rows of a change of references in the order of RESULT_HEADER. They can be mended and sent again as they are."""
    for row in rows.order_by("number").iterator(chunk_size=2000):
        meter = str(row.meter_id or "")
        yield [row.number, meter, row.partner_reference, row.new_reference, *_outcome(row)]


def participation_lines(rows: QuerySet[BulkRow]) -> Iterator[list[Any]]:
    """Rows of a sheet of wishes in the order of PARTICIPATION_HEADER. They can be mended and sent again as they are."""
    for row in rows.order_by("number").iterator(chunk_size=2000):
        wish = row.details or {}
        yield [
            row.number,
            str(row.meter_id or wish.get("meter_id", "")),
            row.partner_reference,
            *(wish.get(name, "") for name in ("what", "from", "to", "reason")),
            *_outcome(row),
        ]


def _outcome(row: BulkRow) -> list[str]:
    """What became of a row, and what keeps it from being done."""
    problems = row.found
    said = [" ".join(problem.text for problem in problems), " ".join(problem.remedy for problem in problems)]
    return [row.result, BulkResult(row.result).label, *said]
