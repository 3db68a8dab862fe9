import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    """What each call of the API asked for and got, for 30 days."""

    dependencies = [
        ("portal", "0011_requests_per_minute_of_a_partner"),
    ]

    operations = [
        migrations.CreateModel(
            name="LoggedRequest",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("at", models.DateTimeField(db_index=True)),
                ("method", models.CharField(max_length=10)),
                ("path", models.CharField(blank=True, help_text="Empty: no path of the API.", max_length=200)),
                ("operation", models.CharField(blank=True, max_length=100)),
                ("status", models.PositiveSmallIntegerField()),
                ("error_title", models.CharField(blank=True, max_length=200)),
                ("milliseconds", models.PositiveIntegerField()),
                ("request_id", models.CharField(max_length=64)),
                ("address", models.CharField(blank=True, max_length=64)),
                (
                    "request_bytes",
                    models.PositiveBigIntegerField(help_text="Null: sent without its length.", null=True),
                ),
                (
                    "response_bytes",
                    models.PositiveBigIntegerField(help_text="Null: answered as a stream.", null=True),
                ),
                (
                    "is_replay",
                    models.BooleanField(
                        default=False, help_text="Whether an Idempotency-Key had this answered before."
                    ),
                ),
                (
                    "key",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="portal.apikey",
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
                "indexes": [
                    models.Index(fields=["partner", "id"], name="request_of_partner"),
                    models.Index(fields=["key", "id"], name="request_of_key"),
                    models.Index(fields=["partner", "request_id"], name="request_by_its_id"),
                ],
            },
        ),
    ]
