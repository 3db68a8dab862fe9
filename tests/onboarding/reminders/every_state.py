"""A partner with reminders and renewals in every state, for whoever wants to look at the pages."""

from datetime import timedelta

from django.urls import reverse

from onboarding.connect.choices import SessionState, Step
from onboarding.connect.contacting import mark_unreachable, opt_out
from onboarding.connect.models import Connection, ConnectLink
from onboarding.reminders.choices import REMINDERS, SPANS, ReminderState, SkipReason, Touchpoint
from onboarding.reminders.models import Reminder
from onboarding.reminders.plans import save_plan
from onboarding.reminders.tokens import renewal_path, resume_path, stop_path
from portal.partners.models import Partner
from portal.web import clock
from tests.onboarding.connect import builders as make

ANSWERS = {"customer_name": "Alex Rivera", "email": "alex@example.com", "postal_code": "94103"}
STATES = (
    (Touchpoint.FIRST, ReminderState.SENT, ""),
    (Touchpoint.SECOND, ReminderState.UNCLEAR, ""),
    (Touchpoint.THIRD, ReminderState.SKIPPED, SkipReason.OPTED_OUT),
    (Touchpoint.FIRST, ReminderState.PLANNED, ""),
)


def fill(partner: Partner) -> dict[str, str]:
    """The paths of the pages, by what is on them."""
    link = make.link(partner, "reminded", support_contact="help@acme.example", color="#0b5f5b")
    delays = {touchpoint: SPANS[touchpoint].default for touchpoint in REMINDERS}
    save_plan(link, is_on=True, delays=delays, text="You get $50 when you finish.", by=make.BY)
    reminded = _stopped(partner, link)
    opt_out(partner, "out@example.com")
    mark_unreachable(partner, "gone@example.com", by=make.BY, told="550 5.1.1 No such user here")
    ending = make.connection(partner, "home-ending", link=link, started=clock.now() - timedelta(days=300))
    ending.sessions.update(answers=ANSWERS)
    authorization = make.authorization(ending, ends_at=clock.now() + timedelta(days=20))
    make.authorization(ending, utility="DEMO2", ended_at=clock.now() - timedelta(days=2), end_reason="BY_CUSTOMER")
    reminders = [_reminder(reminded, number) for number in range(len(STATES))]
    return {
        "plan": reverse("connect-link-reminders", args=[link.pk]),
        "link": reverse("connect-link", args=[link.pk]),
        "merge": reverse("connect-link-merge", args=[link.pk]),
        "reminded": reverse("connection", args=[reminded.pk]),
        "ending": reverse("connection", args=[ending.pk]),
        "addresses": reverse("connect-addresses"),
        "continue": resume_path(reminded.sessions.get()),
        "renew": renewal_path(authorization),
        "stop": stop_path(reminders[0]),
    }


def _stopped(partner: Partner, link: ConnectLink) -> Connection:
    row = make.connection(
        partner, "home-reminded", link=link, started=clock.now(), session=SessionState.UPDATED, step=Step.ABOUT
    )
    row.sessions.update(answers=ANSWERS)
    return row


def _reminder(row: Connection, number: int) -> Reminder:
    touchpoint, state, reason = STATES[number]
    at = clock.now() - timedelta(days=number + 1)
    later = timedelta(days=40) if state == ReminderState.PLANNED else timedelta()
    return Reminder.objects.create(
        partner=row.partner,
        link=row.sessions.get().link,
        connection=row,
        session=row.sessions.get(),
        touchpoint=touchpoint,
        interaction_at=at,
        due_at=at,
        send_at=at + later,
        state=state,
        reason=reason,
        email="alex@example.com",
        subject="Finish connecting your electricity account with Acme Energy",
        body="Hello Alex Rivera,\n\nYou started connecting your electricity account.\n" if state == "SENT" else "",
        created_at=at,
        sent_at=at if state == ReminderState.SENT else None,
    )
