"""Work that is done again and again: declared beside the code that it runs, begun by whichever worker finds it due.

A PeriodicRun row for each says when it was last begun, by the database's clock. Whoever moves that time forward does
the work, so any number of workers, with a broker or without one, can look for what is due.
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from django.db.models import DateTimeField, ExpressionWrapper, Q
from django.db.models.functions import Now

from portal.jobs.models import PeriodicRun

log = logging.getLogger("portal.jobs")

Verb = Callable[[], object]
_EARLY = 0.1  # of the interval: a look that comes a moment too soon need not wait for the next one


@dataclass(frozen=True, slots=True)
class PeriodicTask:
    """One piece of periodic work. name: the function's, unique among them all."""

    name: str
    interval: timedelta
    verb: Verb

    @property
    def module(self) -> str:
        return self.verb.__module__

    @property
    def is_due(self) -> Q:
        """The condition on its PeriodicRun."""
        before = ExpressionWrapper(Now() - self.interval * (1 - _EARLY), output_field=DateTimeField())
        return Q(name=self.name) & (Q(last_started_at=None) | Q(last_started_at__lte=before))


_TASKS: dict[str, PeriodicTask] = {}


def periodic(*, seconds: int = 0, minutes: int = 0, hours: int = 0) -> Callable[[Verb], Verb]:
    """Register what is done every so often. It may stop half-way, and is done again when it is due again."""
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
    """Every registered piece, the most frequent first."""
    return sorted(_TASKS.values(), key=lambda task: (task.interval, task.name))


def run_periodic_tasks() -> int:
    """Do whatever is due and return how many pieces that were. One that fails is logged; the others have their turn.

    Each piece is claimed right before it is begun, so that another worker can take the rest behind a long one.
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
    """What is due, by one read: looking every few seconds takes no lock."""
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
    """Say that it is begun now; False when another worker said so first."""
    return bool(PeriodicRun.objects.filter(task.is_due).update(last_started_at=Now()))
