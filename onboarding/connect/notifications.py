"""Emails to a partner's people about Connect: data that does not come, decisions, authorizations that ended."""

from django.urls import reverse

from onboarding.connect.choices import EndReason
from onboarding.connect.models import Authorization
from portal.notifications.choices import NotificationKind, register
from portal.notifications.domain import write_to
from portal.partners.models import User

CONNECT = NotificationKind(
    "connect",
    "A Connect customer needs attention",
    "When a utility's data does not arrive, when you have to decide which meter it is, or when an authorization ends.",
)
register(CONNECT)


def tell_overdue(authorization: Authorization) -> None:
    """A utility has sent nothing in three days."""
    name = authorization.utility.name
    _tell(authorization, f"No data from {name} yet", f"{name} has sent no data in 3 days. We keep asking once a day.")


def tell_to_decide(authorization: Authorization) -> None:
    """Service points wait for the partner's decision."""
    name = authorization.utility.name
    text = f"{name} sent service points that may be meters of yours. Decide which ones they are."
    _tell(authorization, "Decide which meter it is", text)


def tell_ended(authorization: Authorization) -> None:
    """An authorization has ended."""
    name, reason = authorization.utility.name, EndReason(authorization.end_reason).label
    text = f"An authorization at {name} ended: {reason.lower()}. Its meters need a new one to stay enrolled."
    _tell(authorization, f"An authorization at {name} ended", text)


def _tell(authorization: Authorization, subject: str, text: str) -> None:
    if authorization.connection_id is None:
        return
    path = reverse("connection", args=[authorization.connection_id])
    people = User.objects.filter(memberships__partner=authorization.partner_id, is_active=True).order_by("pk")
    for user in people:
        write_to(user, kind=CONNECT.code, partner=authorization.partner, subject=subject, text=text, path=path)
