"""Asking for new references row by row, and giving them: all of a sheet's in one transaction."""

from collections.abc import Iterator, Sequence
from uuid import UUID

from django.db import connection, transaction
from django.db.models import QuerySet
from django.utils import timezone

from onboarding.meters.bulk.models import BulkAction, BulkKind, BulkResult, BulkRow
from onboarding.meters.bulk.references.judging import Verdict, blocked, judge, taken
from onboarding.meters.bulk.references.reading import Sheet, read_lines
from onboarding.meters.domain import change_references
from onboarding.meters.models import CreatedBy, Meter
from portal.events.actors import Actor
from portal.partners.models import Partner, User
from portal.storage.bulk import insert, update
from portal.storage.staging import Staged

_COLUMNS = ("action", "number", "meter_id", "partner_reference", "new_reference", "result", "problems")


def ask_for_references(partner: Partner, user: User, sheet: Sheet, *, by: Actor) -> BulkAction:
    """Keep what a sheet wants, each row with what would become of it. No meter is changed yet.

    Refuses as `read_lines` does; a row that cannot be done is kept with its problems, and stops no other.
    """
    lines = read_lines(sheet)
    seen_at = timezone.now()
    verdicts = judge(partner, lines)
    name = "".join(char for char in sheet.name if char.isprintable())
    with transaction.atomic():
        action = BulkAction.objects.create(
            partner=partner,
            user=user,
            actor=by.as_json(),
            kind=BulkKind.CHANGE_REFERENCE,
            value=name[:128],
            meters=[],
            seen_at=seen_at,
        )
        insert(BulkRow, _COLUMNS, _rows(action, verdicts))
    return action


def _rows(action: BulkAction, verdicts: Sequence[Verdict]) -> Iterator[list[object]]:
    for verdict in verdicts:
        yield [
            action.pk,
            verdict.line.number,
            verdict.meter.pk if verdict.meter else None,
            verdict.reference[:256],
            verdict.written[:256],
            verdict.result.value,
            [problem.as_json() for problem in verdict.problems] or None,
        ]


def waiting_rows(action: BulkAction) -> QuerySet[BulkRow]:
    """The rows that are to be done, in the order of the sheet."""
    return BulkRow.objects.filter(action=action, result=BulkResult.WAITING).order_by("number")


def change_waiting(action: BulkAction) -> None:
    """Do the waiting rows, in the caller's transaction; a second time there are none.

    A meter that was changed since the question is left, and so is one whose new reference was taken meanwhile. One that
    is taken this very moment is an IntegrityError: the job is run again, and finds it.
    """
    rows = list(waiting_rows(action))
    for row, result in _not_to_do(action, rows):
        row.result = result
    _refuse_taken(action, [row for row in rows if row.result == BulkResult.WAITING])
    left = [row for row in rows if row.result != BulkResult.WAITING]
    update(BulkRow, ["result", "problems"], ((row.pk, row.result, row.problems) for row in left))
    wanted = {row.new_reference for row in rows}
    swaps = any(row.partner_reference in wanted for row in rows)
    change_references(_staged(action), swaps=swaps, partner=action.partner, by=Actor.from_json(action.actor))
    waiting_rows(action).update(result=BulkResult.CHANGED)


def _not_to_do(action: BulkAction, rows: Sequence[BulkRow]) -> Iterator[tuple[BulkRow, BulkResult]]:
    """Rows whose meter is not there any more, or is not as it was seen. Holds the meters until all is written."""
    held = Meter.objects.filter(partner=action.partner, pk__in=waiting_rows(action).values("meter_id"))
    lines = held.select_for_update().order_by("pk").values_list("pk", "partner_reference", "updated_at")
    meters = {pk: (reference, updated_at) for pk, reference, updated_at in lines}
    for row in rows:
        if row.meter_id not in meters:
            yield row, BulkResult.GONE
            continue
        reference, updated_at = meters[row.meter_id]
        if reference == row.new_reference:
            yield row, BulkResult.SAME
        elif updated_at > action.seen_at or reference != row.partner_reference:
            yield row, BulkResult.MEANWHILE


def _refuse_taken(action: BulkAction, rows: Sequence[BulkRow]) -> None:
    """Refuse rows whose new reference another meter has by now and keeps."""
    references = {row.partner_reference for row in rows} | {row.new_reference for row in rows}
    unique = Meter.objects.filter(
        partner=action.partner, created_by=CreatedBy.PARTNER, partner_reference__any_of=references
    )
    holders: dict[str, UUID] = dict(unique.values_list("partner_reference", "pk"))
    must_differ = set(holders.values())
    by_meter = {row.meter_id: row for row in rows if row.meter_id in must_differ}
    wanted = {pk: row.new_reference for pk, row in by_meter.items() if pk is not None}
    for pk, holder in blocked(wanted, holders).items():
        row = by_meter[pk]
        row.result = BulkResult.REFUSED
        row.problems = [taken(row.new_reference, holder).as_json()]


def _staged(action: BulkAction) -> Staged:
    table = connection.ops.quote_name(BulkAction._meta.db_table)
    return Staged(
        BulkRow,
        "r.action_id = %s AND r.result = %s",
        (action.pk, BulkResult.WAITING.value),
        join=f"JOIN {table} a ON a.id = r.action_id",
    )
