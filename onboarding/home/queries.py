"""What needs a partner, most urgent first."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from django.db.models import Count, Q
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
from onboarding.intervals.digest import MissingData, MissingSummary, missing_summary
from onboarding.meters.models import Meter
from onboarding.meters.search.queries import search
from onboarding.portfolio.cards import Ahead, ahead_of, left_text, without_deadline
from onboarding.portfolio.overview.counts import of_kept_meters
from onboarding.reminders.queries import renewals_of
from onboarding.uploads.models import RowOutcome, RowPlan, Upload, UploadState
from onboarding.uploads.queries import files_named, files_of
from portal.partners.models import Partner
from portal.storage.ids import as_uuid
from portal.web import clock
from programs.deadlines import days_left
from programs.models import ActionType, Acts
from programs.schema import schema_for

UPLOADS_SHOWN = 10
CONNECTIONS_SHOWN = 10
MATCHES_SHOWN = 10
ENROLLMENTS_COUNTED = 50_000


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
    reference ID; uploads by file name and by the number of their receipt."""
    if pk := as_uuid(text):
        for model, route in ((Meter, "meter"), (Upload, "upload"), (Connection, "connection")):
            if model.objects.filter(partner=partner, pk=pk).exists():
                return Matches([], [], [], exactly=reverse(route, args=[pk]))
    if not text:
        return Matches([], [], [])
    meters = list(Meter.objects.filter(search(partner, text), partner=partner).order_by("-pk")[: MATCHES_SHOWN + 1])
    uploads = files_named(partner, text).order_by("-pk")[:MATCHES_SHOWN]
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
class Deadline:
    """What has to be done by one moment, in the time of the place that it is about."""

    at: datetime
    days_left: int
    due: list[Due] = field(default_factory=list)
    data: list[MissingData] = field(default_factory=list)
    renewals: list[Authorization] = field(default_factory=list)

    @property
    def count(self) -> int:
        return sum(len(one.to_do) for one in self.due) + len(self.data) + len(self.renewals)

    @property
    def left_text(self) -> str:
        return left_text(self.days_left)


@dataclass(frozen=True, slots=True)
class Needs:
    """What waits for the partner. deadlines: what has one, soonest first; `due` and `ended` have none ahead.

    Of missing interval data only the first deadline is among them: each day has one.
    """

    to_match: list[Upload]
    to_confirm: list[Upload]
    to_fix: list[Upload]
    connections: list[WaitingConnection]
    overdue: list[Authorization]
    renewals: list[Authorization]
    consents: list[SuppliedConsent]
    missing_data: MissingSummary
    due: list[Due]  # without a deadline
    deadlines: list[Deadline]
    recent: list[Upload]

    @property
    def ended(self) -> list[Authorization]:
        """The authorizations to renew that have no deadline any more."""
        return [one for one in self.renewals if not _ends_ahead(one)]

    @property
    def anything(self) -> bool:
        return bool(self.anytime or self.deadlines or self.missing_data)

    @property
    def count(self) -> int:
        """How many things there are to do, of those that the page shows."""
        uploads = len(self.to_match) + len(self.to_confirm) + len(self.to_fix)
        customers = len(self.connections) + len(self.overdue) + len(self.ended) + len(self.consents)
        due = sum(len(one.to_do) for one in self.due) + sum(one.count for one in self.deadlines)
        return uploads + customers + due + bool(self.missing_data.overdue)

    @property
    def more_data(self) -> int:
        """How many more deadlines of missing interval data are ahead."""
        return max(len(self.missing_data.ahead) - 1, 0) + self.missing_data.more

    @property
    def anytime(self) -> bool:
        """Whether anything waits that has no deadline."""
        uploads = self.to_match or self.to_confirm or self.to_fix
        return bool(uploads or self.connections or self.overdue or self.ended or self.consents or self.due)


def needs_of(partner: Partner) -> Needs:
    """Uploads and connections that wait for the partner, files that cannot be read, and what meters need."""
    newest = list(files_of(partner).order_by("-pk")[:50])
    due, missing, renewals = _due(partner), missing_summary(partner), list(renewals_of(partner)[:CONNECTIONS_SHOWN])
    return Needs(
        to_match=[upload for upload in newest if upload.state == UploadState.COLUMNS][:UPLOADS_SHOWN],
        to_confirm=[upload for upload in newest if _waits(upload)][:UPLOADS_SHOWN],
        to_fix=[upload for upload in newest if _is_to_fix(upload)][:UPLOADS_SHOWN],
        connections=waiting_of(waiting_connections(partner)[:CONNECTIONS_SHOWN]),
        overdue=list(overdue_authorizations(partner)[:CONNECTIONS_SHOWN]),
        renewals=renewals,
        consents=list(consents_to_replace(partner)[:CONNECTIONS_SHOWN]),
        missing_data=missing,
        due=[one for one in due if one.ahead is None],
        deadlines=_deadlines(due, missing.ahead[:1], filter(_ends_ahead, renewals), ZoneInfo(partner.time_zone)),
        recent=newest[:5],
    )


def _ends_ahead(authorization: Authorization) -> bool:
    """Whether an authorization still runs, until a known moment."""
    ends_at = authorization.ends_at
    return authorization.ended_at is None and ends_at is not None and ends_at > clock.now()


def _deadlines(
    due: Iterable[Due], data: Iterable[MissingData], renewals: Iterable[Authorization], zone: ZoneInfo
) -> list[Deadline]:
    """What has a deadline, by deadline. zone: of moments that are about no place."""
    now, deadlines = clock.now(), dict[datetime, Deadline]()

    def at(moment: datetime) -> Deadline:
        return deadlines.setdefault(moment, Deadline(moment, days_left(moment, now)))

    for program in due:
        if program.ahead:
            at(program.ahead.accepted_until).due.append(program)
    for missing in data:
        at(missing.deadline).data.append(missing)
    for authorization in renewals:
        assert authorization.ends_at is not None
        at(authorization.ends_at.astimezone(zone)).renewals.append(authorization)
    return [deadlines[moment] for moment in sorted(deadlines)]


def _due(partner: Partner) -> list[Due]:
    """What waits for the partner in each program, the soonest deadline first.

    Counted in the database, over so many enrollments that the page never waits for it.
    """
    is_open = ~Q(acts="")  # in this form SQLite recognizes the partial index
    rows = Enrollment.objects.filter(is_open, partner=partner, acts=Acts.PARTNER).order_by()
    waiting = of_kept_meters(rows, partner)
    is_whole = waiting[: ENROLLMENTS_COUNTED + 1].count() <= ENROLLMENTS_COUNTED
    counted = waiting if is_whole else Enrollment.objects.filter(pk__in=waiting.values("pk")[:ENROLLMENTS_COUNTED])
    rules, now = rules_of(), clock.now()
    identifiers = {program.pk: name for name, program in rules.items()}
    meters: dict[str, Counter[str]] = {}
    fields: dict[tuple[str, str], Counter[str]] = {}
    lines = counted.values_list("program", "partner_actions", "missing").annotate(n=Count("pk"))
    for program, actions, missing, count in lines:
        identifier = identifiers[program]
        meters.setdefault(identifier, Counter()).update(dict.fromkeys(actions, count))
        for action in {"NO_MISSING_FIELDS", "GENERATOR"}.intersection(actions):
            fields.setdefault((identifier, action), Counter()).update(dict.fromkeys(missing, count))
    labels = {column.key: column.name for column in schema_for().columns} if fields else {}
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
                    is_whole=is_whole,
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
