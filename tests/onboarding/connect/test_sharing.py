"""The customer's page of what is shared: masked, readable for years, and its link emailed again."""

import re
from datetime import UTC, datetime
from typing import Any

import pytest
from django.core import mail
from django.test import Client
from django.urls import reverse

from onboarding.connect.choices import LinkState
from onboarding.connect.customer_emails import manage_path, session_of_token, write_authorized, write_link_again
from onboarding.connect.links import set_state
from onboarding.connect.models import Connection, ConnectSession, CustomerEmail
from onboarding.connect.sharing import initials, masked_email
from onboarding.enrollment.models import Enrollment
from portal.partners.models import Partner
from programs.models import Program
from tests.onboarding.connect import builders
from tests.onboarding.connect.consents import supplied

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("catalogue")]
ALEX = {"customer_name": "Alex Rivera", "email": "Alex@example.com"}


@pytest.fixture
def home(acme: Partner) -> Connection:
    link = builders.link(acme, support_contact="help@acme.example")
    row = builders.connection(acme, "home-1", link=link)
    row.sessions.update(answers=ALEX)
    return row


def page_of(row: Connection, client: Client, **headers: str) -> str:
    answer = client.get(manage_path(row.sessions.get()), headers=headers)
    assert answer.status_code == 200
    assert "no-store" in answer["Cache-Control"]
    return answer.content.decode()


def test_it_tells_what_is_shared_and_masks_who(home: Connection, client: Client) -> None:
    given = builders.authorization(home)
    meter = builders.meter(home.partner, "home-1", street="12 Main Street")
    builders.point(given, joined=meter, account_number="99 1234 5678")
    program = Program.objects.get(identifier="CEC-DSGS")
    Enrollment.objects.create(partner=home.partner, meter=meter, program=program, status="ACTIVE")
    supplied(home, signer_name="Alex Rivera")
    builders.signature(home)

    page = page_of(home, client)

    assert "A. R. A•••@example.com" in page
    assert "Main Street, San Francisco, CA" in page
    assert "Account ending in 5678" in page
    assert f"{program.name}: Active" in page
    assert "Letter of authorization (LOA)" in page
    assert "You started to share your" in page
    assert "help@acme.example" in page
    for secret in ("Rivera", "Alex@", "12 Main", "1234 5678", "1234567890"):
        assert secret not in page


def test_it_is_readable_when_the_link_ended_and_the_partner_is_gone(
    home: Connection, client: Client, settings: Any
) -> None:
    builders.authorization(home)
    address = manage_path(home.sessions.get())
    set_state(home.sessions.get().link, LinkState.ENDED, by=builders.BY)
    Partner.objects.filter(pk=home.partner_id).update(is_active=False)
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = "n" * 60, [settings.SECRET_KEY]

    answer = client.get(address)

    assert answer.status_code == 200
    assert "does not use Leap Connect any more" in answer.content.decode()
    pk = re.search(r'name="authorization" value="([^"]+)"', answer.content.decode())
    assert pk
    client.post(address, {"authorization": pk[1], "confirmed": "1"})
    assert home.authorizations.get().ended_at is not None


def test_another_customer_of_the_same_reference_is_not_shown(home: Connection, client: Client) -> None:
    first = home.sessions.get()
    builders.authorization(home)
    other = builders.ConnectSession.objects.get(pk=first.pk)
    other.pk, other.answers = None, {"email": "somebody@example.com"}
    other.id = builders.ConnectSession._meta.get_field("id").get_default()
    other.save(force_insert=True)

    page = client.get(manage_path(other)).content.decode()

    assert "You share no utility data." in page


def test_a_customer_asks_for_the_link_and_learns_nothing_more(home: Connection, client: Client, run_jobs: Any) -> None:
    given = builders.authorization(home)
    write_authorized(given)
    run_jobs()
    mail.outbox.clear()

    known = client.post(reverse("connect-mine"), {"email": "alex@EXAMPLE.com"})
    run_jobs()
    sent = list(mail.outbox)
    unknown = client.post(reverse("connect-mine"), {"email": "nobody@example.com"})
    run_jobs()

    assert known.status_code == unknown.status_code == 200
    neutral = known.content.replace(b"alex@EXAMPLE.com", b"nobody@example.com")
    assert re.sub(rb'value="[^"]+"', b"", neutral) == re.sub(rb'value="[^"]+"', b"", unknown.content)
    [message] = sent
    assert message.to == ["Alex@example.com"]
    [token] = re.findall(r"/connect/mine/([^/\s]+)/", message.body)
    assert session_of_token(token) == given.session
    assert len(mail.outbox) == 1


def test_one_address_gets_three_links_a_day(home: Connection, client: Client) -> None:
    write_authorized(builders.authorization(home))

    answers = [client.post(reverse("connect-mine"), {"email": "alex@example.com"}).status_code for _ in range(5)]

    assert answers == [200] * 5
    assert CustomerEmail.objects.count() == 1 + 3


@pytest.mark.parametrize(
    ("email", "said"),
    [("", "The email address is missing."), *((text, "is not an email address") for text in ("no", "a@b", "x" * 300))],
)
def test_what_is_no_address_is_said(client: Client, email: str, said: str) -> None:
    answer = client.post(reverse("connect-mine"), {"email": email})

    assert answer.status_code == 422
    assert said in answer.content.decode()


def test_days_are_those_of_the_customer(home: Connection, client: Client) -> None:
    """6:12 PM in California is the next day in UTC."""
    given = builders.authorization(home, authorized_at=datetime(2026, 11, 30, 2, 12, tzinfo=UTC))

    page = client.get(manage_path(given.session)).content.decode()

    assert "<dt>Shared since</dt><dd>Nov 29, 2026</dd>" in page
    assert "Nov 30, 2026" not in page


@pytest.mark.parametrize(
    ("contact", "said"),
    [
        ("help@acme.example", "Questions? Contact Acme Energy: help@acme.example"),
        ("", "Questions? Write to support@portal.example"),
    ],
)
def test_customers_are_told_whom_to_ask(acme: Partner, contact: str, said: str) -> None:
    link = builders.link(acme, support_contact=contact)
    write_authorized(builders.authorization(builders.connection(acme, "home-9", link=link)))
    session = ConnectSession.objects.get(connection__reference="home-9")
    ConnectSession.objects.filter(pk=session.pk).update(answers={"email": "alex@example.com"})
    session.refresh_from_db()

    write_link_again(session)

    body = CustomerEmail.objects.latest("pk").body
    assert said in body
    assert ("Contact Acme Energy" in body) == bool(contact)


def test_masks() -> None:
    assert initials("Alex  Rivera-Soto") == "A. R."
    assert initials("  42 ") == ""
    assert masked_email("alex@example.com") == "a•••@example.com"
    assert masked_email("") == ""
