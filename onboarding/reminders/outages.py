"""Asking customers again, once, when a utility that failed works again: those who met the failure, and those who asked
to be told. By day only, and nobody who is further by now, opted out or cannot be reached."""

from datetime import datetime, timedelta
from typing import Final

from django.conf import settings
from django.db import transaction
from django.template.loader import render_to_string
from django.utils.translation import override

from onboarding.connect.choices import AuthorizationState, NoteKind, SessionState
from onboarding.connect.contacting import email_of, is_night, may_write_to, takes_customers, zones_for
from onboarding.connect.customer_emails import questions_text
from onboarding.connect.models import Authorization, ConnectSession, CustomerEmail, OutageFollowUp, UtilityOutage
from onboarding.connect.notes import note
from onboarding.reminders.models import StoppedReminders
from onboarding.reminders.tokens import RESUME_DAYS, resume_path
from portal.jobs.domain import enqueue
from portal.partners.domain import one_line
from portal.web import clock

LATEST: Final = timedelta(days=3)  # after the end of an outage; later the customer has forgotten it
_AT_ONCE: Final = 200


def ask_again() -> int:
    """Write to the customers who wait for a utility that works again, where it is day; returns to how many."""
    now = clock.now()
    waiting = OutageFollowUp.objects.filter(settled_at=None, outage__ended_at__isnull=False)
    failing = UtilityOutage.objects.filter(ended_at=None).values("utility")
    rows = waiting.exclude(outage__utility__in=failing).order_by("pk")
    return sum(_follow_up(pk, now) for pk in rows.values_list("pk", flat=True)[:_AT_ONCE])


def _follow_up(pk: int, now: datetime) -> bool:
    """Write to one customer, or settle that nothing is written; wait until the morning when it is night there."""
    with transaction.atomic():
        rows = OutageFollowUp.objects.select_for_update(of=("self",))
        rows = rows.select_related(
            "outage__utility", "session__link__partner", "session__connection", "session__partner"
        )
        follow_up = rows.filter(pk=pk, settled_at=None).first()
        if follow_up is None:
            return False
        session = follow_up.session
        email = email_of(session)
        is_wanted = _is_wanted(follow_up, email, now)
        if is_wanted and is_night(now, zones_for(session.answers, session.link.transmission_region)):
            return False
        follow_up.settled_at, follow_up.email = now, email if is_wanted else ""
        follow_up.save(update_fields=["settled_at", "email"])
        if is_wanted:
            _write(follow_up, email)
    return is_wanted


def _is_wanted(follow_up: OutageFollowUp, email: str, now: datetime) -> bool:
    session, outage = follow_up.session, follow_up.outage
    assert outage.ended_at is not None
    if now > outage.ended_at + LATEST or not takes_customers(session.link) or not may_write_to(session.partner, email):
        return False
    if StoppedReminders.objects.filter(connection=session.connection_id).exists():
        return False
    told = OutageFollowUp.objects.filter(outage=outage, email=email, session__partner=session.partner_id)
    return not told.exists() and not _is_further(session)


def _is_further(session: ConnectSession) -> bool:
    """Whether the customer has finished or authorized meanwhile, in any session."""
    mine = {"connection": session.connection_id} if session.connection_id else {"pk": session.pk}
    sessions = ConnectSession.objects.filter(**mine)
    given = Authorization.objects.filter(session__in=sessions, state=AuthorizationState.COMPLETED)
    return sessions.filter(state=SessionState.COMPLETED).exists() or given.exists()


def _write(follow_up: OutageFollowUp, email: str) -> None:
    session, utility = follow_up.session, follow_up.outage.utility.name
    context = {
        "name": one_line(str(session.answers.get("customer_name", ""))),
        "partner": one_line(session.link.shown_name),
        "utility": utility,
        "was_asked_for": follow_up.was_asked_for,
        "address": settings.SITE_URL + resume_path(session),
        "resume_days": RESUME_DAYS,
    }
    with override(session.language):
        context |= {"questions": questions_text(session.link)}
        subject = render_to_string("connect/emails/works_again_subject.txt", context)
        body = render_to_string("connect/emails/works_again.txt", context)
    row = CustomerEmail.objects.create(session=session, to=email, subject=one_line(subject)[:200], body=body)
    note(session.connection, NoteKind.ASKED_AGAIN, facts={"utility": utility})
    enqueue("connect.mail", subject_id=row.pk, partner=session.partner)
