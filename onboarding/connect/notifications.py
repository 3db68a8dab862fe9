"""Emails to a partner's people about Connect: data that does not come, decisions, authorizations that ended."""

from uuid import UUID

from django.urls import reverse

from onboarding.connect.choices import ConsentState, EndReason
from onboarding.connect.models import Authorization, SuppliedConsent
from portal.notifications.choices import NotificationKind, register
from portal.notifications.domain import write_to
from portal.partners.models import Partner, User

CONNECT = NotificationKind(
    "connect",
    "A Connect customer needs attention",
    "When a utility’s data doesn’t arrive, when you need to match a meter, when an authorization ends, or "
    "when Leap has reviewed a consent you supplied.",
)
register(CONNECT)


def tell_overdue(authorization: Authorization) -> None:
    """A utility has sent nothing in three days."""
    name = authorization.utility.name
    text = f"{name} hasn’t sent data in 3 days. We check again once a day."
    _tell(authorization, f"No data from {name} yet", text, "View connection")


def tell_to_decide(authorization: Authorization) -> None:
    """Service points wait for the partner's decision."""
    name = authorization.utility.name
    text = f"{name} sent service points that may be your meters. Choose the right meters."
    _tell(authorization, "Decide which meter it is", text, "Choose meters")


def tell_ended(authorization: Authorization) -> None:
    """An authorization has ended."""
    name, reason = authorization.utility.name, EndReason(authorization.end_reason).label
    text = f"An authorization at {name} ended: {reason.lower()}. Its meters need a new authorization to stay enrolled."
    _tell(authorization, f"An authorization at {name} ended", text, "View connection")


def tell_decided(supplied: SuppliedConsent) -> None:
    """Our staff have confirmed or rejected a consent that the partner supplied. The reason is on the page alone."""
    name = supplied.utility.name
    if supplied.state == ConsentState.CONFIRMED:
        subject = f"Your consent for {name} is confirmed"
        text = f"Leap confirmed a consent you supplied for {name}. Data arrives once the utility accepts it."
    else:
        subject = f"A consent for {name} needs to be corrected"
        text = f"Leap rejected a consent you supplied for {name}. See the reason and supply a corrected document."
    _write(supplied.partner, supplied.connection_id, subject, text, "View connection")


def _tell(authorization: Authorization, subject: str, text: str, action: str) -> None:
    if authorization.connection_id is not None:
        _write(authorization.partner, authorization.connection_id, subject, text, action)


def _write(partner: Partner, connection: UUID, subject: str, text: str, action: str) -> None:
    path = reverse("connection", args=[connection])
    people = User.objects.filter(memberships__partner=partner, is_active=True).order_by("pk")
    for user in people:
        write_to(user, kind=CONNECT.code, partner=partner, subject=subject, text=text, action=action, path=path)
