"""An email to somebody, and the kinds of email that somebody does not want."""

from django.conf import settings
from django.db import models
from django.db.models.functions import Now

from portal.storage.ids import uuid7


class EmailMessage(models.Model):
    """One email to one person about one partner's work. Counts and links, never a customer's data."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    partner = models.ForeignKey("portal.Partner", on_delete=models.CASCADE, related_name="+")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="email_messages")
    kind = models.CharField(max_length=32)
    subject = models.CharField(max_length=200)
    body = models.TextField()
    created_at = models.DateTimeField(db_default=Now())
    sent_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"{self.kind} to {self.user_id}"


class EmailOptOut(models.Model):
    """A kind of email that one person does not want."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+", db_index=False)
    kind = models.CharField(max_length=32)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "kind"], name="one_switch_per_person_and_kind")]

    def __str__(self) -> str:
        return f"{self.user_id} without {self.kind}"
