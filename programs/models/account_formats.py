"""How the account numbers of a utility look: they change over the years, and several forms are valid at once."""

import re
from datetime import date

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q

from programs.identifiers import account_key
from programs.models.base import SourcedRow
from programs.models.patterns import fault_of
from programs.models.places import Utility


class Severity(models.TextChoices):
    """What becomes of a row whose number has none of the forms."""

    WARN = "warn", "Warn"
    REFUSE = "refuse", "Reject the row"


class Confidence(models.TextChoices):
    """How sure the fact is."""

    HIGH = "high", "High: read in a primary source"
    MEDIUM = "medium", "Medium: a good secondary source"
    LOW = "low", "Low: general knowledge or an old source"


class AccountFormat(SourcedRow):
    """One form that a utility's account numbers have, perhaps for a time.

    A number with none of the forms in force is refused only when every one of them says so.
    """

    utility = models.ForeignKey(Utility, on_delete=models.CASCADE, related_name="account_formats")
    name = models.CharField(max_length=128, help_text="In words, for example: 11 digits, starting with 5.")
    pattern = models.CharField(
        max_length=300,
        help_text="A regular expression that the whole number must match, without spaces and dashes, in capitals.",
    )
    example = models.CharField(max_length=128)
    valid_from = models.DateField(null=True, blank=True)
    valid_to = models.DateField(null=True, blank=True)
    severity = models.CharField(
        max_length=8,
        choices=Severity.choices,
        default=Severity.WARN,
        help_text="If a number matches none of its formats. If any format only warns, the row gets a warning.",
    )
    confidence = models.CharField(max_length=8, choices=Confidence.choices, default=Confidence.LOW)

    class Meta(SourcedRow.Meta):
        abstract = False
        ordering = ["utility", "name"]
        constraints = [
            models.UniqueConstraint(fields=["utility", "name"], name="one_format_per_utility_and_name"),
            models.CheckConstraint(
                condition=Q(valid_from=None) | Q(valid_to=None) | Q(valid_from__lte=F("valid_to")),
                name="account_format_ends_after_it_begins",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.utility.code}: {self.name}"

    def clean(self) -> None:
        errors: dict[str, str] = {}
        if fault := fault_of(self.pattern):
            errors["pattern"] = fault
        elif not re.fullmatch(self.pattern, account_key(self.example), re.ASCII):
            errors["example"] = "The example doesn’t match the expression."
        if self.valid_from and self.valid_to and self.valid_from > self.valid_to:
            errors["valid_to"] = "The end is before the start."
        if self.severity == Severity.REFUSE and self.confidence == Confidence.LOW:
            errors["severity"] = "Formats with low confidence can only warn."
        if errors:
            raise ValidationError(errors)

    def applies_on(self, on: date) -> bool:
        return not ((self.valid_from and on < self.valid_from) or (self.valid_to and on > self.valid_to))
