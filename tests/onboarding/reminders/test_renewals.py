"""Renewal: who is asked when, who may open the link, and the meter that goes on."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import requests
from django.core import mail
from django.test import Client
from django.urls import reverse

from onboarding.connect.choices import EndReason, LinkState, Step
from onboarding.connect.contacting import opt_out
from onboarding.connect.ending import end
from onboarding.connect.links import set_state
from onboarding.connect.models import Authorization, Connection, ConnectLink, ConnectSession, ServicePoint
from onboarding.enrollment.models import CheckRecord
from onboarding.home.queries import needs_of
from onboarding.meters.models import Meter
from onboarding.reminders.models import Reminder
from onboarding.reminders.plans import stop_reminders
from onboarding.reminders.queries import renewals_of
from onboarding.reminders.renewals import send_renewal
from onboarding.reminders.tokens import renewal_path
from portal.events.models import Event
from portal.partners.models import Partner, User
from portal.problems import Refused
from portal.web import clock
from tests.onboarding.connect import builders
from tests.onboarding.connect.conftest import CAISO, Customer, authorization_of, link_for, notes_of, run_jobs
from tests.onboarding.reminders.conftest import STOPPED_AT, states_of, sweep_and_send, switch_on

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("catalogue")]
Travel = Callable[[datetime], None]


@pytest.fixture
def authorized(acme: Partner, link: ConnectLink) -> Authorization:
    """An authorization that ends in 40 days."""
    row = builders.connection(acme, "home-1", link=link, started=STOPPED_AT)
    row.sessions.update(answers={"email": "alex@example.com", "customer_name": "Alex Rivera", "postal_code": "94103"})
    return builders.authorization(row, ends_at=STOPPED_AT + timedelta(days=40))


def emails() -> list[str]:
    return [message.subject for message in mail.outbox if message.to == ["alex@example.com"]]


def test_the_customer_is_asked_thirty_days_before_the_end_and_at_the_end(
    authorized: Authorization, travel: Travel, acme: Partner
) -> None:
    name = authorized.utility.name
    for day in range(46):
        travel(STOPPED_AT + timedelta(days=day))
        if day == 40:
            travel(STOPPED_AT + timedelta(days=day, minutes=10))
            end(authorized, EndReason.EXPIRED)
        sweep_and_send()

    assert [subject for subject in emails() if "permission" in subject] == [
        f"Your {name} permission for Acme Energy ends soon"
    ]
    assert [subject for subject in emails() if "again" in subject] == [f"Share your {name} data with Acme Energy again"]
    assert states_of(authorized.connection) == [("RENEWAL", "SENT", "")] * 2  # type: ignore[arg-type]  # it is not None
    first = Reminder.objects.order_by("created_at")[0]
    assert first.sent_at == STOPPED_AT + timedelta(days=10)
    assert Event.objects.filter(verb="connection.renewal_sent").count() == 2


@pytest.mark.parametrize("reason", [EndReason.AT_UTILITY, EndReason.ACCESS_REFUSED])
def test_revoked_at_the_utility_gets_a_link_too(authorized: Authorization, travel: Travel, reason: EndReason) -> None:
    travel(STOPPED_AT + timedelta(days=1))
    end(authorized, reason)
    sweep_and_send()

    assert [subject for subject in emails() if "again" in subject] != []


def test_who_revoked_it_here_is_not_written_to(authorized: Authorization, travel: Travel, acme: Partner) -> None:
    travel(STOPPED_AT + timedelta(days=11))
    assert renewals_of(acme).exists()
    end(authorized, EndReason.BY_CUSTOMER)
    sweep_and_send()

    assert Reminder.objects.count() == 0
    assert not renewals_of(acme).exists()


def test_who_revokes_between_due_and_sent_is_not_written_to(authorized: Authorization, travel: Travel) -> None:
    travel(STOPPED_AT + timedelta(days=11))
    reminder = send_renewal(authorized, by=builders.BY)
    end(authorized, EndReason.BY_CUSTOMER)
    sweep_and_send()

    reminder.refresh_from_db()
    assert (reminder.state, reminder.reason) == ("SKIPPED", "REVOKED")


def test_without_reminders_nobody_is_written_to_and_the_partner_has_it_to_do(acme: Partner, travel: Travel) -> None:
    travel(STOPPED_AT)
    row = builders.connection(acme, "home-1", link=builders.link(acme), started=STOPPED_AT)
    authorized = builders.authorization(row, ends_at=STOPPED_AT + timedelta(days=40))
    travel(STOPPED_AT + timedelta(days=9))
    assert needs_of(acme).renewals == []
    travel(STOPPED_AT + timedelta(days=11))
    sweep_and_send()

    assert Reminder.objects.count() == 0
    assert needs_of(acme).renewals == [authorized]
    newer = builders.authorization(row, authorized_at=STOPPED_AT + timedelta(days=10))
    assert needs_of(acme).renewals == []
    newer.delete()
    end(authorized, EndReason.EXPIRED)
    travel(STOPPED_AT + timedelta(days=40))
    assert needs_of(acme).renewals == [authorized]
    travel(STOPPED_AT + timedelta(days=42))
    assert needs_of(acme).renewals == []


def test_the_home_page_and_the_connection_ask_for_it(
    authorized: Authorization,
    travel: Travel,
    manager: User,
    client_of: Callable[[User], Client],
    borealis: Partner,
    stranger: User,
) -> None:
    travel(STOPPED_AT + timedelta(days=11))
    client, connection = client_of(manager), authorized.connection_id
    assert "Send the renewal link." in client.get(reverse("home")).content.decode()
    page = client.get(reverse("connection", args=[connection])).content.decode()
    assert "Send renewal link" in page
    assert renewal_path(authorized)[:16] in page

    address = reverse("connection-renewal", args=[connection, authorized.pk])
    assert client_of(stranger).post(address).status_code == 404
    answer = client.post(address, follow=True)
    sweep_and_send()

    assert "The renewal link to alex@example.com is on its way." in answer.content.decode()
    assert len(emails()) == 1
    answer = client.post(address, follow=True)
    assert "within the last 24 hours" in answer.content.decode()


def refused(authorization: Authorization) -> list[str]:
    rows = Authorization.objects.select_related("session__link__partner", "connection", "utility", "partner")
    with pytest.raises(Refused) as refusal:
        send_renewal(rows.get(pk=authorization.pk), by=builders.BY)
    return [problem.code for problem in refusal.value.problems]


def test_what_stops_a_renewal_link(authorized: Authorization, acme: Partner, link: ConnectLink) -> None:
    connection = authorized.connection
    assert connection is not None
    newer = builders.authorization(connection, authorized_at=STOPPED_AT + timedelta(days=1))
    assert refused(authorized) == ["RENEWAL_NOT_NEEDED"]
    newer.delete()
    set_state(link, LinkState.PAUSED, by=builders.BY)
    assert refused(authorized) == ["RENEWAL_LINK_CLOSED"]
    set_state(link, LinkState.ACTIVE, by=builders.BY)
    stop_reminders(connection, by=builders.BY)
    assert refused(authorized) == ["RENEWAL_NOT_WANTED"]
    connection.stopped_reminders.delete()
    opt_out(acme, "alex@example.com")
    assert refused(authorized) == ["RENEWAL_NOT_WANTED"]
    ConnectSession.objects.update(answers={})
    assert refused(authorized) == ["RENEWAL_NO_ADDRESS"]


# --- with the demo utility


@pytest.fixture
def move(customer: Customer, settings: Any) -> Any:
    """Move the demo's clock, which the utility reads as well."""
    settings.DATA_DIR = customer.demo.data_dir
    yield lambda **ahead: clock.set_offset(clock.offset() + timedelta(**ahead))
    clock.set_offset(timedelta())


@pytest.fixture
def demo_link(acme: Partner, connected: Any) -> ConnectLink:
    return link_for(acme, utilities=[CAISO])


def is_authorized(meter: Meter) -> bool:
    return CheckRecord.objects.filter(meter=meter, action_type="IS_AUTHORIZED").order_by("-pk")[0].holds


def renew_with(other: Customer, path: str, user_name: str) -> None:
    """Open the link in a new browser, say who one is, and go through all steps."""
    assert "Alex Rivera" not in other.client.get(path).content.decode()
    answer = other.client.post(path, {"email": "alex@example.com"}, follow=True)
    assert answer.status_code == 200
    assert other.session.step == Step.WELCOME
    other.send("welcome")
    assert 'value="Alex Rivera"' in other.page().content.decode()
    while (step := other.session.step) in ("about", "agreements"):
        if step == "about":
            answer = other.send("about", **other.session.answers)
        else:
            codes = re.findall(r'name="accepted" value="([A-Z0-9_]+)"', other.page().content.decode())
            answer = other.send("agreements", accepted=codes, name="Alex Rivera", capacity="CUSTOMER")
        assert answer.status_code == 302, answer.content.decode()
    other.come_back(other.demo.sign_in(requests.Session(), other.to_sign_in(), user_name))
    run_jobs()


@pytest.mark.parametrize("ended", [True, False])
def test_the_same_meter_goes_on(
    customer: Customer,
    new_customer: Callable[[], Customer],
    demo_link: ConnectLink,
    acme: Partner,
    move: Callable[..., None],
    ended: bool,
) -> None:
    customer.authorize(demo_link, "expired")
    run_jobs()
    old, meter = authorization_of(), Meter.objects.get(partner=acme)
    assert old.ends_at is not None
    assert list(renewals_of(acme)) == [old]
    if ended:
        move(days=3)
        end(old, EndReason.EXPIRED)
        assert not is_authorized(meter)

    renew_with(new_customer(), renewal_path(old), "expired")

    new = authorization_of()
    assert new.pk != old.pk
    assert new.session.renews_id == old.pk
    assert list(Meter.objects.filter(partner=acme)) == [meter]
    assert {point.meter_id for point in ServicePoint.objects.all()} == {meter.pk}
    assert ServicePoint.objects.filter(authorization=new).count() == 1
    assert is_authorized(meter)
    assert "TO_DECIDE" not in notes_of()
    assert not Connection.objects.get().needs_partner
    assert old not in renewals_of(acme)
    assert Client().get(renewal_path(old)).status_code == 409
    end(old, EndReason.EXPIRED)
    assert is_authorized(meter)


def test_a_point_with_another_name_is_the_same_meter_in_a_renewal(
    customer: Customer, new_customer: Callable[[], Customer], demo_link: ConnectLink, acme: Partner
) -> None:
    customer.authorize(demo_link, "expired")
    run_jobs()
    old, meter = authorization_of(), Meter.objects.get(partner=acme)
    ServicePoint.objects.filter(authorization=old).update(usage_point="the-utility-called-it-so-before")
    Meter.objects.update(account_number="", account_key="", street="Elsewhere", data={})

    renew_with(new_customer(), renewal_path(old), "expired")

    assert list(Meter.objects.filter(partner=acme)) == [meter]
    assert "TO_DECIDE" not in notes_of()


def test_a_renewal_link_opened_by_somebody_else_shows_nothing(authorized: Authorization) -> None:
    path = renewal_path(authorized)
    for number in range(10):
        assert Client().post(path, {"email": f"guess-{number}@example.com"}).status_code == 422
    answer = Client().post(path, {"email": "alex@example.com"})
    assert (answer.status_code, "Alex Rivera" in answer.content.decode()) == (422, False)
    assert ConnectSession.objects.count() == 1


def test_a_renewal_of_a_customer_of_whom_nothing_is_known_begins_at_the_start(authorized: Authorization) -> None:
    ConnectSession.objects.update(answers={})
    answer = Client().get(renewal_path(authorized))
    assert (answer.status_code, "Start from the beginning" in answer.content.decode()) == (200, True)
    assert Client().post(renewal_path(authorized), {"email": ""}).status_code == 200
    assert ConnectSession.objects.count() == 1


def test_a_renewal_link_works_for_sixty_days(authorized: Authorization, travel: Travel) -> None:
    path = renewal_path(authorized)
    travel(STOPPED_AT + timedelta(days=59))
    assert Client().get(path).status_code == 200
    travel(STOPPED_AT + timedelta(days=60, minutes=1))
    assert Client().get(path).status_code == 404


def test_at_night_the_link_waits_for_the_morning(
    authorized: Authorization, travel: Travel, manager: User, client_of: Callable[[User], Client]
) -> None:
    travel(datetime(2026, 12, 12, 8, tzinfo=UTC))
    address = reverse("connection-renewal", args=[authorized.connection_id, authorized.pk])
    answer = client_of(manager).post(address, follow=True)
    assert "will be sent in the morning" in answer.content.decode()
    sweep_and_send()
    assert emails() == []
    travel(datetime(2026, 12, 12, 16, tzinfo=UTC))
    sweep_and_send()
    assert len(emails()) == 1
    assert states_of(authorized.connection) == [("RENEWAL", "SENT", "")]  # type: ignore[arg-type]  # it is not None


def test_switching_reminders_on_asks_those_who_end_soon(acme: Partner, travel: Travel) -> None:
    travel(STOPPED_AT)
    link = builders.link(acme)
    row = builders.connection(acme, "home-1", link=link, started=STOPPED_AT)
    row.sessions.update(answers={"email": "alex@example.com", "postal_code": "94103"})
    builders.authorization(row, ends_at=STOPPED_AT + timedelta(days=20))
    switch_on(link)
    sweep_and_send()

    assert len(emails()) == 1
