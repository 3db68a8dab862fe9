import django.db.models.deletion
from django.db import migrations, models

import portal.storage.ids


class Migration(migrations.Migration):
    """Codes with which somebody without a link begins its journey."""

    dependencies = [
        ("onboarding", "0028_device_links"),
        ("portal", "0015_sandboxes"),
    ]

    operations = [
        migrations.CreateModel(
            name="PairingCode",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=portal.storage.ids.uuid7, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("code_hash", models.CharField(max_length=64, unique=True)),
                ("reference", models.CharField(max_length=256, verbose_name="reference ID")),
                ("reference_key", models.CharField(max_length=768)),
                ("created_by", models.CharField(max_length=200)),
                ("created_at", models.DateTimeField()),
                ("expires_at", models.DateTimeField()),
                ("revoked_at", models.DateTimeField(null=True)),
                ("used_at", models.DateTimeField(help_text="When it was first typed.", null=True)),
                (
                    "link",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="pairing_codes",
                        to="onboarding.connectlink",
                    ),
                ),
                (
                    "partner",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="portal.partner",
                    ),
                ),
                (
                    "session",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="onboarding.connectsession",
                    ),
                ),
            ],
        ),
    ]
