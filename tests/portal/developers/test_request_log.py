"""The request log: what it keeps of a request and what not, who sees it, and when it is dropped."""

import uuid
from datetime import timedelta
from typing import Any
from unittest.mock import patch

import pytest
import time_machine
from django.db import DatabaseError
from django.http import HttpResponse
from django.test import Client, override_settings
from django.utils import timezone

from portal import correlation
from portal.developers import request_log
from portal.developers.models import LoggedRequest
from portal.developers.request_log import drop_old_requests, path_of
from portal.events.actors import Actor
from portal.partners.keys import create_api_key, revoke_api_key
from portal.partners.models import ApiKey, Partner

pytestmark = pytest.mark.django_db
BY = Actor.system("Test")
JOBS = "/v1.1/jobs/meters"
METER = "/v2/meters/11111111-1111-1111-1111-111111111111"


def ask(text: str, path: str = JOBS, method: str = "get", **extra: Any) -> HttpResponse:
    headers = {"Authorization": f"Bearer {text}", **extra.pop("headers", {})}
    return getattr(Client(), method)(path, headers=headers, **extra)


def entry(partner: Partner, key: ApiKey, **values: Any) -> LoggedRequest:
    facts = {"method": "GET", "path": JOBS, "operation": "listMeterBatchJobs", "status": 200, "milliseconds": 5}
    facts |= {"at": timezone.now(), "request_id": uuid.uuid4().hex, "address": "203.0.113.7", **values}
    return LoggedRequest.objects.create(partner=partner, key=key, **facts)


def test_request_is_logged_without_what_was_sent(acme, api_key):
    key, text = api_key
    body = '{"partner_references": ["Alex Rivera"], "page_token": "Alex"}'

    answer = ask(text, "/v2/meters/search?name=Alex", "post", data=body, content_type="application/json")

    logged = LoggedRequest.objects.values().get()
    assert logged == logged | {
        "partner_id": acme.pk,
        "key_id": key.pk,
        "method": "POST",
        "path": "/v2/meters/search",
        "operation": "searchMeterDetails",
        "status": 400,
        "error_title": "page_token did not come from this API",
    }
    assert logged["request_id"] == answer["X-Request-Id"]
    assert (logged["address"], logged["request_bytes"]) == ("127.0.0.1", len(body))
    assert (logged["response_bytes"], logged["is_replay"]) == (len(answer.content), False)
    assert "Alex" not in str(logged)


@pytest.mark.parametrize(
    ("path", "kept", "operation"),
    [
        (METER, "/v2/meters/{meter_id}", "getMeterDetails"),
        ("/v2/meters/Alex%20Rivera", "/v2/meters/{meter_id}", "getMeterDetails"),
        ("/v2/customers/Alex", "", ""),
        ("/api/schema", "/api/schema", ""),
    ],
)
def test_path_is_kept_with_names_for_what_varies(api_key, path, kept, operation):
    ask(api_key[1], path)

    logged = LoggedRequest.objects.get()
    assert (logged.path, logged.operation) == (kept, operation)


def test_path_of_an_address():
    assert path_of("v1.1/jobs/meters/<str:job_id>/x/<y>") == "/v1.1/jobs/meters/{job_id}/x/{y}"


def test_request_with_a_key_that_ended_is_logged_and_one_with_no_key_is_not(acme):
    key, text = create_api_key(acme, name="old", by=BY)
    revoke_api_key(key, by=BY)

    ask(text)
    ask(f"{key.pk}:guessed")
    ask("nonsense")
    Client().get(JOBS)

    assert list(LoggedRequest.objects.values_list("status", "error_title")) == [(401, "Unauthorized")]


@override_settings(API_REQUESTS_PER_MINUTE=1)
def test_program_in_a_loop_does_not_fill_the_log(api_key, monkeypatch):
    monkeypatch.setattr(request_log, "MOST_BEYOND_LIMIT", 2)

    for _ in range(6):
        ask(api_key[1])

    assert list(LoggedRequest.objects.order_by("pk").values_list("status", flat=True)) == [200, 429, 429]


def test_log_that_cannot_be_written_fails_no_request(api_key):
    with patch.object(LoggedRequest, "save", side_effect=DatabaseError("disk full")):
        answer = ask(api_key[1])

    assert (answer.status_code, LoggedRequest.objects.count()) == (200, 0)


def test_requests_are_dropped_after_30_days_in_batches(acme, api_key, django_assert_num_queries):
    for days in (31, 32, 33, 29, 0):
        entry(acme, api_key[0], at=timezone.now() - timedelta(days=days))

    with django_assert_num_queries(7):  # per batch its keys, its rows and their end; and a last look
        assert drop_old_requests(batch=2) == 3

    assert LoggedRequest.objects.count() == 2


def test_log_shows_a_member_the_partner_s_own_requests(acme, borealis, user, stranger, client_of, api_key):
    other, _ = create_api_key(borealis, name="theirs", by=BY)
    mine, theirs = entry(acme, api_key[0]), entry(borealis, other, operation="getConnections")

    page = client_of(user).get("/developers/requests/").content.decode()

    assert (mine.request_id in page, theirs.request_id in page) == (True, False)
    assert client_of(user).get(f"/developers/requests/{mine.request_id}/").status_code == 200
    assert client_of(stranger).get(f"/developers/requests/{mine.request_id}/").status_code == 404
    assert api_key[0].pk not in client_of(stranger).get("/developers/requests/").content.decode()


def test_page_of_a_request_shows_what_it_did(acme, user, client_of, api_key):
    body = '{"assets": [{"partner_reference": "home-000001"}]}'
    refused = ask(api_key[1], JOBS, "post", data=body, content_type="application/json")
    with correlation.working_for("did-much-0001"):
        create_api_key(acme, name="made meanwhile", by=BY)
    entry(acme, api_key[0], request_id="did-much-0001")

    def shown(request_id: str) -> str:
        return client_of(user).get(f"/developers/requests/{request_id}/").content.decode()

    assert "Nothing changed." in shown(refused["X-Request-Id"])
    assert ("API key created" in shown("did-much-0001"), "Nothing" in shown("did-much-0001")) == (True, False)


@pytest.mark.parametrize(
    ("query", "shown"),
    [
        ("", ["fine", "moved", "refused", "failed"]),
        ("status=2", ["fine", "moved"]),
        ("status=4", ["refused"]),
        ("status=5", ["failed"]),
        ("operation=getConnections", ["refused"]),
        ("request_id=%20failed-0001", ["failed"]),
        ("request_id=none", []),
    ],
)
def test_log_is_filtered(acme, user, client_of, api_key, query, shown):
    statuses = {"fine": 200, "moved": 304, "refused": 404, "failed": 500}
    for name, status in statuses.items():
        operation = "getConnections" if name == "refused" else "listMeterBatchJobs"
        entry(acme, api_key[0], status=status, request_id=f"{name}-0001", operation=operation)

    page = client_of(user).get(f"/developers/requests/?{query}").content.decode()

    assert [name for name in statuses if f"requests/{name}-0001/" in page] == shown


def test_log_is_filtered_by_key_and_knows_no_other_partner_s_key(acme, borealis, user, client_of, api_key):
    second, _ = create_api_key(acme, name="second", by=BY)
    other, _ = create_api_key(borealis, name="theirs", by=BY)
    entry(acme, api_key[0], request_id="first-0001")
    entry(acme, second, request_id="second-0001")

    page = client_of(user).get(f"/developers/requests/?key={second.pk}")
    foreign = client_of(user).get(f"/developers/requests/?key={other.pk}")

    assert ("second-0001" in page.content.decode(), "first-0001" in page.content.decode()) == (True, False)
    assert foreign.status_code == 422


def test_log_goes_on_page_by_page(acme, user, client_of, api_key):
    for number in range(120):
        entry(acme, api_key[0], request_id=f"number-{number:04}")
    client, seen, query = client_of(user), [], ""

    while True:
        page = client.get(f"/developers/requests/?{query}").context["page"]
        seen += [row.request_id for row in page.rows]
        if not page.next_token:
            break
        query = f"page={page.next_token}"

    assert seen == [f"number-{number:04}" for number in reversed(range(120))]


@pytest.mark.parametrize("count", [1, 3])
def test_queries_of_the_log_page(acme, user, client_of, api_key, django_assert_num_queries, count):
    for number in range(count):
        entry(acme, create_api_key(acme, name=f"Key {number}", by=BY)[0])
    client = client_of(user)
    client.get("/developers/requests/")

    with django_assert_num_queries(5):
        client.get("/developers/requests/")


def test_expired_time_of_a_key_is_seen_in_the_log(acme):
    _, text = create_api_key(acme, name="short", by=BY, expires_at=timezone.now() + timedelta(days=1))

    with time_machine.travel(timezone.now() + timedelta(days=2)):
        assert ask(text).status_code == 401

    assert LoggedRequest.objects.get().status == 401
