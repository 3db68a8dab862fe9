import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    """The stream of events that programs read: which events are in it, and how far it is settled."""

    dependencies = [
        ("portal", "0006_limit_counts"),
    ]

    operations = [
        migrations.CreateModel(
            name="Horizon",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.BigIntegerField(default=0)),
                ("until", models.BigIntegerField(default=0)),
                ("waits_for", models.JSONField(default=list)),
                ("moved_at", models.DateTimeField(null=True)),
            ],
        ),
        migrations.CreateModel(
            name="Publication",
            fields=[
                ("number", models.BigIntegerField(primary_key=True, serialize=False, verbose_name="ID of the event")),
                ("type", models.CharField(max_length=64)),
                ("subject", models.CharField(max_length=64)),
                ("sequence", models.PositiveIntegerField(help_text="1, 2, 3… over the publications of one subject.")),
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
                "indexes": [models.Index(fields=["partner", "number"], name="publication_of_partner")],
                "constraints": [
                    models.UniqueConstraint(fields=("partner", "subject", "sequence"), name="publications_of_a_subject")
                ],
            },
        ),
    ]
