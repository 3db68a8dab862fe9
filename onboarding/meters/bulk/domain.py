"""Asking for a change of many meters, confirming it, and doing it chunk by chunk.

Runs as the job meters.bulk; each chunk is one transaction of meters, events, results and checkpoint.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import Count, QuerySet
from django.http import QueryDict
from django.utils import timezone

from onboarding.meters.bulk.deeds import AT_ONCE, Done, deed_of, page_to_say_how
from onboarding.meters.bulk.letters import tell_done
from onboarding.meters.bulk.models import BulkAction, BulkKind, BulkResult, BulkRow, BulkState
from onboarding.meters.bulk.references.domain import change_waiting, waiting_rows
from onboarding.meters.domain import MeterChange, change_meters
from onboarding.meters.filters import matching
from onboarding.meters.models import Meter
from portal.events.actors import Actor
from portal.events.domain import record
from portal.jobs.domain import Run, enqueue, job_handler
from portal.jobs.models import Job
from portal.partners.models import Partner, User
from portal.problems import Problem, ProblemKind, Refused, register, storable
from portal.storage.bulk import insert, update
from programs.schema import schema_for

register(
    ProblemKind(
        "NO_METERS_CHOSEN",
        "No meters chosen",
        "No meter is chosen.",
        "Tick the meters, or tick that all that match are meant.",
    ),
    ProblemKind("TAG_MISSING", "No tag", "No tag is written.", "Write a tag of 1 to 64 characters, without a comma."),
    ProblemKind(
        "TAG_NOT_ACCEPTED", "Not a tag", "“{value}” is no tag.", "Write a tag of 1 to 64 characters, without a comma."
    ),
    ProblemKind(
        "GROUP_NOT_ACCEPTED",
        "Not a customer group",
        "“{value}” is not accepted as a customer group.",
        "Write a shorter name, without special characters.",
    ),
    ProblemKind("BULK_KIND_UNKNOWN", "Nothing to do", "It is not said what to do.", "Choose what to do."),
)
MOST_CHOSEN = 5_000
_LONGEST_TAG = 64


def ask(
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
    """Keep what somebody wants done to these meters, or (None) to all that match a query string. Nothing happens yet.

    Refuses: BULK_KIND_UNKNOWN, NO_METERS_CHOSEN, TAG_MISSING, TAG_NOT_ACCEPTED, GROUP_NOT_ACCEPTED.
    """
    if kind not in dict(BulkKind.of_chosen()):
        raise Refused(Problem("BULK_KIND_UNKNOWN", "kind", kind))
    if meters is not None and not meters:
        raise Refused(Problem("NO_METERS_CHOSEN", "meter"))
    value = _accepted(BulkKind(kind), " ".join(storable(value).split()))
    return BulkAction.objects.create(
        partner=partner,
        user=user,
        actor=by.as_json(),
        kind=kind,
        value=value,
        meters=None if meters is None else sorted({str(pk) for pk in meters})[:MOST_CHOSEN],
        query=query,
        seen_at=min(seen_at, timezone.now()),
    )


def _accepted(kind: BulkKind, value: str) -> str:
    if kind.needs_value and not value:
        raise Refused(Problem("TAG_MISSING", "value"))
    if kind.needs_value and (len(value) > _LONGEST_TAG or "," in value):
        raise Refused(Problem("TAG_NOT_ACCEPTED", "value", value))
    if kind == BulkKind.SET_GROUP and value and not schema_for().accepts("customer_group", value):
        raise Refused(Problem("GROUP_NOT_ACCEPTED", "value", value[:100]))
    return value if kind.needs_value or kind == BulkKind.SET_GROUP else ""


def meters_meant(action: BulkAction) -> QuerySet[Meter]:
    """The meters that an action is about, as they are now."""
    if action.is_by_rows:
        return Meter.objects.filter(partner=action.partner, pk__in=waiting_rows(action).values("meter_id"))
    if action.meters is not None:
        return Meter.objects.filter(partner=action.partner, pk__in=action.meters)
    return matching(QueryDict(action.query), partner=action.partner).filter(created_at__lte=action.seen_at)


def confirm(action: BulkAction, *, by: Actor) -> None:
    """A person says yes: queue the work. A second yes has no effect, nor has one before it is said how; after a stop,
    it goes on where it was."""
    with transaction.atomic():
        locked = BulkAction.objects.select_for_update().get(pk=action.pk)
        if locked.state not in {BulkState.ASKED, BulkState.STOPPED} or page_to_say_how(locked):
            return
        if locked.state == BulkState.ASKED:
            locked.counts = {"meant": meters_meant(locked).count()}
        locked.state, locked.actor = BulkState.RUNNING, by.as_json()
        locked.save(update_fields=["state", "actor", "counts"])
        data = {"kind": locked.kind, "value": locked.value, "query": locked.query}
        data |= {"details": locked.details} if locked.details else {}
        record("bulkaction.confirmed", subject=locked, partner=locked.partner, by=by, data=data)
        enqueue("meters.bulk", subject_id=locked.pk, partner=locked.partner)


def _on_failure(job: Job) -> None:
    BulkAction.objects.filter(pk=job.subject_id).update(state=BulkState.STOPPED)


@job_handler("meters.bulk", on_failure=_on_failure)
def run_action(run: Run) -> None:
    """The job: meters in the order of their IDs, so that what was changed is never met again; references all at once,
    since meters can take each other's."""
    action = BulkAction.objects.select_related("partner").get(pk=run.job.subject_id)
    if action.kind == BulkKind.CHANGE_REFERENCE:
        with run.chunk():
            change_waiting(action)
    else:
        chunk = _chunk_of_rows if action.is_by_rows else _chunk
        while chunk(run, action):
            run.yield_to_other_partners()
    with run.chunk():
        _name_the_gone(action)
        counts = {**action.counts, **dict(_counted(action))}
        action.state, action.counts, action.finished_at = BulkState.DONE, counts, timezone.now()
        action.save(update_fields=["state", "counts", "finished_at"])
        by = Actor.from_json(action.actor)
        record("bulkaction.done", subject=action, partner=action.partner, by=by, data=counts)
        tell_done(action, run.job)


def _chunk(run: Run, action: BulkAction) -> bool:
    with run.chunk() as chunk:
        after = BulkRow.objects.filter(action=action).order_by("-meter_id").values_list("meter_id", flat=True).first()
        meant = meters_meant(action).order_by("pk")
        if after is not None:
            meant = meant.filter(pk__gt=after)
        deed = deed_of(action)
        most = settings.JOB_CHUNK_ROWS if deed is None else min(AT_ONCE, settings.JOB_CHUNK_ROWS)
        pks = list(meant.values_list("pk", flat=True)[:most])
        if not pks:
            return False
        if deed is not None:
            _do(action, pks)
            chunk.done, chunk.total = chunk.done + len(pks), action.counts.get("meant", 0)
            return True
        held = Meter.objects.filter(pk__in=pks, partner=action.partner).select_for_update().order_by("pk")
        meters = list(held.only("pk", "partner_reference", "tags", "is_archived", "customer_group", "updated_at"))
        results = {meter.pk: _result(action, meter) for meter in meters}
        changed = [meter for meter in meters if results[meter.pk] == BulkResult.CHANGED]
        changes = [MeterChange(meter, _fields(action, meter)) for meter in changed]
        change_meters(
            changes, verb=_VERBS[BulkKind(action.kind)], partner=action.partner, by=Actor.from_json(action.actor)
        )
        insert(
            BulkRow,
            ["action", "meter_id", "partner_reference", "result"],
            ((action.pk, meter.pk, meter.partner_reference, results[meter.pk].value) for meter in meters),
        )
        chunk.done, chunk.total = chunk.done + len(pks), action.counts.get("meant", 0)
    return True


def _do(action: BulkAction, pks: Sequence[UUID]) -> None:
    """What another room does with some of the meters, with a result for each."""
    meters, done = _done(action, pks, {})
    insert(
        BulkRow,
        ["action", "meter_id", "partner_reference", "result", "problems"],
        ((action.pk, meter.pk, meter.partner_reference, *_kept(done[meter.pk])) for meter in meters),
    )


def _chunk_of_rows(run: Run, action: BulkAction) -> bool:
    with run.chunk() as chunk:
        rows = list(waiting_rows(action)[: min(AT_ONCE, settings.JOB_CHUNK_ROWS)])
        if not rows:
            return False
        by_meter = {row.meter_id: row for row in rows if row.meter_id}
        _, done = _done(action, list(by_meter), by_meter)
        gone = Done(BulkResult.GONE)
        kept = ((row.pk, *_kept(done.get(row.meter_id, gone) if row.meter_id else gone)) for row in rows)
        update(BulkRow, ["result", "problems"], kept)
        chunk.done, chunk.total = chunk.done + len(rows), action.counts.get("meant", 0)
    return True


def _done(
    action: BulkAction, pks: Sequence[UUID], rows: Mapping[UUID, BulkRow]
) -> tuple[list[Meter], Mapping[UUID, Done]]:
    deed = deed_of(action)
    assert deed is not None
    held = Meter.objects.filter(pk__in=pks, partner=action.partner).select_for_update().order_by("pk")
    meters = list(held)
    return meters, deed.do(action, meters, rows)


def _kept(done: Done) -> tuple[str, list[dict[str, Any]] | None]:
    return done.result.value, [problem.as_json() for problem in done.problems] or None


_VERBS = {
    BulkKind.ARCHIVE: "meter.archived",
    BulkKind.RESTORE: "meter.taken_out_of_the_archive",
    BulkKind.ADD_TAG: "meter.tagged",
    BulkKind.REMOVE_TAG: "meter.untagged",
    BulkKind.SET_GROUP: "meter.grouped",
}


def _result(action: BulkAction, meter: Meter) -> BulkResult:
    if all(getattr(meter, name) == value for name, value in _fields(action, meter).items()):
        return BulkResult.SAME
    return BulkResult.MEANWHILE if meter.updated_at > action.seen_at else BulkResult.CHANGED


def _fields(action: BulkAction, meter: Meter) -> dict[str, Any]:
    """What the meter holds afterwards."""
    match BulkKind(action.kind):
        case BulkKind.ARCHIVE | BulkKind.RESTORE:
            return {"is_archived": action.kind == BulkKind.ARCHIVE}
        case BulkKind.ADD_TAG:
            return {"tags": meter.tags if action.value in meter.tags else [*meter.tags, action.value]}
        case BulkKind.REMOVE_TAG:
            return {"tags": [tag for tag in meter.tags if tag != action.value]}
        case BulkKind.SET_GROUP:
            return {"customer_group": action.value}
        case _:
            raise ValueError(f"{action.kind} is not done here")


def _name_the_gone(action: BulkAction) -> None:
    """Chosen meters that are not there any more get a result too."""
    if not action.meters:
        return
    known = {str(pk) for pk in BulkRow.objects.filter(action=action).values_list("meter_id", flat=True)}
    gone = [UUID(pk) for pk in action.meters if pk not in known]
    insert(
        BulkRow,
        ["action", "meter_id", "partner_reference", "result"],
        ((action.pk, pk, "", BulkResult.GONE.value) for pk in gone),
    )


def _counted(action: BulkAction) -> list[tuple[str, int]]:
    rows = BulkRow.objects.filter(action=action).order_by().values_list("result")
    return list(rows.annotate(n=Count("pk")))
