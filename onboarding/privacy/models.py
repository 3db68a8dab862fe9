"""The erasure: one customer's data that is being removed, or was."""

from django.conf import settings
from django.db import models
from django.db.models.functions import Now

from portal.events.subjects import Subject, register
from portal.storage.ids import uuid7

register(Subject("customererasure", "Erasure", page="erasure"))


class ErasureState(models.TextChoices):
    """How far an erasure is."""

    ASKED = "asked", "Waiting to begin"
    RUNNING = "running", "Erasing"
    DONE = "done", "Erased"
    FAILED = "failed", "Stopped partway"

    @property
    def tone(self) -> str:
        return {"done": "success", "failed": "danger"}.get(self.value, "info")

    @property
    def moving(self) -> bool:
        """Whether a job is working on it, so that a page should look again."""
        return self in {ErasureState.ASKED, ErasureState.RUNNING}


class CustomerErasure(models.Model):
    """The removal of what is held about one customer: who asked, of which meters and connections, what was found.

    It outlives the data, so it names meters and connections by their IDs alone. `marks` holds what the customer is
    recognized by while the work goes on, and is empty afterwards.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    partner = models.ForeignKey("portal.Partner", on_delete=models.PROTECT, related_name="+", db_index=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    actor = models.JSONField(help_text="Who asked: kind, id, label.")
    meters = models.JSONField(default=list, help_text="Leap meter IDs.")
    connections = models.JSONField(default=list, help_text="IDs of connections.")
    with_intervals = models.BooleanField(default=False, help_text="Whether the meters’ interval data goes too.")
    marks = models.JSONField(default=dict, help_text="What tells the customer from others (customer.Marks).")
    state = models.CharField(max_length=8, choices=ErasureState.choices, default=ErasureState.ASKED)
    counts = models.JSONField(default=dict, help_text="Rows when it was asked for, by the words for what they are.")
    created_at = models.DateTimeField(db_default=Now())
    finished_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["partner", "id"], name="erasure_newest")]

    def __str__(self) -> str:
        return f"erasure {self.pk} ({self.state})"

    @property
    def status(self) -> ErasureState:
        return ErasureState(self.state)
