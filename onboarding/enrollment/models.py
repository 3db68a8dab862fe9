"""A meter's status in each program, the facts that people record about it, and when it participates."""

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from onboarding.meters.models import EnrollmentStatus
from programs.models import ActionType, Acts


class Enrollment(models.Model):
    """The status of one meter in one program that it is meant for, as of the last evaluation.

    It is that of the delivery period that leads for the meter. The other periods follow from the same facts and are
    evaluated whenever they are asked for.
    """

    partner = models.ForeignKey("portal.Partner", on_delete=models.PROTECT, related_name="+", db_index=False)
    meter = models.ForeignKey("onboarding.Meter", on_delete=models.CASCADE, related_name="enrollments", db_index=False)
    program = models.ForeignKey("programs.Program", on_delete=models.PROTECT, related_name="enrollments")
    status = models.CharField(max_length=20, choices=EnrollmentStatus.choices)
    missing = models.JSONField(default=list, help_text="Field keys that the program requires and the meter lacks.")
    reasons = models.JSONField(default=list, help_text="Problems as code, field, value and context.")
    partner_actions = models.JSONField(default=list, help_text="Action types that the partner has to do.")
    leap_actions = models.JSONField(default=list, help_text="Action types that Leap has to do.")
    acts = models.CharField("who acts next", max_length=8, choices=Acts.choices, blank=True)
    joined_at = models.DateTimeField(db_default=Now(), help_text="Of two programs that exclude each other, the first.")
    evaluated_at = models.DateTimeField(db_default=Now())
    reconsider_at = models.DateTimeField(null=True, help_text="When time alone changes what is recorded here.")

    class Meta:
        permissions = [("record_leap_actions", "Can record what Leap found out, activate and end")]
        constraints = [
            models.UniqueConstraint(fields=["meter", "program"], name="one_enrollment_per_meter_and_program")
        ]
        indexes = [
            models.Index(fields=["partner", "program", "status", "meter"], name="enrollment_by_program"),
            models.Index(fields=["partner", "acts", "program"], name="enrollment_to_act", condition=~Q(acts="")),
            models.Index(
                fields=["partner", "program", "status", "partner_actions"],
                name="enrollment_waiting",
                condition=~Q(partner_actions=[]),
            ),
            models.Index(
                fields=["reconsider_at"], name="enrollment_to_reconsider", condition=Q(reconsider_at__isnull=False)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.meter_id} in {self.program_id}: {self.status}"


class Preference(models.TextChoices):
    """What the partner wants of a meter for a time (published participation_preference, leap.md 4.6)."""

    PARTICIPATE = "PARTICIPATE", "Participates"
    IDLE = "IDLE", "Idle"
    DISENROLL = "DISENROLL", "Disenrolled"

    @property
    def meaning(self) -> str:
        return {
            "PARTICIPATE": "Participates in its programs.",
            "IDLE": "Out of all programs temporarily, for example when offline or out of season.",
            "DISENROLL": "Leaves all programs permanently, as soon as each allows it.",
        }[self.value]


class ParticipationPeriod(models.Model):
    """A time in which a meter takes no part: idle, or disenrolled without an end. Outside of these it participates.

    The periods of one meter never overlap; `onboarding.participation` sees to that.
    """

    partner = models.ForeignKey("portal.Partner", on_delete=models.PROTECT, related_name="+", db_index=False)
    meter = models.ForeignKey("onboarding.Meter", on_delete=models.CASCADE, related_name="participation")
    preference = models.CharField(
        max_length=12, choices=[(one.value, one.label) for one in (Preference.IDLE, Preference.DISENROLL)]
    )
    starts_at = models.DateTimeField(help_text="A local midnight of the meter's zone, kept in UTC.")
    ends_at = models.DateTimeField(null=True, blank=True)
    reason = models.CharField(max_length=300, blank=True)
    wished_from = models.DateTimeField(
        null=True, blank=True, help_text="When it would begin, had an idle time not taken its first days."
    )

    class Meta:
        ordering = ["starts_at"]
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_at=None) | Q(starts_at__lt=F("ends_at")), name="participation_ends_after_it_begins"
            )
        ]

    def __str__(self) -> str:
        return f"{self.meter_id}: {self.preference} from {self.starts_at:%Y-%m-%d}"


class CheckRecord(models.Model):
    """What a person of Leap found out about an item of a meter's checklist, for a time. The newest one counts.

    Without a program it holds for all programs of the meter, without a period for all periods.
    """

    partner = models.ForeignKey("portal.Partner", on_delete=models.PROTECT, related_name="+", db_index=False)
    meter = models.ForeignKey("onboarding.Meter", on_delete=models.CASCADE, related_name="check_records")
    program = models.ForeignKey(
        "programs.Program", null=True, blank=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    period = models.ForeignKey(
        "programs.DeliveryPeriod", null=True, blank=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    action_type = models.CharField("item of the checklist", max_length=40, choices=ActionType.choices)
    holds = models.BooleanField(help_text="Whether the check passed. If not, the meter is not eligible.")
    code = models.CharField(max_length=32, blank=True, help_text="The code the market returned, if any.")
    note = models.CharField(max_length=300, blank=True, help_text="The reason, in a sentence. The partner sees this.")
    valid_from = models.DateTimeField(db_default=Now())
    valid_to = models.DateTimeField(null=True, blank=True)
    recorded_at = models.DateTimeField(db_default=Now())
    recorded_by = models.CharField(max_length=200)

    class Meta:
        ordering = ["-valid_from", "-id"]

    def __str__(self) -> str:
        return f"{self.meter_id}: {self.action_type} {'passed' if self.holds else 'failed'}"


class Activation(models.Model):
    """A meter is enrolled and dispatched in a delivery period, from a moment on, perhaps until another."""

    partner = models.ForeignKey("portal.Partner", on_delete=models.PROTECT, related_name="+", db_index=False)
    meter = models.ForeignKey("onboarding.Meter", on_delete=models.CASCADE, related_name="activations", db_index=False)
    period = models.ForeignKey("programs.DeliveryPeriod", on_delete=models.PROTECT, related_name="activations")
    active_from = models.DateTimeField()
    active_to = models.DateTimeField(null=True, blank=True)
    market_group_id = models.UUIDField("market group ID", null=True, blank=True)
    market_group_name = models.CharField(max_length=128, blank=True)
    end_reason = models.CharField(max_length=300, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["meter", "period"], name="one_open_activation_per_meter_and_period", condition=Q(active_to=None)
            ),
            models.CheckConstraint(
                condition=Q(active_to=None) | Q(active_from__lte=F("active_to")),
                name="activation_ends_after_it_begins",
            ),
        ]
        indexes = [models.Index(fields=["partner", "active_from", "period"], name="activation_by_day")]

    def __str__(self) -> str:
        return f"{self.meter_id} active in {self.period_id}"


class MadeDeadline(models.Model):
    """A meter was eligible when a deadline passed: it is expected active from that deadline's activation date.

    No later change of the meter, the rules or the deadline takes this away; it ends when the deadline is evaluated
    again by other rules.
    """

    partner = models.ForeignKey("portal.Partner", on_delete=models.PROTECT, related_name="+", db_index=False)
    meter = models.ForeignKey(
        "onboarding.Meter", on_delete=models.CASCADE, related_name="made_deadlines", db_index=False
    )
    deadline = models.ForeignKey("programs.PassedDeadline", on_delete=models.PROTECT, related_name="made_by")
    recorded_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [models.UniqueConstraint(fields=["meter", "deadline"], name="a_meter_makes_a_deadline_once")]

    def __str__(self) -> str:
        return f"{self.meter_id} made {self.deadline_id}"


class Evaluated(models.Model):
    """The digest of the rules by which all enrollments in a program were last evaluated."""

    program = models.OneToOneField("programs.Program", on_delete=models.CASCADE, related_name="+", primary_key=True)
    digest = models.CharField(max_length=64)
    evaluated_at = models.DateTimeField(auto_now=True)

    def __str__(self) -> str:
        return f"{self.program_id}: {self.digest[:8]}"


class RegistrationRefresh(models.Model):
    """A partner asked that a meter's market registration is looked at again; open until Leap records a result."""

    partner = models.ForeignKey("portal.Partner", on_delete=models.CASCADE, related_name="+", db_index=False)
    meter = models.ForeignKey("onboarding.Meter", on_delete=models.CASCADE, related_name="+")
    requested_at = models.DateTimeField()
    requested_by = models.CharField(max_length=200)
    answered_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = "registration refresh"
        verbose_name_plural = "registration refreshes"
        constraints = [
            models.UniqueConstraint(
                fields=["meter"], condition=models.Q(answered_at=None), name="one_open_refresh_per_meter"
            )
        ]
        indexes = [models.Index(fields=["partner", "id"], name="refresh_newest")]

    def __str__(self) -> str:
        return f"{self.meter_id}, {self.requested_at:%Y-%m-%d}"
