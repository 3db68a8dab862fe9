"""Receivers that do harm: each attempt ends in time, is a failure with its reason, and holds up nobody else."""

import socket
import ssl
import threading
import time
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta

import pytest
import time_machine

from portal.partners.models import Partner
from portal.security import outbound, posting
from portal.security.posting import Poster
from portal.webhooks import sending
from portal.webhooks.domain import create_endpoint, update_endpoint
from portal.webhooks.models import WebhookAttempt, WebhookDelivery, WebhookEndpoint
from tests.portal.security.test_outbound import certificate, server  # noqa: F401  the same sockets

from .conftest import BY, make
from .receiver import receiving

pytestmark = pytest.mark.django_db
OK = b"HTTP/1.1 200 OK\r\n"


@pytest.fixture(autouse=True)
def _short(monkeypatch):
    monkeypatch.setattr(sending, "SECONDS", 0.4)


@contextmanager
def talking(talk):
    """A receiver that hears each request and then talks; more than one at a time."""
    with socket.create_server(("127.0.0.1", 0), backlog=64) as listening:

        def answer(heard_on):
            with suppress(OSError), heard_on:
                heard_on.recv(65_536)
                talk(heard_on)

        def serve():
            with suppress(OSError):
                while True:
                    threading.Thread(target=answer, args=[listening.accept()[0]], daemon=True).start()

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{listening.getsockname()[1]}/"
        listening.shutdown(socket.SHUT_RDWR)
        thread.join()


def saying(*parts, pause=0.0):
    def talk(heard_on):
        for part in parts:
            heard_on.sendall(part)
            time.sleep(pause)

    return talk


def dripping(heard_on):
    heard_on.sendall(OK + b"Content-Length: 1000\r\n\r\n")
    for _ in range(100):
        heard_on.sendall(b".")
        time.sleep(0.05)


def endless(heard_on):
    heard_on.sendall(OK + b"Content-Length: 100000000\r\n\r\n")
    for _ in range(1600):
        heard_on.sendall(b"x" * 65_536)


def endless_headers(heard_on):
    heard_on.sendall(OK)
    for number in range(100_000):
        heard_on.sendall(b"x-%d: y\r\n" % number)


def flood_of_interim(heard_on):
    for _ in range(100_000):
        heard_on.sendall(b"HTTP/1.1 103 Early Hints\r\nlink: x\r\n\r\n")


@pytest.mark.parametrize(
    ("talk", "status", "error"),
    [
        (lambda _: time.sleep(2), None, "TOO_SLOW"),
        (dripping, None, "TOO_SLOW"),
        (flood_of_interim, None, "TOO_SLOW"),
        (endless_headers, None, "NOT_HTTP"),
        (saying(OK + b"Content-Length: 100\r\n\r\nabc"), None, "CONNECTION_CLOSED"),
        (saying(OK + b"Transfer-Encoding: chunked\r\n\r\n5\r\nab"), None, "CONNECTION_CLOSED"),
        (saying(b""), None, "CONNECTION_CLOSED"),
        (saying(b"SSH-2.0-OpenSSH_9.2\r\n"), None, "NOT_HTTP"),
        (saying(b"HTTP/1.1 302 Found\r\nLocation: http://169.254.169.254/\r\nContent-Length: 0\r\n\r\n"), 302, ""),
        (saying(b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\n"), 101, ""),
        (saying(b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n"), 400, ""),
    ],
)
def test_hostile_answer_is_a_failure_in_time(acme, deliver, monkeypatch, talk, status, error):
    with talking(talk) as url:
        create_endpoint(acme, receiver_url=url, event_types=["thing.made"], by=BY)
        make(acme, "1")
        began = time.monotonic()
        deliver()

    attempt = WebhookAttempt.objects.get()
    assert time.monotonic() - began < 1.5
    assert (attempt.status_code, attempt.error, attempt.is_success) == (status, error, False)
    assert WebhookDelivery.objects.get().state == "waiting"


@pytest.mark.parametrize(
    "answer",
    [
        b"HTTP/1.1 204 No Content\r\n\r\n",
        b"HTTP/1.1 102 Processing\r\n\r\nHTTP/1.1 103 Early Hints\r\nlink: x\r\n\r\nHTTP/1.1 202 Accepted\r\n\r\nfine",
        OK + b"\r\nuntil the connection ends",
        OK + b"Content-Length: 3\r\n\r\nabcdef",
        OK + b"Transfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n",
        OK + b"Content-Type: text/html; charset=x\r\nContent-Length: 4\r\n\r\n\xff\x00<b>"[:200],
    ],
)
def test_unusual_answer_is_a_success(acme, deliver, answer):
    with talking(saying(answer)) as url:
        create_endpoint(acme, receiver_url=url, event_types=["thing.made"], by=BY)
        make(acme, "1", "2")
        deliver()

    assert [delivery.state for delivery in WebhookDelivery.objects.all()] == ["delivered", "delivered"]


def test_answer_of_100_megabytes_is_read_a_little_and_counts_by_its_status(acme, deliver):
    with talking(endless) as url:
        create_endpoint(acme, receiver_url=url, event_types=["thing.made"], by=BY)
        make(acme, "1")
        deliver()

    attempt = WebhookAttempt.objects.get()
    assert (attempt.status_code, len(attempt.response_text)) == (200, 1024)


def test_nobody_at_the_port_and_no_such_name(acme, deliver, monkeypatch):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        url = f"http://127.0.0.1:{taken.getsockname()[1]}/"
    endpoint = create_endpoint(acme, receiver_url=url, event_types=["thing.made"], by=BY)
    make(acme, "1")
    deliver()
    monkeypatch.setattr(outbound, "resolve", lambda *_: (_ for _ in ()).throw(socket.gaierror("no such name")))
    update_endpoint(endpoint, receiver_url="https://nowhere.example/", event_types=["thing.made"], by=BY)
    deliver()

    assert [attempt.error for attempt in WebhookAttempt.objects.order_by("pk")] == ["NOT_REACHED", "NAME_NOT_RESOLVED"]


@pytest.mark.parametrize("address", ["10.0.0.1", "169.254.169.254", "::1", "127.0.0.1"])
def test_name_that_leads_inside_is_not_dialed(acme, receiver, deliver, monkeypatch, settings, address):
    endpoint = create_endpoint(acme, receiver_url="https://hooks.example/", event_types=["thing.made"], by=BY)
    settings.WEBHOOKS_ALLOW_LOOPBACK = False
    monkeypatch.setattr(outbound, "resolve", lambda *_: [address])
    make(acme, "1")

    deliver()

    assert WebhookAttempt.objects.get(delivery__endpoint=endpoint).error == "ADDRESS_NOT_ALLOWED"


def test_name_that_changes_is_vetted_at_each_connection(receiver, monkeypatch):
    answers = [["127.0.0.1"], ["10.0.0.1"]]
    monkeypatch.setattr(outbound, "resolve", lambda *_: answers.pop(0))
    url = receiver.url.replace("127.0.0.1", "hooks.example")
    poster = Poster(url, seconds=5, most_bytes=100, allows_loopback=True)
    body = b'{"webhook_event_id": "x", "payload": {}}'

    first = poster.post(body, {})
    kept = poster.post(body, {})
    poster.close()

    assert (first.status, kept.status) == (200, 200)
    with pytest.raises(outbound.OutboundRefused):
        poster.post(body, {})


def test_connection_that_the_receiver_closed_meanwhile_is_dialed_anew():
    count = []

    def once(heard_on):
        count.append(1)
        heard_on.sendall(OK + b"Content-Length: 0\r\n\r\n")

    with talking(once) as url:
        poster = Poster(url, seconds=5, most_bytes=100, allows_loopback=True)
        statuses = [poster.post(b"{}", {}).status for _ in range(3)]
        poster.close()

    assert (statuses, len(count)) == ([200, 200, 200], 3)


@pytest.mark.parametrize("is_trusted", [True, False])
def test_certificate_is_checked(monkeypatch, certificate, is_trusted):  # noqa: F811  the fixture
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    trusting = ssl.create_default_context(cafile=certificate if is_trusted else None)
    monkeypatch.setattr(posting, "tls", lambda: trusting)
    monkeypatch.setattr(outbound, "resolve", lambda *_: ["127.0.0.1"])

    with server(saying(OK + b"Content-Length: 2\r\n\r\nok"), context) as (port, _):
        poster = Poster(f"https://utility.example:{port}/", seconds=5, most_bytes=100, allows_loopback=True)
        try:
            outcome = poster.post(b"{}", {}).status
        except ssl.SSLError as error:
            outcome = posting.failure_of(error)
        finally:
            poster.close()

    assert outcome == (200 if is_trusted else "CERTIFICATE_NOT_TRUSTED")


def test_handshake_that_takes_for_ever_ends_in_time():
    with talking(lambda _: time.sleep(2)) as url:
        poster = Poster(url.replace("http:", "https:"), seconds=0.3, most_bytes=100, allows_loopback=True)
        began = time.monotonic()
        with pytest.raises(outbound.OutboundRefused) as refused:
            poster.post(b"{}", {})

    assert (refused.value.code, time.monotonic() - began < 1) == ("TOO_SLOW", True)


def test_poison_event_holds_up_its_subject_alone(acme, receiver, endpoint, deliver):
    receiver.answer = lambda request: 500 if request.thing == "poison" else 200
    make(acme, "a", "poison", "b", "poison", "c")

    deliver()

    assert receiver.things == ["a", "poison", "b", "c"]


def hanging_then_gone(heard_on):
    time.sleep(3)
    heard_on.sendall(b"HTTP/1.1 410 Gone\r\nContent-Length: 0\r\n\r\n")


def test_endpoints_that_hang_do_not_delay_the_others(acme, borealis, deliver, monkeypatch):
    """10 of 50 hang for 3 s; the others have their events long before those end."""
    monkeypatch.setattr(sending, "SECONDS", 4.0)
    partners = [acme, borealis, *(Partner.objects.create(name=f"P{n}", slug=f"p{n}") for n in range(3))]
    with talking(hanging_then_gone) as hanging, receiving() as good:
        for number in range(50):
            url = hanging if number < 10 else good.url
            create_endpoint(partners[number % 5], receiver_url=url, event_types=["thing.made"], by=BY)
        for partner in partners:
            make(partner, *"abcd")
        began = time.monotonic()
        deliver()

    delays = sorted(request.at - began for request in good.received)
    assert len(delays) == 40 * 4
    assert delays[int(len(delays) * 0.95)] < 3


def test_type_that_the_receiver_cannot_take_holds_up_no_other_type(acme, receiver, endpoint, deliver):
    update_endpoint(endpoint, receiver_url=receiver.url, event_types=["thing.made", "thing.ended"], by=BY)
    receiver.answer = lambda request: 500 if request.payload["webhook_event_type"] == "thing.made" else 200
    with time_machine.travel(datetime(2031, 3, 1, tzinfo=UTC), tick=False) as clock:
        make(acme, *(f"made {n}" for n in range(30)), "both")
        make(acme, "both", *(f"ended {n}" for n in range(30)), verb="thing.ended")
        deliver()
        for _ in range(3):
            clock.shift(timedelta(minutes=1, seconds=1))
            deliver()

    ended = [request.thing for request in receiver.received if request.payload["webhook_event_type"] == "thing.ended"]
    assert ended == [f"ended {n}" for n in range(30)]
    assert WebhookEndpoint.objects.get().state == "active"
    assert WebhookDelivery.objects.filter(event_type="thing.made", state="waiting").count() == 31
