"""From a utility's data to meters: one for each usage point, which may be one that the partner has already."""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

from django.db import transaction

from onboarding.connect.choices import AuthorizationState, NoteKind
from onboarding.connect.models import Authorization, ConnectSession, ServicePoint
from onboarding.connect.notes import note, refresh_needs
from onboarding.connect.points import PointFacts, PointIdentity, keys_of, match_of
from onboarding.connect.queries import connect_programs
from onboarding.enrollment.domain import join_program, re_evaluate
from onboarding.enrollment.models import CheckRecord
from onboarding.enrollment.rules import rules_of
from onboarding.meters.columns import Asset
from onboarding.meters.domain import create_connected_meter, join_connection
from onboarding.meters.models import CreatedBy, Meter
from portal.events.actors import Actor
from portal.partners.models import Partner
from portal.problems import Problem, Refused
from portal.web import clock
from programs.models import ActionType, Utility
from programs.schema.crossfield.zips import state_of

ELECTRICITY: Final = "electricity"
AUTHORIZE_AGAIN: Final = "AUTH_0001"  # leap.md 4.4
_ANOTHER_PROVIDER: Final = "Another provider has this service account. Only one provider can have it at a time."


def data_of(utility: Utility) -> Actor:
    """A utility's data as an actor."""
    return Actor.system(f"Data of {utility.name}")


def absorb(authorization: Authorization, points: Iterable[PointFacts]) -> list[Meter]:
    """Keep what the feeds tell of each usage point, and create or join its meter; returns the meters that are new to
    the authorization. Repeating it with the same data has no effect. One transaction.

    A point that may be one of several meters waits for the partner. Gas and water are kept and left alone.
    """
    new = []
    with transaction.atomic():
        # Two authorizations of one point at the same time must not both create its meter.
        Partner.objects.select_for_update(no_key=True).get(pk=authorization.partner_id)
        for facts in points:
            point, is_new = _keep(authorization, facts)
            if point.meter_id or point.candidates or (not is_new and facts.kind != ELECTRICITY):
                continue
            if facts.kind != ELECTRICITY:
                told = {"utility": authorization.utility.name, "kind": facts.kind}
                note(authorization.connection, NoteKind.NOT_A_METER, authorization=authorization, facts=told)
                continue
            if meter := _meter_of(authorization, point, facts):
                new.append(meter)
            if is_new and not facts.has_intervals:
                told = {"utility": authorization.utility.name, "point": facts.agreement_number or facts.usage_point}
                note(authorization.connection, NoteKind.NO_INTERVALS, authorization=authorization, facts=told)
        if new:
            state_facts({meter.pk for meter in new}, by=data_of(authorization.utility))
    return new


def _keep(authorization: Authorization, facts: PointFacts) -> tuple[ServicePoint, bool]:
    """The row of a usage point, with what the newest feed says; what a feed leaves out stays."""
    known = {
        "kind": facts.kind,
        "account_number": facts.account_number,
        "agreement_number": facts.agreement_number,
        "service_point_number": facts.service_point_number,
        "meter_serials": list(facts.meter_serials),
        "keys": sorted(keys_of(facts.identifiers)),
        "facts": _facts_json(facts),
    }
    told = {name: value for name, value in known.items() if value}
    point, is_new = ServicePoint.objects.get_or_create(
        authorization=authorization,
        usage_point=facts.usage_point,
        defaults={
            **known,
            "partner": authorization.partner,
            "utility": authorization.utility,
            "created_at": clock.now(),
        },
    )
    changed = {name: value for name, value in told.items() if getattr(point, name) != value}
    if changed:
        for name, value in changed.items():
            setattr(point, name, value)
        point.save(update_fields=[*changed])
    return point, is_new


def _facts_json(facts: PointFacts) -> dict[str, str]:
    named = ("customer_name", "street", "city", "state", "postal_code", "tariff", "load_zone")
    return {name: getattr(facts, name) for name in named if getattr(facts, name)}


def _meter_of(authorization: Authorization, point: ServicePoint, facts: PointFacts) -> Meter | None:
    """Join the meter that the point is, or create it; None when the partner has to decide."""
    if meter := _of_an_earlier_authorization(point):
        _join(point, meter, by=data_of(authorization.utility))
        return meter
    reference = reference_of(authorization.session)
    identity = PointIdentity(
        keys=frozenset(point.keys),
        street=facts.street,
        postal_code=facts.postal_code,
        utility=authorization.utility,
        reference=authorization.connection.reference if authorization.connection else "",
    )
    match = match_of(identity, partner=authorization.partner)
    if match.problem:
        point.candidates = [str(meter.pk) for meter in match.candidates]
        point.problem = match.problem.as_json()
        point.save(update_fields=["candidates", "problem"])
        told = {"utility": authorization.utility.name}
        note(authorization.connection, NoteKind.TO_DECIDE, authorization=authorization, facts=told)
        if authorization.connection is None:  # nowhere to ask: nothing is joined without a yes
            return _create(point, facts, reference, by=data_of(authorization.utility))
        return None
    if match.meter:
        _join(point, match.meter, by=data_of(authorization.utility))
        return match.meter
    return _create(point, facts, reference, by=data_of(authorization.utility))


def _of_an_earlier_authorization(point: ServicePoint) -> Meter | None:
    """The meter of the same usage point, by an authorization before this one."""
    earlier = ServicePoint.objects.filter(
        partner=point.partner_id, utility=point.utility_id, usage_point=point.usage_point, meter__isnull=False
    )
    row = earlier.exclude(pk=point.pk).select_related("meter__partner").order_by("pk").first()
    return row.meter if row else None


def reference_of(session: ConnectSession) -> str:
    """The reference that meters of a session carry: its refId, or one that we make."""
    return session.connection.reference if session.connection else f"connect-{str(session.pk)[-12:]}"


def _join(point: ServicePoint, meter: Meter, *, by: Actor) -> None:
    authorization = point.authorization
    reference = authorization.connection.reference if authorization.connection else ""
    held = Meter.objects.select_for_update().select_related("partner").get(pk=meter.pk, partner=point.partner_id)
    _set_meter(point, held)
    join_connection(held, reference, by=by, told=_told_of(point))
    join_programs(held, authorization.session, only_named=True, by=by)
    told = {"utility": authorization.utility.name, "meter": held.partner_reference}
    note(authorization.connection, NoteKind.METER_JOINED, authorization=authorization, facts=told)


def _create(point: ServicePoint, facts: PointFacts, reference: str, *, by: Actor) -> Meter:
    authorization = point.authorization
    meter = create_connected_meter(
        asset_of_point(authorization, facts, reference),
        created_by=CreatedBy.UTILITY,
        partner=authorization.partner,
        by=by,
        told=_told_of(point),
    )
    _set_meter(point, meter)
    join_programs(meter, authorization.session, only_named=False, by=by)
    told = {"utility": authorization.utility.name, "meter": str(meter.pk)}
    note(authorization.connection, NoteKind.METER_CREATED, authorization=authorization, facts=told)
    return meter


def _told_of(point: ServicePoint) -> dict[str, object]:
    connection = point.authorization.connection
    return {
        "authorization": str(point.authorization_id),
        "connection": connection.reference if connection else "",
        "utility": point.utility.code,
    }


def _set_meter(point: ServicePoint, meter: Meter) -> None:
    point.meter, point.candidates, point.problem = meter, [], {}
    point.save(update_fields=["meter", "candidates", "problem"])


def asset_of_point(authorization: Authorization, facts: PointFacts, reference: str) -> Asset:
    """The asset of a new meter: what the utility says, and where it says nothing, what the customer entered."""
    link, answers = authorization.session.link, authorization.session.answers
    postal_code = facts.postal_code or str(answers.get("postal_code", ""))
    customer = {
        "street_1": facts.street or str(answers.get("street", "")),
        "city": facts.city or str(answers.get("city", "")),
        "state_or_province_code": facts.state or str(answers.get("state", "")) or state_of(postal_code[:5]) or "",
        "postal_code": postal_code,
        "country_code": "US",
        "end_customer_name": facts.customer_name or str(answers.get("customer_name", "")),
        "end_customer_email": str(answers.get("email", "")),
        "end_customer_phone_number": str(answers.get("phone", "")),
        "end_customer_company_name": str(answers.get("company_name", "")),
        "partner_customer_reference": reference,
    }
    utility = {
        "utility_name": authorization.utility.code,
        "electric_service_account_number": facts.agreement_number or facts.account_number,
        "tariff": facts.tariff,
        "utility_meter_serial_number": facts.meter_serials[0] if facts.meter_serials else "",
    }
    asset: Asset = {
        "partner_reference": reference,
        "transmission_region": link.transmission_region,
        "customer_classification": link.classification,
        "load_types": [],
        "meter_type": "UTILITY_METER",
        "customer": _filled(customer),
        "utility": _filled(utility),
    }
    return asset | ({"site": {"load_zone": facts.load_zone}} if facts.load_zone else {})


def _filled(values: dict[str, str]) -> dict[str, str]:
    return {name: value for name, value in values.items() if value}


def join_programs(meter: Meter, session: ConnectSession, *, only_named: bool, by: Actor) -> None:
    """Put a meter into the programs that the link names; a new meter into all of the region when it names none."""
    named = session.programs or session.link.programs
    if not named and only_named:
        return
    region = session.link.transmission_region
    identifiers = named or [program.identifier for program in connect_programs(region)]
    for rules in rules_of(identifiers).values():
        if rules.takes(region, meter.meter_type):
            join_program(meter, rules, by=by)


# --- what the enrollment is told


def state_facts(meters: Collection[UUID], *, by: Actor) -> None:
    """Record for meters whether their customers' authorizations run, what was signed, and whether another provider was
    first; then evaluate them. Repeating it has no effect."""
    with transaction.atomic():
        touched = set(meters) | _of_other_providers(meters)
        for meter in (
            Meter.objects.filter(pk__in=touched)
            .select_related("partner")
            .order_by("pk")
            .select_for_update(of=("self",))
        ):
            points = list(
                ServicePoint.objects.filter(meter=meter).select_related(
                    "authorization__session", "authorization__utility"
                )
            )
            _state_authorization(meter, [point.authorization for point in points])
            _state_signatures(meter, points)
            _state_provider(meter, points)
        by_partner: dict[UUID, list[UUID]] = {}
        for pk, partner in Meter.objects.filter(pk__in=touched).values_list("pk", "partner"):
            by_partner.setdefault(partner, []).append(pk)
        for group in by_partner.values():
            re_evaluate(group, by=by)


def _state_authorization(meter: Meter, authorizations: Sequence[Authorization]) -> None:
    running = [one for one in authorizations if one.is_running]
    if not authorizations:
        return
    if not running:
        _record(meter, ActionType.IS_AUTHORIZED, holds=False, code=AUTHORIZE_AGAIN, note="The authorization has ended.")
        return
    ends = [one.ends_at for one in running]
    until = None if None in ends else max(end for end in ends if end)
    names = ", ".join(sorted({one.utility.name for one in running}))
    _record(meter, ActionType.IS_AUTHORIZED, holds=True, note=f"Through Connect: {names}.", until=until)


def _state_signatures(meter: Meter, points: Sequence[ServicePoint]) -> None:
    sessions = {point.authorization.session_id for point in points}
    if sessions and ConnectSession.objects.filter(pk__in=sessions, signatures__isnull=False).exists():
        _record(meter, ActionType.DOCUMENTS_SIGNED, holds=True, note="Signed in Connect.")


def _state_provider(meter: Meter, points: Sequence[ServicePoint]) -> None:
    """One provider at a time has a service account: whoever was authorized first, as long as that runs."""
    kind = ActionType.NOT_ENROLLED_IN_CONFLICTING_PROGRAM
    if any(_others_were_first(point) for point in points if point.authorization.is_running):
        _record(meter, kind, holds=False, note=_ANOTHER_PROVIDER)
    elif CheckRecord.objects.filter(meter=meter, action_type=kind, note=_ANOTHER_PROVIDER).exists():
        _record(meter, kind, holds=True, note="No other provider has this service account any more.")


def _rivals(points: Iterable[ServicePoint]) -> list[ServicePoint]:
    """The same usage points at the same utility, of other partners, by authorizations that run or ran."""
    mine = list(points)
    rows = ServicePoint.objects.filter(
        usage_point__in={point.usage_point for point in mine},
        utility__in={point.utility_id for point in mine},
        authorization__state=AuthorizationState.COMPLETED,
        meter__isnull=False,
    ).select_related("authorization")
    known = {(point.utility_id, point.usage_point) for point in mine}
    partners = {point.partner_id for point in mine}
    return [row for row in rows if (row.utility_id, row.usage_point) in known and row.partner_id not in partners]


def _others_were_first(point: ServicePoint) -> bool:
    since = point.authorization.authorized_at
    return any(
        rival.authorization.is_running and _is_before(rival.authorization, since, point.authorization_id)
        for rival in _rivals([point])
    )


def _is_before(rival: Authorization, since: datetime | None, mine: UUID) -> bool:
    return since is not None and rival.authorized_at is not None and (rival.authorized_at, rival.pk) < (since, mine)


def _of_other_providers(meters: Collection[UUID]) -> set[UUID]:
    points = list(ServicePoint.objects.filter(meter__in=meters))
    return {rival.meter_id for rival in _rivals(points) if rival.meter_id} if points else set()


def _record(
    meter: Meter, kind: ActionType, *, holds: bool, note: str, code: str = "", until: datetime | None = None
) -> None:
    """Add a record unless the newest of ours says the same."""
    newest = CheckRecord.objects.filter(meter=meter, action_type=kind, program=None, period=None).first()
    if newest and (newest.holds, newest.note, newest.code, newest.valid_to) == (holds, note, code, until):
        return
    CheckRecord.objects.create(
        partner_id=meter.partner_id,
        meter=meter,
        action_type=kind,
        holds=holds,
        code=code,
        note=note,
        valid_from=clock.now(),
        valid_to=until,
        recorded_by="Connect",
    )


# --- the partner decides


def decide(point: ServicePoint, meter: Meter | None, *, by: Actor) -> Meter:
    """The partner says which of the candidates a service point is, or None: none of them, so a new meter is created.

    Returns the meter. Refuses: POINT_DECIDED_ALREADY. KeyError-free: a meter that is no candidate is the caller's 404.
    """
    with transaction.atomic():
        Partner.objects.select_for_update(no_key=True).get(pk=point.partner_id)
        held = (
            ServicePoint.objects.select_for_update(of=("self",))
            .select_related("authorization__connection", "authorization__session__link", "utility", "partner")
            .get(pk=point.pk)
        )
        if held.meter_id:
            raise Refused(Problem("POINT_DECIDED_ALREADY"))
        held.decided_by = by.label[:200]
        held.save(update_fields=["decided_by"])
        authorization = held.authorization
        if meter:
            _join(held, meter, by=by)
        else:
            meter = _create(held, _facts_of(held), reference_of(authorization.session), by=by)
        state_facts([meter.pk], by=by)
        told = {"who": by.label, "decision": f"it is {meter.partner_reference}"}
        note(authorization.connection, NoteKind.DECIDED, authorization=authorization, facts=told)
        if authorization.connection:
            refresh_needs(authorization.connection)
    return meter


def _facts_of(point: ServicePoint) -> PointFacts:
    return PointFacts(
        usage_point=point.usage_point,
        kind=point.kind,
        account_number=point.account_number,
        agreement_number=point.agreement_number,
        service_point_number=point.service_point_number,
        meter_serials=tuple(point.meter_serials),
        **point.facts,
    )
