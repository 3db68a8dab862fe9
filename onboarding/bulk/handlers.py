"""How each kind of change of many meters is named, asked for and done. One subclass is one kind."""

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib import import_module
from pkgutil import iter_modules
from typing import ClassVar
from uuid import UUID

from onboarding.bulk.models import BulkAction, BulkResult, BulkRow
from onboarding.meters.domain import MeterChange, change_meters
from onboarding.meters.models import Meter
from portal.events.actors import Actor
from portal.problems import Problem

_ACTIONS = "onboarding.bulk.actions"


@dataclass(frozen=True, slots=True)
class ActionResult:
    """What became of one meter, and why it could not be changed if it could not."""

    result: BulkResult
    problems: Sequence[Problem] = ()


class BulkHandler(ABC):
    """One kind of change. Subclass it in a module of onboarding/bulk/actions and `register` an instance.

    kind: what is stored in BulkAction.kind, up to 16 characters. label: its name where somebody chooses it. is_offered:
    whether the lists of meters offer it for the chosen ones. details_page: the URL name of the page, which takes the
    action's ID, where a person gives the details, before the question. note: a sentence beside the button. reads: the
    meters' columns that `apply` needs (none: all). at_once: meters in one transaction; None: all of them.
    is_all_or_none: whether a row that cannot be done keeps all others from being done.
    """

    kind: ClassVar[str]
    label: ClassVar[str]
    is_offered: ClassVar[bool] = True
    details_page: ClassVar[str] = ""
    note: ClassVar[str] = ""
    reads: ClassVar[Sequence[str]] = ()
    at_once: ClassVar[int | None] = 1000
    is_all_or_none: ClassVar[bool] = False

    def sentence(self, action: BulkAction) -> str:
        """The verb phrase before the meters: "Add the tag “summer” to" (3 meters)."""
        return self.label

    def clean_value(self, value: str) -> str:
        """The value as it is kept: a tag, a group; "" for a kind that takes none. Raises Refused."""
        return ""

    def facts(self, action: BulkAction) -> Sequence[tuple[str, str]]:
        """How it is done, as facts and values beside the question."""
        return ()

    def outlook(self, action: BulkAction, meters: Sequence[Meter]) -> Mapping[str, object]:
        """What the question says beforehand: `outlook` (BulkResult, number) and `why` (text, number), or nothing."""
        return {}

    @abstractmethod
    def apply(
        self, action: BulkAction, rows: Sequence[BulkRow], meters: Mapping[UUID, Meter]
    ) -> Sequence[ActionResult]:
        """Do it, in the caller's transaction: a result for each row, in their order.

        The meter of every row is in `meters`, locked. A meter that was changed after `action.seen_at` is left
        (BulkResult.MEANWHILE), unless it holds already what it is to hold (BulkResult.SAME).
        """


class FieldHandler(BulkHandler):
    """A kind that gives meters new values in columns of their own, with one event (`verb`) for each that changes."""

    verb: ClassVar[str]
    reads = ("pk", "partner_reference", "tags", "is_archived", "customer_group", "updated_at")
    at_once = 4000

    @abstractmethod
    def fields(self, action: BulkAction, meter: Meter) -> dict[str, object]:
        """What the meter holds afterwards."""

    def apply(
        self, action: BulkAction, rows: Sequence[BulkRow], meters: Mapping[UUID, Meter]
    ) -> Sequence[ActionResult]:
        results, changes = [], []
        for row in rows:
            meter = meters[row.meter]
            fields = self.fields(action, meter)
            if all(getattr(meter, name) == value for name, value in fields.items()):
                results.append(ActionResult(BulkResult.SAME))
            elif meter.updated_at > action.seen_at:
                results.append(ActionResult(BulkResult.MEANWHILE))
            else:
                results.append(ActionResult(BulkResult.CHANGED))
                changes.append(MeterChange(meter, fields))
        change_meters(changes, verb=self.verb, partner=action.owner, by=Actor.from_json(action.actor))
        return results


_HANDLERS: dict[str, BulkHandler] = {}


def register(handler: BulkHandler) -> None:
    """Add a kind. A second handler of one kind is a programming error."""
    if handler.kind in _HANDLERS:
        raise ValueError(f"bulk kind registered twice: {handler.kind}")
    _HANDLERS[handler.kind] = handler


def all_handlers() -> list[BulkHandler]:
    """Every registered kind, in the order of the modules of onboarding/bulk/actions and then within each."""
    for module in iter_modules(import_module(_ACTIONS).__path__):
        import_module(f"{_ACTIONS}.{module.name}")
    return sorted(_HANDLERS.values(), key=lambda handler: type(handler).__module__)


def handler_of(kind: str) -> BulkHandler | None:
    """The handler of a kind; None for a kind that nobody registered."""
    return _HANDLERS.get(kind) or next((handler for handler in all_handlers() if handler.kind == kind), None)


def handler_for(action: BulkAction) -> BulkHandler:
    """The handler of an action. ValueError for a kind that is registered no more."""
    handler = handler_of(action.kind)
    if handler is None:
        raise ValueError(f"nobody does {action.kind}")
    return handler


def offered_kinds() -> list[tuple[str, str]]:
    """What can be done alike to meters that were chosen: (kind, label), in the order in which it is offered."""
    return [(handler.kind, handler.label) for handler in all_handlers() if handler.is_offered]


def details_page_of(action: BulkAction) -> str:
    """The page that asks for the details before anything else; "" when they are given."""
    return handler_for(action).details_page if action.details is None else ""
