"""What happened to a meter, as people write it. Rooms above register the events that are theirs."""

from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime
from typing import Any

from onboarding.enrollment.published import ACTIONS_CHANGED, STATUS_CHANGED
from onboarding.enrollment.rules import rules_of
from onboarding.meters.models import EnrollmentStatus
from portal.events.models import Event
from portal.events.published import PUBLISHED
from portal.web.clock import day_text
from portal.web.days import begin_text, deadline_text
from programs.models import ActionType
from programs.schema import Schema

Change = tuple[str, object, object]  # what it is called, what it was ("": nothing to be told), what it is
# Told for programs; people read the status in each program instead.
NOT_FOR_PEOPLE = (STATUS_CHANGED,)
EventData = Mapping[str, Any]
Told = Callable[[EventData], Change]
_REGISTERED: dict[str, Told] = {}
_FIELDS = {
    "email": "Email",
    "is_active": "Switched on",
    "is_staff": "Staff",
    "is_superuser": "All rights",
    "requires_two_factor": "Two-factor required",
    "slug": "Short name",
}


def register(verb: str, told: Told) -> None:
    """Register how the data of an event are shown as a change; for the rooms above, which write their own events."""
    _REGISTERED[verb] = told


def changes_in(event: Event, schema: Schema) -> list[Change]:
    """What an event changed: label, old and new value of each field, as people write them. Nothing once erased."""
    if event.erased_at is not None:
        return []
    if event.verb in _PARTICIPATION:
        return [_participation(event)]
    if event.verb in _MAKING:
        return [_making(event)]
    changes = event.data.get("changes", {})
    if event.verb == "meter.enrollment_changed":
        was, now = (EnrollmentStatus(value).label for value in changes["enrollment_status"])
        return [(f"Status in {event.data['program']}", was, now)]
    if event.verb == STATUS_CHANGED:
        was, now = (EnrollmentStatus(value).label for value in changes["enrollment_status"])
        return [("Status in all programs", was, now)]
    if event.verb == ACTIONS_CHANGED:
        return [_actions(event.data.get(PUBLISHED, {}))]
    if event.verb == "meter.authorization_joined" or (event.verb == "meter.created" and "connection" in event.data):
        return [("Connection", "", event.data["connection"] or "without a reference ID")]
    if event.verb in _REGISTERED:
        return [_REGISTERED[event.verb](event.data)]
    return [
        (_label(key, schema), _written(old), _written(new))
        for key, (old, new) in changes.items()
        if key != "is_archived"  # the event's own words say it
    ]


def _label(key: str, schema: Schema) -> str:
    if schema.knows(key):
        return schema.column(key).name
    return _FIELDS.get(key) or key.replace("_", " ").capitalize()


def _written(value: object) -> object:
    if isinstance(value, list):
        return ", ".join(map(str, value)) or None
    return ("yes" if value else "no") if isinstance(value, bool) else value if value != "" else None


def _actions(told: EventData) -> Change:
    """What the partner has to do from then on, each thing once with the programs that ask for it."""
    programs: dict[str, list[str]] = {}
    for action in told.get("actions", ()):
        programs.setdefault(ActionType(action["type"]).to_do, []).append(action["program"])
    texts = [f"{to_do} ({', '.join(names)})" for to_do, names in programs.items()]
    return "To do", "", "; ".join(texts) or "nothing any more"


_MAKING = {"meter.deadline_made": "Made", "meter.deadline_undone": "No longer counted as made:"}


def _making(event: Event) -> Change:
    """Which deadline a meter made, or did not make after all, in the time of the program's place."""
    identifier, period = event.data["program"], event.data["period"]
    rules = rules_of([identifier]).get(identifier)
    zone = rules.zone if rules else UTC  # as the data have it, once the program is gone
    deadline, activation = (
        datetime.fromisoformat(event.data[key]).astimezone(zone) for key in ("deadline", "activation")
    )
    told = f"the deadline of {period} {deadline_text(deadline)}, active from {begin_text(activation)}"
    return identifier, "", f"{_MAKING[event.verb]} {told}"


_PARTICIPATION = {
    "meter.idled": "idle",
    "meter.disenrolled": "disenrolled",
    "meter.participating": "participates",
    "meter.idle_removed": "idle",
}
_PREFERENCES = {"IDLE": "idle", "DISENROLL": "disenrolled"}


def _participation(event: Event) -> Change:
    """What an event did to the times in which a meter participates; days are those where the meter is."""
    told = _days(_PARTICIPATION[event.verb], event.data)
    if event.verb == "meter.idle_removed":
        return "Participation", told, "participates"
    overridden = [_days(_PREFERENCES.get(one["preference"], ""), one) for one in event.data.get("gave_way", ())]
    before = "out until then" if event.verb == "meter.participating" else "participates"
    return "Participation", "; ".join(overridden) or before, told


def _days(word: str, data: Mapping[str, str]) -> str:
    until = f" to {day_text(date.fromisoformat(data['to']))}" if "to" in data else ""
    reason = f" ({data['reason']})" if "reason" in data else ""
    return f"{word} from {day_text(date.fromisoformat(data['from']))}{until}{reason}"
