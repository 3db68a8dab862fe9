"""The append-only list of what happened to a connection, and whether it waits for the partner."""

from collections.abc import Mapping
from datetime import datetime
from typing import Final

from onboarding.connect.choices import NoteKind
from onboarding.connect.models import Authorization, Connection, ConnectionNote
from onboarding.connect.progress import advance
from onboarding.connect.queries import to_decide
from portal.web import clock

_ASKS_FOR_ESI_ID: Final = (NoteKind.ESI_ID_MISSING, NoteKind.ESI_ID_TAKEN)
ASKS_ABOUT_DEVICE: Final = (
    NoteKind.DEVICE_FITS_NOTHING,
    NoteKind.DEVICE_REFERENCE_TAKEN,
    NoteKind.DEVICE_NOT_CREATED,
    NoteKind.DEVICE_SERIAL_TAKEN,
)
_ASKS_FOR_PARTNER: Final = frozenset({NoteKind.TO_DECIDE, *_ASKS_FOR_ESI_ID, *ASKS_ABOUT_DEVICE})


def note(
    connection: Connection | None,
    kind: NoteKind,
    *,
    authorization: Authorization | None = None,
    facts: Mapping[str, object] | None = None,
    expected_by: datetime | None = None,
) -> None:
    """Add a note, in the caller's transaction, and what it says of how far the customer is; a session without a refId
    has nowhere to put it."""
    if connection is None:
        return
    ConnectionNote.objects.create(
        connection=connection,
        authorization=authorization,
        kind=kind,
        facts=dict(facts or {}),
        at=clock.now(),
        expected_by=expected_by,
    )
    advance(connection, kind, authorization)
    if kind in _ASKS_FOR_PARTNER:
        Connection.objects.filter(pk=connection.pk).update(needs_partner=True)


def refresh_needs(connection: Connection) -> None:
    """Say that nothing waits for the partner any more, if that is so."""
    waits = (
        _last(connection, *_ASKS_FOR_ESI_ID) > _last(connection, NoteKind.ESI_ID_GIVEN)
        or question_about_device(connection) is not None
        or to_decide(connection).exists()
    )
    Connection.objects.filter(pk=connection.pk).update(needs_partner=waits)


def question_about_device(connection: Connection) -> ConnectionNote | None:
    """The newest note that asks the partner about a device, unless it was answered or a meter came of it."""
    kinds = (*ASKS_ABOUT_DEVICE, NoteKind.DEVICE_DECIDED, NoteKind.DEVICE_JOINED, NoteKind.METER_CREATED)
    newest = ConnectionNote.objects.filter(connection=connection, kind__in=kinds).order_by("-pk").first()
    return newest if newest and newest.kind in ASKS_ABOUT_DEVICE else None


def _last(connection: Connection, *kinds: NoteKind) -> int:
    newest = ConnectionNote.objects.filter(connection=connection, kind__in=kinds).order_by("-pk").first()
    return newest.pk if newest else 0


def text_of(entry: ConnectionNote) -> str:
    """A note as the partner reads it."""
    return str(NoteKind(entry.kind).label).format_map(_Facts(entry.facts))


class _Facts(dict[str, object]):
    def __missing__(self, key: str) -> str:
        return ""
