"""The form of a request about participation: what, from when, until when, why."""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django import forms

from onboarding.enrollment.models import Preference
from onboarding.participation.rules import LONGEST_REASON, ParticipationRequest, unclear, untimely
from portal.problems import Problem, storable

CHOICES = [
    (Preference.IDLE.value, "Idle temporarily"),
    (Preference.DISENROLL.value, "Disenroll"),
    (Preference.PARTICIPATE.value, "Resume participation"),
]


def _day_field(label: str) -> forms.DateField:
    messages = {"invalid": "This is not a real date. Enter it as YYYY-MM-DD, for example 2027-05-31."}
    return forms.DateField(
        label=label,
        required=False,
        input_formats=["%Y-%m-%d", "%m/%d/%Y"],
        error_messages=messages,
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date", "class": "form-control"}),
    )


class ParticipationForm(forms.Form):
    """A request. what: given, when the page is about one kind only."""

    what = forms.ChoiceField(label="What do you want to do?", choices=CHOICES, widget=forms.RadioSelect)
    first = _day_field("First day")
    last = _day_field("Last day")
    reason = forms.CharField(
        label="Reason",
        required=False,
        widget=forms.TextInput(attrs={"class": "form-control", "maxlength": LONGEST_REASON, "autocomplete": "off"}),
    )

    def __init__(self, *args: Any, what: str = "", **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["what"].error_messages["required"] = "Choose an action."
        self.only = what
        if what:
            del self.fields["what"]
            if what != Preference.IDLE:
                del self.fields["last"]
            if what == Preference.PARTICIPATE:
                del self.fields["reason"]
            if what == Preference.DISENROLL:
                self.fields["first"].label = "Day"

    def clean(self) -> dict[str, object]:
        """Put what was asked for into `request`. A last day is ignored unless the request is for an idle time."""
        data = super().clean() or {}
        preference = self.only or data.get("what", "")
        if not preference or self.errors:
            return data
        last = data.get("last") if preference == Preference.IDLE else None
        reason = " ".join(storable(data.get("reason", "")).split()) if preference != Preference.PARTICIPATE else ""
        data["request"] = ParticipationRequest(Preference(preference), data.get("first"), last, reason)
        for problem in unclear(data["request"]):
            self.refuse(problem)
        return data

    def refuse_untimely(self, zone: ZoneInfo, now: datetime) -> None:
        """Add the problems of the request that depend on today's date in this zone."""
        request = self.cleaned_data.get("request") if self.errors or self.is_valid() else None
        for problem in untimely(request, zone, now) if request else ():
            self.refuse(problem)

    def refuse(self, problem: Problem) -> None:
        """Say at its field what is wrong."""
        self.add_error(problem.field if problem.field in self.fields else None, f"{problem.text} {problem.remedy}")
