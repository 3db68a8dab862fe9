"""The LoggedRequest: what one call of the API asked for and got, without what was sent."""

from django.db import models

from portal.partners.models import ApiKey, Partner


class LoggedRequest(models.Model):
    """One request with a key of a partner, kept for 30 days.

    It holds no body, no query and no ID of an address: `path` is the operation's, with names for what varies. So
    nothing in it is personal but the network address of the partner's own software.
    """

    id = models.BigAutoField(primary_key=True)
    partner = models.ForeignKey(Partner, on_delete=models.CASCADE, related_name="+", db_index=False)
    key = models.ForeignKey(ApiKey, on_delete=models.CASCADE, related_name="+", db_index=False)
    at = models.DateTimeField(db_index=True)
    method = models.CharField(max_length=10)
    path = models.CharField(max_length=200, blank=True, help_text="Empty: no path of the API.")
    operation = models.CharField(max_length=100, blank=True)
    status = models.PositiveSmallIntegerField()
    error_title = models.CharField(max_length=200, blank=True)
    milliseconds = models.PositiveIntegerField()
    request_id = models.CharField(max_length=64)
    address = models.CharField(max_length=64, blank=True)
    request_bytes = models.PositiveBigIntegerField(null=True, help_text="Null: sent without its length.")
    response_bytes = models.PositiveBigIntegerField(null=True, help_text="Null: answered as a stream.")
    is_replay = models.BooleanField(default=False, help_text="Whether an Idempotency-Key had this answered before.")

    class Meta:
        indexes = [
            models.Index(fields=["partner", "id"], name="request_of_partner"),
            models.Index(fields=["key", "id"], name="request_of_key"),
            models.Index(fields=["partner", "request_id"], name="request_by_its_id"),
        ]

    def __str__(self) -> str:
        return f"{self.method} {self.path} {self.status}"

    @property
    def tone(self) -> str:
        return "success" if self.status < 400 else "warning" if self.status < 500 else "danger"
