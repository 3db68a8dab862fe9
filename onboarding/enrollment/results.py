"""The result of an evaluation, typed wherever it goes; its JSON is written and read here and nowhere else."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Final, NotRequired, TypedDict

from onboarding.meters.models import EnrollmentStatus
from portal.problems import Problem
from programs.models import Acts

# What an Enrollment row keeps of a result, in this order.
COLUMNS: Final = ("status", "missing", "reasons", "partner_actions", "leap_actions", "acts")
# The problems of a meter that does not fit a program at all: nothing that is filled in later helps.
MISFITS: Final = frozenset(
    {"PROGRAM_OTHER_REGION", "PROGRAM_OTHER_STATE", "PROGRAM_OTHER_METER_TYPE", "PROGRAM_OTHER_UTILITY"}
)
_BEST_FIRST: Final = (
    EnrollmentStatus.ACTIVE,
    EnrollmentStatus.ELIGIBLE,
    EnrollmentStatus.PENDING,
    EnrollmentStatus.NOT_PARTICIPATING,
    EnrollmentStatus.INELIGIBLE,
)


class StoredResult(TypedDict):
    """A result as JSON: what a staged row keeps for each program, and what SQL copies into Enrollment from there."""

    status: str
    missing: list[str]
    reasons: list[dict[str, object]]
    partner_actions: list[str]
    leap_actions: list[str]
    acts: str
    could_join: NotRequired[bool]


@dataclass(frozen=True)
class EnrollmentResult:
    """The status of one meter in one program, why it is that, and what has to be done.

    missing: keys of required fields that are empty. reasons: the other problems. partner_actions, leap_actions: the
    types of open actions, by who has to act. acts: who acts next, "" for nobody. could_join: the meter is not meant for
    the program; the result is shown in a preview and never written.
    """

    status: EnrollmentStatus
    missing: tuple[str, ...] = ()
    reasons: tuple[Problem, ...] = ()
    partner_actions: tuple[str, ...] = ()
    leap_actions: tuple[str, ...] = ()
    acts: str = ""
    could_join: bool = False

    @cached_property
    def stored(self) -> StoredResult:
        """As JSON; made once, since most rows of a sheet share one result."""
        stored: StoredResult = {
            "status": self.status.value,
            "missing": list(self.missing),
            "reasons": [problem.as_json() for problem in self.reasons],
            "partner_actions": list(self.partner_actions),
            "leap_actions": list(self.leap_actions),
            "acts": self.acts,
        }
        if self.could_join:
            stored["could_join"] = True
        return stored

    @classmethod
    def from_json(cls, data: StoredResult) -> "EnrollmentResult":
        return cls(
            status=EnrollmentStatus(data["status"]),
            missing=tuple(data["missing"]),
            reasons=tuple(Problem.from_json(reason) for reason in data["reasons"]),
            partner_actions=tuple(data.get("partner_actions", ())),
            leap_actions=tuple(data.get("leap_actions", ())),
            acts=data.get("acts", ""),
            could_join=data.get("could_join", False),
        )

    @property
    def columns(self) -> list[object]:
        """The values of COLUMNS, as the database keeps them."""
        stored: Mapping[str, object] = self.stored
        return [stored[name] for name in COLUMNS]

    @property
    def is_misfit(self) -> bool:
        """Whether the meter does not fit the program at all."""
        return any(problem.code in MISFITS for problem in self.reasons)

    def without_actions(self) -> "EnrollmentResult":
        """The same result with nothing to be done."""
        return replace(self, partner_actions=(), leap_actions=(), acts="")


def results_as_json(results: Mapping[str, EnrollmentResult]) -> dict[str, StoredResult]:
    """Results by program identifier, as a staged row keeps them."""
    return {program: result.stored for program, result in results.items()}


def results_from_json(data: Mapping[str, StoredResult]) -> dict[str, EnrollmentResult]:
    """Results by program identifier, from what a staged row keeps."""
    return {program: EnrollmentResult.from_json(stored) for program, stored in data.items()}


def without_misfit_actions(results: Mapping[str, EnrollmentResult]) -> dict[str, EnrollmentResult]:
    """The results of one meter by program. When it fits one program, the programs that it does not fit ask nothing of
    it, because a meter cannot change its region or its utility."""
    misfits = {program for program, result in results.items() if result.is_misfit}
    if len(misfits) == len(results):
        return dict(results)
    return {program: result.without_actions() if program in misfits else result for program, result in results.items()}


def best(statuses: Iterable[str]) -> str:
    """The global status: the best of the programs, INELIGIBLE when there is none (leap.md 4.3)."""
    known = set(statuses)
    return next((status.value for status in _BEST_FIRST if status.value in known), EnrollmentStatus.INELIGIBLE.value)


def first_to_act(acting: Iterable[str]) -> str:
    """Who acts next when several have to: the partner, then Leap; "" when nobody has."""
    known = set(acting)
    return next((acts.value for acts in (Acts.PARTNER, Acts.LEAP) if acts in known), "")
