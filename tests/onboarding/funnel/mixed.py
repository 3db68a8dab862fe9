"""Customers at every step of every kind of link, by the notes that their ways leave."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from onboarding.connect.choices import AuthorizationState, DataState, FailureReason, NoteKind
from onboarding.connect.models import Connection, ConnectLink
from onboarding.connect.notes import note
from portal.partners.models import Partner
from tests.onboarding.connect import builders as make

# What customers of a link with all steps do, and what a link without some of them leaves out.
INFORMED = (NoteKind.OPENED, NoteKind.DETAILS_GIVEN)
HAS_SIGNED = (*INFORMED, NoteKind.SIGNED)
AT_UTILITY = (*HAS_SIGNED, NoteKind.UTILITY_STARTED)
HAS_AUTHORIZED = (*AT_UTILITY, NoteKind.AUTHORIZED)
HAS_DATA = (*HAS_AUTHORIZED, NoteKind.DATA_ARRIVED)
HAS_METER = (*HAS_AUTHORIZED, NoteKind.METER_CREATED, NoteKind.DATA_ARRIVED)


def customer(
    partner: Partner,
    reference: str,
    kinds: Sequence[NoteKind],
    *,
    link: ConnectLink,
    started: datetime = make.DAY,
    utility: str = make.CAISO_UTILITY,
    failure: FailureReason = FailureReason.BAD_CREDENTIALS,
) -> Connection:
    """A connection that these notes were added to, one a minute; those about a utility are about one authorization."""
    row = make.connection(partner, reference, link=link, started=started)
    row.notes.all().delete()
    Connection.objects.filter(pk=row.pk).update(link=link)
    given = None
    if NoteKind.UTILITY_STARTED in kinds:
        given = make.authorization(row, utility=utility, state=AuthorizationState.FAILED, failure=failure)
        if NoteKind.AUTHORIZED in kinds:
            given.state, given.authorized_at = AuthorizationState.COMPLETED, started + timedelta(minutes=7)
            given.data_state, given.failure = DataState.WAITING, ""
            given.save()
    for kind in kinds:
        is_about_utility = kind in AUTHORIZATIONS_NOTES and given is not None
        note(row, kind, authorization=given if is_about_utility else None)
    row.refresh_from_db()
    return row


AUTHORIZATIONS_NOTES = frozenset(
    {
        NoteKind.UTILITY_STARTED,
        NoteKind.AUTHORIZED,
        NoteKind.NOT_AUTHORIZED,
        NoteKind.DATA_ARRIVED,
        NoteKind.METER_CREATED,
        NoteKind.METER_JOINED,
        NoteKind.TO_DECIDE,
        NoteKind.NOT_A_METER,
        NoteKind.DATA_OVERDUE,
        NoteKind.FEED_UNREADABLE,
        NoteKind.FETCH_FAILED,
        NoteKind.ENDED,
    }
)


def fill(partner: Partner, now: datetime) -> dict[str, ConnectLink]:
    """Forty customers of four links over six weeks, at every step and with every reason."""
    homes = make.link(partner, "california-homes")
    fair = make.link(partner, "county-fair")
    texas = make.link(partner, "texas-stores", "ERCOT", variant="COMMERCIAL")
    papers = make.link(partner, "pjm-agreements", "PJM", variant="COMMERCIAL_AGREEMENTS_ONLY")
    full: list[tuple[NoteKind, ...]] = [
        (NoteKind.OPENED,),
        (NoteKind.OPENED, NoteKind.LEFT),
        INFORMED,
        (*INFORMED, NoteKind.AGREEMENT_DECLINED),
        (*INFORMED, NoteKind.LEFT, NoteKind.OPENED),
        (*HAS_SIGNED, NoteKind.LEFT),
        AT_UTILITY,
        HAS_AUTHORIZED,
        (*HAS_AUTHORIZED, NoteKind.DATA_OVERDUE),
        (*HAS_AUTHORIZED, NoteKind.FEED_UNREADABLE),
        (*HAS_AUTHORIZED, NoteKind.ENDED),
        (*HAS_AUTHORIZED, NoteKind.TO_DECIDE, NoteKind.DATA_ARRIVED),
        (*HAS_AUTHORIZED, NoteKind.NOT_A_METER, NoteKind.DATA_ARRIVED),
        HAS_DATA,
        HAS_METER,
        HAS_METER,
        (*HAS_AUTHORIZED, NoteKind.METER_JOINED, NoteKind.DATA_ARRIVED, NoteKind.ENDED),
    ]
    number = 0

    def add(kinds: Sequence[NoteKind], link: ConnectLink, **more: object) -> None:
        nonlocal number
        number += 1
        started = now - timedelta(days=number % 40, hours=number)
        customer(partner, f"customer-{number:02}", kinds, link=link, started=started, **more)  # type: ignore[arg-type]  # of mixed types

    for kinds in full:
        add(kinds, homes)
    for failure in FailureReason:
        add((*AT_UTILITY, NoteKind.NOT_AUTHORIZED), homes if number % 2 else fair, failure=failure, utility="DEMO2")
    for kinds in (HAS_METER, HAS_SIGNED, (NoteKind.OPENED, NoteKind.UTILITY_STARTED)):
        add(kinds, fair)
    for kinds in (
        INFORMED,
        (*HAS_SIGNED, NoteKind.FINISHED, NoteKind.METER_CREATED),
        (*HAS_SIGNED, NoteKind.FINISHED, NoteKind.METER_JOINED),
        (*HAS_SIGNED, NoteKind.FINISHED, NoteKind.ESI_ID_MISSING),
        (*HAS_SIGNED, NoteKind.FINISHED, NoteKind.ESI_ID_MISSING, NoteKind.OPENED, NoteKind.LEFT),
        (*HAS_SIGNED, NoteKind.FINISHED, NoteKind.ESI_ID_TAKEN),
    ):
        add(kinds, texas)
    for kinds in ((NoteKind.OPENED, NoteKind.SIGNED, NoteKind.FINISHED), (*HAS_SIGNED, NoteKind.FINISHED), INFORMED):
        add(kinds, papers)
    Connection.objects.filter(partner=partner, link=fair).update(device_type="BATTERY")
    Connection.objects.filter(partner=partner, link=papers).update(device_type="SMART_THERMOSTAT")
    return {link.title: link for link in (homes, fair, texas, papers)}
