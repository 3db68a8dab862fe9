import django.db.models.deletion
from django.db import migrations, models

import portal.storage.ids


class Migration(migrations.Migration):
    """Photos of the labels of devices."""

    dependencies = [
        ("onboarding", "0029_pairing_codes"),
    ]

    operations = [
        migrations.CreateModel(
            name="DevicePhoto",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=portal.storage.ids.uuid7, editable=False, primary_key=True, serialize=False
                    ),
                ),
                (
                    "file",
                    models.CharField(help_text="A stored JPEG; the path below the files' folder.", max_length=200),
                ),
                ("size", models.PositiveIntegerField(help_text="Bytes.")),
                ("sha256", models.CharField(max_length=64)),
                ("created_at", models.DateTimeField()),
                (
                    "session",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="device_photo",
                        to="onboarding.connectsession",
                    ),
                ),
            ],
        ),
    ]
