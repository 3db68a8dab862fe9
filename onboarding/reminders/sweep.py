"""The periodic sweep: which reminders are due becomes rows, and rows whose hour has come become jobs."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Final

from django.db import transaction
from django.db.models import Exists, OuterRef

from onboarding.connect.choices import LinkState
from onboarding.connect.contacting import daytime, email_of, invited_emails, zones_for
from onboarding.connect.models import Authorization, ConnectSession
from onboarding.reminders.choices import REMINDERS, SPANS, ReminderState, SkipReason, Touchpoint
from onboarding.reminders.models import Reminder
from onboarding.reminders.queries import due_sessions, renewals_due
from portal.jobs.domain import enqueue_all
from portal.web import clock

BATCH: Final = 500
_MOST_BATCHES: Final = 20  # of rows in a sweep; the next one goes on
_MOST_JOBS: Final = 1_000
_BETWEEN_RENEWALS: Final = timedelta(days=7)


def sweep() -> int:
    """Plan what is due and queue what may go now; returns how many jobs were queued. Repeating it adds nothing."""
    plan_reminders()
    plan_renewals()
    return queue_planned()


def plan_reminders() -> int:
    """A row for each reminder that is due, the latest ones first; returns how many. In batches, each of them whole."""
    now, planned = clock.now(), 0
    for touchpoint in reversed(REMINDERS):
        for _ in range(_MOST_BATCHES):
            sessions = list(due_sessions(touchpoint, now)[:BATCH])
            planned += _plan(touchpoint, sessions, now)
            if len(sessions) < BATCH:
                break
    return planned


def _plan(touchpoint: Touchpoint, sessions: list[ConnectSession], now: datetime) -> int:
    if not sessions:
        return 0
    delays = _delays(touchpoint, sessions)
    rows = [
        _row(session, touchpoint, now, interaction_at=session.last_interaction_at, due_at=due_at)
        for session, due_at in zip(sessions, delays, strict=True)
    ]
    return _add(rows)


def _delays(touchpoint: Touchpoint, sessions: Iterable[ConnectSession]) -> list[datetime]:
    name, span = touchpoint.value.lower(), SPANS[touchpoint]
    return [session.last_interaction_at + span.delay(getattr(session.link.reminder_plan, name)) for session in sessions]


def plan_renewals() -> int:
    """A row for each authorization that ends or has ended without the customer's doing, where the link's reminders are
    on; at most one in seven days for each. Returns how many."""
    now = clock.now()
    recent = Reminder.objects.filter(authorization=OuterRef("pk"), created_at__gt=now - _BETWEEN_RENEWALS)
    same = Reminder.objects.filter(
        authorization=OuterRef("pk"), touchpoint=Touchpoint.RENEWAL, interaction_at=OuterRef("ends_at")
    )
    due = renewals_due(now).filter(
        session__link__reminder_plan__on_since__isnull=False,
        session__link__state=LinkState.ACTIVE,
        partner__is_active=True,
    )
    due = due.exclude(Exists(recent)).exclude(ended_at=None, pk__in=Authorization.objects.filter(Exists(same)))
    due = due.exclude(ended_at__lte=now - timedelta(days=1))
    rows = [renewal_row(authorization, now) for authorization in due.order_by("pk")[:BATCH]]
    return _add(rows)


def renewal_row(authorization: Authorization, now: datetime, *, asked: bool = False) -> Reminder:
    """The email with an authorization's renewal link; asked: the partner wants it now, not by the sweep."""
    session, ends_at = authorization.session, authorization.ended_at or authorization.ends_at
    row = _row(
        session, Touchpoint.RENEWAL, now, interaction_at=now if asked or ends_at is None else ends_at, due_at=now
    )
    row.authorization = authorization
    return row


def _row(
    session: ConnectSession, touchpoint: Touchpoint, now: datetime, *, interaction_at: datetime, due_at: datetime
) -> Reminder:
    assert session.connection is not None
    return Reminder(
        partner_id=session.partner_id,
        link=session.link,
        connection=session.connection,
        session=session,
        touchpoint=touchpoint,
        interaction_at=interaction_at,
        due_at=due_at,
        send_at=daytime(now, zones_for(session.answers, session.link.transmission_region)),
        created_at=now,
    )


def _add(rows: list[Reminder]) -> int:
    """Store rows, those of customers without an address as not sent."""
    invitations = invited_emails(row.connection for row in rows)
    for row in rows:
        invited_as = invitations.get((row.partner_id, row.connection.reference_key), "")
        row.email = email_of(row.session, invited_as)
        if not row.email:
            row.state, row.reason = ReminderState.SKIPPED, SkipReason.NO_ADDRESS
    Reminder.objects.bulk_create(rows, ignore_conflicts=True)
    return len(rows)


def queue_planned() -> int:
    """A job for each planned reminder whose hour has come, at most so many in a sweep; returns how many."""
    now = clock.now()
    with transaction.atomic():
        waiting = Reminder.objects.filter(state=ReminderState.PLANNED, queued_at=None, send_at__lte=now)
        rows = list(waiting.order_by("send_at", "pk").values_list("pk", "partner")[:_MOST_JOBS])
        Reminder.objects.filter(pk__in=[pk for pk, _ in rows]).update(queued_at=now)
        enqueue_all("connect.remind", rows)
    return len(rows)
