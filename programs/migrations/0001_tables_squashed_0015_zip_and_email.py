"""The tables of a new database, in one go.

A database that has some of them goes on by the migrations that this one replaces.
"""

import django.core.validators
import django.db.models.deletion
import simple_history.models
from django.conf import settings
from django.db import migrations, models

import portal.security.keyring
from portal.storage.expanding import CreateModels


class Migration(migrations.Migration):
    initial = True

    replaces = [
        ("programs", "0001_initial"),
        ("programs", "0002_history_of_program_lists"),
        ("programs", "0003_telephone_numbers"),
        ("programs", "0004_states_and_account_formats"),
        ("programs", "0005_checks_conflicts_and_limits_by_date"),
        ("programs", "0006_published_names"),
        ("programs", "0001_tables_of_0_1_0"),
        ("programs", "0002_usual_ranges_of_fields"),
        ("programs", "0003_utilities_as_one_list"),
        ("programs", "0004_join_the_lists_of_utilities"),
        ("programs", "0005_connect_catalogue"),
        ("programs", "0006_passed_deadlines"),
        ("programs", "0007_fill_the_history"),
        ("programs", "0008_facts_with_their_sources"),
        ("programs", "0009_interval_data_rules"),
        ("programs", "0010_texts_in_spanish"),
        ("programs", "0011_interval_columns"),
        ("programs", "0012_what_device_customers_are_asked"),
        ("programs", "0013_plain_words"),
        ("programs", "0014_plain_labels"),
        ("programs", "0015_zip_and_email"),
    ]

    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        CreateModels(
            creations=[
                migrations.CreateModel(
                    name="Utility",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("updated_at", models.DateTimeField(auto_now=True)),
                        (
                            "source",
                            models.CharField(
                                blank=True,
                                help_text="The document or page it comes from. Partners see this.",
                                max_length=300,
                            ),
                        ),
                        (
                            "source_url",
                            models.CharField(
                                blank=True,
                                max_length=300,
                                validators=[django.core.validators.URLValidator(schemes=["https", "http"])],
                                verbose_name="link to the source",
                            ),
                        ),
                        (
                            "remark",
                            models.CharField(
                                blank=True,
                                help_text="How it was read or inferred. Partners never see this.",
                                max_length=300,
                            ),
                        ),
                        (
                            "verified",
                            models.BooleanField(
                                default=False,
                                help_text="Turn on once the program’s own documents or its administrator confirm it.",
                            ),
                        ),
                        (
                            "code",
                            models.CharField(
                                help_text="As in the published list of utility names.", max_length=64, unique=True
                            ),
                        ),
                        ("name", models.CharField(max_length=128)),
                        (
                            "synonyms",
                            models.JSONField(blank=True, default=list, help_text="Other names people use for it."),
                        ),
                        (
                            "is_offered",
                            models.BooleanField(
                                db_default=True,
                                default=True,
                                help_text="If off, templates, forms and suggestions don’t list it, but it is still accepted.",
                                verbose_name="offered",
                            ),
                        ),
                        (
                            "position",
                            models.PositiveSmallIntegerField(
                                db_default=1000, default=1000, help_text="Order in lists."
                            ),
                        ),
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
                                help_text="Leave empty if it serves several regions. Then we check only its states.",
                                max_length=16,
                            ),
                        ),
                        (
                            "states",
                            models.JSONField(
                                blank=True,
                                default=list,
                                help_text="Every state it serves, as two letters. Leave empty to skip the check.",
                            ),
                        ),
                        (
                            "eia_number",
                            models.CharField(
                                blank=True,
                                help_text="Only for those whose customers have ESI IDs (Texas): digits 3 to 7 of the ESI ID.",
                                max_length=5,
                                validators=[
                                    django.core.validators.RegexValidator(
                                        "^[0-9]{5}$", "Five digits, with leading zeros."
                                    )
                                ],
                                verbose_name="EIA number",
                            ),
                        ),
                        (
                            "eia_number_confirmed",
                            models.BooleanField(
                                default=False,
                                help_text="Turn on once EIA-861 shows this number. A wrong utility stops a row only if both utilities are confirmed.",
                                verbose_name="EIA number confirmed",
                            ),
                        ),
                        (
                            "is_test",
                            models.BooleanField(default=False, help_text="For tests only. Not offered in templates."),
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
                migrations.CreateModel(
                    name="AccountFormat",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("updated_at", models.DateTimeField(auto_now=True)),
                        (
                            "source",
                            models.CharField(
                                blank=True,
                                help_text="The document or page it comes from. Partners see this.",
                                max_length=300,
                            ),
                        ),
                        (
                            "source_url",
                            models.CharField(
                                blank=True,
                                max_length=300,
                                validators=[django.core.validators.URLValidator(schemes=["https", "http"])],
                                verbose_name="link to the source",
                            ),
                        ),
                        (
                            "remark",
                            models.CharField(
                                blank=True,
                                help_text="How it was read or inferred. Partners never see this.",
                                max_length=300,
                            ),
                        ),
                        (
                            "verified",
                            models.BooleanField(
                                default=False,
                                help_text="Turn on once the program’s own documents or its administrator confirm it.",
                            ),
                        ),
                        (
                            "name",
                            models.CharField(
                                help_text="In words, for example: 11 digits, starting with 5.", max_length=128
                            ),
                        ),
                        (
                            "pattern",
                            models.CharField(
                                help_text="A regular expression that the whole number must match, without spaces and dashes, in capitals.",
                                max_length=300,
                            ),
                        ),
                        ("example", models.CharField(max_length=128)),
                        ("valid_from", models.DateField(blank=True, null=True)),
                        ("valid_to", models.DateField(blank=True, null=True)),
                        (
                            "severity",
                            models.CharField(
                                choices=[("warn", "Warn"), ("refuse", "Reject the row")],
                                default="warn",
                                help_text="If a number matches none of its formats. If any format only warns, the row gets a warning.",
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
                        "constraints": [
                            models.UniqueConstraint(fields=("utility", "name"), name="one_format_per_utility_and_name"),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("valid_from", None),
                                    ("valid_to", None),
                                    ("valid_from__lte", models.F("valid_to")),
                                    _connector="OR",
                                ),
                                name="account_format_ends_after_it_begins",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Agreement",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("updated_at", models.DateTimeField(auto_now=True)),
                        (
                            "source",
                            models.CharField(
                                blank=True,
                                help_text="The document or page it comes from. Partners see this.",
                                max_length=300,
                            ),
                        ),
                        (
                            "source_url",
                            models.CharField(
                                blank=True,
                                max_length=300,
                                validators=[django.core.validators.URLValidator(schemes=["https", "http"])],
                                verbose_name="link to the source",
                            ),
                        ),
                        (
                            "remark",
                            models.CharField(
                                blank=True,
                                help_text="How it was read or inferred. Partners never see this.",
                                max_length=300,
                            ),
                        ),
                        (
                            "verified",
                            models.BooleanField(
                                default=False,
                                help_text="Turn on once the program’s own documents or its administrator confirm it.",
                            ),
                        ),
                        (
                            "code",
                            models.CharField(
                                max_length=64,
                                validators=[
                                    django.core.validators.RegexValidator(
                                        "^[A-Z][A-Z0-9_]*$", "Use capital letters, digits and underscores."
                                    )
                                ],
                            ),
                        ),
                        ("version", models.CharField(help_text="For example 2026-11.", max_length=16)),
                        ("title", models.CharField(max_length=200)),
                        ("body", models.TextField(help_text="Plain text. An empty line starts a new paragraph.")),
                        ("title_es", models.CharField(blank=True, max_length=200, verbose_name="title in Spanish")),
                        (
                            "body_es",
                            models.TextField(
                                blank=True,
                                help_text="If empty, Spanish-speaking customers see the English text.",
                                verbose_name="body in Spanish",
                            ),
                        ),
                        (
                            "verified_es",
                            models.BooleanField(
                                default=False,
                                help_text="Turn on once counsel has confirmed the Spanish text.",
                                verbose_name="Spanish verified",
                            ),
                        ),
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
                            "classification",
                            models.CharField(
                                blank=True,
                                choices=[("RESIDENTIAL", "Residential"), ("COMMERCIAL", "Commercial")],
                                help_text="Leave empty for both homes and businesses.",
                                max_length=16,
                                verbose_name="customer type",
                            ),
                        ),
                        (
                            "for_devices",
                            models.BooleanField(
                                db_default=False,
                                default=False,
                                help_text="On: for customers who sign up with a device. Off: for customers who authorize a utility.",
                                verbose_name="for device links",
                            ),
                        ),
                        (
                            "programs",
                            models.JSONField(
                                blank=True,
                                default=list,
                                help_text="Identifiers of the programs that require it. Leave empty for all in the region.",
                            ),
                        ),
                        (
                            "is_required",
                            models.BooleanField(
                                default=True,
                                help_text="If off, customers can continue without signing it.",
                                verbose_name="required",
                            ),
                        ),
                        ("position", models.PositiveSmallIntegerField(default=0, help_text="Order on the page.")),
                        (
                            "active_from",
                            models.DateField(
                                blank=True, help_text="The first day. Leave empty for no start date.", null=True
                            ),
                        ),
                        (
                            "active_to",
                            models.DateField(
                                blank=True, help_text="The last day. Leave empty for no end date.", null=True
                            ),
                        ),
                    ],
                    options={
                        "ordering": ["transmission_region", "position", "code", "version"],
                        "abstract": False,
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("code", "version"), name="one_agreement_per_code_and_version"
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("active_from", None),
                                    ("active_to", None),
                                    ("active_from__lte", models.F("active_to")),
                                    _connector="OR",
                                ),
                                name="agreement_ends_after_it_begins",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="CheckKind",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("updated_at", models.DateTimeField(auto_now=True)),
                        (
                            "source",
                            models.CharField(
                                blank=True,
                                help_text="The document or page it comes from. Partners see this.",
                                max_length=300,
                            ),
                        ),
                        (
                            "source_url",
                            models.CharField(
                                blank=True,
                                max_length=300,
                                validators=[django.core.validators.URLValidator(schemes=["https", "http"])],
                                verbose_name="link to the source",
                            ),
                        ),
                        (
                            "remark",
                            models.CharField(
                                blank=True,
                                help_text="How it was read or inferred. Partners never see this.",
                                max_length=300,
                            ),
                        ),
                        (
                            "verified",
                            models.BooleanField(
                                default=False,
                                help_text="Turn on once the program’s own documents or its administrator confirm it.",
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
                                    ("NOT_ENROLLED_IN_CONFLICTING_PROGRAM", "Not in a program that excludes this one"),
                                    ("MEETS_EXTRA_PROGRAM_REQUIREMENTS", "The program's own limits are met"),
                                    ("GENERATOR", "Generator facts are complete"),
                                    ("PARTICIPATING", "The meter participates"),
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
                                choices=[("partner", "The partner"), ("leap", "Leap")],
                                max_length=8,
                                verbose_name="who acts",
                            ),
                        ),
                        (
                            "code",
                            models.CharField(
                                help_text="Published as action_code.", max_length=16, verbose_name="action code"
                            ),
                        ),
                        (
                            "description",
                            models.CharField(
                                help_text="Published as action_description. {fields} stands for the missing fields.",
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
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("updated_at", models.DateTimeField(auto_now=True)),
                        ("name", models.SlugField(max_length=64, unique=True)),
                        (
                            "is_of_utilities",
                            models.BooleanField(
                                db_default=False,
                                default=False,
                                editable=False,
                                help_text="Its values are the rows of the utilities table. It has no values of its own.",
                                verbose_name="values are the utilities",
                            ),
                        ),
                    ],
                    options={
                        "ordering": ["name"],
                        "abstract": False,
                    },
                ),
                migrations.CreateModel(
                    name="Choice",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("updated_at", models.DateTimeField(auto_now=True)),
                        ("value", models.CharField(max_length=64)),
                        ("label", models.CharField(max_length=128)),
                        (
                            "label_es",
                            models.CharField(
                                blank=True, db_default="", default="", max_length=128, verbose_name="label in Spanish"
                            ),
                        ),
                        (
                            "synonyms",
                            models.JSONField(blank=True, default=list, help_text="Other spellings that mean the same."),
                        ),
                        (
                            "is_offered",
                            models.BooleanField(
                                default=True,
                                help_text="If off, templates don’t list the value, but it is still accepted.",
                            ),
                        ),
                        ("position", models.PositiveSmallIntegerField(default=0)),
                        (
                            "choice_list",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="choices",
                                to="programs.choicelist",
                            ),
                        ),
                    ],
                    options={
                        "ordering": ["position", "value"],
                        "abstract": False,
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("choice_list", "value"), name="one_choice_per_list_and_value"
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Field",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("updated_at", models.DateTimeField(auto_now=True)),
                        (
                            "source",
                            models.CharField(
                                blank=True,
                                help_text="The document or page it comes from. Partners see this.",
                                max_length=300,
                            ),
                        ),
                        (
                            "source_url",
                            models.CharField(
                                blank=True,
                                max_length=300,
                                validators=[django.core.validators.URLValidator(schemes=["https", "http"])],
                                verbose_name="link to the source",
                            ),
                        ),
                        (
                            "remark",
                            models.CharField(
                                blank=True,
                                help_text="How it was read or inferred. Partners never see this.",
                                max_length=300,
                            ),
                        ),
                        (
                            "verified",
                            models.BooleanField(
                                default=False,
                                help_text="Turn on once the program’s own documents or its administrator confirm it.",
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
                                        "Use lowercase names joined by dots.",
                                    )
                                ],
                            ),
                        ),
                        (
                            "label",
                            models.CharField(help_text="The column's name in templates and forms.", max_length=128),
                        ),
                        (
                            "published_name",
                            models.CharField(
                                blank=True,
                                help_text="The name in published action descriptions. Leave empty to use the label.",
                                max_length=128,
                            ),
                        ),
                        ("section", models.CharField(help_text="The heading the field appears under.", max_length=64)),
                        (
                            "type",
                            models.CharField(
                                choices=[
                                    ("text", "Text"),
                                    ("code", "Code in capital letters"),
                                    ("identifier", "Identifier (account, serial number)"),
                                    ("zip", "ZIP code"),
                                    ("email", "Email address"),
                                    ("phone", "Phone number"),
                                    ("number", "Number"),
                                    ("integer", "Whole number"),
                                    ("date", "Date"),
                                    ("boolean", "Yes or no"),
                                    ("choice", "One value from a list"),
                                    ("choices", "Several values from a list"),
                                ],
                                default="text",
                                max_length=16,
                            ),
                        ),
                        ("unit", models.CharField(blank=True, max_length=16)),
                        ("minimum", models.FloatField(blank=True, null=True)),
                        ("maximum", models.FloatField(blank=True, null=True)),
                        (
                            "usual_minimum",
                            models.FloatField(
                                blank=True,
                                help_text="For one battery. A tenth of this or less stops the row, since the unit must be wrong.",
                                null=True,
                            ),
                        ),
                        (
                            "usual_maximum",
                            models.FloatField(
                                blank=True,
                                help_text="For one home battery. Higher values give a warning; ten times as much stops the row.",
                                null=True,
                            ),
                        ),
                        (
                            "usual_range_verified",
                            models.BooleanField(
                                db_default=False,
                                default=False,
                                help_text="Turn on once someone who knows the devices confirms the usual range.",
                            ),
                        ),
                        ("min_length", models.PositiveIntegerField(blank=True, null=True)),
                        ("max_length", models.PositiveIntegerField(blank=True, null=True)),
                        (
                            "pattern",
                            models.CharField(
                                blank=True,
                                help_text="A regular expression that the whole value must match.",
                                max_length=300,
                            ),
                        ),
                        (
                            "needed",
                            models.CharField(
                                choices=[
                                    ("always", "Required for every meter"),
                                    ("with_object", "Required if another field of its group is filled in"),
                                    ("no", "Optional"),
                                ],
                                default="no",
                                max_length=16,
                            ),
                        ),
                        (
                            "default",
                            models.CharField(
                                blank=True, help_text="The value used if the cell is empty.", max_length=64
                            ),
                        ),
                        ("help", models.TextField(blank=True)),
                        (
                            "label_es",
                            models.CharField(
                                blank=True,
                                db_default="",
                                default="",
                                help_text="For customers of device links. Leave empty to use the English text.",
                                max_length=128,
                                verbose_name="label in Spanish",
                            ),
                        ),
                        (
                            "help_es",
                            models.TextField(blank=True, db_default="", default="", verbose_name="help in Spanish"),
                        ),
                        ("example", models.CharField(blank=True, max_length=200)),
                        (
                            "aliases",
                            models.JSONField(
                                blank=True, default=list, help_text="Other accepted column names for this field."
                            ),
                        ),
                        ("personal", models.BooleanField(default=False, verbose_name="personal data")),
                        (
                            "deprecated",
                            models.BooleanField(default=False, help_text="Still accepted, but no longer offered."),
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
                    name="Footnote",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("updated_at", models.DateTimeField(auto_now=True)),
                        (
                            "source",
                            models.CharField(
                                blank=True,
                                help_text="The document or page it comes from. Partners see this.",
                                max_length=300,
                            ),
                        ),
                        (
                            "source_url",
                            models.CharField(
                                blank=True,
                                max_length=300,
                                validators=[django.core.validators.URLValidator(schemes=["https", "http"])],
                                verbose_name="link to the source",
                            ),
                        ),
                        (
                            "remark",
                            models.CharField(
                                blank=True,
                                help_text="How it was read or inferred. Partners never see this.",
                                max_length=300,
                            ),
                        ),
                        (
                            "verified",
                            models.BooleanField(
                                default=False,
                                help_text="Turn on once the program’s own documents or its administrator confirm it.",
                            ),
                        ),
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
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("updated_at", models.DateTimeField(auto_now=True)),
                        (
                            "source",
                            models.CharField(
                                blank=True,
                                help_text="The document or page it comes from. Partners see this.",
                                max_length=300,
                            ),
                        ),
                        (
                            "source_url",
                            models.CharField(
                                blank=True,
                                max_length=300,
                                validators=[django.core.validators.URLValidator(schemes=["https", "http"])],
                                verbose_name="link to the source",
                            ),
                        ),
                        (
                            "remark",
                            models.CharField(
                                blank=True,
                                help_text="How it was read or inferred. Partners never see this.",
                                max_length=300,
                            ),
                        ),
                        (
                            "verified",
                            models.BooleanField(
                                default=False,
                                help_text="Turn on once the program’s own documents or its administrator confirm it.",
                            ),
                        ),
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
                        (
                            "position",
                            models.PositiveSmallIntegerField(default=0, help_text="Order in the program tables."),
                        ),
                    ],
                    options={
                        "ordering": ["position", "code"],
                        "abstract": False,
                    },
                ),
                migrations.CreateModel(
                    name="Program",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("updated_at", models.DateTimeField(auto_now=True)),
                        (
                            "source",
                            models.CharField(
                                blank=True,
                                help_text="The document or page it comes from. Partners see this.",
                                max_length=300,
                            ),
                        ),
                        (
                            "source_url",
                            models.CharField(
                                blank=True,
                                max_length=300,
                                validators=[django.core.validators.URLValidator(schemes=["https", "http"])],
                                verbose_name="link to the source",
                            ),
                        ),
                        (
                            "remark",
                            models.CharField(
                                blank=True,
                                help_text="How it was read or inferred. Partners never see this.",
                                max_length=300,
                            ),
                        ),
                        (
                            "verified",
                            models.BooleanField(
                                default=False,
                                help_text="Turn on once the program’s own documents or its administrator confirm it.",
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
                                        "^[A-Za-z0-9_-]+$", "Use only letters, digits, - and _."
                                    )
                                ],
                            ),
                        ),
                        ("name", models.CharField(max_length=128)),
                        (
                            "family",
                            models.CharField(
                                help_text="The name in the program tables, for example ConnectedSolutions.",
                                max_length=64,
                            ),
                        ),
                        (
                            "summary",
                            models.TextField(blank=True, help_text="One or two sentences for the program's page."),
                        ),
                        (
                            "is_offered",
                            models.BooleanField(
                                db_default=True,
                                default=True,
                                help_text="If off, only its identifier is known and meters can’t join.",
                                verbose_name="offered",
                            ),
                        ),
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
                                max_length=16,
                            ),
                        ),
                        (
                            "states",
                            models.JSONField(
                                blank=True,
                                default=list,
                                help_text="Two-letter states where customers can be. Leave empty for the whole region.",
                            ),
                        ),
                        (
                            "program_type",
                            models.CharField(
                                blank=True,
                                choices=[("utility-meter", "Utility-meter program"), ("device", "Device program")],
                                max_length=16,
                            ),
                        ),
                        ("accepted_meter_types", models.JSONField(blank=True, default=list)),
                        (
                            "interval_data_source",
                            models.CharField(
                                blank=True,
                                choices=[("utility", "Utility"), ("iso", "ERCOT (ISO)"), ("partner", "Partner")],
                                max_length=8,
                            ),
                        ),
                        (
                            "is_partner_created",
                            models.BooleanField(
                                default=False,
                                help_text="Partners can create meters by upload, form or API.",
                                verbose_name="partner-created",
                            ),
                        ),
                        (
                            "is_customer_authorized",
                            models.BooleanField(
                                default=False,
                                help_text="Meters can be created from the customer’s utility authorization.",
                                verbose_name="customer-authorized",
                            ),
                        ),
                        (
                            "needs_utility_authorization",
                            models.BooleanField(
                                default=False,
                                help_text="A meter becomes eligible only after the customer authorizes utility data sharing.",
                            ),
                        ),
                        (
                            "time_zone",
                            models.CharField(
                                default="America/Los_Angeles",
                                help_text="Deadlines are local midnights here.",
                                max_length=64,
                            ),
                        ),
                        ("active_from", models.DateField(blank=True, null=True)),
                        ("active_to", models.DateField(blank=True, null=True)),
                        (
                            "weekend_rolls_over",
                            models.BooleanField(
                                default=False,
                                help_text="A deadline on a Saturday or Sunday is extended to the following Monday.",
                                verbose_name="weekends roll over",
                            ),
                        ),
                        (
                            "leaves_at",
                            models.CharField(
                                choices=[
                                    ("month", "At the end of the month"),
                                    ("period", "At the end of the delivery period"),
                                ],
                                default="period",
                                help_text="When an active meter leaves after it is disenrolled.",
                                max_length=8,
                                verbose_name="meters leave",
                            ),
                        ),
                        (
                            "periods_ahead",
                            models.PositiveSmallIntegerField(
                                default=3,
                                help_text="How many delivery periods to evaluate: the current one and those after it.",
                                validators=[django.core.validators.MinValueValidator(1)],
                            ),
                        ),
                        (
                            "position",
                            models.PositiveSmallIntegerField(
                                default=0,
                                help_text="Order in the program tables. If programs exclude each other and none was chosen, a meter joins the first one.",
                            ),
                        ),
                        (
                            "footnotes",
                            models.ManyToManyField(blank=True, related_name="programs", to="programs.footnote"),
                        ),
                        (
                            "region",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="programs",
                                to="programs.region",
                            ),
                        ),
                        (
                            "utilities",
                            models.ManyToManyField(
                                blank=True,
                                help_text="Utilities whose customers can join. Leave empty for any utility.",
                                related_name="programs",
                                to="programs.utility",
                            ),
                        ),
                    ],
                    options={
                        "ordering": ["position", "identifier"],
                        "abstract": False,
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("is_offered", False),
                                    ("is_partner_created", True),
                                    ("is_customer_authorized", True),
                                    _connector="OR",
                                ),
                                name="program_has_a_way_in",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("is_offered", False),
                                    models.Q(
                                        ("region__isnull", False), models.Q(("transmission_region", ""), _negated=True)
                                    ),
                                    _connector="OR",
                                ),
                                name="offered_program_has_a_region",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("active_from", None),
                                    ("active_to", None),
                                    ("active_from__lte", models.F("active_to")),
                                    _connector="OR",
                                ),
                                name="program_ends_after_it_begins",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Conflict",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("updated_at", models.DateTimeField(auto_now=True)),
                        (
                            "source",
                            models.CharField(
                                blank=True,
                                help_text="The document or page it comes from. Partners see this.",
                                max_length=300,
                            ),
                        ),
                        (
                            "source_url",
                            models.CharField(
                                blank=True,
                                max_length=300,
                                validators=[django.core.validators.URLValidator(schemes=["https", "http"])],
                                verbose_name="link to the source",
                            ),
                        ),
                        (
                            "remark",
                            models.CharField(
                                blank=True,
                                help_text="How it was read or inferred. Partners never see this.",
                                max_length=300,
                            ),
                        ),
                        (
                            "verified",
                            models.BooleanField(
                                default=False,
                                help_text="Turn on once the program’s own documents or its administrator confirm it.",
                            ),
                        ),
                        (
                            "classification",
                            models.CharField(
                                blank=True,
                                choices=[("RESIDENTIAL", "Residential"), ("COMMERCIAL", "Commercial")],
                                help_text="Leave empty for both homes and businesses.",
                                max_length=16,
                                verbose_name="customer type",
                            ),
                        ),
                        (
                            "path",
                            models.CharField(
                                blank=True,
                                help_text="In words, if the rule applies to only one way of participating, such as battery exports. Partners see this row, but it doesn’t affect eligibility.",
                                max_length=200,
                                verbose_name="way in",
                            ),
                        ),
                        ("is_allowed", models.BooleanField(default=False, verbose_name="can be combined")),
                        (
                            "note",
                            models.CharField(
                                blank=True, help_text="The reason, in a sentence. Partners see this.", max_length=300
                            ),
                        ),
                        ("valid_from", models.DateField(blank=True, null=True)),
                        ("valid_to", models.DateField(blank=True, null=True)),
                        (
                            "said_by",
                            models.ForeignKey(
                                blank=True,
                                help_text="A yes-or-no field of the first program that says whether the meter is also in the other.",
                                null=True,
                                on_delete=django.db.models.deletion.SET_NULL,
                                related_name="+",
                                to="programs.field",
                            ),
                        ),
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
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="conflicts",
                                to="programs.program",
                            ),
                        ),
                        (
                            "utility",
                            models.ForeignKey(
                                blank=True,
                                help_text="Leave empty for any utility.",
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
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(("program", models.F("other")), _negated=True),
                                name="conflict_between_two_programs",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("valid_from", None),
                                    ("valid_to", None),
                                    ("valid_from__lte", models.F("valid_to")),
                                    _connector="OR",
                                ),
                                name="conflict_ends_after_it_begins",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="DeliveryPeriod",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("updated_at", models.DateTimeField(auto_now=True)),
                        (
                            "source",
                            models.CharField(
                                blank=True,
                                help_text="The document or page it comes from. Partners see this.",
                                max_length=300,
                            ),
                        ),
                        (
                            "source_url",
                            models.CharField(
                                blank=True,
                                max_length=300,
                                validators=[django.core.validators.URLValidator(schemes=["https", "http"])],
                                verbose_name="link to the source",
                            ),
                        ),
                        (
                            "remark",
                            models.CharField(
                                blank=True,
                                help_text="How it was read or inferred. Partners never see this.",
                                max_length=300,
                            ),
                        ),
                        (
                            "verified",
                            models.BooleanField(
                                default=False,
                                help_text="Turn on once the program’s own documents or its administrator confirm it.",
                            ),
                        ),
                        ("name", models.CharField(help_text="For example CEC-DSGS_2027_MAY_OCT.", max_length=64)),
                        ("starts_at", models.DateTimeField()),
                        ("ends_at", models.DateTimeField()),
                        (
                            "program",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="delivery_periods",
                                to="programs.program",
                            ),
                        ),
                    ],
                    options={
                        "ordering": ["starts_at", "name"],
                        "abstract": False,
                        "constraints": [
                            models.UniqueConstraint(fields=("program", "name"), name="one_period_per_program_and_name"),
                            models.CheckConstraint(
                                condition=models.Q(("starts_at__lt", models.F("ends_at"))),
                                name="period_ends_after_it_begins",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Deadline",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("updated_at", models.DateTimeField(auto_now=True)),
                        (
                            "source",
                            models.CharField(
                                blank=True,
                                help_text="The document or page it comes from. Partners see this.",
                                max_length=300,
                            ),
                        ),
                        (
                            "source_url",
                            models.CharField(
                                blank=True,
                                max_length=300,
                                validators=[django.core.validators.URLValidator(schemes=["https", "http"])],
                                verbose_name="link to the source",
                            ),
                        ),
                        (
                            "remark",
                            models.CharField(
                                blank=True,
                                help_text="How it was read or inferred. Partners never see this.",
                                max_length=300,
                            ),
                        ),
                        (
                            "verified",
                            models.BooleanField(
                                default=False,
                                help_text="Turn on once the program’s own documents or its administrator confirm it.",
                            ),
                        ),
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
                            models.UniqueConstraint(
                                fields=("period", "deadline_at"), name="one_deadline_per_period_and_time"
                            ),
                            models.CheckConstraint(
                                condition=models.Q(("deadline_at__lte", models.F("activation_at"))),
                                name="deadline_before_activation",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="HistoricalAccountFormat",
                    fields=[
                        ("id", models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name="ID")),
                        ("updated_at", models.DateTimeField(blank=True, editable=False)),
                        (
                            "source",
                            models.CharField(
                                blank=True,
                                help_text="The document or page it comes from. Partners see this.",
                                max_length=300,
                            ),
                        ),
                        (
                            "source_url",
                            models.CharField(
                                blank=True,
                                max_length=300,
                                validators=[django.core.validators.URLValidator(schemes=["https", "http"])],
                                verbose_name="link to the source",
                            ),
                        ),
                        (
                            "remark",
                            models.CharField(
                                blank=True,
                                help_text="How it was read or inferred. Partners never see this.",
                                max_length=300,
                            ),
                        ),
                        (
                            "verified",
                            models.BooleanField(
                                default=False,
                                help_text="Turn on once the program’s own documents or its administrator confirm it.",
                            ),
                        ),
                        (
                            "name",
                            models.CharField(
                                help_text="In words, for example: 11 digits, starting with 5.", max_length=128
                            ),
                        ),
                        (
                            "pattern",
                            models.CharField(
                                help_text="A regular expression that the whole number must match, without spaces and dashes, in capitals.",
                                max_length=300,
                            ),
                        ),
                        ("example", models.CharField(max_length=128)),
                        ("valid_from", models.DateField(blank=True, null=True)),
                        ("valid_to", models.DateField(blank=True, null=True)),
                        (
                            "severity",
                            models.CharField(
                                choices=[("warn", "Warn"), ("refuse", "Reject the row")],
                                default="warn",
                                help_text="If a number matches none of its formats. If any format only warns, the row gets a warning.",
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
                            models.CharField(
                                choices=[("+", "Created"), ("~", "Changed"), ("-", "Deleted")], max_length=1
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
                    name="HistoricalAgreement",
                    fields=[
                        ("id", models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name="ID")),
                        ("updated_at", models.DateTimeField(blank=True, editable=False)),
                        (
                            "source",
                            models.CharField(
                                blank=True,
                                help_text="The document or page it comes from. Partners see this.",
                                max_length=300,
                            ),
                        ),
                        (
                            "source_url",
                            models.CharField(
                                blank=True,
                                max_length=300,
                                validators=[django.core.validators.URLValidator(schemes=["https", "http"])],
                                verbose_name="link to the source",
                            ),
                        ),
                        (
                            "remark",
                            models.CharField(
                                blank=True,
                                help_text="How it was read or inferred. Partners never see this.",
                                max_length=300,
                            ),
                        ),
                        (
                            "verified",
                            models.BooleanField(
                                default=False,
                                help_text="Turn on once the program’s own documents or its administrator confirm it.",
                            ),
                        ),
                        (
                            "code",
                            models.CharField(
                                max_length=64,
                                validators=[
                                    django.core.validators.RegexValidator(
                                        "^[A-Z][A-Z0-9_]*$", "Use capital letters, digits and underscores."
                                    )
                                ],
                            ),
                        ),
                        ("version", models.CharField(help_text="For example 2026-11.", max_length=16)),
                        ("title", models.CharField(max_length=200)),
                        ("body", models.TextField(help_text="Plain text. An empty line starts a new paragraph.")),
                        ("title_es", models.CharField(blank=True, max_length=200, verbose_name="title in Spanish")),
                        (
                            "body_es",
                            models.TextField(
                                blank=True,
                                help_text="If empty, Spanish-speaking customers see the English text.",
                                verbose_name="body in Spanish",
                            ),
                        ),
                        (
                            "verified_es",
                            models.BooleanField(
                                default=False,
                                help_text="Turn on once counsel has confirmed the Spanish text.",
                                verbose_name="Spanish verified",
                            ),
                        ),
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
                            "classification",
                            models.CharField(
                                blank=True,
                                choices=[("RESIDENTIAL", "Residential"), ("COMMERCIAL", "Commercial")],
                                help_text="Leave empty for both homes and businesses.",
                                max_length=16,
                                verbose_name="customer type",
                            ),
                        ),
                        (
                            "for_devices",
                            models.BooleanField(
                                db_default=False,
                                default=False,
                                help_text="On: for customers who sign up with a device. Off: for customers who authorize a utility.",
                                verbose_name="for device links",
                            ),
                        ),
                        (
                            "programs",
                            models.JSONField(
                                blank=True,
                                default=list,
                                help_text="Identifiers of the programs that require it. Leave empty for all in the region.",
                            ),
                        ),
                        (
                            "is_required",
                            models.BooleanField(
                                default=True,
                                help_text="If off, customers can continue without signing it.",
                                verbose_name="required",
                            ),
                        ),
                        ("position", models.PositiveSmallIntegerField(default=0, help_text="Order on the page.")),
                        (
                            "active_from",
                            models.DateField(
                                blank=True, help_text="The first day. Leave empty for no start date.", null=True
                            ),
                        ),
                        (
                            "active_to",
                            models.DateField(
                                blank=True, help_text="The last day. Leave empty for no end date.", null=True
                            ),
                        ),
                        ("history_id", models.AutoField(primary_key=True, serialize=False)),
                        ("history_date", models.DateTimeField(db_index=True)),
                        ("history_change_reason", models.CharField(max_length=100, null=True)),
                        (
                            "history_type",
                            models.CharField(
                                choices=[("+", "Created"), ("~", "Changed"), ("-", "Deleted")], max_length=1
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
                        "verbose_name": "historical agreement",
                        "verbose_name_plural": "historical agreements",
                        "ordering": ("-history_date", "-history_id"),
                        "get_latest_by": ("history_date", "history_id"),
                    },
                    bases=(simple_history.models.HistoricalChanges, models.Model),
                ),
                migrations.CreateModel(
                    name="HistoricalCheckKind",
                    fields=[
                        ("id", models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name="ID")),
                        ("updated_at", models.DateTimeField(blank=True, editable=False)),
                        (
                            "source",
                            models.CharField(
                                blank=True,
                                help_text="The document or page it comes from. Partners see this.",
                                max_length=300,
                            ),
                        ),
                        (
                            "source_url",
                            models.CharField(
                                blank=True,
                                max_length=300,
                                validators=[django.core.validators.URLValidator(schemes=["https", "http"])],
                                verbose_name="link to the source",
                            ),
                        ),
                        (
                            "remark",
                            models.CharField(
                                blank=True,
                                help_text="How it was read or inferred. Partners never see this.",
                                max_length=300,
                            ),
                        ),
                        (
                            "verified",
                            models.BooleanField(
                                default=False,
                                help_text="Turn on once the program’s own documents or its administrator confirm it.",
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
                                    ("NOT_ENROLLED_IN_CONFLICTING_PROGRAM", "Not in a program that excludes this one"),
                                    ("MEETS_EXTRA_PROGRAM_REQUIREMENTS", "The program's own limits are met"),
                                    ("GENERATOR", "Generator facts are complete"),
                                    ("PARTICIPATING", "The meter participates"),
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
                                choices=[("partner", "The partner"), ("leap", "Leap")],
                                max_length=8,
                                verbose_name="who acts",
                            ),
                        ),
                        (
                            "code",
                            models.CharField(
                                help_text="Published as action_code.", max_length=16, verbose_name="action code"
                            ),
                        ),
                        (
                            "description",
                            models.CharField(
                                help_text="Published as action_description. {fields} stands for the missing fields.",
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
                            models.CharField(
                                choices=[("+", "Created"), ("~", "Changed"), ("-", "Deleted")], max_length=1
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
                            "label_es",
                            models.CharField(
                                blank=True, db_default="", default="", max_length=128, verbose_name="label in Spanish"
                            ),
                        ),
                        (
                            "synonyms",
                            models.JSONField(blank=True, default=list, help_text="Other spellings that mean the same."),
                        ),
                        (
                            "is_offered",
                            models.BooleanField(
                                default=True,
                                help_text="If off, templates don’t list the value, but it is still accepted.",
                            ),
                        ),
                        ("position", models.PositiveSmallIntegerField(default=0)),
                        ("history_id", models.AutoField(primary_key=True, serialize=False)),
                        ("history_date", models.DateTimeField(db_index=True)),
                        ("history_change_reason", models.CharField(max_length=100, null=True)),
                        (
                            "history_type",
                            models.CharField(
                                choices=[("+", "Created"), ("~", "Changed"), ("-", "Deleted")], max_length=1
                            ),
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
                        (
                            "is_of_utilities",
                            models.BooleanField(
                                db_default=False,
                                default=False,
                                editable=False,
                                help_text="Its values are the rows of the utilities table. It has no values of its own.",
                                verbose_name="values are the utilities",
                            ),
                        ),
                        ("history_id", models.AutoField(primary_key=True, serialize=False)),
                        ("history_date", models.DateTimeField(db_index=True)),
                        ("history_change_reason", models.CharField(max_length=100, null=True)),
                        (
                            "history_type",
                            models.CharField(
                                choices=[("+", "Created"), ("~", "Changed"), ("-", "Deleted")], max_length=1
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
                        "verbose_name": "historical choice list",
                        "verbose_name_plural": "historical choice lists",
                        "ordering": ("-history_date", "-history_id"),
                        "get_latest_by": ("history_date", "history_id"),
                    },
                    bases=(simple_history.models.HistoricalChanges, models.Model),
                ),
                migrations.CreateModel(
                    name="HistoricalConflict",
                    fields=[
                        ("id", models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name="ID")),
                        ("updated_at", models.DateTimeField(blank=True, editable=False)),
                        (
                            "source",
                            models.CharField(
                                blank=True,
                                help_text="The document or page it comes from. Partners see this.",
                                max_length=300,
                            ),
                        ),
                        (
                            "source_url",
                            models.CharField(
                                blank=True,
                                max_length=300,
                                validators=[django.core.validators.URLValidator(schemes=["https", "http"])],
                                verbose_name="link to the source",
                            ),
                        ),
                        (
                            "remark",
                            models.CharField(
                                blank=True,
                                help_text="How it was read or inferred. Partners never see this.",
                                max_length=300,
                            ),
                        ),
                        (
                            "verified",
                            models.BooleanField(
                                default=False,
                                help_text="Turn on once the program’s own documents or its administrator confirm it.",
                            ),
                        ),
                        (
                            "classification",
                            models.CharField(
                                blank=True,
                                choices=[("RESIDENTIAL", "Residential"), ("COMMERCIAL", "Commercial")],
                                help_text="Leave empty for both homes and businesses.",
                                max_length=16,
                                verbose_name="customer type",
                            ),
                        ),
                        (
                            "path",
                            models.CharField(
                                blank=True,
                                help_text="In words, if the rule applies to only one way of participating, such as battery exports. Partners see this row, but it doesn’t affect eligibility.",
                                max_length=200,
                                verbose_name="way in",
                            ),
                        ),
                        ("is_allowed", models.BooleanField(default=False, verbose_name="can be combined")),
                        (
                            "note",
                            models.CharField(
                                blank=True, help_text="The reason, in a sentence. Partners see this.", max_length=300
                            ),
                        ),
                        ("valid_from", models.DateField(blank=True, null=True)),
                        ("valid_to", models.DateField(blank=True, null=True)),
                        ("history_id", models.AutoField(primary_key=True, serialize=False)),
                        ("history_date", models.DateTimeField(db_index=True)),
                        ("history_change_reason", models.CharField(max_length=100, null=True)),
                        (
                            "history_type",
                            models.CharField(
                                choices=[("+", "Created"), ("~", "Changed"), ("-", "Deleted")], max_length=1
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
                            "said_by",
                            models.ForeignKey(
                                blank=True,
                                db_constraint=False,
                                help_text="A yes-or-no field of the first program that says whether the meter is also in the other.",
                                null=True,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="+",
                                to="programs.field",
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
                                help_text="Leave empty for any utility.",
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
                    name="HistoricalDeadline",
                    fields=[
                        ("id", models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name="ID")),
                        ("updated_at", models.DateTimeField(blank=True, editable=False)),
                        (
                            "source",
                            models.CharField(
                                blank=True,
                                help_text="The document or page it comes from. Partners see this.",
                                max_length=300,
                            ),
                        ),
                        (
                            "source_url",
                            models.CharField(
                                blank=True,
                                max_length=300,
                                validators=[django.core.validators.URLValidator(schemes=["https", "http"])],
                                verbose_name="link to the source",
                            ),
                        ),
                        (
                            "remark",
                            models.CharField(
                                blank=True,
                                help_text="How it was read or inferred. Partners never see this.",
                                max_length=300,
                            ),
                        ),
                        (
                            "verified",
                            models.BooleanField(
                                default=False,
                                help_text="Turn on once the program’s own documents or its administrator confirm it.",
                            ),
                        ),
                        ("deadline_at", models.DateTimeField(verbose_name="enrollment deadline")),
                        ("activation_at", models.DateTimeField(verbose_name="activation date")),
                        ("history_id", models.AutoField(primary_key=True, serialize=False)),
                        ("history_date", models.DateTimeField(db_index=True)),
                        ("history_change_reason", models.CharField(max_length=100, null=True)),
                        (
                            "history_type",
                            models.CharField(
                                choices=[("+", "Created"), ("~", "Changed"), ("-", "Deleted")], max_length=1
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
                    name="HistoricalDeliveryPeriod",
                    fields=[
                        ("id", models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name="ID")),
                        ("updated_at", models.DateTimeField(blank=True, editable=False)),
                        (
                            "source",
                            models.CharField(
                                blank=True,
                                help_text="The document or page it comes from. Partners see this.",
                                max_length=300,
                            ),
                        ),
                        (
                            "source_url",
                            models.CharField(
                                blank=True,
                                max_length=300,
                                validators=[django.core.validators.URLValidator(schemes=["https", "http"])],
                                verbose_name="link to the source",
                            ),
                        ),
                        (
                            "remark",
                            models.CharField(
                                blank=True,
                                help_text="How it was read or inferred. Partners never see this.",
                                max_length=300,
                            ),
                        ),
                        (
                            "verified",
                            models.BooleanField(
                                default=False,
                                help_text="Turn on once the program’s own documents or its administrator confirm it.",
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
                            models.CharField(
                                choices=[("+", "Created"), ("~", "Changed"), ("-", "Deleted")], max_length=1
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
                        "verbose_name": "historical delivery period",
                        "verbose_name_plural": "historical delivery periods",
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
                        (
                            "source",
                            models.CharField(
                                blank=True,
                                help_text="The document or page it comes from. Partners see this.",
                                max_length=300,
                            ),
                        ),
                        (
                            "source_url",
                            models.CharField(
                                blank=True,
                                max_length=300,
                                validators=[django.core.validators.URLValidator(schemes=["https", "http"])],
                                verbose_name="link to the source",
                            ),
                        ),
                        (
                            "remark",
                            models.CharField(
                                blank=True,
                                help_text="How it was read or inferred. Partners never see this.",
                                max_length=300,
                            ),
                        ),
                        (
                            "verified",
                            models.BooleanField(
                                default=False,
                                help_text="Turn on once the program’s own documents or its administrator confirm it.",
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
                                        "Use lowercase names joined by dots.",
                                    )
                                ],
                            ),
                        ),
                        (
                            "label",
                            models.CharField(help_text="The column's name in templates and forms.", max_length=128),
                        ),
                        (
                            "published_name",
                            models.CharField(
                                blank=True,
                                help_text="The name in published action descriptions. Leave empty to use the label.",
                                max_length=128,
                            ),
                        ),
                        ("section", models.CharField(help_text="The heading the field appears under.", max_length=64)),
                        (
                            "type",
                            models.CharField(
                                choices=[
                                    ("text", "Text"),
                                    ("code", "Code in capital letters"),
                                    ("identifier", "Identifier (account, serial number)"),
                                    ("zip", "ZIP code"),
                                    ("email", "Email address"),
                                    ("phone", "Phone number"),
                                    ("number", "Number"),
                                    ("integer", "Whole number"),
                                    ("date", "Date"),
                                    ("boolean", "Yes or no"),
                                    ("choice", "One value from a list"),
                                    ("choices", "Several values from a list"),
                                ],
                                default="text",
                                max_length=16,
                            ),
                        ),
                        ("unit", models.CharField(blank=True, max_length=16)),
                        ("minimum", models.FloatField(blank=True, null=True)),
                        ("maximum", models.FloatField(blank=True, null=True)),
                        (
                            "usual_minimum",
                            models.FloatField(
                                blank=True,
                                help_text="For one battery. A tenth of this or less stops the row, since the unit must be wrong.",
                                null=True,
                            ),
                        ),
                        (
                            "usual_maximum",
                            models.FloatField(
                                blank=True,
                                help_text="For one home battery. Higher values give a warning; ten times as much stops the row.",
                                null=True,
                            ),
                        ),
                        (
                            "usual_range_verified",
                            models.BooleanField(
                                db_default=False,
                                default=False,
                                help_text="Turn on once someone who knows the devices confirms the usual range.",
                            ),
                        ),
                        ("min_length", models.PositiveIntegerField(blank=True, null=True)),
                        ("max_length", models.PositiveIntegerField(blank=True, null=True)),
                        (
                            "pattern",
                            models.CharField(
                                blank=True,
                                help_text="A regular expression that the whole value must match.",
                                max_length=300,
                            ),
                        ),
                        (
                            "needed",
                            models.CharField(
                                choices=[
                                    ("always", "Required for every meter"),
                                    ("with_object", "Required if another field of its group is filled in"),
                                    ("no", "Optional"),
                                ],
                                default="no",
                                max_length=16,
                            ),
                        ),
                        (
                            "default",
                            models.CharField(
                                blank=True, help_text="The value used if the cell is empty.", max_length=64
                            ),
                        ),
                        ("help", models.TextField(blank=True)),
                        (
                            "label_es",
                            models.CharField(
                                blank=True,
                                db_default="",
                                default="",
                                help_text="For customers of device links. Leave empty to use the English text.",
                                max_length=128,
                                verbose_name="label in Spanish",
                            ),
                        ),
                        (
                            "help_es",
                            models.TextField(blank=True, db_default="", default="", verbose_name="help in Spanish"),
                        ),
                        ("example", models.CharField(blank=True, max_length=200)),
                        (
                            "aliases",
                            models.JSONField(
                                blank=True, default=list, help_text="Other accepted column names for this field."
                            ),
                        ),
                        ("personal", models.BooleanField(default=False, verbose_name="personal data")),
                        (
                            "deprecated",
                            models.BooleanField(default=False, help_text="Still accepted, but no longer offered."),
                        ),
                        ("position", models.PositiveSmallIntegerField(default=0, help_text="Order of the columns.")),
                        ("history_id", models.AutoField(primary_key=True, serialize=False)),
                        ("history_date", models.DateTimeField(db_index=True)),
                        ("history_change_reason", models.CharField(max_length=100, null=True)),
                        (
                            "history_type",
                            models.CharField(
                                choices=[("+", "Created"), ("~", "Changed"), ("-", "Deleted")], max_length=1
                            ),
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
                        (
                            "source",
                            models.CharField(
                                blank=True,
                                help_text="The document or page it comes from. Partners see this.",
                                max_length=300,
                            ),
                        ),
                        (
                            "source_url",
                            models.CharField(
                                blank=True,
                                max_length=300,
                                validators=[django.core.validators.URLValidator(schemes=["https", "http"])],
                                verbose_name="link to the source",
                            ),
                        ),
                        (
                            "remark",
                            models.CharField(
                                blank=True,
                                help_text="How it was read or inferred. Partners never see this.",
                                max_length=300,
                            ),
                        ),
                        (
                            "verified",
                            models.BooleanField(
                                default=False,
                                help_text="Turn on once the program’s own documents or its administrator confirm it.",
                            ),
                        ),
                        ("key", models.SlugField(max_length=64)),
                        ("text", models.TextField()),
                        ("position", models.PositiveSmallIntegerField(default=0)),
                        ("history_id", models.AutoField(primary_key=True, serialize=False)),
                        ("history_date", models.DateTimeField(db_index=True)),
                        ("history_change_reason", models.CharField(max_length=100, null=True)),
                        (
                            "history_type",
                            models.CharField(
                                choices=[("+", "Created"), ("~", "Changed"), ("-", "Deleted")], max_length=1
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
                        "verbose_name": "historical footnote",
                        "verbose_name_plural": "historical footnotes",
                        "ordering": ("-history_date", "-history_id"),
                        "get_latest_by": ("history_date", "history_id"),
                    },
                    bases=(simple_history.models.HistoricalChanges, models.Model),
                ),
                migrations.CreateModel(
                    name="HistoricalIntervalColumn",
                    fields=[
                        ("id", models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name="ID")),
                        ("updated_at", models.DateTimeField(blank=True, editable=False)),
                        (
                            "source",
                            models.CharField(
                                blank=True,
                                help_text="The document or page it comes from. Partners see this.",
                                max_length=300,
                            ),
                        ),
                        (
                            "source_url",
                            models.CharField(
                                blank=True,
                                max_length=300,
                                validators=[django.core.validators.URLValidator(schemes=["https", "http"])],
                                verbose_name="link to the source",
                            ),
                        ),
                        (
                            "remark",
                            models.CharField(
                                blank=True,
                                help_text="How it was read or inferred. Partners never see this.",
                                max_length=300,
                            ),
                        ),
                        (
                            "verified",
                            models.BooleanField(
                                default=False,
                                help_text="Turn on once the program’s own documents or its administrator confirm it.",
                            ),
                        ),
                        (
                            "data_type",
                            models.CharField(
                                choices=[("RUNTIME_DATA", "Runtime"), ("PERFORMANCE_DATA", "Performance")],
                                db_index=True,
                                max_length=20,
                            ),
                        ),
                        (
                            "name",
                            models.CharField(
                                db_index=True,
                                help_text="As in the first line of a file.",
                                max_length=60,
                                validators=[
                                    django.core.validators.RegexValidator(
                                        "^[a-z][a-z0-9_]*$", "Use lowercase letters, digits and underscores."
                                    )
                                ],
                                verbose_name="column",
                            ),
                        ),
                        (
                            "meaning",
                            models.CharField(
                                help_text="What a value means and its unit. Partners see this.", max_length=200
                            ),
                        ),
                        (
                            "least",
                            models.FloatField(
                                blank=True,
                                help_text="Leave empty for no limit.",
                                null=True,
                                verbose_name="minimum value",
                            ),
                        ),
                        (
                            "most",
                            models.FloatField(
                                blank=True,
                                help_text="Leave empty for no limit.",
                                null=True,
                                verbose_name="maximum value",
                            ),
                        ),
                        ("history_id", models.AutoField(primary_key=True, serialize=False)),
                        ("history_date", models.DateTimeField(db_index=True)),
                        ("history_change_reason", models.CharField(max_length=100, null=True)),
                        (
                            "history_type",
                            models.CharField(
                                choices=[("+", "Created"), ("~", "Changed"), ("-", "Deleted")], max_length=1
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
                        "verbose_name": "historical interval column",
                        "verbose_name_plural": "historical interval columns",
                        "ordering": ("-history_date", "-history_id"),
                        "get_latest_by": ("history_date", "history_id"),
                    },
                    bases=(simple_history.models.HistoricalChanges, models.Model),
                ),
                migrations.CreateModel(
                    name="HistoricalIntervalDataRule",
                    fields=[
                        ("id", models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name="ID")),
                        ("updated_at", models.DateTimeField(blank=True, editable=False)),
                        (
                            "source",
                            models.CharField(
                                blank=True,
                                help_text="The document or page it comes from. Partners see this.",
                                max_length=300,
                            ),
                        ),
                        (
                            "source_url",
                            models.CharField(
                                blank=True,
                                max_length=300,
                                validators=[django.core.validators.URLValidator(schemes=["https", "http"])],
                                verbose_name="link to the source",
                            ),
                        ),
                        (
                            "remark",
                            models.CharField(
                                blank=True,
                                help_text="How it was read or inferred. Partners never see this.",
                                max_length=300,
                            ),
                        ),
                        (
                            "verified",
                            models.BooleanField(
                                default=False,
                                help_text="Turn on once the program’s own documents or its administrator confirm it.",
                            ),
                        ),
                        (
                            "needs_load",
                            models.BooleanField(
                                default=True, help_text="The energy of each interval.", verbose_name="load"
                            ),
                        ),
                        (
                            "needs_runtime",
                            models.BooleanField(
                                default=False,
                                help_text="How long devices ran in each interval.",
                                verbose_name="runtime",
                            ),
                        ),
                        (
                            "needs_performance",
                            models.BooleanField(
                                default=False,
                                help_text="What devices did in the intervals of events.",
                                verbose_name="performance",
                            ),
                        ),
                        (
                            "days_to_submit",
                            models.PositiveSmallIntegerField(
                                help_text="Full days after that end. 0 means by the end of that day or month.",
                                validators=[django.core.validators.MaxValueValidator(366)],
                            ),
                        ),
                        (
                            "counted_from",
                            models.CharField(
                                choices=[("day", "The day of the interval"), ("month", "The month of the interval")],
                                default="day",
                                max_length=8,
                                verbose_name="counted from the end of",
                            ),
                        ),
                        ("history_id", models.AutoField(primary_key=True, serialize=False)),
                        ("history_date", models.DateTimeField(db_index=True)),
                        ("history_change_reason", models.CharField(max_length=100, null=True)),
                        (
                            "history_type",
                            models.CharField(
                                choices=[("+", "Created"), ("~", "Changed"), ("-", "Deleted")], max_length=1
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
                        "verbose_name": "historical interval data rule",
                        "verbose_name_plural": "historical interval data rules",
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
                        (
                            "source",
                            models.CharField(
                                blank=True,
                                help_text="The document or page it comes from. Partners see this.",
                                max_length=300,
                            ),
                        ),
                        (
                            "source_url",
                            models.CharField(
                                blank=True,
                                max_length=300,
                                validators=[django.core.validators.URLValidator(schemes=["https", "http"])],
                                verbose_name="link to the source",
                            ),
                        ),
                        (
                            "remark",
                            models.CharField(
                                blank=True,
                                help_text="How it was read or inferred. Partners never see this.",
                                max_length=300,
                            ),
                        ),
                        (
                            "verified",
                            models.BooleanField(
                                default=False,
                                help_text="Turn on once the program’s own documents or its administrator confirm it.",
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
                                        "^[A-Za-z0-9_-]+$", "Use only letters, digits, - and _."
                                    )
                                ],
                            ),
                        ),
                        ("name", models.CharField(max_length=128)),
                        (
                            "family",
                            models.CharField(
                                help_text="The name in the program tables, for example ConnectedSolutions.",
                                max_length=64,
                            ),
                        ),
                        (
                            "summary",
                            models.TextField(blank=True, help_text="One or two sentences for the program's page."),
                        ),
                        (
                            "is_offered",
                            models.BooleanField(
                                db_default=True,
                                default=True,
                                help_text="If off, only its identifier is known and meters can’t join.",
                                verbose_name="offered",
                            ),
                        ),
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
                                max_length=16,
                            ),
                        ),
                        (
                            "states",
                            models.JSONField(
                                blank=True,
                                default=list,
                                help_text="Two-letter states where customers can be. Leave empty for the whole region.",
                            ),
                        ),
                        (
                            "program_type",
                            models.CharField(
                                blank=True,
                                choices=[("utility-meter", "Utility-meter program"), ("device", "Device program")],
                                max_length=16,
                            ),
                        ),
                        ("accepted_meter_types", models.JSONField(blank=True, default=list)),
                        (
                            "interval_data_source",
                            models.CharField(
                                blank=True,
                                choices=[("utility", "Utility"), ("iso", "ERCOT (ISO)"), ("partner", "Partner")],
                                max_length=8,
                            ),
                        ),
                        (
                            "is_partner_created",
                            models.BooleanField(
                                default=False,
                                help_text="Partners can create meters by upload, form or API.",
                                verbose_name="partner-created",
                            ),
                        ),
                        (
                            "is_customer_authorized",
                            models.BooleanField(
                                default=False,
                                help_text="Meters can be created from the customer’s utility authorization.",
                                verbose_name="customer-authorized",
                            ),
                        ),
                        (
                            "needs_utility_authorization",
                            models.BooleanField(
                                default=False,
                                help_text="A meter becomes eligible only after the customer authorizes utility data sharing.",
                            ),
                        ),
                        (
                            "time_zone",
                            models.CharField(
                                default="America/Los_Angeles",
                                help_text="Deadlines are local midnights here.",
                                max_length=64,
                            ),
                        ),
                        ("active_from", models.DateField(blank=True, null=True)),
                        ("active_to", models.DateField(blank=True, null=True)),
                        (
                            "weekend_rolls_over",
                            models.BooleanField(
                                default=False,
                                help_text="A deadline on a Saturday or Sunday is extended to the following Monday.",
                                verbose_name="weekends roll over",
                            ),
                        ),
                        (
                            "leaves_at",
                            models.CharField(
                                choices=[
                                    ("month", "At the end of the month"),
                                    ("period", "At the end of the delivery period"),
                                ],
                                default="period",
                                help_text="When an active meter leaves after it is disenrolled.",
                                max_length=8,
                                verbose_name="meters leave",
                            ),
                        ),
                        (
                            "periods_ahead",
                            models.PositiveSmallIntegerField(
                                default=3,
                                help_text="How many delivery periods to evaluate: the current one and those after it.",
                                validators=[django.core.validators.MinValueValidator(1)],
                            ),
                        ),
                        (
                            "position",
                            models.PositiveSmallIntegerField(
                                default=0,
                                help_text="Order in the program tables. If programs exclude each other and none was chosen, a meter joins the first one.",
                            ),
                        ),
                        ("history_id", models.AutoField(primary_key=True, serialize=False)),
                        ("history_date", models.DateTimeField(db_index=True)),
                        ("history_change_reason", models.CharField(max_length=100, null=True)),
                        (
                            "history_type",
                            models.CharField(
                                choices=[("+", "Created"), ("~", "Changed"), ("-", "Deleted")], max_length=1
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
                    name="HistoricalProgramCheck",
                    fields=[
                        ("id", models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name="ID")),
                        ("updated_at", models.DateTimeField(blank=True, editable=False)),
                        (
                            "source",
                            models.CharField(
                                blank=True,
                                help_text="The document or page it comes from. Partners see this.",
                                max_length=300,
                            ),
                        ),
                        (
                            "source_url",
                            models.CharField(
                                blank=True,
                                max_length=300,
                                validators=[django.core.validators.URLValidator(schemes=["https", "http"])],
                                verbose_name="link to the source",
                            ),
                        ),
                        (
                            "remark",
                            models.CharField(
                                blank=True,
                                help_text="How it was read or inferred. Partners never see this.",
                                max_length=300,
                            ),
                        ),
                        (
                            "verified",
                            models.BooleanField(
                                default=False,
                                help_text="Turn on once the program’s own documents or its administrator confirm it.",
                            ),
                        ),
                        (
                            "description",
                            models.CharField(
                                blank=True, help_text="Leave empty to use the check type’s text.", max_length=300
                            ),
                        ),
                        (
                            "while_open",
                            models.CharField(
                                blank=True,
                                choices=[("PENDING", "Pending"), ("INELIGIBLE", "Not eligible yet")],
                                help_text="Leave empty to use the check type’s setting.",
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
                            models.CharField(
                                choices=[("+", "Created"), ("~", "Changed"), ("-", "Deleted")], max_length=1
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
                    name="HistoricalProgramFact",
                    fields=[
                        ("id", models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name="ID")),
                        ("updated_at", models.DateTimeField(blank=True, editable=False)),
                        (
                            "source",
                            models.CharField(
                                blank=True,
                                help_text="The document or page it comes from. Partners see this.",
                                max_length=300,
                            ),
                        ),
                        (
                            "source_url",
                            models.CharField(
                                blank=True,
                                max_length=300,
                                validators=[django.core.validators.URLValidator(schemes=["https", "http"])],
                                verbose_name="link to the source",
                            ),
                        ),
                        (
                            "remark",
                            models.CharField(
                                blank=True,
                                help_text="How it was read or inferred. Partners never see this.",
                                max_length=300,
                            ),
                        ),
                        (
                            "verified",
                            models.BooleanField(
                                default=False,
                                help_text="Turn on once the program’s own documents or its administrator confirm it.",
                            ),
                        ),
                        (
                            "about",
                            models.CharField(
                                choices=[
                                    ("outlook", "Outlook"),
                                    ("places", "States and utilities"),
                                    ("eligibility", "Who can join"),
                                    ("size", "Size"),
                                    ("events", "Events"),
                                    ("dates", "The administrator’s own dates"),
                                    ("order", "If you don’t choose a program"),
                                    ("leaving", "When meters leave"),
                                ],
                                max_length=16,
                            ),
                        ),
                        (
                            "text",
                            models.CharField(
                                blank=True,
                                help_text="One or two sentences. Leave empty if the program’s own fields say it and this is only their source.",
                                max_length=500,
                            ),
                        ),
                        ("history_id", models.AutoField(primary_key=True, serialize=False)),
                        ("history_date", models.DateTimeField(db_index=True)),
                        ("history_change_reason", models.CharField(max_length=100, null=True)),
                        (
                            "history_type",
                            models.CharField(
                                choices=[("+", "Created"), ("~", "Changed"), ("-", "Deleted")], max_length=1
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
                            "period",
                            models.ForeignKey(
                                blank=True,
                                db_constraint=False,
                                help_text="Leave empty for the whole program.",
                                null=True,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="+",
                                to="programs.deliveryperiod",
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
                        "verbose_name": "historical program fact",
                        "verbose_name_plural": "historical program facts",
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
                        (
                            "source",
                            models.CharField(
                                blank=True,
                                help_text="The document or page it comes from. Partners see this.",
                                max_length=300,
                            ),
                        ),
                        (
                            "source_url",
                            models.CharField(
                                blank=True,
                                max_length=300,
                                validators=[django.core.validators.URLValidator(schemes=["https", "http"])],
                                verbose_name="link to the source",
                            ),
                        ),
                        (
                            "remark",
                            models.CharField(
                                blank=True,
                                help_text="How it was read or inferred. Partners never see this.",
                                max_length=300,
                            ),
                        ),
                        (
                            "verified",
                            models.BooleanField(
                                default=False,
                                help_text="Turn on once the program’s own documents or its administrator confirm it.",
                            ),
                        ),
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
                        (
                            "position",
                            models.PositiveSmallIntegerField(default=0, help_text="Order in the program tables."),
                        ),
                        ("history_id", models.AutoField(primary_key=True, serialize=False)),
                        ("history_date", models.DateTimeField(db_index=True)),
                        ("history_change_reason", models.CharField(max_length=100, null=True)),
                        (
                            "history_type",
                            models.CharField(
                                choices=[("+", "Created"), ("~", "Changed"), ("-", "Deleted")], max_length=1
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
                        "verbose_name": "historical region",
                        "verbose_name_plural": "historical regions",
                        "ordering": ("-history_date", "-history_id"),
                        "get_latest_by": ("history_date", "history_id"),
                    },
                    bases=(simple_history.models.HistoricalChanges, models.Model),
                ),
                migrations.CreateModel(
                    name="HistoricalRequiredInformation",
                    fields=[
                        ("id", models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name="ID")),
                        ("updated_at", models.DateTimeField(blank=True, editable=False)),
                        (
                            "source",
                            models.CharField(
                                blank=True,
                                help_text="The document or page it comes from. Partners see this.",
                                max_length=300,
                            ),
                        ),
                        (
                            "source_url",
                            models.CharField(
                                blank=True,
                                max_length=300,
                                validators=[django.core.validators.URLValidator(schemes=["https", "http"])],
                                verbose_name="link to the source",
                            ),
                        ),
                        (
                            "remark",
                            models.CharField(
                                blank=True,
                                help_text="How it was read or inferred. Partners never see this.",
                                max_length=300,
                            ),
                        ),
                        (
                            "verified",
                            models.BooleanField(
                                default=False,
                                help_text="Turn on once the program’s own documents or its administrator confirm it.",
                            ),
                        ),
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
                            "classification",
                            models.CharField(
                                blank=True,
                                choices=[("RESIDENTIAL", "Residential"), ("COMMERCIAL", "Commercial")],
                                help_text="Leave empty for both homes and businesses.",
                                max_length=16,
                                verbose_name="customer type",
                            ),
                        ),
                        (
                            "for_devices",
                            models.BooleanField(
                                db_default=False,
                                default=False,
                                help_text="On: for customers who sign up with a device. Off: for customers who authorize a utility.",
                                verbose_name="for device links",
                            ),
                        ),
                        (
                            "key",
                            models.CharField(
                                choices=[
                                    ("customer_name", "Customer name"),
                                    ("email", "Email"),
                                    ("phone", "Phone"),
                                    ("company_name", "Company name"),
                                    ("title", "Title"),
                                    ("street", "Street"),
                                    ("city", "City"),
                                    ("state", "State"),
                                    ("postal_code", "ZIP code"),
                                    ("account_number", "Utility account number"),
                                    ("esi_id", "ESI ID"),
                                    ("has_generator", "Has a generator"),
                                    ("generator_capacity_kw", "Generator capacity (kW)"),
                                    ("load_types", "Load types"),
                                ],
                                max_length=32,
                                verbose_name="information",
                            ),
                        ),
                        ("label", models.CharField(max_length=128)),
                        ("help_text", models.CharField(blank=True, max_length=300)),
                        (
                            "label_es",
                            models.CharField(
                                blank=True,
                                help_text="Leave empty to use the English label.",
                                max_length=128,
                                verbose_name="label in Spanish",
                            ),
                        ),
                        (
                            "help_text_es",
                            models.CharField(blank=True, max_length=300, verbose_name="help text in Spanish"),
                        ),
                        ("is_required", models.BooleanField(default=True, verbose_name="required")),
                        ("position", models.PositiveSmallIntegerField(default=0, help_text="Order on the page.")),
                        ("history_id", models.AutoField(primary_key=True, serialize=False)),
                        ("history_date", models.DateTimeField(db_index=True)),
                        ("history_change_reason", models.CharField(max_length=100, null=True)),
                        (
                            "history_type",
                            models.CharField(
                                choices=[("+", "Created"), ("~", "Changed"), ("-", "Deleted")], max_length=1
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
                        "verbose_name": "historical required information",
                        "verbose_name_plural": "historical required information",
                        "ordering": ("-history_date", "-history_id"),
                        "get_latest_by": ("history_date", "history_id"),
                    },
                    bases=(simple_history.models.HistoricalChanges, models.Model),
                ),
                migrations.CreateModel(
                    name="HistoricalRequirement",
                    fields=[
                        ("id", models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name="ID")),
                        ("updated_at", models.DateTimeField(blank=True, editable=False)),
                        (
                            "source",
                            models.CharField(
                                blank=True,
                                help_text="The document or page it comes from. Partners see this.",
                                max_length=300,
                            ),
                        ),
                        (
                            "source_url",
                            models.CharField(
                                blank=True,
                                max_length=300,
                                validators=[django.core.validators.URLValidator(schemes=["https", "http"])],
                                verbose_name="link to the source",
                            ),
                        ),
                        (
                            "remark",
                            models.CharField(
                                blank=True,
                                help_text="How it was read or inferred. Partners never see this.",
                                max_length=300,
                            ),
                        ),
                        (
                            "verified",
                            models.BooleanField(
                                default=False,
                                help_text="Turn on once the program’s own documents or its administrator confirm it.",
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
                            models.CharField(
                                blank=True, help_text="Separate multiple values with commas.", max_length=200
                            ),
                        ),
                        (
                            "minimum",
                            models.FloatField(blank=True, help_text="Narrower than the field's own limit.", null=True),
                        ),
                        ("maximum", models.FloatField(blank=True, null=True)),
                        (
                            "earliest",
                            models.DateField(blank=True, help_text="For a date: not before this day.", null=True),
                        ),
                        (
                            "latest",
                            models.DateField(blank=True, help_text="For a date: not after this day.", null=True),
                        ),
                        (
                            "choices",
                            models.JSONField(
                                blank=True,
                                default=list,
                                help_text="Values from the field’s list that the program accepts.",
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
                                help_text="Leave empty for a missing field or one of the program’s own limits.",
                                max_length=40,
                                verbose_name="checklist item",
                            ),
                        ),
                        (
                            "note",
                            models.CharField(
                                blank=True,
                                help_text="Why or when it is required. Shown in the column guide.",
                                max_length=300,
                            ),
                        ),
                        ("valid_from", models.DateField(blank=True, null=True)),
                        ("valid_to", models.DateField(blank=True, null=True)),
                        ("history_id", models.AutoField(primary_key=True, serialize=False)),
                        ("history_date", models.DateTimeField(db_index=True)),
                        ("history_change_reason", models.CharField(max_length=100, null=True)),
                        (
                            "history_type",
                            models.CharField(
                                choices=[("+", "Created"), ("~", "Changed"), ("-", "Deleted")], max_length=1
                            ),
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
                    name="HistoricalState",
                    fields=[
                        ("id", models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name="ID")),
                        ("updated_at", models.DateTimeField(blank=True, editable=False)),
                        (
                            "source",
                            models.CharField(
                                blank=True,
                                help_text="The document or page it comes from. Partners see this.",
                                max_length=300,
                            ),
                        ),
                        (
                            "source_url",
                            models.CharField(
                                blank=True,
                                max_length=300,
                                validators=[django.core.validators.URLValidator(schemes=["https", "http"])],
                                verbose_name="link to the source",
                            ),
                        ),
                        (
                            "remark",
                            models.CharField(
                                blank=True,
                                help_text="How it was read or inferred. Partners never see this.",
                                max_length=300,
                            ),
                        ),
                        (
                            "verified",
                            models.BooleanField(
                                default=False,
                                help_text="Turn on once the program’s own documents or its administrator confirm it.",
                            ),
                        ),
                        (
                            "code",
                            models.CharField(
                                db_index=True,
                                max_length=2,
                                validators=[
                                    django.core.validators.RegexValidator("^[A-Z]{2}$", "Two capital letters.")
                                ],
                            ),
                        ),
                        ("name", models.CharField(max_length=64)),
                        (
                            "transmission_regions",
                            models.JSONField(
                                blank=True,
                                default=list,
                                help_text="All regions that cover part of the state. Any other region stops the row.",
                            ),
                        ),
                        (
                            "border_zips",
                            models.JSONField(
                                blank=True,
                                default=list,
                                help_text="ZIP codes of a neighboring state that are also delivered from here.",
                            ),
                        ),
                        ("history_id", models.AutoField(primary_key=True, serialize=False)),
                        ("history_date", models.DateTimeField(db_index=True)),
                        ("history_change_reason", models.CharField(max_length=100, null=True)),
                        (
                            "history_type",
                            models.CharField(
                                choices=[("+", "Created"), ("~", "Changed"), ("-", "Deleted")], max_length=1
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
                        "verbose_name": "historical state",
                        "verbose_name_plural": "historical states",
                        "ordering": ("-history_date", "-history_id"),
                        "get_latest_by": ("history_date", "history_id"),
                    },
                    bases=(simple_history.models.HistoricalChanges, models.Model),
                ),
                migrations.CreateModel(
                    name="HistoricalUnknownSeason",
                    fields=[
                        ("id", models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name="ID")),
                        ("updated_at", models.DateTimeField(blank=True, editable=False)),
                        (
                            "source",
                            models.CharField(
                                blank=True,
                                help_text="The document or page it comes from. Partners see this.",
                                max_length=300,
                            ),
                        ),
                        (
                            "source_url",
                            models.CharField(
                                blank=True,
                                max_length=300,
                                validators=[django.core.validators.URLValidator(schemes=["https", "http"])],
                                verbose_name="link to the source",
                            ),
                        ),
                        (
                            "remark",
                            models.CharField(
                                blank=True,
                                help_text="How it was read or inferred. Partners never see this.",
                                max_length=300,
                            ),
                        ),
                        (
                            "verified",
                            models.BooleanField(
                                default=False,
                                help_text="Turn on once the program’s own documents or its administrator confirm it.",
                            ),
                        ),
                        ("starts_on", models.DateField(verbose_name="first day")),
                        ("ends_on", models.DateField(verbose_name="last day")),
                        (
                            "classification",
                            models.CharField(
                                blank=True,
                                choices=[("RESIDENTIAL", "Residential"), ("COMMERCIAL", "Commercial")],
                                help_text="Leave empty for both homes and businesses.",
                                max_length=16,
                                verbose_name="customer type",
                            ),
                        ),
                        ("note", models.CharField(help_text="In a sentence. Partners see this.", max_length=300)),
                        ("history_id", models.AutoField(primary_key=True, serialize=False)),
                        ("history_date", models.DateTimeField(db_index=True)),
                        ("history_change_reason", models.CharField(max_length=100, null=True)),
                        (
                            "history_type",
                            models.CharField(
                                choices=[("+", "Created"), ("~", "Changed"), ("-", "Deleted")], max_length=1
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
                        "verbose_name": "historical unknown season",
                        "verbose_name_plural": "historical unknown seasons",
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
                        (
                            "source",
                            models.CharField(
                                blank=True,
                                help_text="The document or page it comes from. Partners see this.",
                                max_length=300,
                            ),
                        ),
                        (
                            "source_url",
                            models.CharField(
                                blank=True,
                                max_length=300,
                                validators=[django.core.validators.URLValidator(schemes=["https", "http"])],
                                verbose_name="link to the source",
                            ),
                        ),
                        (
                            "remark",
                            models.CharField(
                                blank=True,
                                help_text="How it was read or inferred. Partners never see this.",
                                max_length=300,
                            ),
                        ),
                        (
                            "verified",
                            models.BooleanField(
                                default=False,
                                help_text="Turn on once the program’s own documents or its administrator confirm it.",
                            ),
                        ),
                        (
                            "code",
                            models.CharField(
                                db_index=True, help_text="As in the published list of utility names.", max_length=64
                            ),
                        ),
                        ("name", models.CharField(max_length=128)),
                        (
                            "synonyms",
                            models.JSONField(blank=True, default=list, help_text="Other names people use for it."),
                        ),
                        (
                            "is_offered",
                            models.BooleanField(
                                db_default=True,
                                default=True,
                                help_text="If off, templates, forms and suggestions don’t list it, but it is still accepted.",
                                verbose_name="offered",
                            ),
                        ),
                        (
                            "position",
                            models.PositiveSmallIntegerField(
                                db_default=1000, default=1000, help_text="Order in lists."
                            ),
                        ),
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
                                help_text="Leave empty if it serves several regions. Then we check only its states.",
                                max_length=16,
                            ),
                        ),
                        (
                            "states",
                            models.JSONField(
                                blank=True,
                                default=list,
                                help_text="Every state it serves, as two letters. Leave empty to skip the check.",
                            ),
                        ),
                        (
                            "eia_number",
                            models.CharField(
                                blank=True,
                                help_text="Only for those whose customers have ESI IDs (Texas): digits 3 to 7 of the ESI ID.",
                                max_length=5,
                                validators=[
                                    django.core.validators.RegexValidator(
                                        "^[0-9]{5}$", "Five digits, with leading zeros."
                                    )
                                ],
                                verbose_name="EIA number",
                            ),
                        ),
                        (
                            "eia_number_confirmed",
                            models.BooleanField(
                                default=False,
                                help_text="Turn on once EIA-861 shows this number. A wrong utility stops a row only if both utilities are confirmed.",
                                verbose_name="EIA number confirmed",
                            ),
                        ),
                        (
                            "is_test",
                            models.BooleanField(default=False, help_text="For tests only. Not offered in templates."),
                        ),
                        ("history_id", models.AutoField(primary_key=True, serialize=False)),
                        ("history_date", models.DateTimeField(db_index=True)),
                        ("history_change_reason", models.CharField(max_length=100, null=True)),
                        (
                            "history_type",
                            models.CharField(
                                choices=[("+", "Created"), ("~", "Changed"), ("-", "Deleted")], max_length=1
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
                        "verbose_name": "historical utility",
                        "verbose_name_plural": "historical utilities",
                        "ordering": ("-history_date", "-history_id"),
                        "get_latest_by": ("history_date", "history_id"),
                    },
                    bases=(simple_history.models.HistoricalChanges, models.Model),
                ),
                migrations.CreateModel(
                    name="HistoricalUtilityConnection",
                    fields=[
                        ("id", models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name="ID")),
                        ("updated_at", models.DateTimeField(blank=True, editable=False)),
                        (
                            "source",
                            models.CharField(
                                blank=True,
                                help_text="The document or page it comes from. Partners see this.",
                                max_length=300,
                            ),
                        ),
                        (
                            "source_url",
                            models.CharField(
                                blank=True,
                                max_length=300,
                                validators=[django.core.validators.URLValidator(schemes=["https", "http"])],
                                verbose_name="link to the source",
                            ),
                        ),
                        (
                            "remark",
                            models.CharField(
                                blank=True,
                                help_text="How it was read or inferred. Partners never see this.",
                                max_length=300,
                            ),
                        ),
                        (
                            "verified",
                            models.BooleanField(
                                default=False,
                                help_text="Turn on once the program’s own documents or its administrator confirm it.",
                            ),
                        ),
                        (
                            "authorization_url",
                            models.CharField(
                                help_text="Where customers sign in.",
                                max_length=500,
                                validators=[django.core.validators.URLValidator(schemes=["https", "http"])],
                                verbose_name="authorization URL",
                            ),
                        ),
                        (
                            "token_url",
                            models.CharField(
                                max_length=500,
                                validators=[django.core.validators.URLValidator(schemes=["https", "http"])],
                                verbose_name="token URL",
                            ),
                        ),
                        (
                            "revocation_url",
                            models.CharField(
                                blank=True,
                                help_text="Leave empty if it has none.",
                                max_length=500,
                                validators=[django.core.validators.URLValidator(schemes=["https", "http"])],
                                verbose_name="revocation URL",
                            ),
                        ),
                        (
                            "resource_url",
                            models.CharField(
                                help_text="Where the feeds are, for example https://…/espi/1_1/resource.",
                                max_length=500,
                                validators=[django.core.validators.URLValidator(schemes=["https", "http"])],
                                verbose_name="resource URL",
                            ),
                        ),
                        (
                            "client_id",
                            models.CharField(
                                help_text="As assigned when the utility registered the portal.",
                                max_length=200,
                                verbose_name="client ID",
                            ),
                        ),
                        (
                            "token_auth_method",
                            models.CharField(
                                choices=[
                                    ("client_secret_basic", "HTTP Basic (client_secret_basic)"),
                                    ("client_secret_post", "In the request's body (client_secret_post)"),
                                ],
                                default="client_secret_basic",
                                max_length=24,
                            ),
                        ),
                        (
                            "scope",
                            models.CharField(
                                help_text="The ESPI scope string, for example FB=4_5_15;IntervalDuration=900;HistoryLength=13.",
                                max_length=500,
                            ),
                        ),
                        ("uses_pkce", models.BooleanField(default=False, verbose_name="uses PKCE")),
                        (
                            "issuer",
                            models.CharField(
                                blank=True,
                                help_text="The iss that its responses must contain. Leave empty to skip the check.",
                                max_length=500,
                            ),
                        ),
                        (
                            "client_certificate",
                            models.CharField(
                                blank=True,
                                help_text="Path on the server to the certificate with its key. Leave empty if not required.",
                                max_length=500,
                            ),
                        ),
                        (
                            "notifies",
                            models.BooleanField(
                                default=False,
                                help_text="If off, the portal checks for new data regularly.",
                                verbose_name="sends notifications",
                            ),
                        ),
                        (
                            "customer_help",
                            models.TextField(
                                blank=True,
                                help_text="For customers: where to find what this utility asks for at sign-in.",
                            ),
                        ),
                        (
                            "customer_help_es",
                            models.TextField(
                                blank=True,
                                help_text="If empty, Spanish-speaking customers see the English one.",
                                verbose_name="customer help in Spanish",
                            ),
                        ),
                        (
                            "is_active",
                            models.BooleanField(
                                default=True, help_text="If off, customers can’t choose it.", verbose_name="active"
                            ),
                        ),
                        ("history_id", models.AutoField(primary_key=True, serialize=False)),
                        ("history_date", models.DateTimeField(db_index=True)),
                        ("history_change_reason", models.CharField(max_length=100, null=True)),
                        (
                            "history_type",
                            models.CharField(
                                choices=[("+", "Created"), ("~", "Changed"), ("-", "Deleted")], max_length=1
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
                        "verbose_name": "historical Green Button connection",
                        "verbose_name_plural": "historical Green Button connections",
                        "ordering": ("-history_date", "-history_id"),
                        "get_latest_by": ("history_date", "history_id"),
                    },
                    bases=(simple_history.models.HistoricalChanges, models.Model),
                ),
                migrations.CreateModel(
                    name="IntervalColumn",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("updated_at", models.DateTimeField(auto_now=True)),
                        (
                            "source",
                            models.CharField(
                                blank=True,
                                help_text="The document or page it comes from. Partners see this.",
                                max_length=300,
                            ),
                        ),
                        (
                            "source_url",
                            models.CharField(
                                blank=True,
                                max_length=300,
                                validators=[django.core.validators.URLValidator(schemes=["https", "http"])],
                                verbose_name="link to the source",
                            ),
                        ),
                        (
                            "remark",
                            models.CharField(
                                blank=True,
                                help_text="How it was read or inferred. Partners never see this.",
                                max_length=300,
                            ),
                        ),
                        (
                            "verified",
                            models.BooleanField(
                                default=False,
                                help_text="Turn on once the program’s own documents or its administrator confirm it.",
                            ),
                        ),
                        (
                            "data_type",
                            models.CharField(
                                choices=[("RUNTIME_DATA", "Runtime"), ("PERFORMANCE_DATA", "Performance")],
                                max_length=20,
                                unique=True,
                            ),
                        ),
                        (
                            "name",
                            models.CharField(
                                help_text="As in the first line of a file.",
                                max_length=60,
                                unique=True,
                                validators=[
                                    django.core.validators.RegexValidator(
                                        "^[a-z][a-z0-9_]*$", "Use lowercase letters, digits and underscores."
                                    )
                                ],
                                verbose_name="column",
                            ),
                        ),
                        (
                            "meaning",
                            models.CharField(
                                help_text="What a value means and its unit. Partners see this.", max_length=200
                            ),
                        ),
                        (
                            "least",
                            models.FloatField(
                                blank=True,
                                help_text="Leave empty for no limit.",
                                null=True,
                                verbose_name="minimum value",
                            ),
                        ),
                        (
                            "most",
                            models.FloatField(
                                blank=True,
                                help_text="Leave empty for no limit.",
                                null=True,
                                verbose_name="maximum value",
                            ),
                        ),
                    ],
                    options={
                        "ordering": ["data_type"],
                        "abstract": False,
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("least", None), ("most", None), ("least__lt", models.F("most")), _connector="OR"
                                ),
                                name="interval_column_has_a_range",
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="IntervalDataRule",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("updated_at", models.DateTimeField(auto_now=True)),
                        (
                            "source",
                            models.CharField(
                                blank=True,
                                help_text="The document or page it comes from. Partners see this.",
                                max_length=300,
                            ),
                        ),
                        (
                            "source_url",
                            models.CharField(
                                blank=True,
                                max_length=300,
                                validators=[django.core.validators.URLValidator(schemes=["https", "http"])],
                                verbose_name="link to the source",
                            ),
                        ),
                        (
                            "remark",
                            models.CharField(
                                blank=True,
                                help_text="How it was read or inferred. Partners never see this.",
                                max_length=300,
                            ),
                        ),
                        (
                            "verified",
                            models.BooleanField(
                                default=False,
                                help_text="Turn on once the program’s own documents or its administrator confirm it.",
                            ),
                        ),
                        (
                            "needs_load",
                            models.BooleanField(
                                default=True, help_text="The energy of each interval.", verbose_name="load"
                            ),
                        ),
                        (
                            "needs_runtime",
                            models.BooleanField(
                                default=False,
                                help_text="How long devices ran in each interval.",
                                verbose_name="runtime",
                            ),
                        ),
                        (
                            "needs_performance",
                            models.BooleanField(
                                default=False,
                                help_text="What devices did in the intervals of events.",
                                verbose_name="performance",
                            ),
                        ),
                        (
                            "days_to_submit",
                            models.PositiveSmallIntegerField(
                                help_text="Full days after that end. 0 means by the end of that day or month.",
                                validators=[django.core.validators.MaxValueValidator(366)],
                            ),
                        ),
                        (
                            "counted_from",
                            models.CharField(
                                choices=[("day", "The day of the interval"), ("month", "The month of the interval")],
                                default="day",
                                max_length=8,
                                verbose_name="counted from the end of",
                            ),
                        ),
                        (
                            "program",
                            models.OneToOneField(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="interval_data_rule",
                                to="programs.program",
                            ),
                        ),
                    ],
                    options={
                        "ordering": ["program"],
                        "abstract": False,
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("needs_load", True),
                                    ("needs_runtime", True),
                                    ("needs_performance", True),
                                    _connector="OR",
                                ),
                                name="interval_data_rule_needs_something",
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="PassedDeadline",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("updated_at", models.DateTimeField(auto_now=True)),
                        ("deadline_at", models.DateTimeField(verbose_name="enrollment deadline")),
                        (
                            "accepted_until",
                            models.DateTimeField(help_text="Later than the deadline if a weekend extends it."),
                        ),
                        ("activation_at", models.DateTimeField(verbose_name="activation date")),
                        (
                            "rules_at",
                            models.DateTimeField(
                                help_text="The deadline itself, unless another time was chosen.",
                                verbose_name="by the rules as of",
                            ),
                        ),
                        (
                            "recorded_at",
                            models.DateTimeField(help_text="When it was known which meters made it.", null=True),
                        ),
                        (
                            "period",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="passed_deadlines",
                                to="programs.deliveryperiod",
                            ),
                        ),
                    ],
                    options={
                        "ordering": ["-accepted_until", "period"],
                        "abstract": False,
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("period", "deadline_at", "accepted_until"),
                                name="one_passed_deadline_per_period_and_time",
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="ProgramCheck",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("updated_at", models.DateTimeField(auto_now=True)),
                        (
                            "source",
                            models.CharField(
                                blank=True,
                                help_text="The document or page it comes from. Partners see this.",
                                max_length=300,
                            ),
                        ),
                        (
                            "source_url",
                            models.CharField(
                                blank=True,
                                max_length=300,
                                validators=[django.core.validators.URLValidator(schemes=["https", "http"])],
                                verbose_name="link to the source",
                            ),
                        ),
                        (
                            "remark",
                            models.CharField(
                                blank=True,
                                help_text="How it was read or inferred. Partners never see this.",
                                max_length=300,
                            ),
                        ),
                        (
                            "verified",
                            models.BooleanField(
                                default=False,
                                help_text="Turn on once the program’s own documents or its administrator confirm it.",
                            ),
                        ),
                        (
                            "description",
                            models.CharField(
                                blank=True, help_text="Leave empty to use the check type’s text.", max_length=300
                            ),
                        ),
                        (
                            "while_open",
                            models.CharField(
                                blank=True,
                                choices=[("PENDING", "Pending"), ("INELIGIBLE", "Not eligible yet")],
                                help_text="Leave empty to use the check type’s setting.",
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
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="checks",
                                to="programs.program",
                            ),
                        ),
                    ],
                    options={
                        "ordering": ["program", "kind"],
                        "abstract": False,
                        "constraints": [
                            models.UniqueConstraint(fields=("program", "kind"), name="one_check_per_program_and_kind"),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("valid_from", None),
                                    ("valid_to", None),
                                    ("valid_from__lte", models.F("valid_to")),
                                    _connector="OR",
                                ),
                                name="check_ends_after_it_begins",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="ProgramFact",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("updated_at", models.DateTimeField(auto_now=True)),
                        (
                            "source",
                            models.CharField(
                                blank=True,
                                help_text="The document or page it comes from. Partners see this.",
                                max_length=300,
                            ),
                        ),
                        (
                            "source_url",
                            models.CharField(
                                blank=True,
                                max_length=300,
                                validators=[django.core.validators.URLValidator(schemes=["https", "http"])],
                                verbose_name="link to the source",
                            ),
                        ),
                        (
                            "remark",
                            models.CharField(
                                blank=True,
                                help_text="How it was read or inferred. Partners never see this.",
                                max_length=300,
                            ),
                        ),
                        (
                            "verified",
                            models.BooleanField(
                                default=False,
                                help_text="Turn on once the program’s own documents or its administrator confirm it.",
                            ),
                        ),
                        (
                            "about",
                            models.CharField(
                                choices=[
                                    ("outlook", "Outlook"),
                                    ("places", "States and utilities"),
                                    ("eligibility", "Who can join"),
                                    ("size", "Size"),
                                    ("events", "Events"),
                                    ("dates", "The administrator’s own dates"),
                                    ("order", "If you don’t choose a program"),
                                    ("leaving", "When meters leave"),
                                ],
                                max_length=16,
                            ),
                        ),
                        (
                            "text",
                            models.CharField(
                                blank=True,
                                help_text="One or two sentences. Leave empty if the program’s own fields say it and this is only their source.",
                                max_length=500,
                            ),
                        ),
                        (
                            "period",
                            models.ForeignKey(
                                blank=True,
                                help_text="Leave empty for the whole program.",
                                null=True,
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="facts",
                                to="programs.deliveryperiod",
                            ),
                        ),
                        (
                            "program",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE, related_name="facts", to="programs.program"
                            ),
                        ),
                    ],
                    options={
                        "ordering": ["program", "pk"],
                        "abstract": False,
                    },
                ),
                migrations.CreateModel(
                    name="RequiredInformation",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("updated_at", models.DateTimeField(auto_now=True)),
                        (
                            "source",
                            models.CharField(
                                blank=True,
                                help_text="The document or page it comes from. Partners see this.",
                                max_length=300,
                            ),
                        ),
                        (
                            "source_url",
                            models.CharField(
                                blank=True,
                                max_length=300,
                                validators=[django.core.validators.URLValidator(schemes=["https", "http"])],
                                verbose_name="link to the source",
                            ),
                        ),
                        (
                            "remark",
                            models.CharField(
                                blank=True,
                                help_text="How it was read or inferred. Partners never see this.",
                                max_length=300,
                            ),
                        ),
                        (
                            "verified",
                            models.BooleanField(
                                default=False,
                                help_text="Turn on once the program’s own documents or its administrator confirm it.",
                            ),
                        ),
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
                            "classification",
                            models.CharField(
                                blank=True,
                                choices=[("RESIDENTIAL", "Residential"), ("COMMERCIAL", "Commercial")],
                                help_text="Leave empty for both homes and businesses.",
                                max_length=16,
                                verbose_name="customer type",
                            ),
                        ),
                        (
                            "for_devices",
                            models.BooleanField(
                                db_default=False,
                                default=False,
                                help_text="On: for customers who sign up with a device. Off: for customers who authorize a utility.",
                                verbose_name="for device links",
                            ),
                        ),
                        (
                            "key",
                            models.CharField(
                                choices=[
                                    ("customer_name", "Customer name"),
                                    ("email", "Email"),
                                    ("phone", "Phone"),
                                    ("company_name", "Company name"),
                                    ("title", "Title"),
                                    ("street", "Street"),
                                    ("city", "City"),
                                    ("state", "State"),
                                    ("postal_code", "ZIP code"),
                                    ("account_number", "Utility account number"),
                                    ("esi_id", "ESI ID"),
                                    ("has_generator", "Has a generator"),
                                    ("generator_capacity_kw", "Generator capacity (kW)"),
                                    ("load_types", "Load types"),
                                ],
                                max_length=32,
                                verbose_name="information",
                            ),
                        ),
                        ("label", models.CharField(max_length=128)),
                        ("help_text", models.CharField(blank=True, max_length=300)),
                        (
                            "label_es",
                            models.CharField(
                                blank=True,
                                help_text="Leave empty to use the English label.",
                                max_length=128,
                                verbose_name="label in Spanish",
                            ),
                        ),
                        (
                            "help_text_es",
                            models.CharField(blank=True, max_length=300, verbose_name="help text in Spanish"),
                        ),
                        ("is_required", models.BooleanField(default=True, verbose_name="required")),
                        ("position", models.PositiveSmallIntegerField(default=0, help_text="Order on the page.")),
                    ],
                    options={
                        "verbose_name_plural": "required information",
                        "ordering": ["transmission_region", "position", "key"],
                        "abstract": False,
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("transmission_region", "classification", "for_devices", "key"),
                                name="one_row_per_information_asked",
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Requirement",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("updated_at", models.DateTimeField(auto_now=True)),
                        (
                            "source",
                            models.CharField(
                                blank=True,
                                help_text="The document or page it comes from. Partners see this.",
                                max_length=300,
                            ),
                        ),
                        (
                            "source_url",
                            models.CharField(
                                blank=True,
                                max_length=300,
                                validators=[django.core.validators.URLValidator(schemes=["https", "http"])],
                                verbose_name="link to the source",
                            ),
                        ),
                        (
                            "remark",
                            models.CharField(
                                blank=True,
                                help_text="How it was read or inferred. Partners never see this.",
                                max_length=300,
                            ),
                        ),
                        (
                            "verified",
                            models.BooleanField(
                                default=False,
                                help_text="Turn on once the program’s own documents or its administrator confirm it.",
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
                            models.CharField(
                                blank=True, help_text="Separate multiple values with commas.", max_length=200
                            ),
                        ),
                        (
                            "minimum",
                            models.FloatField(blank=True, help_text="Narrower than the field's own limit.", null=True),
                        ),
                        ("maximum", models.FloatField(blank=True, null=True)),
                        (
                            "earliest",
                            models.DateField(blank=True, help_text="For a date: not before this day.", null=True),
                        ),
                        (
                            "latest",
                            models.DateField(blank=True, help_text="For a date: not after this day.", null=True),
                        ),
                        (
                            "choices",
                            models.JSONField(
                                blank=True,
                                default=list,
                                help_text="Values from the field’s list that the program accepts.",
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
                                help_text="Leave empty for a missing field or one of the program’s own limits.",
                                max_length=40,
                                verbose_name="checklist item",
                            ),
                        ),
                        (
                            "note",
                            models.CharField(
                                blank=True,
                                help_text="Why or when it is required. Shown in the column guide.",
                                max_length=300,
                            ),
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
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="requirements",
                                to="programs.field",
                            ),
                        ),
                        (
                            "program",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="requirements",
                                to="programs.program",
                            ),
                        ),
                    ],
                    options={
                        "ordering": ["program", "field__position"],
                        "abstract": False,
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("valid_from", None),
                                    ("valid_to", None),
                                    ("valid_from__lte", models.F("valid_to")),
                                    _connector="OR",
                                ),
                                name="requirement_ends_after_it_begins",
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="SeedRecord",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
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
                    name="State",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("updated_at", models.DateTimeField(auto_now=True)),
                        (
                            "source",
                            models.CharField(
                                blank=True,
                                help_text="The document or page it comes from. Partners see this.",
                                max_length=300,
                            ),
                        ),
                        (
                            "source_url",
                            models.CharField(
                                blank=True,
                                max_length=300,
                                validators=[django.core.validators.URLValidator(schemes=["https", "http"])],
                                verbose_name="link to the source",
                            ),
                        ),
                        (
                            "remark",
                            models.CharField(
                                blank=True,
                                help_text="How it was read or inferred. Partners never see this.",
                                max_length=300,
                            ),
                        ),
                        (
                            "verified",
                            models.BooleanField(
                                default=False,
                                help_text="Turn on once the program’s own documents or its administrator confirm it.",
                            ),
                        ),
                        (
                            "code",
                            models.CharField(
                                max_length=2,
                                unique=True,
                                validators=[
                                    django.core.validators.RegexValidator("^[A-Z]{2}$", "Two capital letters.")
                                ],
                            ),
                        ),
                        ("name", models.CharField(max_length=64)),
                        (
                            "transmission_regions",
                            models.JSONField(
                                blank=True,
                                default=list,
                                help_text="All regions that cover part of the state. Any other region stops the row.",
                            ),
                        ),
                        (
                            "border_zips",
                            models.JSONField(
                                blank=True,
                                default=list,
                                help_text="ZIP codes of a neighboring state that are also delivered from here.",
                            ),
                        ),
                    ],
                    options={
                        "ordering": ["code"],
                        "abstract": False,
                    },
                ),
                migrations.CreateModel(
                    name="UnknownSeason",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("updated_at", models.DateTimeField(auto_now=True)),
                        (
                            "source",
                            models.CharField(
                                blank=True,
                                help_text="The document or page it comes from. Partners see this.",
                                max_length=300,
                            ),
                        ),
                        (
                            "source_url",
                            models.CharField(
                                blank=True,
                                max_length=300,
                                validators=[django.core.validators.URLValidator(schemes=["https", "http"])],
                                verbose_name="link to the source",
                            ),
                        ),
                        (
                            "remark",
                            models.CharField(
                                blank=True,
                                help_text="How it was read or inferred. Partners never see this.",
                                max_length=300,
                            ),
                        ),
                        (
                            "verified",
                            models.BooleanField(
                                default=False,
                                help_text="Turn on once the program’s own documents or its administrator confirm it.",
                            ),
                        ),
                        ("starts_on", models.DateField(verbose_name="first day")),
                        ("ends_on", models.DateField(verbose_name="last day")),
                        (
                            "classification",
                            models.CharField(
                                blank=True,
                                choices=[("RESIDENTIAL", "Residential"), ("COMMERCIAL", "Commercial")],
                                help_text="Leave empty for both homes and businesses.",
                                max_length=16,
                                verbose_name="customer type",
                            ),
                        ),
                        ("note", models.CharField(help_text="In a sentence. Partners see this.", max_length=300)),
                        (
                            "program",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="unknown_seasons",
                                to="programs.program",
                            ),
                        ),
                    ],
                    options={
                        "ordering": ["program", "starts_on"],
                        "abstract": False,
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(("starts_on__lte", models.F("ends_on"))),
                                name="unknown_season_ends_after_it_begins",
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="UtilityConnection",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("updated_at", models.DateTimeField(auto_now=True)),
                        (
                            "source",
                            models.CharField(
                                blank=True,
                                help_text="The document or page it comes from. Partners see this.",
                                max_length=300,
                            ),
                        ),
                        (
                            "source_url",
                            models.CharField(
                                blank=True,
                                max_length=300,
                                validators=[django.core.validators.URLValidator(schemes=["https", "http"])],
                                verbose_name="link to the source",
                            ),
                        ),
                        (
                            "remark",
                            models.CharField(
                                blank=True,
                                help_text="How it was read or inferred. Partners never see this.",
                                max_length=300,
                            ),
                        ),
                        (
                            "verified",
                            models.BooleanField(
                                default=False,
                                help_text="Turn on once the program’s own documents or its administrator confirm it.",
                            ),
                        ),
                        (
                            "authorization_url",
                            models.CharField(
                                help_text="Where customers sign in.",
                                max_length=500,
                                validators=[django.core.validators.URLValidator(schemes=["https", "http"])],
                                verbose_name="authorization URL",
                            ),
                        ),
                        (
                            "token_url",
                            models.CharField(
                                max_length=500,
                                validators=[django.core.validators.URLValidator(schemes=["https", "http"])],
                                verbose_name="token URL",
                            ),
                        ),
                        (
                            "revocation_url",
                            models.CharField(
                                blank=True,
                                help_text="Leave empty if it has none.",
                                max_length=500,
                                validators=[django.core.validators.URLValidator(schemes=["https", "http"])],
                                verbose_name="revocation URL",
                            ),
                        ),
                        (
                            "resource_url",
                            models.CharField(
                                help_text="Where the feeds are, for example https://…/espi/1_1/resource.",
                                max_length=500,
                                validators=[django.core.validators.URLValidator(schemes=["https", "http"])],
                                verbose_name="resource URL",
                            ),
                        ),
                        (
                            "client_id",
                            models.CharField(
                                help_text="As assigned when the utility registered the portal.",
                                max_length=200,
                                verbose_name="client ID",
                            ),
                        ),
                        (
                            "client_secret",
                            portal.security.keyring.SecretField(
                                blank=True,
                                default="",
                                help_text="Stored encrypted and never shown. Leave empty to keep it.",
                                verbose_name="client secret",
                            ),
                        ),
                        (
                            "token_auth_method",
                            models.CharField(
                                choices=[
                                    ("client_secret_basic", "HTTP Basic (client_secret_basic)"),
                                    ("client_secret_post", "In the request's body (client_secret_post)"),
                                ],
                                default="client_secret_basic",
                                max_length=24,
                            ),
                        ),
                        (
                            "scope",
                            models.CharField(
                                help_text="The ESPI scope string, for example FB=4_5_15;IntervalDuration=900;HistoryLength=13.",
                                max_length=500,
                            ),
                        ),
                        ("uses_pkce", models.BooleanField(default=False, verbose_name="uses PKCE")),
                        (
                            "issuer",
                            models.CharField(
                                blank=True,
                                help_text="The iss that its responses must contain. Leave empty to skip the check.",
                                max_length=500,
                            ),
                        ),
                        (
                            "client_certificate",
                            models.CharField(
                                blank=True,
                                help_text="Path on the server to the certificate with its key. Leave empty if not required.",
                                max_length=500,
                            ),
                        ),
                        (
                            "notifies",
                            models.BooleanField(
                                default=False,
                                help_text="If off, the portal checks for new data regularly.",
                                verbose_name="sends notifications",
                            ),
                        ),
                        (
                            "customer_help",
                            models.TextField(
                                blank=True,
                                help_text="For customers: where to find what this utility asks for at sign-in.",
                            ),
                        ),
                        (
                            "customer_help_es",
                            models.TextField(
                                blank=True,
                                help_text="If empty, Spanish-speaking customers see the English one.",
                                verbose_name="customer help in Spanish",
                            ),
                        ),
                        (
                            "is_active",
                            models.BooleanField(
                                default=True, help_text="If off, customers can’t choose it.", verbose_name="active"
                            ),
                        ),
                        (
                            "utility",
                            models.OneToOneField(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="green_button",
                                to="programs.utility",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "Green Button connection",
                    },
                ),
            ],
        ),
    ]
