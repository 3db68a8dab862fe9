"""Reminders and the pages behind their links, in the language of the customer's session."""

from typing import Any

import pytest
from django.core import mail
from django.test import Client
from django.urls import reverse

from onboarding.connect.models import ConnectLink, Signature
from onboarding.reminders.models import Reminder
from onboarding.reminders.sweep import sweep
from onboarding.reminders.tokens import resume_path, stop_path
from portal.partners.models import Partner
from tests.onboarding.connect.conftest import CAISO, Customer, link_for, run_jobs
from tests.onboarding.connect.test_spanish import english_of, language_of
from tests.onboarding.reminders.conftest import STOPPED_AT, stopped

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("catalogue")]


def test_reminder_is_in_the_language_of_the_session(link: ConnectLink, acme: Partner, travel: Any) -> None:
    row = stopped(acme, "home-1", link=link)
    row.sessions.update(language="es")
    travel(STOPPED_AT.replace(hour=20))

    sweep()
    run_jobs()

    [message] = mail.outbox
    assert message.subject == "Termine de conectar su cuenta de electricidad con Acme Energy"
    assert english_of(f"{message.subject} {message.body}") == []
    assert message.body.startswith("Hola, Alex Rivera:")


def test_page_that_asks_who_it_is_speaks_as_the_session_and_goes_on_so(
    customer: Customer, acme: Partner, connected: Any
) -> None:
    customer.client = Client(headers={"accept-language": "es"})
    customer.walk_to_utility(link_for(acme, utilities=[CAISO]))
    path, other = resume_path(customer.session), Client(headers={"accept-language": "en"})

    asked = other.get(path)
    wrong = other.post(path, {"email": "nobody@example.com"})
    begun = other.post(path, {"email": "alex@example.com"}, follow=True)

    assert [language_of(page) for page in (asked, wrong, begun)] == ["es", "es", "es"]
    assert english_of(asked.content.decode() + wrong.content.decode() + begun.content.decode()) == []
    assert (customer.session.language, Signature.objects.latest("pk").language) == ("es", "es")


def test_switch_of_that_page_is_the_language_in_which_it_goes_on(
    customer: Customer, acme: Partner, connected: Any
) -> None:
    customer.walk_to_utility(link_for(acme, utilities=[CAISO]))
    path, other = resume_path(customer.session), Client()

    switched = other.get(path, {"lang": "es"})
    begun = other.post(path, {"email": "alex@example.com"}, follow=True)

    assert (language_of(switched), language_of(begun), customer.session.language) == ("es", "es", "es")
    assert Signature.objects.filter(session=customer.session).get().language == "en"  # as it was read


def test_reminders_are_stopped_in_the_language_of_the_session(link: ConnectLink, acme: Partner, travel: Any) -> None:
    row = stopped(acme, "home-1", link=link)
    row.sessions.update(language="es")
    travel(STOPPED_AT.replace(hour=20))
    sweep()
    path = stop_path(Reminder.objects.get())

    asked, done = Client().get(path), Client().post(path)

    assert [language_of(page) for page in (asked, done)] == ["es", "es"]
    assert english_of(asked.content.decode() + done.content.decode()) == []
    assert "Usted ya no recibe recordatorios de Acme Energy" in done.content.decode()


def test_link_that_does_not_work_says_so_in_the_browsers_language(db: None) -> None:
    page = Client(headers={"accept-language": "es-US"}).get(reverse("connect-continue", args=["forged"]))

    assert (page.status_code, language_of(page), english_of(page.content.decode())) == (404, "es", [])
