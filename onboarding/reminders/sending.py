"""Sending a reminder: decided again at the last moment, handed to the mail server at most once."""

import smtplib
from datetime import datetime, timedelta
from typing import Final

from django.conf import settings
from django.core import mail
from django.core.mail.backends.base import BaseEmailBackend

from onboarding.connect.choices import AuthorizationState, EndReason, NoteKind, SessionState, StopReason
from onboarding.connect.contacting import daytime, mark_unreachable, stop_of, takes_customers, zones_for
from onboarding.connect.customer_emails import sender_of
from onboarding.connect.models import Authorization, ConnectionNote, ConnectSession
from onboarding.reminders.choices import (
    LATEST,
    MOST_PER_WINDOW,
    REMINDERS,
    SPANS,
    WINDOW,
    ReminderState,
    SkipReason,
    Touchpoint,
)
from onboarding.reminders.models import Reminder, ReminderPlan, StoppedReminders
from onboarding.reminders.queries import is_renewed
from onboarding.reminders.tokens import stop_path
from onboarding.reminders.writing import language_of, reminder_text
from portal.emails.messages import email_message
from portal.events.actors import Actor
from portal.events.domain import record
from portal.jobs.domain import Run
from portal.jobs.models import Job
from portal.web import clock

_AGAIN_AFTER: Final = timedelta(minutes=15)
_NIGHT: Final = timedelta(hours=13)  # the longest that a reminder waits for the morning
_GONE: Final = (ReminderState.SENDING, ReminderState.SENT, ReminderState.UNCLEAR)
BY: Final = Actor.system("Reminders")


def send(run: Run) -> None:
    """Send a planned reminder, unless something speaks against it by now.

    It is marked as being sent before the mail server gets it. So a worker that dies in between leaves one of which
    nobody knows whether it went; it is not sent again.
    """
    with mail.get_connection() as server:  # before anything is marked: without a mail server the job is tried again
        with run.chunk():
            reminder = _claim(run.job.subject_id, clock.now())
        if reminder:
            _hand_over(run, reminder, server)


def give_up(job: Job) -> None:
    """The job failed: what was not handed over is not sent, and of what was being sent nobody knows."""
    rows = Reminder.objects.filter(pk=job.subject_id)
    rows.filter(state=ReminderState.PLANNED).update(state=ReminderState.SKIPPED, reason=SkipReason.REFUSED)
    rows.filter(state=ReminderState.SENDING).update(state=ReminderState.UNCLEAR)


def _claim(pk: str, now: datetime) -> Reminder | None:
    """The reminder, marked as being sent; None when it is not to be sent (now).

    In the caller's transaction, which holds the customer's session: who finishes meanwhile waits, or is seen."""
    rows = Reminder.objects.select_related("link__partner", "partner", "connection", "authorization__utility")
    reminder = rows.filter(pk=pk).first()
    if reminder is None:
        return None
    reminder.session = ConnectSession.objects.select_for_update().get(pk=reminder.session_id)
    reminder.refresh_from_db(fields=["state"])
    if reminder.state == ReminderState.SENDING:
        _end(reminder, ReminderState.UNCLEAR)
        return None
    if reminder.state != ReminderState.PLANNED:
        return None
    plan = ReminderPlan.objects.filter(link=reminder.link_id).first()
    reason = skip_reason(reminder, plan, now)
    if reason is None and (later := daytime(now, zones_for(reminder.session.answers, _region(reminder)))) > now:
        Reminder.objects.filter(pk=reminder.pk).update(send_at=later, queued_at=None)
        return None
    if reason in (None, SkipReason.SANDBOX):
        text = reminder_text(reminder, plan)
        reminder.subject, reminder.body = text.subject, text.body
    _end(reminder, ReminderState.SKIPPED if reason else ReminderState.SENDING, reason)
    return None if reason else reminder


def _region(reminder: Reminder) -> str:
    return reminder.link.transmission_region


def _end(reminder: Reminder, state: ReminderState, reason: SkipReason | None = None) -> None:
    reminder.state, reminder.reason = state, reason or ""
    reminder.save(update_fields=["state", "reason", "subject", "body"])


def _hand_over(run: Run, reminder: Reminder, server: BaseEmailBackend) -> None:
    message = email_message(
        reminder.subject,
        reminder.body,
        reminder.email,
        sender=sender_of(reminder.link),
        language=language_of(reminder.session),
        headers=headers_of(reminder),
        connection=server,
    )
    try:
        message.send()
    except smtplib.SMTPRecipientsRefused as refusal:
        code, answer = next(iter(refusal.recipients.values()))
        _refused(run, reminder, code, answer, is_address=True)
    except smtplib.SMTPResponseException as refusal:
        _refused(run, reminder, refusal.smtp_code, refusal.smtp_error, is_address=False)
    except (OSError, smtplib.SMTPException):  # it may have taken the message before the line broke
        with run.chunk():
            _end(reminder, ReminderState.UNCLEAR)
    else:
        with run.chunk():
            _sent(reminder)


def headers_of(reminder: Reminder) -> dict[str, str]:
    """The headers by which mail programs offer to stop reminders (RFC 8058)."""
    stop = f"<{settings.SITE_URL}{stop_path(reminder)}>"
    return {"List-Unsubscribe": stop, "List-Unsubscribe-Post": "List-Unsubscribe=One-Click"}


def _sent(reminder: Reminder) -> None:
    Reminder.objects.filter(pk=reminder.pk).update(state=ReminderState.SENT, sent_at=clock.now())
    verb = "connection.renewal_sent" if reminder.touchpoint == Touchpoint.RENEWAL else "connection.reminded"
    data = {"touchpoint": reminder.touchpoint, "partner_reference": reminder.connection.reference}
    record(verb, subject=reminder.connection, partner=reminder.partner, by=BY, data=data)


def _refused(run: Run, reminder: Reminder, code: int, answer: bytes | str, *, is_address: bool) -> None:
    """The mail server said no: for good (5xx), then an address is unreachable from now on; or for now (4xx)."""
    told = answer.decode("utf-8", "replace") if isinstance(answer, bytes) else str(answer)
    with run.chunk():
        if code < 500:
            again = clock.now() + _AGAIN_AFTER
            rows = Reminder.objects.filter(pk=reminder.pk)
            rows.update(state=ReminderState.PLANNED, send_at=again, queued_at=None)
        elif is_address:
            mark_unreachable(reminder.partner, reminder.email, by=BY, told=f"{code} {told}")
            _end(reminder, ReminderState.SKIPPED, SkipReason.BOUNCED)
        else:
            _end(reminder, ReminderState.SKIPPED, SkipReason.REFUSED)


# --- whether


def skip_reason(reminder: Reminder, plan: ReminderPlan | None, now: datetime) -> SkipReason | None:
    """Why a reminder is not to be sent at this moment; None when it is. A fixed number of queries."""
    own = _of_renewal(reminder) if reminder.touchpoint == Touchpoint.RENEWAL else _of_reminder(reminder, plan, now)
    return own or _of_customer(reminder, now)


def _of_reminder(reminder: Reminder, plan: ReminderPlan | None, now: datetime) -> SkipReason | None:
    touchpoint, newest = Touchpoint(reminder.touchpoint), reminder.interaction_at
    sessions = ConnectSession.objects.filter(connection=reminder.connection_id)
    authorizations = Authorization.objects.filter(connection=reminder.connection_id)
    if sessions.filter(state=SessionState.COMPLETED).exists():
        return SkipReason.FINISHED
    if authorizations.filter(state=AuthorizationState.COMPLETED).exists():
        return SkipReason.AUTHORIZED
    notes = ConnectionNote.objects.filter(connection=reminder.connection_id, kind=NoteKind.AGREEMENT_DECLINED)
    if notes.exists():
        return SkipReason.DECLINED
    if sessions.filter(last_interaction_at__gt=newest).exists():
        return SkipReason.CAME_BACK
    if plan is None or plan.on_since is None or touchpoint not in plan.delays:
        return SkipReason.SWITCHED_OFF
    later = REMINDERS[REMINDERS.index(touchpoint) + 1 :]
    delays = plan.delays
    if any(newest + SPANS[each].delay(delays[each]) <= now for each in later if each in delays):
        return SkipReason.LATER_DUE
    sent = Reminder.objects.filter(connection=reminder.connection_id, touchpoint__in=REMINDERS)
    gone = sent.filter(state__in=_GONE, created_at__gt=now - WINDOW)
    return SkipReason.LIMIT if gone.count() >= MOST_PER_WINDOW else None


def _of_renewal(reminder: Reminder) -> SkipReason | None:
    assert reminder.authorization is not None
    if reminder.authorization.end_reason == EndReason.BY_CUSTOMER:
        return SkipReason.REVOKED
    return SkipReason.RENEWED if is_renewed(reminder.authorization) else None


def _of_customer(reminder: Reminder, now: datetime) -> SkipReason | None:
    """What speaks against writing to this customer at all."""
    if now > reminder.due_at + LATEST + _NIGHT:
        return SkipReason.TOO_LATE
    if StoppedReminders.objects.filter(connection=reminder.connection_id).exists():
        return SkipReason.STOPPED
    if not takes_customers(reminder.link):
        return SkipReason.LINK_CLOSED
    if not reminder.email:
        return SkipReason.NO_ADDRESS
    if stopped := stop_of(reminder.partner, reminder.email):
        return SkipReason.OPTED_OUT if stopped.reason == StopReason.OPTED_OUT else SkipReason.BOUNCED
    return SkipReason.SANDBOX if reminder.partner.is_sandbox else None
