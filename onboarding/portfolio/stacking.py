"""Which programs one customer can hold together, and why not others: from the rows that the evaluation uses."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from itertools import combinations

from onboarding.enrollment.rules import Exclusion, ProgramRules


@dataclass(frozen=True, slots=True)
class Pair:
    """Two programs and the row that decides about them; none when nothing speaks against both.

    paths: rows that hold for one way of taking part only. They are shown, and decide nothing.
    """

    first: ProgramRules
    other: ProgramRules
    row: Exclusion | None
    paths: tuple[Exclusion, ...]

    @property
    def is_allowed(self) -> bool:
        return self.row is None or self.row.is_allowed


def pairs_of(programs: Collection[ProgramRules], *, utility: str, classes: Collection[str], at: datetime) -> list[Pair]:
    """Every pair of these programs for a customer of a utility ("" for an unknown one); those that exclude first.

    classes: those of the customer's meters. at: as of when; a pair is evaluated on the day when both can be joined.
    """
    pairs = []
    for first, other in combinations(sorted(programs, key=lambda program: program.name), 2):
        on = max(first.asked_on(at), other.asked_on(at))
        row = first.exclusion_of(other.identifier, utility=utility, classes=classes, on=on)
        paths = tuple(
            line
            for line in first.exclusions
            if line.other == other.identifier and line.path and line.source.applies(on)
        )
        pairs.append(Pair(first, other, row, paths))
    return sorted(pairs, key=lambda pair: (pair.is_allowed, pair.row is None))
