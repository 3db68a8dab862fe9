"""Logs for each of a person's partners what they do about their sign-in, from the library's signals."""

from collections.abc import Mapping

from allauth.account import signals as account
from allauth.mfa import signals as mfa
from allauth.mfa.models import Authenticator
from django.contrib.auth.signals import user_login_failed
from django.dispatch import receiver
from django.http import HttpRequest

from portal.events.actors import Actor
from portal.partners.access import address_of
from portal.partners.account_limits import RESET_KEY
from portal.partners.domain import account_of
from portal.partners.models import User
from portal.partners.people import record_of_person


def _self(verb: str, user: User, request: HttpRequest | None, data: Mapping[str, object] | None = None) -> None:
    address = address_of(request) if request else ""
    record_of_person(verb, user, by=Actor.person(user, address=address), data=data)


def _somebody(verb: str, user: User, request: HttpRequest) -> None:
    """The account is known, the actor is not."""
    by = Actor.system("Someone at the sign-in page", address=address_of(request))
    record_of_person(verb, user, by=by, data={"name": user.name, "email": user.email})


@receiver(account.user_logged_in)
def _signed_in(request: HttpRequest, user: User, **_: object) -> None:
    _self("person.signed_in", user, request)


@receiver(user_login_failed)
def _sign_in_failed(credentials: Mapping[str, object], request: HttpRequest | None = None, **_: object) -> None:
    """A wrong password for an existing account. The actor is unknown: it need not be the account's owner."""
    user = account_of(str(credentials.get("email") or credentials.get("username") or "")) if request else None
    if user and request:
        _somebody("person.sign_in_failed", user, request)


@receiver([account.password_changed, account.password_set, account.password_reset])
def _password_changed(request: HttpRequest, user: User, **_: object) -> None:
    _self("person.password_changed", user, request)


@receiver(account.password_reset)
def _password_reset(request: HttpRequest, user: User, **_: object) -> None:
    """Whoever could open the emailed link may sign in here, however many others try."""
    request.session[RESET_KEY] = str(user.pk)


@receiver(account.email_changed)
def _email_changed(request: HttpRequest, user: User, **_: object) -> None:
    _self("person.email_changed", user, request)


@receiver(mfa.authenticator_added)
def _second_step_added(request: HttpRequest, user: User, authenticator: Authenticator, **_: object) -> None:
    _self("person.second_step_added", user, request, {"kind": authenticator.type})


@receiver(mfa.authenticator_removed)
def _second_step_removed(request: HttpRequest, user: User, authenticator: Authenticator, **_: object) -> None:
    _self("person.second_step_removed", user, request, {"kind": authenticator.type})


@receiver(mfa.authentication_failed)
def _second_step_failed(request: HttpRequest, user: User, **_: object) -> None:
    _somebody("person.second_step_failed", user, request)
