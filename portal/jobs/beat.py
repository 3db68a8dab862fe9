"""The beat's scheduler: it asks for periodic work at an interval that no setting of the machine's clock changes."""

import time
from typing import Any, Final, cast

from celery.beat import Scheduler
from celery.schedules import schedule

_IDLE_SECONDS: Final = 60.0  # between two looks at a schedule that is empty


class SteadyScheduler(Scheduler):
    """Celery's own goes by the time of day: set back by a day, it would send nothing for a day.

    It remembers nothing over a restart. That the database does (PeriodicRun).
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self._due: dict[str, float] = {}
        super().__init__(*args, **kwargs)

    def tick(self) -> float:  # type: ignore[override]  # Celery's has parameters for its own tests
        """Send what is due; returns the seconds until something is."""
        now = time.monotonic()
        for name, entry in self.schedule.items():
            if self._due.setdefault(name, now) <= now:
                self.apply_entry(entry, producer=self.producer)
                self._due[name] = now + cast("schedule", entry.schedule).seconds
        return max(0.0, min(self._due.values(), default=now + _IDLE_SECONDS) - time.monotonic())
