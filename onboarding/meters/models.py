"""The Leap meter: the asset where dispatch and performance measurement happen."""

from typing import Any, Final

from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower, Now

from portal.events.subjects import Subject, register
from portal.storage.ids import uuid7
from programs.identifiers import account_key, reference_key, serial_key
from programs.models import Acts

KEY_LENGTH: Final = 768  # capitals can be three characters for one
register(Subject("meter", "Meter", page="meter"))


class CreatedBy(models.TextChoices):
    """Who brought the meter into being (leap.md 4.1)."""

    PARTNER = "PARTNER", "Partner"
    LEAP = "LEAP", "Leap"
    UTILITY = "UTILITY", "Utility"


class EnrollmentStatus(models.TextChoices):
    """The status of a meter in a program (leap.md 4.3)."""

    ACTIVE = "ACTIVE", "Active"
    ELIGIBLE = "ELIGIBLE", "Eligible"
    PENDING = "PENDING", "Pending"
    NOT_PARTICIPATING = "NOT_PARTICIPATING", "Not participating"
    INELIGIBLE = "INELIGIBLE", "Not eligible yet"

    @property
    def meaning(self) -> str:
        return {
            "ACTIVE": "Enrolled and dispatched.",
            "ELIGIBLE": "Everything the program requires is in place. Waiting for the activation date.",
            "PENDING": "Waiting for Leap, the market or utility data.",
            "NOT_PARTICIPATING": "Left out at the partner’s request.",
            "INELIGIBLE": "Required information is missing or doesn’t match.",
        }[self.value]

    @property
    def tone(self) -> str:
        return {"ACTIVE": "success", "ELIGIBLE": "success", "PENDING": "info", "INELIGIBLE": "warning"}.get(
            self.value, "neutral"
        )


METER_TYPES = [("UTILITY_METER", "Utility meter"), ("SUBMETER", "Submeter"), ("DEVICE", "Device")]


class Meter(models.Model):
    """One device or utility meter, known by its Leap meter ID.

    What identifies or filters it is a column; the rest of the asset is JSON shaped like the published contract
    (customer, device, site, utility, caiso, isone, nyiso). `onboarding.meters.domain` writes both from one asset.

    Beside its reference, account and serial number as they were typed, it has the normal form of each, by which they
    are compared (`programs.identifiers`). Of twins that were created before there were normal forms, one has it; the
    others have what was typed.
    """

    id = models.UUIDField("Leap meter ID", primary_key=True, default=uuid7, editable=False)
    partner = models.ForeignKey("portal.Partner", on_delete=models.PROTECT, related_name="meters", db_index=False)
    partner_reference = models.CharField(max_length=256)
    reference_key = models.CharField(max_length=KEY_LENGTH, help_text="The reference in its normal form.")
    created_by = models.CharField(max_length=8, choices=CreatedBy.choices, default=CreatedBy.PARTNER)
    transmission_region = models.CharField(max_length=16)
    customer_classification = models.CharField(max_length=16)
    meter_type = models.CharField(max_length=16)
    load_types = models.JSONField(default=list)
    device_type = models.CharField(max_length=32, blank=True)
    serial_number = models.CharField(max_length=256, blank=True)
    serial_key = models.CharField(max_length=KEY_LENGTH, blank=True, db_default="")
    customer_name = models.CharField(max_length=128, blank=True)
    street = models.CharField(max_length=128, blank=True)
    city = models.CharField(max_length=128, blank=True)
    state = models.CharField(max_length=2, blank=True)
    postal_code = models.CharField(max_length=10, blank=True)
    utility_name = models.CharField(max_length=32, blank=True)
    account_number = models.CharField(max_length=128, blank=True)
    account_key = models.CharField(max_length=KEY_LENGTH, blank=True, db_default="")
    customer_group = models.CharField(max_length=128, blank=True)
    data = models.JSONField(default=dict)
    connection_references = models.JSONField(default=list)
    tags = models.JSONField(default=list)
    enrollment_status = models.CharField(
        max_length=20, choices=EnrollmentStatus.choices, default=EnrollmentStatus.INELIGIBLE
    )
    acts = models.CharField(
        "who acts next", max_length=8, choices=Acts.choices, blank=True, help_text="In any of its programs."
    )
    is_archived = models.BooleanField(default=False)
    upload = models.ForeignKey(
        "onboarding.Upload", null=True, on_delete=models.PROTECT, related_name="meters", db_index=False
    )
    version = models.PositiveIntegerField(default=1, help_text="Counts the changes of its data.")
    created_at = models.DateTimeField(db_default=Now())
    updated_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["partner", "reference_key"],
                condition=Q(created_by="PARTNER"),
                name="one_partner_created_meter_per_reference",
            )
        ]
        indexes = [
            models.Index(fields=["partner", "id"], name="meter_newest"),
            models.Index(fields=["partner", "partner_reference", "id"], name="meter_by_reference"),
            models.Index(fields=["partner", "city", "id"], name="meter_by_city"),
            models.Index(fields=["partner", "updated_at", "id"], name="meter_by_change"),
            models.Index(fields=["partner", "enrollment_status", "id"], name="meter_by_status"),
            models.Index(fields=["partner", "acts", "id"], name="meter_to_act", condition=~Q(acts="")),
            models.Index(fields=["partner", "transmission_region", "id"], name="meter_by_region"),
            models.Index(fields=["upload", "id"], name="meter_by_upload"),
            models.Index(fields=["partner", "id"], name="meter_archived", condition=Q(is_archived=True)),
            models.Index(fields=["partner", "reference_key"], name="meter_by_reference_key"),
            models.Index("partner", Lower("reference_key"), name="meter_by_reference_letters"),
            models.Index(fields=["partner", "serial_key"], name="meter_by_serial", condition=~Q(serial_key="")),
            models.Index(fields=["partner", "account_key"], name="meter_by_account", condition=~Q(account_key="")),
        ]

    def __str__(self) -> str:
        return f"{self.partner_reference} ({self.pk})"

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Fill in the normal forms of a meter that is saved by itself."""
        self.reference_key = self.reference_key or reference_key(self.partner_reference)
        self.serial_key, self.account_key = serial_key(self.serial_number), account_key(self.account_number)
        super().save(*args, **kwargs)

    @property
    def status(self) -> EnrollmentStatus:
        return EnrollmentStatus(self.enrollment_status)
