"""Which interval data a program needs, and by when they must be submitted."""

from datetime import date, datetime, timedelta

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator
from django.db import models
from django.db.models import Q

from portal.web.clock import midnight
from programs.models.base import SourcedRow
from programs.models.programs import Program


class CountedFrom(models.TextChoices):
    """From the end of what the days of a submission deadline are counted, in the program's zone."""

    DAY = "day", "The day of the interval"
    MONTH = "month", "The month of the interval"


class IntervalDataRule(SourcedRow):
    """Which interval data of a meter a program needs, and until when. Who supplies them says the program itself
    (`interval_data_source`), whatever type of meter it is."""

    program = models.OneToOneField(Program, on_delete=models.CASCADE, related_name="interval_data_rule")
    needs_load = models.BooleanField("load", default=True, help_text="The energy of each interval.")
    needs_runtime = models.BooleanField("runtime", default=False, help_text="How long devices ran in each interval.")
    needs_performance = models.BooleanField(
        "performance", default=False, help_text="What devices did in the intervals of events."
    )
    days_to_submit = models.PositiveSmallIntegerField(
        validators=[MaxValueValidator(366)],
        help_text="Whole days after that end. 0: by the end of that day or month itself.",
    )
    counted_from = models.CharField(
        "counted from the end of", max_length=8, choices=CountedFrom.choices, default=CountedFrom.DAY
    )

    class Meta(SourcedRow.Meta):
        abstract = False
        ordering = ["program"]
        constraints = [
            models.CheckConstraint(
                condition=Q(needs_load=True) | Q(needs_runtime=True) | Q(needs_performance=True),
                name="interval_data_rule_needs_something",
            )
        ]

    def __str__(self) -> str:
        return f"{self.program}: interval data"

    def clean(self) -> None:
        if not (self.needs_load or self.needs_runtime or self.needs_performance):
            raise ValidationError({"needs_load": "Choose at least one type of data."})

    def submission_deadline(self, day: date) -> datetime:
        """The moment by which the intervals of a local day must be there: a midnight of the program's zone."""
        end = day + timedelta(days=1)
        if self.counted_from == CountedFrom.MONTH:
            end = (day.replace(day=1) + timedelta(days=32)).replace(day=1)
        return midnight(end + timedelta(days=self.days_to_submit), self.program.zone)

    @property
    def deadline_words(self) -> str:
        """The rule in words: "7 days after the end of each day"."""
        end = f"the end of each {self.counted_from}"
        if not self.days_to_submit:
            return f"By {end}"
        return f"{self.days_to_submit} day{'s' if self.days_to_submit > 1 else ''} after {end}"
