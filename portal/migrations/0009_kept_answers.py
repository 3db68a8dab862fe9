import django.db.models.deletion
from django.db import migrations, models

import portal.security.keyring


class Migration(migrations.Migration):
    """Writes that carried an Idempotency-Key, and what they were answered."""

    dependencies = [
        ("portal", "0008_request_ids"),
    ]

    operations = [
        migrations.CreateModel(
            name="KeptAnswer",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("key", models.CharField(max_length=255)),
                (
                    "fingerprint",
                    models.CharField(help_text="SHA-256 of method, path, query, content type and body.", max_length=64),
                ),
                ("token", models.UUIDField(help_text="Of whoever claimed it last.")),
                ("lease_until", models.DateTimeField()),
                ("expires_at", models.DateTimeField(db_index=True)),
                (
                    "status",
                    models.PositiveSmallIntegerField(help_text="Of the answer; empty until there is one.", null=True),
                ),
                ("headers", models.JSONField(default=dict)),
                (
                    "body",
                    portal.security.keyring.SecretField(
                        blank=True, default="", help_text="An answer can hold a new secret, and personal data."
                    ),
                ),
                (
                    "partner",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="portal.partner"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("partner", "key"), name="one_answer_per_idempotency_key")
                ],
            },
        ),
    ]
