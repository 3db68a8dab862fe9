"""The published events of meters, and what every published event about a meter says of it."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from onboarding.meters.models import Meter
from portal.events.models import Event
from portal.events.published import EventType, Payload, register
from portal.storage.ids import as_uuid

ABOUT: Final = "meter"  # the part of an event's data that says which meter it was: Identity
EXAMPLE: Final[Payload] = {
    "meter_id": "11111111-1111-1111-1111-111111111111",
    "partner_reference": "partner-reference-1",
    "transmission_region": "CAISO",
    "meter_type": "DEVICE",
}
_NAMES: Final = ("partner_reference", "transmission_region", "meter_type")


def identity_of(meter: Meter) -> dict[str, str]:
    """What published events say of a meter, as an event keeps it: a later reader gets what was true then."""
    return {name: getattr(meter, name) for name in _NAMES}


def about_meters(events: Iterable[Event]) -> dict[int, Payload]:
    """The part of the payloads that says which meter it is, by event. One query at most.

    An event that does not keep it (an early one, or one whose personal parts were blanked) gets what the meter has now;
    when there is no such meter any more, nothing is left to tell.
    """
    events = list(events)
    bare = [event for event in events if ABOUT not in event.data]
    present = _present(bare) if bare else {}
    about: dict[int, Payload] = {}
    for event in events:
        if identity := event.data.get(ABOUT) or present.get(event.subject_id):
            told = {name: identity[name] for name in _NAMES if identity.get(name)}
            about[event.pk] = {"meter_id": event.subject_id, **told}
    return about


def _present(events: Sequence[Event]) -> dict[str, Mapping[str, str]]:
    """What meters are now, by ID as text."""
    keys = [key for event in events if (key := as_uuid(event.subject_id))]
    partners = {event.partner_id for event in events}
    meters = Meter.objects.filter(pk__in=keys, partner__in=partners).only(*_NAMES)
    return {str(meter.pk): identity_of(meter) for meter in meters}


register(
    EventType(
        name="meter.created",
        meaning="A meter was created, by an upload, a form, the API or a customer's authorization.",
        verbs=("meter.created",),
        build=about_meters,
        example=EXAMPLE,
    )
)
