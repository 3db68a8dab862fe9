"""How background work shares a machine: it yields to pages, controls garbage collection, and writes in a thread."""

import gc
import os
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager

from django.db import connection

_NICENESS = 10  # enough that a page goes first; the work still takes all that is left


def yield_to_pages() -> None:
    """Give this process and its children a lower priority than the web processes of the same machine."""
    os.nice(_NICENESS)


@contextmanager
def collecting_by_hand() -> Iterator[Callable[[], int]]:
    """Suspend automatic garbage collection; call the yielded function now and then to collect.

    Making a hundred thousand rows allocates so much that the collector looks through all of it again and again, and
    finds nothing: a third of the time of a check.
    """
    was_enabled = gc.isenabled()
    gc.freeze()  # what is there already is not looked through; nor is it now, which would take a tenth of a second
    gc.disable()
    try:
        yield gc.collect
    finally:
        gc.unfreeze()
        if was_enabled:
            gc.enable()


class BackgroundWriter:
    """Runs calls in the background, one at a time and in order, while the caller prepares the next.

    On PostgreSQL it has a thread with a connection of its own. Elsewhere, and inside a transaction, it runs each call
    at once: SQLite has one writer, and a transaction is seen by its own connection only.
    """

    def __init__(self) -> None:
        overlaps = connection.vendor == "postgresql" and not connection.in_atomic_block
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="background-writer") if overlaps else None
        self._pending: Future[None] | None = None

    def do(self, work: Callable[[], None]) -> None:
        """Start a call once the one before it has ended. Raises what that one raised."""
        self.wait()
        if self._thread is None:
            work()
        else:
            self._pending = self._thread.submit(work)

    @property
    def is_busy(self) -> bool:
        return self._pending is not None and not self._pending.done()

    def wait(self) -> None:
        """Wait until no call is running. Raises what it raised."""
        pending, self._pending = self._pending, None
        if pending is not None:
            pending.result()

    def close(self) -> None:
        if self._thread is not None:
            self._thread.submit(connection.close)
            self._thread.shutdown()


@contextmanager
def background_writer() -> Iterator[BackgroundWriter]:
    """A writer whose calls have ended, and whose errors are raised, when the context ends without an error."""
    writer = BackgroundWriter()
    try:
        yield writer
        writer.wait()
    finally:
        writer.close()
