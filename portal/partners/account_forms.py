"""The forms of a person's own account: the library's, with the portal's texts."""

from typing import Any, ClassVar

from allauth.account import forms as account
from allauth.core import context
from allauth.mfa.base import forms as mfa
from allauth.mfa.totp import forms as totp
from django import forms
from django.core.validators import EmailValidator

from portal.partners.account_limits import CODE, PASSWORD, count_email, count_try
from portal.partners.models import User


class _InOurWords:
    """Replaces labels and required messages by field name; removes placeholders, which vanish on typing."""

    fields: dict[str, forms.Field]
    texts: ClassVar[dict[str, tuple[str, str]]]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, field in self.fields.items():
            field.widget.attrs.pop("placeholder", None)
            if name in self.texts:
                field.label, field.error_messages["required"] = self.texts[name]
            if name == "email":
                field.error_messages["invalid"] = "Enter an email address like name@company.com."
                for validator in field.validators:
                    if isinstance(validator, EmailValidator):
                        validator.message = field.error_messages["invalid"]

    def add_error(self, field: str | None, error: object) -> None:
        """Replaces the library's message about two passwords."""
        is_apart = field == "password2" and not hasattr(error, "error_list")
        told = "The passwords don’t match. Enter the same one twice." if is_apart else error
        super().add_error(field, told)  # type: ignore[misc]  # a mixin: the form beside it has the method


class LoginForm(_InOurWords, account.LoginForm):
    texts = {"login": ("Email", "Enter your email address."), "password": ("Password", "Enter your password.")}


class AddEmailForm(_InOurWords, account.AddEmailForm):
    texts = {"email": ("Email address", "Enter an email address.")}


class ChangePasswordForm(_InOurWords, account.ChangePasswordForm):
    texts = {
        "oldpassword": ("Current password", "Enter your current password."),
        "password1": ("New password", "Choose a new password."),
        "password2": ("Confirm new password", "Enter the new password again."),
    }

    def clean_oldpassword(self) -> str:
        attempt = count_try(context.request, PASSWORD, self.user)
        password: str = super().clean_oldpassword()
        attempt.take_back()
        return password


class SetPasswordForm(_InOurWords, account.SetPasswordForm):
    texts = {
        "password1": ("Password", "Choose a password."),
        "password2": ("Confirm password", "Enter the password again."),
    }


class ResetPasswordForm(_InOurWords, account.ResetPasswordForm):
    texts = {"email": ("Email address", "Enter your email address.")}

    def clean_email(self) -> str:
        email: str = super().clean_email()
        count_email(email, request=context.request)
        return email


class ResetPasswordKeyForm(_InOurWords, account.ResetPasswordKeyForm):
    texts = {
        "password1": ("New password", "Choose a new password."),
        "password2": ("Confirm new password", "Enter the new password again."),
    }


class ReauthenticateForm(_InOurWords, account.ReauthenticateForm):
    texts = {"password": ("Password", "Enter your password.")}


class _CountedCode(_InOurWords):
    """Takes a code of the app or a recovery code; refuses to check it after too many wrong ones."""

    texts = {"code": ("Code", "Enter the code.")}
    user: User

    def clean_code(self) -> str:
        attempt = count_try(context.request, CODE, self.user)
        code: str = super().clean_code()  # type: ignore[misc]  # a mixin: the form beside it has the method
        attempt.take_back()
        return code


class CodeForm(_CountedCode, mfa.AuthenticateForm):
    pass


class CodeAgainForm(_CountedCode, mfa.ReauthenticateForm):
    pass


class ActivateAppForm(_InOurWords, totp.ActivateTOTPForm):
    texts = {"code": ("Code from the app", "Enter the six digits the app shows.")}
