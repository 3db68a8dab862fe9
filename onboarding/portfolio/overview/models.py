"""The PortfolioDay: a partner's figures as they were on a day."""

from django.db import models
from django.db.models import Q

from onboarding.meters.models import EnrollmentStatus


class PortfolioDay(models.Model):
    """A partner's meters on one day of its time zone: all of them, or those in one program. Without archived ones.

    Today's row is counted again while the day goes on, and is kept as it is afterwards. Rows of days before the first
    count have `created` alone, which is known from when meters were created; their other figures are empty.
    """

    partner = models.ForeignKey("portal.Partner", on_delete=models.PROTECT, related_name="+", db_index=False)
    day = models.DateField()
    program = models.ForeignKey(
        "programs.Program", null=True, on_delete=models.CASCADE, related_name="+", help_text="Empty: all meters."
    )
    created = models.PositiveIntegerField()
    active = models.PositiveIntegerField(null=True)
    eligible = models.PositiveIntegerField(null=True)
    pending = models.PositiveIntegerField(null=True)
    not_participating = models.PositiveIntegerField(null=True)
    ineligible = models.PositiveIntegerField(null=True)
    power_kw = models.FloatField("power (kW)", null=True)
    active_kw = models.FloatField("power of active meters (kW)", null=True)
    energy_kwh = models.FloatField("energy (kWh)", null=True)
    without_power = models.PositiveIntegerField(null=True, help_text="Meters whose power is not known.")
    newest_event = models.BigIntegerField(default=0, help_text="The partner's newest event when it was counted.")
    counted_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["partner", "day", "program"],
                name="one_portfolio_day_per_program",
                condition=Q(program__isnull=False),
            ),
            models.UniqueConstraint(
                fields=["partner", "day"], name="one_portfolio_day_of_all_meters", condition=Q(program=None)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.partner_id}, {self.day:%Y-%m-%d}"

    def with_status(self, status: EnrollmentStatus) -> int | None:
        """How many meters had a status; None where it was not counted."""
        count: int | None = getattr(self, status.value.lower())
        return count
