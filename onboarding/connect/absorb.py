"""From a utility's data to meters: one for each usage point, which may be one that the partner has already."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet

from onboarding.connect.choices import AuthorizationState, NoteKind
from onboarding.connect.models import Authorization, ConnectSession, ServicePoint
from onboarding.connect.notes import note, refresh_needs
from onboarding.connect.points import (
    Match,
    PointFacts,
    PointIdentity,
    has_same_numbers,
    has_unique_name,
    is_same_point,
    keys_of,
    match_of,
)
from onboarding.connect.queries import connect_programs
from onboarding.connect.signals import utility_data_received
from onboarding.enrollment.choice import joined_unchosen
from onboarding.enrollment.domain import join_programs, re_evaluate
from onboarding.enrollment.models import CheckRecord
from onboarding.enrollment.rules import ProgramRules, rules_of
from onboarding.meters.columns import Asset, asset_of
from onboarding.meters.domain import complete_connected_meter, create_connected_meter, join_connection
from onboarding.meters.models import CreatedBy, Meter
from portal.events.actors import Actor
from portal.partners.models import Partner
from portal.partners.queries import of_real_partners
from portal.problems import Problem, Refused
from portal.web import clock
from programs.models import ActionType, Utility
from programs.schema.crossfield.zips import state_of

ELECTRICITY: Final = "electricity"
AUTHORIZE_AGAIN: Final = "AUTH_0001"  # leap.md 4.4
ANOTHER_PROVIDER: Final = "Another provider has this service account. Only one provider can have it at a time."
NO_OTHER_PROVIDER: Final = "No other provider has this service account now."
HAS_ENDED: Final = "The authorization has ended."
SIGNED: Final = "Signed in Connect."
_LONGEST: Final = 128  # characters of a meter's columns
_MOST: Final = {"postal_code": 10}


def data_of(utility: Utility) -> Actor:
    """A utility's data as an actor."""
    return Actor.system(f"Data of {utility.name}")


def absorb(authorization: Authorization, points: Iterable[PointFacts]) -> list[Meter]:
    """Keep what the feeds tell of each usage point, and create or join its meter; returns the meters that are new to
    the authorization. Repeating it with the same data has no effect. One transaction.

    A point that may be one of several meters waits for the partner. Gas and water are kept and left alone.
    """
    new: list[tuple[Meter, bool]] = []
    completed: set[UUID] = set()
    by, began = data_of(authorization.utility), clock.now()
    with transaction.atomic():
        # Two authorizations of one point at the same time must not both create its meter.
        Partner.objects.select_for_update(no_key=True).get(pk=authorization.partner_id)
        for facts in points:
            point, is_new, is_changed = _keep(authorization, facts)
            if point.meter_id and is_changed:
                completed.update(_complete(point, facts, by=by))
            if point.meter_id or (point.candidates and not is_changed) or (not is_new and facts.kind != ELECTRICITY):
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
            enroll_meters(new, authorization.session, by=by)
            state_facts({meter.pk for meter, _ in new}, by=by, since=began)
        re_evaluate(completed, by=by)
    return [meter for meter, _ in new]


def _keep(authorization: Authorization, facts: PointFacts) -> tuple[ServicePoint, bool, bool]:
    """The row of a usage point, with what the newest feed says; what a feed leaves out stays.

    Beside it: whether it is new, and whether it was there and the feed says something else than before.
    """
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
    return point, is_new, bool(changed)


def _facts_json(facts: PointFacts) -> dict[str, str]:
    named = ("customer_name", "street", "city", "state", "postal_code", "tariff", "load_zone")
    return {name: getattr(facts, name) for name in named if getattr(facts, name)}


def _meter_of(authorization: Authorization, point: ServicePoint, facts: PointFacts) -> tuple[Meter, bool] | None:
    """Join the meter that the point is, or create it, which the second value says; None when the partner decides."""
    match = _of_an_earlier_authorization(authorization, point)
    if not match.meter and not match.problem:
        match = match_of(_identity_of(authorization, point, facts), partner=authorization.partner)
    was_asked = bool(point.candidates)
    if match.problem and authorization.connection:
        point.candidates = [str(meter.pk) for meter in match.candidates]
        point.problem = match.problem.as_json()
        point.save(update_fields=["candidates", "problem"])
        if not was_asked:
            told = {"utility": authorization.utility.name}
            note(authorization.connection, NoteKind.TO_DECIDE, authorization=authorization, facts=told)
        return None
    if match.meter:
        _join(point, match.meter, by=data_of(authorization.utility))
        meter, is_new = match.meter, False
    else:  # also where there is nowhere to ask: nothing is joined without a yes
        reference = reference_of(authorization.session)
        meter, is_new = _create(point, facts, reference, by=data_of(authorization.utility)), True
    if was_asked and authorization.connection:
        refresh_needs(authorization.connection)
    return meter, is_new


def _identity_of(authorization: Authorization, point: ServicePoint, facts: PointFacts) -> PointIdentity:
    """What the point is compared by; the address that the customer entered, where the utility sent none."""
    answers = authorization.session.answers
    is_told = bool(facts.street or facts.postal_code)
    return PointIdentity(
        keys=frozenset(point.keys),
        street=facts.street if is_told else str(answers.get("street", "")),
        postal_code=facts.postal_code if is_told else str(answers.get("postal_code", "")),
        utility=authorization.utility,
        reference=authorization.connection.reference if authorization.connection else "",
        serials=tuple(point.meter_serials),
    )


def _of_an_earlier_authorization(authorization: Authorization, point: ServicePoint) -> Match:
    """The meter of the same usage point, by an authorization before this one. A meter in the archive is left there."""
    known = ServicePoint.objects.filter(
        partner=point.partner_id, utility=point.utility_id, meter__isnull=False, meter__is_archived=False
    )
    known = known.exclude(pk=point.pk).select_related("meter__partner").order_by("pk")
    if meter := _renewed_meter(authorization, point, known):
        return Match(meter=meter)
    rows = list(known.filter(usage_point=point.usage_point))
    same = next((row for row in rows if is_same_point(row, point)), None)
    if same:
        return Match(meter=same.meter)
    if not rows or not has_unique_name(point):
        return Match()
    meters = list({row.meter_id: row.meter for row in rows if row.meter}.values())
    said = {"reference": meters[0].partner_reference, "utility": point.utility.name}
    return Match(candidates=meters, problem=Problem("POINT_OTHER_ACCOUNT", context=said))


def _renewed_meter(authorization: Authorization, point: ServicePoint, known: QuerySet[ServicePoint]) -> Meter | None:
    """The meter that goes on by a renewal: of the only point of the renewed authorization with the same numbers.

    The customer was sent to renew that one, so the utility may call the point by another name by now.
    """
    renewed = authorization.session.renews_id
    if renewed is None:
        return None
    meters = {row.meter_id: row.meter for row in known.filter(authorization=renewed) if has_same_numbers(row, point)}
    return next(iter(meters.values())) if len(meters) == 1 else None


def _complete(point: ServicePoint, facts: PointFacts, *, by: Actor) -> list[UUID]:
    """Give a meter that the utility's data made what only a later feed says; what it has stays. Returns the meter, if
    it changed: the caller evaluates it."""
    held = Meter.objects.select_for_update(of=("self",)).select_related("partner").get(service_points=point)
    if held.created_by != CreatedBy.UTILITY:
        return []
    told = asset_of_point(point.authorization, facts, held.partner_reference)
    parts: dict[str, dict[str, object]] = {
        part: {**told.get(part, {}), **(held.data.get(part) or {})} for part in ("customer", "utility", "site")
    }
    asset: Asset = asset_of(held) | {part: values for part, values in parts.items() if values}
    return [held.pk] if complete_connected_meter(held, asset, by=by) else []


def reference_of(session: ConnectSession) -> str:
    """The reference that meters of a session carry: its refId, or one that we make."""
    return session.connection.reference if session.connection else f"connect-{str(session.pk)[-12:]}"


def _join(point: ServicePoint, meter: Meter, *, by: Actor) -> None:
    authorization = point.authorization
    reference = authorization.connection.reference if authorization.connection else ""
    held = Meter.objects.select_for_update().select_related("partner").get(pk=meter.pk, partner=point.partner_id)
    _set_meter(point, held)
    join_connection(held, reference, by=by, told=_told_of(point))
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
        "state_or_province_code": _state(facts.state, str(answers.get("state", "")), postal_code),
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
        "customer": filled(customer),
        "utility": filled(utility),
    }
    return asset | ({"site": {"load_zone": facts.load_zone}} if facts.load_zone else {})


def _state(sent: str, typed: str, postal_code: str) -> str:
    """Two letters; some utilities and people write the name out, and then the ZIP code tells."""
    letters = next((text.upper() for text in (sent.strip(), typed.strip()) if len(text) == 2), "")
    return letters or state_of(postal_code[:5]) or ""


def filled(values: dict[str, str]) -> dict[str, str]:
    """What is known, no longer than a meter's columns are."""
    return {name: value[: _MOST.get(name, _LONGEST)] for name, value in values.items() if value}


def enroll_meters(meters: Sequence[tuple[Meter, bool]], session: ConnectSession, *, by: Actor) -> None:
    """Put meters into the programs that the link names; new ones, when it names none, into those of their utility.

    The caller evaluates them.
    """
    named, region = session.programs or session.link.programs, session.link.transmission_region
    everything = [] if named else [program.identifier for program in connect_programs(region)]
    rules = list(rules_of(named or everything).values())
    joins = {
        meter.pk: [one for one in rules if one.takes(region, meter.meter_type)] if named else _joined(rules, meter)
        for meter, is_new in meters
        if named or is_new
    }
    join_programs(joins, partner=session.partner, by=by)


def _joined(rules: Sequence[ProgramRules], meter: Meter) -> list[ProgramRules]:
    """The programs of its region and utility; of those that exclude each other the first."""
    region, utility = meter.transmission_region, meter.utility_name
    fitting = [one for one in rules if one.takes(region, meter.meter_type) and utility in (one.utilities or {utility})]
    classification = meter.customer_classification
    names = joined_unchosen(fitting, utility=utility, classification=classification, at=clock.now())
    return [one for one in fitting if one.identifier in names]


# --- what the enrollment is told


@dataclass(frozen=True, slots=True)
class Fact:
    """What the enrollment is to know of one item of a meter's checklist; until: None without an end."""

    meter: UUID
    kind: ActionType
    holds: bool
    note: str
    code: str = ""
    until: datetime | None = None


def state_facts(meters: Collection[UUID], *, by: Actor, since: datetime | None = None) -> None:
    """Record for meters whether their customers' authorizations run, what was signed, and whether another provider was
    first; then evaluate them. Repeating it has no effect; a fixed number of statements for each partner.

    since: when the caller's work began, if it creates meters (see re_evaluate).
    """
    with transaction.atomic():
        mine = list(ServicePoint.objects.filter(meter__in=meters).select_related("partner"))
        rivals = _rivals(mine)
        touched = {*meters, *(rival.meter_id for rival in rivals if rival.meter_id)}
        held = list(Meter.objects.filter(pk__in=touched).order_by("pk").select_for_update().only("pk", "partner_id"))
        points = list(
            ServicePoint.objects.filter(meter__in=touched).select_related("authorization__utility").order_by("pk")
        )
        by_meter: dict[UUID, list[ServicePoint]] = {}
        for point in points:
            assert point.meter_id is not None
            by_meter.setdefault(point.meter_id, []).append(point)
        _record([fact for meter in held for fact in _facts_about(meter.pk, by_meter.get(meter.pk, []), points)], held)
        by_partner: dict[UUID, list[UUID]] = {}
        for meter in held:
            by_partner.setdefault(meter.partner_id, []).append(meter.pk)
        for group in by_partner.values():
            re_evaluate(group, by=by, since=since)


def _facts_about(meter: UUID, points: Sequence[ServicePoint], known: Sequence[ServicePoint]) -> Iterator[Fact]:
    if points:
        yield _about_authorization(meter, [point.authorization for point in points])
    if points:
        yield Fact(meter, ActionType.DOCUMENTS_SIGNED, holds=True, note=SIGNED)
    is_second = any(_others_were_first(point, known) for point in points if point.authorization.is_running)
    note_of = ANOTHER_PROVIDER if is_second else NO_OTHER_PROVIDER
    yield Fact(meter, ActionType.NOT_ENROLLED_IN_CONFLICTING_PROGRAM, holds=not is_second, note=note_of)


def _about_authorization(meter: UUID, authorizations: Sequence[Authorization]) -> Fact:
    running = [one for one in authorizations if one.is_running]
    if not running:
        return Fact(meter, ActionType.IS_AUTHORIZED, holds=False, note=HAS_ENDED, code=AUTHORIZE_AGAIN)
    ends = [one.ends_at for one in running]
    until = None if None in ends else max(end for end in ends if end)
    names = ", ".join(sorted({one.utility.name for one in running}))
    return Fact(meter, ActionType.IS_AUTHORIZED, holds=True, note=f"Through Connect: {names}."[:300], until=until)


def _rivals(points: Collection[ServicePoint]) -> list[ServicePoint]:
    """The same usage points at the same utilities, of other partners, by authorizations that run or ran.

    A sandbox is nobody's rival and has none: the demo utilities have the same customers for all.
    """
    points = [point for point in points if not point.partner.is_sandbox]
    known: dict[tuple[int, str], list[ServicePoint]] = {}
    for point in points:
        known.setdefault((point.utility_id, point.usage_point), []).append(point)
    partners = {point.partner_id for point in points}
    rows = (
        of_real_partners(ServicePoint.objects.all())
        .filter(
            usage_point__in={usage_point for _, usage_point in known},
            utility__in={utility for utility, _ in known},
            authorization__state=AuthorizationState.COMPLETED,
            meter__isnull=False,
        )
        .exclude(partner__in=partners)
    )
    return [
        row
        for row in rows
        if any(is_same_point(row, point) for point in known.get((row.utility_id, row.usage_point), ()))
    ]


def _others_were_first(point: ServicePoint, known: Sequence[ServicePoint]) -> bool:
    """One provider at a time has a service account: whoever was authorized first, as long as that runs."""
    mine = point.authorization
    return any(
        (other.utility_id, other.usage_point) == (point.utility_id, point.usage_point)
        and other.partner_id != point.partner_id
        and is_same_point(other, point)
        and other.authorization.is_running
        and _is_before(other.authorization, mine)
        for other in known
    )


def _is_before(earlier: Authorization, later: Authorization) -> bool:
    assert earlier.authorized_at
    assert later.authorized_at
    return (earlier.authorized_at, earlier.pk) < (later.authorized_at, later.pk)


def _record(facts: Sequence[Fact], meters: Sequence[Meter]) -> None:
    """Add what is not the newest that we recorded; that no other provider is there is recorded once one was."""
    signed = _with_signatures(meters)
    ours = CheckRecord.objects.filter(
        meter__in=meters, action_type__in={fact.kind for fact in facts}, program=None, period=None
    )
    newest: dict[tuple[UUID, str], CheckRecord] = {}
    for record in ours.order_by("valid_from", "pk"):
        newest[record.meter_id, record.action_type] = record
    partners, now, new = {meter.pk: meter.partner_id for meter in meters}, clock.now(), []
    for fact in facts:
        before = newest.get((fact.meter, fact.kind))
        if before and (before.holds, before.note, before.code, before.valid_to) == (
            fact.holds,
            fact.note,
            fact.code,
            fact.until,
        ):
            continue
        if fact.kind == ActionType.DOCUMENTS_SIGNED and fact.meter not in signed:
            continue
        if fact.note == NO_OTHER_PROVIDER and (before is None or before.note != ANOTHER_PROVIDER):
            continue
        new.append(
            CheckRecord(
                partner_id=partners[fact.meter],
                meter_id=fact.meter,
                action_type=fact.kind,
                holds=fact.holds,
                code=fact.code,
                note=fact.note,
                valid_from=now,
                valid_to=fact.until,
                recorded_by="Connect",
            )
        )
    CheckRecord.objects.bulk_create(new)


def _with_signatures(meters: Sequence[Meter]) -> set[UUID]:
    signed = ServicePoint.objects.filter(meter__in=meters, authorization__session__signatures__isnull=False)
    return {meter for meter in signed.values_list("meter", flat=True) if meter}


# --- the partner decides


def decide(point: ServicePoint, meter: Meter | None, *, by: Actor) -> Meter:
    """The partner says which of the candidates a service point is, or None: none of them, so a new meter is created.

    Returns the meter. Refuses: POINT_DECIDED_ALREADY. KeyError-free: a meter that is no candidate is the caller's 404.
    """
    began = clock.now()
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
        authorization, is_new = held.authorization, meter is None
        if meter:
            _join(held, meter, by=by)
        else:
            meter = _create(held, _facts_of(held), reference_of(authorization.session), by=by)
        enroll_meters([(meter, is_new)], authorization.session, by=by)
        state_facts([meter.pk], by=by, since=began)
        told = {"who": by.label, "decision": f"it is {meter.partner_reference}"}
        note(authorization.connection, NoteKind.DECIDED, authorization=authorization, facts=told)
        if authorization.connection:
            refresh_needs(authorization.connection)
        if authorization.data_received_at:
            utility_data_received.send(Authorization, authorization=authorization)
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
