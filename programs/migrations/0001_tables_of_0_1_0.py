"""The tables of version 0.1.0: one migration in the place of the 6 that made them one after another."""

import django.core.validators
import django.db.models.deletion
import simple_history.models
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="CheckKind",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("updated_at", models.DateTimeField(auto_now=True)),
                ("source", models.CharField(blank=True, help_text="Where this fact comes from.", max_length=300)),
                (
                    "verified",
                    models.BooleanField(
                        default=False,
                        help_text="Switch on once the program's own documents or its administrator confirm it.",
                    ),
                ),
                (
                    "action_type",
                    models.CharField(
                        choices=[
                            ("NO_MISSING_FIELDS", "Required fields are filled"),
                            ("IS_AUTHORIZED", "The customer authorized utility data"),
                            ("IS_ELIGIBLE", "The meter fits the program"),
                            ("ADDRESS", "The address is in the program's area"),
                            ("NOT_ENROLLED_IN_CONFLICTING_PROGRAM", "In no program that excludes this one"),
                            ("MEETS_EXTRA_PROGRAM_REQUIREMENTS", "The program's own limits are met"),
                            ("GENERATOR", "Generator facts are complete"),
                            ("PARTICIPATING", "The meter takes part"),
                            ("DOCUMENTS_SIGNED", "Documents are signed"),
                            ("HAS_AMI", "The site has an interval meter"),
                            ("HAS_MARKET_REGISTRATION", "Registered in the market"),
                            ("HAS_NOMINATIONS", "Nominations are set"),
                            ("HAS_BIDDING_STRATEGY", "A bidding strategy is set"),
                            ("IS_ASSIGNED_TO_A_RESOURCE", "Assigned to a resource"),
                        ],
                        max_length=40,
                        unique=True,
                    ),
                ),
                (
                    "acts",
                    models.CharField(
                        choices=[("partner", "The partner"), ("leap", "Leap")], max_length=8, verbose_name="who acts"
                    ),
                ),
                (
                    "code",
                    models.CharField(help_text="Published as action_code.", max_length=16, verbose_name="action code"),
                ),
                (
                    "description",
                    models.CharField(
                        help_text="Published as action_description. {fields} stands for the fields that are missing.",
                        max_length=300,
                    ),
                ),
                (
                    "while_open",
                    models.CharField(
                        choices=[("PENDING", "Pending"), ("INELIGIBLE", "Not eligible yet")],
                        default="PENDING",
                        help_text="Until Leap has recorded it.",
                        max_length=12,
                    ),
                ),
            ],
            options={
                "ordering": ["action_type"],
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="ChoiceList",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("updated_at", models.DateTimeField(auto_now=True)),
                ("name", models.SlugField(max_length=64, unique=True)),
            ],
            options={
                "ordering": ["name"],
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="DeliveryPeriod",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("updated_at", models.DateTimeField(auto_now=True)),
                ("source", models.CharField(blank=True, help_text="Where this fact comes from.", max_length=300)),
                (
                    "verified",
                    models.BooleanField(
                        default=False,
                        help_text="Switch on once the program's own documents or its administrator confirm it.",
                    ),
                ),
                ("name", models.CharField(help_text="For example CEC-DSGS_2027_MAY_OCT.", max_length=64)),
                ("starts_at", models.DateTimeField()),
                ("ends_at", models.DateTimeField()),
            ],
            options={
                "ordering": ["starts_at", "name"],
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="Footnote",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("updated_at", models.DateTimeField(auto_now=True)),
                ("key", models.SlugField(max_length=64, unique=True)),
                ("text", models.TextField()),
                ("position", models.PositiveSmallIntegerField(default=0)),
            ],
            options={
                "ordering": ["position", "key"],
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="Region",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("updated_at", models.DateTimeField(auto_now=True)),
                ("code", models.CharField(max_length=16, unique=True)),
                ("name", models.CharField(max_length=64)),
                (
                    "transmission_region",
                    models.CharField(
                        choices=[
                            ("CAISO", "CAISO (California)"),
                            ("ERCOT", "ERCOT (Texas)"),
                            ("NYISO", "NYISO (New York)"),
                            ("ISONE", "ISO-NE (New England)"),
                            ("PJM", "PJM (Mid-Atlantic)"),
                            ("SERC", "SERC (Southeast)"),
                            ("WECC_SW", "WECC Southwest"),
                            ("WECC_PC", "WECC Pacific"),
                        ],
                        max_length=16,
                    ),
                ),
                ("position", models.PositiveSmallIntegerField(default=0, help_text="Order in the program tables.")),
            ],
            options={
                "ordering": ["position", "code"],
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="State",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("updated_at", models.DateTimeField(auto_now=True)),
                ("source", models.CharField(blank=True, help_text="Where this fact comes from.", max_length=300)),
                (
                    "verified",
                    models.BooleanField(
                        default=False,
                        help_text="Switch on once the program's own documents or its administrator confirm it.",
                    ),
                ),
                (
                    "code",
                    models.CharField(
                        max_length=2,
                        unique=True,
                        validators=[django.core.validators.RegexValidator("^[A-Z]{2}$", "Two capital letters.")],
                    ),
                ),
                ("name", models.CharField(max_length=64)),
                (
                    "transmission_regions",
                    models.JSONField(
                        blank=True,
                        default=list,
                        help_text="Every region with a part of the state. Another one stops the row.",
                    ),
                ),
                (
                    "border_zips",
                    models.JSONField(
                        blank=True,
                        default=list,
                        help_text="Zip codes of a neighbouring state that are delivered here too.",
                    ),
                ),
            ],
            options={
                "ordering": ["code"],
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="Field",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("updated_at", models.DateTimeField(auto_now=True)),
                ("source", models.CharField(blank=True, help_text="Where this fact comes from.", max_length=300)),
                (
                    "verified",
                    models.BooleanField(
                        default=False,
                        help_text="Switch on once the program's own documents or its administrator confirm it.",
                    ),
                ),
                (
                    "path",
                    models.CharField(
                        help_text="Dot path in the asset, for example customer.street_1. A list is marked with [].",
                        max_length=128,
                        unique=True,
                        validators=[
                            django.core.validators.RegexValidator(
                                "^[a-z][a-z0-9_]*(\\[\\])?(\\.[a-z][a-z0-9_]*(\\[\\])?)*$",
                                "Use lower-case names joined by dots.",
                            )
                        ],
                    ),
                ),
                ("label", models.CharField(help_text="The column's name in templates and forms.", max_length=128)),
                (
                    "published_name",
                    models.CharField(
                        blank=True,
                        help_text="The name in published action descriptions. Empty: the label.",
                        max_length=128,
                    ),
                ),
                ("section", models.CharField(help_text="The heading that the field stands under.", max_length=64)),
                (
                    "type",
                    models.CharField(
                        choices=[
                            ("text", "Text"),
                            ("code", "Code in capital letters"),
                            ("identifier", "Identifier (account, serial number)"),
                            ("zip", "Zip code"),
                            ("email", "E-mail address"),
                            ("phone", "Telephone number"),
                            ("number", "Number"),
                            ("integer", "Whole number"),
                            ("date", "Date"),
                            ("boolean", "Yes or no"),
                            ("choice", "One of a list"),
                            ("choices", "Several of a list"),
                        ],
                        default="text",
                        max_length=16,
                    ),
                ),
                ("unit", models.CharField(blank=True, max_length=16)),
                ("minimum", models.FloatField(blank=True, null=True)),
                ("maximum", models.FloatField(blank=True, null=True)),
                ("min_length", models.PositiveIntegerField(blank=True, null=True)),
                ("max_length", models.PositiveIntegerField(blank=True, null=True)),
                (
                    "pattern",
                    models.CharField(
                        blank=True, help_text="A regular expression that the whole value must match.", max_length=300
                    ),
                ),
                (
                    "needed",
                    models.CharField(
                        choices=[
                            ("always", "Every meter needs it"),
                            ("with_object", "Needed when another field of its group is given"),
                            ("no", "Not needed by itself"),
                        ],
                        default="no",
                        max_length=16,
                    ),
                ),
                ("default", models.CharField(blank=True, help_text="The value when the cell is empty.", max_length=64)),
                ("help", models.TextField(blank=True)),
                ("example", models.CharField(blank=True, max_length=200)),
                (
                    "aliases",
                    models.JSONField(blank=True, default=list, help_text="Other column names that mean this field."),
                ),
                ("personal", models.BooleanField(default=False, verbose_name="personal data")),
                (
                    "deprecated",
                    models.BooleanField(default=False, help_text="Still accepted, but not offered any more."),
                ),
                ("position", models.PositiveSmallIntegerField(default=0, help_text="Order of the columns.")),
                (
                    "choice_list",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="fields",
                        to="programs.choicelist",
                    ),
                ),
            ],
            options={
                "ordering": ["position", "path"],
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="HistoricalCheckKind",
            fields=[
                ("id", models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name="ID")),
                ("updated_at", models.DateTimeField(blank=True, editable=False)),
                ("source", models.CharField(blank=True, help_text="Where this fact comes from.", max_length=300)),
                (
                    "verified",
                    models.BooleanField(
                        default=False,
                        help_text="Switch on once the program's own documents or its administrator confirm it.",
                    ),
                ),
                (
                    "action_type",
                    models.CharField(
                        choices=[
                            ("NO_MISSING_FIELDS", "Required fields are filled"),
                            ("IS_AUTHORIZED", "The customer authorized utility data"),
                            ("IS_ELIGIBLE", "The meter fits the program"),
                            ("ADDRESS", "The address is in the program's area"),
                            ("NOT_ENROLLED_IN_CONFLICTING_PROGRAM", "In no program that excludes this one"),
                            ("MEETS_EXTRA_PROGRAM_REQUIREMENTS", "The program's own limits are met"),
                            ("GENERATOR", "Generator facts are complete"),
                            ("PARTICIPATING", "The meter takes part"),
                            ("DOCUMENTS_SIGNED", "Documents are signed"),
                            ("HAS_AMI", "The site has an interval meter"),
                            ("HAS_MARKET_REGISTRATION", "Registered in the market"),
                            ("HAS_NOMINATIONS", "Nominations are set"),
                            ("HAS_BIDDING_STRATEGY", "A bidding strategy is set"),
                            ("IS_ASSIGNED_TO_A_RESOURCE", "Assigned to a resource"),
                        ],
                        db_index=True,
                        max_length=40,
                    ),
                ),
                (
                    "acts",
                    models.CharField(
                        choices=[("partner", "The partner"), ("leap", "Leap")], max_length=8, verbose_name="who acts"
                    ),
                ),
                (
                    "code",
                    models.CharField(help_text="Published as action_code.", max_length=16, verbose_name="action code"),
                ),
                (
                    "description",
                    models.CharField(
                        help_text="Published as action_description. {fields} stands for the fields that are missing.",
                        max_length=300,
                    ),
                ),
                (
                    "while_open",
                    models.CharField(
                        choices=[("PENDING", "Pending"), ("INELIGIBLE", "Not eligible yet")],
                        default="PENDING",
                        help_text="Until Leap has recorded it.",
                        max_length=12,
                    ),
                ),
                ("history_id", models.AutoField(primary_key=True, serialize=False)),
                ("history_date", models.DateTimeField(db_index=True)),
                ("history_change_reason", models.CharField(max_length=100, null=True)),
                (
                    "history_type",
                    models.CharField(choices=[("+", "Created"), ("~", "Changed"), ("-", "Deleted")], max_length=1),
                ),
                (
                    "history_user",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "historical check kind",
                "verbose_name_plural": "historical check kinds",
                "ordering": ("-history_date", "-history_id"),
                "get_latest_by": ("history_date", "history_id"),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name="HistoricalChoice",
            fields=[
                ("id", models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name="ID")),
                ("updated_at", models.DateTimeField(blank=True, editable=False)),
                ("value", models.CharField(max_length=64)),
                ("label", models.CharField(max_length=128)),
                (
                    "synonyms",
                    models.JSONField(blank=True, default=list, help_text="Other spellings that mean the same."),
                ),
                (
                    "is_offered",
                    models.BooleanField(
                        default=True, help_text="Listed in templates; a value that is not listed is still accepted."
                    ),
                ),
                ("position", models.PositiveSmallIntegerField(default=0)),
                ("history_id", models.AutoField(primary_key=True, serialize=False)),
                ("history_date", models.DateTimeField(db_index=True)),
                ("history_change_reason", models.CharField(max_length=100, null=True)),
                (
                    "history_type",
                    models.CharField(choices=[("+", "Created"), ("~", "Changed"), ("-", "Deleted")], max_length=1),
                ),
                (
                    "choice_list",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="programs.choicelist",
                    ),
                ),
                (
                    "history_user",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "historical choice",
                "verbose_name_plural": "historical choices",
                "ordering": ("-history_date", "-history_id"),
                "get_latest_by": ("history_date", "history_id"),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name="HistoricalChoiceList",
            fields=[
                ("id", models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name="ID")),
                ("updated_at", models.DateTimeField(blank=True, editable=False)),
                ("name", models.SlugField(max_length=64)),
                ("history_id", models.AutoField(primary_key=True, serialize=False)),
                ("history_date", models.DateTimeField(db_index=True)),
                ("history_change_reason", models.CharField(max_length=100, null=True)),
                (
                    "history_type",
                    models.CharField(choices=[("+", "Created"), ("~", "Changed"), ("-", "Deleted")], max_length=1),
                ),
                (
                    "history_user",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "historical choice list",
                "verbose_name_plural": "historical choice lists",
                "ordering": ("-history_date", "-history_id"),
                "get_latest_by": ("history_date", "history_id"),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name="HistoricalDeadline",
            fields=[
                ("id", models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name="ID")),
                ("updated_at", models.DateTimeField(blank=True, editable=False)),
                ("deadline_at", models.DateTimeField(verbose_name="enrollment deadline")),
                ("activation_at", models.DateTimeField(verbose_name="activation date")),
                ("history_id", models.AutoField(primary_key=True, serialize=False)),
                ("history_date", models.DateTimeField(db_index=True)),
                ("history_change_reason", models.CharField(max_length=100, null=True)),
                (
                    "history_type",
                    models.CharField(choices=[("+", "Created"), ("~", "Changed"), ("-", "Deleted")], max_length=1),
                ),
                (
                    "history_user",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "period",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="programs.deliveryperiod",
                    ),
                ),
            ],
            options={
                "verbose_name": "historical deadline",
                "verbose_name_plural": "historical deadlines",
                "ordering": ("-history_date", "-history_id"),
                "get_latest_by": ("history_date", "history_id"),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name="HistoricalField",
            fields=[
                ("id", models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name="ID")),
                ("updated_at", models.DateTimeField(blank=True, editable=False)),
                ("source", models.CharField(blank=True, help_text="Where this fact comes from.", max_length=300)),
                (
                    "verified",
                    models.BooleanField(
                        default=False,
                        help_text="Switch on once the program's own documents or its administrator confirm it.",
                    ),
                ),
                (
                    "path",
                    models.CharField(
                        db_index=True,
                        help_text="Dot path in the asset, for example customer.street_1. A list is marked with [].",
                        max_length=128,
                        validators=[
                            django.core.validators.RegexValidator(
                                "^[a-z][a-z0-9_]*(\\[\\])?(\\.[a-z][a-z0-9_]*(\\[\\])?)*$",
                                "Use lower-case names joined by dots.",
                            )
                        ],
                    ),
                ),
                ("label", models.CharField(help_text="The column's name in templates and forms.", max_length=128)),
                (
                    "published_name",
                    models.CharField(
                        blank=True,
                        help_text="The name in published action descriptions. Empty: the label.",
                        max_length=128,
                    ),
                ),
                ("section", models.CharField(help_text="The heading that the field stands under.", max_length=64)),
                (
                    "type",
                    models.CharField(
                        choices=[
                            ("text", "Text"),
                            ("code", "Code in capital letters"),
                            ("identifier", "Identifier (account, serial number)"),
                            ("zip", "Zip code"),
                            ("email", "E-mail address"),
                            ("phone", "Telephone number"),
                            ("number", "Number"),
                            ("integer", "Whole number"),
                            ("date", "Date"),
                            ("boolean", "Yes or no"),
                            ("choice", "One of a list"),
                            ("choices", "Several of a list"),
                        ],
                        default="text",
                        max_length=16,
                    ),
                ),
                ("unit", models.CharField(blank=True, max_length=16)),
                ("minimum", models.FloatField(blank=True, null=True)),
                ("maximum", models.FloatField(blank=True, null=True)),
                ("min_length", models.PositiveIntegerField(blank=True, null=True)),
                ("max_length", models.PositiveIntegerField(blank=True, null=True)),
                (
                    "pattern",
                    models.CharField(
                        blank=True, help_text="A regular expression that the whole value must match.", max_length=300
                    ),
                ),
                (
                    "needed",
                    models.CharField(
                        choices=[
                            ("always", "Every meter needs it"),
                            ("with_object", "Needed when another field of its group is given"),
                            ("no", "Not needed by itself"),
                        ],
                        default="no",
                        max_length=16,
                    ),
                ),
                ("default", models.CharField(blank=True, help_text="The value when the cell is empty.", max_length=64)),
                ("help", models.TextField(blank=True)),
                ("example", models.CharField(blank=True, max_length=200)),
                (
                    "aliases",
                    models.JSONField(blank=True, default=list, help_text="Other column names that mean this field."),
                ),
                ("personal", models.BooleanField(default=False, verbose_name="personal data")),
                (
                    "deprecated",
                    models.BooleanField(default=False, help_text="Still accepted, but not offered any more."),
                ),
                ("position", models.PositiveSmallIntegerField(default=0, help_text="Order of the columns.")),
                ("history_id", models.AutoField(primary_key=True, serialize=False)),
                ("history_date", models.DateTimeField(db_index=True)),
                ("history_change_reason", models.CharField(max_length=100, null=True)),
                (
                    "history_type",
                    models.CharField(choices=[("+", "Created"), ("~", "Changed"), ("-", "Deleted")], max_length=1),
                ),
                (
                    "choice_list",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="programs.choicelist",
                    ),
                ),
                (
                    "history_user",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "historical field",
                "verbose_name_plural": "historical fields",
                "ordering": ("-history_date", "-history_id"),
                "get_latest_by": ("history_date", "history_id"),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name="HistoricalFootnote",
            fields=[
                ("id", models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name="ID")),
                ("updated_at", models.DateTimeField(blank=True, editable=False)),
                ("key", models.SlugField(max_length=64)),
                ("text", models.TextField()),
                ("position", models.PositiveSmallIntegerField(default=0)),
                ("history_id", models.AutoField(primary_key=True, serialize=False)),
                ("history_date", models.DateTimeField(db_index=True)),
                ("history_change_reason", models.CharField(max_length=100, null=True)),
                (
                    "history_type",
                    models.CharField(choices=[("+", "Created"), ("~", "Changed"), ("-", "Deleted")], max_length=1),
                ),
                (
                    "history_user",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "historical footnote",
                "verbose_name_plural": "historical footnotes",
                "ordering": ("-history_date", "-history_id"),
                "get_latest_by": ("history_date", "history_id"),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name="HistoricalProgram",
            fields=[
                ("id", models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name="ID")),
                ("updated_at", models.DateTimeField(blank=True, editable=False)),
                ("source", models.CharField(blank=True, help_text="Where this fact comes from.", max_length=300)),
                (
                    "verified",
                    models.BooleanField(
                        default=False,
                        help_text="Switch on once the program's own documents or its administrator confirm it.",
                    ),
                ),
                (
                    "identifier",
                    models.CharField(
                        db_index=True,
                        help_text="The published program_identifier, for example CEC-DSGS.",
                        max_length=64,
                        validators=[
                            django.core.validators.RegexValidator(
                                "^[A-Za-z0-9_-]+$", "Use letters, digits, - and _ only."
                            )
                        ],
                    ),
                ),
                ("name", models.CharField(max_length=128)),
                (
                    "family",
                    models.CharField(
                        help_text="The name in the program tables, for example ConnectedSolutions.", max_length=64
                    ),
                ),
                ("summary", models.TextField(blank=True, help_text="One or two sentences for the program's page.")),
                (
                    "transmission_region",
                    models.CharField(
                        choices=[
                            ("CAISO", "CAISO (California)"),
                            ("ERCOT", "ERCOT (Texas)"),
                            ("NYISO", "NYISO (New York)"),
                            ("ISONE", "ISO-NE (New England)"),
                            ("PJM", "PJM (Mid-Atlantic)"),
                            ("SERC", "SERC (Southeast)"),
                            ("WECC_SW", "WECC Southwest"),
                            ("WECC_PC", "WECC Pacific"),
                        ],
                        max_length=16,
                    ),
                ),
                (
                    "states",
                    models.JSONField(
                        blank=True,
                        default=list,
                        help_text="Two-letter states where customers may be; empty: the whole region.",
                    ),
                ),
                (
                    "program_type",
                    models.CharField(
                        choices=[("utility-meter", "Utility-meter program"), ("device", "Device program")],
                        max_length=16,
                    ),
                ),
                ("accepted_meter_types", models.JSONField(default=list)),
                (
                    "interval_data_source",
                    models.CharField(
                        choices=[("utility", "Utility"), ("iso", "ERCOT (ISO)"), ("partner", "Partner")], max_length=8
                    ),
                ),
                (
                    "is_partner_created",
                    models.BooleanField(
                        default=False,
                        help_text="The partner may create meters by upload, form or API.",
                        verbose_name="partner-created",
                    ),
                ),
                (
                    "is_customer_authorized",
                    models.BooleanField(
                        default=False,
                        help_text="Meters may come from the customer's utility authorization.",
                        verbose_name="customer-authorized",
                    ),
                ),
                (
                    "needs_utility_authorization",
                    models.BooleanField(
                        default=False,
                        help_text="A meter is not eligible before the customer authorized utility data sharing.",
                    ),
                ),
                (
                    "time_zone",
                    models.CharField(
                        default="America/Los_Angeles", help_text="Deadlines are local midnights here.", max_length=64
                    ),
                ),
                ("active_from", models.DateField(blank=True, null=True)),
                ("active_to", models.DateField(blank=True, null=True)),
                (
                    "weekend_rolls_over",
                    models.BooleanField(
                        default=False,
                        help_text="A deadline on a Saturday or Sunday holds until the Monday after it.",
                        verbose_name="weekends roll over",
                    ),
                ),
                (
                    "leaves_at",
                    models.CharField(
                        choices=[("month", "At the end of the month"), ("period", "At the end of the delivery period")],
                        default="period",
                        help_text="When an active meter that disenrolls is out.",
                        max_length=8,
                        verbose_name="meters leave",
                    ),
                ),
                (
                    "periods_ahead",
                    models.PositiveSmallIntegerField(
                        default=3,
                        help_text="How many delivery periods are evaluated: the running one and those after it.",
                        validators=[django.core.validators.MinValueValidator(1)],
                    ),
                ),
                ("position", models.PositiveSmallIntegerField(default=0, help_text="Order in the program tables.")),
                ("history_id", models.AutoField(primary_key=True, serialize=False)),
                ("history_date", models.DateTimeField(db_index=True)),
                ("history_change_reason", models.CharField(max_length=100, null=True)),
                (
                    "history_type",
                    models.CharField(choices=[("+", "Created"), ("~", "Changed"), ("-", "Deleted")], max_length=1),
                ),
                (
                    "history_user",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "region",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="programs.region",
                    ),
                ),
            ],
            options={
                "verbose_name": "historical program",
                "verbose_name_plural": "historical programs",
                "ordering": ("-history_date", "-history_id"),
                "get_latest_by": ("history_date", "history_id"),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name="HistoricalRegion",
            fields=[
                ("id", models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name="ID")),
                ("updated_at", models.DateTimeField(blank=True, editable=False)),
                ("code", models.CharField(db_index=True, max_length=16)),
                ("name", models.CharField(max_length=64)),
                (
                    "transmission_region",
                    models.CharField(
                        choices=[
                            ("CAISO", "CAISO (California)"),
                            ("ERCOT", "ERCOT (Texas)"),
                            ("NYISO", "NYISO (New York)"),
                            ("ISONE", "ISO-NE (New England)"),
                            ("PJM", "PJM (Mid-Atlantic)"),
                            ("SERC", "SERC (Southeast)"),
                            ("WECC_SW", "WECC Southwest"),
                            ("WECC_PC", "WECC Pacific"),
                        ],
                        max_length=16,
                    ),
                ),
                ("position", models.PositiveSmallIntegerField(default=0, help_text="Order in the program tables.")),
                ("history_id", models.AutoField(primary_key=True, serialize=False)),
                ("history_date", models.DateTimeField(db_index=True)),
                ("history_change_reason", models.CharField(max_length=100, null=True)),
                (
                    "history_type",
                    models.CharField(choices=[("+", "Created"), ("~", "Changed"), ("-", "Deleted")], max_length=1),
                ),
                (
                    "history_user",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "historical region",
                "verbose_name_plural": "historical regions",
                "ordering": ("-history_date", "-history_id"),
                "get_latest_by": ("history_date", "history_id"),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name="HistoricalState",
            fields=[
                ("id", models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name="ID")),
                ("updated_at", models.DateTimeField(blank=True, editable=False)),
                ("source", models.CharField(blank=True, help_text="Where this fact comes from.", max_length=300)),
                (
                    "verified",
                    models.BooleanField(
                        default=False,
                        help_text="Switch on once the program's own documents or its administrator confirm it.",
                    ),
                ),
                (
                    "code",
                    models.CharField(
                        db_index=True,
                        max_length=2,
                        validators=[django.core.validators.RegexValidator("^[A-Z]{2}$", "Two capital letters.")],
                    ),
                ),
                ("name", models.CharField(max_length=64)),
                (
                    "transmission_regions",
                    models.JSONField(
                        blank=True,
                        default=list,
                        help_text="Every region with a part of the state. Another one stops the row.",
                    ),
                ),
                (
                    "border_zips",
                    models.JSONField(
                        blank=True,
                        default=list,
                        help_text="Zip codes of a neighbouring state that are delivered here too.",
                    ),
                ),
                ("history_id", models.AutoField(primary_key=True, serialize=False)),
                ("history_date", models.DateTimeField(db_index=True)),
                ("history_change_reason", models.CharField(max_length=100, null=True)),
                (
                    "history_type",
                    models.CharField(choices=[("+", "Created"), ("~", "Changed"), ("-", "Deleted")], max_length=1),
                ),
                (
                    "history_user",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "historical state",
                "verbose_name_plural": "historical states",
                "ordering": ("-history_date", "-history_id"),
                "get_latest_by": ("history_date", "history_id"),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name="HistoricalUtility",
            fields=[
                ("id", models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name="ID")),
                ("updated_at", models.DateTimeField(blank=True, editable=False)),
                ("source", models.CharField(blank=True, help_text="Where this fact comes from.", max_length=300)),
                (
                    "verified",
                    models.BooleanField(
                        default=False,
                        help_text="Switch on once the program's own documents or its administrator confirm it.",
                    ),
                ),
                (
                    "code",
                    models.CharField(
                        db_index=True, help_text="As in the published list of utility names.", max_length=32
                    ),
                ),
                ("name", models.CharField(max_length=128)),
                (
                    "transmission_region",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("CAISO", "CAISO (California)"),
                            ("ERCOT", "ERCOT (Texas)"),
                            ("NYISO", "NYISO (New York)"),
                            ("ISONE", "ISO-NE (New England)"),
                            ("PJM", "PJM (Mid-Atlantic)"),
                            ("SERC", "SERC (Southeast)"),
                            ("WECC_SW", "WECC Southwest"),
                            ("WECC_PC", "WECC Pacific"),
                        ],
                        help_text="Leave empty when it serves several regions; then only its states are checked.",
                        max_length=16,
                    ),
                ),
                (
                    "states",
                    models.JSONField(
                        blank=True,
                        default=list,
                        help_text="Every state that it serves, as two letters. Empty: not checked.",
                    ),
                ),
                (
                    "eia_number",
                    models.CharField(
                        blank=True,
                        help_text="Only for those whose customers have ESI IDs (Texas): digits 3 to 7 of the ESI ID.",
                        max_length=5,
                        validators=[
                            django.core.validators.RegexValidator("^[0-9]{5}$", "Five digits, with the zeros in front.")
                        ],
                        verbose_name="EIA number",
                    ),
                ),
                (
                    "eia_number_confirmed",
                    models.BooleanField(
                        default=False,
                        help_text="Switch on once EIA-861 shows this number. Only between two confirmed utilities does the wrong one stop a row.",
                        verbose_name="EIA number confirmed",
                    ),
                ),
                (
                    "is_test",
                    models.BooleanField(default=False, help_text="A value for tests only; not offered in templates."),
                ),
                ("history_id", models.AutoField(primary_key=True, serialize=False)),
                ("history_date", models.DateTimeField(db_index=True)),
                ("history_change_reason", models.CharField(max_length=100, null=True)),
                (
                    "history_type",
                    models.CharField(choices=[("+", "Created"), ("~", "Changed"), ("-", "Deleted")], max_length=1),
                ),
                (
                    "history_user",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "historical utility",
                "verbose_name_plural": "historical utilities",
                "ordering": ("-history_date", "-history_id"),
                "get_latest_by": ("history_date", "history_id"),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name="Program",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("updated_at", models.DateTimeField(auto_now=True)),
                ("source", models.CharField(blank=True, help_text="Where this fact comes from.", max_length=300)),
                (
                    "verified",
                    models.BooleanField(
                        default=False,
                        help_text="Switch on once the program's own documents or its administrator confirm it.",
                    ),
                ),
                (
                    "identifier",
                    models.CharField(
                        help_text="The published program_identifier, for example CEC-DSGS.",
                        max_length=64,
                        unique=True,
                        validators=[
                            django.core.validators.RegexValidator(
                                "^[A-Za-z0-9_-]+$", "Use letters, digits, - and _ only."
                            )
                        ],
                    ),
                ),
                ("name", models.CharField(max_length=128)),
                (
                    "family",
                    models.CharField(
                        help_text="The name in the program tables, for example ConnectedSolutions.", max_length=64
                    ),
                ),
                ("summary", models.TextField(blank=True, help_text="One or two sentences for the program's page.")),
                (
                    "transmission_region",
                    models.CharField(
                        choices=[
                            ("CAISO", "CAISO (California)"),
                            ("ERCOT", "ERCOT (Texas)"),
                            ("NYISO", "NYISO (New York)"),
                            ("ISONE", "ISO-NE (New England)"),
                            ("PJM", "PJM (Mid-Atlantic)"),
                            ("SERC", "SERC (Southeast)"),
                            ("WECC_SW", "WECC Southwest"),
                            ("WECC_PC", "WECC Pacific"),
                        ],
                        max_length=16,
                    ),
                ),
                (
                    "states",
                    models.JSONField(
                        blank=True,
                        default=list,
                        help_text="Two-letter states where customers may be; empty: the whole region.",
                    ),
                ),
                (
                    "program_type",
                    models.CharField(
                        choices=[("utility-meter", "Utility-meter program"), ("device", "Device program")],
                        max_length=16,
                    ),
                ),
                ("accepted_meter_types", models.JSONField(default=list)),
                (
                    "interval_data_source",
                    models.CharField(
                        choices=[("utility", "Utility"), ("iso", "ERCOT (ISO)"), ("partner", "Partner")], max_length=8
                    ),
                ),
                (
                    "is_partner_created",
                    models.BooleanField(
                        default=False,
                        help_text="The partner may create meters by upload, form or API.",
                        verbose_name="partner-created",
                    ),
                ),
                (
                    "is_customer_authorized",
                    models.BooleanField(
                        default=False,
                        help_text="Meters may come from the customer's utility authorization.",
                        verbose_name="customer-authorized",
                    ),
                ),
                (
                    "needs_utility_authorization",
                    models.BooleanField(
                        default=False,
                        help_text="A meter is not eligible before the customer authorized utility data sharing.",
                    ),
                ),
                (
                    "time_zone",
                    models.CharField(
                        default="America/Los_Angeles", help_text="Deadlines are local midnights here.", max_length=64
                    ),
                ),
                ("active_from", models.DateField(blank=True, null=True)),
                ("active_to", models.DateField(blank=True, null=True)),
                (
                    "weekend_rolls_over",
                    models.BooleanField(
                        default=False,
                        help_text="A deadline on a Saturday or Sunday holds until the Monday after it.",
                        verbose_name="weekends roll over",
                    ),
                ),
                (
                    "leaves_at",
                    models.CharField(
                        choices=[("month", "At the end of the month"), ("period", "At the end of the delivery period")],
                        default="period",
                        help_text="When an active meter that disenrolls is out.",
                        max_length=8,
                        verbose_name="meters leave",
                    ),
                ),
                (
                    "periods_ahead",
                    models.PositiveSmallIntegerField(
                        default=3,
                        help_text="How many delivery periods are evaluated: the running one and those after it.",
                        validators=[django.core.validators.MinValueValidator(1)],
                    ),
                ),
                ("position", models.PositiveSmallIntegerField(default=0, help_text="Order in the program tables.")),
                ("footnotes", models.ManyToManyField(blank=True, related_name="programs", to="programs.footnote")),
                (
                    "region",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="programs", to="programs.region"
                    ),
                ),
            ],
            options={
                "ordering": ["position", "identifier"],
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="HistoricalRequirement",
            fields=[
                ("id", models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name="ID")),
                ("updated_at", models.DateTimeField(blank=True, editable=False)),
                ("source", models.CharField(blank=True, help_text="Where this fact comes from.", max_length=300)),
                (
                    "verified",
                    models.BooleanField(
                        default=False,
                        help_text="Switch on once the program's own documents or its administrator confirm it.",
                    ),
                ),
                (
                    "level",
                    models.CharField(
                        choices=[("required", "Required"), ("optional", "Optional"), ("hidden", "Not used")],
                        default="required",
                        max_length=8,
                    ),
                ),
                (
                    "condition_operator",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("is", "is one of"),
                            ("is_not", "is none of"),
                            ("is_filled", "is filled in"),
                            ("is_empty", "is empty"),
                            ("after", "is after (date)"),
                            ("before", "is before (date)"),
                            ("at_least", "is at least"),
                            ("at_most", "is at most"),
                        ],
                        max_length=16,
                    ),
                ),
                (
                    "condition_value",
                    models.CharField(blank=True, help_text="Several values are separated by commas.", max_length=200),
                ),
                ("minimum", models.FloatField(blank=True, help_text="Narrower than the field's own limit.", null=True)),
                ("maximum", models.FloatField(blank=True, null=True)),
                ("earliest", models.DateField(blank=True, help_text="For a date: not before this day.", null=True)),
                ("latest", models.DateField(blank=True, help_text="For a date: not after this day.", null=True)),
                (
                    "choices",
                    models.JSONField(
                        blank=True, default=list, help_text="The values of the field's list that the program takes."
                    ),
                ),
                (
                    "action_type",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("GENERATOR", "Generator facts are complete"),
                            ("ADDRESS", "The address is in the program's area"),
                        ],
                        help_text="Empty: a missing field, or one of the program's own limits.",
                        max_length=40,
                        verbose_name="item of the checklist",
                    ),
                ),
                (
                    "note",
                    models.CharField(blank=True, help_text="Shown in the column guide: why, or when.", max_length=300),
                ),
                ("valid_from", models.DateField(blank=True, null=True)),
                ("valid_to", models.DateField(blank=True, null=True)),
                ("history_id", models.AutoField(primary_key=True, serialize=False)),
                ("history_date", models.DateTimeField(db_index=True)),
                ("history_change_reason", models.CharField(max_length=100, null=True)),
                (
                    "history_type",
                    models.CharField(choices=[("+", "Created"), ("~", "Changed"), ("-", "Deleted")], max_length=1),
                ),
                (
                    "condition_field",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        help_text="Only when this field …",
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="programs.field",
                    ),
                ),
                (
                    "field",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="programs.field",
                    ),
                ),
                (
                    "history_user",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "program",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="programs.program",
                    ),
                ),
            ],
            options={
                "verbose_name": "historical requirement",
                "verbose_name_plural": "historical requirements",
                "ordering": ("-history_date", "-history_id"),
                "get_latest_by": ("history_date", "history_id"),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name="HistoricalProgramCheck",
            fields=[
                ("id", models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name="ID")),
                ("updated_at", models.DateTimeField(blank=True, editable=False)),
                ("source", models.CharField(blank=True, help_text="Where this fact comes from.", max_length=300)),
                (
                    "verified",
                    models.BooleanField(
                        default=False,
                        help_text="Switch on once the program's own documents or its administrator confirm it.",
                    ),
                ),
                (
                    "description",
                    models.CharField(blank=True, help_text="Empty: what the kind of check says.", max_length=300),
                ),
                (
                    "while_open",
                    models.CharField(
                        blank=True,
                        choices=[("PENDING", "Pending"), ("INELIGIBLE", "Not eligible yet")],
                        help_text="Empty: as the kind of check says.",
                        max_length=12,
                    ),
                ),
                ("valid_from", models.DateField(blank=True, null=True)),
                ("valid_to", models.DateField(blank=True, null=True)),
                ("history_id", models.AutoField(primary_key=True, serialize=False)),
                ("history_date", models.DateTimeField(db_index=True)),
                ("history_change_reason", models.CharField(max_length=100, null=True)),
                (
                    "history_type",
                    models.CharField(choices=[("+", "Created"), ("~", "Changed"), ("-", "Deleted")], max_length=1),
                ),
                (
                    "history_user",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "kind",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        limit_choices_to={
                            "action_type__in": [
                                "DOCUMENTS_SIGNED",
                                "HAS_AMI",
                                "HAS_BIDDING_STRATEGY",
                                "HAS_MARKET_REGISTRATION",
                                "HAS_NOMINATIONS",
                                "IS_ASSIGNED_TO_A_RESOURCE",
                            ]
                        },
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="programs.checkkind",
                    ),
                ),
                (
                    "program",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="programs.program",
                    ),
                ),
            ],
            options={
                "verbose_name": "historical program check",
                "verbose_name_plural": "historical program checks",
                "ordering": ("-history_date", "-history_id"),
                "get_latest_by": ("history_date", "history_id"),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name="HistoricalProgram_footnotes",
            fields=[
                ("id", models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name="ID")),
                ("m2m_history_id", models.AutoField(primary_key=True, serialize=False)),
                (
                    "footnote",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        db_tablespace="",
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="programs.footnote",
                    ),
                ),
                (
                    "history",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        to="programs.historicalprogram",
                    ),
                ),
                (
                    "program",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        db_tablespace="",
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="programs.program",
                    ),
                ),
            ],
            options={
                "verbose_name": "HistoricalProgram_footnotes",
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name="HistoricalDeliveryPeriod",
            fields=[
                ("id", models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name="ID")),
                ("updated_at", models.DateTimeField(blank=True, editable=False)),
                ("source", models.CharField(blank=True, help_text="Where this fact comes from.", max_length=300)),
                (
                    "verified",
                    models.BooleanField(
                        default=False,
                        help_text="Switch on once the program's own documents or its administrator confirm it.",
                    ),
                ),
                ("name", models.CharField(help_text="For example CEC-DSGS_2027_MAY_OCT.", max_length=64)),
                ("starts_at", models.DateTimeField()),
                ("ends_at", models.DateTimeField()),
                ("history_id", models.AutoField(primary_key=True, serialize=False)),
                ("history_date", models.DateTimeField(db_index=True)),
                ("history_change_reason", models.CharField(max_length=100, null=True)),
                (
                    "history_type",
                    models.CharField(choices=[("+", "Created"), ("~", "Changed"), ("-", "Deleted")], max_length=1),
                ),
                (
                    "history_user",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "program",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="programs.program",
                    ),
                ),
            ],
            options={
                "verbose_name": "historical delivery period",
                "verbose_name_plural": "historical delivery periods",
                "ordering": ("-history_date", "-history_id"),
                "get_latest_by": ("history_date", "history_id"),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.AddField(
            model_name="deliveryperiod",
            name="program",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="delivery_periods", to="programs.program"
            ),
        ),
        migrations.CreateModel(
            name="ProgramCheck",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("updated_at", models.DateTimeField(auto_now=True)),
                ("source", models.CharField(blank=True, help_text="Where this fact comes from.", max_length=300)),
                (
                    "verified",
                    models.BooleanField(
                        default=False,
                        help_text="Switch on once the program's own documents or its administrator confirm it.",
                    ),
                ),
                (
                    "description",
                    models.CharField(blank=True, help_text="Empty: what the kind of check says.", max_length=300),
                ),
                (
                    "while_open",
                    models.CharField(
                        blank=True,
                        choices=[("PENDING", "Pending"), ("INELIGIBLE", "Not eligible yet")],
                        help_text="Empty: as the kind of check says.",
                        max_length=12,
                    ),
                ),
                ("valid_from", models.DateField(blank=True, null=True)),
                ("valid_to", models.DateField(blank=True, null=True)),
                (
                    "kind",
                    models.ForeignKey(
                        limit_choices_to={
                            "action_type__in": [
                                "DOCUMENTS_SIGNED",
                                "HAS_AMI",
                                "HAS_BIDDING_STRATEGY",
                                "HAS_MARKET_REGISTRATION",
                                "HAS_NOMINATIONS",
                                "IS_ASSIGNED_TO_A_RESOURCE",
                            ]
                        },
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="program_checks",
                        to="programs.checkkind",
                    ),
                ),
                (
                    "program",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="checks", to="programs.program"
                    ),
                ),
            ],
            options={
                "ordering": ["program", "kind"],
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="Requirement",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("updated_at", models.DateTimeField(auto_now=True)),
                ("source", models.CharField(blank=True, help_text="Where this fact comes from.", max_length=300)),
                (
                    "verified",
                    models.BooleanField(
                        default=False,
                        help_text="Switch on once the program's own documents or its administrator confirm it.",
                    ),
                ),
                (
                    "level",
                    models.CharField(
                        choices=[("required", "Required"), ("optional", "Optional"), ("hidden", "Not used")],
                        default="required",
                        max_length=8,
                    ),
                ),
                (
                    "condition_operator",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("is", "is one of"),
                            ("is_not", "is none of"),
                            ("is_filled", "is filled in"),
                            ("is_empty", "is empty"),
                            ("after", "is after (date)"),
                            ("before", "is before (date)"),
                            ("at_least", "is at least"),
                            ("at_most", "is at most"),
                        ],
                        max_length=16,
                    ),
                ),
                (
                    "condition_value",
                    models.CharField(blank=True, help_text="Several values are separated by commas.", max_length=200),
                ),
                ("minimum", models.FloatField(blank=True, help_text="Narrower than the field's own limit.", null=True)),
                ("maximum", models.FloatField(blank=True, null=True)),
                ("earliest", models.DateField(blank=True, help_text="For a date: not before this day.", null=True)),
                ("latest", models.DateField(blank=True, help_text="For a date: not after this day.", null=True)),
                (
                    "choices",
                    models.JSONField(
                        blank=True, default=list, help_text="The values of the field's list that the program takes."
                    ),
                ),
                (
                    "action_type",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("GENERATOR", "Generator facts are complete"),
                            ("ADDRESS", "The address is in the program's area"),
                        ],
                        help_text="Empty: a missing field, or one of the program's own limits.",
                        max_length=40,
                        verbose_name="item of the checklist",
                    ),
                ),
                (
                    "note",
                    models.CharField(blank=True, help_text="Shown in the column guide: why, or when.", max_length=300),
                ),
                ("valid_from", models.DateField(blank=True, null=True)),
                ("valid_to", models.DateField(blank=True, null=True)),
                (
                    "condition_field",
                    models.ForeignKey(
                        blank=True,
                        help_text="Only when this field …",
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="programs.field",
                    ),
                ),
                (
                    "field",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="requirements", to="programs.field"
                    ),
                ),
                (
                    "program",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="requirements", to="programs.program"
                    ),
                ),
            ],
            options={
                "ordering": ["program", "field__position"],
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="SeedRecord",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("kind", models.CharField(max_length=32)),
                ("key", models.CharField(max_length=300)),
                ("values", models.JSONField()),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("kind", "key"), name="one_seed_record_per_kind_and_key")
                ],
            },
        ),
        migrations.CreateModel(
            name="Utility",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("updated_at", models.DateTimeField(auto_now=True)),
                ("source", models.CharField(blank=True, help_text="Where this fact comes from.", max_length=300)),
                (
                    "verified",
                    models.BooleanField(
                        default=False,
                        help_text="Switch on once the program's own documents or its administrator confirm it.",
                    ),
                ),
                (
                    "code",
                    models.CharField(
                        help_text="As in the published list of utility names.", max_length=32, unique=True
                    ),
                ),
                ("name", models.CharField(max_length=128)),
                (
                    "transmission_region",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("CAISO", "CAISO (California)"),
                            ("ERCOT", "ERCOT (Texas)"),
                            ("NYISO", "NYISO (New York)"),
                            ("ISONE", "ISO-NE (New England)"),
                            ("PJM", "PJM (Mid-Atlantic)"),
                            ("SERC", "SERC (Southeast)"),
                            ("WECC_SW", "WECC Southwest"),
                            ("WECC_PC", "WECC Pacific"),
                        ],
                        help_text="Leave empty when it serves several regions; then only its states are checked.",
                        max_length=16,
                    ),
                ),
                (
                    "states",
                    models.JSONField(
                        blank=True,
                        default=list,
                        help_text="Every state that it serves, as two letters. Empty: not checked.",
                    ),
                ),
                (
                    "eia_number",
                    models.CharField(
                        blank=True,
                        help_text="Only for those whose customers have ESI IDs (Texas): digits 3 to 7 of the ESI ID.",
                        max_length=5,
                        validators=[
                            django.core.validators.RegexValidator("^[0-9]{5}$", "Five digits, with the zeros in front.")
                        ],
                        verbose_name="EIA number",
                    ),
                ),
                (
                    "eia_number_confirmed",
                    models.BooleanField(
                        default=False,
                        help_text="Switch on once EIA-861 shows this number. Only between two confirmed utilities does the wrong one stop a row.",
                        verbose_name="EIA number confirmed",
                    ),
                ),
                (
                    "is_test",
                    models.BooleanField(default=False, help_text="A value for tests only; not offered in templates."),
                ),
            ],
            options={
                "verbose_name_plural": "utilities",
                "ordering": ["transmission_region", "code"],
                "abstract": False,
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("eia_number", ""), _negated=True),
                        fields=("eia_number",),
                        name="one_utility_per_eia_number",
                    )
                ],
            },
        ),
        migrations.AddField(
            model_name="program",
            name="utilities",
            field=models.ManyToManyField(
                blank=True,
                help_text="Whose customers may join; empty: any utility.",
                related_name="programs",
                to="programs.utility",
            ),
        ),
        migrations.CreateModel(
            name="HistoricalProgram_utilities",
            fields=[
                ("id", models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name="ID")),
                ("m2m_history_id", models.AutoField(primary_key=True, serialize=False)),
                (
                    "history",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        to="programs.historicalprogram",
                    ),
                ),
                (
                    "program",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        db_tablespace="",
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="programs.program",
                    ),
                ),
                (
                    "utility",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        db_tablespace="",
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="programs.utility",
                    ),
                ),
            ],
            options={
                "verbose_name": "HistoricalProgram_utilities",
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name="HistoricalConflict",
            fields=[
                ("id", models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name="ID")),
                ("updated_at", models.DateTimeField(blank=True, editable=False)),
                ("source", models.CharField(blank=True, help_text="Where this fact comes from.", max_length=300)),
                (
                    "verified",
                    models.BooleanField(
                        default=False,
                        help_text="Switch on once the program's own documents or its administrator confirm it.",
                    ),
                ),
                (
                    "classification",
                    models.CharField(
                        blank=True,
                        choices=[("RESIDENTIAL", "Residential"), ("COMMERCIAL", "Commercial")],
                        help_text="Empty: homes and businesses.",
                        max_length=16,
                        verbose_name="kind of customer",
                    ),
                ),
                (
                    "path",
                    models.CharField(
                        blank=True,
                        help_text="In words, when the rule holds for one way of taking part only, such as exports of a battery. Such a row is shown to partners and decides nothing.",
                        max_length=200,
                        verbose_name="way in",
                    ),
                ),
                ("is_allowed", models.BooleanField(default=False, verbose_name="can be held together")),
                (
                    "note",
                    models.CharField(blank=True, help_text="Why, in a sentence that partners read.", max_length=300),
                ),
                ("valid_from", models.DateField(blank=True, null=True)),
                ("valid_to", models.DateField(blank=True, null=True)),
                ("history_id", models.AutoField(primary_key=True, serialize=False)),
                ("history_date", models.DateTimeField(db_index=True)),
                ("history_change_reason", models.CharField(max_length=100, null=True)),
                (
                    "history_type",
                    models.CharField(choices=[("+", "Created"), ("~", "Changed"), ("-", "Deleted")], max_length=1),
                ),
                (
                    "history_user",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "other",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="programs.program",
                        verbose_name="other program",
                    ),
                ),
                (
                    "program",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="programs.program",
                    ),
                ),
                (
                    "utility",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        help_text="Empty: any utility.",
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="programs.utility",
                    ),
                ),
            ],
            options={
                "verbose_name": "historical conflict",
                "verbose_name_plural": "historical conflicts",
                "ordering": ("-history_date", "-history_id"),
                "get_latest_by": ("history_date", "history_id"),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name="HistoricalAccountFormat",
            fields=[
                ("id", models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name="ID")),
                ("updated_at", models.DateTimeField(blank=True, editable=False)),
                ("source", models.CharField(blank=True, help_text="Where this fact comes from.", max_length=300)),
                (
                    "verified",
                    models.BooleanField(
                        default=False,
                        help_text="Switch on once the program's own documents or its administrator confirm it.",
                    ),
                ),
                (
                    "name",
                    models.CharField(help_text="In words, for example: 11 digits, beginning with 5.", max_length=128),
                ),
                (
                    "pattern",
                    models.CharField(
                        help_text="A regular expression that the whole number must match, without its spaces and dashes, in capitals.",
                        max_length=300,
                    ),
                ),
                ("example", models.CharField(max_length=128)),
                ("valid_from", models.DateField(blank=True, null=True)),
                ("valid_to", models.DateField(blank=True, null=True)),
                (
                    "severity",
                    models.CharField(
                        choices=[("warn", "Warn"), ("refuse", "Refuse the row")],
                        default="warn",
                        help_text="When a number has none of the utility's forms. One form that only warns is enough to warn.",
                        max_length=8,
                    ),
                ),
                (
                    "confidence",
                    models.CharField(
                        choices=[
                            ("high", "High: read in a primary source"),
                            ("medium", "Medium: a good secondary source"),
                            ("low", "Low: general knowledge or an old source"),
                        ],
                        default="low",
                        max_length=8,
                    ),
                ),
                ("history_id", models.AutoField(primary_key=True, serialize=False)),
                ("history_date", models.DateTimeField(db_index=True)),
                ("history_change_reason", models.CharField(max_length=100, null=True)),
                (
                    "history_type",
                    models.CharField(choices=[("+", "Created"), ("~", "Changed"), ("-", "Deleted")], max_length=1),
                ),
                (
                    "history_user",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "utility",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="programs.utility",
                    ),
                ),
            ],
            options={
                "verbose_name": "historical account format",
                "verbose_name_plural": "historical account formats",
                "ordering": ("-history_date", "-history_id"),
                "get_latest_by": ("history_date", "history_id"),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name="Conflict",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("updated_at", models.DateTimeField(auto_now=True)),
                ("source", models.CharField(blank=True, help_text="Where this fact comes from.", max_length=300)),
                (
                    "verified",
                    models.BooleanField(
                        default=False,
                        help_text="Switch on once the program's own documents or its administrator confirm it.",
                    ),
                ),
                (
                    "classification",
                    models.CharField(
                        blank=True,
                        choices=[("RESIDENTIAL", "Residential"), ("COMMERCIAL", "Commercial")],
                        help_text="Empty: homes and businesses.",
                        max_length=16,
                        verbose_name="kind of customer",
                    ),
                ),
                (
                    "path",
                    models.CharField(
                        blank=True,
                        help_text="In words, when the rule holds for one way of taking part only, such as exports of a battery. Such a row is shown to partners and decides nothing.",
                        max_length=200,
                        verbose_name="way in",
                    ),
                ),
                ("is_allowed", models.BooleanField(default=False, verbose_name="can be held together")),
                (
                    "note",
                    models.CharField(blank=True, help_text="Why, in a sentence that partners read.", max_length=300),
                ),
                ("valid_from", models.DateField(blank=True, null=True)),
                ("valid_to", models.DateField(blank=True, null=True)),
                (
                    "other",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="conflicts_from",
                        to="programs.program",
                        verbose_name="other program",
                    ),
                ),
                (
                    "program",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="conflicts", to="programs.program"
                    ),
                ),
                (
                    "utility",
                    models.ForeignKey(
                        blank=True,
                        help_text="Empty: any utility.",
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="programs.utility",
                    ),
                ),
            ],
            options={
                "ordering": ["program", "other", "utility", "classification"],
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="AccountFormat",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("updated_at", models.DateTimeField(auto_now=True)),
                ("source", models.CharField(blank=True, help_text="Where this fact comes from.", max_length=300)),
                (
                    "verified",
                    models.BooleanField(
                        default=False,
                        help_text="Switch on once the program's own documents or its administrator confirm it.",
                    ),
                ),
                (
                    "name",
                    models.CharField(help_text="In words, for example: 11 digits, beginning with 5.", max_length=128),
                ),
                (
                    "pattern",
                    models.CharField(
                        help_text="A regular expression that the whole number must match, without its spaces and dashes, in capitals.",
                        max_length=300,
                    ),
                ),
                ("example", models.CharField(max_length=128)),
                ("valid_from", models.DateField(blank=True, null=True)),
                ("valid_to", models.DateField(blank=True, null=True)),
                (
                    "severity",
                    models.CharField(
                        choices=[("warn", "Warn"), ("refuse", "Refuse the row")],
                        default="warn",
                        help_text="When a number has none of the utility's forms. One form that only warns is enough to warn.",
                        max_length=8,
                    ),
                ),
                (
                    "confidence",
                    models.CharField(
                        choices=[
                            ("high", "High: read in a primary source"),
                            ("medium", "Medium: a good secondary source"),
                            ("low", "Low: general knowledge or an old source"),
                        ],
                        default="low",
                        max_length=8,
                    ),
                ),
                (
                    "utility",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="account_formats",
                        to="programs.utility",
                    ),
                ),
            ],
            options={
                "ordering": ["utility", "name"],
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="Choice",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("updated_at", models.DateTimeField(auto_now=True)),
                ("value", models.CharField(max_length=64)),
                ("label", models.CharField(max_length=128)),
                (
                    "synonyms",
                    models.JSONField(blank=True, default=list, help_text="Other spellings that mean the same."),
                ),
                (
                    "is_offered",
                    models.BooleanField(
                        default=True, help_text="Listed in templates; a value that is not listed is still accepted."
                    ),
                ),
                ("position", models.PositiveSmallIntegerField(default=0)),
                (
                    "choice_list",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="choices", to="programs.choicelist"
                    ),
                ),
            ],
            options={
                "ordering": ["position", "value"],
                "abstract": False,
                "constraints": [
                    models.UniqueConstraint(fields=("choice_list", "value"), name="one_choice_per_list_and_value")
                ],
            },
        ),
        migrations.CreateModel(
            name="Deadline",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("updated_at", models.DateTimeField(auto_now=True)),
                ("deadline_at", models.DateTimeField(verbose_name="enrollment deadline")),
                ("activation_at", models.DateTimeField(verbose_name="activation date")),
                (
                    "period",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="deadlines",
                        to="programs.deliveryperiod",
                    ),
                ),
            ],
            options={
                "ordering": ["deadline_at"],
                "abstract": False,
                "constraints": [
                    models.UniqueConstraint(fields=("period", "deadline_at"), name="one_deadline_per_period_and_time"),
                    models.CheckConstraint(
                        condition=models.Q(("deadline_at__lte", models.F("activation_at"))),
                        name="deadline_before_activation",
                    ),
                ],
            },
        ),
        migrations.AddConstraint(
            model_name="deliveryperiod",
            constraint=models.UniqueConstraint(fields=("program", "name"), name="one_period_per_program_and_name"),
        ),
        migrations.AddConstraint(
            model_name="deliveryperiod",
            constraint=models.CheckConstraint(
                condition=models.Q(("starts_at__lt", models.F("ends_at"))), name="period_ends_after_it_begins"
            ),
        ),
        migrations.AddConstraint(
            model_name="programcheck",
            constraint=models.UniqueConstraint(fields=("program", "kind"), name="one_check_per_program_and_kind"),
        ),
        migrations.AddConstraint(
            model_name="programcheck",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("valid_from", None), ("valid_to", None), ("valid_from__lte", models.F("valid_to")), _connector="OR"
                ),
                name="check_ends_after_it_begins",
            ),
        ),
        migrations.AddConstraint(
            model_name="requirement",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("valid_from", None), ("valid_to", None), ("valid_from__lte", models.F("valid_to")), _connector="OR"
                ),
                name="requirement_ends_after_it_begins",
            ),
        ),
        migrations.AddConstraint(
            model_name="program",
            constraint=models.CheckConstraint(
                condition=models.Q(("is_partner_created", True), ("is_customer_authorized", True), _connector="OR"),
                name="program_has_a_way_in",
            ),
        ),
        migrations.AddConstraint(
            model_name="program",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("active_from", None),
                    ("active_to", None),
                    ("active_from__lte", models.F("active_to")),
                    _connector="OR",
                ),
                name="program_ends_after_it_begins",
            ),
        ),
        migrations.AddConstraint(
            model_name="conflict",
            constraint=models.CheckConstraint(
                condition=models.Q(("program", models.F("other")), _negated=True), name="conflict_between_two_programs"
            ),
        ),
        migrations.AddConstraint(
            model_name="conflict",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("valid_from", None), ("valid_to", None), ("valid_from__lte", models.F("valid_to")), _connector="OR"
                ),
                name="conflict_ends_after_it_begins",
            ),
        ),
        migrations.AddConstraint(
            model_name="accountformat",
            constraint=models.UniqueConstraint(fields=("utility", "name"), name="one_format_per_utility_and_name"),
        ),
        migrations.AddConstraint(
            model_name="accountformat",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("valid_from", None), ("valid_to", None), ("valid_from__lte", models.F("valid_to")), _connector="OR"
                ),
                name="account_format_ends_after_it_begins",
            ),
        ),
    ]
