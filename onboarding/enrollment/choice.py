"""Which programs a meter joins when its partner chose none of them. Pure; nothing is read or written."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from onboarding.enrollment.rules import ProgramRules


def joined_unchosen(
    programs: Iterable[ProgramRules], *, utility: str, classification: str, at: datetime
) -> frozenset[str]:
    """Of the programs that fit a meter, those that it joins: of two that exclude each other, the one that comes first
    in the catalogue. utility: "" when it is not known, and then nothing is left out because of it."""
    joined: list[ProgramRules] = []
    for program in sorted(programs, key=lambda program: (program.position, program.identifier)):
        if not any(_excludes(program, other, utility, classification, at) for other in joined):
            joined.append(program)
    return frozenset(program.identifier for program in joined)


def _excludes(program: ProgramRules, other: ProgramRules, utility: str, classification: str, at: datetime) -> bool:
    on = max(program.asked_on(at), other.asked_on(at))
    row = program.exclusion_of(other.identifier, utility=utility, classes={classification}, on=on)
    return row is not None and not row.is_allowed


def denied_by(asset: Mapping[str, Any], programs: Iterable[ProgramRules]) -> frozenset[str]:
    """The programs in which the meter is not, by its own answers in the fields of these programs."""
    said = [row for program in programs for row in program.exclusions if row.said_by]
    return frozenset(row.other for row in said if _answer(asset, row.said_by) is False)


def _answer(asset: Mapping[str, Any], key: str) -> object:
    value: object = asset
    for part in key.split("."):
        value = value.get(part) if isinstance(value, Mapping) else None
    return value
