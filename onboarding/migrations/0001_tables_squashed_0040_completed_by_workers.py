"""The tables of a new database, in one go.

A database that has some of them goes on by the migrations that this one replaces.
"""

import django.db.models.deletion
import django.db.models.functions.datetime
import django.db.models.functions.text
from django.conf import settings
from django.db import migrations, models

import portal.security.keyring
import portal.storage.ids
from portal.storage.expanding import CreateModels

_INTERVAL = """
CREATE TABLE onboarding_interval (
    series integer NOT NULL,
    start integer NOT NULL,
    net double precision,
    generated double precision,
    consumed double precision,
    final {boolean},
    source integer NOT NULL,
    PRIMARY KEY (series, start)
) {kind}
"""
_DAY = """
CREATE TABLE onboarding_intervalday (
    series integer NOT NULL,
    day integer NOT NULL,
    present {bytes} NOT NULL,
    PRIMARY KEY (series, day)
) {kind}
"""


def make_tables(apps, schema_editor):
    """Hundreds of millions of rows: months as partitions on PostgreSQL, the key as the table itself on SQLite."""
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(_INTERVAL.format(boolean="boolean", kind="PARTITION BY RANGE (start)"))
        schema_editor.execute(_DAY.format(bytes="bytea", kind=""))
    else:
        schema_editor.execute(_INTERVAL.format(boolean="bool", kind="WITHOUT ROWID").strip())
        schema_editor.execute(_DAY.format(bytes="BLOB", kind="WITHOUT ROWID").strip())


def drop_tables(apps, schema_editor):
    schema_editor.execute("DROP TABLE onboarding_interval")
    schema_editor.execute("DROP TABLE onboarding_intervalday")


def note_done(apps, schema_editor):
    """What older versions wrote is completed by workers once; here nothing was."""
    done = apps.get_model("portal", "UpgradeStep").objects
    for kind in ("meters.complete", "uploads.complete"):
        done.create(kind=kind)


class Migration(migrations.Migration):
    initial = True

    replaces = [
        ("onboarding", "0001_initial"),
        ("onboarding", "0002_staged_rows_in_rounds"),
        ("onboarding", "0003_serial_numbers"),
        ("onboarding", "0004_columns_and_edits"),
        ("onboarding", "0005_mended_rows"),
        ("onboarding", "0006_layouts_of_earlier_uploads"),
        ("onboarding", "0007_drafts_of_meters"),
        ("onboarding", "0008_bulk_actions"),
        ("onboarding", "0009_search"),
        ("onboarding", "0010_search_index"),
        ("onboarding", "0011_saved_views"),
        ("onboarding", "0012_exports"),
        ("onboarding", "0013_reference_changes"),
        ("onboarding", "0014_standings_and_recorded_facts"),
        ("onboarding", "0015_saved_drafts"),
        ("onboarding", "0016_drafts_of_before_are_saved"),
        ("onboarding", "0017_words_of_bulk_results"),
        ("onboarding", "0018_participation_in_bulk"),
        ("onboarding", "0019_calendar_feeds_and_letters"),
        ("onboarding", "0020_activations_one_after_another"),
        ("onboarding", "0021_deadlines_made_and_days_taken"),
        ("onboarding", "0001_tables_of_0_1_0"),
        ("onboarding", "0002_backlog_of_a_batch"),
        ("onboarding", "0003_changes_of_many_meters_by_handlers"),
        ("onboarding", "0004_one_shape_of_cells"),
        ("onboarding", "0005_digests_count_emails"),
        ("onboarding", "0006_normal_forms_of_identifiers"),
        ("onboarding", "0007_meters_compared_by_normal_forms"),
        ("onboarding", "0008_choices_of_an_update"),
        ("onboarding", "0009_memory_of_values"),
        ("onboarding", "0010_rows_that_are_no_meters"),
        ("onboarding", "0011_originals_of_edits"),
        ("onboarding", "0012_connect"),
        ("onboarding", "0013_made_deadlines"),
        ("onboarding", "0014_carry_over_made_deadlines"),
        ("onboarding", "0015_no_eligible_since"),
        ("onboarding", "0016_onboarding_tokens"),
        ("onboarding", "0017_registration_refreshes"),
        ("onboarding", "0018_interval_data"),
        ("onboarding", "0019_feed_intakes"),
        ("onboarding", "0020_missing_data_digests"),
        ("onboarding", "0023_reminders"),
        ("onboarding", "0024_languages_of_customers"),
        ("onboarding", "0025_connection_progress"),
        ("onboarding", "0026_progress_so_far"),
        ("onboarding", "0027_utility_outages"),
        ("onboarding", "0028_device_links"),
        ("onboarding", "0029_pairing_codes"),
        ("onboarding", "0030_device_photos"),
        ("onboarding", "0031_supplied_consents"),
        ("onboarding", "0032_customer_emails_by_address"),
        ("onboarding", "0033_connection_device_type"),
        ("onboarding", "0034_device_types_so_far"),
        ("onboarding", "0035_plain_words"),
        ("onboarding", "0036_device_drafts"),
        ("onboarding", "0037_portfolio_days"),
        ("onboarding", "0038_plain_labels"),
        ("onboarding", "0039_customer_erasures"),
        ("onboarding", "0040_completed_by_workers"),
    ]

    dependencies = [
        ("portal", "0019_upgrade_steps"),
        ("programs", "0001_tables_squashed_0015_zip_and_email"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        CreateModels(
            creations=[
                migrations.CreateModel(
                    name="Upload",
                    fields=[
                        (
                            "id",
                            models.UUIDField(
                                default=portal.storage.ids.uuid7, editable=False, primary_key=True, serialize=False
                            ),
                        ),
                        (
                            "source",
                            models.CharField(
                                choices=[
                                    ("page", "Portal"),
                                    ("api", "API"),
                                    ("form", "Form"),
                                    ("link", "Connect link"),
                                ],
                                default="page",
                                max_length=4,
                            ),
                        ),
                        ("actor", models.JSONField(help_text="Who sent it: kind, id, label.")),
                        ("file_name", models.CharField(max_length=255)),
                        ("stored_name", models.CharField(max_length=255)),
                        ("size", models.PositiveBigIntegerField(help_text="Bytes.")),
                        ("sha256", models.CharField(max_length=64)),
                        ("fingerprint", models.CharField(blank=True, max_length=64)),
                        (
                            "programs",
                            models.JSONField(
                                default=list,
                                help_text="Program identifiers chosen for the upload; empty: any that fit.",
                            ),
                        ),
                        ("update_existing", models.BooleanField(default=False)),
                        (
                            "creates_unknown",
                            models.BooleanField(
                                db_default=False,
                                default=False,
                                help_text="In an update: a row whose reference no meter has is a new meter.",
                            ),
                        ),
                        (
                            "commits_itself",
                            models.BooleanField(
                                default=False, help_text="By API: good rows are written without a preview."
                            ),
                        ),
                        (
                            "state",
                            models.CharField(
                                choices=[
                                    ("received", "Received"),
                                    ("checking", "Checking"),
                                    ("columns", "Waiting for your columns"),
                                    ("ready", "Waiting for you"),
                                    ("committing", "Creating meters"),
                                    ("done", "Done"),
                                    ("failed", "Cannot be read"),
                                    ("withdrawing", "Taking back"),
                                    ("withdrawn", "Taken back"),
                                    ("merged", "Fixes taken over"),
                                    ("discarded", "Discarded"),
                                ],
                                default="received",
                                max_length=12,
                            ),
                        ),
                        ("problem", models.JSONField(default=dict, help_text="Why the file cannot be used.")),
                        (
                            "layout",
                            models.JSONField(
                                default=dict, help_text="What was decided about reading the file (layout.ColumnLayout)."
                            ),
                        ),
                        (
                            "columns",
                            models.JSONField(
                                default=list,
                                help_text="The file's columns: index, header, target, how it was matched, score, samples.",
                            ),
                        ),
                        (
                            "facts",
                            models.JSONField(
                                default=dict, help_text="What the reader found: sheet, encoding, template, notes."
                            ),
                        ),
                        ("catalogue_version", models.CharField(blank=True, max_length=64)),
                        (
                            "counts",
                            models.JSONField(default=dict, help_text="Rows by plan, and after the commit by result."),
                        ),
                        (
                            "outlook",
                            models.JSONField(
                                default=dict,
                                help_text="By program: eligible and not-yet rows, missing fields, reasons.",
                            ),
                        ),
                        ("transmission_regions", models.JSONField(default=list)),
                        (
                            "rounds",
                            models.PositiveSmallIntegerField(
                                default=0, help_text="How many confirmations have been written to the end."
                            ),
                        ),
                        (
                            "written_to",
                            models.IntegerField(
                                default=-1, help_text="The last row number that the current round has written."
                            ),
                        ),
                        ("finished_at", models.DateTimeField(help_text="When its last round was written.", null=True)),
                        ("confirmed_at", models.DateTimeField(null=True)),
                        ("confirmed_by", models.CharField(blank=True, max_length=200)),
                        ("created_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                        ("updated_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                        (
                            "corrects",
                            models.ForeignKey(
                                help_text="The upload whose rows it mended.",
                                null=True,
                                on_delete=django.db.models.deletion.SET_NULL,
                                related_name="+",
                                to="onboarding.upload",
                            ),
                        ),
                        (
                            "partner",
                            models.ForeignKey(
                                db_index=False,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="uploads",
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
                    options={
                        "indexes": [
                            models.Index(fields=["partner", "id"], name="upload_newest"),
                            models.Index(fields=["partner", "source", "id"], name="upload_by_source"),
                        ],
                        "constraints": [
                            models.UniqueConstraint(
                                condition=models.Q(
                                    models.Q(("fingerprint", ""), _negated=True),
                                    models.Q(("state", "failed"), _negated=True),
                                ),
                                fields=("partner", "fingerprint"),
                                name="one_upload_per_file",
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Meter",
                    fields=[
                        (
                            "id",
                            models.UUIDField(
                                default=portal.storage.ids.uuid7,
                                editable=False,
                                primary_key=True,
                                serialize=False,
                                verbose_name="Leap meter ID",
                            ),
                        ),
                        ("partner_reference", models.CharField(max_length=256)),
                        (
                            "reference_key",
                            models.CharField(help_text="The reference in its normal form.", max_length=768),
                        ),
                        (
                            "created_by",
                            models.CharField(
                                choices=[("PARTNER", "Partner"), ("LEAP", "Leap"), ("UTILITY", "Utility")],
                                default="PARTNER",
                                max_length=8,
                            ),
                        ),
                        ("transmission_region", models.CharField(max_length=16)),
                        ("customer_classification", models.CharField(max_length=16)),
                        ("meter_type", models.CharField(max_length=16)),
                        ("load_types", models.JSONField(default=list)),
                        ("device_type", models.CharField(blank=True, max_length=32)),
                        ("serial_number", models.CharField(blank=True, max_length=256)),
                        ("serial_key", models.CharField(blank=True, db_default="", max_length=768)),
                        ("customer_name", models.CharField(blank=True, max_length=128)),
                        ("street", models.CharField(blank=True, max_length=128)),
                        ("city", models.CharField(blank=True, max_length=128)),
                        ("state", models.CharField(blank=True, max_length=2)),
                        ("postal_code", models.CharField(blank=True, max_length=10)),
                        ("utility_name", models.CharField(blank=True, max_length=32)),
                        ("account_number", models.CharField(blank=True, max_length=128)),
                        ("account_key", models.CharField(blank=True, db_default="", max_length=768)),
                        ("customer_group", models.CharField(blank=True, max_length=128)),
                        ("data", models.JSONField(default=dict)),
                        ("connection_references", models.JSONField(default=list)),
                        ("tags", models.JSONField(default=list)),
                        (
                            "enrollment_status",
                            models.CharField(
                                choices=[
                                    ("ACTIVE", "Active"),
                                    ("ELIGIBLE", "Eligible"),
                                    ("PENDING", "Pending"),
                                    ("NOT_PARTICIPATING", "Not participating"),
                                    ("INELIGIBLE", "Not eligible yet"),
                                ],
                                default="INELIGIBLE",
                                max_length=20,
                            ),
                        ),
                        (
                            "acts",
                            models.CharField(
                                blank=True,
                                choices=[("partner", "The partner"), ("leap", "Leap")],
                                help_text="In any of its programs.",
                                max_length=8,
                                verbose_name="who acts next",
                            ),
                        ),
                        ("is_archived", models.BooleanField(default=False)),
                        (
                            "version",
                            models.PositiveIntegerField(default=1, help_text="Counts the changes of its data."),
                        ),
                        ("created_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                        ("updated_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                        (
                            "partner",
                            models.ForeignKey(
                                db_index=False,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="meters",
                                to="portal.partner",
                            ),
                        ),
                        (
                            "upload",
                            models.ForeignKey(
                                db_index=False,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="meters",
                                to="onboarding.upload",
                            ),
                        ),
                    ],
                    options={
                        "indexes": [
                            models.Index(fields=["partner", "id"], name="meter_newest"),
                            models.Index(fields=["partner", "partner_reference", "id"], name="meter_by_reference"),
                            models.Index(fields=["partner", "city", "id"], name="meter_by_city"),
                            models.Index(fields=["partner", "updated_at", "id"], name="meter_by_change"),
                            models.Index(fields=["partner", "enrollment_status", "id"], name="meter_by_status"),
                            models.Index(
                                condition=models.Q(("acts", ""), _negated=True),
                                fields=["partner", "acts", "id"],
                                name="meter_to_act",
                            ),
                            models.Index(fields=["partner", "transmission_region", "id"], name="meter_by_region"),
                            models.Index(fields=["upload", "id"], name="meter_by_upload"),
                            models.Index(
                                condition=models.Q(("is_archived", True)),
                                fields=["partner", "id"],
                                name="meter_archived",
                            ),
                            models.Index(fields=["partner", "reference_key"], name="meter_by_reference_key"),
                            models.Index(
                                models.F("partner"),
                                django.db.models.functions.text.Lower("reference_key"),
                                name="meter_by_reference_letters",
                            ),
                            models.Index(
                                condition=models.Q(("serial_key", ""), _negated=True),
                                fields=["partner", "serial_key"],
                                name="meter_by_serial",
                            ),
                            models.Index(
                                condition=models.Q(("account_key", ""), _negated=True),
                                fields=["partner", "account_key"],
                                name="meter_by_account",
                            ),
                        ],
                        "constraints": [
                            models.UniqueConstraint(
                                condition=models.Q(("created_by", "PARTNER")),
                                fields=("partner", "reference_key"),
                                name="one_partner_created_meter_per_reference",
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Activation",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("active_from", models.DateTimeField()),
                        ("active_to", models.DateTimeField(blank=True, null=True)),
                        ("market_group_id", models.UUIDField(blank=True, null=True)),
                        ("market_group_name", models.CharField(blank=True, max_length=128)),
                        ("end_reason", models.CharField(blank=True, max_length=300)),
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
                            "period",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="activations",
                                to="programs.deliveryperiod",
                            ),
                        ),
                        (
                            "meter",
                            models.ForeignKey(
                                db_index=False,
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="activations",
                                to="onboarding.meter",
                            ),
                        ),
                    ],
                    options={
                        "indexes": [
                            models.Index(fields=["partner", "active_from", "period"], name="activation_by_day")
                        ],
                        "constraints": [
                            models.UniqueConstraint(
                                condition=models.Q(("active_to", None)),
                                fields=("meter", "period"),
                                name="one_open_activation_per_meter_and_period",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("active_to", None), ("active_from__lte", models.F("active_to")), _connector="OR"
                                ),
                                name="activation_ends_after_it_begins",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="ConnectLink",
                    fields=[
                        (
                            "id",
                            models.UUIDField(
                                default=portal.storage.ids.uuid7, editable=False, primary_key=True, serialize=False
                            ),
                        ),
                        ("title", models.SlugField(max_length=64)),
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
                            "variant",
                            models.CharField(
                                choices=[
                                    ("RESIDENTIAL", "Residential"),
                                    ("COMMERCIAL", "Commercial"),
                                    ("RESIDENTIAL_AGREEMENTS_ONLY", "Residential, agreements only"),
                                    ("COMMERCIAL_AGREEMENTS_ONLY", "Commercial, agreements only"),
                                    ("RESIDENTIAL_DEVICE", "Residential, with a device"),
                                    ("COMMERCIAL_DEVICE", "Commercial, with a device"),
                                ],
                                default="RESIDENTIAL",
                                max_length=32,
                            ),
                        ),
                        (
                            "programs",
                            models.JSONField(
                                blank=True, default=list, help_text="Program identifiers; empty for all of the region."
                            ),
                        ),
                        (
                            "utilities",
                            models.JSONField(
                                blank=True, default=list, help_text="Codes of the utilities that are asked for."
                            ),
                        ),
                        (
                            "final_redirect",
                            models.URLField(blank=True, max_length=1000, verbose_name="final redirect URL"),
                        ),
                        (
                            "display_name",
                            models.CharField(blank=True, max_length=80, verbose_name="name shown to customers"),
                        ),
                        (
                            "logo",
                            models.CharField(
                                blank=True, help_text="A stored PNG; the path below the files' folder.", max_length=200
                            ),
                        ),
                        ("color", models.CharField(blank=True, help_text="As #1a4d2e.", max_length=7)),
                        ("welcome", models.TextField(blank=True, max_length=600, verbose_name="welcome text")),
                        (
                            "welcome_es",
                            models.TextField(blank=True, max_length=600, verbose_name="welcome text in Spanish"),
                        ),
                        ("support_contact", models.CharField(blank=True, max_length=200)),
                        (
                            "state",
                            models.CharField(
                                choices=[("ACTIVE", "Active"), ("PAUSED", "Paused"), ("ENDED", "Ended")],
                                default="ACTIVE",
                                max_length=8,
                            ),
                        ),
                        ("created_by", models.CharField(max_length=200)),
                        ("created_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                        ("updated_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                        (
                            "partner",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="connect_links",
                                to="portal.partner",
                            ),
                        ),
                    ],
                    options={
                        "ordering": ["-id"],
                        "constraints": [
                            models.UniqueConstraint(fields=("partner", "title"), name="one_connect_link_per_title")
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Connection",
                    fields=[
                        (
                            "id",
                            models.UUIDField(
                                default=portal.storage.ids.uuid7, editable=False, primary_key=True, serialize=False
                            ),
                        ),
                        ("reference", models.CharField(max_length=256, verbose_name="reference ID")),
                        ("reference_key", models.CharField(max_length=768)),
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
                        ("started_at", models.DateTimeField()),
                        ("last_interaction_at", models.DateTimeField()),
                        (
                            "needs_partner",
                            models.BooleanField(default=False, help_text="Something waits for the partner's decision."),
                        ),
                        (
                            "device_type",
                            models.CharField(
                                blank=True,
                                db_default="",
                                default="",
                                help_text="A code of device.device_type, as the customer chose last; empty where no device is asked.",
                                max_length=64,
                            ),
                        ),
                        (
                            "reached",
                            models.PositiveSmallIntegerField(
                                choices=[
                                    (1, "Opened the link"),
                                    (2, "Entered their details"),
                                    (3, "Signed"),
                                    (4, "Went to the utility"),
                                    (5, "Authorized"),
                                    (6, "Data received"),
                                    (7, "Meter created or matched"),
                                ],
                                db_default=1,
                                default=1,
                            ),
                        ),
                        (
                            "passed",
                            models.PositiveSmallIntegerField(
                                db_default=1, default=1, help_text="A bit for each step that it took."
                            ),
                        ),
                        (
                            "stopped_by",
                            models.CharField(
                                blank=True,
                                choices=[
                                    ("COMPLETE", "No further steps"),
                                    ("LEFT", "Left and didn’t come back within 24 hours"),
                                    ("AGREEMENTS_DECLINED", "Didn’t accept the agreements"),
                                    ("ESI_ID_MISSING", "Didn’t have the ESI ID (enter it for them)"),
                                    (
                                        "ESI_ID_TAKEN",
                                        "Your meter with this ESI ID has another address (decision needed)",
                                    ),
                                    ("DEVICE_FITS_NOTHING", "No program accepts the device (decision needed)"),
                                    (
                                        "DEVICE_REFERENCE_TAKEN",
                                        "Your meter with this reference has other values (decision needed)",
                                    ),
                                    ("DEVICE_NOT_CREATED", "We couldn’t create the device’s meter (decision needed)"),
                                    (
                                        "DEVICE_SERIAL_TAKEN",
                                        "Your meter with this serial number may be the device (decision needed)",
                                    ),
                                    ("DECLINED", "Declined at the utility"),
                                    ("BAD_CREDENTIALS", "Sign-in at the utility failed"),
                                    ("MFA_FAILED", "Two-factor sign-in at the utility failed"),
                                    ("UTILITY_UNAVAILABLE", "The utility was not available"),
                                    ("UTILITY_ERROR", "The utility reported an error"),
                                    ("NOT_CONFIRMED", "The utility didn’t confirm the authorization"),
                                    ("WRONG_ISSUER", "The response came from an unexpected sender"),
                                    ("ABANDONED", "Didn’t come back from the utility"),
                                    ("DATA_OVERDUE", "The utility has sent no data in 3 days"),
                                    ("FEED_UNREADABLE", "We couldn’t read the utility’s data"),
                                    ("FETCH_FAILED", "We couldn’t process the utility’s data"),
                                    ("ENDED", "The authorization ended before a meter was created"),
                                    ("TO_DECIDE", "May be one of your meters (decision needed)"),
                                    ("NOT_A_METER", "The utility has no electricity account for this customer"),
                                ],
                                db_default="",
                                default="",
                                help_text="Empty while it is under way, and once it has a meter.",
                                max_length=24,
                            ),
                        ),
                        (
                            "minutes_to_authorize",
                            models.PositiveIntegerField(help_text="From the first opening.", null=True),
                        ),
                        (
                            "minutes_to_data",
                            models.PositiveIntegerField(help_text="From the authorization.", null=True),
                        ),
                        (
                            "partner",
                            models.ForeignKey(
                                db_index=False,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="connections",
                                to="portal.partner",
                            ),
                        ),
                        (
                            "utility",
                            models.ForeignKey(
                                db_index=False,
                                help_text="At which it came furthest.",
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="programs.utility",
                            ),
                        ),
                        (
                            "link",
                            models.ForeignKey(
                                db_index=False,
                                help_text="Through which it was last opened.",
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="onboarding.connectlink",
                            ),
                        ),
                    ],
                    options={
                        "indexes": [
                            models.Index(fields=["partner", "id"], name="connection_newest"),
                            models.Index(
                                fields=["partner", "last_interaction_at", "id"], name="connection_by_interaction"
                            ),
                            models.Index(
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
                            models.Index(
                                condition=models.Q(("needs_partner", True)),
                                fields=["partner"],
                                name="connection_to_decide",
                            ),
                        ],
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("partner", "reference_key"), name="one_connection_per_reference"
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="ConnectSession",
                    fields=[
                        (
                            "id",
                            models.UUIDField(
                                default=portal.storage.ids.uuid7, editable=False, primary_key=True, serialize=False
                            ),
                        ),
                        (
                            "browser_hash",
                            models.CharField(
                                help_text="Of the secret that only the customer's browser has.", max_length=64
                            ),
                        ),
                        (
                            "state",
                            models.CharField(
                                choices=[
                                    ("CREATED", "Opened"),
                                    ("UPDATED", "In progress"),
                                    ("CLOSED", "Left"),
                                    ("COMPLETED", "Completed"),
                                ],
                                default="CREATED",
                                max_length=12,
                            ),
                        ),
                        (
                            "step",
                            models.CharField(
                                choices=[
                                    ("welcome", "Welcome"),
                                    ("about", "Your details"),
                                    ("device", "Your device"),
                                    ("fit", "Programs"),
                                    ("agreements", "Agreements"),
                                    ("utility", "Your utility"),
                                    ("done", "Done"),
                                ],
                                default="welcome",
                                max_length=12,
                            ),
                        ),
                        (
                            "utilities",
                            models.JSONField(
                                default=list, help_text="Codes that the address asked for; empty for all."
                            ),
                        ),
                        (
                            "programs",
                            models.JSONField(
                                default=list, help_text="Identifiers that the address asked for; empty for the link's."
                            ),
                        ),
                        (
                            "parameters",
                            models.JSONField(
                                default=list, help_text="[name, value] of the partner's own, for the final redirect."
                            ),
                        ),
                        (
                            "answers",
                            models.JSONField(
                                default=dict, help_text="By the key of the information, or the path of a field."
                            ),
                        ),
                        (
                            "is_without_program",
                            models.BooleanField(
                                db_default=False,
                                default=False,
                                help_text="No program takes the device; the customer finished anyway.",
                            ),
                        ),
                        (
                            "language",
                            models.CharField(
                                default="en", help_text="In which the customer reads, and is written to.", max_length=8
                            ),
                        ),
                        (
                            "address",
                            models.CharField(
                                blank=True, help_text="Where the customer's requests came from.", max_length=45
                            ),
                        ),
                        ("created_at", models.DateTimeField()),
                        ("last_interaction_at", models.DateTimeField()),
                        ("completed_at", models.DateTimeField(null=True)),
                        (
                            "connection",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="sessions",
                                to="onboarding.connection",
                            ),
                        ),
                        (
                            "link",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="sessions",
                                to="onboarding.connectlink",
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
                            "renews",
                            models.ForeignKey(
                                help_text="The authorization for whose renewal the session was begun.",
                                null=True,
                                on_delete=django.db.models.deletion.SET_NULL,
                                related_name="renewals",
                                to="onboarding.authorization",
                            ),
                        ),
                        (
                            "meter",
                            models.ForeignKey(
                                help_text="The meter that the device became which the customer described.",
                                null=True,
                                on_delete=django.db.models.deletion.SET_NULL,
                                related_name="connect_sessions",
                                to="onboarding.meter",
                            ),
                        ),
                    ],
                    options={
                        "indexes": [
                            models.Index(fields=["link", "last_interaction_at"], name="connect_session_of_link"),
                            models.Index(
                                condition=models.Q(("state__in", ["CREATED", "UPDATED"])),
                                fields=["last_interaction_at"],
                                name="connect_session_open",
                            ),
                            models.Index(
                                condition=models.Q(("connection__isnull", True)),
                                fields=["partner", "created_at"],
                                name="connect_session_unnamed",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Authorization",
                    fields=[
                        (
                            "id",
                            models.UUIDField(
                                default=portal.storage.ids.uuid7, editable=False, primary_key=True, serialize=False
                            ),
                        ),
                        (
                            "state",
                            models.CharField(
                                choices=[
                                    ("INITIATED", "Started"),
                                    ("COMPLETED", "Authorized"),
                                    ("FAILED", "Not authorized"),
                                ],
                                default="INITIATED",
                                max_length=12,
                            ),
                        ),
                        (
                            "failure",
                            models.CharField(
                                blank=True,
                                choices=[
                                    ("DECLINED", "The customer declined"),
                                    ("BAD_CREDENTIALS", "Sign-in at the utility failed"),
                                    ("MFA_FAILED", "Two-factor sign-in at the utility failed"),
                                    ("UTILITY_UNAVAILABLE", "The utility was not available"),
                                    ("UTILITY_ERROR", "The utility reported an error"),
                                    ("NOT_CONFIRMED", "The utility didn’t confirm the authorization"),
                                    ("WRONG_ISSUER", "The response came from an unexpected sender"),
                                    ("ABANDONED", "The customer didn’t come back from the utility"),
                                ],
                                max_length=32,
                            ),
                        ),
                        (
                            "state_hash",
                            models.CharField(help_text="Of the OAuth state; used once.", max_length=64, unique=True),
                        ),
                        ("code_verifier", portal.security.keyring.SecretField(blank=True, default="")),
                        ("scope", models.TextField(blank=True, help_text="As the utility granted it.")),
                        ("access_token", portal.security.keyring.SecretField(blank=True, default="")),
                        ("refresh_token", portal.security.keyring.SecretField(blank=True, default="")),
                        ("token_expires_at", models.DateTimeField(null=True)),
                        ("resource_url", models.CharField(blank=True, max_length=2000)),
                        ("authorization_url", models.CharField(blank=True, max_length=2000)),
                        ("customer_url", models.CharField(blank=True, max_length=2000)),
                        ("initiated_at", models.DateTimeField()),
                        (
                            "returned_at",
                            models.DateTimeField(
                                help_text="When the customer came back: the state is used up.", null=True
                            ),
                        ),
                        ("authorized_at", models.DateTimeField(null=True)),
                        ("starts_at", models.DateTimeField(null=True)),
                        (
                            "ends_at",
                            models.DateTimeField(help_text="As the utility says; empty when it is open.", null=True),
                        ),
                        ("ended_at", models.DateTimeField(null=True)),
                        (
                            "end_reason",
                            models.CharField(
                                blank=True,
                                choices=[
                                    ("BY_CUSTOMER", "Revoked by the customer"),
                                    ("AT_UTILITY", "Revoked at the utility"),
                                    ("EXPIRED", "Expired"),
                                    ("ACCESS_REFUSED", "The utility no longer accepts our access"),
                                ],
                                max_length=20,
                            ),
                        ),
                        (
                            "data_state",
                            models.CharField(
                                choices=[
                                    ("NONE", "Not authorized yet"),
                                    ("WAITING", "Waiting for data"),
                                    ("RECEIVED", "Data received"),
                                    ("OVERDUE", "Data overdue"),
                                    ("ENDED", "Ended"),
                                ],
                                default="NONE",
                                max_length=12,
                            ),
                        ),
                        ("data_received_at", models.DateTimeField(help_text="When the first data arrived.", null=True)),
                        ("last_fetched_at", models.DateTimeField(null=True)),
                        (
                            "next_fetch_at",
                            models.DateTimeField(help_text="Empty: nothing is fetched any more.", null=True),
                        ),
                        (
                            "fetch_attempts",
                            models.PositiveIntegerField(default=0, help_text="Without an answer, one after the other."),
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
                            "utility",
                            models.ForeignKey(
                                db_index=False,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="programs.utility",
                            ),
                        ),
                        (
                            "connection",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="authorizations",
                                to="onboarding.connection",
                            ),
                        ),
                        (
                            "session",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="authorizations",
                                to="onboarding.connectsession",
                            ),
                        ),
                    ],
                    options={
                        "indexes": [
                            models.Index(
                                condition=models.Q(("next_fetch_at__isnull", False)),
                                fields=["next_fetch_at"],
                                name="authorization_to_fetch",
                            ),
                            models.Index(fields=["utility", "resource_url"], name="authorization_by_resource"),
                            models.Index(fields=["utility", "initiated_at"], name="authorization_by_try"),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="BulkAction",
                    fields=[
                        (
                            "id",
                            models.UUIDField(
                                default=portal.storage.ids.uuid7, editable=False, primary_key=True, serialize=False
                            ),
                        ),
                        ("actor", models.JSONField(help_text="Who asked: kind, id, label.")),
                        ("kind", models.CharField(help_text="Which handler does it.", max_length=16)),
                        ("value", models.CharField(blank=True, max_length=128)),
                        (
                            "details",
                            models.JSONField(
                                help_text="How it is done, such as from when; None until it is said.", null=True
                            ),
                        ),
                        (
                            "is_by_rows",
                            models.BooleanField(
                                default=False, help_text="Whether a spreadsheet says row by row what to do."
                            ),
                        ),
                        (
                            "meters",
                            models.JSONField(help_text="Meter IDs, when they were chosen one by one.", null=True),
                        ),
                        (
                            "query",
                            models.TextField(
                                blank=True, help_text="The filters of the Meters page, as its query string."
                            ),
                        ),
                        (
                            "seen_at",
                            models.DateTimeField(
                                help_text="When the person saw the meters; one changed since then is left."
                            ),
                        ),
                        (
                            "state",
                            models.CharField(
                                choices=[
                                    ("asked", "Waiting for you"),
                                    ("running", "Changing meters"),
                                    ("done", "Done"),
                                    ("stopped", "Stopped partway"),
                                ],
                                default="asked",
                                max_length=8,
                            ),
                        ),
                        ("counts", models.JSONField(default=dict, help_text="Meters by BulkResult.")),
                        ("created_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                        ("finished_at", models.DateTimeField(null=True)),
                        (
                            "partner",
                            models.ForeignKey(
                                db_index=False,
                                null=True,
                                on_delete=django.db.models.deletion.CASCADE,
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
                    options={
                        "indexes": [models.Index(fields=["partner", "id"], name="bulk_newest")],
                    },
                ),
                migrations.CreateModel(
                    name="BulkRow",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "number",
                            models.PositiveIntegerField(
                                help_text="The row's number in the partner's own file.", null=True
                            ),
                        ),
                        ("meter_id", models.UUIDField(null=True)),
                        ("partner_reference", models.CharField(blank=True, max_length=256)),
                        ("new_reference", models.CharField(blank=True, db_default="", max_length=256)),
                        (
                            "details",
                            models.JSONField(
                                help_text="What else the row asks for, as it can be sent again.", null=True
                            ),
                        ),
                        (
                            "result",
                            models.CharField(
                                choices=[
                                    ("waiting", "Waiting for your confirmation"),
                                    ("changed", "Changed"),
                                    ("replaced", "Changed; replaced an earlier time-out on these days"),
                                    ("same", "No change needed"),
                                    ("meanwhile", "Changed since you loaded it, so left as is"),
                                    ("gone", "No longer exists"),
                                    ("refused", "Can’t be changed"),
                                ],
                                max_length=12,
                            ),
                        ),
                        ("problems", models.JSONField(help_text="Why it cannot be done, if it cannot.", null=True)),
                        (
                            "action",
                            models.ForeignKey(
                                db_index=False,
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="rows",
                                to="onboarding.bulkaction",
                            ),
                        ),
                    ],
                    options={
                        "indexes": [models.Index(fields=["action", "result", "meter_id"], name="bulk_row_by_result")],
                        "constraints": [
                            models.UniqueConstraint(
                                condition=models.Q(("number", None)),
                                fields=("action", "meter_id"),
                                name="one_result_per_meter",
                            ),
                            models.UniqueConstraint(fields=("action", "number"), name="one_result_per_row"),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="CalendarFeed",
                    fields=[
                        (
                            "id",
                            models.UUIDField(
                                default=portal.storage.ids.uuid7, editable=False, primary_key=True, serialize=False
                            ),
                        ),
                        ("secret_hash", models.CharField(max_length=64, unique=True)),
                        ("created_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                        ("last_used_at", models.DateTimeField(null=True)),
                        ("revoked_at", models.DateTimeField(null=True)),
                        (
                            "membership",
                            models.ForeignKey(
                                db_index=False,
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="calendar_feeds",
                                to="portal.membership",
                            ),
                        ),
                    ],
                    options={
                        "indexes": [models.Index(fields=["membership", "id"], name="calendar_feed_of_member")],
                        "constraints": [
                            models.UniqueConstraint(
                                condition=models.Q(("revoked_at", None)),
                                fields=("membership",),
                                name="one_open_calendar_feed_per_member",
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="CheckRecord",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
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
                                verbose_name="item of the checklist",
                            ),
                        ),
                        (
                            "holds",
                            models.BooleanField(
                                help_text="Whether the check passed. If not, the meter is not eligible."
                            ),
                        ),
                        (
                            "code",
                            models.CharField(
                                blank=True, help_text="The code the market returned, if any.", max_length=32
                            ),
                        ),
                        (
                            "note",
                            models.CharField(
                                blank=True,
                                help_text="The reason, in a sentence. The partner sees this.",
                                max_length=300,
                            ),
                        ),
                        ("valid_from", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                        ("valid_to", models.DateTimeField(blank=True, null=True)),
                        ("recorded_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                        ("recorded_by", models.CharField(max_length=200)),
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
                            "period",
                            models.ForeignKey(
                                blank=True,
                                db_index=False,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="programs.deliveryperiod",
                            ),
                        ),
                        (
                            "program",
                            models.ForeignKey(
                                blank=True,
                                db_index=False,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="programs.program",
                            ),
                        ),
                        (
                            "meter",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="check_records",
                                to="onboarding.meter",
                            ),
                        ),
                    ],
                    options={
                        "ordering": ["-valid_from", "-id"],
                    },
                ),
                migrations.CreateModel(
                    name="ColumnMemory",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "fingerprint",
                            models.CharField(help_text="Of the set of headers, normalised.", max_length=64),
                        ),
                        (
                            "headers",
                            models.JSONField(default=list, help_text="The headers as they stood in the sheet."),
                        ),
                        (
                            "columns",
                            models.JSONField(default=dict, help_text="Normalised header to target; empty: not used."),
                        ),
                        (
                            "constants",
                            models.JSONField(default=dict, help_text="Field key to the text that holds for every row."),
                        ),
                        (
                            "joined",
                            models.JSONField(
                                default=list,
                                help_text="Fields that several columns fill together because a person said so.",
                            ),
                        ),
                        (
                            "values",
                            models.JSONField(
                                default=dict,
                                help_text="Field key to text to state to the choice that is meant (layout.ChosenValues).",
                            ),
                        ),
                        (
                            "file_name",
                            models.CharField(
                                blank=True, help_text="The last file that it was said for.", max_length=255
                            ),
                        ),
                        ("changed_by", models.CharField(blank=True, max_length=200)),
                        ("updated_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                        (
                            "partner",
                            models.ForeignKey(
                                db_index=False,
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="+",
                                to="portal.partner",
                            ),
                        ),
                    ],
                    options={
                        "indexes": [models.Index(fields=["partner", "updated_at"], name="memory_newest")],
                        "constraints": [
                            models.UniqueConstraint(fields=("partner", "fingerprint"), name="one_memory_per_headers")
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="ConnectionNote",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "kind",
                            models.CharField(
                                choices=[
                                    ("OPENED", "The customer opened the link."),
                                    ("DETAILS_GIVEN", "The customer entered the required information."),
                                    ("SIGNED", "The customer signed: {documents}."),
                                    ("AGREEMENT_DECLINED", "The customer didn’t accept the agreements."),
                                    ("UTILITY_STARTED", "The customer went to {utility} to sign in."),
                                    (
                                        "AUTHORIZED",
                                        "The customer authorized {utility}. Data usually arrives within 1 to 2 days.",
                                    ),
                                    ("NOT_AUTHORIZED", "Authorization at {utility} failed: {reason}."),
                                    ("LEFT", "No activity for 24 hours. The session ended at the step “{step}”."),
                                    ("FINISHED", "The customer reached the last step."),
                                    ("DATA_ARRIVED", "{utility} sent data for {points}."),
                                    ("METER_CREATED", "A meter was created: {meter}."),
                                    (
                                        "METER_JOINED",
                                        "The authorization was added to a meter you already have: {meter}.",
                                    ),
                                    (
                                        "TO_DECIDE",
                                        "{utility} sent a service point that may be one of your meters. Choose the right meter.",
                                    ),
                                    ("DECIDED", "{who} decided: {decision}."),
                                    (
                                        "NOT_A_METER",
                                        "{utility} sent {kind} data, which no program uses. We stored it but didn’t use it.",
                                    ),
                                    (
                                        "NO_INTERVALS",
                                        "{utility} has no interval data for {point}. It may not have a smart meter.",
                                    ),
                                    (
                                        "DATA_OVERDUE",
                                        "{utility} hasn’t sent data in 3 days. We check again once a day.",
                                    ),
                                    ("FEED_UNREADABLE", "We couldn’t read {utility}’s data: {reason} We’ll try again."),
                                    ("UTILITY_SILENT", "{utility} didn’t answer. We’ll try again."),
                                    (
                                        "FETCH_FAILED",
                                        "We couldn’t process {utility}’s data. We’re looking into it and will try again.",
                                    ),
                                    ("ENDED", "The authorization at {utility} ended: {reason}."),
                                    (
                                        "ESI_ID_MISSING",
                                        "The customer didn’t have their ESI ID. Enter it here to create the meter.",
                                    ),
                                    (
                                        "ESI_ID_TAKEN",
                                        "Your meter {meter} has the customer’s ESI ID but a different address. If it’s the same meter, enter the ESI ID again. If not, enter the right one.",
                                    ),
                                    ("ESI_ID_GIVEN", "{who} entered the ESI ID."),
                                    (
                                        "ASKED_AGAIN",
                                        "{utility} is working again after an outage. We emailed the customer to try again.",
                                    ),
                                    ("DEVICE_GIVEN", "The customer described the device: {device}."),
                                    (
                                        "DEVICE_FITS_NOTHING",
                                        "No program accepts the device, so no meter was created: {reasons} Decide what to do with it.",
                                    ),
                                    (
                                        "DEVICE_REFERENCE_TAKEN",
                                        "Your meter {meter} has this reference but other values. Decide whether to use the customer’s values.",
                                    ),
                                    (
                                        "DEVICE_NOT_CREATED",
                                        "We couldn’t create the meter: {reasons} Decide what to do with the device.",
                                    ),
                                    (
                                        "DEVICE_SERIAL_TAKEN",
                                        "Another of your meters has the same serial number: {meter}. Decide whether it’s the same device.",
                                    ),
                                    ("DEVICE_IN_FORM", "{who} started a draft of the meter in the form."),
                                    ("DEVICE_JOINED", "The device is a meter you already have: {meter}."),
                                    (
                                        "DEVICE_SERIAL_TWICE",
                                        "{where} has the same serial number. Check which one is right.",
                                    ),
                                    ("DEVICE_DECIDED", "{who} decided: {decision}."),
                                    (
                                        "CONSENT_SUPPLIED",
                                        "{who} supplied the customer’s consent for {utility}: {document}.",
                                    ),
                                    ("CONSENT_CONFIRMED", "Leap confirmed the consent for {utility}: {document}."),
                                    ("CONSENT_REJECTED", "Leap rejected the consent for {utility}: {reason}"),
                                    ("CONSENT_WITHDRAWN", "{who} withdrew the consent for {utility}: {document}."),
                                ],
                                max_length=32,
                            ),
                        ),
                        ("facts", models.JSONField(default=dict)),
                        ("at", models.DateTimeField()),
                        ("expected_by", models.DateTimeField(help_text="When the next step is expected.", null=True)),
                        (
                            "authorization",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="notes",
                                to="onboarding.authorization",
                            ),
                        ),
                        (
                            "connection",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="notes",
                                to="onboarding.connection",
                            ),
                        ),
                    ],
                    options={
                        "ordering": ["-at", "-id"],
                    },
                ),
                migrations.CreateModel(
                    name="Consent",
                    fields=[
                        (
                            "id",
                            models.UUIDField(
                                default=portal.storage.ids.uuid7, editable=False, primary_key=True, serialize=False
                            ),
                        ),
                        ("owner", models.UUIDField(db_index=True, verbose_name="partner")),
                        ("partner_name", models.CharField(max_length=128)),
                        ("reference", models.CharField(blank=True, max_length=256)),
                        ("reference_key", models.CharField(blank=True, max_length=768)),
                        ("authorization", models.UUIDField(db_index=True, null=True)),
                        ("supplied_consent", models.UUIDField(db_index=True, null=True)),
                        (
                            "verb",
                            models.CharField(
                                choices=[
                                    ("granted", "Granted"),
                                    ("ended", "Ended"),
                                    ("supplied", "Supplied"),
                                    ("confirmed", "Confirmed"),
                                    ("rejected", "Rejected"),
                                    ("withdrawn", "Withdrawn"),
                                ],
                                max_length=12,
                            ),
                        ),
                        ("customer_name", models.CharField(blank=True, max_length=128)),
                        ("customer_email", models.CharField(blank=True, max_length=254)),
                        ("utility", models.CharField(max_length=32)),
                        ("scope", models.TextField(blank=True)),
                        ("valid_from", models.DateTimeField(null=True)),
                        ("valid_to", models.DateTimeField(null=True)),
                        ("reason", models.CharField(blank=True, max_length=20)),
                        ("evidence", models.JSONField(default=dict)),
                        ("at", models.DateTimeField()),
                    ],
                    options={
                        "ordering": ["at", "id"],
                        "indexes": [models.Index(fields=["owner", "reference_key"], name="consent_of_customer")],
                    },
                ),
                migrations.CreateModel(
                    name="CustomerEmail",
                    fields=[
                        (
                            "id",
                            models.UUIDField(
                                default=portal.storage.ids.uuid7, editable=False, primary_key=True, serialize=False
                            ),
                        ),
                        ("to", models.EmailField(max_length=254)),
                        ("subject", models.CharField(max_length=200)),
                        ("body", models.TextField()),
                        (
                            "attachments",
                            models.JSONField(default=list, help_text="[path below the files' folder, name] of each."),
                        ),
                        ("created_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                        ("sent_at", models.DateTimeField(null=True)),
                        (
                            "session",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="emails",
                                to="onboarding.connectsession",
                            ),
                        ),
                    ],
                    options={
                        "indexes": [
                            models.Index(django.db.models.functions.text.Lower("to"), name="customer_email_by_address")
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="CustomerErasure",
                    fields=[
                        (
                            "id",
                            models.UUIDField(
                                default=portal.storage.ids.uuid7, editable=False, primary_key=True, serialize=False
                            ),
                        ),
                        ("actor", models.JSONField(help_text="Who asked: kind, id, label.")),
                        ("meters", models.JSONField(default=list, help_text="Leap meter IDs.")),
                        ("connections", models.JSONField(default=list, help_text="IDs of connections.")),
                        (
                            "with_intervals",
                            models.BooleanField(default=False, help_text="Whether the meters’ interval data goes too."),
                        ),
                        (
                            "marks",
                            models.JSONField(
                                default=dict, help_text="What tells the customer from others (customer.Marks)."
                            ),
                        ),
                        (
                            "state",
                            models.CharField(
                                choices=[
                                    ("asked", "Waiting to begin"),
                                    ("running", "Erasing"),
                                    ("done", "Erased"),
                                    ("failed", "Stopped partway"),
                                ],
                                default="asked",
                                max_length=8,
                            ),
                        ),
                        (
                            "counts",
                            models.JSONField(
                                default=dict, help_text="Rows when it was asked for, by the words for what they are."
                            ),
                        ),
                        ("created_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                        ("finished_at", models.DateTimeField(null=True)),
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
                    options={
                        "indexes": [models.Index(fields=["partner", "id"], name="erasure_newest")],
                    },
                ),
                migrations.CreateModel(
                    name="DeadlineNotice",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "due_at",
                            models.DateTimeField(
                                help_text="Until when the deadline is accepted; another day is another deadline."
                            ),
                        ),
                        (
                            "days",
                            models.PositiveSmallIntegerField(help_text="The notice of ten days before, or of three."),
                        ),
                        ("meters", models.PositiveIntegerField(help_text="How many meters it named.")),
                        ("written_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                        (
                            "partner",
                            models.ForeignKey(
                                db_index=False,
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="+",
                                to="portal.partner",
                            ),
                        ),
                        (
                            "program",
                            models.ForeignKey(
                                db_index=False,
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="+",
                                to="programs.program",
                            ),
                        ),
                    ],
                    options={
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("partner", "program", "due_at", "days"),
                                name="one_notice_per_deadline_and_stage",
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="MeterDraft",
                    fields=[
                        (
                            "id",
                            models.UUIDField(
                                default=portal.storage.ids.uuid7, editable=False, primary_key=True, serialize=False
                            ),
                        ),
                        ("is_saved", models.BooleanField(default=False, help_text="Somebody chose to go on later.")),
                        (
                            "programs",
                            models.JSONField(default=list, help_text="The programs whose fields the form has."),
                        ),
                        ("version", models.PositiveIntegerField(null=True)),
                        (
                            "base",
                            models.JSONField(default=dict, help_text="Field key to text, of the fields in the form."),
                        ),
                        (
                            "cells",
                            models.JSONField(
                                default=dict, help_text="Field key to the text that was typed; empty ones are left out."
                            ),
                        ),
                        (
                            "written_meter",
                            models.UUIDField(help_text="The meter that it became, or that it changed.", null=True),
                        ),
                        ("created_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                        ("updated_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                        (
                            "changed_by",
                            models.ForeignKey(
                                db_index=False,
                                help_text="Who typed last.",
                                null=True,
                                on_delete=django.db.models.deletion.SET_NULL,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        (
                            "meter",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="drafts",
                                to="onboarding.meter",
                            ),
                        ),
                        (
                            "partner",
                            models.ForeignKey(
                                db_index=False,
                                on_delete=django.db.models.deletion.CASCADE,
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
                        (
                            "upload",
                            models.ForeignKey(
                                db_index=False,
                                help_text="What wrote it; the draft is over then, and what was typed is gone from it.",
                                null=True,
                                on_delete=django.db.models.deletion.SET_NULL,
                                related_name="+",
                                to="onboarding.upload",
                            ),
                        ),
                    ],
                    options={
                        "indexes": [
                            models.Index(
                                condition=models.Q(("written_meter", None)), fields=["partner", "id"], name="draft_open"
                            ),
                            models.Index(
                                condition=models.Q(("is_saved", False), ("written_meter", None)),
                                fields=["updated_at"],
                                name="draft_unsaved",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="DeviceDraft",
                    fields=[
                        (
                            "id",
                            models.UUIDField(
                                default=portal.storage.ids.uuid7, editable=False, primary_key=True, serialize=False
                            ),
                        ),
                        (
                            "session",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="device_drafts",
                                to="onboarding.connectsession",
                            ),
                        ),
                        (
                            "draft",
                            models.OneToOneField(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="+",
                                to="onboarding.meterdraft",
                            ),
                        ),
                    ],
                ),
                migrations.CreateModel(
                    name="DevicePhoto",
                    fields=[
                        (
                            "id",
                            models.UUIDField(
                                default=portal.storage.ids.uuid7, editable=False, primary_key=True, serialize=False
                            ),
                        ),
                        (
                            "file",
                            models.CharField(
                                help_text="A stored JPEG; the path below the files' folder.", max_length=200
                            ),
                        ),
                        ("size", models.PositiveIntegerField(help_text="Bytes.")),
                        ("sha256", models.CharField(max_length=64)),
                        ("created_at", models.DateTimeField()),
                        (
                            "session",
                            models.OneToOneField(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="device_photo",
                                to="onboarding.connectsession",
                            ),
                        ),
                    ],
                ),
                migrations.CreateModel(
                    name="Enrollment",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "status",
                            models.CharField(
                                choices=[
                                    ("ACTIVE", "Active"),
                                    ("ELIGIBLE", "Eligible"),
                                    ("PENDING", "Pending"),
                                    ("NOT_PARTICIPATING", "Not participating"),
                                    ("INELIGIBLE", "Not eligible yet"),
                                ],
                                max_length=20,
                            ),
                        ),
                        (
                            "missing",
                            models.JSONField(
                                default=list, help_text="Field keys that the program requires and the meter lacks."
                            ),
                        ),
                        (
                            "reasons",
                            models.JSONField(default=list, help_text="Problems as code, field, value and context."),
                        ),
                        (
                            "partner_actions",
                            models.JSONField(default=list, help_text="Action types that the partner has to do."),
                        ),
                        ("leap_actions", models.JSONField(default=list, help_text="Action types that Leap has to do.")),
                        (
                            "acts",
                            models.CharField(
                                blank=True,
                                choices=[("partner", "The partner"), ("leap", "Leap")],
                                max_length=8,
                                verbose_name="who acts next",
                            ),
                        ),
                        (
                            "joined_at",
                            models.DateTimeField(
                                db_default=django.db.models.functions.datetime.Now(),
                                help_text="Of two programs that exclude each other, the first.",
                            ),
                        ),
                        ("evaluated_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                        (
                            "reconsider_at",
                            models.DateTimeField(help_text="When time alone changes what is recorded here.", null=True),
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
                            "program",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="enrollments",
                                to="programs.program",
                            ),
                        ),
                        (
                            "meter",
                            models.ForeignKey(
                                db_index=False,
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="enrollments",
                                to="onboarding.meter",
                            ),
                        ),
                    ],
                    options={
                        "permissions": [("record_leap_actions", "Can record what Leap found out, activate and end")],
                        "indexes": [
                            models.Index(
                                fields=["partner", "program", "status", "meter"], name="enrollment_by_program"
                            ),
                            models.Index(
                                condition=models.Q(("acts", ""), _negated=True),
                                fields=["partner", "acts", "program"],
                                name="enrollment_to_act",
                            ),
                            models.Index(
                                condition=models.Q(("partner_actions", []), _negated=True),
                                fields=["partner", "program", "status", "partner_actions"],
                                name="enrollment_waiting",
                            ),
                            models.Index(
                                condition=models.Q(("reconsider_at__isnull", False)),
                                fields=["reconsider_at"],
                                name="enrollment_to_reconsider",
                            ),
                        ],
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("meter", "program"), name="one_enrollment_per_meter_and_program"
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Evaluated",
                    fields=[
                        (
                            "program",
                            models.OneToOneField(
                                on_delete=django.db.models.deletion.CASCADE,
                                primary_key=True,
                                related_name="+",
                                serialize=False,
                                to="programs.program",
                            ),
                        ),
                        ("digest", models.CharField(max_length=64)),
                        ("evaluated_at", models.DateTimeField(auto_now=True)),
                    ],
                ),
                migrations.CreateModel(
                    name="Export",
                    fields=[
                        (
                            "id",
                            models.UUIDField(
                                default=portal.storage.ids.uuid7, editable=False, primary_key=True, serialize=False
                            ),
                        ),
                        ("actor", models.JSONField(help_text="Who asked: kind, id, label.")),
                        (
                            "query",
                            models.TextField(
                                blank=True, help_text="Filters and columns of the Meters page, as its query string."
                            ),
                        ),
                        ("meters", models.PositiveIntegerField()),
                        ("columns", models.PositiveIntegerField()),
                        (
                            "state",
                            models.CharField(
                                choices=[
                                    ("asked", "Waiting to begin"),
                                    ("running", "Making the workbook"),
                                    ("done", "Ready"),
                                    ("failed", "Not made"),
                                    ("expired", "Deleted"),
                                ],
                                default="asked",
                                max_length=8,
                            ),
                        ),
                        (
                            "file",
                            models.CharField(
                                blank=True, help_text="Its path below MEDIA_ROOT, while it is there.", max_length=100
                            ),
                        ),
                        ("size", models.PositiveBigIntegerField(default=0, help_text="In bytes.")),
                        ("created_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                        ("finished_at", models.DateTimeField(null=True)),
                        ("expires_at", models.DateTimeField(null=True)),
                        (
                            "partner",
                            models.ForeignKey(
                                db_index=False,
                                on_delete=django.db.models.deletion.CASCADE,
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
                    options={
                        "indexes": [
                            models.Index(fields=["partner", "id"], name="export_newest"),
                            models.Index(fields=["state", "expires_at"], name="export_to_delete"),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Feed",
                    fields=[
                        (
                            "id",
                            models.UUIDField(
                                default=portal.storage.ids.uuid7, editable=False, primary_key=True, serialize=False
                            ),
                        ),
                        (
                            "kind",
                            models.CharField(choices=[("usage", "Usage"), ("customer", "Customer")], max_length=12),
                        ),
                        ("file", models.CharField(max_length=200)),
                        ("size", models.PositiveBigIntegerField()),
                        ("sha256", models.CharField(max_length=64)),
                        ("received_at", models.DateTimeField()),
                        (
                            "problem",
                            models.JSONField(default=dict, help_text="Why it could not be read: a coded problem."),
                        ),
                        (
                            "authorization",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="feeds",
                                to="onboarding.authorization",
                            ),
                        ),
                    ],
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
                        (
                            "file_name",
                            models.CharField(help_text="As the partner called it; only ever shown.", max_length=255),
                        ),
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
                        (
                            "problem",
                            models.JSONField(default=dict, help_text="Why the file as a whole cannot be taken."),
                        ),
                        ("counts", models.JSONField(default=dict)),
                        ("error_summary", models.JSONField(default=list)),
                        ("warnings", models.JSONField(default=list)),
                        (
                            "pending_series",
                            models.JSONField(
                                default=list, help_text="Numbers of the series that are being stored now."
                            ),
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
                    options={
                        "indexes": [
                            models.Index(fields=["partner", "-created_at"], name="interval_upload_newest"),
                            models.Index(fields=["partner", "state", "-created_at"], name="interval_upload_by_state"),
                            models.Index(fields=["partner", "sha256"], name="interval_upload_by_content"),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="IntervalSource",
                    fields=[
                        ("id", models.AutoField(primary_key=True, serialize=False)),
                        (
                            "kind",
                            models.CharField(choices=[("partner", "Partner"), ("utility", "Utility")], max_length=8),
                        ),
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
                    name="FeedIntake",
                    fields=[
                        (
                            "feed",
                            models.OneToOneField(
                                on_delete=django.db.models.deletion.CASCADE,
                                primary_key=True,
                                related_name="intake",
                                serialize=False,
                                to="onboarding.feed",
                            ),
                        ),
                        (
                            "in_feed",
                            models.JSONField(
                                default=list,
                                help_text="Usage points of which the feed has intervals, once it was read.",
                            ),
                        ),
                        ("usage_points", models.JSONField(default=list, help_text="Whose intervals are stored.")),
                        (
                            "counts",
                            models.JSONField(
                                default=dict, help_text="new, changed, same; left out: other_units, other_lengths, …"
                            ),
                        ),
                        (
                            "problem",
                            models.JSONField(
                                default=dict, help_text="Why the feed could not be read: a coded problem."
                            ),
                        ),
                        ("read_at", models.DateTimeField(null=True)),
                        (
                            "source",
                            models.OneToOneField(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="+",
                                to="onboarding.intervalsource",
                            ),
                        ),
                    ],
                ),
                migrations.CreateModel(
                    name="IntervalCorrection",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
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
                            models.DateTimeField(
                                help_text="Of the earliest interval; none stored yet: empty.", null=True
                            ),
                        ),
                        ("last_start", models.DateTimeField(null=True)),
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
                            "meter",
                            models.ForeignKey(
                                db_index=False,
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="+",
                                to="onboarding.meter",
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
                    name="InvitedCustomer",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("reference_key", models.CharField(max_length=768)),
                        ("email", models.EmailField(max_length=254)),
                        ("invited_at", models.DateTimeField()),
                        (
                            "partner",
                            models.ForeignKey(
                                db_index=False,
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="+",
                                to="portal.partner",
                            ),
                        ),
                    ],
                    options={
                        "constraints": [
                            models.UniqueConstraint(fields=("partner", "reference_key"), name="one_invited_address")
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="LinkEmail",
                    fields=[
                        (
                            "id",
                            models.UUIDField(
                                default=portal.storage.ids.uuid7, editable=False, primary_key=True, serialize=False
                            ),
                        ),
                        ("to", models.EmailField(max_length=254)),
                        ("subject", models.CharField(max_length=200)),
                        ("body", models.TextField()),
                        ("created_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                        (
                            "link",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="+",
                                to="onboarding.connectlink",
                            ),
                        ),
                    ],
                ),
                migrations.CreateModel(
                    name="MadeDeadline",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
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
                            "partner",
                            models.ForeignKey(
                                db_index=False,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="portal.partner",
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
                    ],
                    options={
                        "constraints": [
                            models.UniqueConstraint(fields=("meter", "deadline"), name="a_meter_makes_a_deadline_once")
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="MeterText",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("text", models.TextField()),
                        (
                            "meter",
                            models.OneToOneField(
                                db_constraint=False,
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="text",
                                to="onboarding.meter",
                            ),
                        ),
                        (
                            "partner",
                            models.ForeignKey(
                                db_constraint=False,
                                db_index=False,
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="+",
                                to="portal.partner",
                            ),
                        ),
                    ],
                ),
                migrations.CreateModel(
                    name="MissingDataDigest",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("day", models.DateField(help_text="The day, in the partner's time zone.")),
                        (
                            "emails_written",
                            models.PositiveIntegerField(default=0, help_text="None when nothing was missing."),
                        ),
                        ("written_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                        (
                            "partner",
                            models.ForeignKey(
                                db_index=False,
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="+",
                                to="portal.partner",
                            ),
                        ),
                    ],
                    options={
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("partner", "day"), name="one_missing_data_digest_per_partner_and_day"
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="OnboardingToken",
                    fields=[
                        (
                            "id",
                            models.UUIDField(
                                default=portal.storage.ids.uuid7, editable=False, primary_key=True, serialize=False
                            ),
                        ),
                        (
                            "default_values",
                            models.JSONField(
                                default=dict, help_text="A part of a CreateMeter: what the asset may leave out."
                            ),
                        ),
                        ("created_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                        ("expires_at", models.DateTimeField(db_index=True)),
                        ("used_at", models.DateTimeField(null=True)),
                        (
                            "sha256",
                            models.CharField(
                                blank=True, help_text="Of the submission that was written.", max_length=64
                            ),
                        ),
                        (
                            "partner",
                            models.ForeignKey(
                                db_index=False,
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="+",
                                to="portal.partner",
                            ),
                        ),
                        (
                            "upload",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.SET_NULL,
                                related_name="+",
                                to="onboarding.upload",
                            ),
                        ),
                    ],
                ),
                migrations.CreateModel(
                    name="UtilityOutage",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("began_at", models.DateTimeField(help_text="When the first try failed.")),
                        ("noticed_at", models.DateTimeField()),
                        ("ended_at", models.DateTimeField(null=True)),
                        (
                            "utility",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE, related_name="+", to="programs.utility"
                            ),
                        ),
                    ],
                    options={
                        "constraints": [
                            models.UniqueConstraint(
                                condition=models.Q(("ended_at__isnull", True)),
                                fields=("utility",),
                                name="one_open_outage_per_utility",
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="OutageFollowUp",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("was_asked_for", models.BooleanField(default=False)),
                        ("created_at", models.DateTimeField()),
                        ("settled_at", models.DateTimeField(null=True)),
                        ("email", models.EmailField(blank=True, max_length=254)),
                        (
                            "session",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="+",
                                to="onboarding.connectsession",
                            ),
                        ),
                        (
                            "outage",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="follow_ups",
                                to="onboarding.utilityoutage",
                            ),
                        ),
                    ],
                    options={
                        "indexes": [
                            models.Index(
                                condition=models.Q(("settled_at__isnull", True)),
                                fields=["outage"],
                                name="follow_up_open",
                            )
                        ],
                        "constraints": [
                            models.UniqueConstraint(fields=("outage", "session"), name="one_follow_up_per_session")
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="PairingCode",
                    fields=[
                        (
                            "id",
                            models.UUIDField(
                                default=portal.storage.ids.uuid7, editable=False, primary_key=True, serialize=False
                            ),
                        ),
                        ("code_hash", models.CharField(max_length=64, unique=True)),
                        ("reference", models.CharField(max_length=256, verbose_name="reference ID")),
                        ("reference_key", models.CharField(max_length=768)),
                        ("created_by", models.CharField(max_length=200)),
                        ("created_at", models.DateTimeField()),
                        ("expires_at", models.DateTimeField()),
                        ("revoked_at", models.DateTimeField(null=True)),
                        ("used_at", models.DateTimeField(help_text="When it was first typed.", null=True)),
                        (
                            "link",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="pairing_codes",
                                to="onboarding.connectlink",
                            ),
                        ),
                        (
                            "partner",
                            models.ForeignKey(
                                db_index=False,
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="+",
                                to="portal.partner",
                            ),
                        ),
                        (
                            "session",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.SET_NULL,
                                related_name="+",
                                to="onboarding.connectsession",
                            ),
                        ),
                    ],
                ),
                migrations.CreateModel(
                    name="ParticipationPeriod",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "preference",
                            models.CharField(choices=[("IDLE", "Idle"), ("DISENROLL", "Disenrolled")], max_length=12),
                        ),
                        (
                            "starts_at",
                            models.DateTimeField(help_text="A local midnight of the meter's zone, kept in UTC."),
                        ),
                        ("ends_at", models.DateTimeField(blank=True, null=True)),
                        ("reason", models.CharField(blank=True, max_length=300)),
                        (
                            "wished_from",
                            models.DateTimeField(
                                blank=True,
                                help_text="When it would begin, had an idle time not taken its first days.",
                                null=True,
                            ),
                        ),
                        (
                            "meter",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="participation",
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
                        "ordering": ["starts_at"],
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("ends_at", None), ("starts_at__lt", models.F("ends_at")), _connector="OR"
                                ),
                                name="participation_ends_after_it_begins",
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="PortfolioDay",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
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
                        (
                            "without_power",
                            models.PositiveIntegerField(help_text="Meters whose power is not known.", null=True),
                        ),
                        (
                            "newest_event",
                            models.BigIntegerField(
                                default=0, help_text="The partner's newest event when it was counted."
                            ),
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
                migrations.CreateModel(
                    name="RedirectHost",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "host",
                            models.CharField(
                                help_text="For example www.acme.example; with :port where it needs one.", max_length=253
                            ),
                        ),
                        ("created_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                        (
                            "partner",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="redirect_hosts",
                                to="portal.partner",
                            ),
                        ),
                    ],
                    options={
                        "ordering": ["host"],
                        "constraints": [
                            models.UniqueConstraint(fields=("partner", "host"), name="one_redirect_host_per_partner")
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="RegistrationRefresh",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("requested_at", models.DateTimeField()),
                        ("requested_by", models.CharField(max_length=200)),
                        ("answered_at", models.DateTimeField(blank=True, null=True)),
                        (
                            "meter",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE, related_name="+", to="onboarding.meter"
                            ),
                        ),
                        (
                            "partner",
                            models.ForeignKey(
                                db_index=False,
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="+",
                                to="portal.partner",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "registration refresh",
                        "verbose_name_plural": "registration refreshes",
                        "indexes": [models.Index(fields=["partner", "id"], name="refresh_newest")],
                        "constraints": [
                            models.UniqueConstraint(
                                condition=models.Q(("answered_at", None)),
                                fields=("meter",),
                                name="one_open_refresh_per_meter",
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Reminder",
                    fields=[
                        (
                            "id",
                            models.UUIDField(
                                default=portal.storage.ids.uuid7, editable=False, primary_key=True, serialize=False
                            ),
                        ),
                        (
                            "touchpoint",
                            models.CharField(
                                choices=[
                                    ("FIRST", "First reminder"),
                                    ("SECOND", "Second reminder"),
                                    ("THIRD", "Third reminder"),
                                    ("RENEWAL", "Renewal link"),
                                ],
                                max_length=8,
                            ),
                        ),
                        ("interaction_at", models.DateTimeField()),
                        ("due_at", models.DateTimeField()),
                        (
                            "send_at",
                            models.DateTimeField(help_text="When it goes: later than due, if that is at night."),
                        ),
                        (
                            "state",
                            models.CharField(
                                choices=[
                                    ("PLANNED", "Planned"),
                                    ("SENDING", "Being sent"),
                                    ("SENT", "Sent"),
                                    ("SKIPPED", "Not sent"),
                                    ("UNCLEAR", "Unclear"),
                                ],
                                default="PLANNED",
                                max_length=8,
                            ),
                        ),
                        (
                            "reason",
                            models.CharField(
                                blank=True,
                                choices=[
                                    ("FINISHED", "The customer finished."),
                                    ("AUTHORIZED", "The customer authorized a utility."),
                                    ("DECLINED", "The customer didn’t accept the agreements."),
                                    ("CAME_BACK", "The customer came back in the meantime."),
                                    ("LATER_DUE", "A later reminder was due by then."),
                                    ("OPTED_OUT", "The customer opted out."),
                                    ("BOUNCED", "The address is unreachable."),
                                    ("NO_ADDRESS", "We don’t have an email address."),
                                    ("LIMIT", "The customer got three reminders within 30 days."),
                                    ("STOPPED", "You stopped reminders for this customer."),
                                    ("SWITCHED_OFF", "The reminder was turned off."),
                                    ("LINK_CLOSED", "The link is paused or has ended."),
                                    ("RENEWED", "The authorization was renewed."),
                                    ("REVOKED", "The customer revoked the authorization."),
                                    ("SANDBOX", "Sandboxes don’t email customers."),
                                    ("TOO_LATE", "It was out of date."),
                                    ("REFUSED", "The mail server rejected it."),
                                ],
                                max_length=12,
                            ),
                        ),
                        ("queued_at", models.DateTimeField(help_text="When its job was queued.", null=True)),
                        ("email", models.EmailField(blank=True, max_length=254)),
                        ("subject", models.CharField(blank=True, max_length=200)),
                        ("body", models.TextField(blank=True)),
                        ("created_at", models.DateTimeField()),
                        ("sent_at", models.DateTimeField(null=True)),
                        (
                            "authorization",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="reminders",
                                to="onboarding.authorization",
                            ),
                        ),
                        (
                            "connection",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="reminders",
                                to="onboarding.connection",
                            ),
                        ),
                        (
                            "link",
                            models.ForeignKey(
                                db_index=False,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="onboarding.connectlink",
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
                            "session",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="+",
                                to="onboarding.connectsession",
                            ),
                        ),
                    ],
                    options={
                        "indexes": [
                            models.Index(
                                condition=models.Q(("queued_at__isnull", True), ("state", "PLANNED")),
                                fields=["send_at"],
                                name="reminder_to_queue",
                            ),
                            models.Index(fields=["link", "state"], name="reminder_of_link"),
                            models.Index(fields=["partner"], name="reminder_of_partner"),
                        ],
                        "constraints": [
                            models.UniqueConstraint(
                                condition=models.Q(("authorization", None)),
                                fields=("connection", "interaction_at", "touchpoint"),
                                name="one_reminder_per_touchpoint",
                            ),
                            models.UniqueConstraint(
                                condition=models.Q(("authorization__isnull", False)),
                                fields=("authorization", "interaction_at"),
                                name="one_renewal_link_per_end",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="ReminderPlan",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "on_since",
                            models.DateTimeField(
                                help_text="Since when reminders are sent; empty: they are not.", null=True
                            ),
                        ),
                        ("first", models.PositiveSmallIntegerField(default=30, null=True)),
                        ("second", models.PositiveSmallIntegerField(default=24, null=True)),
                        ("third", models.PositiveSmallIntegerField(default=72, null=True)),
                        ("text", models.CharField(blank=True, max_length=300, verbose_name="sentence of the partner")),
                        (
                            "link",
                            models.OneToOneField(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="reminder_plan",
                                to="onboarding.connectlink",
                            ),
                        ),
                    ],
                    options={
                        "indexes": [
                            models.Index(
                                condition=models.Q(("on_since__isnull", False)),
                                fields=["link"],
                                name="reminder_plan_on",
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="SavedView",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("name", models.CharField(max_length=64)),
                        (
                            "query",
                            models.TextField(blank=True, help_text="The filters and the order, as a query string."),
                        ),
                        ("is_shared", models.BooleanField(default=False)),
                        (
                            "is_default",
                            models.BooleanField(default=False, help_text="The owner's list begins with it."),
                        ),
                        ("updated_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                        (
                            "owner",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        (
                            "partner",
                            models.ForeignKey(
                                db_index=False,
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="+",
                                to="portal.partner",
                            ),
                        ),
                    ],
                    options={
                        "ordering": ["name", "pk"],
                        "constraints": [
                            models.UniqueConstraint(fields=("partner", "owner", "name"), name="one_view_per_name"),
                            models.UniqueConstraint(
                                condition=models.Q(("is_default", True)),
                                fields=("partner", "owner"),
                                name="one_default_view",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="ServicePoint",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("usage_point", models.CharField(max_length=256)),
                        ("kind", models.CharField(max_length=12)),
                        ("account_number", models.CharField(blank=True, max_length=128)),
                        ("agreement_number", models.CharField(blank=True, max_length=128)),
                        ("service_point_number", models.CharField(blank=True, max_length=128)),
                        ("meter_serials", models.JSONField(default=list)),
                        ("keys", models.JSONField(default=list, help_text="Normal forms of all its identifiers.")),
                        (
                            "facts",
                            models.JSONField(
                                default=dict, help_text="Name, address and tariff as the utility has them."
                            ),
                        ),
                        (
                            "candidates",
                            models.JSONField(
                                default=list, help_text="IDs of meters that it may be; the partner decides."
                            ),
                        ),
                        ("problem", models.JSONField(default=dict, help_text="Why it is not joined: a coded problem.")),
                        ("decided_by", models.CharField(blank=True, max_length=200)),
                        ("created_at", models.DateTimeField()),
                        (
                            "authorization",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="service_points",
                                to="onboarding.authorization",
                            ),
                        ),
                        (
                            "meter",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.SET_NULL,
                                related_name="service_points",
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
                        (
                            "utility",
                            models.ForeignKey(
                                db_index=False,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="programs.utility",
                            ),
                        ),
                    ],
                    options={
                        "indexes": [
                            models.Index(fields=["partner", "utility", "usage_point"], name="service_point_of_utility")
                        ],
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("authorization", "usage_point"), name="one_row_per_usage_point"
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Signature",
                    fields=[
                        (
                            "id",
                            models.UUIDField(
                                default=portal.storage.ids.uuid7, editable=False, primary_key=True, serialize=False
                            ),
                        ),
                        ("code", models.CharField(max_length=64)),
                        ("version", models.CharField(max_length=32)),
                        (
                            "language",
                            models.CharField(
                                default="en", help_text="Of the text that was read and signed.", max_length=8
                            ),
                        ),
                        ("title", models.CharField(max_length=200)),
                        ("sha256", models.CharField(max_length=64)),
                        ("name", models.CharField(max_length=128, verbose_name="typed name")),
                        (
                            "capacity",
                            models.CharField(
                                choices=[("CUSTOMER", "For myself"), ("COMPANY", "For a company")],
                                default="CUSTOMER",
                                max_length=12,
                            ),
                        ),
                        ("address", models.CharField(blank=True, max_length=45)),
                        ("signed_at", models.DateTimeField()),
                        ("file", models.CharField(blank=True, max_length=200)),
                        ("file_sha256", models.CharField(blank=True, max_length=64)),
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
                            "session",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="signatures",
                                to="onboarding.connectsession",
                            ),
                        ),
                    ],
                    options={
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("session", "code", "version"), name="one_signature_per_document"
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="StoppedAddress",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("email", models.EmailField(max_length=254)),
                        (
                            "reason",
                            models.CharField(
                                choices=[("OPTED_OUT", "Opted out"), ("UNREACHABLE", "Unreachable")], max_length=12
                            ),
                        ),
                        (
                            "told",
                            models.CharField(
                                blank=True, help_text="What the mail server answered, if it was that.", max_length=200
                            ),
                        ),
                        ("stopped_at", models.DateTimeField()),
                        (
                            "partner",
                            models.ForeignKey(
                                db_index=False,
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="+",
                                to="portal.partner",
                            ),
                        ),
                    ],
                    options={
                        "constraints": [
                            models.UniqueConstraint(fields=("partner", "email"), name="one_stopped_address")
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="StoppedReminders",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("stopped_by", models.CharField(max_length=200)),
                        ("stopped_at", models.DateTimeField()),
                        (
                            "connection",
                            models.OneToOneField(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="stopped_reminders",
                                to="onboarding.connection",
                            ),
                        ),
                    ],
                ),
                migrations.CreateModel(
                    name="SuppliedConsent",
                    fields=[
                        (
                            "id",
                            models.UUIDField(
                                default=portal.storage.ids.uuid7, editable=False, primary_key=True, serialize=False
                            ),
                        ),
                        (
                            "kind",
                            models.CharField(
                                choices=[
                                    ("LOA", "Letter of authorization (LOA)"),
                                    ("CISR_DRP", "CISR-DRP form"),
                                    ("OTHER", "Other document"),
                                ],
                                max_length=12,
                                verbose_name="document",
                            ),
                        ),
                        (
                            "title",
                            models.CharField(
                                blank=True,
                                help_text="Of another document.",
                                max_length=100,
                                verbose_name="name of the document",
                            ),
                        ),
                        ("account_number", models.CharField(blank=True, max_length=128)),
                        ("service_point_number", models.CharField(blank=True, max_length=128)),
                        ("signer_name", models.CharField(max_length=128, verbose_name="signed by")),
                        ("customer_name", models.CharField(blank=True, max_length=128)),
                        ("customer_email", models.EmailField(blank=True, max_length=254)),
                        ("signed_on", models.DateField()),
                        ("valid_until", models.DateField(blank=True, null=True)),
                        ("file", models.CharField(max_length=200)),
                        ("size", models.PositiveBigIntegerField()),
                        ("sha256", models.CharField(max_length=64, verbose_name="SHA-256 of the file")),
                        (
                            "state",
                            models.CharField(
                                choices=[
                                    ("SUBMITTED", "Under review"),
                                    ("CONFIRMED", "Confirmed"),
                                    ("REJECTED", "Rejected"),
                                    ("WITHDRAWN", "Withdrawn"),
                                ],
                                default="SUBMITTED",
                                max_length=12,
                                verbose_name="status",
                            ),
                        ),
                        (
                            "reason",
                            models.CharField(
                                blank=True, help_text="Why it was rejected. The partner sees this.", max_length=500
                            ),
                        ),
                        ("supplied_by", models.CharField(max_length=200)),
                        ("supplied_at", models.DateTimeField()),
                        ("decided_by", models.CharField(blank=True, max_length=200)),
                        ("decided_at", models.DateTimeField(null=True)),
                        ("withdrawn_by", models.CharField(blank=True, max_length=200)),
                        ("withdrawn_at", models.DateTimeField(null=True)),
                        (
                            "connection",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="supplied_consents",
                                to="onboarding.connection",
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
                            "utility",
                            models.ForeignKey(
                                db_index=False,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="programs.utility",
                            ),
                        ),
                    ],
                    options={
                        "indexes": [
                            models.Index(
                                condition=models.Q(("state", "SUBMITTED")),
                                fields=["supplied_at", "id"],
                                name="supplied_consent_to_review",
                            ),
                            models.Index(
                                condition=models.Q(("state", "REJECTED")),
                                fields=["partner"],
                                name="supplied_consent_to_replace",
                            ),
                        ],
                        "constraints": [
                            models.UniqueConstraint(
                                condition=models.Q(("state__in", ["SUBMITTED", "CONFIRMED"])),
                                fields=("connection", "utility", "sha256"),
                                name="one_supplied_consent_per_file",
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="TextBacklog",
                    fields=[
                        ("batch", models.UUIDField(db_column="upload_id", primary_key=True, serialize=False)),
                        (
                            "partner",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE, related_name="+", to="portal.partner"
                            ),
                        ),
                    ],
                ),
                migrations.CreateModel(
                    name="UploadEdit",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("row_number", models.PositiveIntegerField()),
                        (
                            "values",
                            models.JSONField(
                                default=dict, help_text="Field key to the text instead; empty: an empty cell."
                            ),
                        ),
                        (
                            "originals",
                            models.JSONField(
                                help_text="Field key to what the file has there; and the row's reference. Earlier edits lack it.",
                                null=True,
                            ),
                        ),
                        ("is_left_out", models.BooleanField(default=False, help_text="The partner skips this row.")),
                        (
                            "upload",
                            models.ForeignKey(
                                db_index=False,
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="edits",
                                to="onboarding.upload",
                            ),
                        ),
                    ],
                    options={
                        "constraints": [
                            models.UniqueConstraint(fields=("upload", "row_number"), name="one_edit_per_row")
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="UploadProblem",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("row_number", models.PositiveIntegerField()),
                        (
                            "column",
                            models.PositiveSmallIntegerField(
                                help_text="Index of the file's column, from 0.", null=True
                            ),
                        ),
                        ("field", models.CharField(blank=True, max_length=128)),
                        ("code", models.CharField(max_length=40)),
                        ("value", models.CharField(blank=True, max_length=130)),
                        ("context", models.JSONField(default=dict)),
                        (
                            "blocks",
                            models.BooleanField(
                                default=True, help_text="Whether the row waits for it; a warning does not block."
                            ),
                        ),
                        (
                            "upload",
                            models.ForeignKey(
                                db_index=False,
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="problems",
                                to="onboarding.upload",
                            ),
                        ),
                    ],
                    options={
                        "indexes": [
                            models.Index(fields=["upload", "code", "field", "row_number"], name="problem_by_kind"),
                            models.Index(fields=["upload", "row_number"], name="problem_by_row"),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="UploadRow",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "number",
                            models.PositiveIntegerField(help_text="The row's number in the partner's own sheet."),
                        ),
                        ("partner_reference", models.CharField(blank=True, max_length=256)),
                        ("reference_key", models.CharField(blank=True, db_default="", max_length=768)),
                        ("serial_key", models.CharField(blank=True, db_default="", max_length=768)),
                        ("account_key", models.CharField(blank=True, db_default="", max_length=768)),
                        (
                            "plan",
                            models.CharField(
                                choices=[
                                    ("create", "New"),
                                    ("update", "Changed"),
                                    ("unchanged", "Unchanged"),
                                    ("duplicate", "Duplicate"),
                                    ("needs_fixing", "Needs fixing"),
                                    ("left_out", "Left out by you"),
                                    ("not_a_meter", "Not a meter"),
                                ],
                                max_length=12,
                            ),
                        ),
                        (
                            "round",
                            models.PositiveSmallIntegerField(
                                default=0, help_text="Which confirmation of the upload is to write it."
                            ),
                        ),
                        (
                            "cells",
                            models.JSONField(
                                help_text="The cells as they came (stored.RowCells); kept while somebody may change them.",
                                null=True,
                            ),
                        ),
                        (
                            "asset",
                            models.JSONField(
                                help_text="The checked asset, shaped like CreateMeter; null when it needs fixing.",
                                null=True,
                            ),
                        ),
                        ("changes", models.JSONField(help_text="For an update: field key to [old, new].", null=True)),
                        (
                            "joins",
                            models.JSONField(
                                help_text="For an update: the programs that the meter joins, with its status there.",
                                null=True,
                            ),
                        ),
                        (
                            "programs",
                            models.JSONField(
                                default=dict, help_text="Program identifier to status, missing fields and reasons."
                            ),
                        ),
                        ("status", models.CharField(blank=True, help_text="The best of its programs.", max_length=20)),
                        (
                            "acts",
                            models.CharField(
                                blank=True, db_default="", help_text="Who acts next in its programs.", max_length=8
                            ),
                        ),
                        (
                            "meter_id",
                            models.UUIDField(
                                help_text="The meter that exists, or the ID kept for the one to create.", null=True
                            ),
                        ),
                        (
                            "meter_version",
                            models.PositiveIntegerField(
                                help_text="The existing meter's version at the check.", null=True
                            ),
                        ),
                        (
                            "result",
                            models.CharField(
                                blank=True,
                                choices=[
                                    ("METER_CREATED", "Meter created"),
                                    ("METER_UPDATED", "Meter updated"),
                                    ("DUPLICATE_REF_ID", "Reference already used"),
                                    ("MULTIPLE_PARTNER_REFERENCE", "Several meters have this reference"),
                                    ("VALIDATION_ERROR", "Needs fixing"),
                                    ("PROCESSING_ERROR", "Not written"),
                                ],
                                help_text="Unless it was written.",
                                max_length=32,
                            ),
                        ),
                        ("description", models.CharField(blank=True, max_length=500)),
                        (
                            "withdrawal",
                            models.CharField(
                                blank=True,
                                choices=[
                                    ("removed", "Meter removed"),
                                    ("restored", "Earlier values restored"),
                                    ("left", "Left as it is"),
                                ],
                                max_length=8,
                            ),
                        ),
                        (
                            "upload",
                            models.ForeignKey(
                                db_index=False,
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="rows",
                                to="onboarding.upload",
                            ),
                        ),
                    ],
                    options={
                        "indexes": [models.Index(fields=["upload", "plan", "number"], name="row_by_plan")],
                        "constraints": [
                            models.UniqueConstraint(fields=("upload", "number"), name="one_row_per_number")
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="WeeklyDigest",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("monday", models.DateField(help_text="The day, in the partner's time zone.")),
                        (
                            "emails_written",
                            models.PositiveIntegerField(
                                default=0, help_text="How many were written; none when nothing needed them."
                            ),
                        ),
                        ("written_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                        (
                            "partner",
                            models.ForeignKey(
                                db_index=False,
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="+",
                                to="portal.partner",
                            ),
                        ),
                    ],
                    options={
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("partner", "monday"), name="one_digest_per_partner_and_week"
                            )
                        ],
                    },
                ),
            ],
        ),
        migrations.SeparateDatabaseAndState(
            database_operations=[migrations.RunPython(make_tables, drop_tables)],
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
        migrations.RunPython(note_done, migrations.RunPython.noop),
    ]
