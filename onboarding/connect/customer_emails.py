"""Emails to customers, in the language of their session: what they signed, and the link with which they see and revoke
what they authorized."""

from collections.abc import Sequence
from typing import Final

from django.conf import settings
from django.core import signing
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import override

from onboarding.connect.links import text_color_on
from onboarding.connect.models import Authorization, ConnectLink, ConnectSession, CustomerEmail, Signature
from portal.emails.messages import ACCENT, Sender, email_message
from portal.jobs.domain import Run, enqueue
from portal.partners.domain import one_line
from portal.storage.files import open_file
from portal.web import clock

_SALT: Final = "onboarding.connect.manage"


def manage_path(session: ConnectSession) -> str:
    """The path of the page on which the customer sees and revokes what was authorized, without an account."""
    return reverse("connect-manage", args=[signing.dumps(str(session.pk), salt=_SALT, compress=True)])


def session_of_token(token: str) -> ConnectSession | None:
    """The session that such a path names; None when we did not make it."""
    try:
        pk = signing.loads(token, salt=_SALT)
    except signing.BadSignature:
        return None
    return ConnectSession.objects.select_related("link__partner", "connection").filter(pk=pk).first()


def write_authorized(authorization: Authorization) -> None:
    """Tell the customer what was authorized and how to revoke it, in the caller's transaction."""
    session, utility = authorization.session, authorization.utility.name
    said = {"utility": utility, "partner": session.link.shown_name}
    with override(session.language):
        subject = _("You shared your %(utility)s data with %(partner)s") % said
        _write(session, subject, "connect/emails/authorized.txt", {"utility": utility})


def write_signed_documents(session: ConnectSession, signatures: Sequence[Signature]) -> None:
    """Send the customer the PDF of each document that was signed, in the caller's transaction."""
    files = [[signature.file, signature.file_name] for signature in signatures]
    if not files:
        return
    with override(session.language):
        subject = _("What you signed with %(partner)s") % {"partner": session.link.shown_name}
        _write(session, subject, "connect/emails/signed.txt", {"signatures": signatures}, attachments=files)


def write_ended(authorization: Authorization) -> None:
    """Tell the customer that sharing has ended."""
    session, utility = authorization.session, authorization.utility.name
    said = {"utility": utility, "partner": session.link.shown_name}
    with override(session.language):
        subject = _("%(partner)s no longer receives your %(utility)s data") % said
        _write(session, subject, "connect/emails/ended.txt", {"utility": utility})


def write_link_again(session: ConnectSession) -> None:
    """Send the customer the link to what they share, which they asked for."""
    with override(session.language):
        subject = _("What you share with %(partner)s") % {"partner": session.link.shown_name}
        _write(session, subject, "connect/emails/mine.txt", {})


def is_email(text: str) -> bool:
    """Whether a text has the form of an email address."""
    try:
        validate_email(text)
    except ValidationError:
        return False
    return True


def questions_text(link: ConnectLink) -> str:
    """Whom a customer can ask: the partner where the link says how, else us."""
    if link.support_contact:
        said = {"partner": one_line(link.shown_name), "contact": one_line(link.support_contact)}
        return _("Questions? Contact %(partner)s: %(contact)s") % said
    return _("Questions? Write to %(contact)s") % {"contact": settings.SUPPORT_EMAIL}


def sender_of(link: ConnectLink) -> Sender:
    """The partner, as its customers know it: by the name and the color of their pages."""
    color = link.color or ACCENT
    return Sender(one_line(link.shown_name), color, text_color_on(color))


def _write(
    session: ConnectSession,
    subject: str,
    template: str,
    context: dict[str, object],
    *,
    attachments: Sequence[Sequence[str]] = (),
) -> None:
    to = str(session.answers.get("email", ""))
    if not is_email(to):
        return  # the region does not ask for an email address
    context |= {
        "name": one_line(str(session.answers.get("customer_name", ""))),
        "partner": one_line(session.link.shown_name),
        "questions": questions_text(session.link),
        "manage": settings.SITE_URL + manage_path(session),
    }
    body = render_to_string(template, context)
    email = CustomerEmail.objects.create(
        session=session, to=to, subject=one_line(subject)[:200], body=body, attachments=[*map(list, attachments)]
    )
    if not session.partner.is_sandbox:  # whose customers are made up: the connection's page shows what it would send
        enqueue("connect.mail", subject_id=email.pk, partner=session.partner)


def send(run: Run) -> None:
    """Hand a customer's email over to the mail server, once as far as we know."""
    rows = CustomerEmail.objects.select_related("session__partner", "session__link__partner")
    email = rows.filter(pk=run.job.subject_id, sent_at=None).first()
    if email is None or email.session.partner.is_sandbox:
        return
    session = email.session
    sender = sender_of(session.link)
    message = email_message(email.subject, email.body, email.to, sender=sender, language=session.language)
    for name, shown_name in email.attachments:
        with open_file(name) as file:
            message.attach(shown_name, file.read(), "application/pdf")
    message.send()
    with run.chunk():
        CustomerEmail.objects.filter(pk=email.pk).update(sent_at=clock.now())
