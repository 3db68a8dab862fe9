import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("onboarding", "0016_onboarding_tokens"),
    ]

    operations = [
        migrations.CreateModel(
            name="RegistrationRefresh",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("requested_at", models.DateTimeField()),
                ("requested_by", models.CharField(max_length=200)),
                ("answered_at", models.DateTimeField(blank=True, null=True)),
                (
                    "meter",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="onboarding.meter"
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
            ],
            options={
                "verbose_name": "registration refresh",
                "verbose_name_plural": "registration refreshes",
                "indexes": [models.Index(fields=["partner", "id"], name="refresh_newest")],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("answered_at", None)), fields=("meter",), name="one_open_refresh_per_meter"
                    )
                ],
            },
        ),
    ]
