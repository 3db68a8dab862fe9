"""The published meter-details operations."""

import json
from typing import Any

import pytest
from django.test import Client

from onboarding.meters.domain import MeterChange, change_meters
from onboarding.meters.models import Meter
from portal.events.actors import Actor
from portal.partners.models import ApiKey
from tests import builders
from tests.portal.api_contract import ERROR, METER, METERS, holds

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("catalogue")]


@pytest.fixture
def call(api_key: tuple[ApiKey, str]) -> Any:
    def call(method: str, path: str, body: Any = None) -> Any:
        kwargs = {} if body is None else {"data": json.dumps(body), "content_type": "application/json"}
        return getattr(Client(), method)(path, headers={"Authorization": f"Bearer {api_key[1]}"}, **kwargs)

    return call


@pytest.fixture
def meters(call: Any, run_jobs: Any) -> list[Meter]:
    assets = [builders.asset(n) for n in range(1, 6)]
    assets[0]["load_types"] = ["HVAC", "EV_CHARGING"]
    assets[1]["customer_group"] = "North"
    call("post", "/v1.1/jobs/meters", {"assets": assets})
    run_jobs()
    return list(Meter.objects.order_by("partner_reference"))


def search(call: Any, **body: Any) -> list[str]:
    answer = call("post", "/v2/meters/search", body)
    assert answer.status_code == 200, answer.content
    assert holds(answer.json(), METERS)
    return [meter["partner_reference"] for meter in answer.json()["meters"]]


def test_meter_has_another_etag_once_it_changed(call: Any, meters: list[Meter]) -> None:
    first, again = (call("get", f"/v2/meters/{meters[0].pk}")["ETag"] for _ in range(2))

    change_meters(
        [MeterChange(meters[0], {"customer_group": "South"})],
        verb="meter.updated",
        partner=meters[0].partner,
        by=Actor.system(),
    )

    assert first == again != call("get", f"/v2/meters/{meters[0].pk}")["ETag"]


def test_meter_reads_back_as_it_was_sent(call: Any, meters: list[Meter]) -> None:
    answer = call("get", f"/v2/meters/{meters[0].pk}").json()

    assert holds(answer, METER)
    sent = builders.asset(1) | {"load_types": ["HVAC", "EV_CHARGING"]}
    assert {key: answer[key] for key in sent} == sent
    assert answer["audit"]["created_by"] == "PARTNER"


def test_meter_that_is_none_is_400_or_404(call: Any) -> None:
    for path, status in (("/v2/meters/nonsense", 400), ("/v2/meters/11111111-1111-1111-1111-111111111111", 404)):
        answer = call("get", path)
        assert answer.status_code == status
        assert holds(answer.json(), ERROR)


def test_search_filters(call: Any, meters: list[Meter]) -> None:
    first, second = "home-000001", "home-000002"

    assert len(search(call)) == 5
    assert search(call, load_types=["EV_CHARGING"]) == [first]
    assert search(call, customer_groups=["North"]) == [second]
    assert search(call, partner_references=[first, "no-such"]) == [first]
    assert search(call, meter_ids=[str(meters[1].pk)]) == [second]
    assert search(call, transmission_region="NYISO") == []
    assert search(call, meter_types=["UTILITY_METER"]) == []
    assert search(call, created_after_date_time="2099-01-01T00:00:00Z") == []
    assert len(search(call, created_before_date_time="2099-01-01T00:00:00Z", exclude_archived=True)) == 5
    assert len(search(call, partner_action_required=True)) == 5  # every one lacks CEC-DSGS's battery fields
    assert len(search(call, action_type=["NO_MISSING_FIELDS"])) == 5
    assert search(call, action_type=["DOCUMENTS_SIGNED"]) == []


def test_search_pages_without_losing_or_repeating(call: Any, meters: list[Meter]) -> None:
    seen: list[str] = []
    body: dict[str, Any] = {"page_size": 2}
    while True:
        answer = call("post", "/v2/meters/search", body).json()
        seen += [meter["partner_reference"] for meter in answer["meters"]]
        if "next_page_token" not in answer:
            break
        body["page_token"] = answer["next_page_token"]

    assert sorted(seen) == [meter.partner_reference for meter in meters]
    assert len(seen) == 5


@pytest.mark.parametrize(
    "body",
    [
        {"page_size": 501},
        {"page_size": 0},
        {"page_token": "made up"},
        {"transmission_region": "MARS"},
        {"meter_ids": ["x"]},
        {"meter_types": []},
        [],
        "text",
    ],
)
def test_search_refuses_what_the_contract_refuses(call: Any, body: Any) -> None:
    answer = call("post", "/v2/meters/search", body)

    assert answer.status_code == 400
    assert holds(answer.json(), ERROR)
