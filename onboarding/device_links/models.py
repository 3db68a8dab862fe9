"""What belongs to a device besides its customer's answers: the photo of its label, and the partner's draft."""

from django.db import models

from portal.storage.file_names import FileNameField
from portal.storage.ids import uuid7


class DevicePhoto(models.Model):
    """The photo that a customer took of a device's label, as we wrote it anew; it goes with its session."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    session = models.OneToOneField("onboarding.ConnectSession", on_delete=models.CASCADE, related_name="device_photo")
    file = FileNameField(max_length=200, help_text="A stored JPEG; the path below the files' folder.")
    size = models.PositiveIntegerField(help_text="Bytes.")
    sha256 = models.CharField(max_length=64)
    created_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"photo of {self.session_id}"


class DeviceDraft(models.Model):
    """A draft in which the partner goes on with a customer's device: its meter, once written, is the customer's."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    session = models.ForeignKey("onboarding.ConnectSession", on_delete=models.CASCADE, related_name="device_drafts")
    draft = models.OneToOneField("onboarding.MeterDraft", on_delete=models.CASCADE, related_name="+")

    def __str__(self) -> str:
        return f"draft {self.draft_id} of {self.session_id}"
