"""searchMissingIntervalData: what is missing, by every filter of the contract, page after page."""

from datetime import UTC, datetime
from typing import Any

import pytest
from django.test import Client

from onboarding.intervals.models import IntervalUpload
from portal.events.actors import Actor
from portal.partners.keys import create_api_key
from portal.partners.models import KeyPermission
from tests.onboarding.enrollment.meters import at
from tests.onboarding.intervals.data import active_meter, every, put

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("catalogue")]
PATH = "/v1.1/missing-interval-data/search"
NOBODY = "11111111-1111-4111-8111-111111111111"


@pytest.fixture(autouse=True)
def december(time_machine):
    time_machine.move_to(datetime(2026, 12, 3, 12, 5, tzinfo=UTC), tick=False)


@pytest.fixture
def ask(client: Client, api_key: Any) -> Any:
    def answer(status: int = 200, key: str = api_key[1], **body: Any) -> Any:
        headers = {"Authorization": f"Bearer {key}"}
        response = client.post(PATH, body, "application/json", headers=headers)
        assert response.status_code == status, response.content
        return response.json()

    return answer


def spans(answer):
    return [
        (
            gap["start_date_time_utc"][5:16],
            gap["end_date_time_utc"][5:16],
            gap["submission_deadline_date_time_utc"][5:16],
        )
        for gap in answer["missing_intervals"]
    ]


FIRST, SECOND, THIRD = (
    ("12-01T05:00", "12-02T05:00", "12-09T05:00"),
    ("12-02T05:00", "12-03T05:00", "12-10T05:00"),
    ("12-03T05:00", "12-03T12:00", "12-11T05:00"),
)


def test_everything_that_is_missing_is_told_as_published(acme, ask):
    meter = active_meter(acme, since="2026-12-03T05:00")

    assert ask() == {
        "missing_intervals": [
            {
                "meter_id": str(meter.pk),
                "data_type": "LOAD_DATA",
                "start_date_time_utc": "2026-12-03T05:00:00Z",
                "end_date_time_utc": "2026-12-03T12:00:00Z",
                "submission_deadline_date_time_utc": "2026-12-11T05:00:00Z",
                "status": "OPEN",
            }
        ]
    }


def test_a_request_without_a_body_finds_everything(acme, client, api_key):
    active_meter(acme)

    answer = client.generic("POST", PATH, content_type="", headers={"Authorization": f"Bearer {api_key[1]}"})

    assert spans(answer.json()) == [FIRST, SECOND, THIRD]


@pytest.mark.parametrize(
    ("body", "told"),
    [
        (
            {"start_date_time_utc": "2026-12-02T00:00:00Z", "end_date_time_utc": "2026-12-02T06:00:00Z"},
            [("12-02T00:00", "12-02T05:00", FIRST[2]), ("12-02T05:00", "12-02T06:00", SECOND[2])],
        ),
        (
            {
                "missing_interval_window_start_date_time_utc": "2026-12-03T05:00:00Z",
                "missing_interval_window_end_date_time_utc": "2027-12-03T05:00:00Z",
            },
            [THIRD],
        ),
        ({"submission_deadline_window_start_date_time_utc": "2026-12-10T05:00:00Z"}, [SECOND, THIRD]),
        ({"submission_deadline_window_end_date_time_utc": "2026-12-10T05:00:00Z"}, [FIRST]),
        ({"submission_deadline_window_end_date_time_utc": "2026-12-10T05:00:01Z"}, [FIRST, SECOND]),
        ({"state": "OPEN"}, [FIRST, SECOND, THIRD]),
        ({"state": "PENDING"}, []),
        ({"end_date_time_utc": "1900-01-01T00:00:00Z"}, []),
        ({"start_date_time_utc": "9990-01-01T00:00:00Z"}, []),
    ],
)
def test_windows_and_states_narrow_what_is_found(acme, ask, body, told):
    active_meter(acme)

    assert spans(ask(**body)) == told


def test_both_names_of_a_window_may_say_the_same_and_nothing_else(acme, ask):
    active_meter(acme)
    long, short = "missing_interval_window_start_date_time_utc", "start_date_time_utc"

    assert spans(ask(**{long: "2026-12-03T05:00:00Z", short: "2026-12-03T00:00:00-05:00"})) == [THIRD]
    answer = ask(400, **{long: "2026-12-03T05:00:00Z", short: "2026-12-03T06:00:00Z"})

    assert short in str(answer)


@pytest.mark.parametrize("state", ["PENDING", "PROCESSING"])
def test_data_that_are_being_stored_are_processing_by_both_names(acme, ask, state):
    meter = active_meter(acme, since="2026-12-03T05:00")
    series = put(meter, every(15, "2026-12-03T05:00", "2026-12-03T06:00"))
    active_meter(acme, since="2026-12-03T05:00", reference="m-2")
    about = {"partner": acme, "way": "api", "actor": {}, "size": 1, "sha256": "0", "pending_series": [series.pk]}
    IntervalUpload.objects.create(**about, state="PROCESSING")

    (gap,) = ask(state=state)["missing_intervals"]

    assert (gap["meter_id"], gap["status"]) == (str(meter.pk), "PROCESSING")
    assert len(ask(state="OPEN")["missing_intervals"]) == 1


def test_unknown_and_foreign_meters_have_the_same_answer(acme, borealis, ask):
    mine, theirs = active_meter(acme), active_meter(borealis, reference="theirs")

    assert ask(meter_ids=[str(theirs.pk)]) == ask(meter_ids=[NOBODY]) == {"missing_intervals": []}
    assert spans(ask(meter_ids=[str(theirs.pk), NOBODY, str(mine.pk)])) == [FIRST, SECOND, THIRD]
    assert spans(ask(meter_ids=[])) == [FIRST, SECOND, THIRD]


@pytest.mark.parametrize("size", [1, 2, 3, 5, 500])
def test_pages_hold_each_gap_once(acme, ask, size):
    for number in range(3):
        meter = active_meter(acme, reference=f"m-{number}", since=f"2026-12-0{number + 1}T05:00")
        put(meter, every(15, "2026-12-03T05:00", "2026-12-03T06:00"))
    whole = ask()["missing_intervals"]
    assert len(whole) == 6

    assert pages(ask, size) == whole


def pages(ask, size):
    gaps, token, seen = [], "", 0
    while True:
        answer = ask(page_size=size, page_token=token)
        assert len(answer["missing_intervals"]) <= size
        gaps += answer["missing_intervals"]
        token, seen = answer.get("next_page_token", ""), seen + 1
        if not token:
            return gaps
        assert seen < 20


def test_an_answer_looks_at_so_many_meters_and_says_how_to_go_on(acme, ask, monkeypatch):
    complete = active_meter(acme, since="2026-12-03T05:00")
    put(complete, every(15, "2026-12-03T05:00", "2026-12-03T12:00"))
    active_meter(acme, since="2026-12-03T05:00", reference="m-2")
    monkeypatch.setattr("onboarding.api.missing_intervals.CELLS_PER_PAGE", 1)

    first = ask()

    assert first["missing_intervals"] == []
    assert spans(ask(page_token=first["next_page_token"])) == [THIRD]
    assert [one["start_date_time_utc"] for one in pages(ask, 500)] == ["2026-12-03T05:00:00Z"]


def test_a_token_is_of_the_partner_it_was_made_for(acme, borealis, ask):
    active_meter(acme)
    token = ask(page_size=1)["next_page_token"]
    theirs = create_api_key(borealis, name="theirs", by=Actor.system())[1]

    assert spans(ask(page_size=1, page_token=token)) == [SECOND]
    ask(400, key=theirs, page_token=token)
    ask(400, page_token="made up")


@pytest.mark.parametrize(
    "body",
    [
        {"page_size": 0},
        {"page_size": 501},
        {"state": "MISSING"},
        {"meter_ids": ["first"]},
        {"meter_ids": [NOBODY] * 1001},
        {"start_date_time_utc": "soon"},
    ],
)
def test_what_is_not_of_the_contract_is_refused(ask, body):
    ask(400, **body)


def test_a_key_needs_the_permission(acme, ask):
    by = Actor.system()
    weak = create_api_key(acme, name="weak", by=by, permissions=[KeyPermission.READ_METERS])[1]
    right = create_api_key(acme, name="right", by=by, permissions=[KeyPermission.INTERVAL_DATA])[1]

    ask(403, key=weak)
    ask(200, key=right)


@pytest.mark.parametrize("count", [1, 3])
def test_queries_do_not_grow_with_meters(acme, ask, count, django_assert_max_num_queries):
    for number in range(count):
        put(active_meter(acme, reference=f"m-{number}"), [at("2026-12-01T05:00")])
    ask()

    with django_assert_max_num_queries(20):
        assert len(ask()["missing_intervals"]) == 3 * count


@pytest.mark.parametrize(
    "body",
    [
        {"meter_ids": [1]},
        {"meter_ids": [True]},
        {"start_date_time_utc": "2026-12-02T00:00:00Z", "end_date_time_utc": "2026-12-01T00:00:00Z"},
        {
            "submission_deadline_window_start_date_time_utc": "2026-12-02T00:00:00Z",
            "submission_deadline_window_end_date_time_utc": "2026-12-01T00:00:00Z",
        },
    ],
    ids=str,
)
def test_what_cannot_be_meant_is_refused(ask, body):
    assert ask(400, **body)["status"] == 400
