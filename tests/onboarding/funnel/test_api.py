"""getConnectFunnel: the page's numbers by the API."""

from datetime import UTC, datetime
from typing import Any

import pytest
from django.test import Client

from onboarding.connect.choices import FailureReason
from onboarding.connect.models import Connection, ConnectSession
from portal.events.actors import Actor
from portal.partners.keys import create_api_key
from portal.partners.models import KeyPermission, Partner, User
from tests.onboarding.connect import builders as make
from tests.onboarding.funnel import mixed
from tests.onboarding.funnel.test_page import exported

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("catalogue")]
PATH = "/v1.1/connect/funnel"
NOW = datetime(2026, 12, 10, 20, tzinfo=UTC)


@pytest.fixture(autouse=True)
def december(time_machine: Any) -> None:
    time_machine.move_to(NOW, tick=False)


@pytest.fixture
def ask(client: Client, api_key: Any) -> Any:
    def answer(status: int = 200, key: str = api_key[1], **query: str) -> Any:
        response = client.get(PATH, query, headers={"Authorization": f"Bearer {key}"})
        assert response.status_code == status, response.content
        return response.json()

    return answer


def lines_of(steps: list[dict[str, Any]]) -> set[tuple[str, str, str, int]]:
    """As the CSV file has them."""
    lines = set()
    for step in steps:
        lines |= {(step["step"], name, "", step[name]) for name in ("reached", "not_asked", "under_way", "stopped")}
        lines |= {(step["step"], "stopped", why["reason"], why["connections"]) for why in step["stopped_by"]}
    return lines


@pytest.mark.parametrize("by", ["LINK", "UTILITY", "WEEK", "DEVICE", "VARIANT"])
def test_the_numbers_are_those_of_the_file(by: str, ask: Any, acme: Partner, user: User, client_of: Any) -> None:
    mixed.fill(acme, NOW)
    answer = ask(group_by=by, connection_start_date_from="2026-09-18T07:00:00Z")
    of_file = exported(client_of(user), f"by={by.lower()}")

    def lines(group: str) -> set[tuple[str, str, str, int]]:
        rows = [row for row in of_file if row["group"] == group]
        return {(row["step"], row["figure"], row["reason"], int(row["connections"])) for row in rows}

    assert answer["connections"] == Connection.objects.count()
    assert lines_of(answer["steps"]) == lines("")
    assert len(answer["groups"]) == len({row["group"] for row in of_file}) - 1
    if by == "LINK":
        for group in answer["groups"]:
            assert lines_of(group["steps"]) == lines(group["group"])


def test_parts_of_the_request(ask: Any, acme: Partner) -> None:
    links = mixed.fill(acme, NOW)
    by_link = {group["group"]: group["connections"] for group in ask(group_by="LINK")["groups"]}

    assert ask(link="county-fair")["connections"] == by_link["county-fair"]
    assert ask(utility_name="DEMO2")["steps"][3]["reached"] == len(FailureReason)
    assert ask(variant="COMMERCIAL")["connections"] == by_link["texas-stores"]
    assert ask(device_type="BATTERY")["connections"] == by_link["county-fair"]
    assert ask(device_type="NONE_SUCH")["connections"] == 0
    assert ask(connection_start_date_to="2026-01-01T00:00:00Z")["connections"] == 0
    assert set(by_link) == set(links)


def test_sessions_without_a_reference_and_times(ask: Any, acme: Partner) -> None:
    link = make.link(acme)
    assert "opened_to_authorized" not in ask()

    mixed.customer(acme, "home-1", mixed.HAS_DATA, link=link)
    ConnectSession.objects.create(partner=acme, link=link, created_at=NOW, last_interaction_at=NOW)
    answer = ask(connection_start_date_to="2026-12-11T00:00:00Z")

    assert answer["sessions_without_reference_id"] == 1
    assert set(answer["opened_to_authorized"]) == {"connections", "median_minutes", "nine_of_ten_within_minutes"}


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({"connection_start_date_from": "0001-01-01T00:00:00Z"}, "connection_start_date_from"),
        ({"connection_start_date_from": "2027-01-01T00:00:00Z"}, "connection_start_date_to"),
        ({"connection_start_date_from": "2020-01-01T00:00:00Z", "group_by": "WEEK"}, "group_by"),
        ({"group_by": "PARTNER"}, "group_by"),
        ({"link": "theirs"}, "link"),
    ],
)
def test_what_cannot_be_counted_is_refused_at_its_field(
    query: dict[str, str], field: str, ask: Any, borealis: Partner
) -> None:
    make.link(borealis, "theirs")

    assert field in str(ask(400, **query))


def test_it_needs_the_permission_to_read_connections(ask: Any, acme: Partner) -> None:
    by = Actor.system("Test")
    other = create_api_key(acme, name="other", by=by, permissions=[KeyPermission.WEBHOOKS])[1]
    reader = create_api_key(acme, name="reader", by=by, permissions=[KeyPermission.CONNECTIONS])[1]

    ask(403, key=other)
    ask(key=reader)


def test_another_partners_customers_are_not_counted(ask: Any, borealis: Partner) -> None:
    mixed.fill(borealis, NOW)

    assert ask()["connections"] == 0
