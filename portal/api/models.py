"""The KeptAnswer: a write that carried an Idempotency-Key, and what it was answered."""

from django.db import models

from portal.security.keyring import SecretField


class KeptAnswer(models.Model):
    """A write of one partner under one Idempotency-Key: claimed, then answered.

    Who holds the token until the lease ends may carry it out; only its holder can store the answer, and does so in the
    transaction of the effect. So a process that dies before leaves neither, and one that dies after leaves both.
    """

    partner = models.ForeignKey("portal.Partner", on_delete=models.CASCADE, related_name="+")
    key = models.CharField(max_length=255)
    fingerprint = models.CharField(max_length=64, help_text="SHA-256 of method, path, query, content type and body.")
    token = models.UUIDField(help_text="Of whoever claimed it last.")
    lease_until = models.DateTimeField()
    expires_at = models.DateTimeField(db_index=True)
    status = models.PositiveSmallIntegerField(null=True, help_text="Of the answer; empty until there is one.")
    headers = models.JSONField(default=dict)
    body = SecretField(help_text="An answer can hold a new secret, and personal data.")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["partner", "key"], name="one_answer_per_idempotency_key")]

    def __str__(self) -> str:
        return f"{self.key} ({self.status or 'not answered'})"
