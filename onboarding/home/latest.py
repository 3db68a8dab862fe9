"""What happened lately at a partner: uploads, connections that became meters, and meters with another status."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from urllib.parse import urlencode

from django.db.models import Q
from django.urls import reverse

from onboarding.enrollment.rules import rules_of
from onboarding.meters.models import EnrollmentStatus
from onboarding.uploads.models import Upload
from portal.events.models import Event
from portal.partners.models import Partner
from portal.partners.queries import events_of

SHOWN: Final = 5
EVENTS_READ: Final = 300  # the newest of the partner, among which is looked for something to tell
_TOGETHER: Final = timedelta(minutes=1)  # alike happenings this close are one


@dataclass(frozen=True, slots=True)
class Happening:
    """One line: when, what, more about it, and where it leads to."""

    at: datetime
    text: str
    note: str
    url: str


def latest_of(partner: Partner, uploads: Iterable[Upload]) -> list[Happening]:
    """The newest happenings, newest first. uploads: the partner's newest. One query, over so many events that no page
    waits for it."""
    newest = events_of(partner).order_by("-pk").values("pk")[:EVENTS_READ]
    connected = Q(verb__in=("meter.created", "meter.authorization_joined"), data__has_key="connection")
    told = Event.objects.filter(connected | Q(verb="meter.enrollment_changed"), pk__in=newest, erased_at=None)
    events = list(told.only("at", "verb", "subject_id", "data").order_by("-pk"))
    happenings = [*_connected(events), *_changed(events), *map(_uploaded, uploads)]
    return sorted(happenings, key=lambda one: one.at, reverse=True)[:SHOWN]


def _uploaded(upload: Upload) -> Happening:
    return Happening(upload.created_at, upload.file_name, str(upload.status.label), reverse("upload", args=[upload.pk]))


def _connected(events: Iterable[Event]) -> Iterable[Happening]:
    for event in events:
        if event.verb != "meter.enrollment_changed":
            reference = event.data["connection"] or "without a reference ID"
            text = "became a meter" if event.verb == "meter.created" else "joined a meter"
            yield Happening(event.at, f"Connection {reference}", text, reverse("meter", args=[event.subject_id]))


def _changed(events: Sequence[Event]) -> Iterable[Happening]:
    """Changes of status; those of many meters at once are one."""
    groups: list[list[Event]] = []
    for event in events:
        if event.verb == "meter.enrollment_changed":
            last = next((group for group in reversed(groups) if _change(group[0]) == _change(event)), None)
            if last and last[-1].at - event.at <= _TOGETHER:
                last.append(event)
            else:
                groups.append([event])
    for group in groups:
        program, status = _change(group[0])
        rules = rules_of([program]).get(program)
        name = rules.name if rules else program
        meters = {event.subject_id for event in group}
        note = f"{'is' if len(meters) == 1 else 'are'} now {status.label.lower()} in {name}"
        if len(meters) == 1:
            yield Happening(group[0].at, "1 meter", note, reverse("meter", args=[group[0].subject_id]))
            continue
        at_least = "More than " if group[-1] is events[-1] and len(events) >= EVENTS_READ else ""
        url = f"{reverse('meters')}?{urlencode({'program': program, 'status': status.value})}"
        yield Happening(group[0].at, f"{at_least}{len(meters):,} meters", note, url)


def _change(event: Event) -> tuple[str, EnrollmentStatus]:
    """The program and the status that a meter has there now."""
    return event.data["program"], EnrollmentStatus(event.data["changes"]["enrollment_status"][1])
