"""What Celery runs: wake up and work; sweep for what nobody woke."""

from celery import shared_task

from portal.jobs import domain


@shared_task(name=domain.WAKE_UP, ignore_result=True)
def work() -> None:
    """Run waiting jobs one after the other until none is left."""
    while domain.run_next():
        pass


@shared_task(name="portal.jobs.tasks.sweep", ignore_result=True, expires=10)
def sweep() -> None:
    """Find jobs that were never woken or whose lease ran out, and wake a worker for a few of them."""
    for _ in range(min(domain.waiting(), 4)):
        domain.wake()


@shared_task(name="portal.jobs.tasks.tidy", ignore_result=True, expires=600)
def tidy() -> None:
    """Drop the rows of finished jobs after 30 days (what they did stands in the event log), and let the rooms tidy."""
    domain.drop_finished(days=30)
    domain.tidy_rooms()
