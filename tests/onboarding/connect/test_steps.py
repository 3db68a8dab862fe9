"""The customer's steps: in order, once each, from two tabs, after a day, and to the partner's page at the end."""

from datetime import timedelta
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

import pytest
import requests
from django.core import mail
from django.test import Client
from django.urls import reverse

from onboarding.connect import journey
from onboarding.connect.choices import LinkState, SessionState, SignedAs
from onboarding.connect.links import allow_host, set_state
from onboarding.connect.models import (
    Authorization,
    Connection,
    ConnectLink,
    ConnectSession,
    CustomerEmail,
    Signature,
)
from onboarding.meters.models import Meter
from portal.partners.models import Partner
from portal.web import clock
from tests.onboarding.connect.conftest import (
    BY,
    CAISO,
    DETAILS,
    SOUTHERN,
    Customer,
    authorization_of,
    link_for,
    notes_of,
    run_jobs,
)

pytestmark = pytest.mark.django_db
TEXAS = {"street": "500 Commerce St", "city": "Dallas", "state": "TX", "postal_code": "75202"}
ONCOR = "10443720001234567"


def sign(customer: Customer, *, name: str = "Alex Rivera") -> Any:
    codes = [agreement.code for agreement in journey.agreements_of(customer.session)]
    return customer.send("agreements", accepted=codes, name=name)


def step_of(customer: Customer) -> tuple[str, str]:
    return customer.session.state, customer.session.step


def a_day_passes(session: ConnectSession) -> None:
    ConnectSession.objects.filter(pk=session.pk).update(last_interaction_at=clock.now() - timedelta(hours=24))


# --- in order, and once


@pytest.mark.parametrize("step", ["agreements", "utility"])
def test_no_step_is_skipped(customer: Customer, link: ConnectLink, step: str) -> None:
    customer.open(link)
    customer.send("welcome")

    answer = customer.send(step, utility=CAISO, accepted=["DATA_SHARING"], name="Alex Rivera")

    assert (answer.status_code, answer.url) == (302, reverse("connect-session", args=[customer.session.pk]))
    assert step_of(customer) == (SessionState.UPDATED, "about")
    assert not Authorization.objects.exists()
    assert not Signature.objects.exists()


def test_a_step_that_is_not_reached_is_not_shown(customer: Customer, link: ConnectLink) -> None:
    customer.open(link)

    assert "Share your utility data" in customer.page(step="utility").content.decode()


def test_the_customer_goes_back_and_forth(customer: Customer, link: ConnectLink) -> None:
    customer.walk_to_utility(link)

    page = customer.page(step="about").content.decode()
    assert 'value="alex@example.com"' in page
    customer.send("about", **{**DETAILS, "email": "new@example.com"})

    assert step_of(customer) == (SessionState.UPDATED, "utility")
    assert customer.session.answers["email"] == "new@example.com"
    assert "Choose your utility" in customer.page().content.decode()


def test_signing_twice_adds_nothing(customer: Customer, link: ConnectLink) -> None:
    customer.walk_to_utility(link)

    assert sign(customer, name="Somebody Else").status_code == 302

    assert [(signature.code, signature.name) for signature in Signature.objects.all()] == [
        ("DATA_SHARING_CAISO", "Alex Rivera")
    ]
    assert notes_of().count("SIGNED") == 1
    assert CustomerEmail.objects.count() == 1


def test_two_tabs_finish_once(customer: Customer, acme: Partner, connected: Any) -> None:
    customer.open(link_for(acme, "ERCOT", variant="COMMERCIAL"))
    customer.send("welcome")
    customer.send("about", **{**DETAILS, **TEXAS, "esi_id": ONCOR})
    first, second = customer.session, customer.session
    codes = [agreement.code for agreement in journey.agreements_of(first)]

    for tab in (first, second):
        journey.sign(tab, accepted=codes, name="Alex Rivera", signed_as=SignedAs.COMPANY, address="")

    assert Meter.objects.filter(partner=acme).count() == 1
    assert notes_of().count("FINISHED") == 1
    assert notes_of().count("METER_JOINED") == 0


def test_a_second_tab_cannot_undo_what_was_declined(customer: Customer, link: ConnectLink) -> None:
    customer.walk_to_utility(link)
    at_utility = customer.to_sign_in()

    customer.send("agreements", decline="1")
    page = customer.come_back(customer.demo.sign_in(requests.Session(), at_utility, "success"))

    assert (authorization_of().state, authorization_of().failure) == ("FAILED", "ABANDONED")
    assert customer.session.state == SessionState.CLOSED
    assert (page.status_code, "You did not accept the agreements" in page.content.decode()) == (410, True)
    assert "No utility data was shared." in page.content.decode()


def test_a_second_click_on_the_utility_leaves_one_way(customer: Customer, link: ConnectLink) -> None:
    customer.walk_to_utility(link)
    customer.to_sign_in()

    page = customer.come_back(customer.demo.sign_in(requests.Session(), customer.to_sign_in(), "success"))

    assert "You’re all set" in page.content.decode()
    assert list(Authorization.objects.order_by("pk").values_list("state", flat=True)) == ["FAILED", "COMPLETED"]


def test_declining_after_an_authorization_says_what_still_applies(customer: Customer, acme: Partner) -> None:
    customer.authorize(link_for(acme, utilities=[CAISO, SOUTHERN]), "success")

    page = customer.client.get(customer.send("agreements", decline="1").url).content.decode()

    assert "What you authorized at your utility still applies." in page


# --- what is asked


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"email": "alex@"}, "alex@ is not an email address."),
        ({"email": ""}, "Email is missing."),
        ({"postal_code": "9410"}, "9410 is not a ZIP code."),
        ({"postal_code": "９４１０３"}, "９４１０３ is not a ZIP code."),
        ({"has_generator": "maybe"}, "Choose yes or no: Is there a generator on site?"),
        ({"has_generator": ""}, "Choose yes or no: Is there a generator on site?"),
    ],
)
def test_an_answer_that_cannot_be_used_is_said(
    customer: Customer, acme: Partner, connected: Any, changes: dict[str, str], said: str
) -> None:
    customer.open(link_for(acme, "NYISO", variant="COMMERCIAL"))
    customer.send("welcome")

    answer = customer.send("about", **{**DETAILS, **changes})

    page = answer.content.decode()
    assert answer.status_code == 422
    assert "<title>Error: Your details" in page
    assert page.count(said) == 2  # at the top, and at the field
    assert customer.session.answers == {}


def test_nothing_typed_is_lost(customer: Customer, link: ConnectLink) -> None:
    customer.open(link)
    customer.send("welcome")

    page = customer.send("about", **{**DETAILS, "customer_name": '"><b>Ann</b>', "email": "x"}).content.decode()

    assert 'value="&quot;&gt;&lt;b&gt;Ann&lt;/b&gt;"' in page
    assert 'value="94103"' in page


def test_what_is_not_signed_is_said_where_it_is(customer: Customer, acme: Partner, connected: Any) -> None:
    customer.open(link_for(acme, "NYISO", variant="COMMERCIAL"))
    customer.send("welcome")
    customer.send("about", **DETAILS)

    answer = customer.send("agreements", accepted=["DATA_SHARING_NYISO"], name=" ", capacity="CUSTOMER")

    page = answer.content.decode()
    assert answer.status_code == 422
    assert page.count("Accept “Demand response participation agreement” to continue.") == 2
    assert page.count("Type your full name to sign.") == 2
    assert 'value="DATA_SHARING_NYISO" id="field-DATA_SHARING_NYISO" checked' in page
    assert 'value="CUSTOMER" id="capacity-CUSTOMER" checked' in page
    assert not Signature.objects.exists()


# --- a day later, another browser, another shape of the address


def test_an_idle_session_is_over_and_begins_anew_with_all_it_had(
    customer: Customer, acme: Partner, connected: Any
) -> None:
    customer.open(link_for(acme), campaign="spring %26 fall", requestedUtilities=SOUTHERN)
    customer.send("welcome")
    old = customer.session
    a_day_passes(old)

    page = customer.page()

    assert (page.status_code, "This session has ended" in page.content.decode()) == (410, True)
    assert customer.send("about", **DETAILS).status_code == 410
    customer.client.get(page.context["again"], follow=True)
    new = customer.session
    assert new.pk != old.pk
    assert (new.parameters, new.utilities, new.connection_id) == (old.parameters, old.utilities, old.connection_id)
    assert new.parameters == [["campaign", "spring & fall"]]


def test_an_idle_session_of_an_ended_link_offers_no_way(customer: Customer, link: ConnectLink) -> None:
    customer.open(link)
    a_day_passes(customer.session)
    set_state(link, LinkState.ENDED, by=BY)

    assert "Start again" not in customer.page().content.decode()


def test_idle_sessions_are_closed_once(customer: Customer, link: ConnectLink) -> None:
    customer.walk_to_utility(link)
    customer.to_sign_in()
    a_day_passes(customer.session)

    assert (journey.close_idle_sessions(), journey.close_idle_sessions()) == (1, 0)

    assert customer.session.state == SessionState.CLOSED
    assert authorization_of().failure == "ABANDONED"
    assert notes_of()[-2:] == ["LEFT", "NOT_AUTHORIZED"]


def test_a_customer_in_time_is_not_closed(customer: Customer, link: ConnectLink) -> None:
    customer.open(link)
    ConnectSession.objects.update(last_interaction_at=clock.now() - timedelta(hours=23, minutes=59))

    assert journey.close_idle_sessions() == 0
    assert customer.page().status_code == 200


@pytest.mark.parametrize("state", [LinkState.PAUSED, LinkState.ENDED])
def test_a_link_that_takes_nobody_lets_customers_finish(
    customer: Customer, new_customer: Any, link: ConnectLink, state: LinkState
) -> None:
    customer.walk_to_utility(link)
    set_state(link, state, by=BY)

    page = customer.come_back(customer.demo.sign_in(requests.Session(), customer.to_sign_in(), "success"))

    assert "You’re all set" in page.content.decode()
    refused = new_customer().open(link, "home-2")
    assert (refused.status_code, ConnectSession.objects.count()) == (404, 1)


def test_the_older_address_opens_the_same_link(customer: Customer, link: ConnectLink) -> None:
    address = reverse("connect-by-title", args=["acme", link.title])

    page = customer.client.get(f"{address}?refId=home-1&requestedUtilities={CAISO.lower()},NOBODY", follow=True)

    assert page.status_code == 200
    assert (customer.session.link_id, customer.session.utilities) == (link.pk, [CAISO])
    customer.open(link)  # and the newer one goes on with it
    assert ConnectSession.objects.count() == 1


def test_a_look_at_a_link_is_no_customer(customer: Customer, link: ConnectLink) -> None:
    address = reverse("connect-by-title", args=["acme", link.title])

    assert customer.client.head(address).status_code == 200
    assert not ConnectSession.objects.exists()


def test_a_look_at_a_step_changes_nothing(customer: Customer, link: ConnectLink) -> None:
    customer.open(link)
    before = customer.session.last_interaction_at

    answer = customer.client.head(reverse("connect-session", args=[customer.session.pk]))

    assert (answer.status_code, customer.session.last_interaction_at) == (200, before)


def test_another_browsers_cookie_or_none_is_told_what_to_do(customer: Customer, link: ConnectLink) -> None:
    customer.open(link)
    address = reverse("connect-session", args=[customer.session.pk])
    stranger = Client()
    stranger.get(reverse("connect-by-title", args=["acme", link.title]) + "?refId=other")

    answers = [Client().get(address), stranger.get(address), stranger.get(address.replace(address[17:25], "0" * 8))]

    assert [answer.status_code for answer in answers] == [404, 404, 404]
    assert len({answer.content for answer in answers}) == 1
    assert "Open your link again to continue." in answers[0].content.decode()


def test_without_a_reference_the_partner_lists_nothing(customer: Customer, link: ConnectLink) -> None:
    customer.client.get(reverse("connect-by-title", args=["acme", link.title]), follow=True)

    assert customer.session.connection is None
    assert not Connection.objects.exists()


# --- several utilities


def test_one_utility_is_authorized_and_one_is_left_out(customer: Customer, acme: Partner) -> None:
    page = customer.authorize(link_for(acme, utilities=[CAISO, SOUTHERN]), "success").content.decode()

    assert f"{authorization_of().utility.name} is connected." in page
    assert f'value="{SOUTHERN}"' in page
    assert f'value="{CAISO}"' not in page
    assert step_of(customer) == (SessionState.UPDATED, "utility")

    customer.send("utility", finish="1")

    assert step_of(customer) == (SessionState.COMPLETED, "done")
    assert customer.page(step="utility").content.decode().count("You’re all set") == 2  # its title, its heading


def test_nobody_finishes_without_a_utility(customer: Customer, link: ConnectLink) -> None:
    customer.walk_to_utility(link)

    customer.send("utility", finish="1")

    assert step_of(customer) == (SessionState.UPDATED, "utility")


def test_a_utility_that_was_not_asked_for_is_refused(customer: Customer, link: ConnectLink) -> None:
    customer.walk_to_utility(link)

    answer = customer.send("utility", utility=SOUTHERN)

    assert (answer.status_code, "Choose your utility from the list." in answer.content.decode()) == (422, True)


# --- what the partner's address carried


@pytest.fixture
def sending_link(acme: Partner, connected: Any) -> ConnectLink:
    allow_host(acme, "www.acme.example", by=BY)
    return link_for(acme, utilities=[CAISO], final_redirect="https://www.acme.example/thanks?a=1#end")


def next_query(customer: Customer) -> list[tuple[str, str]]:
    parts = urlsplit(customer.page().context["next_url"])
    assert (parts.scheme, parts.netloc, parts.path, parts.fragment) == ("https", "www.acme.example", "/thanks", "end")
    return parse_qsl(parts.query, keep_blank_values=True)


@pytest.mark.parametrize(
    ("given", "carried"),
    [
        ({"utm": "a b&c=d", "lang": "es"}, {"utm": "a b&c=d", "lang": "es"}),
        ({"empty": ""}, {"empty": ""}),
        ({"x" * 65: "1", "long": "y" * 501, "kept": "y" * 500}, {"kept": "y" * 500}),
        ({f"p{n}": str(n) for n in range(30)}, {f"p{n}": str(n) for n in range(20)}),
        ({"h": "\r\nSet-Cookie: a=b", "u": "https://evil.example/#", "s": "<script>'\""}, None),
        ({"refId2": "mine", "variant2": "x"}, {"refId2": "mine", "variant2": "x"}),
    ],
)
def test_the_partners_parameters_reach_its_page(
    customer: Customer, sending_link: ConnectLink, given: dict[str, str], carried: dict[str, str] | None
) -> None:
    address = reverse("connect-by-title", args=["acme", sending_link.title])
    customer.client.get(f"{address}?{urlencode({'refId': 'home-1', **given})}")
    journey.finish(customer.session)

    assert next_query(customer) == [("a", "1"), ("refId", "home-1"), *(given if carried is None else carried).items()]


def test_a_parameter_that_comes_twice_is_carried_twice(customer: Customer, sending_link: ConnectLink) -> None:
    address = reverse("connect-by-title", args=["acme", sending_link.title])
    customer.client.get(f"{address}?refId=home-1&z=1&tag=a&tag=b")
    journey.finish(customer.session)

    assert next_query(customer) == [("a", "1"), ("refId", "home-1"), ("z", "1"), ("tag", "a"), ("tag", "b")]


def test_what_the_customer_signed_comes_by_email(customer: Customer, link: ConnectLink) -> None:
    customer.walk_to_utility(link)

    run_jobs()

    [message] = mail.outbox
    assert message.to == ["alex@example.com"]
    assert "What you signed with Acme Energy is attached:" in message.body
    [(name, content, kind)] = message.attachments
    assert (name, content[:5], kind) == ("DATA_SHARING_CAISO-2026-11.pdf", b"%PDF-", "application/pdf")
