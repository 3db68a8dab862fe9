"""What no catalogue row may say, whether it is typed or imported."""

from datetime import datetime

from django.core.exceptions import ValidationError
from django.db import models
from django.urls import resolve, reverse

from portal.admin.days import FIRST_YEAR, LAST_YEAR
from programs.models import Deadline, DeliveryPeriod, Program

_TIMES = {DeliveryPeriod: ("starts_at", "ends_at"), Deadline: ("deadline_at", "activation_at")}


def faults_of(row: models.Model) -> dict[str, str]:
    """The faults of a row: a program named like one of our pages, which would hide it, or a year far off."""
    if isinstance(row, Program) and _is_taken(row.identifier):
        return {"identifier": f"{row.identifier} is the name of a page in this portal. Choose another identifier."}
    times = next((names for model, names in _TIMES.items() if isinstance(row, model)), ())
    return {
        name: f"The year must be between {FIRST_YEAR} and {LAST_YEAR}."
        for name in times
        if isinstance(time := getattr(row, name), datetime) and not FIRST_YEAR <= time.year <= LAST_YEAR
    }


def fault_of_dates(period: DeliveryPeriod) -> str:
    """What is wrong with a period's dates for its deadlines, where those cannot be changed along with it."""
    outside = [str(line) for line in period.activations_outside()]
    if not outside:
        return ""
    return f"An activation would be outside it: {'; '.join(outside)}. Change both on the period’s own page."


def _is_taken(identifier: str) -> bool:
    return (
        bool(identifier)
        and "/" not in identifier
        and resolve(reverse("program", args=[identifier])).url_name != "program"
    )


def refuse_faults(row: models.Model) -> None:
    """Raises ValidationError with every fault."""
    if faults := faults_of(row):
        raise ValidationError(faults)
