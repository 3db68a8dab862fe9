"""Where each value of a meter came from: the event that set it last, and its place in the file when it was one."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from django.db.models import Q

from onboarding.meters.models import Meter
from portal.events.models import Event
from portal.events.queries import timeline
from portal.partners.models import Partner
from programs.models import Utility

_CREATED, _RESTORED = "meter.created", "meter.restored"
_DOORS = {"form": "form", "api": "API", "link": "Connect link"}  # by Upload.source; a file goes by its own name
_AT_ONCE = 500  # events


@dataclass(frozen=True, slots=True)
class ValueSource:
    """What gave a value: its name ("crm.xlsx", "form", "API", "bulk change"), when, and by whom.

    upload: what to link to, None when there was none. place: where in the file, such as "row 14, column F".
    """

    name: str
    at: datetime
    by: str
    upload: UUID | None = None
    place: str = ""


@dataclass(frozen=True, slots=True)
class Provenance:
    """The sources of a meter's values: the one that all of them share, or else one for each field key."""

    shared: ValueSource | None = None
    by_key: Mapping[str, ValueSource] = field(default_factory=dict)


def provenance_of(meter: Meter, keys: Collection[str]) -> Provenance:
    """Where the present values of these field keys came from. At most four queries, however long the history."""
    setters = _setters(meter, keys)
    events = list({event.pk: event for event in setters.values()}.values())
    behind = _Uploads(meter.partner, events)
    if len(events) == 1:
        return Provenance(shared=behind.source(events[0]))
    return Provenance(by_key={key: behind.source(event, key) for key, event in setters.items()})


def _setters(meter: Meter, keys: Collection[str]) -> dict[str, Event]:
    """The event that gave each key its present value; what no change names came with the meter."""
    setters: dict[str, Event] = {}
    created = Event(verb=_CREATED, at=meter.created_at, actor_label=meter.get_created_by_display())
    for event in timeline(meter).iterator(chunk_size=_AT_ONCE):
        if event.verb == _CREATED and event.erased_at is None:
            created = event
        for key in event.data.get("changes", {}):
            setters.setdefault(key, event)
    return {key: setters.get(key, created) for key in keys}


class _Uploads:
    """The uploads behind some events of a meter, and what people wrote into its rows once the files were read."""

    def __init__(self, partner: Partner, events: Sequence[Event]) -> None:
        named = {event.data["upload"] for event in events if "upload" in event.data}
        self._uploads = {str(upload.pk): upload for upload in partner.uploads.filter(pk__in=named)}
        codes = {event.data["utility"] for event in events if "authorization" in event.data}
        self._utilities = dict(Utility.objects.filter(code__in=codes).values_list("code", "name")) if codes else {}
        rows = Q(pk__in=[])
        for event in events:
            if {"upload", "row"} <= event.data.keys():
                rows |= Q(pk=event.data["upload"], edits__row_number=event.data["row"])
        edits = partner.uploads.filter(rows).values_list("pk", "edits__values")
        self._corrected = {str(upload): frozenset(values) for upload, values in edits}

    def _connect_of(self, event: Event) -> str:
        """What came through Connect: a utility's data, or in Texas what the customer entered; "" for anything else."""
        if event.verb != _CREATED or "connection" not in event.data:
            return ""
        if "authorization" not in event.data:
            return "Leap Connect"
        return f"data of {self._utilities.get(event.data['utility'], event.data['utility'])}"

    def source(self, event: Event, key: str = "") -> ValueSource:
        """The source that an event names; with a key, where in the file its value was."""
        name = event.data.get("upload", "")
        upload = self._uploads.get(name)
        row = f"row {event.data['row']}" if "row" in event.data else ""
        if upload is None and (door := self._connect_of(event)):
            return ValueSource(door, event.at, event.actor_label)
        if upload is None:
            words = event.actor_label if event.verb == _CREATED else event.data.get("file", "bulk change")
            return ValueSource(words, event.at, event.actor_label, place=row)
        words = _DOORS.get(upload.source, upload.file_name)
        if event.verb == _RESTORED:
            return ValueSource(f"{words}, taken back", event.at, event.actor_label, upload.pk)
        column = upload.place_of(key) if key else ""
        if key in self._corrected.get(name, ()):
            column = "corrected afterwards"
        place = "" if upload.source in _DOORS else ", ".join(filter(None, (row, column)))
        return ValueSource(words, event.at, event.actor_label, upload.pk, place)
