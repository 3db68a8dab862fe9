"""Forms of the admin where the model's own would be hard to fill in."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.forms.models import BaseInlineFormSet

from programs.admin.limits import faults_of
from programs.models import Deadline, DeliveryPeriod, Field, Level, MeterType, Program, Requirement
from programs.schema.coerce import fault_of_default


class LimitedForm(forms.ModelForm):
    """Refuses what an import refuses too."""

    def _post_clean(self) -> None:
        super()._post_clean()  # type: ignore[misc]  # missing in the stubs
        for name, fault in faults_of(self.instance).items():
            if name in self.fields and name not in self.errors:
                self.add_error(name, fault)


class PeriodForm(LimitedForm):
    class Meta:
        model = DeliveryPeriod
        fields = "__all__"


class DeadlineForm(LimitedForm):
    class Meta:
        model = Deadline
        fields = "__all__"


class ProgramForm(LimitedForm):
    """Meter types as boxes to tick instead of a list to type."""

    accepted_meter_types = forms.MultipleChoiceField(
        choices=MeterType.choices, widget=forms.CheckboxSelectMultiple, help_text="What may be enrolled here."
    )

    class Meta:
        model = Program
        fields = "__all__"


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
