"""What the catalogue knows of places and utilities, as the rules read it: plain values, read once per schema."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from programs.models import TRANSMISSION_REGIONS, AccountFormat, Confidence, Severity, State, Utility

REGION_NAMES = dict(TRANSMISSION_REGIONS)


@dataclass(frozen=True, slots=True)
class StateFacts:
    """One state: its name, its transmission regions, and a neighbour's zip codes that are delivered in it too."""

    name: str
    regions: tuple[str, ...]
    border_zips: frozenset[str]


@dataclass(frozen=True, slots=True)
class FormatFacts:
    """One form of a utility's account numbers."""

    name: str
    pattern: str
    example: str
    refuses: bool
    confidence: str
    valid_from: date | None
    valid_to: date | None

    def applies_on(self, on: date) -> bool:
        return not ((self.valid_from and on < self.valid_from) or (self.valid_to and on > self.valid_to))

    def fits(self, number: str) -> bool:
        return re.fullmatch(self.pattern, number, re.ASCII) is not None


@dataclass(frozen=True, slots=True)
class UtilityFacts:
    """One utility: where it is, and how its account numbers look."""

    code: str
    name: str
    region: str
    states: frozenset[str]
    eia_number: str
    eia_number_confirmed: bool
    formats: tuple[FormatFacts, ...]


@dataclass(frozen=True, slots=True)
class Facts:
    """The places and utilities of the catalogue by their codes."""

    states: Mapping[str, StateFacts]
    utilities: Mapping[str, UtilityFacts]


def facts_of_catalogue() -> Facts:
    """Three queries. Utilities that are only for tests are left out: nothing is said of them."""
    utilities = Utility.objects.filter(is_test=False).prefetch_related("account_formats")
    return Facts(
        states={
            state.code: StateFacts(state.name, tuple(state.transmission_regions), frozenset(state.border_zips))
            for state in State.objects.all()
        },
        utilities={utility.code: _utility(utility) for utility in utilities},
    )


def _utility(utility: Utility) -> UtilityFacts:
    return UtilityFacts(
        code=utility.code,
        name=utility.name,
        region=utility.transmission_region,
        states=frozenset(utility.states),
        eia_number=utility.eia_number,
        eia_number_confirmed=utility.eia_number_confirmed,
        formats=tuple(_format(one) for one in utility.account_formats.all()),
    )


def _format(account_format: AccountFormat) -> FormatFacts:
    return FormatFacts(
        name=account_format.name,
        pattern=account_format.pattern,
        example=account_format.example,
        refuses=account_format.severity == Severity.REFUSE,
        confidence=Confidence(account_format.confidence),
        valid_from=account_format.valid_from,
        valid_to=account_format.valid_to,
    )
