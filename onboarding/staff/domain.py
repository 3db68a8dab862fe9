"""Recording Leap's actions and the market's answers, for one meter or many; every change is an event."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from django.db import transaction

from onboarding.enrollment.domain import re_evaluate
from onboarding.enrollment.models import Activation, CheckRecord, Enrollment
from onboarding.enrollment.registrations import answer_refreshes
from onboarding.meters.models import EnrollmentStatus, Meter
from onboarding.staff.published import record_groups
from portal.events.actors import Actor
from portal.events.domain import record_many
from portal.partners.models import Partner
from portal.problems import Problem, Refused
from portal.web import clock
from programs.deadlines import over_at
from programs.models import RECORDED, ActionType, DeliveryPeriod, Program

# What can be recorded by hand: what Leap finds out, and an authorization that did not come through Connect.
CAN_BE_RECORDED = (*sorted(RECORDED), ActionType.IS_AUTHORIZED)


@dataclass(slots=True)
class RecordResult:
    """The meters for which something was recorded, and why the others were left out."""

    meters: list[UUID] = field(default_factory=list)
    left: dict[UUID, Problem] = field(default_factory=dict)


def record_checks(
    meters: Collection[Meter],
    action_type: str,
    *,
    holds: bool,
    by: Actor,
    program: Program | None = None,
    period: DeliveryPeriod | None = None,
    code: str = "",
    note: str = "",
    valid_from: datetime | None = None,
    valid_to: datetime | None = None,
    is_made_up: bool = False,
) -> RecordResult:
    """Record whether an item of the checklist holds for meters, in a program and period or in all, for a time.

    One meter.check_recorded event each, then the meters are evaluated again. Meters outside the program are left out.
    A period implies its program. is_made_up: in a sandbox; otherwise the meters of sandboxes are left out.
    """
    program = program or (period.program if period else None)

    def write(group: Sequence[Meter]) -> Collection[UUID]:
        CheckRecord.objects.bulk_create(
            CheckRecord(
                partner_id=meter.partner_id,
                meter=meter,
                program=program,
                period=period,
                action_type=action_type,
                holds=holds,
                code=code,
                note=note,
                valid_from=valid_from or clock.now(),
                valid_to=valid_to,
                recorded_by=by.label,
            )
            for meter in group
        )
        if action_type == ActionType.HAS_MARKET_REGISTRATION:
            answer_refreshes([meter.pk for meter in group])
        return ()

    told = {"item": ActionType(action_type).label, "holds": holds, "code": code, "note": note}
    told |= {"program": program.identifier} if program else {}
    told |= {"period": period.name} if period else {}
    told |= {"from": valid_from.isoformat()} if valid_from else {}
    told |= {"until": valid_to.isoformat()} if valid_to else {}
    return _each(meters, "meter.check_recorded", told, write, _outside(meters, program, is_made_up), by=by)


def activate(
    meters: Collection[Meter],
    period: DeliveryPeriod,
    *,
    by: Actor,
    active_from: datetime | None = None,
    market_group_id: UUID | None = None,
    market_group_name: str = "",
    even_if_not_eligible: bool = False,
    note: str = "",
    is_made_up: bool = False,
) -> RecordResult:
    """Meters are enrolled and dispatched in a period, from a moment on (its start, if that is still to come).

    One meter.activated event each. Meters outside the program, active ones and those not eligible are left out.
    Refuses: OUTSIDE_PERIOD. An activation that has ended by then is not changed. is_made_up: in a sandbox; otherwise
    the meters of sandboxes are left out.
    """
    since = active_from or max(period.starts_at, clock.now())
    if not period.runs_at(since):
        raise Refused(Problem("OUTSIDE_PERIOD", context={"period": period.name, "days": period.days_text}))
    left = _outside(meters, period.program, is_made_up)
    running = Activation.objects.filter(meter__in=meters, period=period).exclude(active_to__lte=since)
    for pk in running.values_list("meter", flat=True):
        left[pk] = Problem("ACTIVE_ALREADY", context={"period": period.name})
    if not even_if_not_eligible:
        rows = Enrollment.objects.filter(meter__in=meters, program=period.program)
        for pk, status in rows.exclude(status=EnrollmentStatus.ELIGIBLE).values_list("meter", "status"):
            context = {"status": EnrollmentStatus(status).label.lower(), "program": period.program.identifier}
            left.setdefault(pk, Problem("NOT_ELIGIBLE_TO_ACTIVATE", context=context))

    def write(group: Sequence[Meter]) -> Collection[UUID]:
        Activation.objects.bulk_create(
            [
                Activation(
                    partner_id=meter.partner_id,
                    meter=meter,
                    period=period,
                    active_from=since,
                    market_group_id=market_group_id,
                    market_group_name=market_group_name,
                )
                for meter in group
            ]
        )
        return [market_group_id] if market_group_id else ()

    told = {"program": period.program.identifier, "period": period.name, "from": since.isoformat(), "note": note}
    told |= {"market_group": market_group_name} if market_group_name else {}
    return _each(meters, "meter.activated", told, write, left, by=by, period=period)


def end_activation(
    meters: Collection[Meter], period: DeliveryPeriod, *, reason: str, by: Actor, active_to: datetime | None = None
) -> RecordResult:
    """Meters are active in a period until a moment (now). One meter.activation_ended event each, with the reason.

    Refuses: OUTSIDE_PERIOD, for an end after the period's.
    """
    until = active_to or clock.now()
    if active_to and active_to > over_at(period.ends_at, period.program.zone):
        raise Refused(Problem("OUTSIDE_PERIOD", context={"period": period.name, "days": period.days_text}))
    running = Activation.objects.filter(meter__in=meters, period=period, active_from__lte=until)
    running = running.exclude(active_to__lte=until)
    known = set(running.values_list("meter", flat=True)) - in_sandboxes(meters)
    problem = Problem("NOT_ACTIVE", context={"period": period.name})
    left = {meter.pk: problem for meter in meters if meter.pk not in known}

    def write(group: Sequence[Meter]) -> Collection[UUID]:
        ending = running.filter(meter__in=group)
        groups = {pk for pk in ending.values_list("market_group_id", flat=True) if pk}
        ending.update(active_to=until, end_reason=reason)
        return groups

    told = {"program": period.program.identifier, "period": period.name, "until": until.isoformat(), "reason": reason}
    return _each(meters, "meter.activation_ended", told, write, left, by=by, period=period)


def in_sandboxes(meters: Collection[Meter]) -> set[UUID]:
    """Those of the meters that are made up: nothing is recorded of them here."""
    partners = {meter.partner_id for meter in meters}
    real = set(Partner.objects.real().filter(pk__in=partners).values_list("pk", flat=True))
    return {meter.pk for meter in meters if meter.partner_id not in real}


def _outside(meters: Collection[Meter], program: Program | None, is_made_up: bool) -> dict[UUID, Problem]:
    """The meters that are not meant for a program, and those of sandboxes."""
    left = {} if is_made_up else {pk: Problem("METER_OF_SANDBOX") for pk in in_sandboxes(meters)}
    if program is None:
        return left
    inside = set(Enrollment.objects.filter(meter__in=meters, program=program).values_list("meter", flat=True))
    problem = Problem("NOT_IN_PROGRAM", context={"program": program.identifier})
    return {meter.pk: problem for meter in meters if meter.pk not in inside} | left


def _each(
    meters: Collection[Meter],
    verb: str,
    told: Mapping[str, object],
    write: Callable[[Sequence[Meter]], Collection[UUID]],
    left: Mapping[UUID, Problem],
    *,
    by: Actor,
    period: DeliveryPeriod | None = None,
) -> RecordResult:
    """Write for the meters that are not left out, with an event each, and one for each market group of the period that
    `write` returns; then evaluate them. One transaction for all, which holds the meters before it writes."""
    result = RecordResult(left=dict(left))
    by_partner: dict[UUID, list[Meter]] = {}
    for meter in meters:
        if meter.pk not in left:
            by_partner.setdefault(meter.partner_id, []).append(meter)
    with transaction.atomic():
        for group in by_partner.values():
            partner, keys = group[0].partner, [meter.pk for meter in group]
            list(Meter.objects.filter(pk__in=keys).order_by("pk").select_for_update().values_list("pk"))
            market_groups = write(group)
            record_many("meter", ((verb, pk, told) for pk in keys), partner=partner, by=by)
            if period and market_groups:
                record_groups(market_groups, period, partner=partner, by=by)
            re_evaluate(keys, by=by)
            result.meters += keys
    return result
