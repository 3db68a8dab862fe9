"""What a program asks of a field."""

import math
from datetime import date

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q

from programs.models.base import SourcedRow
from programs.models.checks import ActionType
from programs.models.fields import Field, FieldType, Needed
from programs.models.programs import Program

_FIRST_YEAR, _LAST_YEAR = 1900, 2100  # of the dates that cells may hold


class Level(models.TextChoices):
    """How much a program asks for a field."""

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
    """What one program asks of one field, perhaps under a condition or for a time. Without one a field is optional."""

    program = models.ForeignKey(Program, on_delete=models.CASCADE, related_name="requirements")
    field = models.ForeignKey(Field, on_delete=models.CASCADE, related_name="requirements")
    level = models.CharField(max_length=8, choices=Level.choices, default=Level.REQUIRED)
    condition_field = models.ForeignKey(
        Field, null=True, blank=True, on_delete=models.PROTECT, related_name="+", help_text="Only when this field …"
    )
    condition_operator = models.CharField(max_length=16, choices=Operator.choices, blank=True)
    condition_value = models.CharField(max_length=200, blank=True, help_text="Separate multiple values with commas.")
    minimum = models.FloatField(null=True, blank=True, help_text="Narrower than the field's own limit.")
    maximum = models.FloatField(null=True, blank=True)
    earliest = models.DateField(null=True, blank=True, help_text="For a date: not before this day.")
    latest = models.DateField(null=True, blank=True, help_text="For a date: not after this day.")
    choices = models.JSONField(
        default=list, blank=True, help_text="Values from the field’s list that the program accepts."
    )
    action_type = models.CharField(
        "checklist item",
        max_length=40,
        blank=True,
        choices=[(kind.value, kind.label) for kind in (ActionType.GENERATOR, ActionType.ADDRESS)],
        help_text="Leave empty for a missing field or one of the program’s own limits.",
    )
    note = models.CharField(
        max_length=300, blank=True, help_text="Why or when it is required. Shown in the column guide."
    )
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

    @property
    def narrows(self) -> bool:
        """Whether it limits values more than the field itself does."""
        limits = (self.minimum, self.maximum, self.earliest, self.latest)
        return bool(self.choices) or any(limit is not None for limit in limits)

    def clean(self) -> None:
        if not (self.field_id and self.program_id):
            return
        errors: dict[str, object] = {}
        field = self.field
        if self.level == Level.HIDDEN and field.needed == Needed.ALWAYS:
            errors["level"] = "Every meter needs this field, so programs can’t leave it out."
        self._check_condition(errors)
        self._check_limits(errors)
        if self.valid_from and self.valid_to and self.valid_from > self.valid_to:
            errors["valid_to"] = "The end is before the start."
        if not errors and self.level != Level.HIDDEN and self._hides(field):
            errors["field"] = f"{self.program} doesn’t use {field.label}. Remove that row first."
        elif not errors and self._contradicts():
            errors["field"] = "Another row of this program covers this field for the same dates."
        if errors:
            raise ValidationError(errors)

    def _check_limits(self, errors: dict[str, object]) -> None:
        field = self.field
        self._check_days(errors)
        if self.level == Level.HIDDEN and self.narrows:
            errors["level"] = "A field that isn’t used can’t have limits."
        self._check_numbers(errors)
        if self.choices:
            known = {option.value for option in field.choice_list.options} if field.choice_list else set()
            if unknown := sorted(set(self.choices) - known):
                errors["choices"] = f"Not in the field’s list: {', '.join(unknown)}."

    def _check_days(self, errors: dict[str, object]) -> None:
        if (self.earliest or self.latest) and self.field.type != FieldType.DATE:
            errors["earliest"] = f"{self.field.label} is not a date."
        elif self.earliest and self.latest and self.earliest > self.latest:
            errors["latest"] = "The last day is before the first."
        if self.earliest and self.earliest.year > _LAST_YEAR:
            errors["earliest"] = f"Dates are accepted up to the year {_LAST_YEAR}, so no day could reach this."
        if self.latest and self.latest.year < _FIRST_YEAR:
            errors["latest"] = f"Dates are accepted from the year {_FIRST_YEAR} on, so every day would be after this."

    def _check_numbers(self, errors: dict[str, object]) -> None:
        field, low, high = self.field, self.minimum, self.maximum
        if (low is not None or high is not None) and field.type not in {FieldType.NUMBER, FieldType.INTEGER}:
            errors["minimum"] = f"{field.label} is not a number."
        if low is not None and high is not None and low > high:
            errors["maximum"] = "The largest value is below the smallest."
        if low is not None and field.minimum is not None and low < field.minimum:
            errors["minimum"] = f"The field itself starts at {field.minimum:g}; a program can only be narrower."
        if high is not None and field.maximum is not None and high > field.maximum:
            errors["maximum"] = f"The field itself ends at {field.maximum:g}; a program can only be narrower."
        if low is not None and field.maximum is not None and low > field.maximum:
            errors["minimum"] = f"The field itself ends at {field.maximum:g}, so no value could reach this."
        if high is not None and field.minimum is not None and high < field.minimum:
            errors["maximum"] = f"The field itself starts at {field.minimum:g}, so every value would be above this."
        if not errors and field.type == FieldType.INTEGER and self._has_no_integer():
            errors["maximum"] = "No whole number lies between the smallest and the largest value."

    def _has_no_integer(self) -> bool:
        """Whether no whole number is within its limits and those of the field."""
        lows = [low for low in (self.minimum, self.field.minimum) if low is not None]
        highs = [high for high in (self.maximum, self.field.maximum) if high is not None]
        return bool(lows and highs) and math.ceil(max(lows)) > math.floor(min(highs))

    def _check_condition(self, errors: dict[str, object]) -> None:
        if bool(self.condition_field_id) != bool(self.condition_operator):
            errors["condition_operator"] = "A condition needs a field and a comparison."
        elif self.condition_field_id and self.condition_field_id == self.field_id:
            errors["condition_field"] = "A field cannot depend on itself."
        elif self.condition_field_id and self.level == Level.HIDDEN:
            errors["condition_field"] = "A field that isn’t used can’t have a condition."
        elif self.condition_field and self.condition_operator:
            self._check_condition_value(errors)
            if self._hides(self.condition_field):
                errors["condition_field"] = "This program doesn’t use that field, so the condition would never be met."

    def _check_condition_value(self, errors: dict[str, object]) -> None:
        """A condition whose value cannot occur would never hold, and nobody would notice."""
        assert self.condition_field is not None
        value, other, operator = self.condition_value.strip(), self.condition_field, self.condition_operator
        if operator in {Operator.IS_FILLED, Operator.IS_EMPTY}:
            if value:
                errors["condition_value"] = "Leave this empty. This comparison doesn’t need a value."
        elif not value:
            errors["condition_value"] = "Enter a value to compare with."
        elif operator in {Operator.IS, Operator.IS_NOT}:
            possible = _possible_values(other)
            unknown = [part.strip() for part in value.split(",") if possible and part.strip() not in possible]
            if unknown:
                errors["condition_value"] = f"{other.label} is never {', '.join(unknown)}."
        elif operator in {Operator.AFTER, Operator.BEFORE}:
            if other.type != FieldType.DATE or not _is_date(value):
                errors["condition_value"] = "Compare a date with a date, written as 2026-05-31."
        elif other.type not in {FieldType.NUMBER, FieldType.INTEGER} or not _is_number(value):
            errors["condition_value"] = "Compare a number with a number."

    def _hides(self, field: Field) -> bool:
        rows = Requirement.objects.filter(program=self.program, field=field, level=Level.HIDDEN).exclude(pk=self.pk)
        return any(self._overlaps(row) for row in rows)

    def _overlaps(self, other: "Requirement") -> bool:
        begins_before = not self.valid_to or not other.valid_from or other.valid_from <= self.valid_to
        ends_after = not self.valid_from or not other.valid_to or other.valid_to >= self.valid_from
        return begins_before and ends_after

    def _contradicts(self) -> bool:
        """Whether another row for this field and time has the same condition; a row that hides it contradicts any
        other.
        """
        others = Requirement.objects.filter(program=self.program, field=self.field).exclude(pk=self.pk)
        if self.level != Level.HIDDEN:
            others = others.filter(
                condition_field=self.condition_field,
                condition_operator=self.condition_operator,
                condition_value=self.condition_value,
            )
        return any(self._overlaps(other) for other in others)


def _possible_values(field: Field) -> set[str]:
    """The values that a field can have, when they can be listed."""
    if field.type == FieldType.BOOLEAN:
        return {"yes", "no"}
    return {option.value for option in field.choice_list.options} if field.choice_list else set()


def _is_date(text: str) -> bool:
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


def _is_number(text: str) -> bool:
    try:
        return math.isfinite(float(text))
    except ValueError:
        return False
