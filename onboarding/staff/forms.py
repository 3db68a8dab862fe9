"""What people of Leap fill in before something is recorded."""

from django import forms

from onboarding.staff.domain import CAN_BE_RECORDED, days_of, runs_at
from portal.web import clock
from programs.models import ActionType, DeliveryPeriod, Program


def _moment(help_text: str, label: str | None = None) -> forms.DateTimeField:
    """A day, perhaps with a time, in UTC as everywhere in the admin."""
    return forms.DateTimeField(
        required=False, label=label, help_text=f"{help_text} As 2026-05-01 or 2026-05-01 07:00, UTC."
    )


class RecordForm(forms.Form):
    """Whether an item of the checklist holds."""

    action_type = forms.ChoiceField(
        label="Item of the checklist", choices=[(kind, ActionType(kind).label) for kind in CAN_BE_RECORDED]
    )
    holds = forms.ChoiceField(label="Does it hold?", choices=[("yes", "Yes"), ("no", "No")], widget=forms.RadioSelect)
    program = forms.ModelChoiceField(Program.objects.all(), required=False, help_text="Empty: in every program.")
    period = forms.ModelChoiceField(DeliveryPeriod.objects.all(), required=False, help_text="Empty: in every period.")
    code = forms.CharField(max_length=32, required=False, help_text="What the market answered, if it gave a code.")
    note = forms.CharField(max_length=300, required=False, help_text="Why. The partner reads this.")
    valid_from = _moment("Empty: from now on.")
    valid_to = _moment("Empty: without an end.")

    def clean(self) -> dict[str, object]:
        data = super().clean() or {}
        period, program = data.get("period"), data.get("program")
        if period and program and period.program_id != program.pk:
            self.add_error("period", f"{period} is no period of {program}.")
        if data.get("holds") == "no" and not data.get("note") and "note" not in self.errors:
            self.add_error("note", "Say why it does not hold.")
        begins, ends = data.get("valid_from"), data.get("valid_to")
        if ends and ends <= (begins or clock.now()):
            self.add_error("valid_to", "The end is not after the beginning.")
        return data


class ActivateForm(forms.Form):
    """In which period, and from when."""

    period = forms.ModelChoiceField(DeliveryPeriod.objects.all(), label="Delivery period")
    active_from = _moment("Empty: when the period begins, or now.")
    market_group_id = forms.UUIDField(required=False, label="Market group ID")
    market_group_name = forms.CharField(max_length=128, required=False)
    even_if_not_eligible = forms.BooleanField(required=False, label="Also meters that are not eligible")
    note = forms.CharField(max_length=300, required=False, help_text="Why. The partner reads this.")

    def clean(self) -> dict[str, object]:
        data = super().clean() or {}
        period, begins = data.get("period"), data.get("active_from")
        if period and begins and not runs_at(period, begins):
            self.add_error("active_from", f"{period} runs from {days_of(period)}.")
        if data.get("even_if_not_eligible") and not data.get("note"):
            self.add_error("note", "Say why meters that are not eligible are activated.")
        return data


class EndForm(forms.Form):
    """In which period, when, and why."""

    period = forms.ModelChoiceField(DeliveryPeriod.objects.all(), label="Delivery period")
    active_to = _moment("Empty: now.", "Active until")
    reason = forms.CharField(max_length=300, help_text="The partner reads this.")
