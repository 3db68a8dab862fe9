"""Periodic work: declared beside the code that it runs, started by the first worker that finds it due.

Each task has a PeriodicRun row with its last start, by the database's clock. The worker that advances it does the work,
so any number of workers can poll, with a broker or without one.
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from django.db.models import DateTimeField, ExpressionWrapper, Q
from django.db.models.functions import Now

from portal import clock
from portal.jobs.models import MOST_AHEAD, PeriodicRun

log = logging.getLogger("portal.jobs")

Verb = Callable[[], object]
_EARLY = 0.1  # of the interval: a poll that comes a moment too early counts


@dataclass(frozen=True, slots=True)
class PeriodicTask:
    """One periodic task. name: the function's, unique among them all."""

    name: str
    interval: timedelta
    verb: Verb

    @property
    def module(self) -> str:
        return self.verb.__module__

    @property
    def is_due(self) -> Q:
        """The condition on its PeriodicRun. A start that is ahead is from before the clock was set back."""
        before = ExpressionWrapper(Now() - self.interval * (1 - _EARLY), output_field=DateTimeField())
        ahead = ExpressionWrapper(Now() + MOST_AHEAD, output_field=DateTimeField())
        is_due = Q(last_started_at=None) | Q(last_started_at__lte=before) | Q(last_started_at__gt=ahead)
        return Q(name=self.name) & is_due

    @property
    def longest_pause(self) -> timedelta:
        """How long it may be since its start; a worker that reads the whole log leaves the rest for minutes."""
        return 2 * self.interval + timedelta(minutes=10)


_TASKS: dict[str, PeriodicTask] = {}


def periodic(*, seconds: int = 0, minutes: int = 0, hours: int = 0) -> Callable[[Verb], Verb]:
    """Register a function to run at an interval. It may stop half-way; it runs again when it is next due."""
    interval = timedelta(seconds=seconds, minutes=minutes, hours=hours)
    if not interval:
        raise ValueError("periodic work needs an interval")

    def register(verb: Verb) -> Verb:
        task = PeriodicTask(verb.__name__, interval, verb)
        if _TASKS.setdefault(task.name, task) != task:
            raise ValueError(f"two pieces of periodic work are called {task.name}")
        return verb

    return register


def periodic_tasks() -> list[PeriodicTask]:
    """Every registered task, the most frequent first."""
    return sorted(_TASKS.values(), key=lambda task: (task.interval, task.name))


def overdue_tasks() -> list[PeriodicTask]:
    """The tasks that nobody began in twice their interval and ten minutes, or ever. One query."""
    begun = dict(PeriodicRun.objects.values_list("name", "last_started_at"))
    now = clock.real_now()
    return [task for task in periodic_tasks() if (at := begun.get(task.name)) is None or now - at > task.longest_pause]


def run_periodic_tasks() -> int:
    """Run every task that is due; returns how many. One that fails is logged, and the others still run.

    Each task is claimed right before it starts, so that another worker can take the rest while a long one runs.
    """
    begun = 0
    for task in _due():
        if not _claim(task):
            continue
        begun += 1
        try:
            task.verb()
        except Exception:
            log.exception("periodic work stopped: %s in %s", task.name, task.module)
    return begun


def _due() -> list[PeriodicTask]:
    """The tasks that are due: one query without a lock, since workers poll every few seconds."""
    tasks = periodic_tasks()
    rows = PeriodicRun.objects.filter(name__in=_TASKS)
    if rows.count() < len(tasks):
        PeriodicRun.objects.bulk_create([PeriodicRun(name=task.name) for task in tasks], ignore_conflicts=True)
    is_due = Q(pk__in=[])
    for task in tasks:
        is_due |= task.is_due
    names = set(rows.filter(is_due).values_list("name", flat=True))
    return [task for task in tasks if task.name in names]


def _claim(task: PeriodicTask) -> bool:
    """Record the start of a task; False when another worker was first."""
    return bool(PeriodicRun.objects.filter(task.is_due).update(last_started_at=Now()))
