"""How work shares a machine: it yields to pages, collects garbage by hand, and writes while the next is prepared."""

import gc
import os
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager

from django.db import connection

_NICENESS = 10  # enough that a page goes first; the work still takes all that is left


def yield_to_pages() -> None:
    """From now on this process and those that it starts let web processes of the same machine go first."""
    os.nice(_NICENESS)


@contextmanager
def collecting_by_hand() -> Iterator[Callable[[], int]]:
    """Without the collector's own rhythm; call what this yields now and then.

    Making a hundred thousand rows allocates so much that the collector looks through all of it again and again, and
    finds nothing: a third of the time of a check.
    """
    was_enabled = gc.isenabled()
    gc.collect()
    gc.freeze()
    gc.disable()
    try:
        yield gc.collect
    finally:
        gc.unfreeze()
        if was_enabled:
            gc.enable()


class BackgroundWriter:
    """Does one thing at a time in the background, in the order given, while the caller prepares the next.

    On PostgreSQL it has a thread with a connection of its own. Elsewhere, and inside a transaction, it does the thing
    at once: SQLite has one writer, and a transaction is seen by its own connection only.
    """

    def __init__(self) -> None:
        overlaps = connection.vendor == "postgresql" and not connection.in_atomic_block
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="background-writer") if overlaps else None
        self._pending: Future[None] | None = None

    def do(self, work: Callable[[], None]) -> None:
        """Start this once the thing before is done. What that raised is raised here."""
        self.wait()
        if self._thread is None:
            work()
        else:
            self._pending = self._thread.submit(work)

    @property
    def is_busy(self) -> bool:
        return self._pending is not None and not self._pending.done()

    def wait(self) -> None:
        """Until nothing is under way. What it raised is raised here."""
        pending, self._pending = self._pending, None
        if pending is not None:
            pending.result()

    def close(self) -> None:
        if self._thread is not None:
            self._thread.submit(connection.close)
            self._thread.shutdown()


@contextmanager
def background_writer() -> Iterator[BackgroundWriter]:
    """A writer that has finished, and has raised what there was to raise, when the context ends well."""
    writer = BackgroundWriter()
    try:
        yield writer
        writer.wait()
    finally:
        writer.close()
