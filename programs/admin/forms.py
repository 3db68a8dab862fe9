"""Forms of the admin where the model's own would be hard to fill in."""

from datetime import date, tzinfo
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.core.exceptions import ValidationError
from django.forms.models import BaseInlineFormSet
from django.utils.functional import cached_property

from portal.admin.days import DayField, DayForm
from portal.web.days import Reading
from programs.admin.limits import fault_of_dates, faults_of
from programs.models import Deadline, DeliveryPeriod, Field, Level, MeterType, Program, Requirement
from programs.schema.coerce import fault_of_default


class LimitedForm(forms.ModelForm):
    """Refuses what an import refuses too."""

    def _post_clean(self) -> None:
        super()._post_clean()  # type: ignore[misc]  # missing in the stubs
        for name, fault in faults_of(self.instance).items():
            if name in self.fields and name not in self.errors:
                self.add_error(name, fault)


def _zone_named(name: str | None) -> ZoneInfo | None:
    """The time zone of this name; None for a name that the form of the program refuses."""
    program = Program(time_zone=name or "")
    return program.zone if program.has_zone else None


def _stored_zone(program: Any) -> ZoneInfo | None:
    """The zone of a program as it is stored, whatever its form says."""
    return _zone_named(Program.objects.filter(pk=program).values_list("time_zone", flat=True).first())


class PeriodForm(LimitedForm, DayForm):
    """A delivery period by its first and last day."""

    starts_at = DayField(Reading.BEGINS, "starts", label="First day")
    ends_at = DayField(Reading.LAST_DAY, "ends", label="Last day", help_text="The period runs through this day.")

    class Meta:
        model = DeliveryPeriod
        fields = "__all__"

    def zones(self) -> tuple[tzinfo | None, tzinfo | None]:
        typed = str(self.data.get(self.add_prefix("program"), "")) if self.is_bound else ""
        stored = _stored_zone(self.instance.program_id)
        return stored, _stored_zone(int(typed)) if typed.isdecimal() and typed.isascii() else stored


class PeriodRowForm(PeriodForm):
    """A delivery period on a line of its program's page, where its deadlines are not seen."""

    class Meta:
        model = DeliveryPeriod
        fields = ["name", "starts_at", "ends_at", "source", "verified"]

    def _post_clean(self) -> None:
        super()._post_clean()
        fault = "" if self.errors else fault_of_dates(self.instance)
        if fault:
            self.add_error("ends_at", fault)


class _ZonedFormSet(BaseInlineFormSet):
    """Rows whose local days are those of a program: of the zone in the form around them, which may be new."""

    def _construct_form(self, i: int, **kwargs: Any) -> DayForm:
        """Each row knows what it belongs to, also when that is new: its checks ask for it."""
        form = super()._construct_form(i, **kwargs)  # type: ignore[misc]  # missing in the stubs
        setattr(form.instance, self.fk.name, self.instance)
        return form

    def get_form_kwargs(self, index: int | None) -> dict[str, Any]:
        return {**super().get_form_kwargs(index), "zones": self._zones}

    @property
    def _zones(self) -> tuple[tzinfo | None, tzinfo | None]:
        raise NotImplementedError


class PeriodFormSet(_ZonedFormSet):
    """The delivery periods of one program."""

    @cached_property
    def _zones(self) -> tuple[tzinfo | None, tzinfo | None]:
        return _stored_zone(self.instance.pk), _zone_named(self.instance.time_zone)


class DeadlineFormSet(_ZonedFormSet):
    """The deadlines of one delivery period, each on a day of its own. Rows saved together are compared too."""

    @cached_property
    def _zones(self) -> tuple[tzinfo | None, tzinfo | None]:
        stored = DeliveryPeriod.objects.filter(pk=self.instance.pk).values_list("program__time_zone", flat=True)
        return _zone_named(stored.first()), _stored_zone(self.instance.program_id)

    def clean(self) -> None:
        super().clean()
        seen = set[date]()
        for form in self.forms:
            data = getattr(form, "cleaned_data", {})
            if not data.get("deadline_at") or data.get("DELETE") or not self.instance.program_id:
                continue
            if form.instance.day in seen:
                raise ValidationError("Two deadlines are on the same day. Each day can have only one.")
            seen.add(form.instance.day)


class DeadlineForm(LimitedForm, DayForm):
    """A deadline by its day, at whose end it closes, and the day on which meters become active."""

    deadline_at = DayField(Reading.CLOSES, label="Enrollment deadline", help_text="The last day to enroll.")
    activation_at = DayField(Reading.BEGINS, "active from", label="Activation date")

    class Meta:
        model = Deadline
        fields = "__all__"

    def zones(self) -> tuple[tzinfo | None, tzinfo | None]:
        typed = str(self.data.get(self.add_prefix("period"), "")) if self.is_bound else ""
        stored = self._zone_of(self.instance.period_id)
        return stored, self._zone_of(int(typed)) if typed.isdecimal() and typed.isascii() else stored

    @staticmethod
    def _zone_of(period: Any) -> tzinfo | None:
        zones = DeliveryPeriod.objects.filter(pk=period).values_list("program__time_zone", flat=True)
        return _zone_named(zones.first())


class ProgramForm(LimitedForm):
    """Meter types as boxes to tick instead of a list to type."""

    accepted_meter_types = forms.MultipleChoiceField(
        choices=MeterType.choices,
        widget=forms.CheckboxSelectMultiple,
        required=False,
        help_text="What can be enrolled here.",
    )
    keeps_days = forms.BooleanField(
        label="Keep the local days",
        required=False,
        help_text="When the time zone changes: moves periods and deadlines to the same local days in the new zone.",
    )

    class Meta:
        model = Program
        fields = "__all__"

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.zone_before = _stored_zone(self.instance.pk)
        if self.zone_before is None:  # a new program has no days to keep
            self.fields["keeps_days"].widget = forms.HiddenInput()

    @property
    def moves_dates(self) -> bool:
        """Whether its time zone changes and the dates shall move along."""
        return "time_zone" in self.changed_data and bool(self.cleaned_data["keeps_days"])


class FieldForm(forms.ModelForm):
    """A default must be a value that the field accepts; the coercers are above the models, so it is checked here."""

    class Meta:
        model = Field
        fields = "__all__"

    def _post_clean(self) -> None:
        super()._post_clean()  # type: ignore[misc]  # missing in the stubs
        fault = "" if self.errors else fault_of_default(self.instance)
        if fault:
            self.add_error("default", fault)


class RequirementRowForm(forms.ModelForm):
    """A requirement on one line of its program's page."""

    class Meta:
        model = Requirement
        fields = ["field", "level", "condition_field", "condition_operator", "condition_value", "note", "verified"]
        widgets = {
            "condition_value": forms.TextInput(attrs={"size": 12}),
            "note": forms.TextInput(attrs={"size": 24}),
        }


class NotUsedForm(forms.ModelForm):
    """A field that the program leaves out of its templates."""

    class Meta:
        model = Requirement
        fields = ["field", "source", "verified"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.instance.level = Level.HIDDEN


class RequirementFormSet(BaseInlineFormSet):
    """The requirements of one program. Rows saved together are compared too: the database knows neither yet."""

    def clean(self) -> None:
        super().clean()
        seen: dict[tuple[object, ...], list[tuple[object, object]]] = {}
        for form in self.forms:
            data = getattr(form, "cleaned_data", {})
            if not data or data.get("DELETE") or not data.get("field"):
                continue
            what = (
                data["field"].pk,
                getattr(data.get("condition_field"), "pk", None),
                data.get("condition_operator"),
                data.get("condition_value"),
            )
            begins, ends = form.instance.valid_from, form.instance.valid_to
            for other_begins, other_ends in seen.setdefault(what, []):
                later = begins and other_ends and begins > other_ends
                earlier = ends and other_begins and ends < other_begins
                if not (later or earlier):
                    raise ValidationError(f"Two rows speak about {data['field'].label} for one time and condition.")
            seen[what].append((begins, ends))
