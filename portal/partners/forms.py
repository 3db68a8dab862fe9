"""The forms about people: invite somebody, and take up an invitation."""

from typing import Any

from crispy_forms.helper import FormHelper
from django import forms
from django.contrib.auth.password_validation import password_validators_help_texts, validate_password

from portal.partners.models import Role, User
from portal.partners.rules import time_zones


def _helper() -> FormHelper:
    helper = FormHelper()
    helper.form_tag = False  # the templates bring the form with its action, button and double-click guard
    helper.disable_csrf = True
    return helper


class InviteForm(forms.Form):
    """Whom to invite, and as what."""

    email = forms.EmailField(
        label="Email address",
        max_length=254,
        help_text="We send the invitation here. It works for 14 days.",
        error_messages={
            "required": "Enter an email address.",
            "invalid": "Enter an email address like name@company.com.",
        },
        widget=forms.EmailInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
    role = forms.ChoiceField(
        label="Role",
        choices=[(role.value, f"{role.label}: {role.meaning}") for role in Role],
        initial=Role.USER.value,
        widget=forms.RadioSelect,
        error_messages={"required": "Choose a role.", "invalid_choice": "Choose Manager or User."},
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = _helper()


class RoleForm(forms.Form):
    """The role that a member gets."""

    role = forms.ChoiceField(choices=Role.choices)


class RulesForm(forms.Form):
    """What a partner's manager decides for everybody."""

    time_zone = forms.ChoiceField(
        label="Time zone",
        choices=time_zones,
        help_text="Pages show dates and times in this zone. Program deadlines stay in the program’s own zone.",
        error_messages={"required": "Choose a time zone.", "invalid_choice": "Choose a time zone from the list."},
    )
    requires_two_factor = forms.BooleanField(
        label="Require two-factor sign-in for everyone",
        required=False,
        help_text="People without it are asked to set it up before they continue. API keys aren’t affected.",
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = _helper()


class NewPersonForm(forms.Form):
    """The name and password of somebody who takes up an invitation and has no account."""

    name = forms.CharField(
        label="Your name",
        max_length=150,
        help_text="As your colleagues will see it.",
        error_messages={"required": "Enter your name."},
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )
    password = forms.CharField(
        label="Password",
        strip=False,
        max_length=1024,  # hashing a megabyte costs a second
        error_messages={"required": "Choose a password."},
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )

    def __init__(self, *args: Any, email: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.email = email
        self.helper = _helper()
        self.fields["password"].help_text = " ".join(password_validators_help_texts())

    def clean_name(self) -> str:
        return " ".join(self.cleaned_data["name"].split())

    def clean_password(self) -> str:
        password: str = self.cleaned_data["password"]
        validate_password(password, User(email=self.email, name=self.cleaned_data.get("name", "")))
        return password
