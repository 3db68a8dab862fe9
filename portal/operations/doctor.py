"""Checks of what the portal needs while it runs: in Django's own registry, with a tag.

`check --deploy` by itself must work where there is no server yet, so they look only when they are given a database,
as Django's own checks of databases do. `manage.py doctor` gives it.
"""

import signal
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from types import FrameType
from typing import Any, Final

from django.core import checks
from django.core.checks.registry import registry
from django.db import DEFAULT_DB_ALIAS

OPERATIONS: Final = "operations"
LONGEST_SECONDS: Final = 3  # of one check

Check = Callable[[], Iterable[checks.CheckMessage]]


class TookTooLong(BaseException):
    """Ends a check. No Exception, and no TimeoutError: libraries catch those and try again."""


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """What one check found; nothing when all is well."""

    name: str  # of the check
    findings: list[checks.CheckMessage]


def operational(
    *, trouble: str, hint: str, needs_database: bool = False
) -> Callable[[Check], Callable[..., list[checks.CheckMessage]]]:
    """Register a check that yields what is wrong. trouble, hint: what is said when it cannot even look, and what to do.

    An exception is told by its type alone: its text may hold an address with a password.
    """

    def register(check: Check) -> Callable[..., list[checks.CheckMessage]]:
        name = check.__name__

        def guarded(databases: Sequence[str] | None = None, **_: object) -> list[checks.CheckMessage]:
            if not databases:
                return []
            try:
                return list(check())
            except (Exception, TookTooLong) as error:
                return [problem(name, f"{trouble} ({type(error).__name__}).", hint)]

        guarded.__name__ = name
        tags = (OPERATIONS, checks.Tags.database) if needs_database else (OPERATIONS,)
        checks.register(guarded, *tags, deploy=True)
        return guarded

    return register


def problem(name: str, text: str, hint: str) -> checks.CheckMessage:
    """One finding: a sentence that says what is wrong, and one that says what to do."""
    return checks.Error(text, hint=hint, id=f"operations.{name}")


def diagnose() -> Iterator[Diagnosis]:
    """Run each check; those that read tables only if the database answers and has them. In the main thread alone."""
    registered: Iterable[Any] = registry.get_checks(True)  # the stubs know no names of checks
    waiting = {check.__name__: check for check in registered if OPERATIONS in check.tags}
    has_tables = True
    for name in ("database", "migrations", *sorted(waiting.keys() - {"database", "migrations"})):
        if has_tables or checks.Tags.database not in waiting[name].tags:
            diagnosis = _run(name, waiting[name])
            has_tables = has_tables and not (diagnosis.findings and name in ("database", "migrations"))
            yield diagnosis


def _run(name: str, check: Callable[..., Iterable[checks.CheckMessage]]) -> Diagnosis:
    with _time_limit():
        return Diagnosis(name, list(check(app_configs=None, databases=[DEFAULT_DB_ALIAS])))


@contextmanager
def _time_limit() -> Iterator[None]:
    """Raises TookTooLong in what runs too long. A timer that runs already goes on afterwards."""

    def stop(number: int, frame: FrameType | None) -> None:
        raise TookTooLong

    handler = signal.signal(signal.SIGALRM, stop)
    before, _ = signal.setitimer(signal.ITIMER_REAL, LONGEST_SECONDS)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, before)
        signal.signal(signal.SIGALRM, handler)
