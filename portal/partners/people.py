"""What is done to a person rather than to a membership: the log of all their partners, and how they sign in."""

from collections.abc import Mapping

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.db import transaction

from portal.events.actors import Actor
from portal.events.domain import record
from portal.partners.models import Membership, Partner, Role, User
from portal.partners.rules import has_two_factor


def record_of_person(verb: str, user: User, *, by: Actor, data: Mapping[str, object] | None = None) -> None:
    """One event about a person for each partner they belong to; one without a partner for those who have none."""
    partners: list[Partner | None] = list(Partner.objects.real().filter(memberships__user=user))
    for partner in partners or [None]:
        record(verb, subject=user, partner=partner, by=by, data=data)


def has_manager(partner: Partner, *, besides: User | None = None) -> bool:
    """Whether somebody who can sign in manages the partner, other than `besides`."""
    managers = Membership.objects.filter(partner=partner, role=Role.MANAGER, user__is_active=True)
    return (managers.exclude(user=besides) if besides else managers).exists()


def needed_as_manager(user: User) -> list[Partner]:
    """The partners that would have no manager without this person."""
    managed = Partner.objects.real().filter(memberships__user=user, memberships__role=Role.MANAGER, is_active=True)
    return [partner for partner in managed.order_by("name") if not has_manager(partner, besides=user)]


def move_sign_in_address(user: User) -> None:
    """Make the person's email the address they sign in with, and their former main address none of theirs any more.

    A new one is not confirmed: the next sign-in sends a link to it, since nobody but its owner can say that it is.
    """
    with transaction.atomic():
        addresses = EmailAddress.objects.filter(user=user)
        addresses.filter(primary=True).exclude(email=user.email).delete()
        EmailAddress.objects.update_or_create(user=user, email=user.email, defaults={"primary": True})


def remove_second_step(authenticator: Authenticator, *, by: Actor) -> None:
    """Take a second step away from somebody, with the recovery codes when it was the last one."""
    user = authenticator.user
    with transaction.atomic():
        data = {"email": user.email, "kind": authenticator.type}
        authenticator.delete()
        if not has_two_factor(user):
            Authenticator.objects.filter(user=user).delete()
        record_of_person("person.second_step_removed", user, by=by, data=data)
