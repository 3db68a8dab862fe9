"""The queue of record: claims, leases, fences, attempts, fairness."""

import errno
import sqlite3
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import psycopg
import pytest
from django.db import IntegrityError, OperationalError
from django.utils import timezone

from portal.jobs import domain
from portal.jobs.domain import LeaseLost, Run, claim, enqueue, job_handler, run_next
from portal.jobs.faults import is_of_the_machine
from portal.jobs.models import Job, JobState
from portal.partners.models import Partner

pytestmark = pytest.mark.django_db


@pytest.fixture
def handler() -> Iterator[Callable[[Callable[[Run], None]], None]]:
    """Lets a test say what jobs of the kind "test" do."""
    kept = dict(domain._HANDLERS)

    def use(work: Callable[[Run], None], on_failure: Any = None) -> None:
        domain._HANDLERS["test"] = (work, on_failure)

    yield use
    domain._HANDLERS.clear()
    domain._HANDLERS.update(kept)


def expire(job: Job) -> None:
    Job.objects.filter(pk=job.pk).update(lease_until=timezone.now() - timedelta(seconds=1))


def ready(job: Job) -> None:
    Job.objects.filter(pk=job.pk).update(not_before=timezone.now() - timedelta(seconds=1))


def test_enqueue_twice_for_one_subject_keeps_one_open_job(acme: Partner) -> None:
    first = enqueue("test", subject_id="a", partner=acme)
    second = enqueue("test", subject_id="a", partner=acme)

    assert first.pk == second.pk
    assert Job.objects.count() == 1


def test_asked_for_again_while_it_runs_it_runs_again(acme: Partner) -> None:
    ran: list[int] = []

    @job_handler("test.again")
    def work(run: Run) -> None:
        ran.append(len(ran))
        with run.chunk() as chunk:
            chunk.checkpoint = {"at": 5}
        if len(ran) == 1:
            enqueue("test.again", subject_id="a", partner=acme)

    enqueue("test.again", subject_id="a", partner=acme)
    run_next()

    job = Job.objects.get()
    assert (job.state, job.runs_again, job.checkpoint, job.attempts) == ("queued", False, {}, 0)
    run_next()
    assert ran == [0, 1]
    assert Job.objects.get().state == "done"


def test_claim_takes_a_job_once(acme: Partner) -> None:
    enqueue("test", subject_id="a", partner=acme)

    assert claim() is not None
    assert claim() is None


def test_claim_counts_the_attempt_and_raises_the_fence(acme: Partner) -> None:
    enqueue("test", subject_id="a", partner=acme)
    first = claim()
    assert first is not None
    expire(first)

    second = claim()

    assert second is not None
    assert (second.pk, second.attempts, second.fence) == (first.pk, 2, 2)


def test_job_without_progress_fails_after_three_claims(acme: Partner, handler: Any) -> None:
    failed: list[Job] = []
    handler(print, failed.append)
    enqueue("test", subject_id="a", partner=acme)
    for _ in range(3):
        job = claim()
        assert job is not None
        expire(job)

    assert claim() is None
    assert [job.state for job in Job.objects.all()] == [JobState.FAILED]
    assert len(failed) == 1


def test_checkpoint_lets_a_job_be_killed_any_number_of_times(acme: Partner) -> None:
    enqueue("test", subject_id="a", partner=acme)

    for step in range(10):
        job = claim()
        assert job is not None
        with Run(job).chunk() as chunk:
            chunk.checkpoint = {"step": step}
        expire(job)

    assert Job.objects.get().checkpoint == {"step": 9}


def test_holder_whose_lease_ran_out_writes_nothing(acme: Partner, borealis: Partner) -> None:
    enqueue("test", subject_id="a", partner=acme)
    stopped = claim()
    assert stopped is not None
    expire(stopped)
    claim()

    with pytest.raises(LeaseLost), Run(stopped).chunk():
        Partner.objects.filter(pk=borealis.pk).update(name="written by the stopped worker")

    assert Partner.objects.get(pk=borealis.pk).name == "Borealis Devices"


def test_chunk_that_fails_leaves_neither_effect_nor_checkpoint(acme: Partner, borealis: Partner) -> None:
    enqueue("test", subject_id="a", partner=acme)
    job = claim()
    assert job is not None

    def half() -> None:
        with Run(job).chunk() as chunk:
            Partner.objects.filter(pk=borealis.pk).update(name="half")
            chunk.checkpoint = {"row": 1}
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        half()

    assert Partner.objects.get(pk=borealis.pk).name == "Borealis Devices"
    assert Job.objects.get().checkpoint == {}


def test_exception_is_retried_then_failed_with_its_reason(acme: Partner, handler: Any) -> None:
    def work(run: Run) -> None:
        raise ValueError("no such thing")

    handler(work)
    job = enqueue("test", subject_id="a", partner=acme)
    for _ in range(3):
        ready(job)
        assert run_next()

    job.refresh_from_db()
    assert (job.state, job.failure) == (JobState.FAILED, "ValueError: no such thing")


def test_claim_serves_the_partner_with_less_running_first(acme: Partner, borealis: Partner) -> None:
    for number in range(5):
        enqueue("test", subject_id=f"acme-{number}", partner=acme)
    enqueue("test", subject_id="borealis", partner=borealis)

    claimed = [claim(), claim()]

    assert {job.partner for job in claimed if job} == {acme, borealis}


def test_long_job_yields_to_a_waiting_partner(acme: Partner, borealis: Partner, handler: Any, settings: Any) -> None:
    settings.JOB_SLICE_SECONDS = 0
    order: list[str] = []

    def work(run: Run) -> None:
        for step in range(run.checkpoint.get("step", 0), 3):
            with run.chunk() as chunk:
                order.append(f"{run.job.subject_id}-{step}")
                chunk.checkpoint = {"step": step + 1}
            run.yield_to_other_partners()

    handler(work)
    enqueue("test", subject_id="acme", partner=acme)
    enqueue("test", subject_id="borealis", partner=borealis)
    while run_next():
        pass

    assert order == ["acme-0", "borealis-0", "acme-1", "borealis-1", "acme-2", "borealis-2"]
    assert {job.state for job in Job.objects.all()} == {JobState.DONE}


def test_enqueue_without_a_broker_still_queues(acme: Partner, settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    from portal.celery import app

    monkeypatch.setattr(app.conf, "broker_url", "redis://127.0.0.1:1/0")

    enqueue("test", subject_id="a", partner=acme)

    assert domain.waiting() == 1


def test_tidy_drops_only_what_ended_long_ago(acme: Partner) -> None:
    old = enqueue("test", subject_id="old", partner=acme)
    Job.objects.filter(pk=old.pk).update(state="done", finished_at=timezone.now() - timedelta(days=31))
    enqueue("test", subject_id="new", partner=acme)

    domain.drop_finished(days=30)

    assert [job.subject_id for job in Job.objects.all()] == ["new"]


@pytest.mark.parametrize(
    ("error", "is_counted"),
    [
        (OSError(errno.ENOSPC, "No space left on device"), False),
        (OSError(errno.ENOENT, "No such file"), True),
        (ValueError("a bug"), True),
    ],
)
def test_full_disk_uses_up_no_attempts(acme: Partner, handler: Any, error: Exception, is_counted: bool) -> None:
    def work(run: Run) -> None:
        raise error

    handler(work)
    job = enqueue("test", subject_id="a", partner=acme)
    for _ in range(4):
        run_next()
        ready(job)

    job.refresh_from_db()
    assert (job.state, job.attempts) == ((JobState.FAILED, 3) if is_counted else (JobState.QUEUED, 0))
    assert str(error) in job.failure


def test_full_disk_of_more_than_a_day_ends_the_job(acme: Partner, handler: Any) -> None:
    def work(run: Run) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    handler(work)
    job = enqueue("test", subject_id="a", partner=acme)
    run_next()
    Job.objects.filter(pk=job.pk).update(started_at=timezone.now() - timedelta(days=2))
    for _ in range(3):
        ready(job)
        run_next()

    job.refresh_from_db()
    assert job.state == JobState.FAILED


def test_faults_of_the_machine_are_told_from_mistakes() -> None:
    def driver(error: Exception, cause: Exception) -> Exception:
        error.__cause__ = cause
        return error

    def sqlite(code: int) -> sqlite3.OperationalError:
        error = sqlite3.OperationalError("said")
        error.sqlite_errorcode = code
        return error

    full = psycopg.errors.DiskFull("could not extend file")
    assert is_of_the_machine(driver(OperationalError(), full))
    assert is_of_the_machine(driver(OperationalError(), psycopg.OperationalError("connection refused")))
    assert is_of_the_machine(driver(OperationalError(), psycopg.errors.AdminShutdown()))
    assert is_of_the_machine(driver(OperationalError(), sqlite(sqlite3.SQLITE_FULL)))
    assert is_of_the_machine(driver(OperationalError(), sqlite(sqlite3.SQLITE_IOERR_WRITE)))
    assert not is_of_the_machine(driver(OperationalError(), sqlite(sqlite3.SQLITE_ERROR)))
    assert not is_of_the_machine(driver(OperationalError(), psycopg.errors.DeadlockDetected()))
    assert not is_of_the_machine(driver(IntegrityError(), psycopg.errors.UniqueViolation()))
    assert not is_of_the_machine(OperationalError("nobody knows"))
