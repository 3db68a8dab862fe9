"""What happened to a meter, as people write it."""

from typing import Any

from onboarding.meters.models import EnrollmentStatus
from portal.events.models import Event
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
    changes = event.data.get("changes", {})
    if event.verb == "meter.enrollment_changed":
        was, now = (EnrollmentStatus(value).label for value in changes["enrollment_status"])
        return [(f"Status in {event.data['program']}", was, now)]
    return [
        (
            schema.column(key).label if schema.knows(key) else _FIELDS.get(key) or key.replace("_", " ").capitalize(),
            _written(old),
            _written(new),
        )
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
