"""Named reads of the event log."""

from django.db import models
from django.db.models import QuerySet

from portal.events.models import Event


def timeline(subject: models.Model) -> QuerySet[Event]:
    """What happened to one thing, newest first."""
    return Event.objects.filter(subject_type=subject._meta.model_name, subject_id=str(subject.pk)).order_by("-id")
