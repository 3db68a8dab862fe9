import django.db.models.deletion
import django.db.models.functions.datetime
from django.db import migrations, models

import portal.storage.ids


class Migration(migrations.Migration):
    dependencies = [
        ("onboarding", "0015_no_eligible_since"),
        ("portal", "0006_limit_counts"),
    ]

    operations = [
        migrations.CreateModel(
            name="OnboardingToken",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=portal.storage.ids.uuid7, editable=False, primary_key=True, serialize=False
                    ),
                ),
                (
                    "default_values",
                    models.JSONField(default=dict, help_text="A part of a CreateMeter: what the asset may leave out."),
                ),
                ("created_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ("expires_at", models.DateTimeField(db_index=True)),
                ("used_at", models.DateTimeField(null=True)),
                (
                    "sha256",
                    models.CharField(blank=True, help_text="Of the submission that was written.", max_length=64),
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
                    "upload",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="onboarding.upload",
                    ),
                ),
            ],
        ),
    ]
