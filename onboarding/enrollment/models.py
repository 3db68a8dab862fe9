"""The Enrollment: one meter in one program."""

from django.db import models
from django.db.models.functions import Now

from onboarding.meters.models import EnrollmentStatus


class Enrollment(models.Model):
    """How one meter stands in one program: its status, and every reason when it is not eligible yet."""

    partner = models.ForeignKey("portal.Partner", on_delete=models.PROTECT, related_name="+", db_index=False)
    meter = models.ForeignKey("onboarding.Meter", on_delete=models.CASCADE, related_name="enrollments", db_index=False)
    program = models.ForeignKey("programs.Program", on_delete=models.PROTECT, related_name="enrollments")
    status = models.CharField(max_length=20, choices=EnrollmentStatus.choices)
    missing = models.JSONField(default=list, help_text="Field keys that the program requires and the meter lacks.")
    reasons = models.JSONField(default=list, help_text="Problems as code, field, value and context.")
    evaluated_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["meter", "program"], name="one_enrollment_per_meter_and_program")
        ]
        indexes = [models.Index(fields=["partner", "program", "status", "meter"], name="enrollment_by_program")]

    def __str__(self) -> str:
        return f"{self.meter_id} in {self.program_id}: {self.status}"
