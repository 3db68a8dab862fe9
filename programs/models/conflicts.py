"""Which programs can be held together."""

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q

from programs.models.base import SourcedRow
from programs.models.fields import Field, FieldType
from programs.models.places import Utility
from programs.models.programs import Program


class Classification(models.TextChoices):
    """Home or business (published CustomerClassification)."""

    RESIDENTIAL = "RESIDENTIAL", "Residential"
    COMMERCIAL = "COMMERCIAL", "Commercial"


class Conflict(SourcedRow):
    """Whether one customer can be in two programs at once, perhaps only with one utility, at homes, or for a time.

    The row that says most about a customer decides: a named utility before any, then a named kind of customer. Two
    programs without a row can be held together.
    """

    program = models.ForeignKey(Program, on_delete=models.CASCADE, related_name="conflicts")
    other = models.ForeignKey(
        Program, on_delete=models.CASCADE, related_name="conflicts_from", verbose_name="other program"
    )
    utility = models.ForeignKey(
        Utility,
        null=True,
        blank=True,
        on_delete=models.CASCADE,
        related_name="+",
        help_text="Leave empty for any utility.",
    )
    classification = models.CharField(
        "customer type",
        max_length=16,
        choices=Classification.choices,
        blank=True,
        help_text="Leave empty for both homes and businesses.",
    )
    path = models.CharField(
        "way in",
        max_length=200,
        blank=True,
        help_text="In words, if the rule applies to only one way of participating, such as battery exports. "
        "Partners see this row, but it doesn’t affect eligibility.",
    )
    is_allowed = models.BooleanField("can be combined", default=False)
    said_by = models.ForeignKey(
        Field,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
        help_text="A yes-or-no field of the first program that says whether the meter is also in the other.",
    )
    note = models.CharField(max_length=300, blank=True, help_text="The reason, in a sentence. Partners see this.")
    valid_from = models.DateField(null=True, blank=True)
    valid_to = models.DateField(null=True, blank=True)

    class Meta(SourcedRow.Meta):
        abstract = False
        ordering = ["program", "other", "utility", "classification"]
        constraints = [
            models.CheckConstraint(condition=~Q(program=F("other")), name="conflict_between_two_programs"),
            models.CheckConstraint(
                condition=Q(valid_from=None) | Q(valid_to=None) | Q(valid_from__lte=F("valid_to")),
                name="conflict_ends_after_it_begins",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.program} {'with' if self.is_allowed else 'not with'} {self.other}"

    def clean(self) -> None:
        errors: dict[str, str] = {}
        if self.program_id and self.program_id == self.other_id:
            errors["other"] = "Choose another program."
        if self.said_by and (self.said_by.type != FieldType.BOOLEAN or not self.is_allowed):
            errors["said_by"] = "Choose a yes-or-no field, for programs that can be combined."
        if self.valid_from and self.valid_to and self.valid_from > self.valid_to:
            errors["valid_to"] = "The end is before the start."
        if not errors and self.program_id and self.other_id and self._says_twice():
            errors["other"] = "Another row covers these two programs for the same customers and dates."
        if errors:
            raise ValidationError(errors)

    def _says_twice(self) -> bool:
        alike: dict[str, object] = {
            "utility": self.utility,
            "classification": self.classification,
            "path": self.path,
        }
        rows = Conflict.objects.filter(**alike).exclude(pk=self.pk)
        pair = Q(program=self.program, other=self.other) | Q(program=self.other, other=self.program)
        return any(
            (not self.valid_to or not row.valid_from or row.valid_from <= self.valid_to)
            and (not self.valid_from or not row.valid_to or row.valid_to >= self.valid_from)
            for row in rows.filter(pair)
        )
