"""What a program asks of a field."""

from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q

from programs.models.base import SourcedRow
from programs.models.fields import Choice, Field, Needed
from programs.models.programs import Program


class Level(models.TextChoices):
    """How a program stands to a field."""

    REQUIRED = "required", "Required"
    OPTIONAL = "optional", "Optional"
    HIDDEN = "hidden", "Not used"


class Operator(models.TextChoices):
    """How a condition compares the other field."""

    IS = "is", "is one of"
    IS_NOT = "is_not", "is none of"
    IS_FILLED = "is_filled", "is filled in"
    IS_EMPTY = "is_empty", "is empty"
    AFTER = "after", "is after (date)"
    BEFORE = "before", "is before (date)"
    AT_LEAST = "at_least", "is at least"
    AT_MOST = "at_most", "is at most"


class Requirement(SourcedRow):
    """One program's word on one field, perhaps under a condition or for a time. Without one a field is optional."""

    program = models.ForeignKey(Program, on_delete=models.CASCADE, related_name="requirements")
    field = models.ForeignKey(Field, on_delete=models.CASCADE, related_name="requirements")
    level = models.CharField(max_length=8, choices=Level.choices, default=Level.REQUIRED)
    condition_field = models.ForeignKey(
        Field, null=True, blank=True, on_delete=models.PROTECT, related_name="+", help_text="Only when this field …"
    )
    condition_operator = models.CharField(max_length=16, choices=Operator.choices, blank=True)
    condition_value = models.CharField(max_length=200, blank=True, help_text="Several values are separated by commas.")
    minimum = models.FloatField(null=True, blank=True, help_text="Narrower than the field's own limit.")
    maximum = models.FloatField(null=True, blank=True)
    choices = models.JSONField(
        default=list, blank=True, help_text="The values of the field's list that the program takes."
    )
    note = models.CharField(max_length=300, blank=True, help_text="Shown in the column guide: why, or when.")
    valid_from = models.DateField(null=True, blank=True)
    valid_to = models.DateField(null=True, blank=True)

    class Meta(SourcedRow.Meta):
        abstract = False
        ordering = ["program", "field__position"]
        constraints = [
            models.CheckConstraint(
                condition=Q(valid_from=None) | Q(valid_to=None) | Q(valid_from__lte=models.F("valid_to")),
                name="requirement_ends_after_it_begins",
            )
        ]

    def __str__(self) -> str:
        return f"{self.program}: {self.field.path} {self.level}"

    def applies_on(self, on: date) -> bool:
        return not ((self.valid_from and on < self.valid_from) or (self.valid_to and on > self.valid_to))

    def clean(self) -> None:
        if not (self.field_id and self.program_id):
            return
        errors: dict[str, Any] = {}
        field = self.field
        if self.level == Level.HIDDEN and field.needed == Needed.ALWAYS:
            errors["level"] = "Every meter needs this field, so no program can leave it out."
        self._check_condition(errors)
        low, high = self.minimum, self.maximum
        if low is not None and high is not None and low > high:
            errors["maximum"] = "The largest value is below the smallest."
        if low is not None and field.minimum is not None and low < field.minimum:
            errors["minimum"] = f"The field itself starts at {field.minimum:g}; a program can only be narrower."
        if high is not None and field.maximum is not None and high > field.maximum:
            errors["maximum"] = f"The field itself ends at {field.maximum:g}; a program can only be narrower."
        if self.choices:
            known = set(Choice.objects.filter(choice_list=field.choice_list_id).values_list("value", flat=True))
            if unknown := sorted(set(self.choices) - known):
                errors["choices"] = f"Not in the field's list: {', '.join(unknown)}."
        if self.valid_from and self.valid_to and self.valid_from > self.valid_to:
            errors["valid_to"] = "The end is before the beginning."
        if not errors and self._contradicts():
            errors["field"] = "Another row of this program says something else about this field for the same time."
        if errors:
            raise ValidationError(errors)

    def _check_condition(self, errors: dict[str, Any]) -> None:
        if bool(self.condition_field_id) != bool(self.condition_operator):
            errors["condition_operator"] = "A condition needs both a field and a comparison."
        elif self.condition_field_id and self.condition_field_id == self.field_id:
            errors["condition_field"] = "A field cannot depend on itself."
        elif self.condition_field_id and self.level == Level.HIDDEN:
            errors["condition_field"] = "A field that is not used has no condition."
        filled = self.condition_operator in {Operator.IS_FILLED, Operator.IS_EMPTY, ""}
        if self.condition_operator and not filled and not self.condition_value:
            errors["condition_value"] = "Say what to compare with."

    def _contradicts(self) -> bool:
        """Whether another row for the same program, field and condition overlaps this one in time."""
        others = Requirement.objects.filter(
            program=self.program,
            field=self.field,
            condition_field=self.condition_field,
            condition_operator=self.condition_operator,
            condition_value=self.condition_value,
        ).exclude(pk=self.pk)
        for other in others:
            begins_before = not self.valid_to or not other.valid_from or other.valid_from <= self.valid_to
            ends_after = not self.valid_from or not other.valid_to or other.valid_to >= self.valid_from
            if begins_before and ends_after:
                return True
        return False
