"""Periodic work: done when it is due, by one at a time, whatever becomes of the rest."""

import threading
from datetime import timedelta

import pytest
from django.core.management import call_command
from django.db import connection
from django.utils import timezone

from portal.jobs import periodic as module
from portal.jobs.models import PeriodicRun
from portal.jobs.periodic import periodic, periodic_tasks, run_periodic_tasks

pytestmark = pytest.mark.django_db


@pytest.fixture
def done(monkeypatch) -> list[str]:
    """Nothing is registered but what the test registers; what its pieces did."""
    monkeypatch.setattr(module, "_TASKS", {})
    return []


def rewind(name: str, ago: timedelta) -> None:
    PeriodicRun.objects.filter(name=name).update(last_started_at=timezone.now() - ago)


def test_it_is_done_at_once_and_again_when_its_interval_is_over(done):
    @periodic(hours=1)
    def hourly():
        done.append("hourly")

    assert [run_periodic_tasks(), run_periodic_tasks()] == [1, 0]
    rewind("hourly", timedelta(minutes=50))
    assert run_periodic_tasks() == 0
    rewind("hourly", timedelta(minutes=61))
    assert run_periodic_tasks() == 1
    assert done == ["hourly", "hourly"]


def test_start_that_is_ahead_is_from_before_the_clock_was_set_back(done):
    @periodic(hours=1)
    def hourly():
        done.append("hourly")

    run_periodic_tasks()
    rewind("hourly", -timedelta(minutes=9))
    assert run_periodic_tasks() == 0
    rewind("hourly", -timedelta(days=1))
    assert run_periodic_tasks() == 1


def test_each_has_an_interval_of_its_own(done):
    @periodic(seconds=5)
    def often():
        done.append("often")

    @periodic(hours=24)
    def daily():
        done.append("daily")

    run_periodic_tasks()
    for name in ("often", "daily"):
        rewind(name, timedelta(minutes=2))
    run_periodic_tasks()

    assert done == ["often", "daily", "often"]


def test_one_that_fails_keeps_no_other_from_its_turn_and_is_logged(done, caplog):
    @periodic(seconds=1)
    def falls():
        raise RuntimeError("falls")

    @periodic(seconds=2)
    def works():
        done.append("works")

    run_periodic_tasks()

    assert done == ["works"]
    assert [record.getMessage() for record in caplog.records] == [f"periodic work stopped: falls in {__name__}"]


def test_a_look_takes_two_reads_when_nothing_is_due(done, django_assert_num_queries):
    for name in ("first", "second", "third"):
        verb = lambda: None  # noqa: E731  three functions with names of their own
        verb.__name__ = name
        periodic(hours=1)(verb)
    run_periodic_tasks()

    with django_assert_num_queries(2):
        run_periodic_tasks()


def test_two_of_one_name_are_a_mistake(done):
    @periodic(hours=1)
    def same():
        pass

    with pytest.raises(ValueError, match="two pieces of periodic work are called same"):

        @periodic(hours=2)
        def same():
            pass


def test_an_interval_is_needed(done):
    with pytest.raises(ValueError, match="needs an interval"):
        periodic()


def test_everything_that_the_portal_repeats_is_listed(capsys):
    call_command("periodic", "--list")

    lines = [line.split() for line in capsys.readouterr().out.splitlines()]
    assert {line[0] for line in lines} == {task.name for task in periodic_tasks()}
    assert {(name, f"{count} {unit}", where) for name, _, count, unit, where in lines} >= {
        ("sweep", "5 s", "portal.jobs.tasks"),
        ("drop_finished_jobs", "1 h", "portal.jobs.tasks"),
        ("seal_new_events", "1 min", "portal.events.tasks"),
        ("check_sealed_log", "24 h", "portal.events.tasks"),
        ("drop_sent_emails", "1 h", "portal.notifications.tasks"),
    }


def test_the_command_does_what_is_due_once(done, capsys):
    @periodic(hours=1)
    def hourly():
        done.append("hourly")

    for _ in range(2):
        call_command("periodic")

    assert capsys.readouterr().out.splitlines() == [
        "Pieces of work that were due: 1.",
        "Pieces of work that were due: 0.",
    ]


def test_of_two_that_find_it_due_one_does_it(done):
    @periodic(hours=1)
    def hourly():
        done.append("hourly")

    first, second = (next(task for task in module._due() if task.verb is hourly) for _ in range(2))

    assert [module._claim(first), module._claim(second)] == [True, False]


@pytest.mark.skipif(
    connection.vendor == "sqlite", reason="threads share an in-memory database, whose tables lock; see the test above"
)
@pytest.mark.django_db(transaction=True)
def test_many_who_look_at_once_do_it_once(done):
    @periodic(hours=1)
    def hourly():
        done.append(threading.current_thread().name)

    gate = threading.Barrier(8)

    def look() -> None:
        gate.wait()
        try:
            run_periodic_tasks()
        finally:
            connection.close()

    threads = [threading.Thread(target=look) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(done) == 1
