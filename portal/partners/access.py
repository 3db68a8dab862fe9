"""Turns a request into who asks and for which partner: the first line of every partner view."""

from dataclasses import dataclass

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest

from portal.partners.models import Membership, Partner, Role, User

SESSION_KEY = "partner"


class NoPartner(PermissionDenied):
    """Somebody who is signed in but belongs to no partner."""


class ManagersOnly(PermissionDenied):
    """A member who may look but not change this."""


@dataclass(frozen=True, slots=True)
class Access:
    """One person acting for one partner."""

    partner: Partner
    user: User
    role: Role

    @property
    def is_manager(self) -> bool:
        return self.role is Role.MANAGER


def access_of(request: HttpRequest) -> Access | None:
    """The signed-in person's access: for the partner chosen in the session, else the first one. Read once a request."""
    if not hasattr(request, "partner_access"):
        request.partner_access = _find(request)  # type: ignore[attr-defined]  # our own cache on the request
    return request.partner_access  # type: ignore[attr-defined]  # our own cache on the request


def _find(request: HttpRequest) -> Access | None:
    user = getattr(request, "user", None)  # absent when the request was refused before anyone was recognised
    if not isinstance(user, User):
        return None
    memberships = list(
        Membership.objects.filter(user=user, partner__is_active=True).select_related("partner").order_by("pk")
    )
    chosen = request.session.get(SESSION_KEY)
    membership = next((one for one in memberships if str(one.partner_id) == chosen), None) or next(
        iter(memberships), None
    )
    return Access(membership.partner, user, Role(membership.role)) if membership else None


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
