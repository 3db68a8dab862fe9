"""Log lines: what they name, as text and as JSON, and that nothing personal is in them."""

import io
import json
import logging
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.db import connection
from django.db.utils import OperationalError
from django.test import Client
from django.urls import reverse

from onboarding.uploads.pipeline.receive import receive_upload
from portal.events.actors import Actor
from portal.jobs import domain as jobs
from portal.jobs.models import Job
from portal.partners.models import ApiKey, Partner, User
from portal.web.logs import JsonFormatter, LineFormatter, WithoutSecrets, WithRequestId
from tests import builders

pytestmark = pytest.mark.django_db
MARK = "zqxmark"
EMAIL = f"ana.{MARK}@acme.example"
TOKEN = f"{MARK}-0123456789abcdef0123456789"


@pytest.fixture(params=["json", "line"])
def written(request: pytest.FixtureRequest) -> Iterator[Callable[[], str]]:
    """What production would write: the handler of the settings, into memory; everything at INFO."""
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter({"json": JsonFormatter, "line": LineFormatter}[request.param](tells_errors=False))
    for log_filter in (WithoutSecrets(), WithRequestId()):
        handler.addFilter(log_filter)
    loggers = [logging.getLogger(name) for name in ("", "portal.access", "portal.jobs")]
    levels = [logger.level for logger in loggers]
    for logger in loggers:
        logger.setLevel("INFO")
    loggers[0].addHandler(handler)
    yield stream.getvalue
    loggers[0].removeHandler(handler)
    for logger, level in zip(loggers, levels, strict=True):
        logger.setLevel(level)


def lines(written: Callable[[], str], logger: str) -> list[dict[str, Any]]:
    return [line for line in map(json.loads, written().splitlines()) if line["logger"] == logger]


@pytest.fixture
def broken_kind() -> Iterator[str]:
    def handler(run: jobs.Run) -> None:
        try:
            raise KeyError(MARK)
        except KeyError as error:
            raise ValueError(f"Key (email)=({EMAIL}) already exists.\nDETAIL: {MARK}") from error

    jobs.job_handler("tests.broken")(handler)
    yield "tests.broken"
    del jobs._HANDLERS["tests.broken"]


@pytest.mark.parametrize("written", ["json"], indirect=True)
def test_line_of_a_request_says_who_did_what_and_how_it_went(
    written: Callable[[], str], acme: Partner, user: User, client_of: Any, api_key: tuple[ApiKey, str]
) -> None:
    client_of(user).get("/meters/", headers={"X-Request-Id": "request-of-a-page"})
    Client().get("/v1.1/jobs/meters", headers={"Authorization": f"Bearer {api_key[1]}"})
    Client().get("/livez")

    page, call = lines(written, "portal.access")

    assert {name: page[name] for name in page.keys() - {"time", "seconds", "message"}} == {
        "level": "INFO",
        "logger": "portal.access",
        "request_id": "request-of-a-page",
        "method": "GET",
        "route": "meters",
        "status": 200,
        "partner": str(acme.pk),
        "actor": f"user {user.pk}",
    }
    assert (call["route"], call["partner"], call["actor"]) == (
        "api-meter-jobs",
        str(acme.pk),
        f"key {api_key[0].pk}",
    )


@pytest.mark.parametrize("written", ["json"], indirect=True)
def test_lines_of_a_job_name_it_and_its_partner(
    written: Callable[[], str], acme: Partner, broken_kind: str, run_jobs: Callable[[], int]
) -> None:
    job = Job.objects.create(kind=broken_kind, subject_id="7", partner=acme, request_id="request-of-a-job")

    run_jobs()

    (line,) = lines(written, "portal.jobs")
    named = {name: line[name] for name in ("job", "kind", "partner", "request_id")}
    assert named == {
        "job": str(job.pk),
        "kind": broken_kind,
        "partner": str(acme.pk),
        "request_id": "request-of-a-job",
    }
    assert "builtins.ValueError" in line["exception"]
    assert "builtins.KeyError" in line["exception"]
    assert "in handler" in line["exception"]


def test_nothing_personal_is_in_any_line(
    written: Callable[[], str],
    acme: Partner,
    manager: User,
    client_of: Any,
    api_key: tuple[ApiKey, str],
    broken_kind: str,
    run_jobs: Callable[[], int],
) -> None:
    client, strange = client_of(manager), Client(raise_request_exception=False)
    key = {"Authorization": f"Bearer {api_key[1]}"}
    client.get(f"/meters/?q={MARK}")
    client.post(reverse("invite"), {"email": EMAIL, "role": "USER"})
    strange.post("/accounts/login/", {"login": EMAIL, "password": MARK})
    for path in ("invitations", "emails/stop", "connect/mine", "connect/continue", "connect/renew", "connect/stop"):
        strange.get(f"/{path}/{TOKEN}/")
    strange.get(f"/connect/return/?code={MARK}&state={MARK}")
    strange.get(f"/nothing/{EMAIL}")
    strange.get("/v1.1/jobs/meters", headers={"Authorization": f"Bearer {MARK}:{MARK}"})
    body = {"customer": {"name": f"Ana {MARK}"}, "account_number": MARK}
    strange.post("/v1.1/jobs/meters", body, content_type="application/json", headers=key)
    row = builders.rows(1)[0] | {"partner_reference": MARK}
    receive_upload(
        [builders.csv_bytes([row])],
        file_name=f"{MARK}.csv",
        partner=acme,
        programs=["CEC-DSGS"],
        update_existing=False,
        by=Actor.person(manager),
        user=manager,
    )
    Job.objects.create(kind=broken_kind, subject_id="7", partner=acme, attempts=3)
    run_jobs()
    Job.objects.filter(kind=broken_kind).delete()
    job = Job.objects.create(kind=broken_kind, subject_id="8", partner=acme, attempts=2)
    run_jobs()

    def refuse(*_: object) -> None:
        raise OperationalError(f"could not write {EMAIL}, account {MARK}")

    with connection.execute_wrapper(refuse):
        answer = strange.get("/connect/")  # fails: what is raised goes into the log
        assert strange.get(f"/connect/mine/{TOKEN}/").status_code in (404, 500)

    job.refresh_from_db()
    assert MARK in job.failure  # staff can read it there
    text = written()
    assert "job failed: " in text
    assert "Internal Server Error" in text or answer.status_code == 404
    assert "portal.access" in text
    assert [line for line in text.splitlines() if MARK in line] == []


def test_text_of_an_error_is_told_where_that_is_wanted() -> None:
    try:
        raise ValueError(MARK)
    except ValueError as error:
        info = (type(error), error, error.__traceback__)

    told, kept = (LineFormatter(tells_errors=tells).formatException(info) for tells in (True, False))

    assert told.endswith(f"ValueError: {MARK}")
    assert MARK not in kept.replace("raise ValueError(MARK)", "")
