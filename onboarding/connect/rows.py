"""A connection as the list, the export and the API show it."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from django.utils.timezone import get_current_timezone

from onboarding.connect.choices import (
    REGIONS_WITHOUT_UTILITY_SIGN_IN,
    AuthorizationState,
    DataState,
    EndReason,
    FailureReason,
    SessionState,
    Step,
)
from onboarding.connect.languages import name_of
from onboarding.connect.models import Authorization, Connection, ConnectionNote, ConnectSession, Consent, ServicePoint
from onboarding.connect.notes import text_of
from onboarding.connect.queries import telling_session, to_decide
from onboarding.meters.models import Meter
from portal.problems import Problem
from portal.web.clock import last_day_before

EXPORTED: Final = (
    "reference_id",
    "region",
    "started",
    "last_interaction",
    "session",
    "step",
    "documents_signed",
    "utility",
    "authorization",
    "reason",
    "utility_data",
    "data_received",
    "ends",
    "last_note",
)


@dataclass(frozen=True, slots=True)
class UtilityStatus:
    """How far one utility is for a connection: the newest authorization there, and whether it was asked for."""

    code: str
    name: str
    is_required: bool
    authorization: Authorization | None

    @property
    def state(self) -> AuthorizationState | None:
        return AuthorizationState(self.authorization.state) if self.authorization else None

    @property
    def word(self) -> str:
        """The status in a word or two, for people."""
        if self.authorization is None:
            return "Not started"
        if self.authorization.ended_at:
            return str(DataState.ENDED.label)
        if self.authorization.state == AuthorizationState.COMPLETED:
            return DataState(self.authorization.data_state).label
        return AuthorizationState(self.authorization.state).label

    @property
    def reason(self) -> str:
        """Why it failed or ended; "" for one that did neither."""
        return _reason_of(self.authorization) if self.authorization else ""

    @property
    def tone(self) -> str:
        if self.authorization is None:
            return "neutral"
        if self.authorization.ended_at:
            return "warning"
        if self.authorization.state == AuthorizationState.COMPLETED:
            return DataState(self.authorization.data_state).tone
        return AuthorizationState(self.authorization.state).tone


@dataclass(frozen=True, slots=True)
class ConnectionRow:
    """One connection with all that its line shows."""

    connection: Connection
    session: ConnectSession | None
    utilities: list[UtilityStatus]
    signed: list[str]
    last_note: ConnectionNote | None

    @property
    def session_state(self) -> SessionState | None:
        return SessionState(self.session.state) if self.session else None

    @property
    def step(self) -> str:
        return Step(self.session.step).label if self.session else ""

    @property
    def language(self) -> str:
        """In which the customer reads and is written to."""
        return name_of(self.session.language) if self.session else ""

    @property
    def note_text(self) -> str:
        return text_of(self.last_note) if self.last_note else ""

    @property
    def expected_by(self) -> datetime | None:
        return self.last_note.expected_by if self.last_note else None


def row_of(connection: Connection, names: dict[str, str]) -> ConnectionRow:
    """The line of a connection of `queries.connections_of`. names: of the utilities, by code."""
    sessions = list(connection.sessions.all())
    asked = {code: None for session in sessions for code in session.utilities or session.link.utilities}
    latest: dict[str, Authorization] = {one.utility.code: one for one in connection.authorizations.all()}
    utilities = [
        UtilityStatus(code, names.get(code, code), code in asked, latest.get(code)) for code in {**asked, **latest}
    ]
    signed = dict.fromkeys(signature.title for session in sessions for signature in session.signatures.all())
    return ConnectionRow(
        connection, telling_session(sessions), utilities, list(signed), next(iter(connection.newest_notes), None)
    )


def export_lines(rows: Iterable[ConnectionRow]) -> Iterator[list[object]]:
    """Lines in the order of EXPORTED: one for each utility of a connection, or one without."""
    for row in rows:
        connection = row.connection
        begin: list[object] = [
            connection.reference,
            connection.transmission_region,
            connection.started_at.isoformat(),
            connection.last_interaction_at.isoformat(),
            row.session_state.label if row.session_state else "",
            row.step,
            ", ".join(row.signed),
        ]
        if not row.utilities:
            yield [*begin, *[""] * 6, row.note_text]
        for status in row.utilities:
            yield [*begin, *_utility_cells(status), row.note_text]


def _utility_cells(status: UtilityStatus) -> list[object]:
    told = status.authorization
    if told is None:
        return [status.name, "Not started", "", "", "", ""]
    return [
        status.name,
        AuthorizationState(told.state).label,
        _reason_of(told),
        DataState(told.data_state).label,
        told.data_received_at.isoformat() if told.data_received_at else "",
        told.ends_at.isoformat() if told.ends_at else "",
    ]


def _reason_of(told: Authorization) -> str:
    if told.end_reason:
        return EndReason(told.end_reason).label
    return FailureReason(told.failure).label if told.failure else ""


_OVER: Final = ("ended", "rejected", "withdrawn")  # verbs of the ledger


@dataclass(frozen=True, slots=True)
class ConsentLine:
    """A line of the consent ledger as the page shows it."""

    consent: Consent
    utility: str

    @property
    def text(self) -> str:
        """What happened and whose doing it was: the customer's, the utility's, the partner's or our staff's."""
        verb, consent = self.consent.get_verb_display(), self.consent
        if consent.supplied_consent:
            by_staff = consent.verb in ("confirmed", "rejected")
            who = "Leap" if by_staff else str(consent.evidence.get("by", ""))
            place = f"for {self.utility}"
        else:
            who = consent.customer_name if consent.verb == "granted" else ""
            place = f"at {self.utility}"
        said = f"{verb} {place}{f' by {who}' if who else ''}"
        return f"{said}: {EndReason(consent.reason).label}" if consent.reason else said

    @property
    def until(self) -> date | None:
        """The last day of what was allowed; what is over has none to tell."""
        end = None if self.consent.verb in _OVER else self.consent.valid_to
        return last_day_before(end, get_current_timezone()) if end else None


def consent_lines(consents: Iterable[Consent], names: dict[str, str]) -> list[ConsentLine]:
    """names: of the utilities, by code."""
    return [ConsentLine(consent, names.get(consent.utility, consent.utility)) for consent in consents]


@dataclass(frozen=True, slots=True)
class NoteLine:
    """A note as the page shows it."""

    text: str
    at: datetime
    expected_by: datetime | None


def note_lines(notes: Iterable[ConnectionNote]) -> list[NoteLine]:
    return [NoteLine(text_of(entry), entry.at, entry.expected_by) for entry in notes]


@dataclass(frozen=True, slots=True)
class Question:
    """A service point for which the partner says which meter it is: why it is not clear, and the meters it may be."""

    point: ServicePoint
    problem: Problem
    meters: list[Meter]

    @property
    def anchor(self) -> str:
        """The ID of its fields on the page."""
        return f"point-{self.point.pk}"

    @property
    def address(self) -> str:
        return address_text(*(self.point.facts.get(part, "") for part in ("street", "city", "state", "postal_code")))


def questions_of(connection: Connection) -> list[Question]:
    """What waits for the partner's decision, the oldest first. Two queries, however much waits."""
    points = list(to_decide(connection).select_related("utility").order_by("pk"))
    named = {pk for point in points for pk in point.candidates}
    meters = {str(meter.pk): meter for meter in Meter.objects.filter(partner=connection.partner_id, pk__in=named)}
    return [
        Question(point, Problem.from_json(point.problem), [meters[pk] for pk in point.candidates if pk in meters])
        for point in points
    ]


@dataclass(frozen=True, slots=True)
class WaitingConnection:
    """A connection that waits for the partner, and for what: service points to decide about, else an ESI ID in Texas
    and a device elsewhere."""

    connection: Connection
    decisions: int

    @property
    def anchor(self) -> str:
        """Where on its page the partner does it."""
        return "esi_id" if self.asks_esi_id else "device" if self.asks_about_device else ""

    @property
    def asks_esi_id(self) -> bool:
        return not self.decisions and self.connection.transmission_region in REGIONS_WITHOUT_UTILITY_SIGN_IN

    @property
    def asks_about_device(self) -> bool:
        return not self.decisions and not self.asks_esi_id


def waiting_of(connections: Iterable[Connection]) -> list[WaitingConnection]:
    """Connections with how many decisions each waits for: two queries."""
    rows = list(connections)
    points = ServicePoint.objects.filter(authorization__connection__in=rows, meter=None).exclude(candidates=[])
    counted = Counter(points.values_list("authorization__connection", flat=True)) if rows else Counter()
    return [WaitingConnection(row, counted[row.pk]) for row in rows]


def address_text(street: str, city: str, state: str, postal_code: str) -> str:
    """An address in one line: 1 Main Street, San Francisco, CA 94103."""
    return ", ".join(filter(None, [street, city, f"{state} {postal_code}".strip()]))
