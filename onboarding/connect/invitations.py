"""A link sent to a customer by email, from the portal."""

import smtplib
from datetime import timedelta
from typing import Final

from django.db import transaction
from django.template.loader import render_to_string
from django.utils.translation import gettext as _
from django.utils.translation import override

from onboarding.connect import links
from onboarding.connect.choices import LinkState
from onboarding.connect.contacting import invited, mark_unreachable
from onboarding.connect.customer_emails import sender_of
from onboarding.connect.languages import ENGLISH, language_of_email
from onboarding.connect.models import ConnectLink, LinkEmail
from portal.emails.messages import email_message
from portal.emails.parts import prose
from portal.events.actors import Actor
from portal.events.domain import record
from portal.jobs.domain import Run, enqueue
from portal.partners.domain import one_line
from portal.problems import Problem, Refused, shown
from portal.security.limits import within_limit
from programs.identifiers import reference_key

MOST_PER_DAY: Final = 500
BY: Final = Actor.system("Invitations")


def send_link(link: ConnectLink, *, to: str, reference: str, by: Actor, sender: str, language: str = ENGLISH) -> str:
    """Email a link to a customer in a language; one connectlink.sent event, which does not name the customer's address.

    The address is kept for reminders, where there is a reference ID.

    sender: the email address of whoever sends it. Returns the address that the email goes to: in a sandbox the
    sender's, since a sandbox writes to no customer.

    Refuses: LINK_IS_OVER, LINK_REFERENCE_UNUSABLE, LINK_TOO_MANY_EMAILS.
    """
    if link.state == LinkState.ENDED:
        raise Refused(Problem("LINK_IS_OVER"))
    try:
        reference = links.reference_of({"refId": reference})
    except Refused as refusal:
        raise Refused(Problem("LINK_REFERENCE_UNUSABLE", "reference", shown(reference))) from refusal
    if not within_limit("connect.invite", str(link.partner_id), most=MOST_PER_DAY, per=timedelta(days=1)):
        raise Refused(Problem("LINK_TOO_MANY_EMAILS", context={"most": MOST_PER_DAY}))
    partner = one_line(link.shown_name)
    with override(language):
        asks = _("%(partner)s invites you to connect your electricity account")
        subject = (_("%(partner)s invites you to register your device") if link.is_device else asks) % {
            "partner": partner
        }
        body = render_to_string("connect/emails/invitation.txt", _context_of(link, reference, language))
    customer = to
    if link.partner.is_sandbox:
        to, subject = sender, f"[Sandbox] {subject}"
    with transaction.atomic():
        if reference:
            invited(link, reference_key(reference), customer)
        row = LinkEmail.objects.create(link=link, to=to, subject=one_line(subject)[:200], body=body)
        record("connectlink.sent", subject=link, partner=link.partner, by=by, data={"reference": reference})
        enqueue("connect.invite", subject_id=row.pk, partner=link.partner)
    return to


def _context_of(link: ConnectLink, reference: str, language: str) -> dict[str, object]:
    """What an invitation says. In English, the address leaves the language of the pages to the browser."""
    named = language if language != ENGLISH else ""
    return {
        "partner": one_line(link.shown_name),
        "address": links.address_of(link, reference=reference, language=named),
        "welcome": prose(link.welcome_in(language)),
        "contact": one_line(link.support_contact),
        "is_device": link.is_device,
    }


def send(run: Run) -> None:
    """Hand an invitation over to the mail server, and forget it. An address that is refused for good is unreachable."""
    row = LinkEmail.objects.select_related("link__partner").filter(pk=run.job.subject_id).first()
    if row is None:
        return
    try:
        email_message(
            row.subject, row.body, row.to, sender=sender_of(row.link), language=language_of_email(row.body)
        ).send()
    except smtplib.SMTPRecipientsRefused as refusal:
        code, answer = next(iter(refusal.recipients.values()))
        if code < 500:
            raise
        with run.chunk():
            mark_unreachable(row.link.partner, row.to, by=BY, told=f"{code} {answer.decode('utf-8', 'replace')}")
            row.delete()
        return
    with run.chunk():
        row.delete()
