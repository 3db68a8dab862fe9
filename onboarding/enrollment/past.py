"""What meters held at a moment in the past: their present state with every event since then taken back."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Q

from onboarding.enrollment.facts import OutPeriod
from onboarding.meters.columns import PLACES, Asset, asset_of
from onboarding.meters.models import Meter
from portal.events.models import Event
from programs.schema import Nesting, flatten

_JOINED, _LEFT = "meter.program_joined", "meter.program_left"
_ACCOUNT = {"utility.electric_service_account_number", "utility.utility_name", "account_number", "utility_name", "data"}
_CHANGED = ("meter.updated", "meter.restored", "meter.reference_changed", "meter.grouped")

TakeBack = Callable[[Sequence[OutPeriod], Event], list[OutPeriod]]
_OF_PARTICIPATION: dict[str, TakeBack] = {}


def takes_back(*verbs: str) -> Callable[[TakeBack], TakeBack]:
    """Register how what events did to the times in which a meter is out is taken back; for the room that does it."""

    def register(take_back: TakeBack) -> TakeBack:
        _OF_PARTICIPATION.update(dict.fromkeys(verbs, take_back))
        return take_back

    return register


@dataclass(slots=True)
class MeterPast:
    """One meter at a moment in the past.

    left: the programs, by identifier, that it was in and has left since, and when it had joined each of them. lost:
    what cannot be told any more, because it was erased: "values", "programs", "participation".
    """

    asset: Asset
    out_periods: list[OutPeriod]
    is_archived: bool
    left: dict[str, datetime] = field(default_factory=dict)
    lost: list[str] = field(default_factory=list)


def meters_at(
    meters: Collection[Meter], at: datetime, out_periods: Mapping[UUID, Sequence[OutPeriod]]
) -> dict[UUID, MeterPast]:
    """Those of the meters about which anything happened since, as they were; the others are as they are. One query.

    out_periods: when the meters take no part, as it is known now.
    """
    by_key = {str(meter.pk): meter for meter in meters}
    known = Q(verb__in=(*_CHANGED, *_OF_PARTICIPATION, _JOINED, _LEFT)) | Q(data__changes__has_key="is_archived")
    events = Event.objects.filter(known, subject_type="meter", subject_id__any_of=by_key, at__gt=at)
    by_meter: dict[UUID, list[Event]] = {}
    for event in events.order_by("-id").only("verb", "subject_id", "data", "erased_at"):
        by_meter.setdefault(by_key[event.subject_id].pk, []).append(event)
    by_pk = {meter.pk: meter for meter in meters}
    past = {pk: _taken_back(by_pk[pk], since, out_periods.get(pk, ())) for pk, since in by_meter.items()}
    _tell_when_joined({pk: then for pk, then in past.items() if then.left}, at)
    return past


def _tell_when_joined(past: Mapping[UUID, MeterPast], at: datetime) -> None:
    """When each meter had joined the programs that it has left since; without an event it was with its creation."""
    keys = [str(pk) for pk in past]
    joins = (
        Event.objects.filter(subject_type="meter", subject_id__any_of=keys, verb=_JOINED, at__lte=at) if keys else ()
    )
    for event in joins:
        left = past[UUID(event.subject_id)].left
        if (program := event.data.get("program")) in left:
            left[program] = max(left[program], event.at)


def _taken_back(meter: Meter, events: Iterable[Event], out_periods: Sequence[OutPeriod]) -> MeterPast:
    past = MeterPast(asset_of(meter), list(out_periods), meter.is_archived)
    for event in events:
        if event.erased_at is not None:
            _lose(past, event)
        elif event.verb == _LEFT:
            past.left[event.data["program"]] = meter.created_at
        elif event.verb == _JOINED:
            past.left.pop(event.data["program"], None)
        elif event.verb in _OF_PARTICIPATION:
            past.out_periods = _OF_PARTICIPATION[event.verb](past.out_periods, event)
        elif "is_archived" in event.data["changes"]:
            past.is_archived = event.data["changes"]["is_archived"][0]
        else:
            past.asset = _asset_before(past.asset, event)
    return past


# --- who else it was about


def moved_since(partner: UUID, at: datetime) -> set[UUID]:
    """A partner's meters whose customer may have been another one at a moment: their account has changed since.

    Reads the partner's events since then, newest first.
    """
    return {UUID(event.subject_id) for event in _events_since(at, partner=partner) if _moves(event)}


def left_since(at: datetime) -> dict[str, set[UUID]]:
    """By identifier of the program: the meters that have left it since a moment."""
    left: dict[str, set[UUID]] = {}
    for event in _events_since(at):
        if event.verb == _LEFT and event.erased_at is None:
            left.setdefault(event.data["program"], set()).add(UUID(event.subject_id))
    return left


def _events_since(at: datetime, **of: object) -> Iterator[Event]:
    """Events about what meters hold, newest first, back to a moment: the log is in the order of time."""
    events = Event.objects.filter(subject_type="meter", verb__in=(*_CHANGED, _LEFT), **of).order_by("-id")
    for event in events.only("at", "verb", "subject_id", "data", "erased_at").iterator():
        if event.at <= at:
            return
        yield event


def _moves(event: Event) -> bool:
    return not _ACCOUNT.isdisjoint(event.data.get("changes") or ())


def _lose(past: MeterPast, event: Event) -> None:
    """An event whose data were erased tells that something changed, and no more."""
    what = (
        "programs"
        if event.verb in (_JOINED, _LEFT)
        else "participation"
        if event.verb in _OF_PARTICIPATION
        else "values"
    )
    if what not in past.lost:
        past.lost.append(what)


# --- values


def _asset_before(asset: Asset, event: Event) -> Asset:
    """The asset without what an event changed. Its changes name fields by key, or the meter's columns."""
    changes: Mapping[str, Any] = event.data.get("changes") or {}
    if "data" in changes:
        kept = {name: asset[name] for name in asset if (name,) in PLACES.values()}
        asset = {**kept, **changes["data"][0]}
    flat = flatten(asset)
    for name, (old, _) in changes.items():
        path = PLACES.get(name)
        if name != "data" and (path is None or len(path) == 1):
            _put(flat, name, old)
    return dict(Nesting(flat).nest(flat))


def _put(flat: dict[str, object], key: str, value: object) -> None:
    for slot in [name for name in flat if name == key or name.startswith(f"{key}.")]:
        del flat[slot]
    if isinstance(value, list):
        flat.update({f"{key}.{number}": item for number, item in enumerate(value)})
    elif value not in (None, ""):
        flat[key] = value
