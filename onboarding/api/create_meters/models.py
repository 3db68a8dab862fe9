"""The onboarding token."""

from django.db import models
from django.db.models.functions import Now

from portal.events.subjects import Subject, register
from portal.storage.ids import uuid7

register(Subject("onboardingtoken", "Onboarding token"))


class OnboardingToken(models.Model):
    """Leave to create one meter, once: what a partner's own form holds while a customer fills it in.

    Its text is signed and names the row; nothing secret is kept. upload: what made the meter; a submission that made
    none leaves the token as it was, so that the corrected one can follow.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    partner = models.ForeignKey("portal.Partner", on_delete=models.CASCADE, related_name="+", db_index=False)
    default_values = models.JSONField(default=dict, help_text="A part of a CreateMeter: what the asset may leave out.")
    created_at = models.DateTimeField(db_default=Now())
    expires_at = models.DateTimeField(db_index=True)
    used_at = models.DateTimeField(null=True)
    sha256 = models.CharField(max_length=64, blank=True, help_text="Of the submission that was written.")
    upload = models.ForeignKey("onboarding.Upload", null=True, on_delete=models.SET_NULL, related_name="+")

    def __str__(self) -> str:
        return str(self.pk)
