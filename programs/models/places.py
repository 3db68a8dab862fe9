"""Where programs are: regions, states and utilities."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import Q

from programs.models.base import SourcedRow

TRANSMISSION_REGIONS = [
    ("CAISO", "CAISO (California)"),
    ("ERCOT", "ERCOT (Texas)"),
    ("NYISO", "NYISO (New York)"),
    ("ISONE", "ISO-NE (New England)"),
    ("PJM", "PJM (Mid-Atlantic)"),
    ("SERC", "SERC (Southeast)"),
    ("WECC_SW", "WECC Southwest"),
    ("WECC_PC", "WECC Pacific"),
]


class Region(SourcedRow):
    """A region as the program tables name it (CA, NY, PJM, TX, MA, RI)."""

    code = models.CharField(max_length=16, unique=True)
    name = models.CharField(max_length=64)
    transmission_region = models.CharField(max_length=16, choices=TRANSMISSION_REGIONS)
    position = models.PositiveSmallIntegerField(default=0, help_text="Order in the program tables.")

    class Meta(SourcedRow.Meta):
        abstract = False
        ordering = ["position", "code"]

    def __str__(self) -> str:
        return self.name


class State(SourcedRow):
    """A state, with the transmission regions that have a part of it. One without a row is not checked."""

    code = models.CharField(
        max_length=2, unique=True, validators=[RegexValidator("^[A-Z]{2}$", "Two capital letters.")]
    )
    name = models.CharField(max_length=64)
    transmission_regions = models.JSONField(
        default=list, blank=True, help_text="All regions that cover part of the state. Any other region stops the row."
    )
    border_zips = models.JSONField(
        default=list, blank=True, help_text="ZIP codes of a neighboring state that are also delivered from here."
    )

    class Meta(SourcedRow.Meta):
        abstract = False
        ordering = ["code"]

    def __str__(self) -> str:
        return f"{self.name} ({self.code})"

    def clean(self) -> None:
        errors: dict[str, str] = {}
        known = {region for region, _ in TRANSMISSION_REGIONS}
        if strange := [str(region) for region in self.transmission_regions if region not in known]:
            errors["transmission_regions"] = f"Not a transmission region: {', '.join(strange)}."
        if strange := [str(code) for code in self.border_zips if not re.fullmatch("[0-9]{5}", str(code))]:
            errors["border_zips"] = f"Enter ZIP codes as five digits, not as {', '.join(strange)}."
        if errors:
            raise ValidationError(errors)


@dataclass(frozen=True, slots=True)
class Option:
    """One value of a list: its label, and what people also write for it. Not offered: accepted all the same."""

    value: str
    label: str
    synonyms: Sequence[str]
    is_offered: bool


class Utility(SourcedRow):
    """A utility whose customers can be enrolled. Its code is the published utility_name.

    The row is all there is to add: the list of utilities in templates, forms, checks and suggestions is these rows.
    """

    code = models.CharField(max_length=64, unique=True, help_text="As in the published list of utility names.")
    name = models.CharField(max_length=128)
    synonyms = models.JSONField(default=list, blank=True, help_text="Other names people use for it.")
    is_offered = models.BooleanField(
        "offered",
        default=True,
        db_default=True,
        help_text="If off, templates, forms and suggestions don’t list it, but it is still accepted.",
    )
    position = models.PositiveSmallIntegerField(default=1000, db_default=1000, help_text="Order in lists.")
    transmission_region = models.CharField(
        max_length=16,
        choices=TRANSMISSION_REGIONS,
        blank=True,
        help_text="Leave empty if it serves several regions. Then we check only its states.",
    )
    states = models.JSONField(
        default=list, blank=True, help_text="Every state it serves, as two letters. Leave empty to skip the check."
    )
    eia_number = models.CharField(
        "EIA number",
        max_length=5,
        blank=True,
        validators=[RegexValidator("^[0-9]{5}$", "Five digits, with leading zeros.")],
        help_text="Only for those whose customers have ESI IDs (Texas): digits 3 to 7 of the ESI ID.",
    )
    eia_number_confirmed = models.BooleanField(
        "EIA number confirmed",
        default=False,
        help_text="Turn on once EIA-861 shows this number. A wrong utility stops a row only if both utilities are "
        "confirmed.",
    )
    is_test = models.BooleanField(default=False, help_text="For tests only. Not offered in templates.")

    class Meta(SourcedRow.Meta):
        abstract = False
        ordering = ["transmission_region", "code"]
        verbose_name_plural = "utilities"
        constraints = [
            models.UniqueConstraint(
                fields=["eia_number"], condition=~Q(eia_number=""), name="one_utility_per_eia_number"
            )
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.code})"

    @property
    def option(self) -> Option:
        """The utility as a value of the list of utilities."""
        return Option(self.code, self.name, self.synonyms, self.is_offered and not self.is_test)

    def clean(self) -> None:
        if strange := [str(state) for state in self.states if not re.fullmatch("[A-Z]{2}", str(state))]:
            raise ValidationError({"states": f"Enter states as two capital letters, not as {', '.join(strange)}."})
