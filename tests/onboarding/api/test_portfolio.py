"""getPortfolio: the page's numbers by the API."""

from datetime import UTC, datetime
from typing import Any

import pytest
from django.test import Client

from onboarding.meters.models import Meter
from portal.events.actors import Actor
from portal.partners.keys import create_api_key
from portal.partners.models import KeyPermission, Partner, User
from tests.onboarding.portfolio.test_overview import STATUSES, exported, fill, meter

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("catalogue")]
PATH = "/v1.1/portfolio"
NOW = datetime(2026, 11, 25, 20, tzinfo=UTC)


@pytest.fixture(autouse=True)
def november(time_machine: Any) -> None:
    time_machine.move_to(NOW, tick=False)


def ask(client: Client, key: str, status: int = 200) -> Any:
    response = client.get(PATH, headers={"Authorization": f"Bearer {key}"})
    assert response.status_code == status, response.content
    return response.json()


def line_of(part: dict[str, Any]) -> tuple[str, ...]:
    """As the CSV file has it."""
    counts = {one["status"]: one["meter_count"] for one in part["statuses"]}
    capacity = part.get("capacity", {})
    powers = [capacity.get(name, "") for name in ("power_kw", "active_power_kw", "energy_kwh", "meters_without_power")]
    return tuple(
        map(
            str, [part.get("group", ""), part.get("name", ""), part["meter_count"], *map(counts.get, STATUSES), *powers]
        )
    )


def test_the_numbers_are_those_of_the_file(
    client: Client, api_key: Any, acme: Partner, borealis: Partner, user: User, client_of: Any
) -> None:
    fill(acme)
    fill(borealis)
    columns = ["group", "name", "meters", *(status.lower() for status in STATUSES)]
    columns += ["power_kw", "active_power_kw", "energy_kwh", "meters_without_power"]

    answer = ask(client, api_key[1])

    parts = ["programs", "states", "utilities", "device_types"]
    lines = [line_of(answer), *(line_of(group) for part in parts for group in answer[part])]
    assert lines == [tuple(line[column] for column in columns) for line in exported(client_of(user))]
    assert answer["capacity"]["counted_at"] == "2026-11-25T20:00:00Z"


def test_a_value_that_the_catalogue_does_not_know_is_its_own_name(client: Client, api_key: Any, acme: Partner) -> None:
    Meter.objects.filter(pk=meter(acme, 1, "ACTIVE").pk).update(device_type="OLD_TYPE")

    (group,) = ask(client, api_key[1])["device_types"]

    assert (group["group"], group["name"], group["meter_count"]) == ("OLD_TYPE", "OLD_TYPE", 1)


def test_a_key_needs_to_read_meters(client: Client, acme: Partner) -> None:
    _, weak = create_api_key(acme, name="weak", by=Actor.system(), permissions=[KeyPermission.CONNECTIONS])

    ask(client, weak, status=403)
