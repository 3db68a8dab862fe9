"""The links in emails to customers, opened by the customer and by others, in this browser and in another one."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.core import mail
from django.test import Client
from django.urls import reverse

from onboarding.connect.choices import LinkState, SessionState, Step
from onboarding.connect.contacting import stop_of
from onboarding.connect.links import set_state
from onboarding.connect.models import ConnectLink, ConnectSession, Signature
from onboarding.reminders.models import Reminder
from onboarding.reminders.tokens import resume_path, stop_path
from portal.partners.models import Partner
from portal.web import clock
from tests.onboarding.connect import builders
from tests.onboarding.connect.conftest import CAISO, DETAILS, Customer, link_for
from tests.onboarding.reminders.conftest import stopped

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("catalogue")]


@pytest.fixture
def link(acme: Partner, connected: Any) -> ConnectLink:
    return link_for(acme, utilities=[CAISO])


@pytest.fixture
def path(customer: Customer, link: ConnectLink) -> str:
    """Of the link to a customer who signed and stopped at the utility."""
    customer.walk_to_utility(link)
    return resume_path(customer.session)


def page_of(client: Client, path: str, **data: str) -> Any:
    return client.post(path, data, follow=True) if data else client.get(path, follow=True)


def test_in_the_same_browser_it_goes_on_at_once(customer: Customer, path: str) -> None:
    session = customer.session

    answer = page_of(customer.client, path)

    assert answer.redirect_chain == [(reverse("connect-session", args=[session.pk]), 302)]
    assert customer.session.pk == session.pk


def test_in_another_browser_the_email_address_leads_to_the_same_step(
    customer: Customer, path: str, link: ConnectLink
) -> None:
    earlier, other = customer.session, Client()
    asked = page_of(other, path)
    text = asked.content.decode()
    assert asked.status_code == 200
    assert ConnectSession.objects.count() == 1
    assert [value for value in DETAILS.values() if len(value) > 4 and value in text] == []

    answer = page_of(other, path, email=" ALEX@example.com ")

    session = customer.session
    assert session.pk != earlier.pk
    assert answer.redirect_chain == [(reverse("connect-session", args=[session.pk]), 302)]
    assert (session.step, session.state, session.answers) == (Step.UTILITY, SessionState.UPDATED, earlier.answers)
    assert session.connection_id == earlier.connection_id
    signed = Signature.objects.filter(session=session).values_list("code", "version", "signed_at", "file")
    assert list(signed) == list(
        Signature.objects.filter(session=earlier).values_list("code", "version", "signed_at", "file")
    )
    assert signed.exists()
    assert f'value="{CAISO}"' in answer.content.decode()


def test_it_goes_on_in_the_language_of_the_customer(customer: Customer, path: str) -> None:
    ConnectSession.objects.update(language="es")
    other = Client()
    assert "Continuar" in other.get(path).content.decode()

    page_of(other, path, email="alex@example.com")

    assert customer.session.language == "es"
    assert set(Signature.objects.values_list("language", flat=True)) == {"en"}


def test_a_session_that_ended_for_being_idle_goes_on_too(customer: Customer, path: str) -> None:
    ConnectSession.objects.update(last_interaction_at=clock.now() - timedelta(days=2), state=SessionState.CLOSED)

    answer = page_of(customer.client, path)

    assert answer.status_code == 200
    assert ConnectSession.objects.count() == 2
    assert customer.session.step == Step.UTILITY
    page_of(customer.client, path)
    assert ConnectSession.objects.count() == 2


def test_somebody_else_is_told_nothing_and_stopped_after_ten_tries(customer: Customer, path: str) -> None:
    for number in range(10):
        answer = Client().post(path, {"email": f"guess-{number}@example.com"}, REMOTE_ADDR=f"203.0.113.{number}")
        assert (answer.status_code, "This doesn’t match what was entered before." in answer.content.decode()) == (
            422,
            True,
        )

    answer = Client().post(path, {"email": DETAILS["email"]})

    assert answer.status_code == 422
    assert "There were too many tries with this link." in answer.content.decode()
    assert ConnectSession.objects.count() == 1
    assert DETAILS["customer_name"] not in answer.content.decode()


@pytest.mark.parametrize("typed", ["", " ", "alex@example.co", "alex@example.com.evil.example"])
def test_nothing_but_the_address_itself_is_taken(customer: Customer, path: str, typed: str) -> None:
    assert Client().post(path, {"email": typed}).status_code == 422
    assert ConnectSession.objects.count() == 1


def test_where_no_email_address_was_typed_the_zip_code_is_asked(acme: Partner, link: ConnectLink) -> None:
    row = stopped(acme, "home-2", link=link, at=clock.now(), email="", step=Step.ABOUT)
    path = resume_path(row.sessions.get())

    assert 'name="postal_code"' in Client().get(path).content.decode()
    assert Client().post(path, {"postal_code": "94104"}).status_code == 422
    assert Client().post(path, {"postal_code": "94103-1234"}).status_code == 302


def test_where_nothing_was_typed_it_begins_at_the_welcome(acme: Partner, link: ConnectLink) -> None:
    row = stopped(acme, "home-2", link=link, at=clock.now(), step=Step.WELCOME)

    answer = page_of(Client(), resume_path(row.sessions.get()))

    session = ConnectSession.objects.order_by("-pk")[0]
    assert (answer.status_code, session.step, session.connection_id) == (200, Step.WELCOME, row.pk)


def test_a_mail_program_that_looks_changes_nothing(path: str) -> None:
    assert Client().head(path).status_code == 200
    assert Client().get(path).status_code == 200
    assert ConnectSession.objects.count() == 1


def test_an_old_link_does_not_work_and_neither_does_one_we_did_not_make(path: str, travel: Callable[..., None]) -> None:
    assert Client().get(f"{path[:-2]}x/").status_code == 404
    travel(clock.now() + timedelta(days=14, minutes=1))
    answer = Client().get(path)

    assert answer.status_code == 404
    assert "This link no longer works." in answer.content.decode()


@pytest.mark.parametrize(
    ("state", "told"), [(LinkState.PAUSED, "This link is paused"), (LinkState.ENDED, "This link does not work.")]
)
def test_a_link_that_takes_nobody(path: str, link: ConnectLink, state: LinkState, told: str) -> None:
    set_state(link, state, by=builders.BY)
    answer = Client().get(path)

    assert (answer.status_code, told in answer.content.decode()) == (404, True)


def test_who_declined_begins_anew(customer: Customer, link: ConnectLink) -> None:
    customer.open(link)
    customer.send("welcome")
    customer.send("about", **DETAILS)
    customer.send("agreements", decline="1")
    path = resume_path(customer.session)

    answer = page_of(Client(), path)

    assert (answer.status_code, customer.session.step, customer.session.answers) == (200, Step.WELCOME, {})


def test_who_is_done_is_told_so(customer: Customer, path: str) -> None:
    ConnectSession.objects.update(state=SessionState.COMPLETED, step=Step.DONE)

    assert Client().get(path).status_code == 409
    assert page_of(customer.client, path).status_code == 200


def test_hostile_tokens_are_unknown(path: str) -> None:
    for token in ("x", "x:y:z", "%00", "a" * 3000, path.split("/")[-2].upper()):
        for name in ("connect-continue", "connect-renew", "connect-reminders-stop"):
            assert Client().get(reverse(name, args=[token])).status_code == 404


# --- stop


@pytest.fixture
def reminder(acme: Partner, link: ConnectLink) -> Reminder:
    row = stopped(acme, "home-2", link=link)
    now = clock.now()
    return Reminder.objects.create(
        partner=acme,
        link=link,
        connection=row,
        session=row.sessions.get(),
        touchpoint="FIRST",
        interaction_at=now,
        due_at=now,
        send_at=now,
        created_at=now,
        email="alex@example.com",
    )


def test_reminders_are_stopped_by_a_button_and_by_the_mail_program(acme: Partner, reminder: Reminder) -> None:
    path, client = stop_path(reminder), Client(enforce_csrf_checks=True)
    assert "Stop reminders" in client.get(path).content.decode()
    assert client.head(path).status_code == 200
    assert stop_of(acme, "alex@example.com") is None

    answer = client.post(path, "List-Unsubscribe=One-Click", content_type="application/x-www-form-urlencoded")

    assert (answer.status_code, "No more reminders" in answer.content.decode()) == (200, True)
    row = stop_of(acme, "alex@example.com")
    assert row is not None
    assert row.reason == "OPTED_OUT"
    assert "No more reminders" in client.get(path).content.decode()
    assert client.post(path).status_code == 200
    assert mail.outbox == []
    assert not re.search("alex@example.com", client.get(path).content.decode())


def test_the_pages_are_kept_by_nobody(path: str, reminder: Reminder) -> None:
    for address in (path, stop_path(reminder)):
        answer = Client().get(address)
        assert answer["Cache-Control"] == "max-age=0, no-cache, no-store, must-revalidate, private"
        assert answer["Referrer-Policy"] == "same-origin"
