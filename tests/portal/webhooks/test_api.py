"""The published operations: shapes, statuses, what is refused, and whose webhooks they are."""

import json

import pytest
from django.test import Client
from django.urls import reverse

from portal.api.models import KeptAnswer
from portal.partners.keys import create_api_key
from portal.webhooks.domain import MOST_ENDPOINTS, create_endpoint
from portal.webhooks.models import WebhookDelivery, WebhookEndpoint

from .conftest import BY

pytestmark = pytest.mark.django_db
HOOK = "https://company.com/leap-webhooks"
SAMPLE = {
    "headers": [{"name": "x-api-key", "value": "your-test-key"}],
    "event_types": ["thing.made"],
    "receiver_url": HOOK,
}


class Caller:
    def __init__(self, text):
        self.headers = {"authorization": f"Bearer {text}"}
        self.client = Client()

    def __call__(self, method, path="", body=None):
        data = body if isinstance(body, str) else json.dumps(body)
        return self.client.generic(
            method,
            f"/v1.1/webhooks{path}",
            data=data if body is not None else "",
            content_type="application/json",
            headers=self.headers,
        )


@pytest.fixture
def call(api_key):
    return Caller(api_key[1])


@pytest.fixture
def stranger_call(borealis):
    return Caller(create_api_key(borealis, name="other", by=BY)[1])


def test_webhook_is_created_listed_updated_and_deleted_as_published(call):
    made = call("POST", body=SAMPLE)
    webhook_id = made.json()["webhook_id"]
    listed = call("GET")
    changed = call("PUT", f"/{webhook_id}", {"event_types": ["thing.ended"], "receiver_url": f"{HOOK}/2"})
    after = call("GET").json()
    deleted = call("DELETE", f"/{webhook_id}")

    assert (made.status_code, made.json()) == (200, {"webhook_id": webhook_id})
    assert made["Webhook-Signing-Secret"].startswith("whsec_")
    assert (listed.status_code, listed.json()) == (
        200,
        {"webhooks": [{**SAMPLE, "webhook_id": webhook_id, "headers": [{"name": "x-api-key", "value": "********"}]}]},
    )
    assert (changed.status_code, changed.json()) == (200, {"webhook_id": webhook_id})
    assert after == {
        "webhooks": [
            {"webhook_id": webhook_id, "event_types": ["thing.ended"], "headers": [], "receiver_url": f"{HOOK}/2"}
        ]
    }
    assert (deleted.status_code, deleted.json()) == (200, {"message": "Operation completed successfully"})
    assert call("GET").json() == {"webhooks": []}


def test_hidden_value_that_is_sent_back_keeps_what_is_stored(call):
    webhook_id = call("POST", body=SAMPLE).json()["webhook_id"]
    [listed] = call("GET").json()["webhooks"]

    answer = call("PUT", f"/{webhook_id}", {**listed, "headers": [*listed["headers"], {"name": "b", "value": "2"}]})

    assert answer.status_code == 200
    assert WebhookEndpoint.objects.get().headers == [
        {"name": "x-api-key", "value": "your-test-key"},
        {"name": "b", "value": "2"},
    ]


def test_repeated_create_makes_one_webhook_and_tells_its_secret_again(call):
    call.headers["Idempotency-Key"] = "once"

    first, second = call("POST", body=SAMPLE), call("POST", body=SAMPLE)

    assert first.json() == second.json()
    assert first["Webhook-Signing-Secret"] == second["Webhook-Signing-Secret"]
    assert WebhookEndpoint.objects.count() == 1
    assert not KeptAnswer.objects.filter(headers__icontains="whsec").exists()


def test_unknown_field_is_a_warning(call):
    answer = call("POST", body={**SAMPLE, "event_typs": []}).json()

    assert answer["warnings"] == [
        {"field": "event_typs", "message": "This field is unknown, so we ignored it. Did you mean event_types?"}
    ]


def test_secrets_are_stored_encrypted(call):
    from django.db import connection

    call("POST", body=SAMPLE)

    with connection.cursor() as cursor:
        cursor.execute("SELECT secret, headers_json FROM portal_webhookendpoint")
        [(secret, headers)] = cursor.fetchall()
    assert "whsec_" not in secret
    assert "your-test-key" not in headers


@pytest.mark.parametrize("headers", [None, []])
def test_headers_may_be_left_out(call, headers):
    assert call("POST", body={**SAMPLE, "headers": headers}).status_code == 200


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"receiver_url": "http://company.com/"}, "receiver_url"),
        ({"receiver_url": "https://company.com:444/"}, "receiver_url"),
        ({"receiver_url": "https://u:p@company.com/"}, "receiver_url"),
        ({"receiver_url": "https://company.com/#part"}, "receiver_url"),
        ({"receiver_url": "https://company.com/ x"}, "receiver_url"),
        ({"receiver_url": "https://company.com/\r\nx: y"}, "receiver_url"),
        ({"receiver_url": "https://ücompany.com/"}, "receiver_url"),
        ({"receiver_url": "https:///x"}, "receiver_url"),
        ({"receiver_url": "https://" + "a" * 64 + ".com/"}, "receiver_url"),
        ({"receiver_url": "https://company.com:99999/"}, "receiver_url"),
        ({"receiver_url": "https://company.com/" + "x" * 2048}, "receiver_url"),
        ({"receiver_url": "ftp://company.com/"}, "receiver_url"),
        ({"receiver_url": "https://localhost/"}, "receiver_url"),
        ({"receiver_url": "https://127.1/"}, "receiver_url"),
        ({"receiver_url": "https://0x7f000001/"}, "receiver_url"),
        ({"receiver_url": "https://10.0.0.1/"}, "receiver_url"),
        ({"receiver_url": "https://[::1]/"}, "receiver_url"),
        ({"receiver_url": "https://[::ffff:10.0.0.1]/"}, "receiver_url"),
        ({"receiver_url": "https://intranet/"}, "receiver_url"),
        ({"receiver_url": "https://db.internal/"}, "receiver_url"),
        ({"receiver_url": ""}, "receiver_url"),
        ({"receiver_url": True}, "receiver_url"),
        ({"receiver_url": ["https://company.com/"]}, "receiver_url"),
        ({"event_types": []}, "event_types"),
        ({"event_types": ["meter.exploded"]}, "event_types"),
        ({"event_types": ["thing.made", "thing.made"]}, "event_types"),
        ({"event_types": "thing.made"}, "event_types"),
        ({"event_types": None}, "event_types"),
        ({"event_types": [1]}, "event_types"),
        ({"headers": [{"name": "Host", "value": "x"}]}, "headers.0.name"),
        ({"headers": [{"name": "Webhook-Id", "value": "x"}]}, "headers.0.name"),
        ({"headers": [{"name": "Content-Length", "value": "1"}]}, "headers.0.name"),
        ({"headers": [{"name": "a b", "value": "x"}]}, "headers.0.name"),
        ({"headers": [{"name": "", "value": "x"}]}, "headers"),
        ({"headers": [{"name": "a", "value": "x\r\ny: z"}]}, "headers.0.value"),
        ({"headers": [{"name": "a", "value": "é"}]}, "headers.0.value"),
        ({"headers": [{"name": "a", "value": "x" * 5000}]}, "headers.0.value"),
        ({"headers": [{"name": "a", "value": "********"}]}, "headers.0.value"),
        ({"headers": [{"name": "a", "value": "1"}, {"name": "A", "value": "2"}]}, "headers.1.name"),
        ({"headers": [{"name": f"a{n}", "value": "1"} for n in range(21)]}, "headers"),
        ({"headers": [{"name": "a"}]}, "headers"),
        ({"headers": "x"}, "headers"),
    ],
)
def test_webhook_that_cannot_be_is_refused_by_field(call, settings, change, field):
    settings.WEBHOOKS_ALLOW_LOOPBACK = False

    answer = call("POST", body={**SAMPLE, **change})

    assert answer.status_code == 400
    assert {"error", "message", "request_id"} <= answer.json().keys()
    assert field in answer.json()["details"], answer.json()
    assert WebhookEndpoint.objects.count() == 0


@pytest.mark.parametrize("body", ["", "[]", "null", "{", "1", '{"receiver_url": "https://company.com/"}'])
def test_body_that_is_no_webhook_is_refused(call, body):
    answer = call("POST", body=body)

    assert answer.status_code == 400
    assert answer.json()["error"] == "Bad Request"


@pytest.mark.parametrize(
    "url", ["https://company.com", "https://company.com:8443/x?y=1", "https://8.8.8.8:8843/", "HTTPS://Company.Com/"]
)
def test_receiver_may_be(call, settings, url):
    settings.WEBHOOKS_ALLOW_LOOPBACK = False

    assert call("POST", body={**SAMPLE, "receiver_url": url}).status_code == 200


def test_number_of_webhooks_is_limited(call, acme):
    for _ in range(MOST_ENDPOINTS):
        create_endpoint(acme, receiver_url=HOOK, event_types=["thing.made"], by=BY)

    answer = call("POST", body=SAMPLE)

    assert (answer.status_code, answer.json()["message"]) == (
        400,
        "The request is not valid. You already have 20 webhooks. Delete one you no longer need.",
    )


@pytest.mark.parametrize(("method", "path"), [("PUT", ""), ("DELETE", ""), ("POST", "/test")])
def test_webhook_of_another_partner_is_not_there(call, stranger_call, method, path):
    webhook_id = call("POST", body=SAMPLE).json()["webhook_id"]

    answer = stranger_call(method, f"/{webhook_id}{path}", {**SAMPLE, "webhook_event_type": "thing.made"})

    assert (answer.status_code, answer.json()["error"]) == (404, "Not Found")
    assert call("GET").json()["webhooks"][0]["event_types"] == ["thing.made"]
    assert stranger_call("GET").json() == {"webhooks": []}


@pytest.mark.parametrize("webhook_id", ["x", "0", "364be407-1f08-48fa-afd2-ee1dd228b76b", "%00", "a" * 3000])
def test_unknown_webhook_is_not_found(call, webhook_id):
    assert call("PUT", f"/{webhook_id}", SAMPLE).status_code in (400, 404)


def test_caller_without_a_key_is_answered_in_the_published_shape(call):
    call.headers = {}

    answer = call("GET")

    assert answer.status_code == 401
    assert answer.json()["error"] == "Unauthorized"
    assert answer.json()["message"]


def test_test_event_is_sent_signed_and_its_answer_told(call, receiver):
    webhook_id = call("POST", body={**SAMPLE, "receiver_url": receiver.url}).json()["webhook_id"]
    payload = {"webhook_event_type": "thing.made", "meter_id": "364be407-1f08-48fa-afd2-ee1dd228b76b", "odd": [2**80]}

    answer = call("POST", f"/{webhook_id}/test", payload)

    [request] = receiver.received
    told = answer.json()
    assert (answer.status_code, told["is_successful"], told["status_code"]) == (200, True, 200)
    assert told.keys() == {"is_successful", "status_code", "response_time_ms"}
    assert request.payload == payload
    assert request.headers["x-api-key"] == "your-test-key"
    assert WebhookDelivery.objects.get().is_test


def test_test_event_tells_of_a_bad_status_and_of_none(call, receiver):
    receiver.answer = lambda _: 500
    webhook_id = call("POST", body={**SAMPLE, "receiver_url": receiver.url}).json()["webhook_id"]
    payload = {"webhook_event_type": "thing.made"}

    failed = call("POST", f"/{webhook_id}/test", payload).json()
    call("PUT", f"/{webhook_id}", {**SAMPLE, "receiver_url": "http://127.0.0.1:1/"})
    unreached = call("POST", f"/{webhook_id}/test", payload).json()

    assert (failed["is_successful"], failed["status_code"]) == (False, 500)
    assert unreached == {
        "is_successful": False,
        "error": "Nothing answered at the receiver’s address. "
        "Check that the receiver is running and that its firewall lets the portal in.",
    }


@pytest.mark.parametrize(
    "payload", [{}, {"webhook_event_type": "no.such"}, {"webhook_event_type": ["thing.made"]}, [], "x"]
)
def test_test_event_without_a_known_type_is_refused(call, payload):
    webhook_id = call("POST", body=SAMPLE).json()["webhook_id"]

    answer = call("POST", f"/{webhook_id}/test", payload)

    assert (answer.status_code, answer.json()["error"]) == (400, "Bad Request")


def test_test_events_are_limited(call, receiver, monkeypatch):
    monkeypatch.setattr("portal.webhooks.testing.MOST_TESTS", 2)
    webhook_id = call("POST", body={**SAMPLE, "receiver_url": receiver.url}).json()["webhook_id"]

    statuses = [call("POST", f"/{webhook_id}/test", {"webhook_event_type": "thing.made"}).status_code for _ in range(3)]

    assert statuses == [200, 200, 429]


def test_addresses_are_as_published():
    assert reverse("api-webhook-test", args=["x"]) == "/v1.1/webhooks/x/test"
