"""What is checked before a meter is in a program: the items of the published enrollment checklist."""

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q

from programs.models.base import SourcedRow
from programs.models.programs import Program


class ActionType(models.TextChoices):
    """An item of the checklist, named as the condition that is to be true (published action_type, leap.md 4.4)."""

    NO_MISSING_FIELDS = "NO_MISSING_FIELDS", "Required fields are filled"
    IS_AUTHORIZED = "IS_AUTHORIZED", "The customer authorized utility data"
    IS_ELIGIBLE = "IS_ELIGIBLE", "The meter fits the program"
    ADDRESS = "ADDRESS", "The address is in the program's area"
    NOT_ENROLLED_IN_CONFLICTING_PROGRAM = (
        "NOT_ENROLLED_IN_CONFLICTING_PROGRAM",
        "Not in a program that excludes this one",
    )
    MEETS_EXTRA_PROGRAM_REQUIREMENTS = "MEETS_EXTRA_PROGRAM_REQUIREMENTS", "The program's own limits are met"
    GENERATOR = "GENERATOR", "Generator facts are complete"
    PARTICIPATING = "PARTICIPATING", "The meter participates"
    DOCUMENTS_SIGNED = "DOCUMENTS_SIGNED", "Documents are signed"
    HAS_AMI = "HAS_AMI", "The site has an interval meter"
    HAS_MARKET_REGISTRATION = "HAS_MARKET_REGISTRATION", "Registered in the market"
    HAS_NOMINATIONS = "HAS_NOMINATIONS", "Nominations are set"
    HAS_BIDDING_STRATEGY = "HAS_BIDDING_STRATEGY", "A bidding strategy is set"
    IS_ASSIGNED_TO_A_RESOURCE = "IS_ASSIGNED_TO_A_RESOURCE", "Assigned to a resource"

    @property
    def to_do(self) -> str:
        """What a partner has to do when it fails."""
        return {
            "NO_MISSING_FIELDS": "Fill in missing information",
            "IS_AUTHORIZED": "Ask the customer to authorize utility data",
            "IS_ELIGIBLE": "Check what doesn’t fit the program",
            "ADDRESS": "Check the address",
            "NOT_ENROLLED_IN_CONFLICTING_PROGRAM": "Choose between programs that exclude each other",
            "MEETS_EXTRA_PROGRAM_REQUIREMENTS": "Check values outside the program’s limits",
            "GENERATOR": "Complete the generator details",
            "DOCUMENTS_SIGNED": "Sign the documents",
        }.get(self.value, str(self.label))

    @property
    def how(self) -> str:
        """Where the partner does it, in a few words."""
        return {
            "IS_AUTHORIZED": "through Leap Connect",
            "NOT_ENROLLED_IN_CONFLICTING_PROGRAM": "on the meter's page",
        }.get(self.value, "see each meter’s page")


# What is found out by hand: a person of Leap records whether it holds for a meter.
RECORDED = frozenset(
    {
        ActionType.DOCUMENTS_SIGNED,
        ActionType.HAS_AMI,
        ActionType.HAS_MARKET_REGISTRATION,
        ActionType.HAS_NOMINATIONS,
        ActionType.HAS_BIDDING_STRATEGY,
        ActionType.IS_ASSIGNED_TO_A_RESOURCE,
    }
)


class Acts(models.TextChoices):
    """Who has to act when something on the checklist fails."""

    PARTNER = "partner", "The partner"
    LEAP = "leap", "Leap"


class WhileOpen(models.TextChoices):
    """What a meter is in a program while nobody knows whether something on the checklist holds."""

    PENDING = "PENDING", "Pending"
    INELIGIBLE = "INELIGIBLE", "Not eligible yet"


class CheckKind(SourcedRow):
    """What the published actions of one type say: who acts, with which code and description."""

    action_type = models.CharField(max_length=40, choices=ActionType.choices, unique=True)
    acts = models.CharField("who acts", max_length=8, choices=Acts.choices)
    code = models.CharField("action code", max_length=16, help_text="Published as action_code.")
    description = models.CharField(
        max_length=300, help_text="Published as action_description. {fields} stands for the missing fields."
    )
    while_open = models.CharField(
        max_length=12, choices=WhileOpen.choices, default=WhileOpen.PENDING, help_text="Until Leap has recorded it."
    )

    class Meta(SourcedRow.Meta):
        abstract = False
        ordering = ["action_type"]

    def __str__(self) -> str:
        return self.get_action_type_display()


class ProgramCheck(SourcedRow):
    """Something that Leap finds out by hand before a meter is in a program, perhaps for a time."""

    program = models.ForeignKey(Program, on_delete=models.CASCADE, related_name="checks")
    kind = models.ForeignKey(
        CheckKind,
        on_delete=models.PROTECT,
        related_name="program_checks",
        limit_choices_to={"action_type__in": sorted(RECORDED)},
    )
    description = models.CharField(max_length=300, blank=True, help_text="Leave empty to use the check type’s text.")
    while_open = models.CharField(
        max_length=12, choices=WhileOpen.choices, blank=True, help_text="Leave empty to use the check type’s setting."
    )
    valid_from = models.DateField(null=True, blank=True)
    valid_to = models.DateField(null=True, blank=True)

    class Meta(SourcedRow.Meta):
        abstract = False
        ordering = ["program", "kind"]
        constraints = [
            models.UniqueConstraint(fields=["program", "kind"], name="one_check_per_program_and_kind"),
            models.CheckConstraint(
                condition=Q(valid_from=None) | Q(valid_to=None) | Q(valid_from__lte=F("valid_to")),
                name="check_ends_after_it_begins",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.program}: {self.kind}"

    def clean(self) -> None:
        errors: dict[str, str] = {}
        if self.kind_id and self.kind.action_type not in RECORDED:
            errors["kind"] = "This is checked automatically, so nobody records it."
        if self.valid_from and self.valid_to and self.valid_from > self.valid_to:
            errors["valid_to"] = "The end is before the start."
        if errors:
            raise ValidationError(errors)
