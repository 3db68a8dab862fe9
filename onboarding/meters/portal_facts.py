"""What the portal itself says of a meter: the names that head these columns in an export. No upload sets them."""

from typing import Final

METER_ID: Final = "meter_id"
PROGRAMS: Final = "programs"  # those that the meter is meant for
PORTAL_FACTS: Final = (
    METER_ID,
    "enrollment_status",
    "created_by",
    "created_at",
    "updated_at",
    "upload",
    "tags",
    PROGRAMS,
)
STATUS_IN: Final = "status."  # before a program's identifier: the meter's status there


def is_portal_fact(name: str) -> bool:
    """Whether the name of an export's column is one of the portal's own facts, and so no field of the meter."""
    return name in PORTAL_FACTS or (name.startswith(STATUS_IN) and name != STATUS_IN)
