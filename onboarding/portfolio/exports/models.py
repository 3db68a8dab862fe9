"""An export, and where its file is."""

from django.conf import settings
from django.db import models
from django.db.models.functions import Now

from portal import clock
from portal.events.subjects import Subject, register
from portal.storage.file_names import FileNameField
from portal.storage.ids import uuid7

register(Subject("export", "Export", page="export"))


class ExportState(models.TextChoices):
    """How far an export is."""

    ASKED = "asked", "Waiting to begin"
    RUNNING = "running", "Making the workbook"
    DONE = "done", "Ready"
    FAILED = "failed", "Not made"
    EXPIRED = "expired", "Deleted"

    @property
    def tone(self) -> str:
        return {"asked": "info", "running": "info", "done": "success", "failed": "danger"}.get(self.value, "neutral")

    @property
    def moving(self) -> bool:
        """Whether work is under way, or will be."""
        return self in {ExportState.ASKED, ExportState.RUNNING}


OPEN = (ExportState.ASKED, ExportState.RUNNING)


class Export(models.Model):
    """One workbook of the meters that matched a query string, with the columns that it names.

    meters: how many matched when it was asked for; how many it holds once it is done.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    partner = models.ForeignKey("portal.Partner", on_delete=models.CASCADE, related_name="+", db_index=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    actor = models.JSONField(help_text="Who asked: kind, id, label.")
    query = models.TextField(blank=True, help_text="Filters and columns of the Meters page, as its query string.")
    meters = models.PositiveIntegerField()
    columns = models.PositiveIntegerField()
    state = models.CharField(max_length=8, choices=ExportState.choices, default=ExportState.ASKED)
    file = FileNameField(max_length=100, blank=True, help_text="Its path below MEDIA_ROOT, while it is there.")
    size = models.PositiveBigIntegerField(default=0, help_text="In bytes.")
    created_at = models.DateTimeField(db_default=Now())
    finished_at = models.DateTimeField(null=True)
    expires_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["partner", "id"], name="export_newest"),
            models.Index(fields=["state", "expires_at"], name="export_to_delete"),
        ]

    def __str__(self) -> str:
        return f"{self.meters} meters ({self.state})"

    @property
    def status(self) -> ExportState:
        """The state; a file past its day counts as deleted before it is."""
        is_over = self.state == ExportState.DONE and self.expires_at is not None and self.expires_at <= clock.real_now()
        return ExportState.EXPIRED if is_over else ExportState(self.state)
