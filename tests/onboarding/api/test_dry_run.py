"""dry_run: the preview of what a request would do; nothing is stored."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings

from onboarding.meters.models import Meter
from onboarding.uploads.models import Upload
from portal.events.models import Event
from portal.partners.models import Partner
from tests import builders
from tests.onboarding.api.conftest import Call

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("catalogue")]
JOBS = "/v1.1/jobs/meters"
WHOLE = builders.asset(3) | {
    "device": {"battery_power_capacity_kw": 5, "battery_energy_capacity_kwh": 13.5},
    "site": {"number_of_devices": 1},
}


@pytest.fixture
def known(call: Call, run_jobs: Callable[[], int]) -> Meter:
    call("post", JOBS, {"assets": [builders.asset(1)]})
    run_jobs()
    return Meter.objects.get()


def counted() -> tuple[int, int, int, list[Path]]:
    files = sorted(Path(settings.MEDIA_ROOT, "uploads", str(Partner.objects.get().pk)).glob("*"))
    return Meter.objects.count(), Upload.objects.count(), Event.objects.count(), files


def test_each_asset_says_what_would_happen_and_nothing_is_stored(call: Call, known: Meter) -> None:
    before = counted()
    bad = builders.asset(2) | {"device": {"battery_max_state_of_charge_percentage": 0.95}, "color": "teal"}

    answer = call("post", f"{JOBS}?dry_run=true", {"assets": [builders.asset(1), bad, WHOLE, {}]})

    assert (answer.status_code, counted()) == (200, before)
    said = answer.json()
    assert [asset["outcome"] for asset in said["assets"]] == ["DUPLICATE", "NEEDS_FIXING", "CREATE", "NEEDS_FIXING"]
    assert (said["would_be_refused"], said["assets_count"], said["outcomes"]["CREATE"]) == (True, 4, 1)
    duplicate, fixing, created, empty = said["assets"]
    assert duplicate["meter_id"] == str(known.pk)
    assert [(one["field"], one["code"]) for one in fixing["warnings"]] == [("color", "UNKNOWN_PROPERTY")]
    assert fixing["errors"][0]["suggestion"] == "95"
    (program,) = [one for one in created["programs"] if one["joins"]]
    assert (program["program_identifier"], program["enrollment_status"]) == ("CEC-DSGS", "ELIGIBLE")
    assert "meter_id" not in created
    assert len(empty["errors"]) == 9


def test_update_says_which_fields_would_change_and_what_programs_lack(call: Call, known: Meter) -> None:
    changed = builders.asset(1) | {"customer_group": "North"}

    said = call("post", f"{JOBS}?dry_run=true&update_existing=true", {"assets": [changed, builders.asset(1)]}).json()

    update, repeated = said["assets"]
    assert (update["outcome"], update["meter_id"]) == ("UPDATE", str(known.pk))
    assert update["changes"] == [{"field": "customer_group", "old": None, "new": "North"}]
    assert "site.number_of_devices" in update["programs"][0]["missing_fields"]
    assert (repeated["outcome"], repeated["errors"][0]["code"]) == ("DUPLICATE", "DUPLICATE_IN_FILE")


def test_csv_is_previewed_by_its_rows(call: Call, known: Meter) -> None:
    before = counted()
    rows = [builders.row(1), builders.row(2, device__battery_power_capacity_kw="abc") | {"Favorite color": "teal"}]

    said = call("post", f"{JOBS}?dry_run=true", builders.csv_bytes(rows)).json()

    assert counted() == before
    assert [(one["csv_row"], one["outcome"]) for one in said["assets"]] == [(2, "DUPLICATE"), (3, "NEEDS_FIXING")]
    assert [one["field"] for one in said["assets"][1]["errors"]] == ["device.battery_power_capacity_kw"]
    assert [(one["field"], one["code"]) for one in said["warnings"]] == [("Favorite color", "UNKNOWN_COLUMN")]


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"assets": [builders.asset(1)] * 1001}, 413),
        (builders.csv_bytes(builders.rows(1001)), 413),
        ({"assets": []}, 400),
        (b"", 400),
        (b"no,column\n1,2\n", 400),
        (b'{"assets": [{}], "\\u0061ssets": [{}]}', 400),
    ],
)
def test_what_is_no_request_is_refused(call: Call, body: Any, status: int) -> None:
    answer = call("post", f"{JOBS}?dry_run=true", body)

    assert (answer.status_code, bool(answer.json()["title"])) == (status, True)


def test_dry_run_and_job_agree_on_types(call: Call, run_jobs: Callable[[], int]) -> None:
    asset = builders.asset(1) | {"partner_reference": 7700123, "load_types": "BATTERY_STORAGE"}

    said = call("post", f"{JOBS}?dry_run=true", {"assets": [asset]}).json()["assets"][0]
    job_id = call("post", JOBS, {"assets": [asset]}).json()["job_id"]
    run_jobs()
    (done,) = call("get", f"{JOBS}/{job_id}").json()["assets"]

    assert (said["outcome"], done["status"]) == ("CREATE", "COMPLETED")
    assert said["partner_reference"] == done["partner_reference"] == "7700123"
    assert said["warnings"] == done["warnings"]


@pytest.mark.parametrize("value", [True, ["home-1"], {"id": "home-1"}, 1.5, 10**15])
def test_reference_of_a_wrong_type_refuses_the_request_at_its_index(call: Call, value: object) -> None:
    answer = call("post", JOBS, {"assets": [builders.asset(1), builders.asset(2) | {"partner_reference": value}]})

    (line,) = answer.json()["details"]
    assert (answer.status_code, line["json_index"], line["problem_field"]) == (400, 1, "partner_reference")
    assert (Meter.objects.count(), Upload.objects.count()) == (0, 0)
