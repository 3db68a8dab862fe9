"""The fields of an asset, and the lists of values that some of them take."""

import re

from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.db import models
from django.utils.functional import cached_property

from programs.models.base import CatalogueRow, SourcedRow
from programs.models.core_fields import CORE_FIELDS
from programs.models.patterns import fault_of
from programs.models.places import Option, Utility


class FieldType(models.TextChoices):
    """What a field's cells hold."""

    TEXT = "text", "Text"
    CODE = "code", "Code in capital letters"
    IDENTIFIER = "identifier", "Identifier (account, serial number)"
    ZIP = "zip", "ZIP code"
    EMAIL = "email", "Email address"
    PHONE = "phone", "Phone number"
    NUMBER = "number", "Number"
    INTEGER = "integer", "Whole number"
    DATE = "date", "Date"
    BOOLEAN = "boolean", "Yes or no"
    CHOICE = "choice", "One value from a list"
    CHOICES = "choices", "Several values from a list"


class Needed(models.TextChoices):
    """Whether every meter needs the field, whatever the program."""

    ALWAYS = "always", "Required for every meter"
    WITH_OBJECT = "with_object", "Required if another field of its group is filled in"
    NO = "no", "Optional"


class ChoiceList(CatalogueRow):
    """A named list of values."""

    name = models.SlugField(max_length=64, unique=True)
    is_of_utilities = models.BooleanField(
        "values are the utilities",
        default=False,
        db_default=False,
        editable=False,
        help_text="Its values are the rows of the utilities table. It has no values of its own.",
    )

    class Meta(CatalogueRow.Meta):
        abstract = False
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name

    @cached_property
    def options(self) -> list[Option]:
        """The values in their order, read once for this object: its choices, or the utilities."""
        if self.is_of_utilities:
            return [utility.option for utility in Utility.objects.order_by("position", "code")]
        return [choice.option for choice in self.choices.all()]


class Choice(CatalogueRow):
    """One value of a list, with its label and what people also write for it."""

    choice_list = models.ForeignKey(ChoiceList, on_delete=models.CASCADE, related_name="choices")
    value = models.CharField(max_length=64)
    label = models.CharField(max_length=128)
    label_es = models.CharField("label in Spanish", max_length=128, blank=True, default="", db_default="")
    synonyms = models.JSONField(default=list, blank=True, help_text="Other spellings that mean the same.")
    is_offered = models.BooleanField(
        default=True, help_text="If off, templates don’t list the value, but it is still accepted."
    )
    position = models.PositiveSmallIntegerField(default=0)

    class Meta(CatalogueRow.Meta):
        abstract = False
        ordering = ["position", "value"]
        constraints = [models.UniqueConstraint(fields=["choice_list", "value"], name="one_choice_per_list_and_value")]

    def __str__(self) -> str:
        return self.value

    @property
    def option(self) -> Option:
        return Option(self.value, self.label, self.synonyms, self.is_offered)

    def clean(self) -> None:
        if self.choice_list_id and self.choice_list.is_of_utilities:
            raise ValidationError({"choice_list": "The values of this list are the utilities. Add a utility instead."})


class Field(SourcedRow):
    """One field of an asset: a cell of the sheet, an input of the form, a property of the API."""

    path = models.CharField(
        max_length=128,
        unique=True,
        validators=[
            RegexValidator(
                r"^[a-z][a-z0-9_]*(\[\])?(\.[a-z][a-z0-9_]*(\[\])?)*$", "Use lowercase names joined by dots."
            )
        ],
        help_text="Dot path in the asset, for example customer.street_1. A list is marked with [].",
    )
    label = models.CharField(max_length=128, help_text="The column's name in templates and forms.")
    published_name = models.CharField(
        max_length=128, blank=True, help_text="The name in published action descriptions. Leave empty to use the label."
    )
    section = models.CharField(max_length=64, help_text="The heading the field appears under.")
    type = models.CharField(max_length=16, choices=FieldType.choices, default=FieldType.TEXT)
    unit = models.CharField(max_length=16, blank=True)
    minimum = models.FloatField(null=True, blank=True)
    maximum = models.FloatField(null=True, blank=True)
    usual_minimum = models.FloatField(
        null=True,
        blank=True,
        help_text="For one battery. A tenth of this or less stops the row, since the unit must be wrong.",
    )
    usual_maximum = models.FloatField(
        null=True,
        blank=True,
        help_text="For one home battery. Higher values give a warning; ten times as much stops the row.",
    )
    usual_range_verified = models.BooleanField(
        default=False,
        db_default=False,
        help_text="Turn on once someone who knows the devices confirms the usual range.",
    )
    min_length = models.PositiveIntegerField(null=True, blank=True)
    max_length = models.PositiveIntegerField(null=True, blank=True)
    pattern = models.CharField(
        max_length=300, blank=True, help_text="A regular expression that the whole value must match."
    )
    choice_list = models.ForeignKey(ChoiceList, null=True, blank=True, on_delete=models.PROTECT, related_name="fields")
    needed = models.CharField(max_length=16, choices=Needed.choices, default=Needed.NO)
    default = models.CharField(max_length=64, blank=True, help_text="The value used if the cell is empty.")
    help = models.TextField(blank=True)
    label_es = models.CharField(
        "label in Spanish",
        max_length=128,
        blank=True,
        default="",
        db_default="",
        help_text="For customers of device links. Leave empty to use the English text.",
    )
    help_es = models.TextField("help in Spanish", blank=True, default="", db_default="")
    example = models.CharField(max_length=200, blank=True)
    aliases = models.JSONField(default=list, blank=True, help_text="Other accepted column names for this field.")
    personal = models.BooleanField("personal data", default=False)
    deprecated = models.BooleanField(default=False, help_text="Still accepted, but no longer offered.")
    position = models.PositiveSmallIntegerField(default=0, help_text="Order of the columns.")

    class Meta(SourcedRow.Meta):
        abstract = False
        ordering = ["position", "path"]

    def __str__(self) -> str:
        return f"{self.label} ({self.path})"

    def clean(self) -> None:
        errors: dict[str, str] = {}
        if self.minimum is not None and self.maximum is not None and self.minimum > self.maximum:
            errors["maximum"] = "The largest value is below the smallest."
        low, high = self.usual_minimum, self.usual_maximum
        if low is not None and high is not None and low > high:
            errors["usual_maximum"] = "The largest usual value is below the smallest."
        if self.min_length is not None and self.max_length is not None and self.min_length > self.max_length:
            errors["max_length"] = "The longest length is below the shortest."
        if (self.type in {FieldType.CHOICE, FieldType.CHOICES}) != bool(self.choice_list_id):
            errors["choice_list"] = (
                "Choose a list of values only for types that choose from a list. Those types need one."
            )
        if (self.type == FieldType.CHOICES) != self.path.endswith("[]"):
            errors["path"] = "Paths of lists must end with []. Other paths must not."
        if fault := fault_of(self.pattern):
            errors["pattern"] = fault
        self._check_core(errors)
        self._check_place(errors)
        self._check_requirements(errors)
        if errors:
            raise ValidationError(errors)

    def _check_core(self, errors: dict[str, str]) -> None:
        """What the code reads stays as the code expects it."""
        before = Field.objects.filter(pk=self.pk).values_list("path", flat=True).first() if self.pk else None
        if before in CORE_FIELDS and before != self.path:
            errors["path"] = f"The code reads the field {before}. Add another field instead."
        core = CORE_FIELDS.get(self.path)
        if core is None:
            return
        if self.type not in core.types:
            errors["type"] = f"The code reads this field as {' or '.join(sorted(core.types))}."
        if core.is_always and self.needed != Needed.ALWAYS:
            errors["needed"] = "The code needs this field for every meter."
        if core.is_always and self.deprecated:
            errors["deprecated"] = "The code needs this field for every meter, so it stays offered."

    def _check_place(self, errors: dict[str, str]) -> None:
        """A field is a leaf: nothing is below another field, and no list is in another list."""
        if not re.fullmatch(r"[^\[\]]+(\[\](\.[^.\[\]]+)?)?", self.path):
            errors["path"] = (
                "At most one list is possible, with plain fields in it, for example site.site_devices[].model."
            )
            return
        mine = self.path.removesuffix("[]")
        for other in Field.objects.exclude(pk=self.pk).values_list("path", flat=True):
            theirs = other.removesuffix("[]")
            if mine == theirs or mine.startswith((f"{theirs}.", f"{other}.")) or theirs.startswith(f"{mine}."):
                errors["path"] = f"This field can’t be combined with the field {other}."

    def _check_requirements(self, errors: dict[str, str]) -> None:
        """What programs already say of this field must stay possible."""
        if self.pk is None:
            return
        values = {option.value for option in self.choice_list.options} if self.choice_list else set()
        for requirement in self.requirements.select_related("program"):
            program = requirement.program.identifier
            if requirement.level == "hidden" and self.needed == Needed.ALWAYS:
                errors["needed"] = f"{program} doesn’t use this field. Remove that requirement first."
            low, high = requirement.minimum, requirement.maximum
            if low is not None and self.minimum is not None and low < self.minimum:
                errors["minimum"] = f"{program} starts at {low:g}; change that requirement first."
            if high is not None and self.maximum is not None and high > self.maximum:
                errors["maximum"] = f"{program} goes up to {high:g}; change that requirement first."
            if low is not None and self.maximum is not None and low > self.maximum:
                errors["maximum"] = f"{program} starts at {low:g}, above this; change that requirement first."
            if high is not None and self.minimum is not None and high < self.minimum:
                errors["minimum"] = f"{program} goes up to {high:g}, below this; change that requirement first."
            if gone := sorted(set(requirement.choices) - values):
                errors["choice_list"] = f"{program} takes {', '.join(gone)}, which this list does not have."
