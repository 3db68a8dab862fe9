"""The published events of Connect: how far a customer's session is, and how it went at a utility (leap.md 3.3).

A session that began without a refId is not published, as it is not listed: nobody could tell whose it is. The events of
a session and of its authorizations are in one order.
"""

from collections.abc import Sequence
from typing import Final

from django.db.models import Q

from onboarding.connect.choices import SessionState
from portal.events.models import Event
from portal.events.published import Build, EventType, Payload, register

_HAS_REFERENCE: Final = Q(data__partner_reference__gt="")


def _payloads_of(*names: str) -> Build:
    def build(events: Sequence[Event]) -> dict[int, Payload]:
        """What the events keep; none of an event that was blanked."""
        return {event.pk: {name: event.data[name] for name in names} for event in events if names[0] in event.data}

    return build


register(
    EventType(
        name="connect_session.updated",
        meaning="A customer opened a Connect link, went on to the next step, left, or finished.",
        verbs=("connect_session.updated",),
        build=_payloads_of("partner_reference", "status"),
        example={"partner_reference": "partner-reference-1", "status": SessionState.COMPLETED.value},
        condition=_HAS_REFERENCE,
    ),
    EventType(
        name="connect_session.authorization_updated",
        meaning="A customer reached a utility’s sign-in, and authorized us there or did not.",
        verbs=("connect_session.authorization_updated",),
        build=_payloads_of("partner_reference", "utility_name", "status"),
        example={"partner_reference": "partner-reference-1", "utility_name": "PGE", "status": "COMPLETED"},
        condition=_HAS_REFERENCE,
    ),
)
