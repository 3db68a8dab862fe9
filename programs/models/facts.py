"""What is known of a program besides its columns: single facts with their sources, and unpublished seasons."""

from typing import Final

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q

from programs.models.base import SourcedRow
from programs.models.conflicts import Classification
from programs.models.programs import DeliveryPeriod, Program


class About(models.TextChoices):
    """What a fact is about, which is its heading on the program's page."""

    OUTLOOK = "outlook", "Outlook"
    PLACES = "places", "States and utilities"
    ELIGIBILITY = "eligibility", "Who can join"
    SIZE = "size", "Size"
    EVENTS = "events", "Events"
    DATES = "dates", "The administrator\u2019s own dates"
    ORDER = "order", "If you don’t choose a program"
    LEAVING = "leaving", "When meters leave"


_OF_COLUMNS: Final = (About.PLACES, About.LEAVING)


class ProgramFact(SourcedRow):
    """One fact about a program, or about one of its delivery periods, with its own source."""

    program = models.ForeignKey(Program, on_delete=models.CASCADE, related_name="facts")
    period = models.ForeignKey(
        DeliveryPeriod,
        null=True,
        blank=True,
        on_delete=models.CASCADE,
        related_name="facts",
        help_text="Leave empty for the whole program.",
    )
    about = models.CharField(max_length=16, choices=About.choices)
    text = models.CharField(
        max_length=500,
        blank=True,
        help_text="One or two sentences. Leave empty if the program’s own fields say it and this is only their source.",
    )

    class Meta(SourcedRow.Meta):
        abstract = False
        ordering = ["program", "pk"]

    def __str__(self) -> str:
        return f"{self.program}: {self.get_about_display()}"

    def clean(self) -> None:
        errors: dict[str, str] = {}
        if not self.text and self.about not in _OF_COLUMNS:
            errors["text"] = "Enter the fact."
        if self.period and self.program_id and self.period.program_id != self.program_id:
            errors["period"] = f"{self.period} belongs to another program."
        if errors:
            raise ValidationError(errors)


class UnknownSeason(SourcedRow):
    """A time in which a program may run, though no delivery period of it is published: nobody can tell when a meter
    that waits for it becomes active. Days are local to the program, the last one included."""

    program = models.ForeignKey(Program, on_delete=models.CASCADE, related_name="unknown_seasons")
    starts_on = models.DateField("first day")
    ends_on = models.DateField("last day")
    classification = models.CharField(
        "customer type",
        max_length=16,
        choices=Classification.choices,
        blank=True,
        help_text="Leave empty for both homes and businesses.",
    )
    note = models.CharField(max_length=300, help_text="In a sentence. Partners see this.")

    class Meta(SourcedRow.Meta):
        abstract = False
        ordering = ["program", "starts_on"]
        constraints = [
            models.CheckConstraint(condition=Q(starts_on__lte=F("ends_on")), name="unknown_season_ends_after_it_begins")
        ]

    def __str__(self) -> str:
        return f"{self.program}: {self.starts_on} to {self.ends_on}"

    def clean(self) -> None:
        if self.starts_on and self.ends_on and self.starts_on > self.ends_on:
            raise ValidationError({"ends_on": "The end is before the start."})
