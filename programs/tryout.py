"""Trying one sample row against the catalogue as it is. The onboarding app registers how a row is evaluated."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from portal.problems import Problem


@dataclass(frozen=True, slots=True)
class TriedPeriod:
    """The row in one delivery period: the status, and when the meter would be active."""

    name: str
    status: str
    why: str


@dataclass(frozen=True, slots=True)
class Tried:
    """What becomes of a sample row: it is refused for its problems, or has a status in the program and its periods.

    open_checks: what does not hold, in words. warnings: what is worth a look.
    """

    problems: Sequence[Problem] = ()
    warnings: Sequence[Problem] = ()
    status: str = ""
    open_checks: Sequence[str] = ()
    periods: Sequence[TriedPeriod] = ()


Trial = Callable[[str, Mapping[str, object]], Tried]  # of a program's identifier and cells by field key
_trials: list[Trial] = []


def register(trial: Trial) -> None:
    """Register how a row is tried; the last registration counts."""
    _trials[:] = [trial]


def try_row(program: str, cells: Mapping[str, object]) -> Tried | None:
    """What becomes of a row; writes nothing. None when nobody has registered how to try it."""
    return _trials[0](program, cells) if _trials else None
