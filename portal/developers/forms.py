"""The forms for developers: a new API key."""

from datetime import datetime, timedelta
from typing import Any

from crispy_forms.helper import FormHelper
from django import forms

from portal import clock


class KeyForm(forms.Form):
    """What a new API key is for, and how long it works."""

    name = forms.CharField(
        label="Name",
        max_length=100,
        help_text="The software that will use it, for example “Nightly sync”.",
        error_messages={"required": "Enter a name.", "max_length": "Enter at most 100 characters."},
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    days = forms.ChoiceField(
        label="Works for",
        choices=[("30", "30 days"), ("90", "90 days"), ("365", "One year"), ("0", "Until it is revoked")],
        initial="365",
        error_messages={"required": "Choose how long it works.", "invalid_choice": "Choose one of the list."},
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = FormHelper()
        self.helper.form_tag = False  # the templates bring the form with its action, button and double-click guard
        self.helper.disable_csrf = True

    def clean_name(self) -> str:
        return " ".join(self.cleaned_data["name"].split())

    @property
    def expires_at(self) -> datetime | None:
        """When the key ends; None for never."""
        days = int(self.cleaned_data["days"])
        return clock.now() + timedelta(days=days) if days else None
