"""What happened to a meter, as people write it."""

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from onboarding.meters.models import EnrollmentStatus
from portal.events.models import Event
from portal.web.clock import day_text
from programs.schema import Schema

_FIELDS = {
    "email": "E-mail",
    "is_active": "Switched on",
    "is_staff": "Staff",
    "is_superuser": "All rights",
    "requires_two_factor": "Second step required",
    "slug": "Short name",
}


def changes_in(event: Event, schema: Schema) -> list[tuple[str, Any, Any]]:
    """What an event changed: label, old and new value of each field, as people write them."""
    if event.verb in _PARTICIPATION:
        return [_participation(event)]
    changes = event.data.get("changes", {})
    if event.verb == "meter.enrollment_changed":
        was, now = (EnrollmentStatus(value).label for value in changes["enrollment_status"])
        return [(f"Status in {event.data['program']}", was, now)]
    if event.verb in _BY_LEAP:
        return [_BY_LEAP[event.verb](event.data)]
    return [
        (_label(key, schema), _written(old), _written(new))
        for key, (old, new) in changes.items()
        if key != "is_archived"  # the event's own words say it
    ]


def _label(key: str, schema: Schema) -> str:
    if schema.knows(key):
        return schema.column(key).label
    return _FIELDS.get(key) or key.replace("_", " ").capitalize()


def _written(value: Any) -> Any:
    if isinstance(value, list):
        return ", ".join(map(str, value)) or None
    return ("yes" if value else "no") if isinstance(value, bool) else value if value != "" else None


def _activated(data: Mapping[str, Any]) -> tuple[str, Any, Any]:
    return data["period"], "not active", _with_note("active", data.get("note"))


def _ended(data: Mapping[str, Any]) -> tuple[str, Any, Any]:
    return data["period"], "active", _with_note("ended", data.get("reason"))


def _recorded(data: Mapping[str, Any]) -> tuple[str, Any, Any]:
    where = data.get("period") or data.get("program")
    holds = "yes" if data["holds"] else f"no ({data['code']})" if data.get("code") else "no"
    return f"{data['item']} in {where}" if where else data["item"], "not known", _with_note(holds, data.get("note"))


def _with_note(words: str, note: str | None) -> str:
    return f"{words}: {note}" if note else words


_BY_LEAP: dict[str, Callable[[Mapping[str, Any]], tuple[str, Any, Any]]] = {
    "meter.activated": _activated,
    "meter.activation_ended": _ended,
    "meter.check_recorded": _recorded,
}
_PARTICIPATION = {
    "meter.idled": "idle",
    "meter.disenrolled": "disenrolled",
    "meter.participating": "takes part",
    "meter.idle_removed": "idle",
}
_PREFERENCES = {"IDLE": "idle", "DISENROLL": "disenrolled"}


def _participation(event: Event) -> tuple[str, Any, Any]:
    """What an event did to the times in which a meter takes part; days are those where the meter is."""
    told = _days(_PARTICIPATION[event.verb], event.data)
    if event.verb == "meter.idle_removed":
        return "Participation", told, "takes part"
    gave_way = [_days(_PREFERENCES.get(one["preference"], ""), one) for one in event.data.get("gave_way", ())]
    before = "out until then" if event.verb == "meter.participating" else "takes part"
    return "Participation", "; ".join(gave_way) or before, told


def _days(word: str, data: Mapping[str, str]) -> str:
    until = f" to {day_text(date.fromisoformat(data['to']))}" if "to" in data else ""
    reason = f" ({data['reason']})" if "reason" in data else ""
    return f"{word} from {day_text(date.fromisoformat(data['from']))}{until}{reason}"
