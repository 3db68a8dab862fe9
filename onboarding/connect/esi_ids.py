"""Texas: the meter comes from the ESI ID and the address that the customer enters; no utility is asked."""

import re
from collections.abc import Mapping
from typing import Final

from django.db import transaction

from onboarding.connect.absorb import SIGNED, enroll_meters, filled, reference_of
from onboarding.connect.choices import NoteKind
from onboarding.connect.models import Connection, ConnectSession
from onboarding.connect.notes import note, refresh_needs
from onboarding.connect.points import PointIdentity, keys_of, match_of
from onboarding.enrollment.domain import re_evaluate
from onboarding.enrollment.models import CheckRecord
from onboarding.meters.columns import Asset
from onboarding.meters.domain import create_connected_meter, join_connection
from onboarding.meters.models import CreatedBy, Meter
from portal.events.actors import Actor
from portal.partners.models import Partner
from portal.problems import Problem, Refused, shown
from portal.web import clock
from programs.identifiers import account_key
from programs.models import ActionType, Utility
from programs.schema.crossfield.zips import state_of

REGION: Final = "ERCOT"
# "10", the five digits of the delivery utility's EIA number, and the premise (domain facts C1).
_ESI_ID: Final = re.compile(r"10\d{15}(?:\d{5})?", re.ASCII)


def esi_id_of(text: str) -> str:
    """The digits of an ESI ID as it was typed, with or without separators."""
    return account_key(text)


def utility_of(esi_id: str) -> Utility | None:
    """The delivery utility (TDSP) that an ESI ID names by its digits 3 to 7; None when none is known."""
    return Utility.objects.filter(eia_number=esi_id[2:7]).first() if len(esi_id) >= 7 else None


def problem_of(text: str) -> Problem | None:
    """What is wrong with an ESI ID, if anything: its form, or that no utility has it."""
    esi_id = esi_id_of(text)
    if not _ESI_ID.fullmatch(esi_id):
        return Problem("ESI_ID_UNUSABLE", "esi_id", shown(text))
    if utility_of(esi_id) is None:
        return Problem("ESI_ID_UTILITY_UNKNOWN", "esi_id", shown(text), {"prefix": esi_id[:7]})
    return None


def problems_of(region: str, answers: Mapping[str, str]) -> list[Problem]:
    """What is wrong with the Texas parts of a customer's answers. An ESI ID that is left out is no problem."""
    if region != REGION:
        return []
    problems = []
    zip_code = answers.get("postal_code", "")
    if zip_code and state_of(zip_code[:5]) != "TX":
        problems.append(Problem("NOT_IN_TEXAS", "postal_code", shown(zip_code)))
    if (text := answers.get("esi_id", "")) and (problem := problem_of(text)):
        problems.append(problem)
    return problems


def create_meter_of(session: ConnectSession) -> Meter | None:
    """The meter of a finished Texas session: joined when the partner has it, else created.

    Without an ESI ID, or with that of a meter at another address, there is none, and the partner has something to do.
    Runs in the caller's transaction.
    """
    if not session.answers.get("esi_id"):
        note(session.connection, NoteKind.ESI_ID_MISSING)
        return None
    return _meter_of(session, by=Actor.system("Customer through Connect", address=session.address))


def enter_esi_id(connection: Connection, text: str, *, by: Actor) -> Meter:
    """The partner enters the ESI ID that the customer did not have: the meter is created or joined.

    That a meter with it has another address is no reason to ask again: it was asked about. Refuses: ESI_ID_UNUSABLE,
    ESI_ID_UTILITY_UNKNOWN, POINT_SEVERAL_METERS.
    """
    if problem := problem_of(text):
        raise Refused(problem)
    with transaction.atomic():
        session = connection.sessions.filter(completed_at__isnull=False).order_by("-completed_at")[0]
        session.answers = {**session.answers, "esi_id": text}
        session.save(update_fields=["answers"])
        note(connection, NoteKind.ESI_ID_GIVEN, facts={"who": by.label})
        meter = _meter_of(session, by=by, is_certain=True)
        assert meter is not None
        refresh_needs(connection)
    return meter


def _meter_of(session: ConnectSession, *, by: Actor, is_certain: bool = False) -> Meter | None:
    began = clock.now()
    partner = Partner.objects.select_for_update(no_key=True).get(pk=session.partner_id)
    esi_id, answers = esi_id_of(str(session.answers["esi_id"])), session.answers
    utility = utility_of(esi_id)
    assert utility is not None, "the ESI ID was checked when it was entered"
    identity = PointIdentity(
        keys=keys_of([esi_id]),
        street=str(answers.get("street", "")),
        postal_code=str(answers.get("postal_code", "")),
        utility=utility,
    )
    told = {"connection": session.connection.reference if session.connection else "", "utility": utility.code}
    match = match_of(identity, partner=partner)
    if len(match.candidates) > 1 and is_certain:
        raise Refused(match.problem or Problem("POINT_SEVERAL_METERS"))
    meter = match.meter or next((one for one in match.candidates if one.account_key == esi_id), None)
    if meter and not match.meter and not is_certain and told["connection"] not in meter.connection_references:
        note(session.connection, NoteKind.ESI_ID_TAKEN, facts={"meter": meter.partner_reference})
        return None
    kind = NoteKind.METER_JOINED if meter else NoteKind.METER_CREATED
    if meter:
        meter = Meter.objects.select_for_update().select_related("partner").get(pk=meter.pk)
        join_connection(meter, session.connection.reference if session.connection else "", by=by, told=told)
    else:
        asset = _asset_of(session, esi_id, utility)
        meter = create_connected_meter(asset, created_by=CreatedBy.LEAP, partner=partner, by=by, told=told)
    enroll_meters([(meter, kind == NoteKind.METER_CREATED)], session, by=by)
    record_signatures(session, meter)
    re_evaluate([meter.pk], by=by, since=began)
    shown_as = meter.partner_reference if kind == NoteKind.METER_JOINED else str(meter.pk)
    note(session.connection, kind, facts={"meter": shown_as, "utility": utility.name})
    return meter


def record_signatures(session: ConnectSession, meter: Meter) -> None:
    """Record for a meter that its customer signed, if it was so. The caller evaluates it."""
    if session.signatures.exists():
        CheckRecord.objects.create(
            partner_id=meter.partner_id,
            meter=meter,
            action_type=ActionType.DOCUMENTS_SIGNED,
            holds=True,
            note=SIGNED,
            valid_from=clock.now(),
            recorded_by="Connect",
        )


def _asset_of(session: ConnectSession, esi_id: str, utility: Utility) -> Asset:
    answers, reference = session.answers, reference_of(session)
    customer = {
        "street_1": answers.get("street", ""),
        "city": answers.get("city", ""),
        "state_or_province_code": "TX",
        "postal_code": answers.get("postal_code", ""),
        "country_code": "US",
        "end_customer_name": answers.get("customer_name", ""),
        "end_customer_email": answers.get("email", ""),
        "end_customer_phone_number": answers.get("phone", ""),
        "end_customer_company_name": answers.get("company_name", ""),
        "partner_customer_reference": reference,
    }
    known = {name: str(value) for name, value in customer.items()}
    return {
        "partner_reference": reference,
        "transmission_region": REGION,
        "customer_classification": session.link.classification,
        "load_types": [],
        "meter_type": "UTILITY_METER",
        "customer": filled(known),
        "utility": {"utility_name": utility.code, "electric_service_account_number": esi_id},
    }
