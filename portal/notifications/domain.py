"""Writing email, sending it, and switching kinds of it off.

An email is written in the transaction of what it tells about, and sent by the job mail.send: at least once, since a
worker may die after the mail server has accepted it and before that is stored.
"""

from collections.abc import Collection
from datetime import timedelta

from django.conf import settings
from django.core import signing
from django.db import transaction
from django.template.loader import render_to_string
from django.urls import reverse

from portal import clock
from portal.emails.messages import email_message
from portal.jobs.domain import enqueue
from portal.jobs.models import Job
from portal.notifications.choices import notification_kind, notification_kinds
from portal.notifications.models import EmailMessage, EmailOptOut
from portal.partners.domain import one_line
from portal.partners.models import Membership, Partner, User

KEPT = timedelta(days=30)
# The salt and the kind of its job carry an earlier name of this room: links and jobs of that time still work.
_STOP = signing.Signer(salt="portal.mail.stop")


def took_long(job: Job) -> bool:
    """Whether somebody who waited for this job has surely left the page by now."""
    return clock.real_now() - job.created_at > timedelta(seconds=settings.MAIL_AFTER_SECONDS)


def write_to(
    user: User | None, *, kind: str, partner: Partner, subject: str, text: str, action: str, path: str
) -> EmailMessage | None:
    """Write an email with a button to a page of the portal, in the caller's transaction.

    text: what happened and what to do, as portal/emails/parts.py reads it. action: the button's label. The subject of
    one about a sandbox says so. Returns None for somebody who has left the partner, is deactivated, or does not want
    this kind.
    """
    if user is None or not user.is_active or not Membership.objects.filter(partner=partner, user=user).exists():
        return None
    if EmailOptOut.objects.filter(user=user, kind=kind).exists():
        return None
    context = {
        "name": one_line(user.name),
        "text": text,
        "action": action,
        "link": settings.SITE_URL + path,
        "partner": one_line(partner.name),
        "kind": notification_kind(kind),
        "stop": settings.SITE_URL + stop_path(user, kind),
    }
    body = render_to_string("notifications/email.txt", context)
    mark = "[Sandbox] " if partner.is_sandbox else ""
    email = EmailMessage.objects.create(
        partner=partner, user=user, kind=kind, subject=one_line(mark + subject)[:200], body=body
    )
    enqueue("mail.send", subject_id=email.pk, partner=partner)
    return email


def send(email: EmailMessage) -> None:
    """Hand an email over to the mail server, with the headers by which mail programs offer to stop its kind."""
    stop = f"<{settings.SITE_URL}{stop_path(email.user, email.kind)}>"
    headers = {"List-Unsubscribe": stop, "List-Unsubscribe-Post": "List-Unsubscribe=One-Click"}
    email_message(email.subject, email.body, email.user.email, headers=headers).send()


def stop_path(user: User, kind: str) -> str:
    """The path of the page that switches this kind off for this person, without signing in."""
    return reverse("emails-stop", args=[_STOP.sign_object([user.pk, kind])])


def read_stop(token: str) -> tuple[User, str] | None:
    """The person and the kind that such a path names; None when we did not make it or the person is gone."""
    try:
        pk, kind = _STOP.unsign_object(token)
    except (signing.BadSignature, ValueError):
        return None
    user = User.objects.filter(pk=pk).first()
    return (user, kind) if user and kind in {one.code for one in notification_kinds()} else None


def wanted_by(user: User) -> set[str]:
    """The codes of the kinds that somebody wants."""
    off = set(EmailOptOut.objects.filter(user=user).values_list("kind", flat=True))
    return {kind.code for kind in notification_kinds()} - off


def choose(user: User, wanted: Collection[str]) -> None:
    """Keep which kinds somebody wants; all others are switched off."""
    off = [kind.code for kind in notification_kinds() if kind.code not in wanted]
    with transaction.atomic():
        EmailOptOut.objects.filter(user=user).exclude(kind__in=off).delete()
        EmailOptOut.objects.bulk_create([EmailOptOut(user=user, kind=kind) for kind in off], ignore_conflicts=True)


def stop(user: User, kind: str) -> None:
    """Switch one kind off; repeating it changes nothing."""
    EmailOptOut.objects.bulk_create([EmailOptOut(user=user, kind=kind)], ignore_conflicts=True)


def drop_sent() -> None:
    """Delete emails a month after they were sent."""
    EmailMessage.objects.filter(sent_at__lt=clock.real_now() - KEPT).delete()
