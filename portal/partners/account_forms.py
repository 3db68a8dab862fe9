"""The forms of a person's own account: the library's, with the portal's texts."""

from typing import Any, ClassVar

from allauth.account import forms as account
from allauth.mfa.base import forms as mfa
from allauth.mfa.totp import forms as totp
from django import forms
from django.core.validators import EmailValidator

_CODE = ("Code", "Enter the code.")


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
                field.error_messages["invalid"] = "Enter an e-mail address like name@company.com."
                for validator in field.validators:
                    if isinstance(validator, EmailValidator):
                        validator.message = field.error_messages["invalid"]

    def add_error(self, field: str | None, error: object) -> None:
        """Replaces the library's message about two passwords."""
        is_apart = field == "password2" and not hasattr(error, "error_list")
        told = "The two passwords differ. Enter the same one twice." if is_apart else error
        super().add_error(field, told)  # type: ignore[misc]  # a mixin: the form beside it has the method


class LoginForm(_InOurWords, account.LoginForm):
    texts = {"login": ("E-mail", "Enter your e-mail address."), "password": ("Password", "Enter your password.")}


class AddEmailForm(_InOurWords, account.AddEmailForm):
    texts = {"email": ("E-mail address", "Enter an e-mail address.")}


class ChangePasswordForm(_InOurWords, account.ChangePasswordForm):
    texts = {
        "oldpassword": ("Your password now", "Enter the password that you use now."),
        "password1": ("New password", "Choose a new password."),
        "password2": ("New password once more", "Enter the new password once more."),
    }


class SetPasswordForm(_InOurWords, account.SetPasswordForm):
    texts = {
        "password1": ("Password", "Choose a password."),
        "password2": ("Password once more", "Enter the password once more."),
    }


class ResetPasswordForm(_InOurWords, account.ResetPasswordForm):
    texts = {"email": ("E-mail address", "Enter your e-mail address.")}


class ResetPasswordKeyForm(_InOurWords, account.ResetPasswordKeyForm):
    texts = {
        "password1": ("New password", "Choose a new password."),
        "password2": ("New password once more", "Enter the new password once more."),
    }


class ReauthenticateForm(_InOurWords, account.ReauthenticateForm):
    texts = {"password": ("Password", "Enter your password.")}


class CodeForm(_InOurWords, mfa.AuthenticateForm):
    texts = {"code": _CODE}


class CodeAgainForm(_InOurWords, mfa.ReauthenticateForm):
    texts = {"code": _CODE}


class ActivateAppForm(_InOurWords, totp.ActivateTOTPForm):
    texts = {"code": ("Code of the app", "Enter the six digits that the app shows.")}
