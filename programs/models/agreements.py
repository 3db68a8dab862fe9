"""What a customer of Connect signs, and what Connect asks a customer for."""

import hashlib
from datetime import date

from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import F, Q

from portal.web import clock
from programs.models.base import SourcedRow
from programs.models.conflicts import Classification
from programs.models.places import TRANSMISSION_REGIONS


class Agreement(SourcedRow):
    """One version of a text that customers of a region sign. A version is never edited, since it may be signed."""

    code = models.CharField(
        max_length=64, validators=[RegexValidator("^[A-Z][A-Z0-9_]*$", "Use capital letters, digits and underscores.")]
    )
    version = models.CharField(max_length=16, help_text="For example 2026-11.")
    title = models.CharField(max_length=200)
    body = models.TextField(help_text="Plain text; an empty line begins a new paragraph.")
    transmission_region = models.CharField(max_length=16, choices=TRANSMISSION_REGIONS)
    classification = models.CharField(
        "kind of customer",
        max_length=16,
        choices=Classification.choices,
        blank=True,
        help_text="Empty: homes and businesses.",
    )
    programs = models.JSONField(
        default=list, blank=True, help_text="Identifiers of the programs that ask for it. Empty: all of the region."
    )
    is_required = models.BooleanField(
        "required", default=True, help_text="Off: a customer can go on without signing it."
    )
    position = models.PositiveSmallIntegerField(default=0, help_text="Order on the page.")
    active_from = models.DateField(null=True, blank=True, help_text="The first day. Empty: always.")
    active_to = models.DateField(null=True, blank=True, help_text="The last day. Empty: until further notice.")

    class Meta(SourcedRow.Meta):
        abstract = False
        ordering = ["transmission_region", "position", "code", "version"]
        constraints = [
            models.UniqueConstraint(fields=["code", "version"], name="one_agreement_per_code_and_version"),
            models.CheckConstraint(
                condition=Q(active_from=None) | Q(active_to=None) | Q(active_from__lte=F("active_to")),
                name="agreement_ends_after_it_begins",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.title} ({self.version})"

    @property
    def text(self) -> str:
        """The canonical text: title, version and paragraphs, with plain line ends and no spaces at their ends."""
        lines = "\n".join(line.rstrip() for line in self.body.strip().splitlines())
        return f"{self.title.strip()}\n{self.code} {self.version}\n\n{lines}\n"

    @property
    def paragraphs(self) -> list[str]:
        """The body's paragraphs, each with its own line breaks."""
        return [part.strip() for part in self.text.split("\n\n")[1:] if part.strip()]

    @property
    def sha256(self) -> str:
        """The SHA-256 of the canonical text in hex: what a signature is of."""
        return hashlib.sha256(self.text.encode()).hexdigest()

    def applies_on(self, on: date) -> bool:
        return not ((self.active_from and on < self.active_from) or (self.active_to and on > self.active_to))

    def clean(self) -> None:
        errors: dict[str, str] = {}
        if self.active_from and self.active_to and self.active_from > self.active_to:
            errors["active_to"] = "The end is before the beginning."
        stored = Agreement.objects.filter(pk=self.pk).first() if self.pk else None
        if stored and stored.sha256 != self.sha256 and not stored.is_draft:
            errors["body"] = "Customers may have signed this text. Add a new version, and end this one."
        if errors:
            raise ValidationError(errors)

    @property
    def is_draft(self) -> bool:
        """Whether nobody can have signed it yet, because it begins on a day to come."""
        return self.active_from is not None and self.active_from > clock.now().date()


class InformationKey(models.TextChoices):
    """What Connect can ask a customer for."""

    CUSTOMER_NAME = "customer_name", "Customer name"
    EMAIL = "email", "Email"
    PHONE = "phone", "Phone"
    COMPANY_NAME = "company_name", "Company name"
    TITLE = "title", "Title"
    STREET = "street", "Street"
    CITY = "city", "City"
    STATE = "state", "State"
    POSTAL_CODE = "postal_code", "ZIP code"
    ACCOUNT_NUMBER = "account_number", "Utility account number"
    ESI_ID = "esi_id", "ESI ID"
    HAS_GENERATOR = "has_generator", "Has a generator"
    GENERATOR_CAPACITY_KW = "generator_capacity_kw", "Generator capacity (kW)"
    LOAD_TYPES = "load_types", "Load types"


class RequiredInformation(SourcedRow):
    """One thing that Connect asks a region's customers for. A row for one kind of customer goes before one for both."""

    transmission_region = models.CharField(max_length=16, choices=TRANSMISSION_REGIONS)
    classification = models.CharField(
        "kind of customer",
        max_length=16,
        choices=Classification.choices,
        blank=True,
        help_text="Empty: homes and businesses.",
    )
    key = models.CharField("what is asked", max_length=32, choices=InformationKey.choices)
    label = models.CharField(max_length=128)
    help_text = models.CharField(max_length=300, blank=True)
    is_required = models.BooleanField("required", default=True)
    position = models.PositiveSmallIntegerField(default=0, help_text="Order on the page.")

    class Meta(SourcedRow.Meta):
        abstract = False
        ordering = ["transmission_region", "position", "key"]
        verbose_name_plural = "required information"
        constraints = [
            models.UniqueConstraint(
                fields=["transmission_region", "classification", "key"], name="one_row_per_information_asked"
            )
        ]

    def __str__(self) -> str:
        return f"{self.label} ({self.transmission_region})"
