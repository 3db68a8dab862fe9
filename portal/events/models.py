"""The Event: something that happened, once and for all."""

from django.db import models
from django.db.models.functions import Now


class Event(models.Model):
    """One thing that one actor did to one subject. Rows are added and read, never changed.

    The subject is named by type and id rather than by a foreign key, so that the record outlives it.
    """

    id = models.BigAutoField(primary_key=True)
    at = models.DateTimeField(db_default=Now())
    partner = models.ForeignKey(
        "portal.Partner", null=True, on_delete=models.PROTECT, related_name="events", db_index=False
    )
    verb = models.CharField(max_length=64, help_text="noun.verb in the past tense, for example meter.created")
    subject_type = models.CharField(max_length=32)
    subject_id = models.CharField(max_length=64)
    actor_kind = models.CharField(max_length=16)
    actor_id = models.CharField(max_length=64, blank=True)
    actor_label = models.CharField(max_length=200)
    data = models.JSONField(default=dict)

    class Meta:
        indexes = [
            models.Index(fields=["subject_type", "subject_id", "id"], name="event_of_subject"),
            models.Index(fields=["partner", "id"], name="event_of_partner"),
        ]

    def __str__(self) -> str:
        return f"{self.verb} {self.subject_type} {self.subject_id}"

    @property
    def words(self) -> str:
        """The verb for people: meter.created is "Meter created"."""
        return self.verb.replace(".", " ").replace("_", " ").capitalize()
