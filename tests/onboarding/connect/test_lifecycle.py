"""What comes after an authorization: data that is late, access that ends, and what the meters then are."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import requests
from django.core import mail
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from onboarding.connect import collect, feeds
from onboarding.connect.choices import DataState, EndReason, SessionState
from onboarding.connect.customer_emails import manage_path
from onboarding.connect.ending import end, end_expired
from onboarding.connect.journey import close_idle_sessions
from onboarding.connect.models import Authorization, ConnectLink, Consent, Feed, ServicePoint
from onboarding.enrollment.models import CheckRecord, Enrollment
from onboarding.green_button.batch_list import write_batch_list
from onboarding.meters.models import Meter
from portal.events.models import Event
from portal.jobs.domain import fail
from portal.jobs.models import Job
from portal.partners.models import Partner
from portal.storage.disk import path_of
from portal.web import clock
from tests.onboarding.connect.conftest import (
    CAISO,
    NYISO,
    Customer,
    authorization_of,
    connection_of,
    link_for,
    notes_of,
    run_jobs,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def move(customer: Customer, settings: Any) -> Any:
    """Move the demo's clock, which the utility reads as well."""
    settings.DATA_DIR = customer.demo.data_dir
    yield lambda **ahead: clock.set_offset(clock.offset() + timedelta(**ahead))
    clock.set_offset(timedelta())


def ask_what_is_due() -> None:
    collect.queue_due()
    run_jobs()


def is_authorized(meter: Meter) -> bool:
    return CheckRecord.objects.filter(meter=meter, action_type="IS_AUTHORIZED").order_by("-pk")[0].holds


def missing_of(meter: Meter) -> set[str]:
    rows = Enrollment.objects.filter(meter=meter).values_list("partner_actions", flat=True)
    return {action for actions in rows for action in actions}


def test_data_that_does_not_come_is_told_once(
    customer: Customer, link: ConnectLink, move: Callable[..., None], manager: Any
) -> None:
    customer.authorize(link, "no_data")
    run_jobs()
    assert authorization_of().data_state == DataState.WAITING

    for _ in range(4):
        move(days=1)
        ask_what_is_due()

    assert authorization_of().data_state == DataState.OVERDUE
    assert notes_of().count("DATA_OVERDUE") == 1
    assert [message.subject for message in mail.outbox].count("No data from Golden Demo Electric yet") <= 1
    assert Job.objects.filter(kind="mail.send").count() == 1
    asked = authorization_of().next_fetch_at
    assert asked is not None
    assert asked - clock.now() <= timedelta(days=1)


def test_revoked_at_the_utility(
    customer: Customer, link: ConnectLink, move: Callable[..., None], acme: Partner
) -> None:
    customer.authorize(link, "revoked_later")
    run_jobs()
    meter = Meter.objects.get(partner=acme)
    assert is_authorized(meter)

    move(days=2, hours=23, minutes=50)
    ask_what_is_due()
    assert authorization_of().is_running
    move(minutes=20)
    Authorization.objects.update(next_fetch_at=clock.now())  # as its notification does
    ask_what_is_due()

    authorization = authorization_of()
    assert (authorization.end_reason, authorization.data_state) == (EndReason.AT_UTILITY, DataState.ENDED)
    assert authorization.next_fetch_at is None
    assert (authorization.access_token, authorization.refresh_token) == ("", "")
    assert not is_authorized(meter)
    assert "IS_AUTHORIZED" in missing_of(meter)
    assert [consent.verb for consent in Consent.objects.order_by("at")] == ["granted", "ended"]
    assert Event.objects.filter(verb="authorization.ended").count() == 1
    assert "ENDED" in notes_of()


def test_an_authorization_that_expires(
    customer: Customer, link: ConnectLink, move: Callable[..., None], acme: Partner
) -> None:
    customer.authorize(link, "expired")
    run_jobs()
    assert authorization_of().ends_at is not None

    move(days=2)
    assert end_expired() == 1
    run_jobs()

    assert authorization_of().end_reason == EndReason.EXPIRED
    assert not is_authorized(Meter.objects.get(partner=acme))


def test_a_refresh_that_is_refused(
    customer: Customer, link: ConnectLink, move: Callable[..., None], acme: Partner
) -> None:
    customer.authorize(link, "refresh_refused")
    run_jobs()

    move(days=1, minutes=5)
    ask_what_is_due()

    assert authorization_of().end_reason == EndReason.ACCESS_REFUSED
    assert not is_authorized(Meter.objects.get(partner=acme))


def test_tokens_are_renewed_in_time(customer: Customer, link: ConnectLink, move: Callable[..., None]) -> None:
    customer.authorize(link, "success")
    run_jobs()
    before = authorization_of().access_token

    move(days=2)
    ask_what_is_due()

    assert authorization_of().is_running
    assert authorization_of().access_token != before


def test_a_customer_revokes(customer: Customer, link: ConnectLink, acme: Partner) -> None:
    customer.authorize(link, "success")
    run_jobs()
    address, token = manage_path(customer.session), authorization_of().access_token
    anybody = Client()

    asked = anybody.post(address, {"authorization": str(authorization_of().pk)})
    assert asked.status_code == 200
    assert authorization_of().is_running
    anybody.post(address, {"authorization": str(authorization_of().pk), "confirmed": "1"})
    run_jobs()

    assert authorization_of().end_reason == EndReason.BY_CUSTOMER
    assert not is_authorized(Meter.objects.get(partner=acme))
    assert authorization_of().access_token == ""
    answer = requests.get(authorization_of().resource_url, headers={"Authorization": f"Bearer {token}"}, timeout=20)
    assert answer.status_code == 401  # the utility knows it as well
    assert "no longer receives your" in mail.outbox[-1].subject
    page = anybody.get(address).content.decode()
    assert "Stop sharing" not in page


def test_another_authorization_keeps_the_meter_authorized(
    customer: Customer, new_customer: Callable[[], Customer], link: ConnectLink, acme: Partner
) -> None:
    customer.authorize(link, "success")
    run_jobs()
    new_customer().authorize(link, "duplicate", reference="spouse-1")
    run_jobs()

    end(authorization_of("home-1"), EndReason.BY_CUSTOMER)

    assert is_authorized(Meter.objects.get(partner=acme))


def test_the_second_partner_gets_the_account_when_the_first_one_loses_it(
    customer: Customer, new_customer: Callable[[], Customer], link: ConnectLink, acme: Partner, borealis: Partner
) -> None:
    customer.authorize(link, "success")
    run_jobs()
    new_customer().authorize(link_for(borealis, utilities=[CAISO]), "duplicate", reference="b-1")
    run_jobs()
    meter, kind = Meter.objects.get(partner=borealis), "NOT_ENROLLED_IN_CONFLICTING_PROGRAM"

    end(authorization_of("home-1"), EndReason.BY_CUSTOMER)

    assert [one.holds for one in CheckRecord.objects.filter(meter=meter, action_type=kind).order_by("pk")] == [
        False,
        True,
    ]


def test_idle_sessions_are_closed(customer: Customer, link: ConnectLink, move: Callable[..., None]) -> None:
    customer.walk_to_utility(link)
    customer.to_sign_in()
    assert close_idle_sessions() == 0

    move(hours=24)

    assert close_idle_sessions() == 1
    assert customer.session.state == SessionState.CLOSED
    assert authorization_of().failure == "ABANDONED"
    assert customer.page().status_code == 410
    customer.open(link)
    assert customer.session.state == SessionState.CREATED


# --- feeds


def test_raw_feeds_are_kept_as_they_came(customer: Customer, link: ConnectLink) -> None:
    customer.authorize(link, "success")
    run_jobs()

    kept = {feed.kind: feed for feed in Feed.objects.all()}
    assert set(kept) == {"usage", "customer"}
    for feed in kept.values():
        content = path_of(feed.file).read_bytes()
        assert (len(content), feeds.sha256_of(path_of(feed.file).open("rb"))) == (feed.size, feed.sha256)


def test_fetching_again_changes_nothing(customer: Customer, link: ConnectLink, acme: Partner) -> None:
    customer.authorize(link, "two_meters")
    run_jobs()
    before = (list(Meter.objects.values().order_by("pk")), list(CheckRecord.objects.values()), notes_of())

    Authorization.objects.update(next_fetch_at=clock.now())
    ask_what_is_due()

    assert (list(Meter.objects.values().order_by("pk")), list(CheckRecord.objects.values()), notes_of()) == before
    assert Feed.objects.count() == 4


@pytest.fixture
def fetched(customer: Customer, link: ConnectLink) -> Authorization:
    customer.authorize(link, "success")
    run_jobs()
    return authorization_of()


def serve(authorization: Authorization, content: bytes, httpd: Any) -> None:
    """Let the utility's usage feed be this."""
    httpd.content = content
    connection_row = authorization.utility.green_button
    connection_row.resource_url = f"{httpd.url}/espi/"
    connection_row.save()
    Authorization.objects.filter(pk=authorization.pk).update(
        resource_url=f"{httpd.url}/espi/Batch/Subscription/7",
        customer_url="",
        authorization_url="",
        next_fetch_at=clock.now(),
    )


@pytest.fixture
def httpd() -> Any:
    """A small server that answers everything with its `content`."""
    import threading
    from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

    class Answer(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.end_headers()
            self.wfile.write(server.content)  # type: ignore[attr-defined]

        def log_message(self, *_: object) -> None: ...

    server: Any = ThreadingHTTPServer(("127.0.0.1", 0), Answer)
    server.url = f"http://127.0.0.1:{server.server_port}"
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


BOMB = b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "x"><!ENTITY c "&b;&b;&b;">]><feed>&c;</feed>'
POINT = (
    b'<feed xmlns="http://www.w3.org/2005/Atom"><entry><id>urn:uuid:1</id>'
    b'<link rel="self" href="https://u.example/espi/1_1/resource/Subscription/%s/UsagePoint/1"/>'
    b'<content><UsagePoint xmlns="http://naesb.org/espi"><ServiceCategory><kind>0</kind></ServiceCategory>'
    b"</UsagePoint></content></entry></feed>"
)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (BOMB, "DOCTYPE"),
        (b"<feed><entry>", "broken"),
        (b"<html>Sign in</html>", "Green Button"),
        (b"", "empty"),
        (POINT % b"8", "another customer"),
    ],
)
def test_a_feed_that_cannot_be_taken_is_told_and_asked_for_again(
    fetched: Authorization, httpd: Any, content: bytes, said: str
) -> None:
    before = Meter.objects.count()
    serve(fetched, content, httpd)

    ask_what_is_due()

    authorization = authorization_of()
    assert Meter.objects.count() == before
    assert authorization.is_running
    assert authorization.next_fetch_at is not None
    assert notes_of()[-1] == "FEED_UNREADABLE"
    assert said in connection_of().notes.order_by("-pk")[0].facts["reason"]
    assert Job.objects.filter(kind="connect.fetch").order_by("-pk")[0].state == "done"


def test_a_feed_that_is_too_large(fetched: Authorization, httpd: Any, settings: Any) -> None:
    settings.GREEN_BUTTON_MAX_BYTES = 100_000
    serve(fetched, b"<feed>" + b" " * 200_000, httpd)

    ask_what_is_due()

    assert "larger than" in connection_of().notes.order_by("-pk")[0].facts["reason"]


def test_hostile_texts_of_a_feed_are_only_texts(
    fetched: Authorization, httpd: Any, client_of: Any, manager: Any
) -> None:
    serve(fetched, POINT % b"7", httpd)
    ServicePoint.objects.update(facts={"customer_name": "<script>alert(1)</script>", "street": "=cmd|' /C calc'!A0"})
    Meter.objects.update(customer_name="<script>alert(1)</script>")

    page = client_of(manager).get(f"/connections/{connection_of().pk}/").content.decode()

    assert "<script>alert(1)" not in page


def test_a_token_answer_cannot_name_other_hosts(fetched: Authorization) -> None:
    Authorization.objects.update(resource_url="http://169.254.169.254/latest/", next_fetch_at=clock.now())

    ask_what_is_due()

    assert notes_of()[-1] == "FEED_UNREADABLE"
    assert Feed.objects.filter(kind="usage").count() == 1


def test_a_utility_that_is_silent_is_asked_again_later(fetched: Authorization, settings: Any) -> None:
    connection_row = fetched.utility.green_button
    connection_row.resource_url = "http://127.0.0.1:9/espi/"
    connection_row.save()
    Authorization.objects.update(
        resource_url="http://127.0.0.1:9/espi/x", authorization_url="", customer_url="", next_fetch_at=clock.now()
    )

    waits = []
    for _ in range(4):
        Authorization.objects.update(next_fetch_at=clock.now())
        ask_what_is_due()
        asked = authorization_of().next_fetch_at
        assert asked is not None
        waits.append(round((asked - clock.now()).total_seconds() / 60))

    assert waits == [5, 10, 20, 40]
    assert notes_of().count("UTILITY_SILENT") == 1
    assert authorization_of().is_running


def test_a_fetch_that_fails_is_tried_a_day_later(fetched: Authorization) -> None:
    Authorization.objects.update(next_fetch_at=clock.now())
    collect.queue_due()
    job = Job.objects.get(kind="connect.fetch", state="queued")

    fail(job, "a fault of ours")

    asked = authorization_of().next_fetch_at
    assert asked is not None
    assert asked > clock.now() + timedelta(hours=23)
    assert notes_of()[-1] == "FETCH_FAILED"


def test_tokens_are_forgotten_when_the_utility_cannot_be_told(fetched: Authorization) -> None:
    end(fetched, EndReason.BY_CUSTOMER)
    assert authorization_of().access_token

    fail(Job.objects.get(kind="connect.revoke"), "nobody answers")

    assert (authorization_of().access_token, authorization_of().refresh_token) == ("", "")


# --- how many queries


def queries_of_fetch() -> int:
    with CaptureQueriesContext(connection) as queries:
        run_jobs()
    return len(queries)


@pytest.mark.parametrize("code", [CAISO, NYISO])
def test_queries_grow_little_with_the_points(
    customer: Customer, new_customer: Callable[[], Customer], acme: Partner, code: str
) -> None:
    region = {CAISO: "CAISO", NYISO: "NYISO"}[code]
    link = link_for(acme, region, utilities=[code])
    customer.authorize(link, "success", code=code)
    Job.objects.exclude(kind="connect.fetch").delete()
    with_one = queries_of_fetch()

    new_customer().authorize(link, "two_meters", reference="home-2", code=code)
    Job.objects.exclude(kind="connect.fetch").filter(state="queued").delete()
    with_two = queries_of_fetch()

    assert with_two - with_one <= 20, (with_one, with_two)


def test_a_notification_costs_few_queries(fetched: Authorization, django_assert_max_num_queries: Any) -> None:
    with django_assert_max_num_queries(14):
        Client().post(
            f"/connect/notify/{CAISO}/", write_batch_list([fetched.resource_url]), content_type="application/atom+xml"
        )
