"""The forms for developers: a new API key, and a key that is rolled."""

from datetime import datetime, timedelta
from typing import Any

from crispy_forms.helper import FormHelper
from django import forms

from portal import clock
from portal.partners.models import KeyPermission
from portal.partners.networks import parse_networks
from portal.problems import Refused


def _helper() -> FormHelper:
    helper = FormHelper()
    helper.form_tag = False  # the templates bring the form with its action, button and double-click guard
    helper.disable_csrf = True
    return helper


def _days_field() -> forms.ChoiceField:
    return forms.ChoiceField(
        label="Expires after",
        choices=[("30", "30 days"), ("90", "90 days"), ("365", "One year"), ("0", "Never (until it is revoked)")],
        initial="365",
        error_messages={"required": "Choose when it expires.", "invalid_choice": "Choose one from the list."},
    )


class _ExpiringForm(forms.Form):
    """A form with `days`: for how long a key works."""

    @property
    def expires_at(self) -> datetime | None:
        """When the key ends; None for never."""
        days = int(self.cleaned_data["days"])
        return clock.now() + timedelta(days=days) if days else None


class KeyForm(_ExpiringForm):
    """What a new API key is for, what it may do and from where, and how long it works."""

    name = forms.CharField(
        label="Name",
        max_length=100,
        help_text="The software that will use it, for example “Nightly sync”.",
        error_messages={"required": "Enter a name.", "max_length": "Enter at most 100 characters."},
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    permissions = forms.MultipleChoiceField(
        label="Permissions",
        choices=[(permission.value, f"{permission.label}: {permission.meaning}") for permission in KeyPermission],
        initial=[KeyPermission.READ_METERS.value, KeyPermission.WRITE_METERS.value],
        help_text="Select only what the software needs.",
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": "Select at least one permission.", "invalid_choice": "Select from the list."},
    )
    days = _days_field()
    networks = forms.CharField(
        label="Allowed networks (optional)",
        required=False,
        max_length=5000,
        help_text="One address or range per line, IPv4 or IPv6, for example 203.0.113.0/24. Leave empty for anywhere.",
        widget=forms.Textarea(attrs={"rows": 3, "spellcheck": "false", "autocomplete": "off"}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = _helper()

    def clean_name(self) -> str:
        return " ".join(self.cleaned_data["name"].split())

    def clean_networks(self) -> list[str]:
        lines = self.cleaned_data["networks"].replace(",", "\n").splitlines()
        try:
            return parse_networks(line for line in lines if line.strip())
        except Refused as refusal:
            raise forms.ValidationError([f"{problem.text} {problem.remedy}" for problem in refusal.problems]) from None

    def clean_permissions(self) -> list[KeyPermission]:
        return [KeyPermission(value) for value in self.cleaned_data["permissions"]]


class RollForm(_ExpiringForm):
    """How long the old key works beside the new one, and how long the new one does."""

    hours = forms.ChoiceField(
        label="The current key keeps working for",
        choices=[
            ("168", "7 days"),
            ("72", "3 days"),
            ("24", "24 hours"),
            ("1", "1 hour"),
            ("0", "Not at all"),
        ],
        initial="24",
        help_text="Switch your software to the new key in this time. After that, the current key expires.",
        error_messages={"required": "Choose how long.", "invalid_choice": "Choose one from the list."},
    )
    days = _days_field()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["days"].label = "The new key expires after"
        self.helper = _helper()

    @property
    def overlap(self) -> timedelta:
        return timedelta(hours=int(self.cleaned_data["hours"]))
