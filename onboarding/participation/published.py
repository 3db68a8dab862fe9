"""The published event of participation: one for each change of a meter's plan, with what holds from when until when.

That a time out begins or ends as planned is no event of its own: it was told when it was planned, and the status that
changes with it is told then.
"""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from onboarding.enrollment.models import Preference
from onboarding.meters.published import EXAMPLE, about_meters
from portal.events.models import Event
from portal.events.published import EventType, Payload, published_time, register
from portal.web.clock import midnight

_PREFERENCE: Final = "participation_preference"
_OF_VERB: Final = {
    "meter.idled": Preference.IDLE,
    "meter.disenrolled": Preference.DISENROLL,
    "meter.participating": Preference.PARTICIPATE,
    "meter.idle_removed": Preference.PARTICIPATE,
}


def preference_from(preference: Preference, starts_at: datetime, ends_at: datetime | None) -> dict[str, str]:
    """What holds from a moment on, as payloads have it; without an end there is no end_time."""
    told = {_PREFERENCE: preference.value, "start_time": published_time(starts_at)}
    return told | ({"end_time": published_time(ends_at)} if ends_at else {})


def _payloads(events: Sequence[Event]) -> dict[int, Payload]:
    """Payloads; an event of the time before there were any is told by its days."""
    about, payloads = about_meters(events), {}
    for event in events:
        if payload := about.get(event.pk):
            if _PREFERENCE not in payload and "from" in event.data:
                payload |= _by_days(_OF_VERB[event.verb], event.data)
            if _PREFERENCE in payload:
                payloads[event.pk] = payload
    return payloads


def _by_days(preference: Preference, data: Mapping[str, Any]) -> dict[str, str]:
    zone = ZoneInfo(data["zone"])
    starts_at = midnight(date.fromisoformat(data["from"]), zone)
    ends_at = midnight(date.fromisoformat(data["to"]) + timedelta(days=1), zone) if data.get("to") else None
    return preference_from(preference, starts_at, ends_at)


register(
    EventType(
        name="meter.enrollment.participation-status.updated",
        meaning="Someone changed when a meter participates, is idle or is disenrolled.",
        verbs=tuple(_OF_VERB),
        build=_payloads,
        example={
            **EXAMPLE,
            _PREFERENCE: "IDLE",
            "start_time": "2025-06-01T07:00:00Z",
            "end_time": "2025-07-01T07:00:00Z",
        },
    )
)
