"""Asking for a change of many meters, confirming it, and doing it chunk by chunk.

Each chunk is one transaction of meters, events, results and checkpoint.
"""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import Count, Q, QuerySet
from django.http import QueryDict

from onboarding.bulk.handlers import ActionResult, details_page_of, handler_for, handler_of, offered_kinds
from onboarding.bulk.models import BulkAction, BulkResult, BulkRow, BulkState
from onboarding.meters.models import Meter
from onboarding.portfolio.filters import matching
from portal.events.actors import Actor
from portal.events.domain import record
from portal.jobs.domain import enqueue
from portal.partners.models import Partner, User
from portal.problems import Problem, Refused, storable
from portal.storage.bulk import insert, update
from portal.web import clock

MOST_CHOSEN = 5_000


def create_action(
    partner: Partner,
    user: User,
    *,
    kind: str,
    value: str = "",
    meters: Sequence[UUID] | None,
    query: str = "",
    seen_at: datetime,
    by: Actor,
) -> BulkAction:
    """Store a request to change these meters, or (None) all that match a query string. Changes nothing yet.

    Refuses: BULK_KIND_UNKNOWN, NO_METERS_CHOSEN, and what the kind refuses of its value.
    """
    handler = handler_of(kind) if kind in dict(offered_kinds()) else None
    if handler is None:
        raise Refused(Problem("BULK_KIND_UNKNOWN", "kind", kind))
    if meters is not None and not meters:
        raise Refused(Problem("NO_METERS_CHOSEN", "meter"))
    return BulkAction.objects.create(
        partner=partner,
        user=user,
        actor=by.as_json(),
        kind=kind,
        value=handler.clean_value(" ".join(storable(value).split())),
        meters=None if meters is None else sorted({str(pk) for pk in meters})[:MOST_CHOSEN],
        query=query,
        seen_at=min(seen_at, clock.now()),
    )


def waiting_rows(action: BulkAction) -> QuerySet[BulkRow]:
    """The rows of a sheet that are to be done, in their order."""
    return BulkRow.objects.filter(action=action, result=BulkResult.WAITING).order_by("number")


def meters_meant(action: BulkAction) -> QuerySet[Meter]:
    """The meters that an action is about, as they are now."""
    if action.is_by_rows:
        return _meters_of_owner(action).filter(pk__in=waiting_rows(action).values("meter_id"))
    if action.meters is not None:
        return _meters_of_owner(action).filter(pk__in=action.meters)
    return matching(QueryDict(action.query), partner=action.owner).filter(created_at__lte=action.seen_at)


def _meters_of_owner(action: BulkAction) -> QuerySet[Meter]:
    """The partner's meters; for an action of Leap's people, which belongs to no partner, the meters of all."""
    return Meter.objects.filter(partner=action.partner_id) if action.partner_id else Meter.objects.all()


def confirm(action: BulkAction, *, by: Actor, wait: bool = False) -> bool:
    """Confirm an action: queue the work, or (wait) do it at once. Returns whether that had an effect.

    It has none the second time, before the details are given, or for an all-or-none sheet with a row that cannot be
    done. After a stop, the work goes on where it was.
    """
    with transaction.atomic():
        locked = BulkAction.objects.select_for_update().get(pk=action.pk)
        if locked.state not in {BulkState.ASKED, BulkState.STOPPED} or details_page_of(locked):
            return False
        if handler_for(locked).is_all_or_none and locked.rows.filter(result=BulkResult.REFUSED).exists():
            return False
        if locked.state == BulkState.ASKED:
            locked.counts = {"meant": meters_meant(locked).count()}
        locked.state, locked.actor = BulkState.RUNNING, by.as_json()
        locked.save(update_fields=["state", "actor", "counts"])
        data = {"kind": locked.kind, "value": locked.value, "query": locked.query}
        data |= {"details": locked.details} if locked.details else {}
        record("bulkaction.confirmed", subject=locked, partner=locked.partner, by=by, data=data)
        if wait:
            while carry_out(locked):
                pass
            finish(locked)
        else:
            enqueue("meters.bulk", subject_id=locked.pk, partner=locked.partner)
    return True


def carry_out(action: BulkAction) -> int:
    """Do the next meters of an action, in the caller's transaction; returns how many rows got their result, 0 at the
    end. Meters are done in the order of their IDs, so that none is done twice; rows of a sheet in their own order.
    """
    handler = handler_for(action)
    most = None if handler.at_once is None else min(handler.at_once, settings.JOB_CHUNK_ROWS)
    rows = list(waiting_rows(action)[:most]) if action.is_by_rows else _next_chosen(action, most)
    if not rows:
        return 0
    meters_of_rows = Q(pk__in=waiting_rows(action).values("meter_id")[:most])
    here = meters_of_rows if action.is_by_rows else Q(pk__in=[row.meter for row in rows])
    locked = _meters_of_owner(action).filter(here).select_for_update().order_by("pk")
    meters = {meter.pk: meter for meter in (locked.only(*handler.reads) if handler.reads else locked)}
    gone = [row for row in rows if row.meter_id not in meters]
    _keep_results(gone, [ActionResult(BulkResult.GONE)] * len(gone))
    present = [row for row in rows if row.meter_id in meters]
    _keep_results(present, handler.apply(action, present, meters))
    return len(rows)


def _next_chosen(action: BulkAction, most: int | None) -> list[BulkRow]:
    """Rows, not stored yet, for the next of the chosen meters."""
    after = BulkRow.objects.filter(action=action).order_by("-meter_id").values_list("meter_id", flat=True).first()
    meant = meters_meant(action).order_by("pk")
    if after is not None:
        meant = meant.filter(pk__gt=after)
    columns = meant.values_list("pk", "partner_reference")[:most]
    return [BulkRow(action=action, meter_id=pk, partner_reference=reference) for pk, reference in columns]


def _keep_results(rows: Sequence[BulkRow], results: Sequence[ActionResult]) -> None:
    """Store the results of rows: rows of a sheet, which exist already, are updated, and others are created."""
    for row, result in zip(rows, results, strict=True):
        row.result = result.result.value
        row.problems = [problem.as_json() for problem in result.problems] or None
    if new := [row for row in rows if row.pk is None]:
        insert(
            BulkRow,
            ["action", "meter_id", "partner_reference", "result", "problems"],
            ((row.action_id, row.meter_id, row.partner_reference, row.result, row.problems) for row in new),
        )
    if kept := [row for row in rows if row.pk is not None]:
        update(BulkRow, ["result", "problems"], ((row.pk, row.result, row.problems) for row in kept))


def finish(action: BulkAction) -> None:
    """Every meter has its result: count them, in the caller's transaction."""
    _name_the_gone(action)
    counts = BulkRow.objects.filter(action=action).order_by().values_list("result").annotate(n=Count("pk"))
    action.state, action.counts, action.finished_at = BulkState.DONE, {**action.counts, **dict(counts)}, clock.now()
    action.save(update_fields=["state", "counts", "finished_at"])
    by = Actor.from_json(action.actor)
    record("bulkaction.done", subject=action, partner=action.partner, by=by, data=action.counts)


def _name_the_gone(action: BulkAction) -> None:
    """Give chosen meters that no longer exist a result too."""
    if not action.meters:
        return
    known = {str(pk) for pk in BulkRow.objects.filter(action=action).values_list("meter_id", flat=True)}
    gone = [UUID(pk) for pk in action.meters if pk not in known]
    insert(
        BulkRow,
        ["action", "meter_id", "partner_reference", "result"],
        ((action.pk, pk, "", BulkResult.GONE.value) for pk in gone),
    )
