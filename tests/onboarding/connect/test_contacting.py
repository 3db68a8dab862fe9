"""Whether, where and at which hour the portal writes to a customer for a partner."""

import smtplib
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from django.core.mail.backends.locmem import EmailBackend

from onboarding.connect.choices import LinkState
from onboarding.connect.contacting import (
    daytime,
    email_of,
    is_night,
    mark_reachable,
    mark_unreachable,
    may_write_to,
    opt_out,
    stop_of,
    takes_customers,
    zones_for,
)
from onboarding.connect.invitations import send_link
from onboarding.connect.models import InvitedCustomer, LinkEmail, StoppedAddress
from portal.events.models import Event
from portal.jobs.domain import run_next
from portal.partners.models import Partner
from portal.partners.sandboxes import create_sandbox
from tests.onboarding.connect import builders

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("catalogue")]
NEW_YORK, CHICAGO, PHOENIX = map(ZoneInfo, ("America/New_York", "America/Chicago", "America/Phoenix"))


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("answers", "region", "zones"),
    [
        ({"postal_code": "94103", "state": "NY"}, "NYISO", ["America/Los_Angeles"]),
        ({"postal_code": "79901-1234", "state": "TX"}, "ERCOT", ["America/Denver"]),
        ({"postal_code": "00000", "state": "il"}, "PJM", ["America/Chicago"]),
        ({"state": "Arizona"}, "WECC_SW", ["America/Phoenix", "America/Denver"]),
        ({"state": "QQ"}, "PJM", ["America/New_York", "America/Chicago"]),
        ({}, "WECC_SW", ["America/Phoenix", "America/Denver"]),
        ({}, "OTHER", ["America/New_York", "America/Chicago", "America/Denver", "America/Los_Angeles"]),
    ],
)
def test_the_zone_is_that_of_the_zip_code_else_of_the_state_else_of_the_region(
    answers: dict[str, object], region: str, zones: list[str]
) -> None:
    assert [zone.key for zone in zones_for(answers, region)] == zones


@pytest.mark.parametrize(
    ("at", "zones", "goes_at"),
    [
        ("2026-12-01 13:00", [NEW_YORK], "2026-12-01 13:00"),  # 8 AM
        ("2026-12-01 12:59", [NEW_YORK], "2026-12-01 13:00"),
        ("2026-12-02 01:59", [NEW_YORK], "2026-12-02 01:59"),  # 8:59 PM
        ("2026-12-02 02:00", [NEW_YORK], "2026-12-02 13:00"),  # 9 PM: the next morning
        ("2026-12-01 13:30", [NEW_YORK, CHICAGO], "2026-12-01 14:00"),  # still night in Chicago
        ("2026-12-02 02:30", [NEW_YORK, CHICAGO], "2026-12-02 14:00"),  # night in New York
        ("2027-03-14 02:30", [NEW_YORK], "2027-03-14 12:00"),  # the clocks go forward in this night
        ("2027-03-14 06:59", [NEW_YORK], "2027-03-14 12:00"),
        ("2027-11-07 01:30", [NEW_YORK], "2027-11-07 13:00"),  # and back in this
        ("2027-11-07 05:30", [NEW_YORK], "2027-11-07 13:00"),
        ("2027-03-14 12:00", [PHOENIX], "2027-03-14 15:00"),  # which does not change its clocks
        ("2027-11-07 12:00", [PHOENIX], "2027-11-07 15:00"),
    ],
)
def test_what_is_due_at_night_goes_in_the_morning(at: str, zones: list[ZoneInfo], goes_at: str) -> None:
    assert daytime(utc(at), zones) == utc(goes_at)
    assert is_night(utc(at), zones) == (at != goes_at)
    assert not is_night(utc(goes_at), zones)


def test_an_address_that_opted_out_gets_nothing_of_this_partner_for_good(acme: Partner, borealis: Partner) -> None:
    assert may_write_to(acme, "alex@example.com")

    opt_out(acme, " Alex@Example.com")
    opt_out(acme, "alex@example.com")
    mark_unreachable(acme, "alex@example.com", by=builders.BY)

    row = StoppedAddress.objects.get()
    assert (row.email, row.reason) == ("alex@example.com", "OPTED_OUT")
    assert not may_write_to(acme, "ALEX@example.com")
    assert may_write_to(borealis, "alex@example.com")
    assert not mark_reachable(row, by=builders.BY)
    assert Event.objects.filter(verb="stoppedaddress.added").count() == 1


def test_an_unreachable_address_may_work_again(acme: Partner) -> None:
    mark_unreachable(acme, "alex@example.com", by=builders.BY, told="550 No such user")
    row = stop_of(acme, "alex@example.com")
    assert row is not None
    assert (row.reason, row.told) == ("UNREACHABLE", "550 No such user")
    assert not may_write_to(acme, "alex@example.com")

    assert mark_reachable(row, by=builders.BY)
    assert may_write_to(acme, "alex@example.com")

    mark_unreachable(acme, "alex@example.com", by=builders.BY)
    opt_out(acme, "alex@example.com")
    assert StoppedAddress.objects.get().reason == "OPTED_OUT"


def test_nothing_is_written_for_an_inactive_partner_or_a_sandbox(acme: Partner) -> None:
    sandbox = create_sandbox(acme, by=builders.BY)
    assert not may_write_to(sandbox, "alex@example.com")
    assert not may_write_to(acme, "")

    acme.is_active = False
    assert not may_write_to(acme, "alex@example.com")


@pytest.mark.parametrize("state", LinkState)
def test_only_an_active_link_takes_customers(acme: Partner, state: LinkState) -> None:
    link = builders.link(acme)
    link.state = state

    assert takes_customers(link) == (state == LinkState.ACTIVE)


def test_the_address_of_an_invitation_is_kept_with_its_reference(acme: Partner) -> None:
    link = builders.link(acme)
    row = builders.connection(acme, "Home 1", link=link)
    for to, reference in (("old@example.com", "Home 1"), ("alex@example.com", "Home 1"), ("x@example.com", "")):
        send_link(link, to=to, reference=reference, by=builders.BY, sender="user@acme.example")

    kept = InvitedCustomer.objects.get()
    assert (kept.reference_key, kept.email) == (row.reference_key, "alex@example.com")
    session = row.sessions.get()
    assert email_of(session, kept.email) == "alex@example.com"
    session.answers = {"email": "typed@example.com"}
    assert email_of(session, kept.email) == "typed@example.com"
    session.answers = {"email": "no address"}
    assert email_of(session) == ""


@pytest.mark.parametrize(("code", "is_stopped"), [(550, True), (450, False)])
def test_an_invitation_that_is_refused_for_good_marks_the_address(
    acme: Partner, monkeypatch: pytest.MonkeyPatch, code: int, is_stopped: bool
) -> None:
    link = builders.link(acme)
    send_link(link, to="gone@example.com", reference="home-1", by=builders.BY, sender="user@acme.example")

    def refuse(backend: EmailBackend, messages: object) -> int:
        raise smtplib.SMTPRecipientsRefused({"gone@example.com": (code, b"No")})

    monkeypatch.setattr(EmailBackend, "send_messages", refuse)
    run_next()

    assert (stop_of(acme, "gone@example.com") is not None) == is_stopped
    assert LinkEmail.objects.exists() != is_stopped
