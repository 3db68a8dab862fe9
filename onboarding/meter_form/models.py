"""The draft: what somebody typed about one meter, until it is written."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from portal.storage.ids import uuid7


class MeterDraft(models.Model):
    """One meter on its way in, or one change of a meter. `cells` holds what was typed, right or wrong.

    For a change, `base` is what the meter held when it began, and `version` the meter's version then. One that nobody
    chose to save is what a check left behind: no list shows it, its address finds it for some days.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    partner = models.ForeignKey("portal.Partner", on_delete=models.CASCADE, related_name="+", db_index=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    changed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        on_delete=models.SET_NULL,
        related_name="+",
        db_index=False,
        help_text="Who typed last.",
    )
    is_saved = models.BooleanField(default=False, help_text="Somebody chose to go on later.")
    programs = models.JSONField(default=list, help_text="The programs whose fields the form has.")
    meter = models.ForeignKey("onboarding.Meter", null=True, on_delete=models.CASCADE, related_name="drafts")
    version = models.PositiveIntegerField(null=True)
    base = models.JSONField(default=dict, help_text="Field key to text, of the fields in the form.")
    cells = models.JSONField(default=dict, help_text="Field key to the text that was typed; empty ones are left out.")
    upload = models.ForeignKey(
        "onboarding.Upload",
        null=True,
        on_delete=models.SET_NULL,
        related_name="+",
        db_index=False,
        help_text="What wrote it; the draft is over then, and what was typed is gone from it.",
    )
    written_meter = models.UUIDField(null=True, help_text="The meter that it became, or that it changed.")
    created_at = models.DateTimeField(db_default=Now())
    updated_at = models.DateTimeField(db_default=Now())

    class Meta:
        indexes = [
            models.Index(fields=["partner", "id"], name="draft_open", condition=Q(written_meter=None)),
            models.Index(fields=["updated_at"], name="draft_unsaved", condition=Q(written_meter=None, is_saved=False)),
        ]

    def __str__(self) -> str:
        return f"draft {self.pk} of {', '.join(self.programs)}"
