"""getConnections: what it tells, which it tells of, page by page, and never another partner's."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection as database
from django.test import Client
from django.test.utils import CaptureQueriesContext

from onboarding.connect.choices import AuthorizationState, DataState, NoteKind
from onboarding.connect.notes import note
from portal.events.actors import Actor
from portal.partners.keys import create_api_key
from portal.partners.models import ApiKey, Partner
from tests.onboarding.connect import builders as make
from tests.portal.api_contract import ERROR, holds

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("catalogue")]
PATH = "/v1.1/connections"


@pytest.fixture
def call(api_key: tuple[ApiKey, str]) -> Any:
    def call(**query: Any) -> Any:
        return Client().get(PATH, query, headers={"Authorization": f"Bearer {api_key[1]}"})

    return call


def references(answer: Any) -> list[str]:
    assert answer.status_code == 200, answer.content
    return [one["reference_id"] for one in answer.json()["connections"]]


def test_a_connection_is_told_whole(call: Any, acme: Partner) -> None:
    row = make.connection(acme, "home-1", asked=("DEMO2",))
    given = make.authorization(row)
    mine = make.meter(acme, "crm-1")
    make.point(given, joined=mine)
    signature = make.signature(row)
    note(row, NoteKind.DATA_ARRIVED, authorization=given, facts={"utility": "PG&E", "points": "1 service point"})

    (told,) = call().json()["connections"]

    notes = told.pop("notes")
    assert [(entry["code"], entry["text"]) for entry in notes] == [
        ("DATA_ARRIVED", "PG&E sent data for 1 service point."),
        ("OPENED", "The customer opened the link."),
    ]
    assert told == {
        "reference_id": "home-1",
        "transmission_region": "CAISO",
        "connection_start_date_time_utc": "2026-11-20T18:00:00Z",
        "last_interaction_date_time_utc": "2026-11-20T18:00:00Z",
        "session_status": "COMPLETED",
        "session_step": "done",
        "language": "en",
        "partner_action_required": False,
        "utilities": [
            {
                "utility_name": "DEMO2",
                "utility_is_required": True,
                "meter_ids": [],
            },
            {
                "utility_name": make.CAISO_UTILITY,
                "utility_is_required": False,
                "status": "COMPLETED",
                "data_status": "RECEIVED",
                "authorized_date_time_utc": "2026-11-20T18:05:00Z",
                "data_received_date_time_utc": "2026-11-21T18:05:00Z",
                "meter_ids": [str(mine.pk)],
            },
        ],
        "signed_documents": [
            {
                "code": "TERMS_OF_SERVICE",
                "version": "1",
                "title": "Terms of service",
                "language": "en",
                "sha256": signature.sha256,
                "signed_date_time_utc": "2026-11-20T18:00:00Z",
            }
        ],
    }


def test_a_failure_and_a_decision_are_told(call: Any, acme: Partner) -> None:
    row = make.connection(acme, "home-1")
    make.question(row)
    make.authorization(row, utility="DEMO2", state=AuthorizationState.FAILED, failure="MFA_FAILED")

    (told,) = call().json()["connections"]

    assert told["partner_action_required"] is True
    assert [(one["status"], one.get("failure_reason")) for one in told["utilities"]] == [
        ("COMPLETED", None),
        ("FAILED", "MFA_FAILED"),
    ]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({}, ["third", "second", "first"]),
        ({"reference_id": "first"}, ["first"]),
        ({"reference_id": ["first", "third", "nobody"]}, ["third", "first"]),
        ({"reference_id": " first "}, ["first"]),
        ({"reference_id": "nobody"}, []),
        ({"connection_start_date_from": "2026-11-21T18:00:00Z"}, ["third", "second"]),
        ({"connection_start_date_to": "2026-11-21T18:00:00Z"}, ["first"]),
        ({"last_interaction_date_from": "2026-11-24T19:00:00+01:00"}, ["third"]),
        ({"last_interaction_date_to": "2026-11-23T18:00:00Z"}, ["first"]),
        ({"connection_start_date_from": "2026-11-21T00:00:00Z", "reference_id": "first"}, []),
    ],
)
def test_each_part_of_the_request(call: Any, acme: Partner, query: dict[str, Any], expected: list[str]) -> None:
    day = timedelta(days=1)
    for number, reference in enumerate(("first", "second", "third")):
        make.connection(acme, reference, started=make.DAY + number * day, active=make.DAY + (number + 2) * day)

    assert references(call(**query)) == expected


def test_pages_follow_until_the_last(call: Any, acme: Partner) -> None:
    for number in range(5):
        make.connection(acme, f"home-{number}")

    seen, query = [], {"page_size": 2}
    while True:
        answer = call(**query)
        seen += references(answer)
        if "next_page_token" not in answer.json():
            break
        query = {"page_size": 2, "page_token": answer.json()["next_page_token"]}

    assert seen == [f"home-{number}" for number in reversed(range(5))]


@pytest.mark.parametrize(
    "query",
    [
        {"page_size": 0},
        {"page_size": 501},
        {"page_size": "many"},
        {"page_token": "made up"},
        {"connection_start_date_from": "yesterday"},
        {"connection_start_date_to": "2026-13-01T00:00:00Z"},
        {"last_interaction_date_from": "0000-00-00"},
        {"reference_id": "x" * 257},
        {"reference_id": ["x"] * 101},
    ],
)
def test_a_hostile_query_is_refused_or_matches_nothing(call: Any, acme: Partner, query: dict[str, Any]) -> None:
    make.connection(acme, "home-1")

    answer = call(**query)

    assert answer.status_code == 400, answer.content
    assert holds(answer.json(), ERROR)
    assert references(call(reference_id="' OR 1=1 --")) == []


def test_another_partners_reference_tells_nothing(
    call: Any, acme: Partner, borealis: Partner, api_key: tuple[ApiKey, str]
) -> None:
    make.connection(acme, "mine")
    make.connection(borealis, "theirs")
    shared = make.connection(borealis, "home-1")
    make.question(shared)
    make.connection(acme, "home-1")

    theirs, nobodys = call(reference_id="theirs"), call(reference_id="no-such-one")
    assert theirs.content == nobodys.content
    assert references(call(reference_id=["theirs", "mine"])) == ["mine"]
    (told,) = call(reference_id="home-1").json()["connections"]
    assert (told["partner_action_required"], told["utilities"]) == (False, [])
    key = create_api_key(borealis, name="theirs", by=Actor.system())[1]
    answer = Client().get(PATH, headers={"Authorization": f"Bearer {key}"})
    assert references(answer) == ["home-1", "theirs"]


def test_a_page_token_of_another_partner_shows_nothing_of_theirs(call: Any, acme: Partner, borealis: Partner) -> None:
    key = create_api_key(borealis, name="theirs", by=Actor.system())[1]
    for number in range(3):
        make.connection(borealis, f"theirs-{number}")
        make.connection(acme, f"mine-{number}")
    token = Client().get(PATH, {"page_size": 1}, headers={"Authorization": f"Bearer {key}"}).json()["next_page_token"]

    answer = call(page_token=token)

    assert answer.status_code in {200, 400}
    assert b"theirs" not in answer.content


def test_without_a_key_nothing_is_told() -> None:
    assert Client().get(PATH).status_code == 401


def test_queries_do_not_grow(call: Any, acme: Partner) -> None:
    def another(number: int) -> None:
        row = make.connection(acme, f"home-{number}")
        make.point(make.authorization(row), joined=make.meter(acme, f"crm-{number}"))
        make.authorization(row, utility="DEMO2", data=DataState.WAITING)
        make.signature(row)

    def queries() -> int:
        call()
        with CaptureQueriesContext(database) as captured:
            assert call().status_code == 200
        return len(captured)

    another(1)
    first = queries()
    another(2)
    another(3)

    assert queries() == first
