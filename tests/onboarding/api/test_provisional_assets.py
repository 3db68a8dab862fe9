"""listProvisionalAssets: pages, filters, searches, CSV."""

import csv
import io
from collections.abc import Callable

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from portal.events.actors import Actor
from portal.partners.keys import create_api_key
from portal.partners.models import Partner
from tests import builders
from tests.onboarding.api.conftest import Call
from tests.portal.api_contract import PROVISIONAL_ASSETS, holds

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("catalogue")]
JOBS, ASSETS = "/v1.1/jobs/meters", "/v1.1/provisional-assets"
BAD = {"device": {"device_serial_number": "SN-JSON", "battery_max_state_of_charge_percentage": 0.95}}
# leap.md 2.4
HEADER = (
    "job_id, partner_reference, status, status_detail.description, data.partner_reference, data.transmission_region, "
    "data.customer_classification, data.load_types.0, data.load_types.1, data.meter_type, data.customer.street_1, "
    "data.customer.postal_code, data.customer.city, data.customer.state_or_province_code, data.customer.country_code, "
    "data.customer.street_2, data.customer.end_customer_name, data.customer.end_customer_title, "
    "data.customer.end_customer_email, data.customer.end_customer_phone_number, "
    "data.customer.end_customer_company_name, data.customer.partner_offering_name, "
    "data.customer.partner_offering_date, data.customer.dispatch_option, data.customer.billing.street_1, "
    "data.customer.billing.postal_code, data.customer.billing.city, data.customer.billing.state_or_province_code, "
    "data.customer.billing.country_code, data.customer.billing.street_2, data.device.device_serial_number, "
    "data.device.device_model, data.device.device_manufacturer, data.device.install_date, "
    "data.device.permission_to_operate_date, data.site.load_zone, data.site.generator_manufacturer, "
    "data.site.generator_fuel_type, data.site.generator_serial_number, data.nyiso.existing_nyiso_resource_id, "
    "data.utility.utility_name, data.utility.load_serving_entity, data.utility.electric_service_account_number, "
    "data.utility.tariff, data.utility.voltage, data.utility.utility_meter_serial_number, created_at, "
    "status_detail.failed_fields.0.key, status_detail.failed_fields.0.value"
)


@pytest.fixture
def jobs(call: Call, run_jobs: Callable[[], int]) -> list[str]:
    """A job by JSON (one good asset, one bad), and after it one by CSV (one good row, one bad, one duplicate)."""
    broken = builders.row(4, device__battery_power_capacity_kw="abc", customer__end_customer_name="=1+1")
    first = call("post", JOBS, {"assets": [builders.asset(1), builders.asset(2) | BAD]})
    run_jobs()
    second = call(
        "post", f"{JOBS}?file_name=second.csv", builders.csv_bytes([builders.row(3), broken, builders.row(1)])
    )
    run_jobs()
    return [first.json()["job_id"], second.json()["job_id"]]


def references(call: Call, query: str = "") -> list[str]:
    answer = call("get", f"{ASSETS}{query}").json()
    assert holds(answer, PROVISIONAL_ASSETS)
    return [asset["partner_reference"] for asset in answer["provisional_assets"]]


def test_newest_job_comes_first_and_pages_go_on(call: Call, jobs: list[str]) -> None:
    wanted = ["home-000003", "home-000004", "home-000001", "home-000001", "home-000002"]
    pages, token = [], ""
    for _ in range(3):
        page = call("get", f"{ASSETS}?page_size=2&page_token={token}").json()
        pages += [asset["partner_reference"] for asset in page["provisional_assets"]]
        token = page.get("next_page_token", "")

    assert (references(call), pages, token) == (wanted, wanted, "")


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("filter=status:FAILED", ["home-000004", "home-000002"]),
        ("filter=status:DUPLICATE,FAILED", ["home-000004", "home-000001", "home-000002"]),
        ("filter=status:COMPLETED&filter=transmission_region:CAISO,NYISO", ["home-000003", "home-000001"]),
        ("filter=transmission_region:NYISO", []),
        ("filter=partner_reference:home-000001", ["home-000001", "home-000001"]),
        ("search_query=sn-json,00000004&search_fields=device_serial_number", ["home-000004", "home-000002"]),
        ("search_query=00000003&search_fields=partner_reference&search_fields=device_serial_number", ["home-000003"]),
        ("search_query=SECOND&search_fields=file_name", ["home-000003", "home-000004", "home-000001"]),
    ],
)
def test_filters_and_searches(call: Call, jobs: list[str], query: str, expected: list[str]) -> None:
    assert references(call, f"?{query}") == expected


def test_one_job_alone(call: Call, jobs: list[str]) -> None:
    assert references(call, f"?filter=job_id:{jobs[0]}") == ["home-000001", "home-000002"]


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("filter=color:teal", "filter"),
        ("filter=status:LOST", "filter"),
        ("filter=job_id:first", "filter"),
        ("search_query=a", "search_fields"),
        ("search_query=a&search_fields=secret", "search_fields"),
        ("page_token=zzz", "page_token"),
        ("page_size=0", "page_size"),
        (f"search_fields=file_name&search_query={','.join('a' * 101)}", "search_query"),
    ],
)
@pytest.mark.parametrize("accept", ["application/json", "text/csv"])
def test_what_is_not_known_is_refused_in_the_published_shape(call: Call, query: str, field: str, accept: str) -> None:
    answer = call("get", f"{ASSETS}?{query}", Accept=accept)

    assert (answer.status_code, answer["Content-Type"]) == (400, "application/json")
    assert answer.json()["problem_field"] == field
    assert answer.json()["message"]


def test_csv_has_the_documented_columns_and_is_safe_to_open(call: Call, jobs: list[str]) -> None:
    answer = call("get", ASSETS, Accept="text/csv")

    lines = list(csv.reader(io.StringIO(b"".join(answer.streaming_content).decode())))
    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    assert lines[0] == HEADER.split(", ")
    rows = [dict(zip(lines[0], line, strict=True)) for line in lines[1:]]
    assert [row["status"] for row in rows] == ["COMPLETED", "FAILED", "DUPLICATE", "COMPLETED", "FAILED"]
    assert rows[1]["data.customer.end_customer_name"] == "'=1+1"
    assert rows[1]["status_detail.failed_fields.0.key"] == "customer.end_customer_name"
    assert rows[0]["data.utility.electric_service_account_number"] == "1100000003"
    assert rows[4]["data.device.device_serial_number"] == "SN-JSON"
    assert {row["job_id"] for row in rows} == set(jobs)


def test_csv_is_a_page_when_it_is_asked_for(call: Call, jobs: list[str]) -> None:
    answer = call("get", f"{ASSETS}?page_size=2", Accept="text/csv")

    assert b"".join(answer.streaming_content).count(b"\r\n") == 3


def test_others_see_none_of_them(jobs: list[str], borealis: Partner) -> None:
    key = create_api_key(borealis, name="theirs", by=Actor.system())[1]

    answer = Client().get(ASSETS, headers={"Authorization": f"Bearer {key}"})

    assert answer.json() == {"provisional_assets": []}


def test_queries_grow_neither_with_rows_nor_with_jobs(call: Call, run_jobs: Callable[[], int]) -> None:
    def queries(*jobs: tuple[int, int]) -> int:
        for first, count in jobs:
            call("post", JOBS, {"assets": [builders.asset(n) for n in range(first, first + count)]})
        run_jobs()
        with CaptureQueriesContext(connection) as caught:
            assert len(references(call, "?filter=status:COMPLETED")) >= sum(count for _, count in jobs)
        return len(caught)

    first = queries((1, 1))

    assert first == queries((11, 1), (21, 3), (31, 3))
