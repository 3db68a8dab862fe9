"""What needs a partner, most urgent first."""

from collections import Counter
from dataclasses import dataclass
from urllib.parse import urlencode

from django.db.models import Count
from django.urls import reverse

from onboarding.connect.models import Authorization, Connection, SuppliedConsent
from onboarding.connect.queries import (
    connections_named,
    consents_to_replace,
    overdue_authorizations,
    waiting_connections,
)
from onboarding.connect.rows import WaitingConnection, waiting_of
from onboarding.enrollment.models import Enrollment
from onboarding.enrollment.rules import rules_of
from onboarding.intervals.digest import MissingSummary, missing_summary
from onboarding.meters.models import Meter
from onboarding.meters.search.queries import search
from onboarding.portfolio.cards import Ahead, ahead_of, without_deadline
from onboarding.reminders.queries import renewals_of
from onboarding.uploads.models import RowOutcome, RowPlan, Upload, UploadState
from onboarding.uploads.queries import files_of
from portal.partners.models import Partner
from portal.storage.ids import as_uuid
from portal.web import clock
from programs.models import ActionType, Acts
from programs.schema import schema_for

UPLOADS_SHOWN = 10
CONNECTIONS_SHOWN = 10
MATCHES_SHOWN = 10
ENROLLMENTS_COUNTED = 10_000


@dataclass(frozen=True, slots=True)
class Matches:
    """What a search found: the address of the one thing that an ID names, else the newest meters, connections and
    uploads."""

    meters: list[Meter]
    uploads: list[Upload]
    connections: list[Connection]
    exactly: str | None = None
    more_meters: bool = False


def search_everywhere(partner: Partner, text: str) -> Matches:
    """A meter, an upload or a connection by its ID; meters by reference, name, address or account; connections by
    reference ID; uploads by file name."""
    if pk := as_uuid(text):
        for model, route in ((Meter, "meter"), (Upload, "upload"), (Connection, "connection")):
            if model.objects.filter(partner=partner, pk=pk).exists():
                return Matches([], [], [], exactly=reverse(route, args=[pk]))
    if not text:
        return Matches([], [], [])
    meters = list(Meter.objects.filter(search(partner, text), partner=partner).order_by("-pk")[: MATCHES_SHOWN + 1])
    uploads = files_of(partner).filter(file_name__icontains=text).order_by("-pk")[:MATCHES_SHOWN]
    connections = list(connections_named(partner, text)[:MATCHES_SHOWN])
    return Matches(meters[:MATCHES_SHOWN], list(uploads), connections, more_meters=len(meters) > MATCHES_SHOWN)


@dataclass(frozen=True, slots=True)
class ToDo:
    """Something that meters need of the partner in a program.

    meters: how many (at least, unless is_whole). fields: the missing ones, most often first, with their key and label.
    """

    program: str
    action_type: ActionType
    meters: int
    fields: list[tuple[str, str, int]]
    is_whole: bool

    @property
    def query(self) -> str:
        """The list of these meters."""
        return urlencode({"program": self.program, "action": self.action_type.value})


@dataclass(frozen=True, slots=True)
class Due:
    """What has to be done by one deadline; ahead is None when no deadline is ahead, and without says why."""

    program: str
    name: str
    ahead: Ahead | None
    without: str
    to_do: list[ToDo]


@dataclass(frozen=True, slots=True)
class Needs:
    """The home page's content."""

    to_match: list[Upload]
    to_confirm: list[Upload]
    to_fix: list[Upload]
    connections: list[WaitingConnection]
    overdue: list[Authorization]
    renewals: list[Authorization]
    consents: list[SuppliedConsent]
    missing_data: MissingSummary
    due: list[Due]
    recent: list[Upload]
    has_meters: bool

    @property
    def anything(self) -> bool:
        uploads = self.to_match or self.to_confirm or self.to_fix
        customers = self.connections or self.overdue or self.renewals or self.consents
        return bool(uploads or customers or self.missing_data or self.due)


def needs_of(partner: Partner) -> Needs:
    """Uploads and connections that wait for the partner, files that cannot be read, and what meters need."""
    newest = list(files_of(partner).order_by("-pk")[:50])
    return Needs(
        to_match=[upload for upload in newest if upload.state == UploadState.COLUMNS][:UPLOADS_SHOWN],
        to_confirm=[upload for upload in newest if _waits(upload)][:UPLOADS_SHOWN],
        to_fix=[upload for upload in newest if _is_to_fix(upload)][:UPLOADS_SHOWN],
        connections=waiting_of(waiting_connections(partner)[:CONNECTIONS_SHOWN]),
        overdue=list(overdue_authorizations(partner)[:CONNECTIONS_SHOWN]),
        renewals=list(renewals_of(partner)[:CONNECTIONS_SHOWN]),
        consents=list(consents_to_replace(partner)[:CONNECTIONS_SHOWN]),
        missing_data=missing_summary(partner),
        due=_due(partner),
        recent=newest[:5],
        has_meters=Meter.objects.filter(partner=partner).exists(),
    )


def _due(partner: Partner) -> list[Due]:
    """What waits for the partner in each program, the soonest deadline first.

    Counted in the database, over so many enrollments that the page never waits for it.
    """
    waiting = Enrollment.objects.filter(partner=partner, acts=Acts.PARTNER, meter__is_archived=False)
    counted = Enrollment.objects.filter(pk__in=waiting.order_by().values("pk")[:ENROLLMENTS_COUNTED])
    meters: dict[str, Counter[str]] = {}
    fields: dict[tuple[str, str], Counter[str]] = {}
    total = 0
    lines = counted.values_list("program__identifier", "partner_actions", "missing").annotate(n=Count("pk"))
    for identifier, actions, missing, count in lines:
        total += count
        meters.setdefault(identifier, Counter()).update(dict.fromkeys(actions, count))
        for action in {"NO_MISSING_FIELDS", "GENERATOR"}.intersection(actions):
            fields.setdefault((identifier, action), Counter()).update(dict.fromkeys(missing, count))
    labels = {column.key: column.label for column in schema_for().columns} if fields else {}
    rules, now = rules_of(meters) if meters else {}, clock.now()
    due = [
        Due(
            name,
            rules[name].name,
            ahead_of(rules[name], now),
            without_deadline(rules[name], now),
            [
                ToDo(
                    name,
                    ActionType(action),
                    count,
                    [(key, labels.get(key, key), n) for key, n in fields.get((name, action), Counter()).most_common(5)],
                    is_whole=total < ENROLLMENTS_COUNTED,
                )
                for action, count in counts.most_common()
            ],
        )
        for name, counts in meters.items()
    ]
    return sorted(due, key=lambda one: (one.ahead is None, one.ahead and one.ahead.accepted_until, one.name))


def _waits(upload: Upload) -> bool:
    """Whether confirming it would write something; duplicates and rows that change nothing need no confirmation."""
    good = upload.count(RowPlan.CREATE) + upload.count(RowPlan.UPDATE)
    written = upload.count(RowOutcome.METER_CREATED) + upload.count(RowOutcome.METER_UPDATED)
    return upload.state == UploadState.READY and good > written


def _is_to_fix(upload: Upload) -> bool:
    """Whether the rows to fix are what is left to do: all others are written, or none of them would be."""
    is_left = upload.state == UploadState.DONE or (upload.state == UploadState.READY and not _waits(upload))
    return is_left and upload.count(RowPlan.NEEDS_FIXING) > 0 and upload.source == "page"
