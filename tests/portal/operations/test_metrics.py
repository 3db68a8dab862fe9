"""/metrics: who may read it, what it says, and what it costs."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from prometheus_client.parser import text_string_to_metric_families

from portal.events.models import Finding
from portal.jobs.models import Job, JobState, PeriodicRun
from portal.partners.models import Partner, User
from portal.webhooks.models import WebhookDelivery, WebhookEndpoint

pytestmark = pytest.mark.django_db
TOKEN = "a-token-of-forty-characters-for-the-tests"
AUTHORIZED = {"Authorization": f"Bearer {TOKEN}"}


@pytest.fixture(autouse=True)
def token(settings: Any) -> None:
    settings.METRICS_TOKEN = TOKEN


def scrape(client: Client | None = None) -> dict[tuple[str, ...], float]:
    """Each figure by its name and its labels' values."""
    answer = (client or Client()).get("/metrics", headers=AUTHORIZED)
    assert answer.status_code == 200
    families = text_string_to_metric_families(answer.content.decode())
    return {(sample.name, *sample.labels.values()): sample.value for family in families for sample in family.samples}


@pytest.mark.parametrize("headers", [{}, {"Authorization": "Bearer wrong"}, {"Authorization": TOKEN}])
def test_nobody_reads_them_without_the_token(headers: dict[str, str]) -> None:
    answer = Client().get("/metrics", headers=headers)

    assert (answer.status_code, answer.content) == (401, b"")


def test_there_are_none_without_a_token(settings: Any) -> None:
    settings.METRICS_TOKEN = ""

    assert Client().get("/metrics", headers={"Authorization": "Bearer "}).status_code == 404


def test_figures_of_jobs_and_workers(acme: Partner) -> None:
    now = timezone.now()
    for number, (state, partner, minutes) in enumerate(
        [(JobState.QUEUED, acme, 7), (JobState.QUEUED, None, 9), (JobState.QUEUED, acme, -5), (JobState.DONE, acme, 8)]
    ):
        at = now - timedelta(minutes=minutes)
        Job.objects.create(kind="mail.send", subject_id=str(number), state=state, partner=partner, not_before=at)
    Job.objects.create(kind="uploads.check", subject_id="1", state=JobState.FAILED, partner=acme)
    PeriodicRun.objects.create(name="sweep", last_started_at=now - timedelta(seconds=100))

    seen = scrape()

    assert seen["portal_jobs", "mail.send", "queued"] == 3
    assert seen["portal_jobs", "uploads.check", "failed"] == 1
    assert ("portal_jobs", "mail.send", "done") not in seen
    assert seen["portal_job_wait_seconds",] == pytest.approx(540, abs=30)
    assert {key[1]: value for key, value in seen.items() if key[0] == "portal_partner_job_wait_seconds"} == {
        "acme": pytest.approx(420, abs=30)
    }
    assert seen["portal_worker_seen_seconds",] == pytest.approx(100, abs=30)
    assert seen["portal_periodic_overdue",] > 10


def test_worker_that_never_ran_has_no_age_and_no_waiting_job_no_wait() -> None:
    seen = scrape()

    assert ("portal_worker_seen_seconds",) not in seen
    assert seen["portal_job_wait_seconds",] == 0


def test_only_the_partners_that_wait_longest_are_named() -> None:
    now = timezone.now()
    for number in range(53):
        partner = Partner.objects.create(name=f"P{number}", slug=f"p{number}")
        at = now - timedelta(minutes=number)
        Job.objects.create(kind="x", subject_id="1" * (number + 1), partner=partner, not_before=at)

    named = {key[1] for key in scrape() if key[0] == "portal_partner_job_wait_seconds"}

    assert named == {f"p{number}" for number in range(3, 53)}


def test_figures_of_webhooks_and_the_log(acme: Partner) -> None:
    for failures in (0, 4, 5):
        hook = WebhookEndpoint.objects.create(partner=acme, receiver_url="https://a.example", failures=failures)
    WebhookEndpoint.objects.create(partner=acme, receiver_url="https://a.example", state="paused", failures=9)
    WebhookDelivery.objects.create(
        endpoint=hook, webhook_event_id=hook.pk, event_type="x", event_at=timezone.now(), body="{}"
    )
    Finding.objects.create(what="altered", which=7)

    seen = scrape()

    states = {key[1]: value for key, value in seen.items() if key[0] == "portal_webhooks"}
    assert states == {"active": 3, "paused": 1, "failing": 1}
    assert seen["portal_webhook_deliveries_waiting",] == 1
    assert seen["portal_log_findings",] == 1
    assert seen["portal_data_free_bytes",] > 0


def test_requests_are_counted_by_route_and_never_by_address(acme: Partner, client_of: Any, user: User) -> None:
    client, missing = client_of(user), "/connect/mine/a-secret-of-somebody/"
    key = ("portal_requests_total", "GET", "meters", "200")
    before = scrape().get(key, 0)

    client.get(reverse("meters") + "?q=ana@acme.example")
    client.get(missing)
    text = Client().get("/metrics", headers=AUTHORIZED).content.decode()

    assert scrape()[key] == before + 1
    assert 'route="connect-manage"' in text
    assert "a-secret" not in text
    assert "ana@" not in text


@pytest.fixture
def jobs(acme: Partner, request: pytest.FixtureRequest) -> None:
    at = timezone.now()
    rows = [
        Job(kind=f"kind.{number % 3}", subject_id=str(number), partner=acme, not_before=at)
        for number in range(request.param)
    ]
    Job.objects.bulk_create(rows)


@pytest.mark.parametrize("jobs", [1, 3, 300], indirect=True)
def test_scrape_costs_the_same_whatever_there_is(jobs: None) -> None:
    with CaptureQueriesContext(connection) as queries:
        scrape()

    assert len(queries) == (13 if connection.vendor == "postgresql" else 12)
