"""The photo of a device's label."""

from django.db import models

from portal.storage.ids import uuid7


class DevicePhoto(models.Model):
    """The photo that a customer took of a device's label, as we wrote it anew; it goes with its session."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    session = models.OneToOneField("onboarding.ConnectSession", on_delete=models.CASCADE, related_name="device_photo")
    file = models.CharField(max_length=200, help_text="A stored JPEG; the path below the files' folder.")
    size = models.PositiveIntegerField(help_text="Bytes.")
    sha256 = models.CharField(max_length=64)
    created_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"photo of {self.session_id}"
