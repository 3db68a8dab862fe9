"""createSingleMeter and its tokens."""

from datetime import datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client

from onboarding.api.create_meters.models import OnboardingToken
from onboarding.api.create_meters.tokens import drop_expired_tokens
from onboarding.meters.models import Meter
from onboarding.uploads.models import Upload
from portal.events.actors import Actor
from portal.events.models import Event
from portal.partners.keys import create_api_key
from portal.partners.models import Partner
from tests import builders
from tests.onboarding.api.conftest import Call
from tests.portal.api_contract import ASSET_STATUS, holds

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("catalogue")]
METERS, TOKENS = "/v1.1/meters", "/v1.1/onboarding-tokens"


def token(call: Call, **body: Any) -> str:
    answer = call("post", TOKENS, body)
    assert answer.status_code == 201, answer.content
    return str(answer.json()["onboarding_token"])


def submit(call: Call, text: str, asset: Any, query: str = "") -> Any:
    return call("post", f"{METERS}{query}", {"onboarding_token": text, "provisional_asset": asset})


def test_one_meter_is_created_at_once_with_the_default_values(call: Call) -> None:
    text = token(
        call, default_values={"transmission_region": "CAISO", "customer": {"city": "Oakland", "street_2": "2"}}
    )
    asset = builders.asset(1)
    del asset["transmission_region"]

    answer = submit(call, text, asset)

    assert answer.status_code == 200
    assert holds(answer.json(), ASSET_STATUS)
    meter = Meter.objects.get()
    assert answer.json()["meter_id"] == str(meter.pk)
    assert (answer.json()["status"], answer.json()["status_detail"]["name"]) == ("COMPLETED", "METER_CREATED")
    assert (meter.transmission_region, meter.city) == ("CAISO", "San Francisco")
    assert meter.data["customer"]["street_2"] == "2"
    assert answer.json()["data"]["customer"]["street_2"] == "2"
    assert call("get", f"/v1.1/jobs/meters/{answer.json()['job_id']}").json()["status"] == "COMPLETED"


def test_the_same_submission_again_creates_nothing_and_another_one_is_refused(call: Call) -> None:
    text = token(call)
    first = submit(call, text, builders.asset(1)).json()

    again = submit(call, text, builders.asset(1))
    other = submit(call, text, builders.asset(2))

    assert again.json() == first
    assert (other.status_code, other.json()["errors"][0]["field"]) == (400, "onboarding_token")
    assert (Meter.objects.count(), Upload.objects.count()) == (1, 1)


def test_failed_creation_answers_200_and_leaves_the_token(call: Call) -> None:
    text = token(call)
    wrong = builders.asset(1) | {"device": {"battery_max_state_of_charge_percentage": 0.95}}

    failed = submit(call, text, wrong)
    mended = submit(call, text, builders.asset(1))

    assert (failed.status_code, failed.json()["status"]) == (200, "FAILED")
    assert list(failed.json()["status_detail"]["failed_fields"]) == ["device.battery_max_state_of_charge_percentage"]
    assert "data" not in failed.json()
    assert mended.json()["status"] == "COMPLETED"


def test_known_reference_is_a_duplicate_and_updates_when_asked(call: Call) -> None:
    submit(call, token(call), builders.asset(1))
    changed = builders.asset(1) | {"customer_group": "North"}

    duplicate = submit(call, token(call), changed).json()
    updated = submit(call, token(call), changed, "?update_existing=true").json()

    assert (duplicate["status"], duplicate["status_detail"]["name"]) == ("DUPLICATE", "DUPLICATE_REF_ID")
    assert (updated["status"], updated["status_detail"]["name"]) == ("COMPLETED", "METER_UPDATED")
    assert Meter.objects.get().customer_group == "North"


@pytest.mark.parametrize(
    ("asset", "fields"),
    [
        ({}, 9),
        (builders.asset(1) | {"partner_reference": True}, 1),
        (builders.asset(1) | {"transmission_region": "CAISO1"}, 1),
    ],
)
def test_asset_that_cannot_be_taken_is_400_with_its_fields(call: Call, asset: Any, fields: int) -> None:
    answer = submit(call, token(call), asset)

    assert answer.status_code == 400
    assert len(answer.json()["errors"]) == fields
    assert all(error["field"] and error["description"] for error in answer.json()["errors"])
    assert Upload.objects.count() == 0


def test_likely_value_is_suggested(call: Call) -> None:
    answer = submit(call, token(call), builders.asset(1) | {"meter_type": "DEVISE"})

    (error,) = answer.json()["errors"]
    assert error["suggestions"] == [{"suggestions": [{"field": "meter_type", "suggestion": "DEVICE"}]}]


@pytest.mark.parametrize("body", [{}, {"onboarding_token": 7, "provisional_asset": []}, {"provisional_asset": {}}])
def test_request_without_its_parts_is_400(call: Call, body: Any) -> None:
    answer = call("post", METERS, body)

    assert (answer.status_code, "errors" in answer.json()) == (400, True)


def test_tokens_of_others_expired_and_made_up_ones_are_refused(call: Call, borealis: Partner) -> None:
    key = create_api_key(borealis, name="theirs", by=Actor.system())[1]
    theirs = (
        Client()
        .post(TOKENS, {}, content_type="application/json", headers={"Authorization": f"Bearer {key}"})
        .json()["onboarding_token"]
    )
    old = token(call, expires_in_days=1)
    OnboardingToken.objects.filter(partner__slug="acme").update(expires_at=datetime.fromisoformat("2020-01-01T00:00Z"))

    answers = [submit(call, text, builders.asset(1)) for text in (theirs, old, "eyJ.made.up")]

    assert [answer.status_code for answer in answers] == [400] * 3
    assert Meter.objects.count() == 0


@pytest.mark.parametrize(
    "defaults", [{"meter_type": True}, {"meter_type": "DEVISE"}, {"customer": "x"}, [], {"customer": {"city": "<b>"}}]
)
def test_default_values_that_no_meter_can_have_are_refused(call: Call, defaults: Any) -> None:
    assert call("post", TOKENS, {"default_values": defaults or "x"}).status_code == 400


def test_dry_run_needs_no_token_and_stores_nothing(call: Call) -> None:
    answer = call("post", f"{METERS}?dry_run=true", {"provisional_asset": builders.asset(1)})

    assert answer.json()["outcomes"]["CREATE"] == 1
    assert (Meter.objects.count(), Upload.objects.count()) == (0, 0)


def test_dry_run_refuses_a_token_that_was_used_as_the_request_would(call: Call) -> None:
    text = token(call)
    submit(call, text, builders.asset(1))

    tried, done = submit(call, text, builders.asset(2), "?dry_run=true"), submit(call, text, builders.asset(2))
    same = submit(call, text, builders.asset(1), "?dry_run=true")

    assert (tried.status_code, tried.json()["errors"]) == (400, done.json()["errors"])
    assert same.json()["outcomes"]["CREATE"] == 0


def test_names_that_nobody_knows_are_warned_of(call: Call) -> None:
    made = call("post", TOKENS, {"expire_in_days": 5}).json()
    body = {"onboarding_token": made["onboarding_token"], "provisional_asset": builders.asset(1)}

    answer = call("post", METERS, body | {"update_existing": True}).json()

    assert [warning["field"] for warning in made["warnings"]] == ["expire_in_days"]
    assert [warning["field"] for warning in answer["warnings"]] == ["update_existing"]


@pytest.mark.parametrize("body", [[], {"default_values": []}, {"default_values": False}])
def test_token_is_not_made_from_what_is_no_object(call: Call, body: Any) -> None:
    assert call("post", TOKENS, body).status_code == 400


def test_token_and_meter_are_in_the_log(call: Call, acme: Partner) -> None:
    submit(call, token(call), builders.asset(1))

    verbs = set(Event.objects.filter(partner=acme, actor_kind="api_key").values_list("verb", flat=True))
    assert {"onboardingtoken.created", "meter.created", "upload.committed"} <= verbs


def test_old_tokens_are_dropped(call: Call) -> None:
    token(call, expires_in_days=1)

    with time_machine.travel(datetime.now().astimezone() + timedelta(days=32)):
        drop_expired_tokens()

    assert OnboardingToken.objects.count() == 0
