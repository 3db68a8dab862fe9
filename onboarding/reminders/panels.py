"""What the pages of a link and of a customer show about reminders and renewals."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db.models import Exists

from onboarding.connect.choices import AuthorizationState, EndReason, NoteKind, SessionState, StopReason
from onboarding.connect.contacting import daytime, email_of, invited_emails, stop_of, takes_customers, zones_for
from onboarding.connect.models import Authorization, Connection, ConnectLink, ConnectSession
from onboarding.connect.panels import ConnectionPanel, LinkPanel, register
from onboarding.reminders.choices import SPANS, ReminderState, SkipReason, Touchpoint
from onboarding.reminders.models import Reminder
from onboarding.reminders.plans import plan_of
from onboarding.reminders.queries import effect_of, newer_ones, reminders_of, renewals_of
from onboarding.reminders.tokens import renewal_path
from onboarding.reminders.writing import chosen
from portal.web import clock


@dataclass(frozen=True, slots=True)
class ReminderLine:
    """An email to a customer as the customer's page shows it. send_at: in the customer's zone, while it is planned."""

    reminder: Reminder
    name: str
    state: ReminderState
    why: str
    send_at: datetime

    @property
    def waits_for_morning(self) -> bool:
        return self.state == ReminderState.PLANNED and self.reminder.send_at > self.reminder.created_at


@dataclass(frozen=True, slots=True)
class Renewal:
    """An authorization that can be renewed, with the link for it."""

    authorization: Authorization
    address: str
    is_by_customer: bool


@dataclass(frozen=True, slots=True)
class NextReminder:
    """What comes next for a customer: which one and when, in the customer's zone; else why none does."""

    name: str = ""
    at: datetime | None = None
    why_not: str = ""
    is_night: bool = False


def _of_link(link: ConnectLink) -> Mapping[str, object]:
    plan = plan_of(link)
    return {"link": link, "plan": plan, "chosen": chosen(plan), "effect": effect_of(link)}


def _of_connection(connection: Connection) -> Mapping[str, object]:
    session = connection.sessions.select_related("link__partner").order_by("-last_interaction_at", "-pk").first()
    if session is None:
        return {"lines": [], "renewals": []}
    zone = zones_for(session.answers, connection.transmission_region)[0]
    return {
        "connection": connection,
        "lines": [_line(row, zone) for row in reminders_of(connection)],
        "next": _next(connection, session, zone),
        "is_stopped": hasattr(connection, "stopped_reminders"),
        "renewals": _renewals(connection),
        "is_unfinished": _is_unfinished(connection),
    }


def _line(row: Reminder, zone: ZoneInfo) -> ReminderLine:
    why = SkipReason(row.reason).label if row.reason else ""
    if row.state == ReminderState.UNCLEAR:
        why = "The mail server didn’t answer. The email may have arrived, so we won’t send it again."
    return ReminderLine(
        row, Touchpoint(row.touchpoint).label, ReminderState(row.state), str(why), row.send_at.astimezone(zone)
    )


def _is_unfinished(connection: Connection) -> bool:
    is_done = connection.sessions.filter(state=SessionState.COMPLETED).exists()
    return not is_done and not connection.authorizations.filter(state=AuthorizationState.COMPLETED).exists()


def _next(connection: Connection, session: ConnectSession, zone: ZoneInfo) -> NextReminder | None:
    """The next reminder that is not planned yet; None where reminders are off or the customer is through."""
    plan = plan_of(session.link)
    if plan.on_since is None or not _is_unfinished(connection):
        return None
    if why := _why_none(connection, session):
        return NextReminder(why_not=why)
    now, since = clock.now(), plan.on_since
    for touchpoint, count in plan.delays.items():
        due_at = session.last_interaction_at + SPANS[touchpoint].delay(count)
        if due_at > now and due_at >= since:
            at = daytime(due_at, zones_for(session.answers, connection.transmission_region))
            return NextReminder(str(touchpoint.label), at.astimezone(zone), is_night=at > due_at)
    return None


def _why_none(connection: Connection, session: ConnectSession) -> str:
    invitation = invited_emails([connection]).get((connection.partner_id, connection.reference_key), "")
    email = email_of(session, invitation)
    stopped = stop_of(session.link.partner, email) if email else None
    if connection.notes.filter(kind=NoteKind.AGREEMENT_DECLINED).exists():
        return str(SkipReason.DECLINED.label)
    if not takes_customers(session.link):
        return str(SkipReason.LINK_CLOSED.label)
    if stopped:
        is_out = stopped.reason == StopReason.OPTED_OUT
        return str((SkipReason.OPTED_OUT if is_out else SkipReason.BOUNCED).label)
    return "" if email else str(SkipReason.NO_ADDRESS.label)


def _renewals(connection: Connection) -> list[Renewal]:
    """What ends or has ended: also what the customer revoked, for which a link can only be copied."""
    due = set(renewals_of(connection.partner).filter(connection=connection).values_list("pk", flat=True))
    rows = connection.authorizations.filter(~Exists(newer_ones()), state=AuthorizationState.COMPLETED)
    return [
        Renewal(row, settings.SITE_URL + renewal_path(row), row.end_reason == EndReason.BY_CUSTOMER)
        for row in rows.select_related("utility").order_by("-pk")
        if row.pk in due or row.ended_at
    ]


register(LinkPanel("connect/_reminders_of_link.html", _of_link))
register(ConnectionPanel("connect/_reminders_of_connection.html", _of_connection))
