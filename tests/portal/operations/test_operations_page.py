"""The Operations page, and what staff do with failed jobs there."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from portal.events.actors import Actor
from portal.events.models import Event
from portal.jobs.models import Job, JobState
from portal.operations.domain import drop_job, retry_job
from portal.partners.models import Partner, User
from portal.problems import Refused
from portal.webhooks.models import WebhookEndpoint
from tests.conftest import make_user

pytestmark = pytest.mark.django_db
STAFF = Actor("person", "1", "Stef Staff")


@pytest.fixture
def desk(client_of: Any, staff: User) -> Client:
    return client_of(staff)  # type: ignore[no-any-return]  # the fixture gives a Client


def failed(partner: Partner | None, kind: str = "mail.send", subject: str = "7") -> Job:
    return Job.objects.create(
        kind=kind,
        subject_id=subject,
        partner=partner,
        state=JobState.FAILED,
        attempts=3,
        failure="OSError: no answer from ana@acme.example",
        started_at=timezone.now(),
        finished_at=timezone.now(),
        checkpoint={"row": 5},
    )


def page_of(client: Client) -> str:
    return client.get(reverse("admin:operations")).content.decode()


def test_page_tells_what_fails_waits_and_is_overdue(desk: Client, acme: Partner) -> None:
    failed(acme)
    failed(acme, kind="uploads.check")
    Job.objects.create(kind="meters.export", subject_id="1", partner=acme, not_before=timezone.now())
    Job.objects.create(kind="meters.bulk", subject_id="1", partner=acme, state=JobState.RUNNING, done=5, total=1000)
    WebhookEndpoint.objects.create(partner=acme, receiver_url="https://acme.example", failures=12)

    page = " ".join(page_of(desk).split())

    assert "OSError: no answer" in page
    assert "5 of 1,000" in page
    assert '<th scope="row">meters.export</th><td>Acme Energy</td><td>1</td>' in page
    assert '<th scope="row">Acme Energy</th><td>12</td>' in page
    assert page.count(">Run again<") == 1  # an upload's people were told, and send the file again
    assert page.count(">Drop<") == 2
    assert page.count("Overdue") > 10
    assert "No sign-ins at utilities in the last 24 hours." in page


def test_empty_page_says_so(desk: Client) -> None:
    page = page_of(desk)

    for sentence in ("No jobs have failed", "No jobs are running", "No jobs are waiting", "No webhooks are failing"):
        assert sentence in page


@pytest.mark.parametrize("n", [1, 3])
def test_page_costs_the_same_whatever_it_shows(desk: Client, n: int) -> None:
    desk.get(reverse("admin:operations"))
    for number in range(n):
        partner = Partner.objects.create(name=f"Partner {number}", slug=f"partner-{number}")
        failed(partner)
        Job.objects.create(kind="x", subject_id=str(number), partner=partner, state=JobState.RUNNING)
        Job.objects.create(kind=f"y{number}", subject_id="1", partner=partner)
        WebhookEndpoint.objects.create(partner=partner, receiver_url="https://acme.example", failures=12)

    with CaptureQueriesContext(connection) as queries:
        page_of(desk)

    assert len(queries) == 19


def test_failed_job_runs_again_from_its_checkpoint(desk: Client, acme: Partner) -> None:
    job = failed(acme)

    answer = desk.post(reverse("admin:job-retry", args=[job.pk]))

    job.refresh_from_db()
    assert (answer.status_code, answer.url) == (302, reverse("admin:operations"))  # type: ignore[attr-defined]  # a redirect
    assert (job.state, job.attempts, job.checkpoint, job.finished_at) == ("queued", 0, {"row": 5}, None)
    event = Event.objects.get(verb="job.retried")
    assert (event.partner, event.actor_label, event.subject_id) == (acme, "Stef Staff", str(job.pk))
    assert event.data == {"kind": "mail.send", "subject": "7", "failure": "OSError"}


def test_dropped_job_is_gone_and_its_event_stays(desk: Client, acme: Partner) -> None:
    job = failed(acme, kind="uploads.check")

    desk.post(reverse("admin:job-drop", args=[job.pk]))

    assert not Job.objects.exists()
    assert Event.objects.get(verb="job.dropped").data["kind"] == "uploads.check"


def test_job_whose_failure_ended_its_subject_does_not_run_again(acme: Partner) -> None:
    with pytest.raises(Refused) as refusal:
        retry_job(failed(acme, kind="uploads.check"), by=STAFF)

    assert refusal.value.problems[0].code == "JOB_ENDED_WITH_SUBJECT"
    assert Job.objects.get().state == JobState.FAILED


def test_job_that_was_queued_anew_is_not_queued_twice(acme: Partner) -> None:
    job = failed(acme)
    Job.objects.create(kind=job.kind, subject_id=job.subject_id, partner=acme)

    with pytest.raises(Refused) as refusal:
        retry_job(job, by=STAFF)

    assert refusal.value.problems[0].code == "JOB_OPEN"


@pytest.mark.parametrize("verb", [retry_job, drop_job])
def test_only_failed_jobs_are_touched(acme: Partner, verb: Any) -> None:
    job = Job.objects.create(kind="mail.send", subject_id="7", partner=acme)

    with pytest.raises(Refused) as refusal:
        verb(job, by=STAFF)

    assert refusal.value.problems[0].code == "JOB_NOT_FAILED"
    assert Job.objects.get().state == JobState.QUEUED


def test_refusal_is_shown(desk: Client, acme: Partner) -> None:
    job = failed(acme, kind="uploads.check")

    page = desk.post(reverse("admin:job-retry", args=[job.pk]), follow=True).content.decode()

    assert "they may have started over. Ask them to repeat the action" in page


@pytest.mark.parametrize("name", ["operations", "job-retry", "job-drop"])
def test_nobody_else_looks_or_acts(name: str, acme: Partner, manager: User, client_of: Any) -> None:
    job = failed(acme, kind="mail.send")
    helper = make_user("helper@portal.example", "Hal Helper", is_staff=True)
    address = reverse(f"admin:{name}", args=[] if name == "operations" else [job.pk])

    answers = [client.post(address).status_code for client in (Client(), client_of(manager), client_of(helper))]

    assert answers == [302, 302, 403]
    assert Job.objects.get().state == JobState.FAILED


@pytest.mark.parametrize("name", ["job-retry", "job-drop"])
def test_looking_changes_nothing(name: str, desk: Client, acme: Partner) -> None:
    job = failed(acme)

    assert desk.get(reverse(f"admin:{name}", args=[job.pk])).status_code == 405
    assert Job.objects.get().state == JobState.FAILED


def test_waiting_job_of_later_is_not_waiting_now(desk: Client, acme: Partner) -> None:
    Job.objects.create(kind="x.later", subject_id="1", not_before=timezone.now() + timedelta(hours=1))

    assert "No jobs are waiting" in page_of(desk)
