"""Receiving a sheet: its rows are validated and kept, each with what it would do. Nothing is changed yet."""

from collections.abc import Iterator, Sequence
from typing import Any

from django.db import transaction

from onboarding.bulk.models import BulkAction, BulkRow
from onboarding.bulk.sheets.reading import SheetFile, SheetRow, read_rows
from onboarding.bulk.sheets.spec import SheetAction, SheetRowResult
from portal.events.actors import Actor
from portal.partners.models import Partner, User
from portal.storage.bulk import insert
from portal.web import clock

_COLUMNS = ("action", "number", "meter_id", "partner_reference", "new_reference", "details", "result", "problems")


def preview_sheet(
    handler: SheetAction[Any], sheet: SheetFile, *, partner: Partner | None, user: User, by: Actor
) -> BulkAction:
    """Keep what a sheet asks for, each row with what would become of it; `confirm` does it.

    Refuses as `read_rows` does; a row that cannot be done is kept with its problems.
    """
    if partner is None and handler.slug:
        raise ValueError(f"{handler.kind} is about the meters of one partner")
    rows = read_rows(sheet, handler.columns, most=handler.most_rows)
    return preview_rows(handler, rows, name=sheet.name, partner=partner, user=user, by=by)


def preview_rows(
    handler: SheetAction[Any],
    rows: Sequence[SheetRow],
    *,
    name: str,
    partner: Partner | None,
    user: User | None,
    by: Actor,
) -> BulkAction:
    """The same for rows that are read already. name: what they came in, such as the name of a file."""
    seen_at = clock.now()
    results = handler.validate_rows(partner, rows)
    name = "".join(char for char in name if char.isprintable())
    with transaction.atomic():
        action = BulkAction.objects.create(
            partner=partner,
            user=user,
            actor=by.as_json(),
            kind=handler.kind,
            is_by_rows=True,
            value=name[:128],
            meters=[],
            seen_at=seen_at,
        )
        insert(BulkRow, _COLUMNS, _kept(handler, action, results))
    return action


def _kept(
    handler: SheetAction[Any], action: BulkAction, results: Sequence[SheetRowResult[Any]]
) -> Iterator[list[object]]:
    for result in results:
        stored = handler.stored(result)
        yield [
            action.pk,
            result.row.number,
            result.meter.pk if result.meter else None,
            result.reference[:256],
            str(stored.get("new_reference", ""))[:256],
            stored.get("details"),
            result.result.value,
            [problem.as_json() for problem in result.problems] or None,
        ]
