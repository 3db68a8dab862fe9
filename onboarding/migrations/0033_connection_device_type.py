"""The type of device that a customer named, beside what else the funnel counts, and in the index that it counts from."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("onboarding", "0032_customer_emails_by_address"),
    ]

    operations = [
        migrations.AddField(
            model_name="connection",
            name="device_type",
            field=models.CharField(
                blank=True,
                db_default="",
                default="",
                help_text="A code of device.device_type, as the customer chose last; empty where no device is asked.",
                max_length=64,
            ),
        ),
        migrations.AddIndex(
            model_name="connection",
            index=models.Index(
                fields=[
                    "partner",
                    "started_at",
                    "reached",
                    "passed",
                    "stopped_by",
                    "link",
                    "utility",
                    "device_type",
                    "minutes_to_authorize",
                    "minutes_to_data",
                ],
                name="connection_progress",
            ),
        ),
        migrations.RemoveIndex(
            model_name="connection",
            name="connection_funnel",
        ),
    ]
