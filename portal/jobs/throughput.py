"""How background work shares a machine: it yields to pages, and controls garbage collection."""

import gc
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager

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
