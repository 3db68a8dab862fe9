"""What people of Leap fill in before something is recorded."""

from collections.abc import Callable
from datetime import datetime, tzinfo
from typing import Any

from django import forms

from onboarding.staff.domain import CAN_BE_RECORDED
from portal.admin.days import DayField, stored_text
from portal.web import clock
from portal.web.days import Reading
from programs.models import ActionType, DeliveryPeriod, Program


class _LocalDays(forms.Form):
    """A form whose days are local to the period or the program that is chosen in it, else to its meters.

    zone_of_meters: the zone that all of them are in; None when there are several.
    """

    def __init__(self, *args: Any, zone_of_meters: Callable[[], tzinfo | None], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.zone = self._zone_chosen() or zone_of_meters() if self.is_bound else None
        for field in self._days().values():
            field.shows(None, stored_in=None, typed_in=self.zone)

    def _zone_chosen(self) -> tzinfo | None:
        period, program = (self._chosen(name) for name in ("period", "program"))
        chosen = DeliveryPeriod.objects.select_related("program").filter(pk=period).first() if period else None
        of = chosen.program if chosen else Program.objects.filter(pk=program).first() if program else None
        return of.zone if of else None

    def _chosen(self, name: str) -> int | None:
        text = str(self.data.get(self.add_prefix(name), ""))
        return int(text) if text.isascii() and text.isdecimal() and len(text) < 19 else None  # as long as a key

    def _days(self) -> dict[str, DayField]:
        return {name: field for name, field in self.fields.items() if isinstance(field, DayField)}

    @property
    def stored(self) -> str:
        """The moments that were filled in, as they are stored: "active from May 1, 2027, 12:00 AM PDT"."""
        moments = [(field, self.cleaned_data.get(name)) for name, field in self._days().items()]
        return ", ".join(
            stored_text(at.astimezone(self.zone), field.reading, field.verb)
            for field, at in moments
            if isinstance(at, datetime) and self.zone
        )


class RecordForm(_LocalDays):
    """Whether an item of the checklist holds."""

    action_type = forms.ChoiceField(
        label="Checklist item", choices=[(kind, ActionType(kind).label) for kind in CAN_BE_RECORDED]
    )
    holds = forms.ChoiceField(
        label="Did the check pass?", choices=[("yes", "Yes"), ("no", "No")], widget=forms.RadioSelect
    )
    program = forms.ModelChoiceField(
        Program.objects.filter(is_offered=True), required=False, help_text="Leave empty for all programs."
    )
    period = forms.ModelChoiceField(
        DeliveryPeriod.objects.all(), required=False, help_text="Leave empty for all periods."
    )
    code = forms.CharField(max_length=32, required=False, help_text="The code the market returned, if any.")
    note = forms.CharField(max_length=300, required=False, help_text="The reason. The partner will see this.")
    valid_from = DayField(
        Reading.BEGINS,
        "holds from",
        label="First day",
        required=False,
        help_text="Leave empty to start now. Local days.",
    )
    valid_to = DayField(
        Reading.CLOSES,
        "holds until",
        label="Last day",
        required=False,
        help_text="Leave empty for no end date. Local days.",
    )

    def clean(self) -> dict[str, object]:
        data = super().clean() or {}
        period, program = data.get("period"), data.get("program")
        if period and program and period.program_id != program.pk:
            self.add_error("period", f"{period} is not a delivery period of {program}.")
        if data.get("holds") == "no" and not data.get("note") and "note" not in self.errors:
            self.add_error("note", "Enter why the check failed.")
        begins, ends = data.get("valid_from"), data.get("valid_to")
        if ends and ends <= (begins or clock.now()):
            self.add_error("valid_to", "The end must be after the start.")
        return data


class ActivateForm(_LocalDays):
    """In which period, and from when."""

    period = forms.ModelChoiceField(DeliveryPeriod.objects.all(), label="Delivery period")
    active_from = DayField(
        Reading.BEGINS,
        "active from",
        label="First active day",
        required=False,
        help_text="Leave empty to start when the period begins, or now. The day is local to the program.",
    )
    market_group_id = forms.UUIDField(required=False, label="Market group ID")
    market_group_name = forms.CharField(max_length=128, required=False)
    even_if_not_eligible = forms.BooleanField(required=False, label="Include meters that are not eligible")
    note = forms.CharField(max_length=300, required=False, help_text="The reason. The partner will see this.")

    def clean(self) -> dict[str, object]:
        data = super().clean() or {}
        period, begins = data.get("period"), data.get("active_from")
        if period and begins and not period.runs_at(begins):
            self.add_error("active_from", f"{period} runs from {period.days_text}.")
        if data.get("even_if_not_eligible") and not data.get("note"):
            self.add_error("note", "Enter why you’re activating meters that are not eligible.")
        return data


class EndForm(_LocalDays):
    """In which period, when, and why."""

    period = forms.ModelChoiceField(DeliveryPeriod.objects.all(), label="Delivery period")
    active_to = DayField(
        Reading.CLOSES,
        "active until",
        label="Last active day",
        required=False,
        help_text="Leave empty to end now. The day is local to the program.",
    )
    reason = forms.CharField(max_length=300, help_text="The partner will see this.")
