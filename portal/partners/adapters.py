"""How allauth behaves here: nobody signs up without an invitation, nobody drops a second step that is asked for."""

import logging
from typing import Any
from urllib.parse import urlsplit

from allauth.account import app_settings
from allauth.account.adapter import DefaultAccountAdapter
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.base_user import AbstractBaseUser
from django.core.exceptions import ValidationError
from django.core.mail import EmailMultiAlternatives
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from portal.emails.messages import email_message
from portal.security import keyring

logger = logging.getLogger(__name__)
_ACCOUNT_PAGES = ("account_reset_password", "account_login")
_DAY = 24 * 60 * 60


def _at_site(url: str) -> str:
    """The same path at our own address, whatever host the request named."""
    parts = urlsplit(url)
    return f"{settings.SITE_URL}{parts.path}{parts.query and '?'}{parts.query}"


class AccountAdapter(DefaultAccountAdapter):
    """Accounts begin with an invitation (portal/partners/views.py), never with a sign-up form."""

    error_messages = DefaultAccountAdapter.error_messages | {
        "account_inactive": "This account is closed.",
        "cannot_remove_primary_email": "You can’t remove your primary address. Make another one primary first.",
        "duplicate_email": "You already have this address.",
        "email_password_mismatch": "The email address or password is wrong. Check both and try again.",
        "email_taken": "Another account uses this address. Enter a different one.",
        "enter_current_password": "This is not your current password. Check it and try again.",
        "incorrect_code": "This code is wrong or was already used. Enter the newest one.",
        "incorrect_password": "The password is wrong. Check it and try again.",
        "invalid_password_reset": "This link no longer works. Ask for a new one.",
        "max_email_addresses": "You can have at most %d addresses. Remove one first.",
        "unverified_primary_email": "Confirm this address first. Open the link we emailed to it.",
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def populate_username(self, request: HttpRequest, user: object) -> None:
        """There are no usernames."""

    def render_mail(
        self,
        template_prefix: str,
        email: str | list[str],
        context: dict[str, Any],
        headers: dict[str, str] | None = None,
    ) -> EmailMultiAlternatives:
        """An email in the portal's look: its templates write the text alone."""
        reset, sign_in = (f"{settings.SITE_URL}{reverse(name)}" for name in _ACCOUNT_PAGES)
        context = context | {"name": self._name_of(context), "site_name": settings.SITE_NAME}
        context |= {"reset": reset, "sign_in": sign_in, "support": settings.SUPPORT_EMAIL}
        context |= {
            "reset_days": settings.PASSWORD_RESET_TIMEOUT // _DAY,
            "confirm_days": app_settings.EMAIL_CONFIRMATION_EXPIRE_DAYS,
        }
        written = super().render_mail(template_prefix, email, context, headers)
        return email_message(written.subject, written.body, written.to[0], headers=headers)

    def send_notification_mail(
        self,
        template_prefix: str,
        user: AbstractBaseUser,
        context: dict[str, Any] | None = None,
        email: str | None = None,
    ) -> None:
        """Tell somebody, by name, that their account was changed. The change stays when no mail can leave."""
        try:
            super().send_notification_mail(template_prefix, user, {"user": user, **(context or {})}, email)
        except OSError:  # every error of smtplib is one
            logger.exception("The notice %s to user %s could not be mailed", template_prefix, user.pk)

    def authenticate(self, request: HttpRequest, **credentials: Any) -> AbstractBaseUser | None:
        """Check a password, at sign-in and again before changes. Refuses to check after too many wrong ones."""
        from portal.partners.account_limits import PASSWORD, count_try
        from portal.partners.domain import account_of

        email = str(credentials.get("email", "")).strip().lower()
        attempt = count_try(request, PASSWORD, account_of(email) or email)
        user: AbstractBaseUser | None = super().authenticate(request, **credentials)
        if user is not None:
            attempt.take_back()
        return user

    def post_login(self, request: HttpRequest, user: AbstractBaseUser, **kwargs: Any) -> HttpResponse:
        from portal.partners.account_limits import remember_browser
        from portal.partners.models import User

        assert isinstance(user, User)
        response: HttpResponse = super().post_login(request, user, **kwargs)
        remember_browser(request, response, user)
        return response

    def send_confirmation_mail(self, request: HttpRequest, emailconfirmation: Any, signup: bool) -> None:
        """Email a link to an address; past the limit, go back and say so. What was entered is kept."""
        from portal.partners.account_limits import count_email

        try:
            count_email(emailconfirmation.email_address.email, request=request)
        except ValidationError as refusal:
            messages.error(request, refusal.message)
            page = "account_email" if request.user.is_authenticated else "account_email_verification_sent"
            raise ImmediateHttpResponse(redirect(page)) from None
        super().send_confirmation_mail(request, emailconfirmation, signup)

    def get_email_confirmation_url(self, request: HttpRequest, emailconfirmation: object) -> str:
        return _at_site(super().get_email_confirmation_url(request, emailconfirmation))

    def get_reset_password_from_key_url(self, key: str) -> str:
        return _at_site(super().get_reset_password_from_key_url(key))

    @staticmethod
    def _name_of(context: dict[str, Any]) -> str:
        from portal.partners.domain import one_line  # needs the models

        return one_line(getattr(context.get("user"), "name", ""))


class TwoFactorAdapter(DefaultMFAAdapter):
    """Two-factor secrets are stored encrypted; the last factor stays while a partner, or the portal, requires one."""

    error_messages = DefaultMFAAdapter.error_messages | {
        "cannot_delete_authenticator": "You need two-factor sign-in. Set up another method first, then turn this off.",
        "cannot_generate_recovery_codes": "Set up an app or a security key first.",
        "incorrect_code": "This code is wrong or was already used. Enter the newest one.",
    }

    def encrypt(self, text: str) -> str:
        """A secret of an app or the seed of recovery codes, as it is stored; portal/security/rotation.py renews it."""
        return keyring.encrypt(text)

    def decrypt(self, encrypted_text: str) -> str:
        """The secret. Version 0.2.0 stored it as it is; the job `security.encrypt` encrypts those."""
        return keyring.decrypt(encrypted_text) if keyring.is_token(encrypted_text) else encrypted_text

    def can_delete_authenticator(self, authenticator: Authenticator) -> bool:
        from portal.partners.rules import may_lose  # allauth loads this class before the models are there

        return may_lose(authenticator)
