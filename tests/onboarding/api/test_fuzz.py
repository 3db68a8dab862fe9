"""Made-up requests from the API's description, good and bad: each answer is as described, and none is an error of ours.

A few for each operation in the suite; `make fuzz` makes many (FUZZ_CASES), and FUZZ_SCHEMA names another description.
"""

import json
import os
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
import schemathesis
import yaml
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections
from django.test import Client
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis.errors import Unsatisfiable
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from onboarding.meters.models import Meter
from onboarding.uploads.models import Upload
from portal.partners.models import ApiKey, Partner
from tests import builders
from tests.onboarding.intervals import uploads as interval_uploads

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("catalogue"), pytest.mark.timeout(3600)]
CASES = int(os.environ.get("FUZZ_CASES", "5"))
OTHER = os.environ.get("FUZZ_SCHEMA")
_WRITTEN = yaml.safe_load(Path(OTHER or Path(__file__).with_name("schema.yml")).read_text())
SCHEMA = json.loads(json.dumps(_WRITTEN, default=str))  # YAML takes the times of its examples for more than texts
CHECKS = [not_a_server_error]
if not OTHER:  # published files describe fewer statuses than there are
    CHECKS += [
        status_code_conformance,
        content_type_conformance,
        response_headers_conformance,
        response_schema_conformance,
    ]
for _operation in [operation for path in SCHEMA["paths"].values() for operation in path.values()]:
    if isinstance(_operation, dict):
        _operation.pop("security", None)  # the key is no part of what is made up
SCHEMA.pop("security", None)
METHODS = ("get", "post", "put", "patch", "delete")
OPERATIONS = [(path, method) for path, item in SCHEMA["paths"].items() for method in item if method in METHODS]


@pytest.fixture(scope="module")
def description() -> Any:
    loaded = schemathesis.openapi.from_dict(SCHEMA)
    loaded.app = get_wsgi_application()
    return loaded


@pytest.fixture
def places(acme: Partner, api_key: tuple[ApiKey, str], run_jobs: Callable[[], int]) -> dict[str, str]:
    """Objects of the caller, for the parts of paths that name one."""
    headers = {"Authorization": f"Bearer {api_key[1]}"}
    Client().post("/v1.1/jobs/meters", {"assets": [builders.asset(1)]}, "application/json", headers=headers)
    run_jobs()
    return {
        "meter_id": str(Meter.objects.get().pk),
        "job_id": str(Upload.objects.get().pk),
        "interval_job_id": str(interval_uploads.failed(acme).pk),
    }


@pytest.fixture
def one_connection(places: dict[str, str]) -> Iterator[None]:
    """Keeps the connection with the test's transaction open between requests, as Django's own test client does.

    After places, since that client connects the signals anew.
    """
    signals = (request_started, request_finished)
    for signal in signals:
        signal.disconnect(close_old_connections)
    yield
    for signal in signals:
        signal.connect(close_old_connections)


@pytest.mark.usefixtures("one_connection")
@pytest.mark.parametrize("mode", list(GenerationMode), ids=lambda mode: mode.value)
@pytest.mark.parametrize(("path", "method"), OPERATIONS, ids=str)
def test_made_up_request_is_answered_as_described(
    description: Any, places: dict[str, str], api_key: tuple[ApiKey, str], path: str, method: str, mode: GenerationMode
) -> None:
    headers = {"Authorization": f"Bearer {api_key[1]}", "Accept-Encoding": "identity"}
    ours = {name: value for name, value in places.items() if f"{{{name}}}" in path}
    if ours and "interval-data" in path:
        ours["job_id"] = places["interval_job_id"]

    @settings(
        max_examples=CASES,
        derandomize=True,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=description[path][method].as_strategy(generation_mode=mode))
    def send(case: Any) -> None:
        if ours and mode == GenerationMode.POSITIVE:
            case.path_parameters = ours
        answer = case.call(headers=headers)
        case.validate_response(answer, checks=CHECKS)
        assert "x-request-id" in answer.headers
        assert answer.status_code != 401  # else nothing was tried

    with suppress(Unsatisfiable):  # nothing that is bad can be sent: no parameters, no body
        send()
