"""How allauth behaves here: nobody signs up without an invitation, nobody drops a second step that is asked for."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from django.http import HttpRequest


class AccountAdapter(DefaultAccountAdapter):
    """Accounts begin with an invitation (portal/partners/views.py), never with a sign-up form."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def populate_username(self, request: HttpRequest, user: Any) -> None:
        """There are no usernames."""


class TwoFactorAdapter(DefaultMFAAdapter):
    """The last second step stays while a partner, or we ourselves, ask for one."""

    error_messages = DefaultMFAAdapter.error_messages | {
        "cannot_delete_authenticator": "A second step is asked of you. Set up another one first, then turn this off."
    }

    def can_delete_authenticator(self, authenticator: Authenticator) -> bool:
        from portal.partners.rules import may_lose  # allauth loads this class before the models are there

        return may_lose(authenticator)
