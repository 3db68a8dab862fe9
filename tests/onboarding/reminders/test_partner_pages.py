"""The partner's pages about reminders: of a link, of a customer, and of addresses that get none."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.core import mail
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse

from onboarding.connect.choices import LinkState
from onboarding.connect.contacting import mark_unreachable, opt_out
from onboarding.connect.links import set_state
from onboarding.connect.models import ConnectLink, LinkEmail, StoppedAddress
from onboarding.reminders.choices import Touchpoint
from onboarding.reminders.models import ReminderPlan
from portal.events.models import Event
from portal.jobs.domain import run_next
from portal.partners.models import Partner, User
from tests.onboarding.connect import builders
from tests.onboarding.reminders.conftest import STOPPED_AT, stopped, sweep_and_send

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("catalogue")]
CHOICES = {"is_on": "on", "first": "15", "second": "", "third": "72", "text": " Earn $50\nnow "}


@pytest.fixture
def client(client_of: Callable[[User], Client], manager: User) -> Client:
    return client_of(manager)


@pytest.fixture
def off(acme: Partner) -> ConnectLink:
    return builders.link(acme, "winter")


def of(link: ConnectLink) -> str:
    return reverse("connect-link-reminders", args=[link.pk])


def test_reminders_are_off_and_can_be_switched_on(client: Client, off: ConnectLink) -> None:
    page = client.get(of(off)).content.decode()
    assert ("Save reminders" in page, ReminderPlan.objects.exists()) == (True, False)

    answer = client.post(of(off), CHOICES, follow=True)

    plan = ReminderPlan.objects.get()
    assert "Reminders turned on." in answer.content.decode()
    assert plan.on_since is not None
    assert (plan.delays, plan.text) == ({Touchpoint.FIRST: 15, Touchpoint.THIRD: 72}, "Earn $50 now")
    event = Event.objects.get(verb="connectlink.reminders_changed")
    assert event.data == {"is_on": True, "delays": {"FIRST": 15, "THIRD": 72}}
    assert (
        "Sent after the customer’s last step: 15 minutes, 3 days."
        in client.get(reverse("connect-link", args=[off.pk])).content.decode()
    )

    since = plan.on_since
    client.post(of(off), CHOICES | {"first": "30"})
    plan.refresh_from_db()
    assert (plan.on_since, plan.first) == (since, 30)
    client.post(of(off), {key: text for key, text in CHOICES.items() if key != "is_on"})
    plan.refresh_from_db()
    assert plan.on_since is None


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"first": "3"}, "Choose from the list."),
        ({"first": "x"}, "Choose from the list."),
        ({"second": "25"}, "Choose from the list."),
        ({"first": "", "third": ""}, "You haven’t chosen any reminders."),
        ({"text": "x" * 301}, "300"),
    ],
)
def test_what_cannot_be_chosen(client: Client, off: ConnectLink, changes: dict[str, str], told: str) -> None:
    answer = client.post(of(off), CHOICES | changes)

    assert (answer.status_code, told in answer.content.decode()) == (422, True)
    assert not ReminderPlan.objects.exists()


def test_an_ended_link_has_none(client: Client, off: ConnectLink) -> None:
    set_state(off, LinkState.ENDED, by=builders.BY)
    assert "Save reminders" not in client.get(of(off)).content.decode()
    assert client.post(of(off), CHOICES).status_code == 422


def test_the_preview_is_what_a_made_up_customer_gets(client: Client, off: ConnectLink) -> None:
    client.post(of(off), CHOICES | {"text": "<script>alert(1)</script>"})
    page = client.get(of(off), {"language": "xx"}).content.decode()

    assert page.count("Hello Alex Rivera,") == 4
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    assert "<script>alert" not in page


def test_a_test_goes_to_whoever_asks_for_it(client: Client, off: ConnectLink) -> None:
    address = reverse("connect-reminder-test", args=[off.pk])
    answer = client.post(address, {"touchpoint": "SECOND", "language": "en"}, follow=True)
    while run_next():
        pass

    assert "Test email sent to manager@acme.example." in answer.content.decode()
    assert [(message.to, message.subject) for message in mail.outbox] == [
        (["manager@acme.example"], "[Test] Your connection with Acme Energy is not finished yet")
    ]
    assert "/connect/continue/…" in mail.outbox[0].body
    client.post(address, {"touchpoint": "FOURTH", "language": "en"})
    client.post(address, {"touchpoint": "FIRST", "language": "xx"})
    for _ in range(20):
        client.post(address, {"touchpoint": "RENEWAL", "language": "en"})
    assert LinkEmail.objects.count() == 19


def test_the_customers_page_tells_each_reminder_and_what_comes_next(
    client: Client, acme: Partner, link: ConnectLink, travel: Any
) -> None:
    row = stopped(acme, "home-1", link=link)
    address = reverse("connection", args=[row.pk])
    assert "Next: first reminder, Dec 1, 2026, 10:30 AM PST" in client.get(address).content.decode()

    travel(STOPPED_AT + timedelta(minutes=31))
    sweep_and_send()
    page = client.get(address).content.decode()
    assert "Finish connecting your electricity account with Acme Energy" in page
    assert "Next: second reminder, Dec 2, 2026, 10:00 AM PST" in page

    opt_out(acme, "alex@example.com")
    page = client.get(address).content.decode()
    assert "No reminder will be sent: The customer opted out." in page
    travel(STOPPED_AT + timedelta(days=1, minutes=1))
    sweep_and_send()
    assert page.count("The customer opted out.") < client.get(address).content.decode().count("The customer opted out.")


@pytest.mark.parametrize(
    ("email", "zip_code", "hour", "told"),
    [
        ("", "94103", 18, "No reminder will be sent: We don’t have an email address."),
        ("alex@example.com", "10001", 3, "first reminder, Dec 2, 2026, 8:00 AM EST, the morning after it’s due"),
    ],
)
def test_why_none_goes_now(
    client: Client, acme: Partner, link: ConnectLink, travel: Any, email: str, zip_code: str, hour: int, told: str
) -> None:
    at = STOPPED_AT.replace(day=2 if hour < 8 else 1, hour=hour)
    travel(at)
    row = stopped(acme, "home-1", link=link, at=at, email=email, postal_code=zip_code)

    assert told in client.get(reverse("connection", args=[row.pk])).content.decode()


def test_reminders_to_one_customer_are_stopped_and_allowed_again(
    client: Client, acme: Partner, link: ConnectLink
) -> None:
    row = stopped(acme, "home-1", link=link)
    address = reverse("connection-reminders", args=[row.pk])

    assert "You stopped reminders" in client.post(address, {"reminders": "stop"}, follow=True).content.decode()
    client.post(address, {"reminders": "stop"})
    assert "Next: first reminder" in client.post(address, {"reminders": "allow"}, follow=True).content.decode()
    verbs = Event.objects.filter(verb__startswith="connection.reminders").order_by("pk").values_list("verb", flat=True)
    assert list(verbs) == ["connection.reminders_stopped", "connection.reminders_allowed"]


def test_addresses_are_marked_and_work_again(
    client: Client, acme: Partner, borealis: Partner, client_of: Callable[[User], Client], stranger: User
) -> None:
    address = reverse("connect-addresses")
    assert "No addresses yet." in client.get(address).content.decode()
    assert client.post(address, {"email": "nobody"}).status_code == 422
    client.post(address, {"email": "Gone@example.com"})
    opt_out(acme, "out@example.com")
    mark_unreachable(acme, "full@example.com", by=builders.BY, told="552 <b>Full</b>")
    mark_unreachable(borealis, "theirs@example.com", by=builders.BY)

    page = client.get(address).content.decode()
    assert ("gone@example.com" in page, "out@example.com" in page, "552 &lt;b&gt;Full" in page) == (True, True, True)
    assert "theirs@example.com" not in page
    rows = {row.email: row.pk for row in StoppedAddress.objects.all()}
    assert (
        client_of(stranger).post(reverse("connect-address-remove", args=[rows["gone@example.com"]])).status_code == 404
    )
    client.post(reverse("connect-address-remove", args=[rows["gone@example.com"]]))
    answer = client.post(reverse("connect-address-remove", args=[rows["out@example.com"]]), follow=True)
    assert "Only the customer can opt back in." in answer.content.decode()
    assert set(StoppedAddress.objects.filter(partner=acme).values_list("email", flat=True)) == {
        "out@example.com",
        "full@example.com",
    }


@pytest.mark.parametrize("n", [1, 3])
def test_the_list_of_addresses_makes_as_many_queries_for_many(
    client: Client, acme: Partner, django_assert_num_queries: Any, n: int
) -> None:
    for number in range(n):
        opt_out(acme, f"out-{number}@example.com")
    client.get(reverse("connect-addresses"))

    with django_assert_num_queries(4):
        client.get(reverse("connect-addresses"))


def test_an_operator_marks_addresses_too(acme: Partner, capsys: Any) -> None:
    call_command("mark_unreachable", "Gone@example.com", "full@example.com", partner="acme")

    assert capsys.readouterr().out == "2 marked as unreachable for Acme Energy.\n"
    assert set(StoppedAddress.objects.values_list("email", "reason")) == {
        ("gone@example.com", "UNREACHABLE"),
        ("full@example.com", "UNREACHABLE"),
    }
    with pytest.raises(CommandError, match="There is no partner nobody"):
        call_command("mark_unreachable", "gone@example.com", partner="nobody")
    with pytest.raises(CommandError, match="Not an email address: gone"):
        call_command("mark_unreachable", "gone", partner="acme")
