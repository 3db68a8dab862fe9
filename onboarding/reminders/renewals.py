"""A partner sends a customer the link with which an authorization is renewed."""

from datetime import timedelta
from typing import Final

from django.db import transaction

from onboarding.connect.contacting import email_of, invited_emails, stop_of, takes_customers
from onboarding.connect.models import Authorization, Connection
from onboarding.reminders.choices import ReminderState, Touchpoint
from onboarding.reminders.models import Reminder
from onboarding.reminders.queries import is_renewed
from onboarding.reminders.sweep import renewal_row
from portal.events.actors import Actor
from portal.events.domain import record
from portal.problems import Problem, Refused
from portal.web import clock

_BETWEEN: Final = timedelta(days=1)


def send_renewal(authorization: Authorization, *, by: Actor) -> Reminder:
    """Plan the email with an authorization's renewal link: it goes within a minute, at night in the morning.

    One connection.renewal_asked event. A sandbox sends it to nobody, and shows it.

    Refuses: RENEWAL_NOT_NEEDED, RENEWAL_LINK_CLOSED, RENEWAL_NO_ADDRESS, RENEWAL_NOT_WANTED, RENEWAL_SENT_TODAY.
    """
    now, partner = clock.now(), authorization.partner
    with transaction.atomic():
        assert authorization.connection_id is not None
        connection = Connection.objects.select_for_update().get(pk=authorization.connection_id)
        if problem := _problem_of(authorization, connection):
            raise Refused(problem)
        recent = Reminder.objects.filter(authorization=authorization, touchpoint=Touchpoint.RENEWAL)
        if recent.filter(created_at__gt=now - _BETWEEN).exclude(state=ReminderState.SKIPPED).exists():
            raise Refused(Problem("RENEWAL_SENT_TODAY"))
        row = renewal_row(authorization, now, asked=True)
        row.email = address_for(authorization)
        row.save()
        data = {"partner_reference": connection.reference, "utility_name": authorization.utility.code}
        record("connection.renewal_asked", subject=connection, partner=partner, by=by, data=data)
    return row


def address_for(authorization: Authorization) -> str:
    """Where the customer of an authorization can be written to; "" for none."""
    connection = authorization.connection
    assert connection is not None
    invitation = invited_emails([connection]).get((connection.partner_id, connection.reference_key), "")
    return email_of(authorization.session, invitation)


def _problem_of(authorization: Authorization, connection: Connection) -> Problem | None:
    link, email = authorization.session.link, address_for(authorization)
    if is_renewed(authorization):
        return Problem("RENEWAL_NOT_NEEDED")
    if not takes_customers(link):
        return Problem("RENEWAL_LINK_CLOSED", context={"title": link.title})
    if not email:
        return Problem("RENEWAL_NO_ADDRESS")
    is_stopped = hasattr(connection, "stopped_reminders") or stop_of(authorization.partner, email)
    return Problem("RENEWAL_NOT_WANTED") if is_stopped else None
