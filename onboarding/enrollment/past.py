"""What meters held at a moment in the past: their present state with every event since then taken back."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from onboarding.enrollment.facts import OutPeriod
from onboarding.meters.columns import PLACES, Asset, asset_of
from onboarding.meters.models import Meter
from portal.events.models import Event
from programs.schema import Nesting, flatten

_JOINED, _LEFT = "meter.program_joined", "meter.program_left"
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

    left: the programs, by identifier, that it was in and has left since. lost: what cannot be told any more, because
    it was erased: "values", "programs", "participation".
    """

    asset: Asset
    out_periods: list[OutPeriod]
    left: set[str] = field(default_factory=set)
    lost: list[str] = field(default_factory=list)


def meters_at(
    meters: Collection[Meter], at: datetime, out_periods: Mapping[UUID, Sequence[OutPeriod]]
) -> dict[UUID, MeterPast]:
    """Those of the meters about which anything happened since, as they were; the others are as they are. One query.

    out_periods: when the meters take no part, as it is known now.
    """
    by_key = {str(meter.pk): meter for meter in meters}
    verbs = (*_CHANGED, *_OF_PARTICIPATION, _JOINED, _LEFT)
    events = Event.objects.filter(subject_type="meter", subject_id__in=by_key, verb__in=verbs, at__gt=at)
    by_meter: dict[UUID, list[Event]] = {}
    for event in events.order_by("-id").only("verb", "subject_id", "data", "erased_at"):
        by_meter.setdefault(by_key[event.subject_id].pk, []).append(event)
    by_pk = {meter.pk: meter for meter in meters}
    return {pk: _taken_back(by_pk[pk], since, out_periods.get(pk, ())) for pk, since in by_meter.items()}


def _taken_back(meter: Meter, events: Iterable[Event], out_periods: Sequence[OutPeriod]) -> MeterPast:
    past = MeterPast(asset_of(meter), list(out_periods))
    for event in events:
        if event.erased_at is not None:
            _lose(past, event)
        elif event.verb == _LEFT:
            past.left.add(event.data["program"])
        elif event.verb == _JOINED:
            past.left.discard(event.data["program"])
        elif event.verb in _OF_PARTICIPATION:
            past.out_periods = _OF_PARTICIPATION[event.verb](past.out_periods, event)
        else:
            past.asset = _asset_before(past.asset, event)
    return past


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
