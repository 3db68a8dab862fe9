"""The Celery tasks: run waiting jobs, run periodic work that is due. Also the periodic work on jobs themselves."""

from datetime import timedelta
from typing import Final

from celery import shared_task
from celery.signals import worker_init
from django.conf import settings
from django.dispatch import receiver

from portal.clock import clock_moved
from portal.jobs import domain
from portal.jobs.models import PeriodicRun
from portal.jobs.periodic import periodic, run_periodic_tasks
from portal.jobs.retention import Retention, register
from portal.jobs.throughput import yield_to_pages
from portal.jobs.upgrades import begin_steps

_FINISHED_KEPT_DAYS: Final = 30


@worker_init.connect
def _begin(**_: object) -> None:
    """Lower the priority of a starting worker: pages of the same machine go first."""
    yield_to_pages()


@shared_task(name=domain.WAKE_UP, ignore_result=True)
def work() -> None:
    """Run waiting jobs one after the other until none is left."""
    while domain.run_next():
        pass


@shared_task(name="portal.jobs.tasks.run_periodic", ignore_result=True)
def run_periodic() -> None:
    """Run the periodic work that is due. The beat sends this every few seconds.

    It has no expiry: a worker whose clock is ahead of the beat's would drop every one. Of many, all but the first find
    nothing to do.
    """
    run_periodic_tasks()


@receiver(clock_moved)
def _everything_is_due(**_: object) -> None:
    """When the demo's clock was set, all periodic work looks again at what time has changed."""
    PeriodicRun.objects.update(last_started_at=None)


@periodic(seconds=settings.JOB_SWEEP_SECONDS)
def sweep() -> None:
    """Find jobs that were never woken or whose lease ran out, and wake a worker for a few of them."""
    for _ in range(min(domain.waiting(), 4)):
        domain.wake()


@periodic(minutes=1)
def finish_upgrade() -> None:
    """Queue what the last upgrade left to the workers, until it is done."""
    begin_steps()


@periodic(hours=1)
def drop_finished_jobs() -> None:
    """Drop the rows of jobs that ended 30 days ago; the event log keeps what they did."""
    domain.drop_finished(days=_FINISHED_KEPT_DAYS)


register(Retention("Finished jobs", timedelta(days=_FINISHED_KEPT_DAYS), "they ended", drop_finished_jobs))
