"""The published events of meters, and what every published event about a meter says of it."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from onboarding.meters.columns import Asset
from onboarding.meters.models import Meter
from portal.events.models import Event
from portal.events.published import PUBLISHED, EventType, Payload, register
from portal.storage import json_sql
from portal.storage.ids import as_uuid

EXAMPLE: Final[Payload] = {
    "meter_id": "11111111-1111-1111-1111-111111111111",
    "partner_reference": "partner-reference-1",
    "transmission_region": "CAISO",
    "meter_type": "DEVICE",
}
IDENTITY: Final = ("partner_reference", "transmission_region", "meter_type")


def identity_of(meter: Meter) -> dict[str, object]:
    """What published events say of a meter, as an event keeps it: who reads it later gets what was true then."""
    return {name: getattr(meter, name) for name in IDENTITY}


def identity_in(asset: Asset) -> dict[str, object]:
    """The same of an asset."""
    return {name: asset[name] for name in IDENTITY}


def identity_sql(vendor: str) -> str:
    """The same of a staged row (r.asset), as SQL."""
    return json_sql.object_of(vendor, [(name, json_sql.text_at(vendor, "r.asset", [name])) for name in IDENTITY])


def about_meters(events: Iterable[Event]) -> dict[int, Payload]:
    """The payloads of events about meters, as far as the events keep them. One query at most.

    An event that keeps none (an early one, or one whose personal parts were blanked) gets what the meter is now; when
    there is no such meter any more, nothing is left to tell.
    """
    events = list(events)
    bare = [event for event in events if PUBLISHED not in event.data]
    present = _present(bare) if bare else {}
    about: dict[int, Payload] = {}
    for event in events:
        if kept := event.data.get(PUBLISHED) or present.get(event.subject_id):
            about[event.pk] = {
                "meter_id": event.subject_id,
                **{name: told for name, told in kept.items() if told != ""},
            }
    return about


def _present(events: Sequence[Event]) -> dict[str, Mapping[str, object]]:
    """What meters are now, by ID as text."""
    keys = [key for event in events if (key := as_uuid(event.subject_id))]
    partners = {event.partner_id for event in events}
    meters = Meter.objects.filter(pk__in=keys, partner__in=partners).only(*IDENTITY)
    return {str(meter.pk): identity_of(meter) for meter in meters}


register(
    EventType(
        name="meter.created",
        meaning="A meter was created: by an upload, a form, the API or a customer’s authorization.",
        verbs=("meter.created",),
        build=about_meters,
        example=EXAMPLE,
    )
)
