"""How allauth behaves here: nobody signs up without an invitation, nobody drops a second step that is asked for."""

from allauth.account.adapter import DefaultAccountAdapter
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from django.http import HttpRequest


class AccountAdapter(DefaultAccountAdapter):
    """Accounts begin with an invitation (portal/partners/views.py), never with a sign-up form."""

    error_messages = DefaultAccountAdapter.error_messages | {
        "account_inactive": "This account is closed.",
        "cannot_remove_primary_email": "The main address stays. Make another one the main one first.",
        "duplicate_email": "This address is one of yours already.",
        "email_password_mismatch": "The e-mail address or the password is wrong. Check both and try again.",
        "email_taken": "Another account uses this address. Enter a different one.",
        "enter_current_password": "This is not the password that you use now. Check it and try again.",
        "incorrect_code": "This code is wrong or used up. Enter the newest one.",
        "incorrect_password": "The password is wrong. Check it and try again.",
        "invalid_password_reset": "This link is used up. Ask for a new one.",
        "max_email_addresses": "You can have at most %d addresses. Remove one first.",
        "rate_limited": "Too many tries. Wait a few minutes and try again.",
        "too_many_login_attempts": "Too many tries. Wait a few minutes and try again.",
        "unverified_primary_email": "Confirm this address first: open the link in the message that we sent to it.",
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def populate_username(self, request: HttpRequest, user: object) -> None:
        """There are no usernames."""


class TwoFactorAdapter(DefaultMFAAdapter):
    """The last second step stays while a partner, or we ourselves, ask for one."""

    error_messages = DefaultMFAAdapter.error_messages | {
        "cannot_delete_authenticator": "A second step is asked of you. Set up another one first, then turn this off.",
        "cannot_generate_recovery_codes": "Set up an app or a security key first.",
        "incorrect_code": "This code is wrong or used up. Enter the newest one.",
    }

    def can_delete_authenticator(self, authenticator: Authenticator) -> bool:
        from portal.partners.rules import may_lose  # allauth loads this class before the models are there

        return may_lose(authenticator)
