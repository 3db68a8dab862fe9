"""The API of participation: all or none, unknown meters named, days where the meter is."""

import json
from typing import Any
from uuid import uuid4

import pytest
import time_machine
from django.test import Client

from onboarding.enrollment.models import ParticipationPeriod
from onboarding.meters.models import Meter
from onboarding.participation.domain import VERBS
from portal.events.models import Event
from portal.partners.models import Partner
from tests.onboarding.enrollment.meters import make_meter

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("catalogue")]
ROOT = "/v1.1/enrollment/meters"


@pytest.fixture(autouse=True)
def today() -> Any:
    with time_machine.travel("2026-10-05T18:00:00Z", tick=False):
        yield


@pytest.fixture
def call(client: Client, api_key: Any) -> Any:
    def call(method: str, path: str, body: Any = None) -> tuple[int, Any]:
        key = {"Authorization": f"Bearer {api_key[1]}"}
        content = {} if body is None else {"data": json.dumps(body), "content_type": "application/json"}
        answer = getattr(client, method)(f"{ROOT}{path}", headers=key, **content)
        return answer.status_code, answer.json()

    return call


@pytest.fixture
def meter(acme: Partner) -> Meter:
    return make_meter(acme, programs=["CEC-DSGS"], meter_type="DEVICE")


def idle(start: str, end: str, **more: str) -> dict[str, str]:
    return {"start_date": start, "end_date": end, **more}


def test_idle_periods_are_added_listed_and_deleted(call: Any, meter: Meter) -> None:
    path = f"/{meter.pk}/idle_periods"
    period = {
        "participation_preference": "IDLE",
        "start_date": "2026-10-10",
        "end_date": "2026-10-20",
        "time_zone": "America/Los_Angeles",
        "start_time": "2026-10-10T07:00:00Z",
        "end_time": "2026-10-21T07:00:00Z",
        "reason": "Off line",
    }
    listed = {"meter_id": str(meter.pk), "idle_periods": [period]}

    created = call("post", path, idle("2026-10-10", "2026-10-20", reason=" Off   line"))

    assert created == (
        200,
        {
            "meter_id": str(meter.pk),
            "result": "CHANGED",
            "overridden": [],
            "participation_preferences": [period],
        },
    )
    assert call("post", path, idle("2026-10-10", "2026-10-20", reason="Off line"))[1]["result"] == "UNCHANGED"
    assert call("get", path) == (200, listed)
    status, answer = call("delete", f"{path}?start_date=2026-10-10&end_date=2026-10-19")
    assert (status, answer["title"], answer["details"][0]["code"]) == (404, "Idle period not found", "IDLE_NOT_FOUND")
    assert call("get", path) == (200, listed)
    assert call("delete", f"{path}?start_date=2026-10-10&end_date=2026-10-20")[1]["idle_periods"] == []
    assert call("post", path, idle("2026-10-10", "2026-10-20"))[0] == 200
    assert call("delete", path, idle("2026-10-10", "2026-10-20"))[0] == 200
    assert not ParticipationPeriod.objects.exists()


def test_disenrollment_and_taking_part_again(call: Any, meter: Meter) -> None:
    call("post", f"/{meter.pk}/idle_periods", idle("2026-10-08", "2026-10-20"))

    status, answer = call("post", f"/{meter.pk}/disenrollment_requests", {"date": "2026-10-10", "reason": "Sold"})

    assert (status, [one["start_date"] for one in answer["overridden"]]) == (200, ["2026-10-08"])
    assert [(one["participation_preference"], one["end_time"]) for one in answer["participation_preferences"]] == [
        ("IDLE", "2026-10-10T07:00:00Z"),
        ("DISENROLL", "9000-01-01T00:00:00Z"),
    ]
    assert call("post", f"/{meter.pk}/participate", {"start_date": "2026-10-15"})[1]["result"] == "CHANGED"
    assert call("post", f"/{meter.pk}/participate", {})[1]["participation_preferences"] == []
    done = Event.objects.filter(actor_kind="api_key", subject_id=str(meter.pk), verb__in=VERBS.values()).order_by("pk")
    assert list(done.values_list("verb", flat=True)) == [
        "meter.idled",
        "meter.disenrolled",
        "meter.participating",
        "meter.participating",
    ]


@pytest.mark.parametrize(
    ("path", "body", "code"),
    [
        ("disenrollment_requests", {"date": "2026-10-05", "reason": "Sold"}, "DISENROLL_NOT_IN_FUTURE"),
        ("disenrollment_requests", {"date": "2026-10-06", "reason": " "}, "DISENROLL_NEEDS_REASON"),
        ("idle_periods", idle("2026-10-10", "2026-10-09"), "IDLE_ENDS_BEFORE_IT_BEGINS"),
        ("idle_periods", idle("2026-10-01", "2026-10-04"), "IDLE_IS_OVER"),
        ("idle_periods", idle("2026-10-01", "9999-12-31"), "PARTICIPATION_DAY_TOO_FAR"),
        ("participate", {"start_date": "2026-10-04"}, "PARTICIPATE_IN_PAST"),
    ],
)
def test_refusals_say_the_field(call: Any, meter: Meter, path: str, body: dict[str, str], code: str) -> None:
    status, answer = call("post", f"/{meter.pk}/{path}", body)

    assert (status, answer["status"], [one["code"] for one in answer["details"]]) == (400, 400, [code])
    assert answer["details"][0]["field"] in body
    assert not ParticipationPeriod.objects.exists()


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("disenrollment_requests", {"date": "tomorrow"}),
        ("idle_periods", {}),
        ("idle_periods", ["2026-10-10"]),
        ("idle_periods", {**idle("2026-10-10", "2026-10-20"), "reason": ["Sold"]}),
        ("participate", {"start_date": 7}),
    ],
)
def test_bodies_that_cannot_be_read_get_the_envelope(call: Any, meter: Meter, path: str, body: Any) -> None:
    status, answer = call("post", f"/{meter.pk}/{path}", body)

    assert (status, answer["status"], answer["title"]) == (400, 400, "The request is not valid")


def test_bulk_names_unknown_meters_and_does_the_others(call: Any, acme: Partner, borealis: Partner) -> None:
    first, second = (make_meter(acme, programs=[], reference=f"m-{n}") for n in (1, 2))
    theirs = make_meter(borealis, programs=[])
    nobody = uuid4()
    items = [
        {"meter_id": str(pk), **idle("2026-10-10", "2026-10-20")} for pk in (first.pk, theirs.pk, second.pk, nobody)
    ]

    status, answer = call("post", "/idle_periods", {"meter_idle_periods": items})

    assert (status, answer["unknown_meter_ids"]) == (200, [str(theirs.pk), str(nobody)])
    assert [(line["meter_id"], line["result"]) for line in answer["meters"]] == [
        (str(first.pk), "CHANGED"),
        (str(second.pk), "CHANGED"),
    ]
    assert ParticipationPeriod.objects.filter(meter=theirs).count() == 0
    status, answer = call("post", "/idle_periods", {"meter_idle_periods": items[1:2]})
    assert (status, answer["details"]) == (404, {"unknown_meter_ids": [str(theirs.pk)]})


def test_bulk_is_rejected_as_a_whole(call: Any, acme: Partner) -> None:
    first, second = (make_meter(acme, programs=[], reference=f"m-{n}") for n in (1, 2))

    def asked(*dates: tuple[Meter, str]) -> tuple[int, Any]:
        items = [{"meter_id": str(meter.pk), "date": day, "reason": "Sold"} for meter, day in dates]
        return call("post", "/disenrollment_requests", {"disenrollment_requests": items})  # type: ignore[no-any-return]

    status, answer = asked((first, "2026-10-10"), (second, "2026-10-05"))
    assert (status, [(line["index"], line["code"]) for line in answer["details"]]) == (
        400,
        [(1, "DISENROLL_NOT_IN_FUTURE")],
    )
    status, answer = asked((first, "2026-10-10"), (second, "2026-10-10"), (first, "2026-10-11"))
    assert (status, [(line["index"], line["code"]) for line in answer["details"]]) == (400, [(2, "METER_TWICE")])
    assert not ParticipationPeriod.objects.exists()
    assert call("post", "/disenrollment_requests", {"disenrollment_requests": []})[0] == 400

    assert asked((first, "2026-10-10"), (second, "2026-10-10"))[0] == 200
    body = {
        "participate_requests": [{"meter_id": str(first.pk)}, {"meter_id": str(second.pk), "start_date": "2026-10-12"}]
    }
    status, answer = call("post", "/participate", body)
    assert [len(line["participation_preferences"]) for line in answer["meters"]] == [0, 1]
