"""Asking a reader of feeds, which is a process of its own."""

import json
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final

_ROOT: Final = Path(__file__).resolve().parents[2]
_WAIT_SECONDS: Final = 5


class ChildDied(Exception):
    """The process ended without an answer: it took more memory or time than it may, or crashed."""


def ask_child(module: str, order: Mapping[str, object], *, alive: Callable[[], None], seconds: float) -> dict[str, Any]:
    """Run a module with an order (JSON) and return its answer. alive: called every few seconds meanwhile.

    Raises ChildDied, also after so many seconds; and what `alive` raises.
    """
    with subprocess.Popen(
        [sys.executable, "-s", "-P", "-B", "-m", module, json.dumps(order)],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env={"PYTHONPATH": str(_ROOT), "PYTHONUTF8": "1", "MALLOC_ARENA_MAX": "2", "OPENBLAS_NUM_THREADS": "1"},
        cwd="/",
        close_fds=True,
        start_new_session=True,
    ) as child:
        until = time.monotonic() + seconds
        while True:
            try:
                content, _ = child.communicate(timeout=_WAIT_SECONDS)
                break
            except subprocess.TimeoutExpired:
                try:
                    alive()
                except BaseException:
                    child.kill()
                    raise
                if time.monotonic() > until:
                    child.kill()
    try:
        return dict(json.loads(content))
    except ValueError as error:
        raise ChildDied from error
