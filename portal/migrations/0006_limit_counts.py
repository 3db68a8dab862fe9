from django.db import migrations, models


class Migration(migrations.Migration):
    """How often something happened in the current window of a limit: one row per limit and key."""

    dependencies = [
        ("portal", "0005_personal_parts_of_events"),
    ]

    operations = [
        migrations.CreateModel(
            name="LimitCount",
            fields=[
                ("digest", models.CharField(max_length=64, primary_key=True, serialize=False)),
                ("count", models.PositiveBigIntegerField()),
                ("ends_at", models.DateTimeField(db_index=True)),
            ],
        ),
    ]
