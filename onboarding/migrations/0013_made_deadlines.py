import django.db.models.deletion
import django.db.models.functions.datetime
from django.db import migrations, models


class Migration(migrations.Migration):
    """Which meters made a deadline is recorded when it passes."""

    dependencies = [
        ("onboarding", "0012_connect"),
        ("portal", "0006_limit_counts"),
        ("programs", "0007_fill_the_history"),
    ]

    operations = [
        migrations.CreateModel(
            name="MadeDeadline",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("recorded_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                (
                    "deadline",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="made_by",
                        to="programs.passeddeadline",
                    ),
                ),
                (
                    "meter",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="made_deadlines",
                        to="onboarding.meter",
                    ),
                ),
                (
                    "partner",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="portal.partner",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("meter", "deadline"), name="a_meter_makes_a_deadline_once")
                ],
            },
        ),
    ]
