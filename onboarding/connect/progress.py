"""How far each customer has come: facts of a connection that follow from its notes, one statement for each note.

They are kept so that a funnel of many customers is counted without reading what each of them did. The same notes in the
same order give the same facts.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Final

from django.db.models import BigIntegerField, Case, CharField, F, Q, Value, When
from django.db.models.functions import Coalesce, Greatest

from onboarding.connect.choices import DropOffReason, NoteKind, Reached, Variant
from onboarding.connect.models import Authorization, Connection
from portal.web import clock

_REACHES: Final = {
    NoteKind.OPENED: Reached.OPENED,
    NoteKind.DETAILS_GIVEN: Reached.INFORMATION,
    NoteKind.SIGNED: Reached.SIGNED,
    NoteKind.UTILITY_STARTED: Reached.UTILITY,
    NoteKind.AUTHORIZED: Reached.AUTHORIZED,
    NoteKind.DATA_ARRIVED: Reached.DATA,
    NoteKind.TO_DECIDE: Reached.DATA,
    NoteKind.NOT_A_METER: Reached.DATA,
    NoteKind.METER_CREATED: Reached.METER,
    NoteKind.METER_JOINED: Reached.METER,
    NoteKind.DEVICE_JOINED: Reached.METER,
}
# A step taken again ends the reason for which a customer stopped at it or before, up to this one.
_TAKES_UP_UNTIL: Final = dict.fromkeys(
    (NoteKind.OPENED, NoteKind.DETAILS_GIVEN, NoteKind.SIGNED, NoteKind.UTILITY_STARTED), Reached.UTILITY
) | {NoteKind.AUTHORIZED: Reached.AUTHORIZED, NoteKind.TO_DECIDE: Reached.DATA}
_ASKS_PARTNER: Final = {NoteKind.TO_DECIDE: DropOffReason.TO_DECIDE, NoteKind.NOT_A_METER: DropOffReason.NOT_A_METER}
_OF_DEVICES: Final = {
    NoteKind.DEVICE_FITS_NOTHING: DropOffReason.DEVICE_FITS_NOTHING,
    NoteKind.DEVICE_REFERENCE_TAKEN: DropOffReason.DEVICE_REFERENCE_TAKEN,
    NoteKind.DEVICE_NOT_CREATED: DropOffReason.DEVICE_NOT_CREATED,
    NoteKind.DEVICE_SERIAL_TAKEN: DropOffReason.DEVICE_SERIAL_TAKEN,
}
_SETTLED: Final = (
    DropOffReason.COMPLETE,
    DropOffReason.ESI_ID_MISSING,
    DropOffReason.ESI_ID_TAKEN,
    *_OF_DEVICES.values(),
)
_AT_UTILITY: Final = Q(reached=Reached.UTILITY)
_WITHOUT_DATA: Final = Q(reached=Reached.AUTHORIZED)
# The notes that say why a customer is no further: the reason, and of which connections it is told.
_STOPS: Final[Mapping[NoteKind, tuple[DropOffReason, Q]]] = {
    NoteKind.LEFT: (DropOffReason.LEFT, Q(reached__lte=Reached.UTILITY, stopped_by="")),
    NoteKind.AGREEMENT_DECLINED: (DropOffReason.AGREEMENTS_DECLINED, Q(reached__lte=Reached.UTILITY)),
    NoteKind.ESI_ID_MISSING: (DropOffReason.ESI_ID_MISSING, Q(reached__lte=Reached.SIGNED)),
    NoteKind.ESI_ID_TAKEN: (DropOffReason.ESI_ID_TAKEN, Q(reached__lte=Reached.SIGNED)),
    **{kind: (reason, Q(reached__lte=Reached.SIGNED)) for kind, reason in _OF_DEVICES.items()},
    NoteKind.FINISHED: (
        DropOffReason.COMPLETE,
        Q(
            reached__lte=Reached.SIGNED,
            link__variant__in=[variant.value for variant in Variant if variant.is_agreements_only],
        ),
    ),
    NoteKind.DATA_OVERDUE: (DropOffReason.DATA_OVERDUE, _WITHOUT_DATA),
    NoteKind.FEED_UNREADABLE: (DropOffReason.FEED_UNREADABLE, _WITHOUT_DATA),
    NoteKind.FETCH_FAILED: (DropOffReason.FETCH_FAILED, _WITHOUT_DATA),
    NoteKind.ENDED: (DropOffReason.ENDED, Q(reached__in=[Reached.AUTHORIZED, Reached.DATA])),
}


def advance(connection: Connection, kind: NoteKind, authorization: Authorization | None) -> None:
    """Keep what a new note says of how far the customer is, in the caller's transaction: at most one statement."""
    rows = Connection.objects.filter(pk=connection.pk)
    if kind == NoteKind.NOT_AUTHORIZED and authorization:
        rows.filter(_AT_UTILITY).update(stopped_by=authorization.failure)
    elif kind in _STOPS:
        reason, condition = _STOPS[kind]
        if authorization:
            condition &= Q(utility=authorization.utility_id)
        rows.filter(condition, ~Q(stopped_by__in=_SETTLED)).update(stopped_by=reason)
    elif kind in _REACHES:
        _reach(connection, kind, authorization)


def _reach(connection: Connection, kind: NoteKind, authorization: Authorization | None) -> None:
    step, now = _REACHES[kind], clock.now()
    bits = step.bit | (Reached.DATA.bit if authorization and step == Reached.METER else 0)
    is_new = Q(reached__lt=step)
    takes_up = Q(reached__lte=_TAKES_UP_UNTIL.get(kind, 0)) & ~Q(stopped_by__in=_SETTLED)
    takes_up |= Q(reached=step, stopped_by="")
    reason = Value(str(_ASKS_PARTNER.get(kind, "")))
    changes: dict[str, object] = {
        "reached": Greatest("reached", Value(step.value)),
        "passed": F("passed").bitor(bits),
        "stopped_by": Case(When(is_new | takes_up, then=reason), default="stopped_by", output_field=CharField()),
    }
    if authorization and step in (Reached.UTILITY, Reached.AUTHORIZED):
        until = Q(reached__lte=Reached.UTILITY)
        chosen = When(until, then=Value(authorization.utility_id))
        changes["utility"] = Case(chosen, default="utility", output_field=BigIntegerField())
    if step == Reached.AUTHORIZED:
        changes["minutes_to_authorize"] = Coalesce("minutes_to_authorize", _minutes(connection.started_at, now))
    if step >= Reached.DATA and authorization and authorization.authorized_at:
        changes["minutes_to_data"] = Coalesce("minutes_to_data", _minutes(authorization.authorized_at, now))
    Connection.objects.filter(pk=connection.pk).update(**changes)


def _minutes(begin: datetime, end: datetime) -> Value:
    return Value(max(int((end - begin).total_seconds() // 60), 0))


# --- which connections a number counts


def is_finished() -> Q:
    """Those of which nothing more is expected: they have a meter, or were asked for no more."""
    return Q(reached=Reached.METER) | Q(stopped_by=DropOffReason.COMPLETE)


def has_reached(step: Reached) -> Q:
    """Those that took a step, wherever they are now."""
    return Q(passed__in=[bits for bits in range(1 << len(Reached)) if bits & step.bit])


def was_not_asked(step: Reached) -> Q:
    """Those that went on, or were done, without a step that their link does not have."""
    return (Q(reached__gt=step) | Q(stopped_by=DropOffReason.COMPLETE)) & ~has_reached(step)


def has_stopped_at(step: Reached) -> Q:
    """Those that came so far and no further, for a reason that is known."""
    return Q(reached=step) & ~Q(stopped_by="") & ~is_finished()


def is_under_way_at(step: Reached) -> Q:
    """Those that came so far, and whose next step is still expected."""
    return Q(reached=step, stopped_by="", passed__gt=0) & ~is_finished()
