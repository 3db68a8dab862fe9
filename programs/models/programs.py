"""Programs, their footnotes, delivery periods and enrollment deadlines."""

import re
from collections.abc import Iterable
from datetime import date, datetime
from zoneinfo import ZoneInfo, available_timezones

from django.core.exceptions import ValidationError
from django.core.validators import MinValueValidator, RegexValidator
from django.db import models
from django.db.models import F, Q

from portal.web import clock
from portal.web.days import Reading, begin_text, day_of, deadline_text, period_text
from programs.deadlines import over_at
from programs.models.base import SourcedRow, Stamped
from programs.models.places import TRANSMISSION_REGIONS, Region, Utility


class ProgramType(models.TextChoices):
    """Where performance is measured, which decides the table that lists a program."""

    UTILITY_METER = "utility-meter", "Utility-meter program"
    DEVICE = "device", "Device program"


class MeterType(models.TextChoices):
    """The type of asset (published MeterType)."""

    UTILITY_METER = "UTILITY_METER", "Utility meter"
    SUBMETER = "SUBMETER", "Submeter"
    DEVICE = "DEVICE", "Device"


class IntervalSource(models.TextChoices):
    """Who supplies the interval data that performance is calculated from."""

    UTILITY = "utility", "Utility"
    ISO = "iso", "ERCOT (ISO)"
    PARTNER = "partner", "Partner"


class Boundary(models.TextChoices):
    """When a meter that shall leave a program leaves it."""

    MONTH = "month", "At the end of the month"
    PERIOD = "period", "At the end of the delivery period"


class Footnote(SourcedRow):
    """A remark under the program tables."""

    key = models.SlugField(max_length=64, unique=True)
    text = models.TextField()
    position = models.PositiveSmallIntegerField(default=0)

    class Meta(SourcedRow.Meta):
        abstract = False
        ordering = ["position", "key"]

    def __str__(self) -> str:
        return self.key


_OF_OFFERED = ("transmission_region", "program_type", "interval_data_source")


def is_over(active_to: date | None) -> bool:
    """Whether a program with this last day has ended, by the UTC day; as queries.not_over has it."""
    return active_to is not None and active_to < clock.now().date()


class Program(SourcedRow):
    """One grid-services program that a meter can be enrolled in, by its published program identifier.

    One that is not offered is known by its identifier only: the API names it, and nothing can join it.
    """

    identifier = models.CharField(
        max_length=64,
        unique=True,
        validators=[RegexValidator(r"^[A-Za-z0-9_-]+$", "Use only letters, digits, - and _.")],
        help_text="The published program_identifier, for example CEC-DSGS.",
    )
    name = models.CharField(max_length=128)
    family = models.CharField(
        max_length=64, help_text="The name in the program tables, for example ConnectedSolutions."
    )
    summary = models.TextField(blank=True, help_text="One or two sentences for the program's page.")
    is_offered = models.BooleanField(
        "offered",
        default=True,
        db_default=True,
        help_text="If off, only its identifier is known and meters can’t join.",
    )
    region = models.ForeignKey(Region, null=True, blank=True, on_delete=models.PROTECT, related_name="programs")
    transmission_region = models.CharField(max_length=16, choices=TRANSMISSION_REGIONS, blank=True)
    states = models.JSONField(
        default=list,
        blank=True,
        help_text="Two-letter states where customers can be. Leave empty for the whole region.",
    )
    utilities = models.ManyToManyField(
        Utility,
        blank=True,
        related_name="programs",
        help_text="Utilities whose customers can join. Leave empty for any utility.",
    )
    program_type = models.CharField(max_length=16, choices=ProgramType.choices, blank=True)
    accepted_meter_types = models.JSONField(default=list, blank=True)
    interval_data_source = models.CharField(max_length=8, choices=IntervalSource.choices, blank=True)
    is_partner_created = models.BooleanField(
        "partner-created", default=False, help_text="Partners can create meters by upload, form or API."
    )
    is_customer_authorized = models.BooleanField(
        "customer-authorized",
        default=False,
        help_text="Meters can be created from the customer’s utility authorization.",
    )
    needs_utility_authorization = models.BooleanField(
        default=False, help_text="A meter becomes eligible only after the customer authorizes utility data sharing."
    )
    footnotes = models.ManyToManyField(Footnote, blank=True, related_name="programs")
    time_zone = models.CharField(
        max_length=64, default="America/Los_Angeles", help_text="Deadlines are local midnights here."
    )
    active_from = models.DateField(null=True, blank=True)
    active_to = models.DateField(null=True, blank=True)
    weekend_rolls_over = models.BooleanField(
        "weekends roll over",
        default=False,
        help_text="A deadline on a Saturday or Sunday is extended to the following Monday.",
    )
    leaves_at = models.CharField(
        "meters leave",
        max_length=8,
        choices=Boundary.choices,
        default=Boundary.PERIOD,
        help_text="When an active meter leaves after it is disenrolled.",
    )
    periods_ahead = models.PositiveSmallIntegerField(
        default=3,
        validators=[MinValueValidator(1)],
        help_text="How many delivery periods to evaluate: the current one and those after it.",
    )
    position = models.PositiveSmallIntegerField(
        default=0,
        help_text="Order in the program tables. If programs exclude each other and none was chosen, a "
        "meter joins the first one.",
    )

    _history_m2m_fields = ["utilities", "footnotes"]  # the name that simple_history looks for

    class Meta(SourcedRow.Meta):
        abstract = False
        ordering = ["position", "identifier"]
        constraints = [
            models.CheckConstraint(
                condition=Q(is_offered=False) | Q(is_partner_created=True) | Q(is_customer_authorized=True),
                name="program_has_a_way_in",
            ),
            models.CheckConstraint(
                condition=Q(is_offered=False) | Q(region__isnull=False) & ~Q(transmission_region=""),
                name="offered_program_has_a_region",
            ),
            models.CheckConstraint(
                condition=Q(active_from=None) | Q(active_to=None) | Q(active_from__lte=F("active_to")),
                name="program_ends_after_it_begins",
            ),
        ]

    def __str__(self) -> str:
        return self.identifier

    def clean(self) -> None:
        errors: dict[str, str] = {}
        if self.is_offered:
            errors |= self._lacking()
        if self.needs_utility_authorization and not self.is_customer_authorized:
            errors["needs_utility_authorization"] = "A program that needs authorization must be customer-authorized."
        if self.active_from and self.active_to and self.active_from > self.active_to:
            errors["active_to"] = "The end is before the start."
        unknown = set(self.accepted_meter_types) - set(MeterType.values)
        if unknown:
            errors["accepted_meter_types"] = "Choose at least one meter type."
        if self.region and self.region.transmission_region != self.transmission_region:
            errors["transmission_region"] = f"{self.region} is in {self.region.transmission_region}."
        if not self.has_zone:
            errors["time_zone"] = "Enter the name of a time zone, for example America/New_York."
        if strange := [str(state) for state in self.states if not re.fullmatch("[A-Z]{2}", str(state))]:
            errors["states"] = f"Enter states as two capital letters, not as {', '.join(strange)}."
        if errors:
            raise ValidationError(errors)

    def _lacking(self) -> dict[str, str]:
        """What an offered program cannot do without."""
        errors = {name: "Choose one." for name in _OF_OFFERED if not getattr(self, name)}
        if not self.region_id:
            errors["region"] = "Choose one."
        if not self.accepted_meter_types:
            errors["accepted_meter_types"] = "Choose at least one meter type."
        if not self.is_partner_created and not self.is_customer_authorized:
            errors["is_partner_created"] = "Choose at least one of the two onboard methods."
        return errors

    def is_open(self, on: date) -> bool:
        return not ((self.active_from and on < self.active_from) or (self.active_to and on > self.active_to))

    @property
    def has_zone(self) -> bool:
        """Whether its time zone is the name of one."""
        return self.time_zone in available_timezones()

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.time_zone)

    @property
    def takes_forms(self) -> bool:
        """Whether a form for a new meter of it can be opened: partners create its meters, and it is not over."""
        return self.is_offered and self.is_partner_created and not is_over(self.active_to)

    @property
    def takes_customers(self) -> bool:
        """Whether customers can come into it by their authorization: that is one of its ways, and it is not over."""
        return self.is_offered and self.is_customer_authorized and not is_over(self.active_to)

    @property
    def methods(self) -> list[str]:
        """The ways to onboard, in the words of the program tables."""
        ways = [("Partner-created", self.is_partner_created), ("Customer-authorized", self.is_customer_authorized)]
        return [word for word, applies in ways if applies]


class DeliveryPeriod(SourcedRow):
    """A season of a program. Times are local midnights of the program's zone, kept in UTC (leap.md 4.5)."""

    program = models.ForeignKey(Program, on_delete=models.CASCADE, related_name="delivery_periods")
    name = models.CharField(max_length=64, help_text="For example CEC-DSGS_2027_MAY_OCT.")
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()

    class Meta(SourcedRow.Meta):
        abstract = False
        ordering = ["starts_at", "name"]
        constraints = [
            models.UniqueConstraint(fields=["program", "name"], name="one_period_per_program_and_name"),
            models.CheckConstraint(condition=Q(starts_at__lt=F("ends_at")), name="period_ends_after_it_begins"),
        ]

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        if self.starts_at and self.ends_at and self.starts_at >= self.ends_at:
            raise ValidationError({"ends_at": "The period ends before it starts."})
        program = _program_of(self)
        if program and (other := self._named_for(program)):
            raise ValidationError({"name": f"This name is for {other}. Begin it with {program.identifier}_."})

    def _named_for(self, program: Program) -> str:
        """The other program whose name begins the period's: "CEC-DSGS_2027_MAY_OCT", "CAISO-CCA_2027_JAN"."""
        own = program.identifier, program.transmission_region
        others = Program.objects.exclude(pk=program.pk).values_list("identifier", "transmission_region")
        lengths = {
            identifier: len(start)
            for identifier, region in (*others, own)
            for start in (identifier, f"{region}-{identifier}")
            if f"{self.name}_".casefold().startswith(f"{start}_".casefold())
        }
        name = max(lengths, key=lambda identifier: lengths[identifier], default="")
        return "" if name == program.identifier else name

    @property
    def has_days(self) -> bool:
        """Whether both its days are known; a form may lack one."""
        return bool(self.starts_at and self.ends_at)

    def runs_at(self, at: datetime) -> bool:
        """Whether it runs at a moment; through its last day."""
        return self.starts_at <= at < over_at(self.ends_at, self.program.zone)

    @property
    def days_text(self) -> str:
        """From its first to its last day, in the program's zone."""
        zone = self.program.zone
        return period_text(self.starts_at.astimezone(zone), self.ends_at.astimezone(zone))

    def overlapping(self) -> "Iterable[DeliveryPeriod]":
        """The other periods of its program that share a moment with it."""
        end = over_at(self.ends_at, self.program.zone)
        others = DeliveryPeriod.objects.filter(program=self.program_id, starts_at__lt=end).exclude(pk=self.pk)
        return [other for other in others if over_at(other.ends_at, self.program.zone) > self.starts_at]

    def activations_outside(self) -> "Iterable[Deadline]":
        """Its deadlines whose activation lies outside it."""
        return [line for line in self.deadlines.all() if not self.runs_at(line.activation_at)] if self.pk else []


class Deadline(SourcedRow):
    """Enroll by `deadline_at` and the meter is active from `activation_at`."""

    period = models.ForeignKey(DeliveryPeriod, on_delete=models.CASCADE, related_name="deadlines")
    deadline_at = models.DateTimeField("enrollment deadline")
    activation_at = models.DateTimeField("activation date")

    class Meta(SourcedRow.Meta):
        abstract = False
        ordering = ["deadline_at"]
        constraints = [
            models.UniqueConstraint(fields=["period", "deadline_at"], name="one_deadline_per_period_and_time"),
            models.CheckConstraint(condition=Q(deadline_at__lte=F("activation_at")), name="deadline_before_activation"),
        ]

    def __str__(self) -> str:
        return _dates_text(self)

    def clean(self) -> None:
        if self.deadline_at and self.activation_at and self.deadline_at > self.activation_at:
            raise ValidationError({"activation_at": "The activation is before the deadline."})
        period = _period_of(self)
        if period is None or _program_of(period) is None:
            return
        if self.activation_at and period.has_days and not period.runs_at(self.activation_at):
            text = f"The activation is outside the delivery period, which runs from {period.days_text}."
            raise ValidationError({"activation_at": text})
        if self.deadline_at and (other := self.of_the_same_day()):
            local = other.deadline_at.astimezone(self.period.program.zone)
            text = f"This period has a deadline on that day: {deadline_text(local, date.min)}. Change that one."
            raise ValidationError({"deadline_at": text})

    @property
    def day(self) -> date:
        """The local day by whose end it must be made."""
        return day_of(self.deadline_at, self.period.program.zone, Reading.CLOSES)

    def of_the_same_day(self) -> "Deadline | None":
        """Another deadline of its period on the same local day."""
        others = Deadline.objects.filter(period=self.period_id).exclude(pk=self.pk)
        zone = self.period.program.zone
        return next((other for other in others if day_of(other.deadline_at, zone, Reading.CLOSES) == self.day), None)


class PassedDeadline(Stamped):
    """A deadline that has passed, with the dates that it had: a meter that was eligible then is active from
    `activation_at`, whatever happens to the deadline or the rules later.

    Which meters those are is found out by the rules as they were at `rules_at`; it is, once `recorded_at` is set.
    """

    period = models.ForeignKey(DeliveryPeriod, on_delete=models.CASCADE, related_name="passed_deadlines")
    deadline_at = models.DateTimeField("enrollment deadline")
    accepted_until = models.DateTimeField(help_text="Later than the deadline if a weekend extends it.")
    activation_at = models.DateTimeField("activation date")
    rules_at = models.DateTimeField(
        "by the rules as of", help_text="The deadline itself, unless another time was chosen."
    )
    recorded_at = models.DateTimeField(null=True, help_text="When it was known which meters made it.")

    class Meta(Stamped.Meta):
        abstract = False
        ordering = ["-accepted_until", "period"]
        constraints = [
            models.UniqueConstraint(
                fields=["period", "deadline_at", "accepted_until"], name="one_passed_deadline_per_period_and_time"
            )
        ]

    def __str__(self) -> str:
        return f"{self.period}: {_dates_text(self)}"


def _dates_text(line: Deadline | PassedDeadline) -> str:
    zone = line.period.program.zone
    until, begins = line.deadline_at.astimezone(zone), line.activation_at.astimezone(zone)
    return f"{deadline_text(until, date.min)} → {begin_text(begins)}"


def _program_of(period: DeliveryPeriod) -> Program | None:
    """The program of a period that may be new, in a form that names none or makes both."""
    try:
        return period.program
    except Program.DoesNotExist:
        return None


def _period_of(deadline: Deadline) -> DeliveryPeriod | None:
    try:
        return deadline.period
    except DeliveryPeriod.DoesNotExist:
        return None
