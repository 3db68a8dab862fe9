"""A test run that has loaded everything, and tries one change after another in children of itself.

A plugin of pytest, for `tests.mutants`. Starting Django takes longer than most tests; here a child process begins from
where its parent is, gives one function of the engine another body, and runs the tests up to the first that fails.
"""

import functools
import gc
import json
import os
import signal
import time
import types
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

STOREYS = ("portal.", "programs.", "onboarding.")


@pytest.hookimpl(tryfirst=True)
def pytest_runtestloop(session: pytest.Session) -> bool:
    """The tests as they are; then for each order a child."""
    with (
        os.fdopen(int(os.environ["MUTANTS_ORDERS"])) as orders,
        os.fdopen(
            int(
                os.environ["MUTANTS_ANSWERS"],
            ),
            "w",
        ) as answers,
    ):
        began = time.monotonic()
        answer = {"failed": _run(session), "seconds": time.monotonic() - began}
        print(json.dumps(answer), file=answers, flush=True)
        for order in orders:
            answer = _in_a_child(session, **json.loads(order))
            print(json.dumps(answer), file=answers, flush=True)
    return True


def _run(session: pytest.Session) -> str:
    """The first test that fails, or nothing. What the session has set up stays."""
    for number, item in enumerate(session.items):
        following = session.items[(number + 1) % len(session.items)]
        item.config.hook.pytest_runtest_protocol(item=item, nextitem=following)
        if session.testsfailed:
            return item.nodeid
    return ""


def _in_a_child(session: pytest.Session, file: str, function: list[Any] | None, seconds: float) -> dict[str, object]:
    reading, writing = os.pipe()
    child = os.fork()
    if not child:
        os.setpgid(0, 0)
        try:
            _forget()
            hits = _put(file, *function) if function else 1
            answer = {"hits": hits, "failed": _run(session) if hits else ""}
        except BaseException as error:
            answer = {"hits": 1, "failed": repr(error)}
        os.write(writing, json.dumps(answer)[:60_000].encode())
        os._exit(0)
    os.close(writing)
    until = time.monotonic() + seconds
    while not (ended := os.waitpid(child, os.WNOHANG)[0]) and time.monotonic() < until:
        time.sleep(0.02)
    if not ended:
        os.killpg(child, signal.SIGKILL)
        os.waitpid(child, 0)
    with os.fdopen(reading) as pipe:
        return json.loads(pipe.read() or '{"hits": 1, "failed": "it took too long, or ended the process"}')


def _put(file: str, name: str, nth: int, source: str, changed: str) -> int:
    """Give a function the body that it has in a changed module; in how many places it was found."""
    here = str(Path(file).resolve())
    old, new = code_of(source, here, name, nth), code_of(changed, here, name, nth)
    if old is None or new is None or old.co_freevars != new.co_freevars:
        return 0
    hits = 0
    for thing in gc.get_objects():
        # Not isinstance: it asks lazy objects what they are, and what a request left behind raises then.
        if type(thing) is types.FunctionType and thing.__code__ == old and thing.__code__.co_filename == here:
            thing.__code__ = new
            hits += 1
    return hits


def _forget() -> None:
    """What functions of the engine have been asked before, they are asked again."""
    for thing in gc.get_objects():
        if type(thing) is functools._lru_cache_wrapper and str(thing.__module__).startswith(STOREYS):
            thing.cache_clear()


def code_of(source: str, file: str, name: str, nth: int) -> types.CodeType | None:
    """The nth function of that name in a module, or in its classes."""
    codes = [thing for thing in _codes(compile(source, file, "exec", dont_inherit=True)) if thing.co_qualname == name]
    return codes[nth] if nth < len(codes) else None


def _codes(code: types.CodeType) -> Iterator[types.CodeType]:
    for thing in code.co_consts:
        if isinstance(thing, types.CodeType):
            yield thing
            yield from _codes(thing)
