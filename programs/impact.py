"""The impact of a change of the catalogue, measured before it is saved. The onboarding app registers how."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Move:
    """How many meters of a program go from one status to another."""

    program: str
    was: str
    now: str
    meters: int


@dataclass(frozen=True, slots=True)
class DateMove:
    """How many meters of a program get another date. what: "Deadline", "Activation" or "Active until"; was, now: the
    dates as people say them, "none" where there is none."""

    program: str
    what: str
    was: str
    now: str
    meters: int


@dataclass(frozen=True, slots=True)
class Example:
    """One meter whose status or one of whose dates would change: its IDs, and why, or which date."""

    partner: str
    reference: str
    meter: str
    program: str
    was: str
    now: str
    why: str


@dataclass(frozen=True, slots=True)
class Impact:
    """What a change would do, to statuses and to dates. looked_at: how many enrollments were evaluated; is_whole:
    whether those are all."""

    moves: Sequence[Move]
    dates: Sequence[DateMove]
    examples: Sequence[Example]
    looked_at: int
    is_whole: bool

    @property
    def is_any(self) -> bool:
        """Whether a meter would change, or may: not all were looked at."""
        return bool(self.moves or self.dates) or not self.is_whole


@dataclass(frozen=True, slots=True)
class Answers:
    """How the onboarding app measures: `rules` reads the rules as they are (inside the transaction that is not kept),
    `measure` compares them with what is recorded, `after` is called when a change was kept.
    """

    rules: Callable[[], object]
    measure: Callable[[Any], Impact]
    after: Callable[[], None]


_answers: list[Answers] = []


def register(answers: Answers) -> None:
    """Register how meters are evaluated; the last registration counts."""
    _answers[:] = [answers]


def answers() -> Answers | None:
    return _answers[0] if _answers else None
