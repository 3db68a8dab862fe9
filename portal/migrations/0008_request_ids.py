from django.db import migrations, models

from portal.storage import expanding


class Migration(expanding.Migration):
    """Which request led to an event, or queued a job."""

    dependencies = [
        ("portal", "0007_stream_of_events"),
    ]

    operations = [
        migrations.AddField(
            model_name="event",
            name="request_id",
            field=models.CharField(
                blank=True, db_default="", help_text="Of the request that led to it.", max_length=64
            ),
        ),
        migrations.AddField(
            model_name="job",
            name="request_id",
            field=models.CharField(
                blank=True, db_default="", help_text="Of the request that queued it.", max_length=64
            ),
        ),
    ]
