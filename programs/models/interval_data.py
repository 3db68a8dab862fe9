"""Which interval data a program needs, and by when they must be submitted."""

from datetime import date, datetime, timedelta
from typing import Final

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, RegexValidator
from django.db import models
from django.db.models import F, Q

from portal.web.clock import midnight
from programs.models.base import SourcedRow
from programs.models.programs import Program

# The columns of load data, which are published: no other column has one of these names.
PUBLISHED_COLUMNS: Final = frozenset(
    {
        *("meter_id", "interval_start_time_utc", "interval_end_time_utc", "final", "region"),
        *("energy_net_kwh", "energy_consumed_kwh", "energy_generated_kwh"),
    }
)


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
        help_text="Full days after that end. 0 means by the end of that day or month.",
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


class UnpublishedData(models.TextChoices):
    """The types of interval data whose columns are not published."""

    RUNTIME = "RUNTIME_DATA", "Runtime"
    PERFORMANCE = "PERFORMANCE_DATA", "Performance"


class IntervalColumn(SourcedRow):
    """The column with the values in files of one type of interval data, beside meter, start, end, final and region.

    A file is read with the name and the limits that hold when it is read.
    """

    data_type = models.CharField(max_length=20, choices=UnpublishedData.choices, unique=True)
    name = models.CharField(
        "column",
        max_length=60,
        unique=True,
        validators=[RegexValidator("^[a-z][a-z0-9_]*$", "Use lowercase letters, digits and underscores.")],
        help_text="As in the first line of a file.",
    )
    meaning = models.CharField(max_length=200, help_text="What a value means and its unit. Partners see this.")
    least = models.FloatField("minimum value", null=True, blank=True, help_text="Leave empty for no limit.")
    most = models.FloatField("maximum value", null=True, blank=True, help_text="Leave empty for no limit.")

    class Meta(SourcedRow.Meta):
        abstract = False
        ordering = ["data_type"]
        constraints = [
            models.CheckConstraint(
                condition=Q(least=None) | Q(most=None) | Q(least__lt=F("most")), name="interval_column_has_a_range"
            )
        ]

    def __str__(self) -> str:
        return f"{self.get_data_type_display()}: {self.name}"

    def clean(self) -> None:
        if self.name in PUBLISHED_COLUMNS:
            raise ValidationError({"name": "Load data has a column of this name. Choose another name."})
        if self.least is not None and self.most is not None and self.least >= self.most:
            raise ValidationError({"most": "Enter a value greater than the minimum value."})

    @property
    def range_words(self) -> str:
        """What goes into the column: "Minutes that the device ran, 0 to 15"."""
        match self.least, self.most:
            case None, None:
                return self.meaning
            case least, None:
                return f"{self.meaning}, {least:g} or more"
            case None, most:
                return f"{self.meaning}, at most {most:g}"
        return f"{self.meaning}, {self.least:g} to {self.most:g}"
