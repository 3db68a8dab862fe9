"""Links and connections as rows, in any state, for tests that need no utility."""

import itertools
from datetime import UTC, datetime, timedelta
from secrets import token_hex
from typing import Any

from onboarding.connect.choices import (
    AuthorizationState,
    DataState,
    NoteKind,
    SessionState,
    Step,
)
from onboarding.connect.links import LinkSpec, allow_host, create_link
from onboarding.connect.models import (
    Authorization,
    Connection,
    ConnectLink,
    ConnectSession,
    Consent,
    RedirectHost,
    ServicePoint,
    Signature,
)
from onboarding.connect.notes import note
from onboarding.meters.models import Meter
from portal.events.actors import Actor
from portal.partners.models import Partner
from programs.identifiers import reference_key
from programs.models import Utility

BY = Actor.system("Test")
DAY = datetime(2026, 11, 20, 18, tzinfo=UTC)  # a morning in California
CAISO_UTILITY = "LEAP_TEST_CAISO"
_numbers = itertools.count(1)


def link(partner: Partner, title: str = "", region: str = "CAISO", **spec: Any) -> ConnectLink:
    title = title or f"link-{next(_numbers)}"
    return create_link(partner, LinkSpec(title=title, region=region, **spec), by=BY)


def host(partner: Partner, name: str = "www.acme.example") -> RedirectHost:
    return allow_host(partner, name, by=BY)


def connection(
    partner: Partner,
    reference: str,
    *,
    link: ConnectLink | None = None,
    started: datetime = DAY,
    active: datetime | None = None,
    session: SessionState = SessionState.COMPLETED,
    step: Step = Step.DONE,
    asked: tuple[str, ...] = (),
) -> Connection:
    """A connection with one session."""
    link = link or ConnectLink.objects.filter(partner=partner, state="ACTIVE").first() or _link(partner)
    active = active or started
    row = Connection.objects.create(
        partner=partner,
        reference=reference,
        transmission_region=link.transmission_region,
        started_at=started,
        last_interaction_at=active,
    )
    ConnectSession.objects.create(
        partner=partner,
        link=link,
        connection=row,
        browser_hash="0" * 64,
        state=session,
        step=step,
        utilities=list(asked),
        created_at=started,
        last_interaction_at=active,
        completed_at=active if session == SessionState.COMPLETED else None,
    )
    note(row, NoteKind.OPENED)
    return row


_link = link


def authorization(
    row: Connection,
    *,
    utility: str = CAISO_UTILITY,
    state: AuthorizationState = AuthorizationState.COMPLETED,
    data: DataState = DataState.RECEIVED,
    **more: Any,
) -> Authorization:
    at = row.started_at + timedelta(minutes=5)
    done = state == AuthorizationState.COMPLETED
    values = {
        "returned_at": None if state == AuthorizationState.INITIATED else at,
        "authorized_at": at if done else None,
        "starts_at": at if done else None,
        "data_received_at": at + timedelta(days=1) if data == DataState.RECEIVED and done else None,
        "data_state": data if done else DataState.NONE,
    }
    return Authorization.objects.create(
        partner=row.partner,
        session=row.sessions.order_by("-pk")[0],
        connection=row,
        utility=Utility.objects.get(code=utility),
        state=state,
        state_hash=token_hex(32),
        initiated_at=row.started_at,
        **{**values, **more},
    )


def meter(partner: Partner, reference: str, **changes: Any) -> Meter:
    values = {
        "partner_reference": reference,
        "transmission_region": "CAISO",
        "customer_classification": "RESIDENTIAL",
        "meter_type": "UTILITY_METER",
        "street": "1 Main Street",
        "city": "San Francisco",
        "state": "CA",
        "postal_code": "94103",
        "utility_name": CAISO_UTILITY,
        "account_number": "1234567890",
        "data": {"customer": {"street_1": "1 Main Street"}, "utility": {"utility_name": CAISO_UTILITY}},
    }
    return Meter.objects.create(partner=partner, **{**values, **changes})


def point(given: Authorization, *, joined: Meter | None = None, **more: Any) -> ServicePoint:
    values = {
        "usage_point": f"point-{next(_numbers)}",
        "kind": "electricity",
        "account_number": "99 1234",
        "facts": {"customer_name": "Alex Rivera", "street": "2 Main Street", "city": "San Francisco", "state": "CA"},
        "created_at": given.initiated_at,
    }
    return ServicePoint.objects.create(
        authorization=given, partner=given.partner, utility=given.utility, meter=joined, **{**values, **more}
    )


def question(row: Connection) -> ServicePoint:
    """A service point that may be a meter of the partner: the connection waits for the decision."""
    given = authorization(row)
    mine = meter(row.partner, f"candidate-{next(_numbers)}", street="99 Elsewhere Road")
    problem = {
        "code": "POINT_ADDRESS_DISAGREES",
        "field": "",
        "value": "",
        "context": {
            "reference": mine.partner_reference,
            "utility": given.utility.name,
            "ours": "99 Elsewhere Road, 94103",
            "theirs": "2 Main Street, 94103",
        },
    }
    asked = point(given, candidates=[str(mine.pk)], problem=problem)
    note(row, NoteKind.TO_DECIDE, authorization=given, facts={"utility": given.utility.name})
    return asked


def needs_esi_id(partner: Partner, reference: str, *, link: ConnectLink | None = None) -> Connection:
    """A Texas customer who had no ESI ID at hand."""
    row = connection(partner, reference, link=link or _link(partner, region="ERCOT", variant="COMMERCIAL"))
    texas = {"street": "500 Commerce St", "city": "Dallas", "state": "TX", "postal_code": "75202"}
    row.sessions.update(answers={"customer_name": "A B", "email": "a@example.com", **texas})
    note(row, NoteKind.ESI_ID_MISSING)
    return row


def signature(row: Connection, title: str = "Terms of service") -> Signature:
    return Signature.objects.create(
        partner=row.partner,
        session=row.sessions.order_by("-pk")[0],
        code=title.upper().replace(" ", "_"),
        version="1",
        title=title,
        sha256="a" * 64,
        name="Alex Rivera",
        signed_at=row.started_at,
    )


def consent(given: Authorization, *, verb: str = "granted", customer_name: str = "Alex Rivera") -> Consent:
    assert given.connection is not None
    return Consent.objects.create(
        owner=given.partner_id,
        partner_name=given.partner.name,
        reference=given.connection.reference,
        reference_key=reference_key(given.connection.reference),
        authorization=given.pk,
        verb=verb,
        customer_name=customer_name,
        customer_email="alex@example.com",
        utility=given.utility.code,
        scope="FB=4_5_15",
        evidence={"documents": ["TERMS 1 sha256:aa"]},
        at=given.initiated_at,
    )
