"""The queue of record: claims, leases, fences, attempts, fairness."""

import errno
import sqlite3
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import psycopg
import pytest
from django.db import IntegrityError, InternalError, OperationalError
from django.utils import timezone

from portal import correlation
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


def test_job_works_for_the_request_that_queued_it(acme: Partner, handler: Any) -> None:
    told: list[str] = []
    handler(lambda _: told.append(correlation.request_id()))
    with correlation.working_for("request-0001"):
        enqueue("test", subject_id="a", partner=acme)

    run_next()

    assert (told, correlation.request_id()) == (["request-0001"], "")


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
    assert is_of_the_machine(driver(InternalError(), psycopg.errors.ReadOnlySqlTransaction()))
    assert is_of_the_machine(driver(OperationalError(), sqlite(sqlite3.SQLITE_READONLY_DBMOVED)))
    assert is_of_the_machine(driver(InternalError(), psycopg.errors.IdleInTransactionSessionTimeout()))
    assert not is_of_the_machine(driver(InternalError(), psycopg.errors.InFailedSqlTransaction()))
    assert not is_of_the_machine(driver(OperationalError(), sqlite(sqlite3.SQLITE_ERROR)))
    assert not is_of_the_machine(driver(OperationalError(), psycopg.errors.DeadlockDetected()))
    assert not is_of_the_machine(driver(IntegrityError(), psycopg.errors.UniqueViolation()))
    assert not is_of_the_machine(OperationalError("nobody knows"))


# --- who lost its lease


@pytest.fixture
def taken_over(acme: Partner) -> tuple[Job, Job]:
    """A job as the worker knows it that lost it, and as the worker does that holds it now."""
    enqueue("test", subject_id="a", partner=acme)
    lost = claim()
    assert lost is not None
    expire(lost)
    holder = claim()
    assert holder is not None
    return lost, holder


def stored() -> dict[str, Any]:
    return Job.objects.values("state", "attempts", "fence", "lease_until", "checkpoint", "failure", "finished_at").get()


def ends(run: Run) -> None:
    """The work is done."""


def breaks(run: Run) -> None:
    raise ValueError("no such thing")


def disk_is_full(run: Run) -> None:
    raise OSError(errno.ENOSPC, "No space left on device")


def yields(run: Run) -> None:
    raise domain.YieldToOthers


@pytest.mark.parametrize("then", [ends, breaks, disk_is_full, yields])
def test_worker_that_lost_its_lease_ends_and_puts_back_nothing(acme: Partner, handler: Any, then: Any) -> None:
    held: list[dict[str, Any]] = []

    def work(run: Run) -> None:
        expire(run.job)
        claim()  # another worker
        held.append(stored())
        then(run)

    handler(work)
    enqueue("test", subject_id="a", partner=acme)

    run_next()

    assert held[0]["fence"] == 2
    assert [stored()] == held


@pytest.mark.parametrize("then", [ends, breaks, disk_is_full, yields])
def test_job_that_ended_meanwhile_stays_as_it_ended(acme: Partner, handler: Any, then: Any) -> None:
    """By hand, say: nobody took it over, so its fence is the worker's own."""

    def work(run: Run) -> None:
        Job.objects.update(state=JobState.FAILED, failure="stopped by hand", lease_until=None)
        then(run)

    handler(work)
    enqueue("test", subject_id="a", partner=acme)

    run_next()

    assert (stored()["state"], stored()["failure"]) == (JobState.FAILED, "stopped by hand")


def test_worker_that_lost_its_lease_neither_renews_it_nor_shows_progress(taken_over: tuple[Job, Job]) -> None:
    lost, holder = taken_over
    before = stored()

    with pytest.raises(LeaseLost):
        Run(lost).beat(done=7, total=9)

    assert (stored(), Job.objects.get().done) == (before, 0)
    Run(holder).beat(done=7, total=9)
    assert (Job.objects.get().done, Job.objects.get().total) == (7, 9)


def test_beat_renews_the_lease(taken_over: tuple[Job, Job]) -> None:
    _, holder = taken_over
    expire(holder)

    Run(holder).beat()

    assert Job.objects.get().lease_until > timezone.now()


def test_beat_and_chunk_of_a_job_that_does_not_run_write_nothing(acme: Partner) -> None:
    enqueue("test", subject_id="a", partner=acme)
    job = claim()
    assert job is not None
    Job.objects.update(state=JobState.DONE, lease_until=None)

    with pytest.raises(LeaseLost):
        Run(job).beat()
    with pytest.raises(LeaseLost), Run(job).chunk() as chunk:
        chunk.done = 1

    assert (Job.objects.get().lease_until, Job.objects.get().done) == (None, 0)


def test_chunk_keeps_progress_renews_the_lease_and_begins_attempts_anew(taken_over: tuple[Job, Job]) -> None:
    _, holder = taken_over
    expire(holder)
    run = Run(holder)

    with run.chunk() as chunk:
        chunk.checkpoint, chunk.done, chunk.total = {"row": 3}, 3, 8

    job = Job.objects.get()
    assert (job.checkpoint, job.done, job.total, job.attempts) == ({"row": 3}, 3, 8, 1)
    assert job.lease_until > timezone.now()
    assert (run.checkpoint, run.job.done, run.job.total) == ({"row": 3}, 3, 8)


# --- which job is next


def test_job_that_waits_for_its_time_and_one_that_is_held_are_not_taken(acme: Partner) -> None:
    later = enqueue("test", subject_id="later", partner=acme)
    Job.objects.filter(pk=later.pk).update(not_before=timezone.now() + timedelta(minutes=1))
    held = enqueue("test", subject_id="held", partner=acme)
    assert claim() == held

    assert (claim(), domain.waiting()) == (None, 0)
    expire(held)
    assert domain.waiting() == 1
    assert claim() == held


@pytest.mark.parametrize(
    ("state", "ahead", "is_taken"),
    [
        ("queued", timedelta(minutes=9), False),
        ("queued", timedelta(days=1), True),
        ("running", timedelta(minutes=9), False),
        ("running", timedelta(days=1), True),
    ],
)
def test_job_whose_time_is_from_before_the_clock_was_set_back_is_taken(
    acme: Partner, state: str, ahead: timedelta, is_taken: bool
) -> None:
    job, at = enqueue("test", subject_id="a", partner=acme), timezone.now() + ahead
    Job.objects.filter(pk=job.pk).update(state=state, not_before=at, lease_until=at if state == "running" else None)

    assert (claim() is not None) == is_taken


@pytest.mark.parametrize("state", [JobState.DONE, JobState.FAILED])
def test_job_that_ended_is_taken_no_more(acme: Partner, state: JobState) -> None:
    enqueue("test", subject_id="a", partner=acme)
    Job.objects.update(state=state, lease_until=timezone.now() - timedelta(hours=1))

    assert claim() is None
    again = enqueue("test", subject_id="a", partner=acme)
    assert claim() == again


def test_oldest_of_a_partner_s_jobs_is_first(acme: Partner) -> None:
    young, old = (enqueue("test", subject_id=name, partner=acme) for name in ("young", "old"))
    Job.objects.filter(pk=old.pk).update(not_before=timezone.now() - timedelta(hours=1))

    assert [claim(), claim()] == [old, young]


def test_partner_whose_worker_died_is_not_taken_for_busy(acme: Partner, borealis: Partner) -> None:
    died = enqueue("test", subject_id="died", partner=acme)
    assert claim() == died
    Job.objects.filter(pk=died.pk).update(not_before=timezone.now())
    expire(died)
    waiting = enqueue("test", subject_id="waiting", partner=acme)
    Job.objects.filter(pk=waiting.pk).update(not_before=timezone.now() - timedelta(hours=1))
    enqueue("test", subject_id="borealis", partner=borealis)

    assert claim() == waiting


@pytest.mark.parametrize(("changes", "is_same"), [({"subject_id": "b"}, False), ({"kind": "other"}, False), ({}, True)])
def test_one_open_job_is_kept_for_each_kind_and_subject(acme: Partner, changes: dict[str, str], is_same: bool) -> None:
    first = enqueue("test", subject_id="a", partner=acme)

    second = enqueue(**({"kind": "test", "subject_id": "a"} | changes), partner=acme)

    assert (second == first) is is_same


def test_first_attempt_sets_when_the_job_was_begun_and_later_ones_do_not(acme: Partner) -> None:
    enqueue("test", subject_id="a", partner=acme)
    assert Job.objects.get().started_at is None
    first = claim()
    assert first is not None
    Job.objects.update(started_at=timezone.now() - timedelta(hours=3), lease_until=timezone.now() - timedelta(hours=2))

    second = claim()

    assert second is not None
    assert timezone.now() - second.started_at > timedelta(hours=2)


@pytest.mark.parametrize(("attempts", "is_taken"), [(2, True), (3, False)])
def test_job_is_taken_three_times_without_progress(acme: Partner, settings: Any, attempts: int, is_taken: bool) -> None:
    settings.JOB_MAX_ATTEMPTS = 3
    enqueue("test", subject_id="a", partner=acme)
    Job.objects.update(attempts=attempts)

    assert bool(claim()) is is_taken
    assert Job.objects.get().state == (JobState.RUNNING if is_taken else JobState.FAILED)


def test_failed_job_says_why_and_does_not_keep_its_lease(taken_over: tuple[Job, Job]) -> None:
    _, holder = taken_over

    domain.fail(holder, "x" * 2001)

    job = Job.objects.get()
    assert (job.state, job.failure, job.lease_until) == (JobState.FAILED, "x" * 2000, None)
    assert job.finished_at is not None


def test_job_that_is_done_has_no_lease_and_no_failure(acme: Partner, handler: Any) -> None:
    handler(ends)
    job = enqueue("test", subject_id="a", partner=acme)
    Job.objects.update(failure="of the first attempt")

    run_next()

    job.refresh_from_db()
    assert (job.state, job.lease_until, job.failure) == (JobState.DONE, None, "")
    assert job.finished_at is not None


@pytest.mark.parametrize(("attempts", "seconds"), [(0, 2), (1, 4)])
def test_wait_after_an_attempt_doubles(acme: Partner, handler: Any, attempts: int, seconds: int) -> None:
    handler(breaks)
    enqueue("test", subject_id="a", partner=acme)
    Job.objects.update(attempts=attempts)
    before = timezone.now()

    run_next()

    waits = Job.objects.get().not_before - before
    assert timedelta(seconds=seconds - 0.1) <= waits < timedelta(seconds=seconds * 2 - 0.1)
    assert (Job.objects.get().state, Job.objects.get().attempts) == (JobState.QUEUED, attempts + 1)


def test_job_yields_only_to_another_partner_and_only_after_its_slice(
    acme: Partner, borealis: Partner, settings: Any
) -> None:
    settings.JOB_SLICE_SECONDS = 0
    enqueue("test", subject_id="a", partner=acme)
    job = claim()
    assert job is not None
    enqueue("test", subject_id="b", partner=acme)
    Run(job).yield_to_other_partners()  # its own partner's job waits

    enqueue("test", subject_id="c", partner=borealis)

    with pytest.raises(domain.YieldToOthers):
        Run(job).yield_to_other_partners()
    settings.JOB_SLICE_SECONDS = 100
    Run(job).yield_to_other_partners()


@pytest.mark.parametrize(
    ("state", "days", "is_kept"),
    [
        (JobState.DONE, 29, True),
        (JobState.DONE, 31, False),
        (JobState.FAILED, 31, False),
        (JobState.QUEUED, 31, True),  # it failed once, and is to run again
        (JobState.RUNNING, 31, True),
    ],
)
def test_only_what_ended_long_ago_is_dropped(acme: Partner, state: JobState, days: int, is_kept: bool) -> None:
    enqueue("test", subject_id="a", partner=acme)
    Job.objects.update(state=state, finished_at=timezone.now() - timedelta(days=days))

    assert domain.drop_finished(days=30) == (0 if is_kept else 1)


def test_job_that_is_asked_for_again_starts_from_nothing(acme: Partner, handler: Any) -> None:
    def work(run: Run) -> None:
        with run.chunk() as chunk:
            chunk.checkpoint, chunk.done, chunk.total = {"at": 5}, 5, 9
        enqueue("test", subject_id="a", partner=acme)
        Job.objects.update(not_before=timezone.now() + timedelta(minutes=5))

    handler(work)
    enqueue("test", subject_id="a", partner=acme)

    run_next()

    job = Job.objects.get()
    assert (job.state, job.runs_again, job.attempts, job.checkpoint) == (JobState.QUEUED, False, 0, {})
    assert (job.done, job.total, job.lease_until) == (0, 0, None)
    assert domain.waiting() == 1


def asks_again(run: Run) -> None:
    enqueue("test", subject_id=run.job.subject_id, partner=run.job.partner)


def writes(run: Run) -> None:
    with run.chunk() as chunk:
        chunk.checkpoint, chunk.done = {"at": 5}, 5
    run.beat(done=6, total=9)


def is_stopped(run: Run) -> None:
    domain.fail(run.job, "stopped")
    raise LeaseLost


@pytest.mark.parametrize("then", [ends, breaks, disk_is_full, yields, asks_again, writes, is_stopped])
def test_other_jobs_of_the_same_fence_stay_as_they_are(
    acme: Partner, borealis: Partner, handler: Any, then: Any
) -> None:
    other = enqueue("test", subject_id="other", partner=borealis)
    assert claim() == other
    before = Job.objects.values().get(pk=other.pk)
    handler(then)
    enqueue("test", subject_id="a", partner=acme)

    run_next()

    assert Job.objects.values().get(pk=other.pk) == before
    assert Job.objects.exclude(pk=other.pk).get().fence == before["fence"] == 1


def test_job_that_yields_begins_its_attempts_anew_without_a_lease(acme: Partner, handler: Any) -> None:
    handler(yields)
    enqueue("test", subject_id="a", partner=acme)

    run_next()

    job = Job.objects.get()
    assert (job.state, job.attempts, job.lease_until) == (JobState.QUEUED, 0, None)


@pytest.mark.parametrize(("hours", "is_counted"), [(23, False), (25, True)])
def test_full_disk_counts_once_the_job_was_begun_a_day_ago(
    acme: Partner, handler: Any, hours: int, is_counted: bool
) -> None:
    handler(disk_is_full)
    enqueue("test", subject_id="a", partner=acme)
    Job.objects.update(started_at=timezone.now() - timedelta(hours=hours), attempts=2)

    run_next()

    job = Job.objects.get()
    assert (job.state, job.attempts) == ((JobState.FAILED, 3) if is_counted else (JobState.QUEUED, 0))
    assert job.lease_until is None
