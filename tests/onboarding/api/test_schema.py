"""The API's own description: a snapshot of it, and real answers held against it and against the published contract."""

import os
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml
from django.core.management import call_command
from django.test import Client
from django.utils import timezone

from onboarding.meters.models import Meter
from portal.api.schema import COMMON
from portal.events.actors import Actor
from portal.partners.keys import create_api_key
from portal.partners.models import ApiKey, KeyPermission, Partner
from portal.security.models import LimitCount
from portal.webhooks.domain import create_endpoint
from programs.models import Field
from tests import builders
from tests.onboarding.connect import builders as connect
from tests.onboarding.intervals import uploads as interval_uploads
from tests.portal.api_contract import ANSWERS, ERROR, WEBHOOK_ERROR, holds

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("catalogue")]

SNAPSHOT = Path(__file__).with_name("schema.yml")
RENEW = 'RENEW_SCHEMA=1 make test ARGS="-n 0 tests/onboarding/api/test_schema.py"'
NOBODY = "11111111-1111-1111-1111-111111111111"
JOBS, METERS, PARTICIPATION = "/v1.1/jobs/meters", "/v2/meters", "/v1.1/enrollment/meters"
CONNECTIONS, EVENTS, WEBHOOKS = "/v1.1/connections", "/v1.1/events", "/v1.1/webhooks"
SINGLE, CHANGES, TOKENS, ASSETS = "/v1.1/meters", "/v1.1/meters", "/v1.1/onboarding-tokens", "/v1.1/provisional-assets"
INTERVALS, INTERVAL_UPLOADS = "/v1.1/interval-data", "/v1.1/jobs/interval-data-uploads"
MISSING = "/v1.1/missing-interval-data/search"
REFRESH = "market-registrations/refresh-requests"
REFERENCE = {"partner_meter_ref": "home-two"}
IDLE = {"start_date": "2099-01-01", "end_date": "2099-01-31"}
LEAVE = {"date": "2099-01-01", "reason": "Sold"}


def description() -> dict[str, Any]:
    description: dict[str, Any] = yaml.safe_load(SNAPSHOT.read_text())
    return description


def operations() -> Iterator[dict[str, Any]]:
    for path in description()["paths"].values():
        yield from path.values()


def test_description_is_the_snapshot_without_warnings(tmp_path: Path) -> None:
    made = tmp_path / "schema.yml"

    call_command("spectacular", file=str(made), validate=True, fail_on_warn=True)

    if os.environ.get("RENEW_SCHEMA"):
        SNAPSHOT.write_text(made.read_text())
    assert made.read_text() == SNAPSHOT.read_text(), f"The API's description changed. If that is meant: {RENEW}"


def test_description_follows_the_catalogue(tmp_path: Path) -> None:
    Field.objects.create(path="device.color", label="Color", section="Device", help="As painted.", max_length=20)
    made = tmp_path / "schema.yml"

    call_command("spectacular", file=str(made), validate=True, fail_on_warn=True)

    schemas = yaml.safe_load(made.read_text())["components"]["schemas"]
    for name in ("CreateMeter", "MeterDetailsResponse"):
        color = schemas[name]["properties"]["device"]["properties"]["color"]
        assert color == {"type": "string", "maxLength": 20, "description": "As painted."}
    assert "device" not in schemas["MeterEnrollmentResponse"]["properties"]


def test_every_object_that_is_answered_is_described() -> None:
    for operation in operations():
        for status, answer in operation["responses"].items():
            for kind, content in answer.get("content", {}).items():
                is_text = content["schema"] == {"type": "string"}
                is_plain_error = status == "500" and "Webhook" not in operation["operationId"]
                assert is_text if is_plain_error or kind == "text/csv" else "$ref" in content["schema"]


def test_every_operation_describes_what_all_of_them_answer() -> None:
    for operation in operations():
        answers, own = operation["responses"], operation["operationId"]
        parameters = operation.get("parameters", [])
        assert {"400", "401", "403", "406", "414", "429", "500"} <= set(answers), own
        assert all("X-Request-Id" in answer["headers"] for answer in answers.values()), own
        assert {"Retry-After", "RateLimit-Remaining"} <= set(answers["429"]["headers"]), own
        assert ({"$ref": "#/components/parameters/IdempotencyKey"} in parameters) == ("422" in answers), own


# (operation, status, method, path, body or raw text); {meter}, {job} and {theirs} are put in.
Case = tuple[str, int, str, str, Any]
CASES: list[Case] = [
    ("listMeterBatchJobs", 200, "get", JOBS, None),
    ("listMeterBatchJobs", 400, "get", f"{JOBS}?page_size=0", None),
    ("createMeterBatchJob", 201, "post", JOBS, {"assets": [builders.asset(7)]}),
    ("createMeterBatchJob", 400, "post", JOBS, {"assets": [{}]}),
    ("createMeterBatchJob", 400, "post", f"{JOBS}?update_existing=perhaps", {"assets": [builders.asset(7)]}),
    ("createMeterBatchJob", 400, "post", JOBS, "{"),
    ("getMeterBatchJob", 200, "get", f"{JOBS}/{{job}}", None),
    ("getMeterBatchJob", 400, "get", f"{JOBS}/first", None),
    ("getMeterBatchJob", 404, "get", f"{JOBS}/{{their_job}}", None),
    ("createMeterBatchJob", 200, "post", f"{JOBS}?dry_run=true", {"assets": [builders.asset(7), {}]}),
    ("createMeterBatchJob", 413, "post", f"{JOBS}?dry_run=true", {"assets": [{}] * 1001}),
    ("listMeterBatchJobsFilters", 200, "get", "/v1.1/jobs/meter-job-filters", None),
    ("createOnboardingToken", 201, "post", TOKENS, {"default_values": {"transmission_region": "CAISO"}}),
    ("createOnboardingToken", 400, "post", TOKENS, {"default_values": {"meter_type": True}}),
    ("createSingleMeter", 200, "post", SINGLE, {"onboarding_token": "{token}", "provisional_asset": builders.asset(9)}),
    ("createSingleMeter", 400, "post", SINGLE, {"onboarding_token": "{token}", "provisional_asset": {}}),
    ("createSingleMeter", 400, "post", SINGLE, "{"),
    ("listProvisionalAssets", 200, "get", f"{ASSETS}?page_size=1", None),
    ("listProvisionalAssets", 400, "get", f"{ASSETS}?filter=color:red", None),
    ("listProvisionalAssetsFilters", 200, "get", f"{ASSETS}-filters", None),
    ("checkEligibility", 200, "post", "/v1.1/eligibility", {"asset": {"customer": {"postal_code": "94103"}}}),
    ("checkEligibility", 400, "post", "/v1.1/eligibility", {"asset": []}),
    (
        "updatePartnerMeterRef",
        200,
        "patch",
        f"{CHANGES}/{{meter}}/partner_meter_ref",
        {"partner_meter_ref": "home-one"},
    ),
    ("updatePartnerMeterRef", 400, "patch", f"{CHANGES}/{{meter}}/partner_meter_ref", {"partner_meter_ref": "a?b"}),
    ("updatePartnerMeterRef", 404, "patch", f"{CHANGES}/{{theirs}}/partner_meter_ref", {"partner_meter_ref": "abc"}),
    (
        "updatePartnerMeterRefs",
        200,
        "patch",
        f"{CHANGES}/partner_meter_ref",
        {"meters": [{**REFERENCE, "meter_id": "{idle}"}]},
    ),
    ("updatePartnerMeterRefs", 400, "patch", f"{CHANGES}/partner_meter_ref", {"meters": []}),
    (
        "updatePartnerMeterRefs",
        404,
        "patch",
        f"{CHANGES}/partner_meter_ref",
        {"meters": [{**REFERENCE, "meter_id": "{theirs}"}]},
    ),
    ("addMeterTags", 200, "post", f"{CHANGES}/tags", {"meter_ids": ["{meter}"], "tags": ["summer"]}),
    ("addMeterTags", 400, "post", f"{CHANGES}/tags", {"meter_ids": ["{meter}"], "tags": ["a,b"]}),
    ("addMeterTags", 404, "post", f"{CHANGES}/tags", {"meter_ids": ["{theirs}"], "tags": ["summer"]}),
    ("removeMeterTags", 200, "delete", f"{CHANGES}/tags", {"meter_ids": ["{meter}"], "tags": ["summer"]}),
    ("removeMeterTags", 400, "delete", f"{CHANGES}/tags", {"meter_ids": []}),
    ("removeMeterTags", 404, "delete", f"{CHANGES}/tags", {"meter_ids": ["{theirs}"], "tags": ["summer"]}),
    ("createMarketRegistrationRefreshRequest", 200, "post", f"{METERS}/{{utility}}/{REFRESH}", None),
    ("createMarketRegistrationRefreshRequest", 400, "post", f"{METERS}/{{meter}}/{REFRESH}", None),
    ("createMarketRegistrationRefreshRequest", 404, "post", f"{METERS}/{{theirs}}/{REFRESH}", None),
    ("getMeterDetails", 200, "get", f"{METERS}/{{meter}}", None),
    ("getMeterDetails", 400, "get", f"{METERS}/first", None),
    ("getMeterDetails", 404, "get", f"{METERS}/{{theirs}}", None),
    ("searchMeterDetails", 200, "post", f"{METERS}/search", {}),
    ("searchMeterDetails", 200, "post", f"{METERS}/search", {"page_size": 1}),
    ("searchMeterDetails", 400, "post", f"{METERS}/search", {"page_token": "made up"}),
    ("searchMeterDetails", 400, "post", f"{METERS}/search", '{"page_size":'),
    ("searchMeterDetails", 400, "post", f"{METERS}/search", {"meter_ids": ["x", "y"]}),
    ("searchMissingIntervalData", 200, "post", MISSING, {}),
    ("searchMissingIntervalData", 200, "post", MISSING, {"meter_ids": ["{meter}"], "state": "OPEN", "page_size": 1}),
    ("searchMissingIntervalData", 400, "post", MISSING, {"page_size": 501}),
    ("getMeterEnrollment", 200, "get", f"{METERS}/{{meter}}/enrollments", None),
    ("getMeterEnrollment", 400, "get", f"{METERS}/{{meter}}/enrollments?as_of=soon", None),
    ("getMeterEnrollment", 404, "get", f"{METERS}/{{theirs}}/enrollments", None),
    ("searchMeterEnrollments", 200, "post", f"{METERS}/enrollments/search", {"page_size": 1}),
    ("searchMeterEnrollments", 400, "post", f"{METERS}/enrollments/search", {"page_size": "all"}),
    ("getIdlePeriods", 200, "get", f"{PARTICIPATION}/{{meter}}/idle_periods", None),
    ("getIdlePeriods", 400, "get", f"{PARTICIPATION}/first/idle_periods", None),
    ("getIdlePeriods", 404, "get", f"{PARTICIPATION}/{{theirs}}/idle_periods", None),
    ("createIdlePeriod", 200, "post", f"{PARTICIPATION}/{{meter}}/idle_periods", IDLE),
    ("createIdlePeriod", 400, "post", f"{PARTICIPATION}/{{meter}}/idle_periods", {}),
    ("createIdlePeriod", 404, "post", f"{PARTICIPATION}/{{theirs}}/idle_periods", IDLE),
    ("deleteIdlePeriod", 200, "delete", f"{PARTICIPATION}/{{idle}}/idle_periods", IDLE),
    ("deleteIdlePeriod", 400, "delete", f"{PARTICIPATION}/{{meter}}/idle_periods", {}),
    ("deleteIdlePeriod", 404, "delete", f"{PARTICIPATION}/{{theirs}}/idle_periods", IDLE),
    ("deleteIdlePeriod", 404, "delete", f"{PARTICIPATION}/{{meter}}/idle_periods", {**IDLE, "end_date": "2099-01-30"}),
    ("createDisenrollmentRequest", 200, "post", f"{PARTICIPATION}/{{idle}}/disenrollment_requests", LEAVE),
    ("createDisenrollmentRequest", 400, "post", f"{PARTICIPATION}/{{meter}}/disenrollment_requests", {}),
    ("createDisenrollmentRequest", 404, "post", f"{PARTICIPATION}/{{theirs}}/disenrollment_requests", LEAVE),
    ("getConnections", 200, "get", CONNECTIONS, None),
    ("getConnections", 200, "get", f"{CONNECTIONS}?reference_id=home-1&page_size=1", None),
    ("getConnections", 400, "get", f"{CONNECTIONS}?connection_start_date_from=soon", None),
    ("getConnectFunnel", 200, "get", "/v1.1/connect/funnel?group_by=WEEK", None),
    ("getConnectFunnel", 400, "get", "/v1.1/connect/funnel?group_by=DAY", None),
    ("getPortfolio", 200, "get", "/v1.1/portfolio", None),
    ("getPortfolio", 400, "get", "/v1.1/portfolio?at=%00", None),
    ("listEvents", 200, "get", EVENTS, None),
    ("listEvents", 200, "get", f"{EVENTS}?types=meter.created&page_size=1", None),
    ("listEvents", 400, "get", f"{EVENTS}?after=somewhere", None),
    ("participate", 200, "post", f"{PARTICIPATION}/{{idle}}/participate", {}),
    ("participate", 400, "post", f"{PARTICIPATION}/{{meter}}/participate", {"start_date": 7}),
    ("participate", 404, "post", f"{PARTICIPATION}/{{theirs}}/participate", {}),
]
CASES += [
    case
    for operation, path, name, item in [
        ("createIdlePeriods", "idle_periods", "meter_idle_periods", IDLE),
        ("createDisenrollmentRequests", "disenrollment_requests", "disenrollment_requests", LEAVE),
        ("participateMany", "participate", "participate_requests", {}),
    ]
    for case in [
        (operation, 200, "post", f"{PARTICIPATION}/{path}", {name: [{"meter_id": "{meter}", **item}]}),
        (operation, 400, "post", f"{PARTICIPATION}/{path}", {name: [{"meter_id": "first", **item}]}),
        (operation, 404, "post", f"{PARTICIPATION}/{path}", {name: [{"meter_id": "{theirs}", **item}]}),
    ]
]
HOOK = {"receiver_url": "https://127.0.0.1:8443/", "event_types": ["meter.created"]}
CASES += [
    ("listWebhooks", 200, "get", WEBHOOKS, None),
    ("listWebhooks", 400, "get", f"{WEBHOOKS}?at=%00", None),
    ("createWebhook", 200, "post", WEBHOOKS, {**HOOK, "headers": [{"name": "x-api-key", "value": "your-test-key"}]}),
    ("createWebhook", 400, "post", WEBHOOKS, {**HOOK, "event_types": []}),
    ("updateWebhook", 200, "put", f"{WEBHOOKS}/{{webhook}}", HOOK),
    ("updateWebhook", 400, "put", f"{WEBHOOKS}/{{webhook}}", {}),
    ("updateWebhook", 404, "put", f"{WEBHOOKS}/{{their_webhook}}", HOOK),
    ("testWebhook", 200, "post", f"{WEBHOOKS}/{{webhook}}/test", {"webhook_event_type": "meter.created"}),
    ("testWebhook", 400, "post", f"{WEBHOOKS}/{{webhook}}/test", {}),
    ("testWebhook", 404, "post", f"{WEBHOOKS}/{{their_webhook}}/test", {}),
    ("deleteWebhook", 200, "delete", f"{WEBHOOKS}/{{other_webhook}}", None),
    ("deleteWebhook", 400, "delete", f"{WEBHOOKS}/{{webhook}}?dry_run=1", None),
    ("deleteWebhook", 404, "delete", f"{WEBHOOKS}/{{their_webhook}}", None),
]
CASES += [
    ("uploadIntervalData", 200, "post", f"{INTERVALS}?schema=load", "meter_id\n"),
    ("uploadIntervalData", 400, "post", INTERVALS, "meter_id\n"),
    ("uploadIntervalData", 400, "post", f"{INTERVALS}?schema=load", ""),
    ("listIntervalDataUploads", 200, "get", INTERVAL_UPLOADS, None),
    ("listIntervalDataUploads", 200, "get", f"{INTERVAL_UPLOADS}?page_size=1&from=2026-01-01T00:00:00Z", None),
    ("listIntervalDataUploads", 400, "get", f"{INTERVAL_UPLOADS}?file_path=/elsewhere/a.csv", None),
    ("listIntervalDataUploadErrors", 200, "get", f"{INTERVAL_UPLOADS}/{{intervals}}", None),
    ("listIntervalDataUploadErrors", 400, "get", f"{INTERVAL_UPLOADS}/first", None),
    ("listIntervalDataUploadErrors", 404, "get", f"{INTERVAL_UPLOADS}/{{their_intervals}}", None),
    ("intervalDataPresignedUrl", 302, "get", f"{INTERVAL_UPLOADS}/presigned-url/{{intervals}}?lines=errors", None),
    ("intervalDataPresignedUrl", 400, "get", f"{INTERVAL_UPLOADS}/presigned-url/{{intervals}}?lines=some", None),
    ("intervalDataPresignedUrl", 404, "get", f"{INTERVAL_UPLOADS}/presigned-url/{{their_intervals}}", None),
    ("intervalDataFilePreview", 200, "get", f"{INTERVAL_UPLOADS}/file-preview/{{intervals}}", None),
    ("intervalDataFilePreview", 400, "get", f"{INTERVAL_UPLOADS}/file-preview/first", None),
    ("intervalDataFilePreview", 404, "get", f"{INTERVAL_UPLOADS}/file-preview/{{their_intervals}}", None),
]
BODIED = {"post", "put", "delete", "patch"}
CASES += [
    ("updatePartnerMeterRef", 412, "patch", f"{CHANGES}/{{meter}}/partner_meter_ref", {"partner_meter_ref": "home-1"}),
    ("addMeterTags", 412, "post", f"{CHANGES}/tags", {"meter_ids": ["{meter}"], "tags": ["summer"]}),
    ("removeMeterTags", 412, "delete", f"{CHANGES}/tags", {"meter_ids": ["{meter}"], "tags": ["summer"]}),
]
FIRST_OF = {operation: (method, path, body) for operation, _, method, path, body in reversed(CASES)}
CASES += [
    (operation, 415, method, path, b"a: 1")
    for operation, (method, path, body) in FIRST_OF.items()
    if method in BODIED and body is not None
]
CASES += [(operation, status, *FIRST_OF[operation]) for operation in FIRST_OF for status in (401, 403, 429)]


def test_every_answer_that_is_described_has_a_case() -> None:
    named = {(operation["operationId"], int(status)) for operation in operations() for status in operation["responses"]}

    without_input = {("listMeterBatchJobsFilters", 400), ("listProvisionalAssetsFilters", 400)}
    assert {(operation, status) for operation, status, *_ in CASES} >= {
        case for case in named - without_input if case[1] not in {304, 500, *COMMON - {400, 415}}
    }


@pytest.fixture
def places(
    acme: Partner, borealis: Partner, api_key: tuple[ApiKey, str], run_jobs: Callable[[], int], settings: Any
) -> dict[str, str]:
    """What the cases name: two meters of Acme (one is idle), one of Borealis, and a job of each; webhooks of each."""
    settings.WEBHOOKS_ALLOW_LOOPBACK = True  # where nobody listens
    theirs = create_api_key(borealis, name="theirs", by=Actor.system())[1]
    jobs = [
        call(key, "post", JOBS, {"assets": [builders.asset(number) for number in numbers]}).json()["job_id"]
        for key, numbers in ((api_key[1], (1, 2)), (theirs, (3,)))
    ]
    utility = {"assets": [builders.asset(4) | {"meter_type": "UTILITY_METER"}]}
    call(api_key[1], "post", JOBS, utility)
    token = call(api_key[1], "post", TOKENS, {}).json()["onboarding_token"]
    run_jobs()
    for number in (1, 2):
        row = connect.connection(acme, f"home-{number}")
        connect.point(connect.authorization(row), joined=Meter.objects.get(partner_reference=f"home-00000{number}"))
        connect.signature(row)
    meters = [str(pk) for pk in Meter.objects.order_by("partner_reference").values_list("pk", flat=True)]
    assert call(api_key[1], "post", f"{PARTICIPATION}/{meters[1]}/idle_periods", IDLE).status_code == 200
    named = dict(zip(("meter", "idle", "theirs", "utility"), meters, strict=True))
    hooks = [str(create_endpoint(whose, **HOOK, by=Actor.system()).pk) for whose in (acme, acme, borealis)]
    webhooks = dict(zip(("webhook", "other_webhook", "their_webhook"), hooks, strict=True))
    intervals = {
        "intervals": str(interval_uploads.failed(acme).pk),
        "their_intervals": str(interval_uploads.failed(borealis).pk),
    }
    return {**named, **webhooks, **intervals, "job": jobs[0], "their_job": jobs[1], "token": token}


def call(key: str | None, method: str, path: str, body: Any = None, *, stale: bool = False) -> Any:
    headers = {"Authorization": f"Bearer {key}"} if key else {}
    headers |= {"If-Match": '"another"'} if stale else {}
    kind = "text/csv" if path.startswith(INTERVALS) else "application/json"
    kind = "application/yaml" if isinstance(body, bytes) else kind
    content = {} if body is None else {"data": body, "content_type": kind}
    return getattr(Client(), method)(path, headers=headers, **content)


def filled(value: Any, places: dict[str, str]) -> Any:
    """The value with the names in braces replaced."""
    if isinstance(value, dict):
        return {name: filled(inner, places) for name, inner in value.items()}
    if isinstance(value, list):
        return [filled(inner, places) for inner in value]
    return places.get(value[1:-1], value) if isinstance(value, str) else value


def test_every_answer_is_as_described_and_as_published(
    places: dict[str, str], api_key: tuple[ApiKey, str], acme: Partner, borealis: Partner
) -> None:
    schema = description()
    described = {operation["operationId"]: operation["responses"] for operation in operations()}
    by = Actor.system()
    keys = {
        401: None,
        403: create_api_key(acme, name="powerless", by=by, permissions=[KeyPermission.INTERVAL_DATA])[1],
        "403 of intervals": create_api_key(acme, name="webhooks", by=by, permissions=[KeyPermission.WEBHOOKS])[1],
        429: create_api_key(borealis, name="busy", by=by)[1],
    }
    Partner.objects.filter(pk=borealis.pk).update(api_requests_per_minute=1)
    call(keys[429], "get", JOBS)
    LimitCount.objects.update(ends_at=timezone.now() + timedelta(hours=1))  # whatever time this takes
    for operation, status, method, path, body in CASES:
        of_intervals = status == 403 and "interval-data" in path
        key = keys.get("403 of intervals" if of_intervals else status, api_key[1])

        answer = call(key, method, path.format(**places), filled(body, places), stale=status == 412)

        assert answer.status_code == status, (operation, answer.content)
        if status == 302:
            assert answer["Location"].startswith("http://testserver/interval-data/files/")
            continue
        assert answer["Content-Type"] == "application/json"
        content = described[operation][str(status)]["content"]["application/json"]
        whole = {**content["schema"], "components": schema["components"]}
        jsonschema.validate(answer.json(), whole, format_checker=jsonschema.FormatChecker())
        own_errors = operation in {"createSingleMeter", "listProvisionalAssets"}
        error = {} if own_errors else WEBHOOK_ERROR if path.startswith(WEBHOOKS) else ERROR
        published = ANSWERS.get(operation, {}) if (operation, status) != ("createMeterBatchJob", 200) else {}
        assert holds(answer.json(), published if status < 400 else error), (operation, answer.json())
        assert status < 400 or own_errors or answer.json().get("status", status) == status
