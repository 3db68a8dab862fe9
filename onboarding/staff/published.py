"""The published event of market groups: a group as it is in a delivery period once meters have joined or left it."""

from collections.abc import Collection, Sequence
from typing import Final
from uuid import UUID

from onboarding.enrollment.models import Activation
from portal.events.actors import Actor
from portal.events.domain import Happening, record_many
from portal.events.models import Event
from portal.events.published import PUBLISHED, EventType, Payload, published_time
from portal.events.published import register as publish
from portal.events.subjects import Subject, register
from portal.partners.models import Partner
from portal.storage.locks import hold
from portal.web import clock
from programs.deadlines import over_at
from programs.models import DeliveryPeriod

UPDATED: Final = "marketgroup.updated"
register(Subject("marketgroup", "Market group"))


def record_groups(groups: Collection[UUID], period: DeliveryPeriod, *, partner: Partner, by: Actor) -> None:
    """One marketgroup.updated event for each of these groups of a partner, with all meters that it has now. It holds
    them until the caller's transaction ends: two changes of one group are in the order in which they are committed."""
    for group in sorted(groups):
        hold(f"market group {group} of {partner.pk}")
    activations = Activation.objects.filter(partner=partner, period=period, market_group_id__in=groups).order_by("pk")
    by_group: dict[UUID, list[Activation]] = {}
    for activation in activations:
        assert activation.market_group_id
        by_group.setdefault(activation.market_group_id, []).append(activation)
    happenings: list[Happening] = [(UPDATED, pk, _data(period, rows)) for pk, rows in by_group.items()]
    record_many("marketgroup", happenings, partner=partner, by=by)


def _data(period: DeliveryPeriod, activations: Sequence[Activation]) -> dict[str, object]:
    """What the event says of a group, of which these are all activations that it had in the period."""
    now = clock.now()
    members = [one for one in activations if not one.active_to or one.active_to > now]
    counted = members or activations
    is_open = any(one.active_to is None for one in counted)
    ends_at = max(one.active_to or over_at(period.ends_at, period.program.zone) for one in counted)
    name = activations[-1].market_group_name
    published = {
        "market_group_id": str(activations[-1].market_group_id),
        "market_group_name": name,
        "start_date_time": published_time(min(one.active_from for one in counted)),
        "end_date_time": published_time(period.ends_at if is_open else ends_at),
        "meter_ids": [str(one.meter_id) for one in members],
    }
    return {
        "program": period.program.identifier,
        "period": period.name,
        "market_group": name,
        "meters": len(members),
        PUBLISHED: published,
    }


def _payloads(events: Sequence[Event]) -> dict[int, Payload]:
    """The payloads as they were kept; none of an event that was blanked."""
    return {event.pk: dict(event.data[PUBLISHED]) for event in events if PUBLISHED in event.data}


publish(
    EventType(
        name="meter.enrollment.group.updated",
        meaning="Meters have joined or left a market group. It names all meters that the group has then.",
        verbs=(UPDATED,),
        build=_payloads,
        example={
            "market_group_id": "22222222-2222-2222-2222-222222222222",
            "market_group_name": "GRP1_NAME",
            "start_date_time": "2024-05-01T04:00:00Z",
            "end_date_time": "2024-06-01T04:00:00Z",
            "meter_ids": ["11111111-1111-1111-1111-111111111111"],
        },
    )
)
