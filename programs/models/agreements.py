"""What a customer of Connect signs, and what Connect asks a customer for."""

import hashlib
from dataclasses import dataclass
from datetime import date
from typing import Final

from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import F, Q

from portal.web import clock
from programs.models.base import SourcedRow
from programs.models.conflicts import Classification
from programs.models.places import TRANSMISSION_REGIONS

ENGLISH: Final = "en"
_SIGNED: Final = "Customers may have signed this text. Add a new version and end this one."


def in_language(row: models.Model, name: str, language: str) -> str:
    """A text of a row in a language: its column with the language's suffix, or the English one where that is empty."""
    translated = getattr(row, f"{name}_{language}", "") if language != ENGLISH else ""
    return str(translated or getattr(row, name))


@dataclass(frozen=True, slots=True)
class AgreementText:
    """One version of an agreement in one language, as it is read and signed."""

    code: str
    version: str
    language: str
    title: str
    body: str

    @property
    def text(self) -> str:
        """The canonical text: title, version and paragraphs, with plain line ends and no spaces at their ends.

        That of a translation names its language.
        """
        lines = "\n".join(line.rstrip() for line in self.body.strip().splitlines())
        language = "" if self.language == ENGLISH else f" {self.language}"
        return f"{self.title.strip()}\n{self.code} {self.version}{language}\n\n{lines}\n"

    @property
    def paragraphs(self) -> list[str]:
        """The body's paragraphs, each with its own line breaks."""
        return [part.strip() for part in self.text.split("\n\n")[1:] if part.strip()]

    @property
    def sha256(self) -> str:
        """The SHA-256 of the canonical text in hex: what a signature is of."""
        return hashlib.sha256(self.text.encode()).hexdigest()


class Agreement(SourcedRow):
    """One version of a text that customers of a region sign. A version is never edited, since it may be signed.

    Its Spanish text can be added later; from then on it is not edited either.
    """

    code = models.CharField(
        max_length=64, validators=[RegexValidator("^[A-Z][A-Z0-9_]*$", "Use capital letters, digits and underscores.")]
    )
    version = models.CharField(max_length=16, help_text="For example 2026-11.")
    title = models.CharField(max_length=200)
    body = models.TextField(help_text="Plain text. An empty line starts a new paragraph.")
    title_es = models.CharField("title in Spanish", max_length=200, blank=True)
    body_es = models.TextField(
        "body in Spanish", blank=True, help_text="If empty, Spanish-speaking customers see the English text."
    )
    verified_es = models.BooleanField(
        "Spanish verified", default=False, help_text="Turn on once counsel has confirmed the Spanish text."
    )
    transmission_region = models.CharField(max_length=16, choices=TRANSMISSION_REGIONS)
    classification = models.CharField(
        "customer type",
        max_length=16,
        choices=Classification.choices,
        blank=True,
        help_text="Leave empty for both homes and businesses.",
    )
    for_devices = models.BooleanField(
        "for device links",
        default=False,
        db_default=False,
        help_text="On: for customers who sign up with a device. Off: for customers who authorize a utility.",
    )
    programs = models.JSONField(
        default=list,
        blank=True,
        help_text="Identifiers of the programs that require it. Leave empty for all in the region.",
    )
    is_required = models.BooleanField(
        "required", default=True, help_text="If off, customers can continue without signing it."
    )
    position = models.PositiveSmallIntegerField(default=0, help_text="Order on the page.")
    active_from = models.DateField(null=True, blank=True, help_text="The first day. Leave empty for no start date.")
    active_to = models.DateField(null=True, blank=True, help_text="The last day. Leave empty for no end date.")

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

    def in_language(self, language: str) -> AgreementText:
        """The text in a language, or the English one where it has none in that language: title and body go together."""
        titled = getattr(self, f"title_{language}", "") and getattr(self, f"body_{language}", "")
        spoken = language if titled else ENGLISH
        texts = {name: in_language(self, name, spoken) for name in ("title", "body")}
        return AgreementText(self.code, self.version, spoken, **texts)

    @property
    def text(self) -> str:
        """The canonical English text."""
        return self.in_language(ENGLISH).text

    @property
    def paragraphs(self) -> list[str]:
        """The English body's paragraphs."""
        return self.in_language(ENGLISH).paragraphs

    @property
    def sha256(self) -> str:
        """The SHA-256 of the canonical English text in hex."""
        return self.in_language(ENGLISH).sha256

    @property
    def sha256_es(self) -> str:
        """The SHA-256 of the canonical Spanish text in hex; "" without one."""
        translated = self.in_language("es")
        return translated.sha256 if translated.language == "es" else ""

    def applies_on(self, on: date) -> bool:
        return not ((self.active_from and on < self.active_from) or (self.active_to and on > self.active_to))

    def clean(self) -> None:
        errors: dict[str, str] = {}
        if self.active_from and self.active_to and self.active_from > self.active_to:
            errors["active_to"] = "The end is before the start."
        stored = Agreement.objects.filter(pk=self.pk).first() if self.pk else None
        if stored and stored.sha256 != self.sha256 and not stored.is_draft:
            errors["body"] = _SIGNED
        if stored and stored.sha256_es and stored.sha256_es != self.sha256_es and not stored.is_draft:
            errors["body_es"] = _SIGNED
        if bool(self.title_es) != bool(self.body_es):
            errors["title_es" if self.body_es else "body_es"] = (
                "Enter both the title and the body in Spanish, or neither."
            )
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
        "customer type",
        max_length=16,
        choices=Classification.choices,
        blank=True,
        help_text="Leave empty for both homes and businesses.",
    )
    for_devices = models.BooleanField(
        "for device links",
        default=False,
        db_default=False,
        help_text="On: for customers who sign up with a device. Off: for customers who authorize a utility.",
    )
    key = models.CharField("information", max_length=32, choices=InformationKey.choices)
    label = models.CharField(max_length=128)
    help_text = models.CharField(max_length=300, blank=True)
    label_es = models.CharField(
        "label in Spanish", max_length=128, blank=True, help_text="Leave empty to use the English label."
    )
    help_text_es = models.CharField("help text in Spanish", max_length=300, blank=True)
    is_required = models.BooleanField("required", default=True)
    position = models.PositiveSmallIntegerField(default=0, help_text="Order on the page.")

    class Meta(SourcedRow.Meta):
        abstract = False
        ordering = ["transmission_region", "position", "key"]
        verbose_name_plural = "required information"
        constraints = [
            models.UniqueConstraint(
                fields=["transmission_region", "classification", "for_devices", "key"],
                name="one_row_per_information_asked",
            )
        ]

    def __str__(self) -> str:
        return f"{self.label} ({self.transmission_region})"

    def label_in(self, language: str) -> str:
        """What is asked, in a language."""
        return in_language(self, "label", language)

    def help_in(self, language: str) -> str:
        """What helps to answer, in a language; "" without any."""
        return in_language(self, "help_text", language)
