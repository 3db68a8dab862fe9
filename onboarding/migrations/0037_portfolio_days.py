import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("onboarding", "0036_device_drafts"),
        ("portal", "0016_plain_words"),
        ("programs", "0013_plain_words"),
    ]

    operations = [
        migrations.CreateModel(
            name="PortfolioDay",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("day", models.DateField()),
                ("created", models.PositiveIntegerField()),
                ("active", models.PositiveIntegerField(null=True)),
                ("eligible", models.PositiveIntegerField(null=True)),
                ("pending", models.PositiveIntegerField(null=True)),
                ("not_participating", models.PositiveIntegerField(null=True)),
                ("ineligible", models.PositiveIntegerField(null=True)),
                ("power_kw", models.FloatField(null=True, verbose_name="power (kW)")),
                ("active_kw", models.FloatField(null=True, verbose_name="power of active meters (kW)")),
                ("energy_kwh", models.FloatField(null=True, verbose_name="energy (kWh)")),
                ("without_power", models.PositiveIntegerField(help_text="Meters whose power is not known.", null=True)),
                (
                    "newest_event",
                    models.BigIntegerField(default=0, help_text="The partner's newest event when it was counted."),
                ),
                ("counted_at", models.DateTimeField()),
                (
                    "partner",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="portal.partner",
                    ),
                ),
                (
                    "program",
                    models.ForeignKey(
                        help_text="Empty: all meters.",
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="programs.program",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("program__isnull", False)),
                        fields=("partner", "day", "program"),
                        name="one_portfolio_day_per_program",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("program", None)),
                        fields=("partner", "day"),
                        name="one_portfolio_day_of_all_meters",
                    ),
                ],
            },
        ),
    ]
