"""What partners enter about reminders."""

from typing import Any

from django import forms

from onboarding.reminders.choices import REMINDERS, SPANS, Touchpoint
from onboarding.reminders.models import LONGEST_TEXT, ReminderPlan

_FROM_LIST = "Choose from the list."


def _choices(touchpoint: Touchpoint) -> list[tuple[str, str]]:
    span = SPANS[touchpoint]
    return [("", "Don’t send"), *((str(count), f"After {span.text(count)}") for count in span.counts)]


class PlanForm(forms.Form):
    """The reminders of a link."""

    is_on = forms.BooleanField(label="Send reminders to customers of this link", required=False)
    first = forms.ChoiceField(
        label="First reminder",
        required=False,
        choices=_choices(Touchpoint.FIRST),
        help_text="The most effective one, while the customer still remembers.",
        error_messages={"invalid_choice": _FROM_LIST},
    )
    second = forms.ChoiceField(
        label="Second reminder",
        required=False,
        choices=_choices(Touchpoint.SECOND),
        error_messages={"invalid_choice": _FROM_LIST},
    )
    third = forms.ChoiceField(
        label="Third reminder",
        required=False,
        choices=_choices(Touchpoint.THIRD),
        error_messages={"invalid_choice": _FROM_LIST},
    )
    text = forms.CharField(
        label="Your own message",
        required=False,
        max_length=LONGEST_TEXT,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text="Optional. Added to every reminder in the language you write it in.",
    )

    @property
    def delays(self) -> dict[Touchpoint, int]:
        """The chosen reminders with their delays."""
        values = {touchpoint: self.cleaned_data.get(touchpoint.value.lower(), "") for touchpoint in REMINDERS}
        return {touchpoint: int(value) for touchpoint, value in values.items() if value}


def initial_of(plan: ReminderPlan) -> dict[str, Any]:
    """What the form shows of a plan."""
    delays = {touchpoint.value.lower(): str(plan.delays.get(touchpoint, "")) for touchpoint in REMINDERS}
    return {"is_on": plan.on_since is not None, "text": plan.text, **delays}


class AddressForm(forms.Form):
    """An address that is to be marked as unreachable."""

    email = forms.EmailField(
        label="Email address",
        max_length=254,
        error_messages={"required": "Enter an email address.", "invalid": "Enter a full email address."},
    )
