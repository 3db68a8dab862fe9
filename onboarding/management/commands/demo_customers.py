"""`manage.py demo_customers`: customers of a demo partner at every step of Connect, so that the funnel has a shape."""

import random
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Final

from django.conf import settings
from django.core.management import BaseCommand, CommandError
from django.db import transaction

from onboarding.connect.absorb import ELECTRICITY, absorb
from onboarding.connect.choices import AuthorizationState, DataState, FailureReason, NoteKind, SessionState, Step
from onboarding.connect.journey import hash_of
from onboarding.connect.models import Authorization, Connection, ConnectLink, ConnectSession
from onboarding.connect.notes import note
from onboarding.connect.points import PointFacts
from onboarding.connect.queries import DEVICE_TYPE, connected_utilities
from onboarding.device_links.domain import device_text, finish
from portal.partners.demo import LIVED_IN
from portal.partners.models import Partner
from portal.web import clock
from programs.identifiers import reference_key
from programs.models import Utility

CUSTOMERS: Final = 140
WEEKS: Final = 10
_SEED: Final = 20_261_129  # the same customers each time
_INFORMED: Final = (NoteKind.OPENED, NoteKind.DETAILS_GIVEN)
_SIGNED: Final = (*_INFORMED, NoteKind.SIGNED)
_STARTED: Final = (*_SIGNED, NoteKind.UTILITY_STARTED)
_AUTHORIZED: Final = (*_STARTED, NoteKind.AUTHORIZED)
# What customers of a link with all steps do, and how many of a hundred.
_WAYS: Final[dict[tuple[NoteKind, ...], int]] = {
    (NoteKind.OPENED, NoteKind.LEFT): 19,
    (*_INFORMED, NoteKind.LEFT): 8,
    (*_INFORMED, NoteKind.AGREEMENT_DECLINED): 4,
    (*_SIGNED, NoteKind.LEFT): 9,
    (*_STARTED, NoteKind.NOT_AUTHORIZED): 17,
    (*_AUTHORIZED, NoteKind.DATA_OVERDUE): 3,
    (*_AUTHORIZED, NoteKind.DATA_ARRIVED): 40,
}
_IN_TEXAS: Final[dict[tuple[NoteKind, ...], int]] = {
    (NoteKind.OPENED, NoteKind.LEFT): 30,
    (*_INFORMED, NoteKind.LEFT): 40,
    (*_SIGNED, NoteKind.FINISHED, NoteKind.ESI_ID_MISSING): 30,
}
_OF_PAPERS: Final[dict[tuple[NoteKind, ...], int]] = {
    (NoteKind.OPENED, NoteKind.LEFT): 25,
    (*_SIGNED, NoteKind.FINISHED): 75,
}
_OF_DEVICES: Final[dict[tuple[NoteKind, ...], int]] = {
    (NoteKind.OPENED, NoteKind.LEFT): 20,
    (*_INFORMED, NoteKind.LEFT): 10,
    (*_INFORMED, NoteKind.DEVICE_GIVEN, NoteKind.LEFT): 15,
    (*_INFORMED, NoteKind.DEVICE_GIVEN, NoteKind.SIGNED, NoteKind.FINISHED): 55,
}
_OTHER_WAYS: Final = {"texas-ers": _IN_TEXAS, "pjm-agreements": _OF_PAPERS, "california-batteries": _OF_DEVICES}
_DEVICE: Final = {
    "device.device_type": "BATTERY",
    "device.device_manufacturer": "Volta",
    "device.device_model": "Home 10",
    "device.install_date": "2025-09-30",
    "device.battery_power_capacity_kw": "5",
    "device.battery_energy_capacity_kwh": "13.5",
    "site.number_of_devices": "1",
    "caiso.is_receiving_sgip_funding": "no",
}
_FAILURES: Final = {
    FailureReason.BAD_CREDENTIALS: 38,
    FailureReason.ABANDONED: 30,
    FailureReason.MFA_FAILED: 12,
    FailureReason.DECLINED: 10,
    FailureReason.UTILITY_UNAVAILABLE: 6,
    FailureReason.UTILITY_ERROR: 4,
}
_ABOUT_UTILITY: Final = frozenset(
    {
        NoteKind.UTILITY_STARTED,
        NoteKind.AUTHORIZED,
        NoteKind.NOT_AUTHORIZED,
        NoteKind.DATA_OVERDUE,
        NoteKind.DATA_ARRIVED,
    }
)


_AFTER: Final = {kind: timedelta(minutes=2 * number) for number, kind in enumerate(NoteKind)} | {
    NoteKind.LEFT: timedelta(days=1),
    NoteKind.DATA_OVERDUE: timedelta(days=3),
    NoteKind.DATA_ARRIVED: timedelta(hours=26),
    NoteKind.METER_CREATED: timedelta(hours=26),
}


class Command(BaseCommand):
    """Connections with their notes, as customers leave them, and meters of those whose utilities sent data.

    Made once, for the partner that `demo_portfolio` fills, after `demo_connect` made its links. No customer is written
    to, and no utility is asked.
    """

    help = "Give a demo partner customers at every step of Connect, if it has none (demo mode only)."

    def handle(self, *args: object, **options: object) -> None:
        if not settings.DEMO:
            raise CommandError("Made-up customers exist in demo mode only, and PORTAL_ENV is production.")
        partner = Partner.objects.filter(slug=LIVED_IN).first()
        if partner is None or Connection.objects.filter(partner=partner).exists():
            return
        links = {link.title: link for link in ConnectLink.objects.filter(partner=partner) if _has_all_steps(link)}
        with transaction.atomic():
            for customer in _customers(random.Random(_SEED), links, clock.now()):  # noqa: S311  no secret
                _make(partner, *customer)


Customer = tuple[str, ConnectLink, Sequence[NoteKind], FailureReason, datetime]


def _customers(chance: random.Random, links: dict[str, ConnectLink], now: datetime) -> Iterator[Customer]:
    shares = {
        "california-homes": 50,
        "new-york-business": 13,
        "pjm-homes": 12,
        "california-batteries": 12,
        "pjm-agreements": 8,
        "texas-ers": 5,
    }
    titles = [title for title in shares if title in links]
    for number in range(1, CUSTOMERS + 1) if titles else ():
        title = chance.choices(titles, [shares[each] for each in titles])[0]
        ways = _OTHER_WAYS.get(title, _WAYS)
        kinds = chance.choices(list(ways), list(ways.values()))[0]
        failure = chance.choices(list(_FAILURES), list(_FAILURES.values()))[0]
        started = now - timedelta(days=4) - timedelta(minutes=chance.randrange(WEEKS * 7 * 24 * 60))
        yield f"customer-{number:04}", links[title], kinds, failure, started


def _make(
    partner: Partner,
    reference: str,
    link: ConnectLink,
    kinds: Sequence[NoteKind],
    failure: FailureReason,
    started: datetime,
) -> None:
    left = started + timedelta(minutes=3 * len(kinds))
    row = Connection.objects.create(
        partner=partner,
        reference=reference,
        reference_key=reference_key(reference),
        transmission_region=link.transmission_region,
        link=link,
        started_at=started,
        last_interaction_at=left,
    )
    session = _session(row, kinds, left)
    given = _authorization(session, kinds, failure, started) if NoteKind.UTILITY_STARTED in kinds else None
    for kind in kinds:
        about = given if kind in _ABOUT_UTILITY else None
        if kind == NoteKind.DATA_ARRIVED and about:
            absorb(about, [_point(reference)])
        note(row, kind, authorization=about, facts=_facts(kind, session, about))
        if kind == NoteKind.DEVICE_GIVEN:
            Connection.objects.filter(pk=row.pk).update(device_type=_DEVICE[DEVICE_TYPE])
        if kind == NoteKind.FINISHED and link.variant.endswith("_DEVICE"):
            finish(session)
    _set_times(row, started, given)


def _session(row: Connection, kinds: Sequence[NoteKind], left: datetime) -> ConnectSession:
    is_done = bool({NoteKind.FINISHED, NoteKind.AUTHORIZED} & set(kinds))
    steps = {NoteKind.SIGNED: Step.UTILITY, NoteKind.DETAILS_GIVEN: Step.AGREEMENTS}
    step = next((step for kind, step in steps.items() if kind in kinds), Step.WELCOME)
    assert row.link is not None
    return ConnectSession.objects.create(
        partner=row.partner,
        link=row.link,
        connection=row,
        browser_hash="0" * 64,
        state=SessionState.COMPLETED if is_done else SessionState.CLOSED,
        step=Step.DONE if is_done else step,
        answers=_answers(row.reference, has_device=NoteKind.DEVICE_GIVEN in kinds),
        created_at=row.started_at,
        last_interaction_at=left,
        completed_at=left if is_done else None,
    )


def _answers(reference: str, *, has_device: bool) -> dict[str, str]:
    number = reference[-4:]
    about = {"street": f"{number} Oak Street", "city": "Oakland", "state": "CA", "postal_code": "94607"}
    if not has_device:
        return about
    contact = {"customer_name": "Alex Rivera", "email": f"{reference}@example.com", "phone": "415 555 0134"}
    return about | contact | _DEVICE | {"device.device_serial_number": f"SN-77{number}"}


def _authorization(
    session: ConnectSession, kinds: Sequence[NoteKind], failure: FailureReason, started: datetime
) -> Authorization:
    is_given = NoteKind.AUTHORIZED in kinds
    data = DataState.NONE
    if is_given:
        data = DataState.OVERDUE if NoteKind.DATA_OVERDUE in kinds else DataState.RECEIVED
    at = started + _after(NoteKind.AUTHORIZED, session.connection)
    return Authorization.objects.create(
        partner=session.partner,
        session=session,
        connection=session.connection,
        utility=_utility(session.link),
        state=AuthorizationState.COMPLETED if is_given else AuthorizationState.FAILED,
        failure="" if is_given else failure,
        state_hash=hash_of(f"demo {session.pk}"),
        initiated_at=started + _after(NoteKind.UTILITY_STARTED, session.connection),
        returned_at=at,
        authorized_at=at if is_given else None,
        starts_at=at if is_given else None,
        data_state=data,
        data_received_at=started + _after(NoteKind.DATA_ARRIVED, session.connection)
        if data == DataState.RECEIVED
        else None,
    )


def _after(kind: NoteKind, connection: Connection | None) -> timedelta:
    """How long after the first opening: customers and utilities differ, the portal's own times do not."""
    if kind in (NoteKind.LEFT, NoteKind.DATA_OVERDUE) or connection is None:
        return _AFTER[kind]
    return _AFTER[kind] * (0.6 + int(connection.reference[-4:]) * 37 % 100 / 80)


def _has_all_steps(link: ConnectLink) -> bool:
    """Whether there is a utility for whoever is to go to one; an admin may have removed it."""
    return link.title in _OTHER_WAYS or bool(connected_utilities(link.transmission_region, link.partner))


def _utility(link: ConnectLink) -> Utility:
    """One of the utilities that the link offers: which, its region says."""
    return connected_utilities(link.transmission_region, link.partner)[0]


def _point(reference: str) -> PointFacts:
    number = reference[-4:]
    return PointFacts(
        usage_point=f"demo-{number}",
        kind=ELECTRICITY,
        account_number=f"77{number}",
        agreement_number=f"8800{number}",
        street=f"{number} Oak Street",
        has_intervals=True,
    )


def _facts(kind: NoteKind, session: ConnectSession, about: Authorization | None) -> dict[str, object]:
    facts: dict[str, object] = {"utility": about.utility.name} if about else {}
    match kind:
        case NoteKind.LEFT:
            facts["step"] = Step(session.step).label
        case NoteKind.SIGNED:
            facts["documents"] = "Terms of service"
        case NoteKind.DEVICE_GIVEN:
            facts["device"] = device_text(_DEVICE)
        case NoteKind.NOT_AUTHORIZED if about:
            facts["reason"] = FailureReason(about.failure).label
        case NoteKind.DATA_ARRIVED:
            facts["points"] = "1 service point"
    return facts


def _set_times(row: Connection, started: datetime, given: Authorization | None) -> None:
    """The notes were all added now: give each its time, and the connection how long it took."""
    notes = list(row.notes.order_by("pk"))
    for entry in notes:
        entry.at = started + _after(NoteKind(entry.kind), row)
    row.notes.bulk_update(notes, ["at"])
    minutes = {
        "minutes_to_authorize": (given.authorized_at - started) if given and given.authorized_at else None,
        "minutes_to_data": given.data_received_at - given.authorized_at
        if given and given.authorized_at and given.data_received_at
        else None,
    }
    told = {name: int(took.total_seconds() // 60) if took else None for name, took in minutes.items()}
    Connection.objects.filter(pk=row.pk).update(**told)
