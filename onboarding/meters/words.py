"""What happened to a meter, as people write it."""

from typing import Any

from onboarding.meters.models import EnrollmentStatus
from portal.events.models import Event
from programs.schema import Schema


def changes_in(event: Event, schema: Schema) -> list[tuple[str, Any, Any]]:
    """What an event changed: label, old and new value of each field, as people write them."""
    changes = event.data.get("changes", {})
    if event.verb == "meter.enrollment_changed":
        was, now = (EnrollmentStatus(value).label for value in changes["enrollment_status"])
        return [(f"Status in {event.data['program']}", was, now)]
    return [
        (schema.column(key).label if schema.knows(key) else key.capitalize(), _written(old), _written(new))
        for key, (old, new) in changes.items()
        if key != "is_archived"  # the event's own words say it
    ]


def _written(value: Any) -> Any:
    if isinstance(value, list):
        return ", ".join(map(str, value)) or None
    return ("yes" if value else "no") if isinstance(value, bool) else value if value != "" else None
