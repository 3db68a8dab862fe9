"""New references for many meters, by a spreadsheet or by pasting: a partner may change its own keys at any time."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Final
from uuid import UUID

from django.db import connection
from django.db.models import Q, QuerySet
from django.utils.html import format_html
from django.utils.safestring import SafeString

from onboarding.bulk.handlers import ActionResult, register
from onboarding.bulk.models import BulkAction, BulkResult, BulkRow
from onboarding.bulk.sheets.known_meters import KnownMeters
from onboarding.bulk.sheets.reading import METER, METER_ID, REFERENCE, SheetColumns, SheetRow, no_meter_column, text_of
from onboarding.bulk.sheets.spec import SheetAction, SheetRowResult, refuse_all, refuse_repeated_meters, sentence_of
from onboarding.meters.domain import change_references
from onboarding.meters.models import CreatedBy, Meter
from onboarding.spreadsheets.cells import BrokenCell
from onboarding.spreadsheets.headers import HeaderSpec
from portal.events.actors import Actor
from portal.partners.models import Partner
from portal.problems import Problem, shown
from portal.storage.bulk import update
from portal.storage.staging import Staged
from programs.identifiers import reference_key
from programs.schema import Schema, schema_for

NEW: Final = "new_partner_reference"
_SPECS: Final = (
    HeaderSpec(METER_ID, "Leap meter ID", ("leap id", "meter uuid")),
    HeaderSpec(
        REFERENCE,
        "Partner reference",
        (
            *("reference", "ref id", "old", "old reference", "old partner reference", "old ref id", "old id"),
            *("present reference", "current reference", "current partner reference", "old key"),
        ),
    ),
    HeaderSpec(NEW, "New partner reference", ("new", "new reference", "new ref id", "new id", "new key")),
    HeaderSpec(METER, "Meter"),
)


def _missing(columns: Collection[str]) -> list[str]:
    return no_meter_column(columns) + ([] if NEW in columns else ["what the new reference is"])


class ChangeReferences(SheetAction[str]):
    """Give each meter the reference in its row; the request is that reference, "" for none.

    All rows are done in one transaction, since meters can take each other's references.
    """

    kind = "change_reference"
    label = "Change references"
    note = (
        "Meters keep their ID, data and history, and you find them by the new reference. If a meter changes before "
        "you confirm, we leave it as is and list it."
    )
    at_once = None
    reads = ("pk", "partner_reference", "reference_key", "updated_at")
    slug = "references"
    list_hint = "Have your IDs changed?"
    heading = "Change references"
    lead = (
        "Enter a new reference for each meter. We check every row and show what will change. Nothing changes until you "
        "confirm."
    )
    guide = format_html(
        "Each row has a meter’s ID and its current reference. Fill in <code>{}</code>. If you leave it empty, the "
        "reference doesn’t change.",
        NEW,
    )
    file_hint = format_html(
        "You can also use your own sheet. It needs one column that identifies the meter (<code>{}</code> or "
        "<code>{}</code>) and one with its new reference (<code>{}</code>).",
        METER_ID,
        REFERENCE,
        NEW,
    )
    check_label = "Check references"
    columns = SheetColumns(_SPECS, NEW, _missing, "REFERENCE_COLUMNS_MISSING", references=(REFERENCE, METER, NEW))
    header = (METER_ID, REFERENCE, NEW)
    widths = (38, 32, 32)
    pasted_label = "Current and new references"
    pasted_hint = (
        "One meter per line: its current reference or meter ID, then the new reference, separated by a tab, comma or "
        "semicolon. You can paste two columns from a spreadsheet."
    )
    meter_label = "Current reference"
    shown_columns = ((NEW, "New reference"),)

    def sentence(self, action: BulkAction) -> str:
        return "Change reference of"

    def summary(self, count: int, waiting: QuerySet[BulkRow]) -> SafeString:
        return sentence_of(count, "reference")

    def button(self, action: BulkAction, count: int) -> str:
        return f"Change {count:,} reference{'' if count == 1 else 's'}"

    def validate_rows(self, partner: Partner | None, rows: Sequence[SheetRow]) -> Sequence[SheetRowResult[str]]:
        """Three queries, or a few more for thousands of meter IDs."""
        assert partner is not None
        schema = schema_for()
        results = [_with_new_reference(row, schema) for row in rows]
        meters = KnownMeters(partner, rows, others=[result.request or "" for result in results])
        for result in results:
            result.meter, problems = meters.named(result.row)
            result.problems += problems
            new = result.request
            result.changes = bool(new) and (result.meter is None or new != result.meter.reference)
        refuse_repeated_meters(results)
        _refuse_same_new_reference(results)
        _refuse_taken(results, meters)
        return results

    def stored(self, result: SheetRowResult[str]) -> Mapping[str, object]:
        return {"new_reference": result.request or text_of(result.row.cells.get(NEW))}

    def written(self, row: BulkRow) -> Mapping[str, str]:
        return {NEW: row.new_reference}

    def apply(
        self, action: BulkAction, rows: Sequence[BulkRow], meters: Mapping[UUID, Meter]
    ) -> Sequence[ActionResult]:
        """A meter that was changed since the question is left, and so is one whose new reference was taken meanwhile.
        One that is taken at this very moment raises IntegrityError: the job is run again, and sees it.
        """
        results = {row.pk: _result_now(action, row, meters[row.meter]) for row in rows}
        waiting = [row for row in rows if results[row.pk].result == BulkResult.CHANGED]
        results |= _taken_meanwhile(action, waiting)
        left = [row.pk for row in rows if results[row.pk].result != BulkResult.CHANGED]
        update(
            BulkRow, ["result"], ((pk, results[pk].result.value) for pk in left)
        )  # the statement below passes them over
        wanted = {reference_key(row.new_reference) for row in rows}
        swaps = any(meters[row.meter].reference_key in wanted for row in rows)
        change_references(_staged(action), swaps=swaps, partner=action.owner, by=Actor.from_json(action.actor))
        return [results[row.pk] for row in rows]


# --- validating


def _with_new_reference(row: SheetRow, schema: Schema) -> SheetRowResult[str]:
    cell = row.cells.get(NEW)
    texts = {"label": "The new reference"}
    if isinstance(cell, BrokenCell):
        return SheetRowResult(row, problems=[Problem(cell.code, REFERENCE, shown(cell.shown), texts)])
    value = schema.read(REFERENCE, cell)
    if isinstance(value, Problem):
        return SheetRowResult(row, problems=[replace(value, context={**value.context, **texts})])
    return SheetRowResult(row, request=value or "")


def _refuse_same_new_reference(results: Iterable[SheetRowResult[str]]) -> None:
    """Refuse rows that give one reference to two meters, where each needs its own."""
    by_reference: dict[str, list[SheetRowResult[str]]] = {}
    for result in results:
        if result.request and result.changes and (result.meter is None or result.meter.is_unique):
            by_reference.setdefault(reference_key(result.request), []).append(result)
    for group in by_reference.values():
        refuse_all(group, "NEW_REFERENCE_TWICE", NEW, shown(group[0].request))


def _refuse_taken(results: Iterable[SheetRowResult[str]], meters: KnownMeters) -> None:
    """Rows whose new reference another meter has and keeps."""
    row_of = {result.meter.pk: result for result in results if result.meter}
    moving = {pk: result for pk, result in row_of.items() if result.result == BulkResult.WAITING}
    wanted = {pk: reference_key(row.request or "") for pk, row in moving.items() if row.meter and row.meter.is_unique}
    for pk, holder in blocked(wanted, meters.holders()).items():
        moving[pk].problems.append(_taken(moving[pk].request or "", holder, row_of.get(holder)))


def _taken(reference: str, holder: UUID, row: SheetRowResult[str] | None = None) -> Problem:
    """The problem with a reference that a meter has and keeps. row: the holder's own, when it is in the file."""
    if row is not None and row.changes:
        return Problem("REFERENCE_NOT_GIVEN_UP", REFERENCE, shown(reference), {"row": row.row.number})
    return Problem("REFERENCE_TAKEN", REFERENCE, shown(reference), {"meter": str(holder)})


def blocked(wanted: Mapping[UUID, str], holders: Mapping[str, UUID]) -> dict[UUID, UUID]:
    """Which meters cannot have the reference that they want (no two want the same), and the meter that keeps it.

    A meter that gets another reference gives its own up; one that is blocked keeps it, and blocks the next.
    """
    own = {meter: reference for reference, meter in holders.items()}
    wanted_by = {reference: meter for meter, reference in wanted.items()}
    blockers: dict[UUID, UUID] = {}
    waiting = [meter for meter, new in wanted.items() if new in holders and holders[new] not in wanted]
    while waiting:
        meter = waiting.pop()
        blockers[meter] = holders[wanted[meter]]
        next_meter = wanted_by.get(own.get(meter, ""))
        if next_meter is not None:
            waiting.append(next_meter)
    return blockers


# --- doing


def _result_now(action: BulkAction, row: BulkRow, meter: Meter) -> ActionResult:
    """What becomes of a row, the references of others aside."""
    if meter.partner_reference == row.new_reference:
        return ActionResult(BulkResult.SAME)
    if meter.updated_at > action.seen_at or meter.partner_reference != row.partner_reference:
        return ActionResult(BulkResult.MEANWHILE)
    return ActionResult(BulkResult.CHANGED)


def _taken_meanwhile(action: BulkAction, rows: Sequence[BulkRow]) -> dict[int, ActionResult]:
    """Rows whose new reference another meter has by now and keeps."""
    keys = {reference_key(row.new_reference) for row in rows}
    mine = Q(pk__in=[row.meter for row in rows]) | Q(reference_key__any_of=keys)
    unique = Meter.objects.filter(mine, partner=action.partner, created_by=CreatedBy.PARTNER)
    holders: dict[str, UUID] = dict(unique.values_list("reference_key", "pk"))
    must_differ = set(holders.values())
    by_meter = {row.meter: row for row in rows if row.meter in must_differ}
    wanted = {pk: reference_key(row.new_reference) for pk, row in by_meter.items()}
    return {
        by_meter[pk].pk: ActionResult(BulkResult.REFUSED, [_taken(by_meter[pk].new_reference, holder)])
        for pk, holder in blocked(wanted, holders).items()
    }


def _staged(action: BulkAction) -> Staged:
    table = connection.ops.quote_name(BulkAction._meta.db_table)
    return Staged(
        BulkRow,
        "r.action_id = %s AND r.result = %s",
        (action.pk, BulkResult.WAITING.value),
        join=f"JOIN {table} a ON a.id = r.action_id",
    )


register(ChangeReferences())
