"""What is reported of an error: where it was raised, and nothing that somebody typed."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import sentry_sdk
from django.db import connection
from django.db.utils import OperationalError
from sentry_sdk.envelope import Envelope
from sentry_sdk.transport import Transport

from portal.jobs import domain as jobs
from portal.jobs.models import Job
from portal.operations.error_reports import start
from portal.partners.models import Partner
from tests.conftest import make_user

ROOT = Path(__file__).resolve().parents[3]
MARK = "zqxmark"


class Kept(Transport):
    """Keeps what would be sent."""

    def __init__(self, options: Any = None) -> None:
        super().__init__(options)
        self.sent: list[dict[str, Any]] = []

    def capture_envelope(self, envelope: Envelope) -> None:
        self.sent += [event for event in [envelope.get_event()] if event]


@pytest.fixture
def reports() -> Iterator[list[dict[str, Any]]]:
    transport = Kept()
    with sentry_sdk.isolation_scope():
        start("https://key@reports.example/1", environment="tests", transport=transport)
        yield transport.sent
        sentry_sdk.init()  # without a DSN: nothing is reported any more


@pytest.mark.django_db
def test_error_in_a_page_is_reported_without_what_was_sent(reports: list[dict[str, Any]], client_of: Any) -> None:
    client = client_of(make_user(f"{MARK}@acme.example", f"Ana {MARK}", is_staff=True))
    client.raise_request_exception = False

    def refuse(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        typed = f"{MARK} of this frame"
        if sql.startswith("SELECT") and "portal_user" in sql:
            return execute(sql, params, many, context)
        raise OperationalError(f"could not read {typed}")

    with connection.execute_wrapper(refuse):
        answer = client.post(
            f"/theme/?q={MARK}",
            {"name": MARK},
            headers={"X-Request-Id": "request-that-failed", "Cookie": f"a={MARK}", "User-Agent": MARK},
        )
        answer = client.get(f"/search/?q={MARK}", headers={"X-Request-Id": "request-that-failed", "Referer": MARK})

    assert answer.status_code == 500
    (event,) = [report for report in reports if report["tags"]["request_id"] == "request-that-failed"][:1]
    assert event["exception"]["values"][-1]["type"] == "OperationalError"
    assert event["exception"]["values"][-1]["stacktrace"]["frames"]
    assert MARK not in json.dumps(reports).replace("{MARK}", "")


@pytest.mark.django_db
def test_error_in_a_job_names_the_job_alone(reports: list[dict[str, Any]], acme: Partner, run_jobs: Any) -> None:
    def handler(run: jobs.Run) -> None:
        raise ValueError(f"Key (email)=({MARK}@acme.example) already exists")

    jobs.job_handler("tests.reported")(handler)
    job = Job.objects.create(kind="tests.reported", subject_id="7", partner=acme, attempts=2)

    run_jobs()

    del jobs._HANDLERS["tests.reported"]
    job.refresh_from_db()
    assert MARK in job.failure
    assert {report["tags"]["job"] for report in reports} == {str(job.pk)}
    assert MARK not in json.dumps(reports)


@pytest.mark.parametrize(("dsn", "is_loaded"), [("", "False"), ("https://key@127.0.0.1:9/1", "True")])
def test_library_is_loaded_only_with_a_dsn(dsn: str, is_loaded: str, tmp_path: Path) -> None:
    env = {**os.environ, "SENTRY_DSN": dsn, "DATA_DIR": str(tmp_path), "DJANGO_SETTINGS_MODULE": "portal.settings"}
    code = "import django, sys; django.setup(); print('sentry_sdk' in sys.modules)"

    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, env=env, capture_output=True, check=True, text=True)

    assert done.stdout.strip() == is_loaded
