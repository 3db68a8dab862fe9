"""`manage.py work`: a worker that needs no broker, for when there is none."""

import signal
import time
from types import FrameType
from typing import Any

from django.conf import settings
from django.core.management import BaseCommand
from django.db import Error, close_old_connections

from portal.jobs.domain import run_next
from portal.jobs.throughput import yield_to_pages


class Command(BaseCommand):
    """Claim waiting jobs from the database until told to stop; harmless beside other workers."""

    help = "Work off waiting jobs without a broker, until SIGTERM or Ctrl-C."

    def handle(self, *args: Any, **options: Any) -> None:
        self.stopping = False
        yield_to_pages()
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, self.stop)
        while not self.stopping:
            close_old_connections()
            try:
                worked = run_next()
            except Error as error:  # a lost server comes back; the job's lease runs out meanwhile
                self.stderr.write(f"the database: {error}")
                worked = False
            if not worked and not self.stopping:
                time.sleep(settings.JOB_SWEEP_SECONDS)

    def stop(self, number: int, frame: FrameType | None) -> None:
        self.stopping = True
