"""The pages of webhooks: members look, managers change; a secret is shown once."""

import re
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.urls import reverse

from portal.webhooks.domain import create_endpoint, pause_endpoint, rotate_secret
from portal.webhooks.models import EndpointState, WebhookDelivery, WebhookEndpoint
from portal.webhooks.queries import drop_old

from .conftest import BY, make

pytestmark = pytest.mark.django_db
HOOK = "https://company.com/hooks?token=t"


@pytest.fixture
def as_manager(client_of, manager):
    return client_of(manager)


def page(client, name, endpoint, **extra):
    return client.get(reverse(name, kwargs={"pk": endpoint.pk, **extra}))


def post(client, name, endpoint, data=None, **extra):
    return client.post(reverse(name, kwargs={"pk": endpoint.pk, **extra}), data or {})


def test_created_webhook_shows_its_secret_once(as_manager, client_of, user):
    answer = as_manager.post(
        reverse("webhook-new"),
        {"receiver_url": HOOK, "event_types": ["thing.made"], "headers": "X-Key: a: b\n\nother:1"},
    )

    endpoint = WebhookEndpoint.objects.get()
    assert endpoint.headers == [{"name": "X-Key", "value": "a: b"}, {"name": "other", "value": "1"}]
    assert str(endpoint.secret) in answer.content.decode()
    assert "no-store" in answer["Cache-Control"]
    for client in (as_manager, client_of(user)):
        content = page(client, "webhook", endpoint).content.decode()
        assert "X-Key: ********" in content
        assert str(endpoint.secret) not in content
        assert "a: b" not in content


def test_edit_keeps_hidden_values(as_manager, endpoint):
    as_manager.post(
        reverse("webhook-edit", args=[endpoint.pk]),
        {"receiver_url": HOOK, "event_types": ["thing.made"], "headers": "a: 1\nb: 2"},
    )

    shown = page(as_manager, "webhook-edit", endpoint).content.decode()
    as_manager.post(
        reverse("webhook-edit", args=[endpoint.pk]),
        {"receiver_url": HOOK, "event_types": ["thing.ended"], "headers": "a: ********\nb: 3"},
    )

    changed = WebhookEndpoint.objects.get()
    assert "a: ********\nb: ********" in shown
    assert changed.headers == [{"name": "a", "value": "1"}, {"name": "b", "value": "3"}]
    assert (changed.receiver_url, changed.event_types) == (HOOK, ["thing.ended"])


@pytest.mark.parametrize(
    ("change", "text"),
    [
        ({"receiver_url": ""}, "The address is missing."),
        ({"receiver_url": "https://10.0.0.1/"}, "10.0.0.1 is not on the public internet."),
        ({"event_types": []}, "You haven’t chosen any event types."),
        ({"event_types": ["no.such"]}, "no.such is not an event type."),
        ({"headers": "nonsense"}, "Enter each header as name: value"),
        ({"headers": "host: x"}, "The header host is set by the portal or by HTTP itself."),
    ],
)
def test_form_says_what_is_wrong_and_keeps_what_was_typed(as_manager, change, text):
    answer = as_manager.post(
        reverse("webhook-new"), {"receiver_url": HOOK, "event_types": ["thing.made"], "headers": "k: v", **change}
    )

    assert answer.status_code == 422
    assert text in answer.content.decode().replace("&#x27;", "'")
    assert WebhookEndpoint.objects.count() == 0


def test_rotated_secret_is_shown_once_and_the_old_one_may_end_at_once(as_manager, endpoint):
    answer = post(as_manager, "webhook-secret", endpoint, {"overlap": "0"})

    rotated = WebhookEndpoint.objects.get()
    assert rotated.secret != endpoint.secret
    assert str(rotated.secret) in answer.content.decode()
    assert (rotated.previous_secret, rotated.has_previous_secret) == ("", False)


def test_a_disabled_webhook_is_not_said_to_be_paused(as_manager, endpoint):
    endpoint.state, endpoint.disabled_reason = "disabled", "failing"
    endpoint.save(update_fields=["state", "disabled_reason"])

    page = as_manager.post(reverse("webhook-state", args=[endpoint.pk]), {"state": "paused"}, follow=True)

    assert "is paused" not in page.content.decode()
    assert "The webhook is disabled" in page.content.decode()


def test_paused_and_resumed(as_manager, endpoint):
    post(as_manager, "webhook-state", endpoint, {"state": "paused"})
    paused = WebhookEndpoint.objects.get().state
    post(as_manager, "webhook-state", endpoint, {"state": "active"})

    assert (paused, WebhookEndpoint.objects.get().state) == (EndpointState.PAUSED, EndpointState.ACTIVE)


def test_deleted_after_a_question(as_manager, acme, endpoint, deliver):
    pause_endpoint(endpoint, by=BY)
    make(acme, "1", "2")
    deliver()

    question = page(as_manager, "webhook-delete", endpoint).content.decode()
    post(as_manager, "webhook-delete", endpoint)

    assert "2 waiting events won’t be delivered" in question
    assert WebhookEndpoint.objects.count() == 0


def test_test_event_is_sent_and_its_answer_shown(as_manager, receiver, endpoint):
    receiver.answer_in_turn(503)

    answer = post(as_manager, "webhook-test", endpoint, {"type": "thing.ended"}).content.decode()

    assert receiver.received[0].payload == {"webhook_event_type": "thing.ended", "thing": "1"}
    assert "Your receiver answered HTTP 503" in answer


def test_delivery_shows_request_and_answer_escaped(as_manager, acme, receiver, endpoint, deliver):
    receiver.answer = lambda _: (500, {"X-Note": "<b>"}, b"<script>alert(1)</script>")
    make(acme, "1")
    deliver()

    content = page(as_manager, "webhook-delivery", endpoint, delivery=WebhookDelivery.objects.get().pk).content.decode()

    assert "Attempt 1: HTTP 500" in content
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in content
    assert "X-Note: &lt;b&gt;" in content
    assert "<script>alert" not in content


def test_log_is_filtered(as_manager, acme, receiver, endpoint, deliver):
    receiver.answer = lambda request: 500 if request.thing == "bad" else 200
    make(acme, "good", "bad")
    deliver()
    good, bad = WebhookDelivery.objects.order_by("event_number")
    base = reverse("webhook", args=[endpoint.pk])

    def shown(query):
        content = as_manager.get(f"{base}?{query}").content.decode()
        return [str(row.webhook_event_id) in content for row in (good, bad)]

    assert shown("") == [True, True]
    assert shown("state=delivered") == [True, False]
    assert shown("state=waiting") == [False, True]
    assert shown("event_type=thing.ended") == [False, False]
    assert shown(f"q={bad.webhook_event_id}") == [False, True]
    assert shown("q=good") == [True, False]
    assert shown("state=nonsense") == [False, False]


@pytest.mark.parametrize(
    "data", [{"what": "failed"}, {"since": "2031-03-01T00:00"}, {"since": "2031-03-01 00:00", "until": "2031-03-02"}]
)
def test_events_are_redelivered_from_the_page(client_of, manager, acme, receiver, endpoint, deliver, data):
    with time_machine.travel(datetime(2031, 3, 1, 12, tzinfo=UTC), tick=False):
        client = client_of(manager)
        make(acme, "1")
        deliver()
        WebhookDelivery.objects.update(state="failed")

        answer = post(client, "webhook-redeliver", endpoint, data)
        deliver()

    assert answer.status_code == 302
    assert receiver.things == ["1", "1"]


@pytest.mark.parametrize(
    ("state", "when"), [("paused", "once you resume"), ("disabled", "once you enable the webhook")]
)
def test_redelivery_says_what_it_waits_for(as_manager, acme, receiver, endpoint, deliver, state, when):
    make(acme, "1")
    deliver()
    WebhookEndpoint.objects.update(state=state)
    [delivery] = WebhookDelivery.objects.all()

    page = reverse("webhook-delivery-again", args=[endpoint.pk, delivery.pk])
    answer = as_manager.post(page, follow=True)
    deliver()

    assert f"deliver the event again with the same ID, {when}." in answer.content.decode()
    assert receiver.things == ["1"]


def test_nothing_happens_to_what_is_outside_the_span(client_of, manager, acme, receiver, endpoint, deliver):
    with time_machine.travel(datetime(2031, 3, 1, 12, tzinfo=UTC), tick=False):
        client = client_of(manager)
        make(acme, "1")
        deliver()

        answer = post(client, "webhook-redeliver", endpoint, {"since": "2031-03-02", "until": "2031-03-01"})
        post(client, "webhook-redeliver", endpoint, {"since": "2031-03-03"})
        deliver()

    assert answer.status_code == 422
    assert receiver.things == ["1"]


@pytest.mark.parametrize(
    "name", ["webhook-new", "webhook-edit", "webhook-delete", "webhook-secret", "webhook-test", "webhook-redeliver"]
)
def test_member_looks_and_changes_nothing(client_of, user, endpoint, name):
    client = client_of(user)
    path = reverse(name, args=[] if name == "webhook-new" else [endpoint.pk])

    assert client.get(path).status_code == client.post(path).status_code == 403
    assert client.get(reverse("webhooks")).status_code == 200
    assert WebhookEndpoint.objects.get().secret == endpoint.secret


@pytest.mark.parametrize("count", [1, 3])
def test_list_needs_as_many_queries_for_three_as_for_one(as_manager, acme, count, django_assert_num_queries):
    for _ in range(count):
        create_endpoint(acme, receiver_url=HOOK, event_types=["thing.made"], by=BY)
    as_manager.get(reverse("webhooks"))

    with django_assert_num_queries(6):
        assert as_manager.get(reverse("webhooks")).content.decode().count(HOOK) == count


@pytest.mark.parametrize("count", [1, 3])
def test_log_needs_as_many_queries_for_three_as_for_one(
    as_manager, acme, endpoint, deliver, count, django_assert_num_queries
):
    make(acme, *map(str, range(count)))
    deliver()
    path = reverse("webhook", args=[endpoint.pk])
    as_manager.get(path)

    with django_assert_num_queries(8):
        assert len(re.findall("Delivered</span>", as_manager.get(path).content.decode())) == count


def test_log_is_dropped_after_a_month_and_what_waits_stays(acme, receiver, endpoint, deliver):
    with time_machine.travel(datetime(2031, 3, 1, tzinfo=UTC), tick=False) as clock:
        make(acme, "old")
        deliver()
        pause_endpoint(endpoint, by=BY)
        make(acme, "waiting")
        deliver()
        clock.shift(timedelta(days=29))
        kept = drop_old(batch=1)
        clock.shift(timedelta(days=2))
        dropped = drop_old(batch=1)

    assert (kept, dropped) == (0, 1)
    assert [row.subject for row in WebhookDelivery.objects.all()] == ["waiting"]


def test_key_rotation_renews_secrets(endpoint, settings):
    from cryptography.fernet import Fernet

    from portal.security.rotation import rotate_all

    rotate_secret(endpoint, by=BY)
    settings.ENCRYPTION_KEYS = [Fernet.generate_key().decode(), *settings.ENCRYPTION_KEYS]
    rotated = {count.field: count.rotated for count in rotate_all()}
    settings.ENCRYPTION_KEYS = settings.ENCRYPTION_KEYS[:1]

    assert rotated["portal.WebhookEndpoint.secret"] == rotated["portal.WebhookEndpoint.previous_secret"] == 1
    assert WebhookEndpoint.objects.get().secret.startswith("whsec_")
