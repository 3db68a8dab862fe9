"""The published create-meters operations."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from onboarding.meters.models import Meter
from onboarding.uploads.models import Upload
from portal.events.actors import Actor
from portal.partners.keys import create_api_key, revoke_api_key
from portal.partners.models import ApiKey, Partner
from tests import builders
from tests.portal.api_contract import ERROR, JOB_AND_ASSETS, PAGED_JOBS, holds

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("catalogue")]
Key = tuple[ApiKey, str]
Api = Callable[..., Any]


@pytest.fixture
def api(api_key: Key) -> Api:
    return caller(api_key[1])


def caller(key: str) -> Api:
    def call(method: str, path: str, **kwargs: Any) -> Any:
        return getattr(Client(), method)(path, headers={"Authorization": f"Bearer {key}"}, **kwargs)

    return call


def post(api: Api, content: bytes, kind: str = "application/json", query: str = "") -> Any:
    return api("post", f"/v1.1/jobs/meters{query}", data=content, content_type=kind)


def test_json_job_commits_its_good_rows_without_a_preview(api: Api, run_jobs: Any) -> None:
    assets = [builders.asset(1), builders.asset(2) | {"device": {"battery_max_state_of_charge_percentage": 0.95}}]

    answer = post(api, builders.json_bytes(assets))
    assert answer.status_code == 201
    job_id = answer.json()["job_id"]
    assert api("get", f"/v1.1/jobs/meters/{job_id}").json()["status"] == "PROCESSING"
    run_jobs()

    job = api("get", f"/v1.1/jobs/meters/{job_id}").json()
    assert holds(job, JOB_AND_ASSETS)
    assert (job["status"], job["assets_count"], job["assets_created_count"], job["assets_failed_count"]) == (
        "COMPLETED_WITH_ERRORS",
        2,
        1,
        1,
    )
    assert job["transmission_regions"] == ["CAISO"]
    good, bad = job["assets"]
    assert (good["status"], good["status_detail"]["name"]) == ("COMPLETED", "METER_CREATED")
    assert good["meter_id"] == str(Meter.objects.get().pk)
    assert (bad["status"], bad["status_detail"]["name"]) == ("FAILED", "VALIDATION_ERROR")
    assert list(bad["status_detail"]["failed_fields"]) == ["device.battery_max_state_of_charge_percentage"]


def test_csv_job_reads_dot_paths_with_and_without_data(api: Api, run_jobs: Any) -> None:
    lines = [{f"data.{key}": value for key, value in builders.row(n).items()} for n in (1, 2)]

    answer = post(api, builders.csv_bytes(lines), "text/csv", "?file_name=meters.csv")
    run_jobs()

    job = api("get", f"/v1.1/jobs/meters/{answer.json()['job_id']}").json()
    assert (job["status"], job["file_name"], job["assets_created_count"]) == ("COMPLETED", "meters.csv", 2)


def test_missing_required_fields_refuse_the_request_naming_each(api: Api) -> None:
    broken = builders.asset(2)
    del broken["partner_reference"]
    del broken["customer"]["city"]

    answer = post(
        api, builders.json_bytes([builders.asset(1), broken, builders.asset(3) | {"transmission_region": "MARS"}])
    )

    assert answer.status_code == 400
    assert holds(answer.json(), ERROR)
    details = [(line["json_index"], line["problem_field"]) for line in answer.json()["details"]]
    assert sorted(details) == [(1, "customer.city"), (1, "partner_reference"), (2, "transmission_region")]
    assert Upload.objects.count() == 0


@pytest.mark.parametrize(
    "body",
    [b"", b"{", b"[]", b'{"assets": []}', b'{"assets": {}}', b'{"assets": [1]}', b'{"assets": [NaN]}', b"[" * 100_000],
)
def test_body_that_is_no_job_is_refused_plainly(api: Api, body: bytes) -> None:
    answer = post(api, body)

    assert answer.status_code == 400
    assert holds(answer.json(), ERROR)
    assert Upload.objects.count() == 0


def test_reference_again_is_a_duplicate_and_updates_when_asked(api: Api, run_jobs: Any) -> None:
    post(api, builders.json_bytes([builders.asset(1)]))
    run_jobs()
    meter = Meter.objects.get()
    changed = builders.asset(1) | {"customer_group": "North"}

    again = post(api, builders.json_bytes([changed])).json()["job_id"]
    update = post(api, builders.json_bytes([changed]), query="?update_existing=true").json()["job_id"]
    run_jobs()

    (asset,) = api("get", f"/v1.1/jobs/meters/{again}").json()["assets"]
    assert (asset["status"], asset["status_detail"]["name"]) == ("DUPLICATE", "DUPLICATE_REF_ID")
    assert str(meter.pk) in asset["status_detail"]["description"]
    (asset,) = api("get", f"/v1.1/jobs/meters/{update}").json()["assets"]
    assert (asset["status_detail"]["name"], asset["meter_id"]) == ("METER_UPDATED", str(meter.pk))
    meter.refresh_from_db()
    assert meter.customer_group == "North"


def test_unknown_property_is_named_and_not_stored(api: Api, run_jobs: Any) -> None:
    answer = post(api, builders.json_bytes([builders.asset(1) | {"colour": "teal"}]))
    run_jobs()

    (asset,) = api("get", f"/v1.1/jobs/meters/{answer.json()['job_id']}").json()["assets"]
    assert asset["status"] == "COMPLETED"
    assert "failed_fields" not in asset["status_detail"]
    assert [(line["field"], line["code"]) for line in asset["warnings"]] == [("colour", "UNKNOWN_PROPERTY")]


def test_list_pages_filters_and_searches(api: Api, run_jobs: Any) -> None:
    for n in range(1, 4):
        post(api, builders.json_bytes([builders.asset(n)]), query=f"?file_name=batch-{n}.json")
    run_jobs()

    first = api("get", "/v1.1/jobs/meters?page_size=2").json()
    rest = api("get", f"/v1.1/jobs/meters?page_size=2&page_token={first['next_page_token']}").json()
    assert holds(first, PAGED_JOBS)
    assert [job["file_name"] for job in first["jobs"] + rest["jobs"]] == [
        "batch-3.json",
        "batch-2.json",
        "batch-1.json",
    ]
    assert "next_page_token" not in rest

    def names(query: str) -> list[str]:
        return [job["file_name"] for job in api("get", f"/v1.1/jobs/meters?{query}").json()["jobs"]]

    assert names("filter=status:FAILED") == []
    assert names("filter=status:COMPLETED,FAILED&filter=file_name:batch-1") == ["batch-1.json"]
    assert len(names("filter=transmission_region:CAISO,NYISO")) == 3
    assert names("filter=transmission_region:NYISO") == []
    assert names("search_query=000002&search_fields=partner_reference&search_fields=file_name") == ["batch-2.json"]


@pytest.mark.parametrize(
    "query",
    [
        "page_size=0",
        "page_size=x",
        "page_token=zzz",
        "filter=colour:teal",
        "filter=status:LOST",
        "search_query=a",
        "search_query=a&search_fields=secret",
    ],
)
def test_list_refuses_what_it_does_not_know(api: Api, query: str) -> None:
    answer = api("get", f"/v1.1/jobs/meters?{query}")

    assert answer.status_code == 400
    assert holds(answer.json(), ERROR)


def test_file_name_outside_the_pattern_is_refused(api: Api) -> None:
    answer = post(api, builders.json_bytes([builders.asset(1)]), query="?file_name=../../etc/passwd")

    assert answer.status_code == 400


def test_other_partners_job_and_meter_are_not_found(api: Api, borealis: Partner, run_jobs: Any) -> None:
    job_id = post(api, builders.json_bytes([builders.asset(1)])).json()["job_id"]
    run_jobs()
    _, text = create_api_key(borealis, name="theirs", by=Actor.system())
    theirs = caller(text)

    job = theirs("get", f"/v1.1/jobs/meters/{job_id}")
    meter = theirs("get", f"/v2/meters/{Meter.objects.get().pk}")

    assert (job.status_code, meter.status_code) == (404, 404)
    assert holds(job.json(), ERROR)
    assert theirs("get", "/v1.1/jobs/meters").json() == {"jobs": []}


@pytest.mark.parametrize("header", [None, "Basic abc", "Bearer", "Bearer wrong", "Bearer a:b c", "Bearer é:ü"])
def test_without_a_key_the_answer_is_401(header: str | None) -> None:
    answer = Client().get("/v1.1/jobs/meters", headers={"Authorization": header} if header else {})

    assert answer.status_code == 401
    assert holds(answer.json(), ERROR)
    assert answer["WWW-Authenticate"] == "Bearer"


def test_revoked_key_is_no_key(api: Api, api_key: Key) -> None:
    revoke_api_key(api_key[0], by=Actor.system())

    assert api("get", "/v1.1/jobs/meters").status_code == 401


def test_wrong_content_type_is_415(api: Api) -> None:
    assert post(api, b"a: 1", "application/yaml").status_code == 415


def test_asset_that_contradicts_itself_fails_alone(
    client: Client, api_key: Any, acme: Partner, run_jobs: Callable[[], int]
) -> None:
    wrong = builders.asset(2) | {"transmission_region": "NYISO"}
    headers = {"Authorization": f"Bearer {api_key[1]}"}

    answer = client.post(
        "/v1.1/jobs/meters",
        builders.json_bytes([builders.asset(1), wrong]),
        content_type="application/json",
        headers=headers,
    )
    run_jobs()

    assert answer.status_code == 201
    assets = client.get(f"/v1.1/jobs/meters/{answer.json()['job_id']}", headers=headers).json()["assets"]
    assert [asset["status"] for asset in assets] == ["COMPLETED", "FAILED"]
    assert list(assets[1]["status_detail"]["failed_fields"]) == ["transmission_region"]


def test_job_whose_file_cannot_be_used_says_why(api: Api, run_jobs: Any) -> None:
    body = builders.csv_bytes([{**builders.row(1), "SN": "X1"}])

    job_id = api("post", "/v1.1/jobs/meters", data=body, content_type="text/csv").json()["job_id"]
    run_jobs()

    job = api("get", f"/v1.1/jobs/meters/{job_id}").json()
    assert (job["status"], job["assets"], job["status_detail"]["name"]) == ("FAILED", [], "VALIDATION_ERROR")
    assert "(SN)" in job["status_detail"]["description"]
