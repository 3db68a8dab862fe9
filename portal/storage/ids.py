"""Identifiers that sort by time."""

import uuid

import uuid_utils.compat


def uuid7() -> uuid.UUID:
    """A new UUID version 7 (RFC 9562): unguessable enough to be public, ordered by its millisecond of birth."""
    return uuid_utils.compat.uuid7()


def as_uuid(text: str) -> uuid.UUID | None:
    """The ID that a text is; None when it is none."""
    try:
        return uuid.UUID(text.strip())
    except ValueError:
        return None
