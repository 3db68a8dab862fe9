"""What must not work: forged and replayed callbacks, other browsers, redirects, notifications, guesses."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import requests
from django.test import Client
from django.urls import reverse

from onboarding.connect.customer_emails import manage_path
from onboarding.connect.models import Authorization, ConnectLink, ConnectSession
from onboarding.green_button.batch_list import write_batch_list
from portal.jobs.models import Job
from portal.partners.models import Partner
from portal.security.limits import within_limit
from programs.models import UtilityConnection
from tests.demo_utility import query_of
from tests.onboarding.connect.conftest import CAISO, Customer, authorization_of, link_for, run_jobs

pytestmark = pytest.mark.django_db


def come_back(client: Client, **query: str) -> Any:
    return client.get(reverse("connect-return"), query)


def to_utility(customer: Customer, link: ConnectLink, user_name: str = "success") -> dict[str, str]:
    """What the utility sends the customer back with; nobody has taken it yet."""
    customer.walk_to_utility(link)
    return query_of(customer.demo.sign_in(requests.Session(), customer.to_sign_in(), user_name))


def test_a_forged_state_is_refused(customer: Customer, link: ConnectLink) -> None:
    answer = to_utility(customer, link)

    forged = come_back(customer.client, **{**answer, "state": "0" * 48})

    assert forged.status_code == 400
    assert "doesn’t match a sign-in that was started here" in forged.content.decode()
    assert authorization_of().state == "INITIATED"


def test_a_missing_state_is_refused(customer: Customer, link: ConnectLink) -> None:
    answer = to_utility(customer, link)

    assert come_back(customer.client, code=answer["code"]).status_code == 400
    assert authorization_of().state == "INITIATED"


def test_another_browsers_state_is_refused(customer: Customer, link: ConnectLink) -> None:
    answer = to_utility(customer, link)

    stolen = come_back(Client(), **answer)

    assert stolen.status_code == 403
    assert "another browser" in stolen.content.decode()
    assert authorization_of().state == "INITIATED"


def test_another_customers_state_is_refused(
    customer: Customer, new_customer: Callable[[], Customer], link: ConnectLink
) -> None:
    answer = to_utility(customer, link)
    other = new_customer()
    other.walk_to_utility(link, "home-2")

    assert come_back(other.client, **answer).status_code == 403


def test_a_replayed_code_changes_nothing(customer: Customer, link: ConnectLink) -> None:
    answer = to_utility(customer, link)
    come_back(customer.client, **answer)
    before = Authorization.objects.values().get()

    again = come_back(customer.client, **answer)

    assert again.status_code == 302
    assert Authorization.objects.values().get() == before


def test_a_made_up_code_is_not_believed(customer: Customer, link: ConnectLink) -> None:
    answer = to_utility(customer, link)

    come_back(customer.client, **{**answer, "code": "made-up"})

    assert (authorization_of().state, authorization_of().failure) == ("FAILED", "NOT_CONFIRMED")


@pytest.mark.parametrize("issuer", ["https://evil.example", ""])
def test_a_wrong_issuer_is_refused(customer: Customer, link: ConnectLink, issuer: str) -> None:
    answer = to_utility(customer, link)
    answer.pop("iss")

    come_back(customer.client, **answer, **({"iss": issuer} if issuer else {}))

    assert (authorization_of().state, authorization_of().failure) == ("FAILED", "WRONG_ISSUER")


def test_a_utility_that_is_gone_is_said(customer: Customer, link: ConnectLink) -> None:
    answer = to_utility(customer, link)
    UtilityConnection.objects.filter(utility__code=CAISO).update(token_url="http://127.0.0.1:9/token")

    come_back(customer.client, **answer)

    assert (authorization_of().state, authorization_of().failure) == ("FAILED", "UTILITY_UNAVAILABLE")


@pytest.mark.parametrize(
    "address",
    [
        "https://evil.example/thanks",
        "//evil.example",
        "javascript:alert(1)",
        "https://acme.example@evil.example/",
        "https://acme.example.evil.example/",
        "https://acme.example\\@evil.example",
        "https://acme.example:444/",
        "ftp://acme.example/",
        "https://аcme.example/",
    ],
)
def test_an_open_redirect_is_refused(acme: Partner, connected: Any, address: str) -> None:
    from onboarding.connect.links import allow_host
    from portal.problems import Refused
    from tests.onboarding.connect.conftest import BY

    allow_host(acme, "acme.example", by=BY)

    with pytest.raises(Refused) as refusal:
        link_for(acme, final_redirect=address)

    assert refusal.value.problems[0].code in {"LINK_REDIRECT_NOT_ALLOWED", "LINK_REDIRECT_UNUSABLE"}
    assert not ConnectLink.objects.exists()


@pytest.mark.parametrize(
    "changes",
    [{"account": "nobody"}, {"transmissionRegion": "ERCOT"}, {"link": "other"}, {"refId": "a[b]"}, {"refId": "x"}],
)
def test_whatever_is_wrong_with_a_link_looks_the_same(
    customer: Customer, link: ConnectLink, changes: dict[str, str]
) -> None:
    good = {"account": "acme", "transmissionRegion": "CAISO", "link": link.title, "refId": "home-1"}

    answers = [customer.client.get(reverse("connect"), {**good, **changes}), customer.client.get(reverse("connect"))]

    assert [answer.status_code for answer in answers] == [404, 404]
    pages = [answer.content.decode() for answer in answers]
    switches = [re.findall(r'<a href="(\?[^"]*)" hreflang="es"', page) for page in pages]  # lead to the page itself
    assert pages[0].replace(switches[0][0], "") == pages[1].replace(switches[1][0], "")
    assert not ConnectSession.objects.exists()


def test_a_session_is_nobody_elses(customer: Customer, link: ConnectLink) -> None:
    customer.walk_to_utility(link)
    address = reverse("connect-session", args=[customer.session.pk])

    assert Client().get(address).status_code == 404
    assert Client().post(f"{address}utility/", {"utility": CAISO}).status_code == 404


def test_many_tries_from_one_address_are_stopped(customer: Customer, link: ConnectLink) -> None:
    assert come_back(customer.client, state="guess").status_code == 400
    for _ in range(599):
        within_limit("connect.return", "127.0.0.1", most=600, per=timedelta(hours=1))

    answer = come_back(customer.client, state="guess")

    assert answer.status_code == 429
    assert "too many tries" in answer.content.decode()


# --- notifications


def notify(code: str, body: bytes) -> Any:
    return Client(enforce_csrf_checks=True).post(
        reverse("connect-notify", args=[code]), body, content_type="application/atom+xml"
    )


@pytest.fixture
def waiting(customer: Customer, link: ConnectLink) -> Authorization:
    customer.authorize(link, "success")
    run_jobs()
    return authorization_of()


def test_a_notification_of_a_known_resource_fetches_it(waiting: Authorization) -> None:
    fetched = waiting.last_fetched_at
    answer = notify(CAISO, write_batch_list([waiting.resource_url]))

    run_jobs()

    assert answer.status_code == 202
    waiting.refresh_from_db()
    assert waiting.last_fetched_at > fetched


def test_a_notification_of_an_unknown_resource_is_answered_alike(waiting: Authorization) -> None:
    answer = notify(CAISO, write_batch_list([f"{waiting.resource_url}9"]))

    assert (answer.status_code, answer.content) == (202, b"")
    assert not Job.objects.filter(kind="connect.fetch", state="QUEUED").exists()


@pytest.mark.parametrize(
    "address",
    [
        "http://169.254.169.254/latest/meta-data",
        "http://127.0.0.1:5432/",
        "https://evil.example/espi/1_1/resource/Batch/1",
        "file:///etc/passwd",
        "{base}/../../../admin",
    ],
)
def test_a_notification_of_other_hosts_is_refused(waiting: Authorization, address: str) -> None:
    base = waiting.utility.green_button.resource_url.rstrip("/")

    answer = notify(CAISO, write_batch_list([address.format(base=base)]))

    assert (answer.status_code, answer.json()["code"]) == (403, "NOTIFICATION_OF_OTHER_HOST")
    assert not Job.objects.filter(kind="connect.fetch", state="QUEUED").exists()


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"hello",
        b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "b">]><BatchList>&a;</BatchList>',
        b"<feed/>",
        b"{}",
    ],
)
def test_a_notification_that_is_no_list_is_refused(connected: Any, body: bytes) -> None:
    answer = notify(CAISO, body)

    assert (answer.status_code, answer.json()["code"]) == (400, "NOTIFICATION_UNREADABLE")


def test_a_notification_of_nobody_we_know(connected: Any) -> None:
    assert notify("PGE", write_batch_list(["https://pge.example/x"])).status_code == 404
    assert notify("NOBODY", write_batch_list(["https://pge.example/x"])).status_code == 404


# --- secrets


def test_tokens_are_encrypted_and_shown_nowhere(waiting: Authorization, client_of: Any, manager: Any) -> None:
    from django.db import connection

    token = waiting.access_token
    with connection.cursor() as cursor:
        cursor.execute("SELECT access_token, refresh_token FROM onboarding_authorization")
        stored = cursor.fetchone()

    assert len(token) > 10
    assert all(token not in text and waiting.refresh_token not in text for text in stored)
    assert token not in repr(waiting.__dict__.get("access_token", ""))
    page = client_of(manager).get(reverse("connection", args=[waiting.connection_id])).content.decode()
    assert token not in page
    assert not any(token in str(job) for job in Job.objects.values_list("failure", "checkpoint"))


def test_no_log_line_holds_a_secret(customer: Customer, link: ConnectLink, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level("DEBUG"):
        answer = to_utility(customer, link)
        come_back(customer.client, **answer)
        run_jobs()

    authorization, connection = authorization_of(), UtilityConnection.objects.get(utility__code=CAISO)
    assert authorization.data_state == "RECEIVED"
    secrets = [authorization.access_token, authorization.refresh_token, connection.client_secret, answer["code"]]
    assert all(len(secret) > 10 for secret in secrets)
    assert [secret for secret in secrets if secret in caplog.text] == []


# --- forms of other sites


def test_no_public_form_is_taken_from_another_site(customer: Customer, link: ConnectLink) -> None:
    customer.authorize(link, "success")
    session, manage_address = customer.session, manage_path(customer.session)
    other = Client(enforce_csrf_checks=True)
    other.cookies = customer.client.cookies

    for step in ("welcome", "about", "agreements", "utility"):
        assert other.post(reverse("connect-send", args=[session.pk, step]), {"utility": CAISO}).status_code == 403
    sent = {"authorization": str(authorization_of().pk), "confirmed": "1"}
    assert other.post(manage_address, sent).status_code == 403
    assert authorization_of().is_running


def test_a_notification_of_very_many_resources_is_refused(connected: Any) -> None:
    base = UtilityConnection.objects.get(utility__code=CAISO).resource_url

    answer = notify(CAISO, write_batch_list([f"{base}Batch/{number}" for number in range(2_000)]))

    assert (answer.status_code, answer.json()["code"]) == (400, "NOTIFICATION_UNREADABLE")
