"""Turns a request into who asks and for which partner: the first line of every partner view."""

from dataclasses import dataclass

from allauth.account.adapter import get_adapter
from django.core import signing
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest

from portal.events.actors import Actor
from portal.partners.models import Membership, Partner, Role, User

SESSION_KEY = "partner"
_SALT = "portal.partners.access"
_FORM_SECONDS = 24 * 3600


class NoPartner(PermissionDenied):
    """Somebody who is signed in but belongs to no partner."""


class ManagersOnly(PermissionDenied):
    """A member who may look but not change this."""


@dataclass(frozen=True, slots=True)
class Access:
    """One person acting for one partner, from a network address ("" when it cannot be told)."""

    partner: Partner
    user: User
    role: Role
    address: str = ""

    @property
    def is_manager(self) -> bool:
        return self.role is Role.MANAGER

    @property
    def actor(self) -> Actor:
        """The `by=` of what this person does."""
        return Actor.person(self.user, address=self.address)

    def as_token(self) -> str:
        """A signed token for a form, so that what is sent after the session has ended can be kept; valid for a day."""
        return signing.dumps([self.user.pk, str(self.partner.pk)], salt=_SALT)


def address_of(request: HttpRequest) -> str:
    """The network address that a request came from, behind as many proxies as the settings say; "" when unknown."""
    try:
        return str(get_adapter(request).get_client_ip(request))
    except PermissionDenied:
        return ""


def access_of(request: HttpRequest) -> Access | None:
    """The signed-in person's access: for the partner chosen in the session, else the first one. Read once a request."""
    if not hasattr(request, "partner_access"):
        request.partner_access = _find(request)  # type: ignore[attr-defined]  # our own cache on the request
    return request.partner_access  # type: ignore[attr-defined]  # our own cache on the request


def forget_access(request: HttpRequest) -> None:
    """The session names another partner now: find the access anew."""
    del request.partner_access  # type: ignore[attr-defined]  # our own cache on the request


def _find(request: HttpRequest) -> Access | None:
    user = getattr(request, "user", None)  # absent when the request was refused before anyone was recognised
    if not isinstance(user, User):
        return None
    memberships = list(
        Membership.objects.filter(user=user, partner__is_active=True)
        .select_related("partner__sandbox_of", "partner__sandbox")
        .order_by("pk")
    )
    memberships.sort(key=lambda one: one.partner.is_sandbox)  # nobody begins in a sandbox
    chosen = request.session.get(SESSION_KEY)
    membership = next((one for one in memberships if str(one.partner_id) == chosen), None) or next(
        iter(memberships), None
    )
    if membership is None:
        return None
    return Access(membership.partner, user, Role(membership.role), address_of(request))


def access_of_form(request: HttpRequest, token: str) -> Access | None:
    """The access of the person a form was made for, if still a member. Enough to store input, not to show data."""
    try:
        user, partner = signing.loads(token, salt=_SALT, max_age=_FORM_SECONDS)
    except (signing.BadSignature, ValueError):
        return None
    memberships = Membership.objects.filter(user=user, partner=partner, user__is_active=True, partner__is_active=True)
    membership = memberships.select_related("user", "partner").first()
    return (
        Access(membership.partner, membership.user, Role(membership.role), address_of(request)) if membership else None
    )


def member(request: HttpRequest) -> Access:
    """The access of a partner's member. Raises NoPartner."""
    access = access_of(request)
    if access is None:
        raise NoPartner
    return access


def manager(request: HttpRequest) -> Access:
    """The access of a partner's manager. Raises NoPartner or ManagersOnly."""
    access = member(request)
    if not access.is_manager:
        raise ManagersOnly
    return access


def signed_in(request: HttpRequest) -> tuple[User, Access | None]:
    """A member or one of our staff (whose access may be None). Raises NoPartner for anybody else."""
    access = access_of(request)
    user = request.user
    if not isinstance(user, User) or (access is None and not user.is_staff):
        raise NoPartner
    return user, access
