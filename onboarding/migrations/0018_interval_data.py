from importlib import import_module

import django.db.models.deletion
import django.db.models.functions.datetime
from django.conf import settings
from django.db import migrations, models

import portal.storage.ids

first = import_module("onboarding.migrations.0001_tables_squashed_0040_completed_by_workers")


class Migration(migrations.Migration):
    dependencies = [
        ("onboarding", "0017_registration_refreshes"),
        ("portal", "0014_webhooks"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.SeparateDatabaseAndState(
            database_operations=[migrations.RunPython(first.make_tables, first.drop_tables)],
            state_operations=[
                migrations.CreateModel(
                    name="Interval",
                    fields=[
                        (
                            "pk",
                            models.CompositePrimaryKey(
                                "series", "start", blank=True, editable=False, primary_key=True, serialize=False
                            ),
                        ),
                        ("series", models.IntegerField()),
                        ("start", models.IntegerField(help_text="Minutes since 1970-01-01 UTC.")),
                        ("net", models.FloatField(help_text="kWh", null=True)),
                        ("generated", models.FloatField(help_text="kWh", null=True)),
                        ("consumed", models.FloatField(help_text="kWh", null=True)),
                        ("final", models.BooleanField(null=True)),
                        ("source", models.IntegerField()),
                    ],
                ),
                migrations.CreateModel(
                    name="IntervalDay",
                    fields=[
                        (
                            "pk",
                            models.CompositePrimaryKey(
                                "series", "day", blank=True, editable=False, primary_key=True, serialize=False
                            ),
                        ),
                        ("series", models.IntegerField()),
                        ("day", models.IntegerField(help_text="Days since 1970-01-01 UTC.")),
                        ("present", models.BinaryField()),
                    ],
                ),
            ],
        ),
        migrations.CreateModel(
            name="IntervalSettings",
            fields=[
                (
                    "partner",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="+",
                        serialize=False,
                        to="portal.partner",
                    ),
                ),
                (
                    "keeps_good_rows",
                    models.BooleanField(
                        default=False,
                        help_text="Off, as published: one error fails the whole file.",
                        verbose_name="keep the good rows of a file with errors",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="IntervalCorrection",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("series", models.IntegerField()),
                ("start", models.IntegerField()),
                ("net", models.FloatField(null=True)),
                ("generated", models.FloatField(null=True)),
                ("consumed", models.FloatField(null=True)),
                ("final", models.BooleanField(null=True)),
                ("source", models.IntegerField()),
                ("replaced_by", models.IntegerField()),
                ("replaced_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
            ],
            options={
                "indexes": [models.Index(fields=["series", "-id"], name="interval_correction_latest")],
            },
        ),
        migrations.CreateModel(
            name="IntervalUpload",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=portal.storage.ids.uuid7, editable=False, primary_key=True, serialize=False
                    ),
                ),
                (
                    "way",
                    models.CharField(
                        choices=[("page", "Portal"), ("api", "API"), ("folder", "Drop folder")], max_length=8
                    ),
                ),
                ("actor", models.JSONField()),
                ("file_name", models.CharField(help_text="As the partner called it; only ever shown.", max_length=255)),
                (
                    "published_name",
                    models.CharField(
                        help_text="Last part of the published path: letters, digits, . _ -", max_length=255
                    ),
                ),
                ("stored_name", models.CharField(max_length=255)),
                ("size", models.BigIntegerField()),
                ("sha256", models.CharField(max_length=64)),
                (
                    "data_type",
                    models.CharField(
                        choices=[
                            ("LOAD_DATA", "Load"),
                            ("RUNTIME_DATA", "Runtime"),
                            ("PERFORMANCE_DATA", "Performance"),
                        ],
                        default="LOAD_DATA",
                        max_length=16,
                    ),
                ),
                (
                    "keeps_good_rows",
                    models.BooleanField(default=False, help_text="As the partner's setting was when it came."),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("QUEUED", "Queued"),
                            ("PROCESSING", "Processing"),
                            ("COMPLETED", "Completed"),
                            ("FAILED", "Failed"),
                        ],
                        default="QUEUED",
                        max_length=10,
                    ),
                ),
                ("problem", models.JSONField(default=dict, help_text="Why the file as a whole cannot be taken.")),
                ("counts", models.JSONField(default=dict)),
                ("error_summary", models.JSONField(default=list)),
                ("warnings", models.JSONField(default=list)),
                (
                    "pending_series",
                    models.JSONField(default=list, help_text="Numbers of the series that are being stored now."),
                ),
                ("errors_name", models.CharField(blank=True, max_length=255)),
                ("feedback_name", models.CharField(blank=True, max_length=255)),
                (
                    "bad_lines_name",
                    models.CharField(blank=True, help_text="The bad lines as a CSV to mend.", max_length=255),
                ),
                ("first_start", models.DateTimeField(null=True)),
                ("last_start", models.DateTimeField(null=True)),
                ("created_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ("updated_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ("finished_at", models.DateTimeField(null=True)),
                (
                    "corrects",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="corrected_by",
                        to="onboarding.intervalupload",
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
                (
                    "user",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="IntervalSource",
            fields=[
                ("id", models.AutoField(primary_key=True, serialize=False)),
                ("kind", models.CharField(choices=[("partner", "Partner"), ("utility", "Utility")], max_length=8)),
                ("created_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                (
                    "authorization",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="onboarding.authorization",
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
                (
                    "upload",
                    models.OneToOneField(
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="source",
                        to="onboarding.intervalupload",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="IntervalSeries",
            fields=[
                ("id", models.AutoField(primary_key=True, serialize=False)),
                (
                    "data_type",
                    models.CharField(
                        choices=[
                            ("LOAD_DATA", "Load"),
                            ("RUNTIME_DATA", "Runtime"),
                            ("PERFORMANCE_DATA", "Performance"),
                        ],
                        max_length=16,
                    ),
                ),
                ("minutes", models.PositiveSmallIntegerField(help_text="How long each interval is.")),
                (
                    "first_start",
                    models.DateTimeField(help_text="Of the earliest interval; none stored yet: empty.", null=True),
                ),
                ("last_start", models.DateTimeField(null=True)),
                (
                    "meter",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
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
                "verbose_name_plural": "interval series",
                "indexes": [models.Index(fields=["partner", "data_type", "meter"], name="series_by_partner")],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("meter", "data_type", "minutes"), name="one_series_per_meter_and_length"
                    )
                ],
            },
        ),
        migrations.AddIndex(
            model_name="intervalupload",
            index=models.Index(fields=["partner", "-created_at"], name="interval_upload_newest"),
        ),
        migrations.AddIndex(
            model_name="intervalupload",
            index=models.Index(fields=["partner", "state", "-created_at"], name="interval_upload_by_state"),
        ),
        migrations.AddIndex(
            model_name="intervalupload",
            index=models.Index(fields=["partner", "sha256"], name="interval_upload_by_content"),
        ),
    ]
