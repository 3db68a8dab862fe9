"""What a connection keeps of how far its customer is: by each note, and the same from all notes at once."""

from importlib import import_module

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from onboarding.connect.choices import FailureReason, NoteKind, Reached
from onboarding.connect.models import Connection, ConnectionNote
from portal.partners.models import Partner
from tests.onboarding.connect import builders as make
from tests.onboarding.funnel.mixed import (
    AT_UTILITY,
    HAS_AUTHORIZED,
    HAS_DATA,
    HAS_METER,
    HAS_SIGNED,
    INFORMED,
    customer,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("catalogue")]
replay = import_module("onboarding.migrations.0026_progress_so_far").replay
KEPT = ("utility_id", "reached", "passed", "stopped_by", "minutes_to_authorize", "minutes_to_data")


@pytest.mark.parametrize(
    ("kinds", "reached", "stopped_by"),
    [
        ((NoteKind.OPENED,), Reached.OPENED, ""),
        ((NoteKind.OPENED, NoteKind.LEFT), Reached.OPENED, "LEFT"),
        ((*INFORMED, NoteKind.LEFT), Reached.INFORMATION, "LEFT"),
        ((*INFORMED, NoteKind.LEFT, NoteKind.OPENED), Reached.INFORMATION, ""),
        ((*INFORMED, NoteKind.AGREEMENT_DECLINED), Reached.INFORMATION, "AGREEMENTS_DECLINED"),
        ((*INFORMED, NoteKind.AGREEMENT_DECLINED, *HAS_SIGNED), Reached.SIGNED, ""),
        ((*AT_UTILITY, NoteKind.NOT_AUTHORIZED), Reached.UTILITY, "MFA_FAILED"),
        ((*AT_UTILITY, NoteKind.NOT_AUTHORIZED, NoteKind.LEFT), Reached.UTILITY, "MFA_FAILED"),
        ((*AT_UTILITY, NoteKind.NOT_AUTHORIZED, NoteKind.UTILITY_STARTED), Reached.UTILITY, ""),
        ((*HAS_AUTHORIZED, NoteKind.FINISHED), Reached.AUTHORIZED, ""),
        ((*HAS_AUTHORIZED, NoteKind.NOT_AUTHORIZED), Reached.AUTHORIZED, ""),
        ((*HAS_AUTHORIZED, NoteKind.DATA_OVERDUE), Reached.AUTHORIZED, "DATA_OVERDUE"),
        ((*HAS_AUTHORIZED, NoteKind.FEED_UNREADABLE, NoteKind.DATA_ARRIVED), Reached.DATA, ""),
        ((*HAS_AUTHORIZED, NoteKind.DATA_OVERDUE, NoteKind.ENDED), Reached.AUTHORIZED, "ENDED"),
        ((*HAS_AUTHORIZED, NoteKind.ENDED, NoteKind.OPENED), Reached.AUTHORIZED, "ENDED"),
        ((*HAS_AUTHORIZED, NoteKind.ENDED, NoteKind.AUTHORIZED), Reached.AUTHORIZED, ""),
        ((*HAS_AUTHORIZED, NoteKind.TO_DECIDE, NoteKind.DATA_ARRIVED), Reached.DATA, "TO_DECIDE"),
        ((*HAS_DATA, NoteKind.NOT_A_METER), Reached.DATA, "NOT_A_METER"),
        ((*HAS_AUTHORIZED, NoteKind.TO_DECIDE, NoteKind.METER_JOINED), Reached.METER, ""),
        ((*HAS_METER, NoteKind.ENDED), Reached.METER, ""),
        ((*HAS_METER, NoteKind.OPENED, NoteKind.LEFT), Reached.METER, ""),
        ((*HAS_SIGNED, NoteKind.FINISHED, NoteKind.ESI_ID_MISSING), Reached.SIGNED, "ESI_ID_MISSING"),
        ((*HAS_SIGNED, NoteKind.ESI_ID_MISSING, NoteKind.OPENED, NoteKind.LEFT), Reached.SIGNED, "ESI_ID_MISSING"),
    ],
)
def test_the_furthest_step_and_why_it_is_the_last(
    kinds: tuple[NoteKind, ...], reached: Reached, stopped_by: str, acme: Partner
) -> None:
    row = customer(acme, "home-1", kinds, link=make.link(acme), failure=FailureReason.MFA_FAILED)

    assert (Reached(row.reached), row.stopped_by) == (reached, stopped_by)


def test_where_only_agreements_are_signed_the_end_is_the_end(acme: Partner) -> None:
    papers = make.link(acme, region="PJM", variant="COMMERCIAL_AGREEMENTS_ONLY")
    ended = (*HAS_SIGNED, NoteKind.FINISHED)

    for number, more in enumerate([(), (NoteKind.OPENED, NoteKind.LEFT), (NoteKind.AGREEMENT_DECLINED,)]):
        row = customer(acme, f"home-{number}", (*ended, *more), link=papers)
        assert (Reached(row.reached), row.stopped_by) == (Reached.SIGNED, "COMPLETE")
    assert customer(acme, "home-9", ended, link=make.link(acme)).stopped_by == ""


def test_a_meter_of_an_authorization_has_had_data(acme: Partner) -> None:
    homes, texas = make.link(acme), make.link(acme, region="ERCOT", variant="COMMERCIAL")
    home = customer(acme, "home", (*HAS_AUTHORIZED, NoteKind.METER_CREATED), link=homes)
    store = customer(acme, "store", (*HAS_SIGNED, NoteKind.METER_CREATED), link=texas)

    assert home.passed == 0b1111111
    assert store.passed == 0b1000111


# The migration knows the kinds that there were when it was written.
KNOWN = [kind for kind in NoteKind if not kind.startswith("DEVICE_")]
KINDS = st.lists(st.sampled_from(KNOWN), max_size=12).map(lambda kinds: (NoteKind.OPENED, *kinds))
LINKS = st.sampled_from(["CAISO RESIDENTIAL", "ERCOT COMMERCIAL", "PJM COMMERCIAL_AGREEMENTS_ONLY"])


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(kinds=KINDS, kind_of_link=LINKS, failure=st.sampled_from(FailureReason))
def test_all_notes_at_once_give_what_each_gave(
    kinds: tuple[NoteKind, ...], kind_of_link: str, failure: FailureReason, acme: Partner
) -> None:
    region, variant = kind_of_link.split()
    link = make.link(acme, region=region, variant=variant)
    row = customer(acme, f"home-of-{link.title}", kinds, link=link, failure=failure)

    anew = Connection(started_at=row.started_at, link=link)
    replay(anew, ConnectionNote.objects.filter(connection=row).select_related("authorization").order_by("pk"))

    assert {name: getattr(anew, name) for name in KEPT} == {name: getattr(row, name) for name in KEPT}
