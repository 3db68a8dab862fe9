"""GET /v1.1/events: the stream by cursor, and waiting for what comes next."""

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from portal.api import waiting
from portal.events.actors import Actor
from portal.events.domain import record_many
from portal.events.models import Event
from portal.events.published import PUBLISHED
from portal.partners.keys import create_api_key
from portal.partners.models import Partner

pytestmark = pytest.mark.django_db
BY = Actor.system("Test")
Call = Callable[..., Any]
WHO = {"partner_reference": "home-1", "transmission_region": "CAISO", "meter_type": "DEVICE"}


@pytest.fixture(autouse=True)
def _nobody_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(waiting, "LOOK_SECONDS", 0.01)


def write(partner: Partner, *numbers: int, verb: str = "meter.created", **told: object) -> None:
    data = {PUBLISHED: {**WHO, **told}}
    meters = (f"00000000-0000-0000-0000-{number:012}" for number in numbers)
    record_many("meter", [(verb, meter, data) for meter in meters], partner=partner, by=BY)


def status_changed(partner: Partner, *numbers: int) -> None:
    write(partner, *numbers, verb="meter.global_status_changed", global_enrollment_status="ACTIVE")


@pytest.fixture
def call(api_key: tuple[Any, str]) -> Call:
    return caller(api_key[1])


def caller(secret: str) -> Call:
    def call(*, threads: bool = False, expect: int = 200, **query: Any) -> Any:
        meta: dict[str, Any] = {"wsgi.multithread": threads}
        answer = Client().get(reverse("api-events"), query, headers={"Authorization": f"Bearer {secret}"}, **meta)
        assert answer.status_code == expect, answer.content
        return answer.json()

    return call


def meters(answer: Any) -> list[int]:
    return [int(event["payload"]["meter_id"][-3:]) for event in answer["events"]]


def test_events_are_read_page_by_page(call: Call, acme: Partner) -> None:
    write(acme, 1, 2, 3)
    status_changed(acme, 1)

    first = call(page_size=3)
    second = call(page_size=3, after=first["next_cursor"])
    third = call(page_size=3, after=second["next_cursor"])

    assert [meters(page) for page in (first, second, third)] == [[1, 2, 3], [1], []]
    assert [page["has_more"] for page in (first, second, third)] == [True, False, False]
    (event,) = second["events"]
    assert event["payload"] == {
        "webhook_event_type": "meter.enrollment.global-status.updated",
        "meter_id": "00000000-0000-0000-0000-000000000001",
        **WHO,
        "global_enrollment_status": "ACTIVE",
    }
    assert (event["subject"], event["sequence"]) == (event["payload"]["meter_id"], 2)
    assert meters(call(after=first["events"][0]["cursor"])) == [2, 3, 1]
    ids = [one["webhook_event_id"] for page in (first, second) for one in page["events"]]
    assert len(set(ids)) == 4


def test_a_reader_of_some_types_goes_on_after_everything_that_was_looked_at(call: Call, acme: Partner) -> None:
    write(acme, 1, 2)
    status_changed(acme, 1)
    wanted = {"types": "meter.enrollment.global-status.updated, connect_session.updated"}

    first = call(**wanted)
    write(acme, 3)
    status_changed(acme, 3)

    assert meters(first) == [1]
    assert meters(call(**wanted, after=first["next_cursor"])) == [3]
    assert meters(call(types=["meter.created", "connect_session.updated"])) == [1, 2, 3]


def test_a_reader_that_begins_now_gets_what_happens_from_now_on(call: Call, acme: Partner) -> None:
    write(acme, 1)
    begun = call(after="latest")
    write(acme, 2)

    assert begun["events"] == []
    assert meters(call(after=begun["next_cursor"])) == [2]


def test_an_event_of_which_nothing_can_be_told_hides_none_behind_it(call: Call, acme: Partner) -> None:
    write(acme, 1, 2, 3)
    Event.objects.filter(subject_id__endswith="1").update(data={})

    first = call(page_size=1)

    assert (meters(first), first["has_more"]) == ([2], True)
    assert meters(call(page_size=2, after=first["next_cursor"])) == [3]


def test_another_partner_s_events_and_cursors_are_its_own(call: Call, acme: Partner, borealis: Partner) -> None:
    stranger = caller(create_api_key(borealis, name="Theirs", by=BY)[1])
    write(borealis, 1)
    write(acme, 2)

    theirs = stranger()

    assert (meters(theirs), meters(call())) == ([1], [2])
    assert call(after=theirs["next_cursor"], expect=400)["title"] == "after is not a cursor that this API gave"


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({"after": "7"}, "after"),
        ({"after": "7:altered"}, "after"),
        ({"types": "meter.lost"}, "types"),
        ({"page_size": "501"}, "page_size"),
        ({"wait": "26"}, "wait"),
        ({"wait": "soon"}, "wait"),
    ],
)
def test_what_cannot_be_read_is_refused_by_name(call: Call, query: dict[str, str], field: str) -> None:
    assert field in call(**query, expect=400)["details"]


# --- waiting


def test_without_threads_nobody_waits(call: Call) -> None:
    assert call(wait=25)["events"] == []


def test_who_waits_is_answered_when_something_happens(
    call: Call, acme: Partner, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(waiting.time, "sleep", lambda _: write(acme, 1))

    assert meters(call(wait=25, threads=True)) == [1]


def test_who_waits_in_vain_is_answered_in_time(call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    moments, naps = iter([0.0, 0.4, 0.9, 1.1]), list[float]()
    monkeypatch.setattr(waiting, "time", SimpleNamespace(monotonic=lambda: next(moments), sleep=naps.append))

    assert call(wait=1, threads=True)["events"] == []
    assert naps == [0.01, 0.01]


def test_beyond_so_many_nobody_else_waits(
    call: Call, acme: Partner, borealis: Partner, monkeypatch: pytest.MonkeyPatch, settings: Any
) -> None:
    settings.LONG_POLLS = 3
    stranger, depth, waited = caller(create_api_key(borealis, name="Theirs", by=BY)[1]), [0], []

    def nap(_: float) -> None:
        """While one waits, others come."""
        depth[0] += 1
        waited.append((depth[0], waiting._waiting.total()))
        if depth[0] == 1:
            call(wait=25, threads=True)  # of the same partner: half of three, so it does not wait
            stranger(wait=25, threads=True)
        write(borealis, 1)
        write(acme, 1)

    monkeypatch.setattr(waiting.time, "sleep", nap)
    call(wait=25, threads=True)

    assert waited == [(1, 1), (2, 2)]
    assert waiting._waiting.total() == 0
