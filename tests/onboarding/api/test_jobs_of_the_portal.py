"""What the API says of uploads that were not sent by it, that stopped, or that were taken back."""

from collections.abc import Callable
from typing import Any

import pytest

from onboarding.meters.models import Meter
from onboarding.uploads.models import Upload, UploadRow, UploadState
from onboarding.uploads.pipeline.commit import confirm_upload
from onboarding.uploads.pipeline.withdraw import withdraw_upload
from onboarding.uploads.states import move
from portal.events.actors import Actor
from portal.partners.models import Partner
from portal.problems import Problem
from tests import builders
from tests.onboarding.api.conftest import Call

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("catalogue")]
JOBS, ASSETS = "/v1.1/jobs/meters", "/v1.1/provisional-assets"


def listed(call: Call, query: str = "") -> list[str]:
    return [job["job_id"] for job in call("get", f"{JOBS}{query}").json()["jobs"]]


def statuses(call: Call, query: str = "") -> list[str]:
    return [asset["status"] for asset in call("get", f"{ASSETS}{query}").json()["provisional_assets"]]


def test_file_that_nobody_confirmed_is_no_job(
    call: Call, acme: Partner, send: Any, run_jobs: Callable[[], int]
) -> None:
    upload = send(acme, builders.csv_bytes(builders.rows(2)), "meters.csv")

    before = (listed(call), statuses(call), call("get", f"{JOBS}/{upload.pk}").status_code)
    confirm_upload(upload, by=Actor.system())
    run_jobs()

    assert before == ([], [], 404)
    assert (listed(call), statuses(call)) == ([str(upload.pk)], ["COMPLETED"] * 2)


@pytest.mark.parametrize(
    ("written_to", "status", "rows"),
    [(-1, "FAILED", ["FAILED"] * 3), (2, "COMPLETED_WITH_ERRORS", ["COMPLETED", "FAILED", "FAILED"])],
)
def test_stopped_commit_ends_with_the_results_of_its_rows(
    call: Call, acme: Partner, send: Any, written_to: int, status: str, rows: list[str]
) -> None:
    upload = send(
        acme, builders.csv_bytes([*builders.rows(2), builders.row(3, device__battery_power_capacity_kw="x")]), "m.csv"
    )
    confirm_upload(upload, by=Actor.system())
    upload.refresh_from_db()
    Upload.objects.filter(pk=upload.pk).update(written_to=written_to)
    move(upload, UploadState.READY, problem=Problem("COMMIT_STOPPED").as_json())

    job = call("get", f"{JOBS}/{upload.pk}").json()

    assert (job["status"], [asset["status"] for asset in job["assets"]]) == (status, rows)
    assert job["assets_created_count"] + job["assets_failed_count"] == job["assets_count"] == 3
    assert job["status_detail"]["name"] == "PROCESSING_ERROR"
    assert listed(call, f"?filter=status:{status}") == [str(upload.pk)]
    assert listed(call, "?filter=status:PROCESSING,COMPLETED") == []
    assert statuses(call) == rows
    assert len(statuses(call, "?filter=status:FAILED")) == rows.count("FAILED")
    assert len(statuses(call, "?filter=status:COMPLETED")) == rows.count("COMPLETED")


def test_job_that_was_taken_back_stays_and_says_so(
    call: Call, acme: Partner, send: Any, run_jobs: Callable[[], int]
) -> None:
    upload = send(acme, builders.csv_bytes(builders.rows(1)), "meters.csv")
    confirm_upload(upload, by=Actor.system())
    run_jobs()
    withdraw_upload(upload, by=Actor.system())
    run_jobs()

    job = call("get", f"{JOBS}/{upload.pk}").json()

    (asset,) = job["assets"]
    assert (Meter.objects.count(), job["status"], asset["status"]) == (0, "COMPLETED", "COMPLETED")
    assert "meter_id" not in asset
    assert asset["status_detail"]["description"] == "A new meter was created. Taken back: meter removed."


def test_rows_that_somebody_left_out_are_no_assets(
    call: Call, acme: Partner, send: Any, run_jobs: Callable[[], int]
) -> None:
    upload = send(acme, builders.csv_bytes(builders.rows(2)), "meters.csv")
    UploadRow.objects.filter(upload=upload, number=3).update(plan="left_out")
    Upload.objects.filter(pk=upload.pk).update(counts={"create": 1, "left_out": 1, "rows": 2})
    confirm_upload(Upload.objects.get(pk=upload.pk), by=Actor.system())
    run_jobs()

    job = call("get", f"{JOBS}/{upload.pk}").json()

    assert (job["assets_count"], len(job["assets"]), statuses(call)) == (1, 1, ["COMPLETED"])


def test_unknown_columns_and_fields_are_warnings_that_name_them(call: Call, run_jobs: Callable[[], int]) -> None:
    rows = builders.csv_bytes([builders.row(1) | {"Favorite color": "teal"}])
    by_csv = call("post", JOBS, rows).json()["job_id"]
    by_json = call("post", JOBS, {"assets": [builders.asset(2) | {"color": "teal"}], "reply_to": "x"}).json()["job_id"]
    run_jobs()

    csv_job, json_job = (call("get", f"{JOBS}/{pk}").json() for pk in (by_csv, by_json))

    assert (csv_job["status"], json_job["status"]) == ("COMPLETED", "COMPLETED")
    assert [(one["field"], one["code"]) for one in csv_job["warnings"]] == [("Favorite color", "UNKNOWN_COLUMN")]
    assert [(one["field"], one["code"]) for one in json_job["warnings"]] == [("reply_to", "UNKNOWN_PROPERTY")]
    assert [one["field"] for one in json_job["assets"][0]["warnings"]] == ["color"]
