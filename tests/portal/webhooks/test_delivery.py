"""Events reach their receivers: signed, in order, once; and again until it worked."""

import json
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.db import transaction
from standardwebhooks.webhooks import Webhook, WebhookVerificationError

from portal.events.published import published_after
from portal.webhooks.domain import (
    create_endpoint,
    delete_endpoint,
    pause_endpoint,
    resume_endpoint,
    rotate_secret,
    update_endpoint,
)
from portal.webhooks.models import EndpointState, WebhookAttempt, WebhookDelivery, WebhookEndpoint
from portal.webhooks.redelivery import number_before, redeliver, redeliver_after, redeliver_failed
from portal.webhooks.schedule import PAUSES

from .conftest import BY, make

pytestmark = pytest.mark.django_db
START = datetime(2031, 3, 1, tzinfo=UTC)


@pytest.fixture
def clock():
    with time_machine.travel(START, tick=False) as traveller:
        yield traveller


def states(endpoint):
    rows = WebhookDelivery.objects.filter(endpoint=endpoint).order_by("event_number")
    return [(row.subject, row.state, row.attempts) for row in rows]


def reloaded(endpoint):
    return WebhookEndpoint.objects.get(pk=endpoint.pk)


def test_event_is_delivered_once_and_verified_by_the_library_of_the_standard(acme, receiver, endpoint, deliver):
    make(acme, "1")

    deliver()
    deliver()

    (request,) = receiver.received
    assert Webhook(endpoint.secret).verify(request.body, dict(request.headers)) == {
        "webhook_event_id": request.event_id,
        "payload": {"webhook_event_type": "thing.made", "thing": "1", "n": 0},
    }
    assert request.headers["webhook-id"] == request.event_id
    assert states(endpoint) == [("1", "delivered", 1)]


def test_changed_body_is_not_verified(acme, receiver, endpoint, deliver):
    make(acme, "1")

    deliver()

    (request,) = receiver.received
    with pytest.raises(WebhookVerificationError):
        Webhook(endpoint.secret).verify(request.body + b" ", dict(request.headers))


def test_partners_headers_are_sent_in_lower_case_and_hidden_in_the_log(acme, receiver, endpoint, deliver):
    headers = [{"name": "X-Api-Key", "value": "s3cret"}]
    update_endpoint(endpoint, receiver_url=receiver.url, event_types=["thing.made"], headers=headers, by=BY)
    make(acme, "1")

    deliver()

    (request,) = receiver.received
    attempt = WebhookAttempt.objects.get()
    assert "x-api-key" in request.names
    assert request.headers["x-api-key"] == "s3cret"
    assert ["x-api-key", "********"] in attempt.request_headers
    assert "s3cret" not in str(attempt.request_headers)


def echo(value):
    return f"Bearer {value} {json.dumps(value.removeprefix('Bearer '))}".encode()


def test_header_that_the_receiver_repeats_is_hidden_in_its_answer(acme, receiver, endpoint, deliver):
    headers = [{"name": "authorization", "value": 'Bearer s3cret-"token"'}]
    update_endpoint(endpoint, receiver_url=receiver.url, event_types=["thing.made"], headers=headers, by=BY)
    receiver.answer = lambda request: (200, {"X-Got": (got := request.headers["authorization"])}, echo(got))
    make(acme, "1")

    deliver()

    attempt = WebhookAttempt.objects.get()
    assert attempt.status_code == 200
    assert "s3cret" not in f"{attempt.response_headers} {attempt.response_text}"
    assert attempt.response_text.count("********") == 2
    assert ["X-Got", "********"] in attempt.response_headers


def test_only_chosen_types_of_the_own_partner_since_the_endpoint_was_made_are_delivered(
    acme, borealis, receiver, deliver
):
    make(acme, "before")
    create_endpoint(acme, receiver_url=receiver.url, event_types=["thing.made"], by=BY)
    make(acme, "1")
    make(acme, "2", verb="thing.ended")
    make(borealis, "3")

    deliver()

    assert receiver.things == ["1"]


def test_two_endpoints_each_get_the_event_with_the_same_id(acme, receiver, endpoint, deliver):
    create_endpoint(acme, receiver_url=receiver.url, event_types=["thing.made", "thing.ended"], by=BY)
    make(acme, "1")

    deliver()

    first, second = receiver.received
    assert first.event_id == second.event_id
    assert first.headers["webhook-signature"] != second.headers["webhook-signature"]


def test_failed_event_is_tried_ten_times_over_eight_hours_then_given_up(acme, receiver, endpoint, deliver, clock):
    receiver.answer = lambda _: 500
    make(acme, "1")
    counts = []

    for minute in [0, 1, 3, 7, 15, 31, 60, 120, 240, 480]:
        clock.move_to(START + timedelta(minutes=minute, seconds=-1))
        deliver()
        clock.move_to(START + timedelta(minutes=minute, seconds=minute / 10))
        deliver()
        counts.append(len(receiver.received))
    clock.shift(timedelta(days=1))
    deliver()

    assert counts == list(range(1, 11)) == [*counts[:9], len(receiver.received)]
    assert states(endpoint) == [("1", "failed", 10)]
    assert len({request.event_id for request in receiver.received}) == 1
    assert len(set(PAUSES)) == 9


def test_later_event_of_a_subject_waits_for_the_earlier_one_and_others_go_on(acme, receiver, endpoint, deliver, clock):
    receiver.answer = lambda request: 500 if request.payload["n"] == 0 and len(receiver.received) < 4 else 200
    make(acme, "a", "a", "b", "a", "c")

    deliver()
    before = [(request.thing, request.payload["n"]) for request in receiver.received]
    clock.shift(timedelta(minutes=1))
    deliver()

    assert before == [("a", 0), ("b", 2), ("c", 4)]
    assert [(one.thing, one.payload["n"]) for one in receiver.received[3:]] == [("a", 0), ("a", 1), ("a", 3)]


def test_endpoint_that_fails_is_probed_with_one_event_while_the_rest_keep_their_attempts(
    acme, receiver, endpoint, deliver, clock
):
    receiver.answer = lambda _: 503
    make(acme, *"abcdefghij")

    deliver()
    at_first = receiver.things
    clock.shift(timedelta(seconds=30))
    deliver()
    too_early = len(receiver.received)
    clock.shift(timedelta(seconds=31))
    deliver()
    probed = receiver.things[5:]
    receiver.answer = lambda _: 200
    clock.shift(timedelta(minutes=2))
    deliver()

    assert at_first == list("abcde")
    assert (too_early, probed) == (5, ["a"])
    assert receiver.things[6:] == list("abcdefghij")
    assert {state for _, state, _ in states(endpoint)} == {"delivered"}
    assert (reloaded(endpoint).failures, reloaded(endpoint).failing_since) == (0, None)


def test_retry_after_is_honored(acme, receiver, endpoint, deliver, clock):
    receiver.answer = lambda _: (429, {"Retry-After": "600"}, b"")
    make(acme, "1")

    deliver()
    clock.shift(timedelta(minutes=9))
    deliver()
    too_early = len(receiver.received)
    clock.shift(timedelta(minutes=2))
    deliver()

    assert (too_early, len(receiver.received)) == (1, 2)


def test_gone_disables_at_once_and_enabling_delivers_what_waited_in_order(acme, manager, receiver, endpoint, deliver):
    receiver.answer = lambda _: 410
    make(acme, *"abc")

    deliver()
    make(acme, "d")
    deliver()
    disabled = reloaded(endpoint)
    receiver.answer = lambda _: 204
    resume_endpoint(endpoint, by=BY)
    deliver()

    assert (disabled.state, disabled.disabled_reason) == (EndpointState.DISABLED, "gone")
    assert receiver.things == ["a", "a", "b", "c", "d"]


def test_endpoint_that_fails_for_five_days_is_disabled_with_an_email_to_managers(
    acme, manager, user, receiver, endpoint, deliver, clock, mailoutbox
):
    receiver.answer = lambda _: 500
    for hour in range(0, 5 * 24 + 1, 6):
        clock.move_to(START + timedelta(hours=hour))
        make(acme, str(hour))
        deliver()
        if hour == 96:
            still = reloaded(endpoint).state

    assert (still, reloaded(endpoint).state) == (EndpointState.ACTIVE, EndpointState.DISABLED)
    assert [(mail.to, mail.subject) for mail in mailoutbox] == [([manager.email], "A webhook is disabled")]


def test_failures_long_ago_do_not_disable(acme, manager, receiver, endpoint, deliver, clock):
    receiver.answer = lambda _: 500
    make(acme, "1")
    for _ in range(10):
        deliver()
        clock.shift(timedelta(hours=4))
    clock.shift(timedelta(days=6))

    make(acme, "2")
    deliver()

    assert reloaded(endpoint).state == EndpointState.ACTIVE


def test_paused_endpoint_collects_and_resumes_in_order(acme, receiver, endpoint, deliver):
    pause_endpoint(endpoint, by=BY)
    make(acme, *"abc")
    deliver()
    while_paused = receiver.things
    make(acme, *"de")

    resume_endpoint(endpoint, by=BY)
    deliver()

    assert while_paused == []
    assert receiver.things == list("abcde")


def test_rotated_secret_signs_beside_the_old_one_for_a_day(acme, receiver, endpoint, deliver, clock):
    old = endpoint.secret

    new = rotate_secret(endpoint, by=BY)
    make(acme, "1")
    deliver()
    clock.shift(timedelta(hours=25))
    make(acme, "2")
    deliver()

    first, second = receiver.received
    with time_machine.travel(START, tick=False):
        assert Webhook(old).verify(first.body, dict(first.headers))
        assert Webhook(new).verify(first.body, dict(first.headers))
    assert Webhook(new).verify(second.body, dict(second.headers))
    with pytest.raises(WebhookVerificationError):
        Webhook(old).verify(second.body, dict(second.headers))


def test_redelivered_event_has_its_id_and_a_new_attempt(acme, receiver, endpoint, deliver):
    make(acme, "1")
    deliver()

    redeliver(WebhookDelivery.objects.get(), by=BY)
    deliver()

    first, second = receiver.received
    assert (first.event_id, first.body) == (second.event_id, second.body)
    assert WebhookAttempt.objects.count() == 2


def test_redelivery_tries_an_endpoint_at_once_that_is_left_alone(acme, receiver, endpoint, deliver, clock):
    receiver.answer = lambda _: 503
    make(acme, *"abcdefgh")
    deliver()
    receiver.answer = lambda _: 200

    redeliver(WebhookDelivery.objects.get(subject="c"), by=BY)
    deliver()

    assert sorted(receiver.things[5:]) == list("abcdefgh")
    assert {state for _, state, _ in states(endpoint)} == {"delivered"}


def test_failed_events_are_redelivered_in_order(acme, receiver, endpoint, deliver):
    make(acme, *"abc")
    deliver()
    WebhookDelivery.objects.exclude(subject="b").update(state="failed")

    count = redeliver_failed(endpoint, by=BY)
    deliver()

    assert count == 2
    assert receiver.things == ["a", "b", "c", "a", "c"]


def test_everything_after_a_number_is_redelivered_also_what_is_not_in_the_log(acme, receiver, deliver):
    make(acme, *"abcd")
    endpoint = create_endpoint(acme, receiver_url=receiver.url, event_types=["thing.made"], by=BY)
    make(acme, "e")
    deliver()

    numbers = [event.number for event in published_events()]
    redeliver_after(endpoint, numbers[0], until=numbers[2], by=BY)
    deliver()
    ranged = receiver.things[1:]
    redeliver_after(endpoint, numbers[2], by=BY)
    deliver()

    assert ranged == ["b", "c"]
    assert receiver.things[3:] == ["d", "e"]


def published_events():
    return published_after(0, limit=100)


def test_number_before_a_time_is_that_of_the_last_event_before_it(acme, borealis, clock):
    make(acme, "a", "b")
    clock.shift(timedelta(hours=1))
    make(borealis, "x")
    make(acme, "c", "d")
    at = [event.number for event in published_events() if event.partner == acme.pk]

    assert number_before(acme, START) < at[0]
    assert at[1] <= number_before(acme, START + timedelta(minutes=1)) < at[2]
    assert number_before(acme, START + timedelta(days=1)) >= at[3]


def test_deleted_endpoint_gets_nothing_and_stops_nobody(acme, receiver, endpoint, deliver):
    other = create_endpoint(acme, receiver_url=receiver.url, event_types=["thing.made"], by=BY)
    make(acme, "1")

    delete_endpoint(endpoint, by=BY)
    deliver()

    assert [row.endpoint_id for row in WebhookDelivery.objects.all()] == [other.pk]
    assert len(receiver.received) == 1


def test_events_of_a_transaction_that_rolled_back_are_not_delivered(acme, receiver, endpoint, deliver):
    with transaction.atomic():
        make(acme, "never")
        transaction.set_rollback(True)
    make(acme, "1")

    deliver()

    assert receiver.things == ["1"]


def test_many_events_of_one_endpoint_arrive_in_order(acme, receiver, endpoint, deliver):
    things = [str(number) for number in range(120)]
    make(acme, *things)

    deliver()

    assert receiver.things == things
