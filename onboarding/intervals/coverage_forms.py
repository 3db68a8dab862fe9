"""What the pages of coverage and gaps are asked for, in their addresses."""

from datetime import UTC, date, datetime
from typing import Any

from django import forms

from onboarding.intervals.expected import DataRule
from onboarding.intervals.gaps import GapStatus

FIRST_YEAR, LAST_YEAR = 2000, 2100
AHEAD, OVERDUE = "ahead", "overdue"


def month_named(text: str) -> date | None:
    """The first day of a month such as 2026-11; None for what is none."""
    try:
        day = datetime.strptime(text, "%Y-%m").replace(tzinfo=UTC).date()
    except ValueError:
        return None
    return day if FIRST_YEAR <= day.year <= LAST_YEAR else None


class GapFilter(forms.Form):
    """Which gaps are listed. Without a month: those that can be filled in time, or were due in the last month."""

    program = forms.ChoiceField(required=False, label="Program")
    status = forms.ChoiceField(required=False, label="Status", choices=[("", "Any"), *GapStatus.choices])
    deadline = forms.ChoiceField(
        required=False,
        label="Deadline",
        choices=[("", "Any"), (AHEAD, "Upcoming"), (OVERDUE, "Overdue")],
    )
    month = forms.CharField(
        required=False, label="Month", widget=forms.TextInput(attrs={"type": "month", "placeholder": "2026-11"})
    )
    due = forms.DateTimeField(required=False, widget=forms.HiddenInput, input_formats=["%Y-%m-%dT%H:%MZ"])
    until = forms.DateField(required=False, widget=forms.HiddenInput)

    def __init__(self, data: Any, *, rules: list[DataRule]) -> None:
        super().__init__(data)
        choices = [("", "Any"), *((rule.identifier, rule.name) for rule in rules)]
        self.fields["program"].choices = choices  # type: ignore[attr-defined]  # of a ChoiceField

    def clean_month(self) -> date | None:
        """The first day of the month."""
        text = self.cleaned_data["month"]
        month = month_named(text) if text else None
        if text and month is None:
            raise forms.ValidationError("Enter a month, for example 2026-11.")
        return month

    def clean_due(self) -> datetime | None:
        """A moment of UTC."""
        due: datetime | None = self.cleaned_data["due"]
        return due.replace(tzinfo=UTC) if due else None

    def clean_until(self) -> date | None:
        """A day that can be counted from."""
        until: date | None = self.cleaned_data["until"]
        if until and not FIRST_YEAR <= until.year <= LAST_YEAR:
            raise forms.ValidationError("Enter a date between 2000 and 2100.")
        return until


def due_query(deadline: datetime) -> str:
    """A deadline as the address of the list has it."""
    return f"{deadline.astimezone(UTC):%Y-%m-%dT%H:%MZ}"
