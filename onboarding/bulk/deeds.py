"""Changes of many meters that another room carries out: it registers how, and this room asks, confirms and follows."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from onboarding.bulk.models import BulkAction, BulkKind, BulkResult, BulkRow
from onboarding.meters.models import Meter
from portal.problems import Problem

AT_ONCE = 1000  # meters in one transaction


@dataclass(frozen=True, slots=True)
class Done:
    """What became of one meter, and why it cannot be done if it cannot."""

    result: BulkResult
    problems: Sequence[Problem] = ()


@dataclass(frozen=True, slots=True)
class Deed:
    """How a kind is done. do: held meters, and their rows when they come from a file; in the caller's transaction.

    asked_at: the page (its URL's name) where a person says how, before the question; "" when rows say it. says: how, in
    a few facts. outlook: what else the question shows.
    """

    do: Callable[[BulkAction, Sequence[Meter], Mapping[UUID, BulkRow]], Mapping[UUID, Done]]
    asked_at: str = ""
    says: Callable[[BulkAction], Sequence[tuple[str, str]]] | None = None
    outlook: Callable[[BulkAction, Sequence[Meter]], Mapping[str, Any]] | None = None


_DEEDS: dict[BulkKind, Deed] = {}


def register(kind: BulkKind, deed: Deed) -> None:
    """Say how a kind is done; it is said once."""
    if _DEEDS.setdefault(kind, deed) is not deed:
        raise ValueError(f"bulk kind registered twice: {kind}")


def deed_of(action: BulkAction) -> Deed | None:
    """How another room does it; None for what this room does itself."""
    return _DEEDS.get(BulkKind(action.kind))


def page_to_say_how(action: BulkAction) -> str:
    """The page where it has to be said how, before anything else; "" when that is said."""
    deed = deed_of(action)
    return deed.asked_at if deed and action.details is None else ""
