"""`manage.py work`: a worker that needs no broker, for when there is none."""

import os
import signal
import threading
from collections.abc import Callable
from types import FrameType

from django.conf import settings
from django.core.management import BaseCommand
from django.db import Error, close_old_connections

from portal.jobs.domain import run_next
from portal.jobs.periodic import run_periodic_tasks
from portal.jobs.throughput import yield_to_pages


class Command(BaseCommand):
    """Claim waiting jobs from the database, and do periodic work, until told to stop; safe beside other workers."""

    help = "Work off waiting jobs and periodic work without a broker, until SIGTERM or Ctrl-C."

    def handle(self, *args: object, **options: object) -> None:
        os.umask(0o077)  # what the portal writes is for its own user
        self.stopping = threading.Event()
        yield_to_pages()
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, self.stop)
        # In a thread of its own: reading the whole log takes minutes, and no job waits for that.
        threading.Thread(target=self.repeat, args=[run_periodic_tasks], name="periodic", daemon=True).start()
        self.repeat(run_next)

    def repeat(self, verb: Callable[[], object]) -> None:
        """Call `verb` in a loop, and pause whenever it found nothing to do."""
        while not self.stopping.is_set():
            close_old_connections()
            try:
                worked = verb()
            except Error as error:  # a lost server comes back; the job's lease runs out meanwhile
                self.stderr.write(f"the database: {error}")
                worked = False
            if not worked:
                self.stopping.wait(settings.JOB_SWEEP_SECONDS)

    def stop(self, number: int, frame: FrameType | None) -> None:
        self.stopping.set()
