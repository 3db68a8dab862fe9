import django.core.validators
import django.db.models.deletion
import simple_history.models
from django.conf import settings
from django.db import migrations, models

import portal.security.keyring
from portal.storage import expanding


class Migration(expanding.Migration):
    """What Connect needs to know: how a utility is reached, what customers sign, and what they are asked for."""

    dependencies = [
        ("programs", "0004_join_the_lists_of_utilities"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Agreement",
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
                ("body", models.TextField(help_text="Plain text; an empty line begins a new paragraph.")),
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
                        help_text="Empty: homes and businesses.",
                        max_length=16,
                        verbose_name="kind of customer",
                    ),
                ),
                (
                    "programs",
                    models.JSONField(
                        blank=True,
                        default=list,
                        help_text="Identifiers of the programs that ask for it. Empty: all of the region.",
                    ),
                ),
                (
                    "is_required",
                    models.BooleanField(
                        default=True, help_text="Off: a customer can go on without signing it.", verbose_name="required"
                    ),
                ),
                ("position", models.PositiveSmallIntegerField(default=0, help_text="Order on the page.")),
                ("active_from", models.DateField(blank=True, help_text="The first day. Empty: always.", null=True)),
                (
                    "active_to",
                    models.DateField(blank=True, help_text="The last day. Empty: until further notice.", null=True),
                ),
            ],
            options={
                "ordering": ["transmission_region", "position", "code", "version"],
                "abstract": False,
                "constraints": [
                    models.UniqueConstraint(fields=("code", "version"), name="one_agreement_per_code_and_version"),
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
            name="HistoricalAgreement",
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
                ("body", models.TextField(help_text="Plain text; an empty line begins a new paragraph.")),
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
                        help_text="Empty: homes and businesses.",
                        max_length=16,
                        verbose_name="kind of customer",
                    ),
                ),
                (
                    "programs",
                    models.JSONField(
                        blank=True,
                        default=list,
                        help_text="Identifiers of the programs that ask for it. Empty: all of the region.",
                    ),
                ),
                (
                    "is_required",
                    models.BooleanField(
                        default=True, help_text="Off: a customer can go on without signing it.", verbose_name="required"
                    ),
                ),
                ("position", models.PositiveSmallIntegerField(default=0, help_text="Order on the page.")),
                ("active_from", models.DateField(blank=True, help_text="The first day. Empty: always.", null=True)),
                (
                    "active_to",
                    models.DateField(blank=True, help_text="The last day. Empty: until further notice.", null=True),
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
                "verbose_name": "historical agreement",
                "verbose_name_plural": "historical agreements",
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
                ("source", models.CharField(blank=True, help_text="Where this fact comes from.", max_length=300)),
                (
                    "verified",
                    models.BooleanField(
                        default=False,
                        help_text="Switch on once the program's own documents or its administrator confirm it.",
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
                        help_text="Empty: homes and businesses.",
                        max_length=16,
                        verbose_name="kind of customer",
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
                        verbose_name="what is asked",
                    ),
                ),
                ("label", models.CharField(max_length=128)),
                ("help_text", models.CharField(blank=True, max_length=300)),
                ("is_required", models.BooleanField(default=True, verbose_name="required")),
                ("position", models.PositiveSmallIntegerField(default=0, help_text="Order on the page.")),
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
                "verbose_name": "historical required information",
                "verbose_name_plural": "historical required information",
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
                ("source", models.CharField(blank=True, help_text="Where this fact comes from.", max_length=300)),
                (
                    "verified",
                    models.BooleanField(
                        default=False,
                        help_text="Switch on once the program's own documents or its administrator confirm it.",
                    ),
                ),
                (
                    "authorization_url",
                    models.CharField(
                        help_text="Where a customer signs in.",
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
                        help_text="Empty: it has none.",
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
                        help_text="As the utility registered the portal.", max_length=200, verbose_name="client ID"
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
                        blank=True, help_text="The iss that its answers must carry. Empty: not checked.", max_length=500
                    ),
                ),
                (
                    "client_certificate",
                    models.CharField(
                        blank=True,
                        help_text="Path on the server of the certificate with its key. Empty: it asks none.",
                        max_length=500,
                    ),
                ),
                (
                    "notifies",
                    models.BooleanField(
                        default=False,
                        help_text="Off: the portal asks for new data at intervals.",
                        verbose_name="sends notifications",
                    ),
                ),
                (
                    "customer_help",
                    models.TextField(
                        blank=True, help_text="For customers: where to find what this utility asks at sign-in."
                    ),
                ),
                (
                    "is_active",
                    models.BooleanField(
                        default=True, help_text="Off: customers cannot choose it.", verbose_name="active"
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
                "verbose_name": "historical Green Button connection",
                "verbose_name_plural": "historical Green Button connections",
                "ordering": ("-history_date", "-history_id"),
                "get_latest_by": ("history_date", "history_id"),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name="RequiredInformation",
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
                        help_text="Empty: homes and businesses.",
                        max_length=16,
                        verbose_name="kind of customer",
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
                        verbose_name="what is asked",
                    ),
                ),
                ("label", models.CharField(max_length=128)),
                ("help_text", models.CharField(blank=True, max_length=300)),
                ("is_required", models.BooleanField(default=True, verbose_name="required")),
                ("position", models.PositiveSmallIntegerField(default=0, help_text="Order on the page.")),
            ],
            options={
                "verbose_name_plural": "required information",
                "ordering": ["transmission_region", "position", "key"],
                "abstract": False,
                "constraints": [
                    models.UniqueConstraint(
                        fields=("transmission_region", "classification", "key"), name="one_row_per_information_asked"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="UtilityConnection",
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
                    "authorization_url",
                    models.CharField(
                        help_text="Where a customer signs in.",
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
                        help_text="Empty: it has none.",
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
                        help_text="As the utility registered the portal.", max_length=200, verbose_name="client ID"
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
                        blank=True, help_text="The iss that its answers must carry. Empty: not checked.", max_length=500
                    ),
                ),
                (
                    "client_certificate",
                    models.CharField(
                        blank=True,
                        help_text="Path on the server of the certificate with its key. Empty: it asks none.",
                        max_length=500,
                    ),
                ),
                (
                    "notifies",
                    models.BooleanField(
                        default=False,
                        help_text="Off: the portal asks for new data at intervals.",
                        verbose_name="sends notifications",
                    ),
                ),
                (
                    "customer_help",
                    models.TextField(
                        blank=True, help_text="For customers: where to find what this utility asks at sign-in."
                    ),
                ),
                (
                    "is_active",
                    models.BooleanField(
                        default=True, help_text="Off: customers cannot choose it.", verbose_name="active"
                    ),
                ),
                (
                    "utility",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE, related_name="green_button", to="programs.utility"
                    ),
                ),
            ],
            options={
                "verbose_name": "Green Button connection",
            },
        ),
    ]
