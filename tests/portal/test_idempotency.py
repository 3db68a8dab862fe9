"""A write with an Idempotency-Key is carried out once and answered alike, whatever dies or hurries in between."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any, ClassVar
from uuid import uuid4

import pytest
from django.db import connection, transaction
from django.test import Client
from django.urls import path
from django.utils import timezone
from rest_framework.exceptions import Throttled
from rest_framework.request import Request
from rest_framework.response import Response

from portal.api.authentication import actor_of, partner_of
from portal.api.errors import ApiError
from portal.api.idempotency import drop_expired, keep_answer
from portal.api.models import KeptAnswer
from portal.api.views import SEARCHES, ApiView
from portal.events.actors import Actor
from portal.events.domain import record
from portal.events.models import Event
from portal.partners.keys import create_api_key
from portal.partners.models import ApiKey, Partner

pytestmark = [pytest.mark.django_db, pytest.mark.urls(__name__)]
Key = tuple[ApiKey, str]


class _Writes(ApiView):
    """Writes an event, then answers what the body asks for."""

    during: ClassVar[Callable[[], None] | None] = None  # what happens in the middle of the write

    def post(self, request: Request) -> Response:
        partner = partner_of(request)
        record("partner.seen", subject=partner, partner=partner, by=actor_of(request))
        if _Writes.during:
            _Writes.during()
        asked = request.data.get("as", 201)
        if asked == 429:
            raise Throttled(wait=7)
        if asked == 500:
            raise RuntimeError
        if asked >= 400:
            raise ApiError("As asked", status_code=asked)
        return Response({"number": Event.objects.count(), "b": 1.50, "a": "é"} if asked != 204 else None, status=asked)

    put = patch = delete = post


class _Reads(_Writes):
    reads = SEARCHES


class _WritesByItself(ApiView):
    """Keeps its answer in the transaction of its effect."""

    in_one_transaction = False

    def post(self, request: Request) -> Response:
        partner = partner_of(request)
        with transaction.atomic():
            record("partner.seen", subject=partner, partner=partner, by=actor_of(request))
            if _Writes.during:
                _Writes.during()
            keep_answer(request, Response({"number": 1}, status=201))
        if request.data.get("then") == "fail":
            raise RuntimeError
        return Response({"number": 1}, status=201)


urlpatterns = [
    path("v1/writes", _Writes.as_view()),
    path("v1/more", _Writes.as_view()),
    path("v1/reads", _Reads.as_view()),
    path("v1/itself", _WritesByItself.as_view()),
]


@pytest.fixture
def during(monkeypatch: pytest.MonkeyPatch) -> Callable[[Callable[[], None]], None]:
    return lambda act: monkeypatch.setattr(_Writes, "during", staticmethod(act))


@pytest.fixture
def send(api_key: Key) -> Callable[..., Any]:
    def send(body: Any = None, key: str | None = "k", *, to: str = "writes", method: str = "post", by: str = "") -> Any:
        headers = {
            "Authorization": f"Bearer {by or api_key[1]}",
            **({"Idempotency-Key": key} if key is not None else {}),
        }
        client = Client(raise_request_exception=False)
        return getattr(client, method)(f"/v1/{to}", body or {}, "application/json", headers=headers)

    return send


def effects() -> int:
    return Event.objects.filter(verb="partner.seen").count()


@pytest.mark.parametrize("to", ["writes", "itself"])
@pytest.mark.parametrize("method", ["post"])
def test_write_that_is_sent_again_is_answered_alike_and_carried_out_once(
    send: Callable[..., Any], to: str, method: str
) -> None:
    first, again = (send(to=to, method=method) for _ in range(2))

    assert (first.status_code, again.status_code, again.content) == (201, 201, first.content)
    assert ("Idempotent-Replayed" in first, again["Idempotent-Replayed"]) == (False, "true")
    assert first["Content-Type"] == again["Content-Type"]
    assert first["X-Request-Id"] != again["X-Request-Id"]
    assert effects() == 1


@pytest.mark.parametrize("method", ["put", "patch", "delete"])
def test_every_method_that_writes_can_be_repeated(send: Callable[..., Any], method: str) -> None:
    first, again = (send({"as": 204}, method=method) for _ in range(2))

    assert (first.status_code, again.status_code, again.content, effects()) == (204, 204, b"", 1)
    assert "Idempotent-Replayed" in again


def test_without_a_key_and_in_a_search_nothing_is_kept(send: Callable[..., Any]) -> None:
    for _ in range(2):
        assert "Idempotent-Replayed" not in send(key=None)
        assert "Idempotent-Replayed" not in send(to="reads")

    assert (effects(), KeptAnswer.objects.count()) == (4, 0)


@pytest.mark.parametrize(
    ("status", "is_kept"), [(400, True), (404, True), (409, False), (412, False), (429, False), (500, False)]
)
def test_error_leaves_no_effect_and_is_kept_when_it_would_come_again(
    send: Callable[..., Any], status: int, is_kept: bool
) -> None:
    first, again = (send({"as": status}) for _ in range(2))

    assert (first.status_code, again.status_code) == (status, status)
    assert ("Idempotent-Replayed" in again) == is_kept
    assert (effects(), KeptAnswer.objects.count()) == (0, int(is_kept))
    assert status != 429 or first["Retry-After"] == "7"


@pytest.mark.parametrize(
    "other", [{"body": {"as": 202}}, {"to": "more"}, {"to": "writes?as=1"}, {"method": "put"}], ids=str
)
def test_key_of_another_request_is_refused(send: Callable[..., Any], other: Any) -> None:
    send()

    answer = send(**other)

    assert answer.status_code == (400 if "?" in other.get("to", "") else 422)
    assert effects() == 1


@pytest.mark.parametrize(("key", "status"), [("", 400), ("x" * 256, 400), ("é", 400), ("x" * 255, 201), (" ~", 201)])
def test_key_is_short_and_printable(send: Callable[..., Any], key: str, status: int) -> None:
    assert send(key=key).status_code == status


def test_key_is_the_partners_own(send: Callable[..., Any], api_key: Key, borealis: Partner) -> None:
    second = create_api_key(api_key[0].partner, name="second", by=Actor.system())[1]
    stranger = create_api_key(borealis, name="theirs", by=Actor.system())[1]
    send()

    assert "Idempotent-Replayed" in send(by=second)
    assert "Idempotent-Replayed" not in send(by=stranger)
    assert send(by="none").status_code == 401


def test_write_in_flight_is_409_with_the_time_to_wait(send: Callable[..., Any], during: Any) -> None:
    answers: list[Any] = []
    during(lambda: answers.append(send()) if not answers else None)

    first = send()

    assert (first.status_code, answers[0].status_code, answers[0]["Retry-After"]) == (201, 409, "5")
    assert effects() == 1


def end_lease() -> None:
    KeptAnswer.objects.update(lease_until=timezone.now() - timedelta(seconds=1))


@pytest.mark.parametrize("to", ["writes", "itself"])
def test_write_that_was_taken_over_takes_its_effect_back(send: Callable[..., Any], during: Any, to: str) -> None:
    during(lambda: KeptAnswer.objects.update(token=uuid4()) and None)

    first = send(to=to)

    assert (first.status_code, effects()) == (409, 0)


def test_effect_that_committed_is_answered_though_the_answer_failed(send: Callable[..., Any]) -> None:
    first, again = (send({"then": "fail"}, to="itself") for _ in range(2))

    assert (first.status_code, again.status_code, effects()) == (500, 201, 1)


def test_answer_is_kept_for_24_hours(send: Callable[..., Any]) -> None:
    send()
    KeptAnswer.objects.update(expires_at=timezone.now() - timedelta(seconds=1))

    again = send({"as": 202})

    assert (again.status_code, "Idempotent-Replayed" in again, effects()) == (202, False, 2)
    assert KeptAnswer.objects.get().expires_at > timezone.now() + timedelta(hours=23)


def test_old_answers_are_dropped(send: Callable[..., Any]) -> None:
    send(key="old")
    KeptAnswer.objects.update(expires_at=timezone.now())
    send(key="new")

    assert (drop_expired(), [kept.key for kept in KeptAnswer.objects.all()]) == (1, ["new"])


def test_answer_is_encrypted_where_it_is_kept(send: Callable[..., Any]) -> None:
    send()

    with connection.cursor() as cursor:
        cursor.execute("SELECT body FROM portal_keptanswer")
        [(body,)] = cursor.fetchall()
    assert "number" not in body
    assert "number" in KeptAnswer.objects.get().body


class _Killed(BaseException):
    """As if the process had ended: nothing catches it."""


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("to", ["writes", "itself"])
def test_process_that_dies_before_its_answer_is_stored_leaves_no_effect(
    send: Callable[..., Any], during: Any, to: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def die() -> None:
        raise _Killed

    during(die)
    with pytest.raises(_Killed):
        send(to=to)
    during(lambda: None)

    assert (effects(), send(to=to).status_code) == (0, 409)
    end_lease()
    assert (send(to=to).status_code, send(to=to).status_code, effects()) == (201, 201, 1)


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif("connection.vendor != 'postgresql'", reason="the test database of SQLite is one connection")
@pytest.mark.parametrize("to", ["writes", "itself"])
def test_24_at_once_have_one_effect(send: Callable[..., Any], to: str) -> None:
    line = threading.Barrier(24)

    def call(_: int) -> tuple[int, bool]:
        try:
            line.wait()
            answer = send(to=to)
            return answer.status_code, "Idempotent-Replayed" in answer
        finally:
            connection.close()

    with ThreadPoolExecutor(24) as threads:
        outcomes = list(threads.map(call, range(24)))

    assert effects() == outcomes.count((201, False)) == 1
    assert set(outcomes) <= {(201, False), (201, True), (409, False)}
