"""The demo utility fails and recovers: what customers see at the utility step, and that they can be told."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from django.core import mail

from onboarding.connect import outages
from onboarding.connect.models import ConnectLink, OutageFollowUp, UtilityOutage
from onboarding.reminders.outages import ask_again
from portal.web import clock
from programs.models import Utility
from tests.onboarding.connect.conftest import Customer, run_jobs

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def by_day(monkeypatch: pytest.MonkeyPatch) -> None:
    """The demo utility has its own clock, so that ours is not moved: it is day wherever the customers are."""
    monkeypatch.setattr("onboarding.reminders.outages.is_night", lambda *_: False)


def test_a_utility_fails_and_recovers(
    link: ConnectLink, customer: Customer, new_customer: Callable[[], Customer], settings: Any
) -> None:
    settings.UTILITY_TROUBLE_TRIES = 3
    for number in range(3):
        new_customer().authorize(link, "utility_down", reference=f"met-{number}")
    outages.watch()

    customer.walk_to_utility(link, "waiting")
    page = customer.page().content.decode()
    assert "sign-in has had trouble since" in page
    assert "You can try now, or we email you when it works again." in page
    assert customer.send("utility", tell="LEAP_TEST_CAISO").status_code == 302
    assert "We email you when it works again." in customer.page().content.decode()
    assert OutageFollowUp.objects.get().was_asked_for

    for number in range(3):
        new_customer().authorize(link, "success", reference=f"fine-{number}")
    outages.watch()
    assert UtilityOutage.objects.get().ended_at is not None
    assert "had trouble" not in customer.page().content.decode()

    run_jobs()
    mail.outbox.clear()
    assert ask_again() == 1  # all of them have one address, which gets one message
    run_jobs()
    assert [message.to for message in mail.outbox] == [["alex@example.com"]]
    address = next(line for line in mail.outbox[0].body.splitlines() if "/connect/continue/" in line)
    again = new_customer()
    assert again.client.get(address.removeprefix(settings.SITE_URL)).status_code == 200


def test_the_banner_speaks_spanish_and_offers_nothing_without_an_address(link: ConnectLink, customer: Customer) -> None:
    customer.walk_to_utility(link, "home-1")
    utility = Utility.objects.get(code=link.utilities[0])
    UtilityOutage.objects.create(utility=utility, began_at=clock.now(), noticed_at=clock.now())
    session = customer.session
    session.answers = {"postal_code": "94103"}
    session.language = "es"
    session.save()

    page = customer.page().content.decode()

    assert "tiene problemas" in page
    assert 'name="tell"' not in page


@pytest.mark.parametrize(
    ("language", "began", "said"),
    [
        ("en", "2026-12-10T02:21:38Z", "has had trouble since 6:21 PM PST."),
        ("en", "2026-12-08T02:21:38Z", "has had trouble since Dec 7, 6:21 PM PST."),
        ("es", "2026-12-10T02:21:38Z", "tiene problemas (desde: 6:21 p.m. PST)."),
        ("es", "2026-12-08T02:21:38Z", "tiene problemas (desde: 7 de diciembre, 6:21 p.m. PST)."),
    ],
)
def test_trouble_began_by_the_customers_clock(
    link: ConnectLink, customer: Customer, time_machine: Any, language: str, began: str, said: str
) -> None:
    time_machine.move_to("2026-12-10T03:00:00Z", tick=False)
    customer.walk_to_utility(link, "home-1")
    utility = Utility.objects.get(code=link.utilities[0])
    UtilityOutage.objects.create(utility=utility, began_at=datetime.fromisoformat(began), noticed_at=clock.now())
    session = customer.session
    session.language = language
    session.save()

    assert said in customer.page().content.decode()
