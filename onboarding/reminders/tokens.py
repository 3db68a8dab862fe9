"""The signed links in emails to customers: to go on, to renew, and to stop reminders. Each is of one purpose."""

from datetime import timedelta
from typing import Final
from uuid import UUID

from django.core import signing
from django.db.models import QuerySet
from django.urls import reverse

from onboarding.connect.models import Authorization, ConnectSession
from onboarding.reminders.models import Reminder
from portal.storage.ids import as_uuid

RESUME_DAYS: Final = 14
RENEWAL_DAYS: Final = 60
_RESUME: Final = "onboarding.reminders.resume"
_RENEW: Final = "onboarding.reminders.renew"
_STOP: Final = signing.Signer(salt="onboarding.reminders.stop")


def resume_path(session: ConnectSession) -> str:
    """Where a customer goes on with a session, for 14 days."""
    return reverse("connect-continue", args=[signing.dumps(str(session.pk), salt=_RESUME)])


def session_to_resume(token: str) -> ConnectSession | None:
    """The newest session of the customer whom such a link was sent; None for one that is not ours or too old."""
    pk = _loads(token, _RESUME, RESUME_DAYS)
    session = _sessions().filter(pk=pk).first() if pk else None
    if session is None or session.connection_id is None:
        return session
    return _sessions().filter(connection=session.connection_id, link=session.link_id).order_by("-pk").first()


def renewal_path(authorization: Authorization) -> str:
    """Where a customer renews an authorization, for 60 days."""
    return reverse("connect-renew", args=[signing.dumps(str(authorization.pk), salt=_RENEW)])


def authorization_to_renew(token: str) -> Authorization | None:
    """The authorization that such a link names; None for one that is not ours or too old."""
    pk = _loads(token, _RENEW, RENEWAL_DAYS)
    rows = Authorization.objects.select_related("session__link__partner", "session__connection", "utility", "partner")
    return rows.filter(pk=pk).first() if pk else None


def stop_path(reminder: Reminder) -> str:
    """Where the customer stops the reminders of the partner to this address, for good."""
    return reverse("connect-reminders-stop", args=[_STOP.sign(str(reminder.pk))])


def reminder_to_stop(token: str) -> Reminder | None:
    """The reminder in which such a link was; None when we did not make it."""
    try:
        pk = _STOP.unsign(token)
    except signing.BadSignature:
        return None
    return Reminder.objects.select_related("link__partner", "partner").filter(pk=pk).first()


def _sessions() -> QuerySet[ConnectSession]:
    return ConnectSession.objects.select_related("link__partner", "connection", "partner")


def _loads(token: str, salt: str, days: int) -> UUID | None:
    try:
        return as_uuid(str(signing.loads(token, salt=salt, max_age=timedelta(days=days))))
    except signing.BadSignature:
        return None
