"""The tables of version 0.1.0: one migration in the place of the 21 that made them one after another."""

import django.db.models.deletion
import django.db.models.functions.datetime
from django.conf import settings
from django.db import migrations, models

import portal.storage.ids


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("portal", "0001_tables_of_0_1_0"),
        ("programs", "0001_tables_of_0_1_0"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Activation",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("active_from", models.DateTimeField()),
                ("active_to", models.DateTimeField(blank=True, null=True)),
                ("market_group_id", models.UUIDField(blank=True, null=True)),
                ("market_group_name", models.CharField(blank=True, max_length=128)),
                ("end_reason", models.CharField(blank=True, max_length=300)),
            ],
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
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("archive", "Archive"),
                            ("restore", "Take out of the archive"),
                            ("add_tag", "Add a tag"),
                            ("remove_tag", "Remove a tag"),
                            ("set_group", "Set the customer group"),
                            ("idle", "Idle for a time"),
                            ("disenroll", "Disenroll"),
                            ("participate", "Take part again"),
                            ("change_reference", "Change references"),
                            ("participation", "Change participation"),
                        ],
                        max_length=16,
                    ),
                ),
                ("value", models.CharField(blank=True, max_length=128)),
                (
                    "details",
                    models.JSONField(help_text="How it is done, such as from when; None until it is said.", null=True),
                ),
                ("meters", models.JSONField(help_text="Meter IDs, when they were chosen one by one.", null=True)),
                (
                    "query",
                    models.TextField(blank=True, help_text="The filters of the Meters page, as its query string."),
                ),
                (
                    "seen_at",
                    models.DateTimeField(help_text="When the person saw the meters; one changed since then is left."),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("asked", "Waiting for you"),
                            ("running", "Changing meters"),
                            ("done", "Done"),
                            ("stopped", "Stopped on the way"),
                        ],
                        default="asked",
                        max_length=8,
                    ),
                ),
                ("counts", models.JSONField(default=dict, help_text="Meters by BulkResult.")),
                ("created_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ("finished_at", models.DateTimeField(null=True)),
            ],
        ),
        migrations.CreateModel(
            name="BulkRow",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "number",
                    models.PositiveIntegerField(help_text="The row's number in the partner's own file.", null=True),
                ),
                ("meter_id", models.UUIDField(null=True)),
                ("partner_reference", models.CharField(blank=True, max_length=256)),
                ("new_reference", models.CharField(blank=True, db_default="", max_length=256)),
                (
                    "details",
                    models.JSONField(help_text="What else the row asks for, as it can be sent again.", null=True),
                ),
                (
                    "result",
                    models.CharField(
                        choices=[
                            ("waiting", "Waiting for your confirmation"),
                            ("changed", "Changed"),
                            ("replaced", "Changed; an earlier time in these days gave way"),
                            ("same", "Was so already"),
                            ("meanwhile", "Changed since you saw it, so it was left"),
                            ("gone", "Not there any more"),
                            ("refused", "Cannot be done"),
                        ],
                        max_length=12,
                    ),
                ),
                ("problems", models.JSONField(help_text="Why it cannot be done, if it cannot.", null=True)),
            ],
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
            ],
        ),
        migrations.CreateModel(
            name="CheckRecord",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
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
                        verbose_name="item of the checklist",
                    ),
                ),
                (
                    "holds",
                    models.BooleanField(help_text="Whether the condition is true. If not, the meter is not eligible."),
                ),
                (
                    "code",
                    models.CharField(
                        blank=True, help_text="What the market answered, if it gave a code.", max_length=32
                    ),
                ),
                (
                    "note",
                    models.CharField(
                        blank=True, help_text="Why, in a sentence that the partner reads.", max_length=300
                    ),
                ),
                ("valid_from", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ("valid_to", models.DateTimeField(blank=True, null=True)),
                ("recorded_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ("recorded_by", models.CharField(max_length=200)),
            ],
            options={
                "ordering": ["-valid_from", "-id"],
            },
        ),
        migrations.CreateModel(
            name="ColumnMemory",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("fingerprint", models.CharField(help_text="Of the set of headers, normalised.", max_length=64)),
                ("headers", models.JSONField(default=list, help_text="The headers as they stood in the sheet.")),
                ("columns", models.JSONField(default=dict, help_text="Normalised header to target; empty: not used.")),
                (
                    "constants",
                    models.JSONField(default=dict, help_text="Field key to the text that holds for every row."),
                ),
                (
                    "file_name",
                    models.CharField(blank=True, help_text="The last file that it was said for.", max_length=255),
                ),
                ("changed_by", models.CharField(blank=True, max_length=200)),
                ("updated_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
            ],
        ),
        migrations.CreateModel(
            name="DeadlineNotice",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "due_at",
                    models.DateTimeField(
                        help_text="Until when the deadline is accepted; another day is another deadline."
                    ),
                ),
                ("days", models.PositiveSmallIntegerField(help_text="The notice of ten days before, or of three.")),
                ("meters", models.PositiveIntegerField(help_text="How many meters it named.")),
                ("written_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
            ],
        ),
        migrations.CreateModel(
            name="Enrollment",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
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
                ("reasons", models.JSONField(default=list, help_text="Problems as code, field, value and context.")),
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
                (
                    "eligible_since",
                    models.DateTimeField(
                        help_text="When it became eligible, if that was later than it joined: which deadlines it has made.",
                        null=True,
                    ),
                ),
                ("evaluated_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                (
                    "reconsider_at",
                    models.DateTimeField(help_text="When time alone changes what is recorded here.", null=True),
                ),
            ],
            options={
                "permissions": [("record_leap_actions", "Can record what Leap found out, activate and end")],
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
                        choices=[("page", "Portal"), ("api", "API"), ("form", "Form")], default="page", max_length=4
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
                        default=list, help_text="Program identifiers chosen for the upload; empty: any that fit."
                    ),
                ),
                ("update_existing", models.BooleanField(default=False)),
                (
                    "commits_itself",
                    models.BooleanField(default=False, help_text="By API: good rows are written without a preview."),
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
                        ],
                        default="received",
                        max_length=12,
                    ),
                ),
                ("problem", models.JSONField(default=dict, help_text="Why the file cannot be used.")),
                (
                    "layout",
                    models.JSONField(
                        default=dict, help_text="What was decided about reading the file (columns.layout)."
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
                ("counts", models.JSONField(default=dict, help_text="Rows by plan, and after the commit by result.")),
                (
                    "outlook",
                    models.JSONField(
                        default=dict, help_text="By program: eligible and not-yet rows, missing fields, reasons."
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
        ),
        migrations.AddField(
            model_name="activation",
            name="partner",
            field=models.ForeignKey(
                db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="portal.partner"
            ),
        ),
        migrations.AddField(
            model_name="activation",
            name="period",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="activations", to="programs.deliveryperiod"
            ),
        ),
        migrations.AddField(
            model_name="bulkaction",
            name="partner",
            field=models.ForeignKey(
                db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name="+", to="portal.partner"
            ),
        ),
        migrations.AddField(
            model_name="bulkaction",
            name="user",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.SET_NULL, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="bulkrow",
            name="action",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="rows",
                to="onboarding.bulkaction",
            ),
        ),
        migrations.AddField(
            model_name="calendarfeed",
            name="membership",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="calendar_feeds",
                to="portal.membership",
            ),
        ),
        migrations.AddField(
            model_name="checkrecord",
            name="partner",
            field=models.ForeignKey(
                db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="portal.partner"
            ),
        ),
        migrations.AddField(
            model_name="checkrecord",
            name="period",
            field=models.ForeignKey(
                blank=True,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="programs.deliveryperiod",
            ),
        ),
        migrations.AddField(
            model_name="checkrecord",
            name="program",
            field=models.ForeignKey(
                blank=True,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="programs.program",
            ),
        ),
        migrations.AddField(
            model_name="columnmemory",
            name="partner",
            field=models.ForeignKey(
                db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name="+", to="portal.partner"
            ),
        ),
        migrations.AddField(
            model_name="deadlinenotice",
            name="partner",
            field=models.ForeignKey(
                db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name="+", to="portal.partner"
            ),
        ),
        migrations.AddField(
            model_name="deadlinenotice",
            name="program",
            field=models.ForeignKey(
                db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name="+", to="programs.program"
            ),
        ),
        migrations.AddField(
            model_name="enrollment",
            name="partner",
            field=models.ForeignKey(
                db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="portal.partner"
            ),
        ),
        migrations.AddField(
            model_name="enrollment",
            name="program",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="enrollments", to="programs.program"
            ),
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
                ("customer_name", models.CharField(blank=True, max_length=128)),
                ("street", models.CharField(blank=True, max_length=128)),
                ("city", models.CharField(blank=True, max_length=128)),
                ("state", models.CharField(blank=True, max_length=2)),
                ("postal_code", models.CharField(blank=True, max_length=10)),
                ("utility_name", models.CharField(blank=True, max_length=32)),
                ("account_number", models.CharField(blank=True, max_length=128)),
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
                ("version", models.PositiveIntegerField(default=1, help_text="Counts the changes of its data.")),
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
        ),
        migrations.AddField(
            model_name="enrollment",
            name="meter",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="enrollments",
                to="onboarding.meter",
            ),
        ),
        migrations.AddField(
            model_name="checkrecord",
            name="meter",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="check_records", to="onboarding.meter"
            ),
        ),
        migrations.AddField(
            model_name="activation",
            name="meter",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="activations",
                to="onboarding.meter",
            ),
        ),
        migrations.CreateModel(
            name="MeterText",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
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
            name="ParticipationPeriod",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "preference",
                    models.CharField(choices=[("IDLE", "Idle"), ("DISENROLL", "Disenrolled")], max_length=12),
                ),
                ("starts_at", models.DateTimeField(help_text="A local midnight of the meter's zone, kept in UTC.")),
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
                        on_delete=django.db.models.deletion.CASCADE, related_name="participation", to="onboarding.meter"
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
            },
        ),
        migrations.CreateModel(
            name="SavedView",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=64)),
                ("query", models.TextField(blank=True, help_text="The filters and the order, as a query string.")),
                ("is_shared", models.BooleanField(default=False)),
                ("is_default", models.BooleanField(default=False, help_text="The owner's list begins with it.")),
                ("updated_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                (
                    "owner",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to=settings.AUTH_USER_MODEL
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
            },
        ),
        migrations.CreateModel(
            name="TextBacklog",
            fields=[
                (
                    "upload",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="+",
                        serialize=False,
                        to="onboarding.upload",
                    ),
                ),
            ],
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
                ("programs", models.JSONField(default=list, help_text="The programs whose fields the form has.")),
                ("version", models.PositiveIntegerField(null=True)),
                ("base", models.JSONField(default=dict, help_text="Field key to text, of the fields in the form.")),
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
        ),
        migrations.CreateModel(
            name="UploadEdit",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("row_number", models.PositiveIntegerField()),
                (
                    "values",
                    models.JSONField(default=dict, help_text="Field key to the text instead; empty: an empty cell."),
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
        ),
        migrations.CreateModel(
            name="UploadProblem",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("row_number", models.PositiveIntegerField()),
                (
                    "column",
                    models.PositiveSmallIntegerField(help_text="Index of the file's column, from 0.", null=True),
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
        ),
        migrations.CreateModel(
            name="UploadRow",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.PositiveIntegerField(help_text="The row's number in the partner's own sheet.")),
                ("partner_reference", models.CharField(blank=True, max_length=256)),
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
                        help_text="The cells as read, in the order of the file's columns; kept while there is no asset.",
                        null=True,
                    ),
                ),
                (
                    "asset",
                    models.JSONField(
                        help_text="The checked asset, shaped like CreateMeter; null when it needs fixing.", null=True
                    ),
                ),
                ("changes", models.JSONField(help_text="For an update: field key to [old, new].", null=True)),
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
                    models.PositiveIntegerField(help_text="The existing meter's version at the check.", null=True),
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
        ),
        migrations.CreateModel(
            name="WeeklyDigest",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("monday", models.DateField(help_text="The day, in the partner's time zone.")),
                (
                    "letters",
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
        ),
        migrations.AddIndex(
            model_name="bulkaction",
            index=models.Index(fields=["partner", "id"], name="bulk_newest"),
        ),
        migrations.AddIndex(
            model_name="bulkrow",
            index=models.Index(fields=["action", "result", "meter_id"], name="bulk_row_by_result"),
        ),
        migrations.AddConstraint(
            model_name="bulkrow",
            constraint=models.UniqueConstraint(
                condition=models.Q(("result", "refused"), _negated=True),
                fields=("action", "meter_id"),
                name="one_result_per_meter",
            ),
        ),
        migrations.AddConstraint(
            model_name="bulkrow",
            constraint=models.UniqueConstraint(fields=("action", "number"), name="one_result_per_row"),
        ),
        migrations.AddIndex(
            model_name="calendarfeed",
            index=models.Index(fields=["membership", "id"], name="calendar_feed_of_member"),
        ),
        migrations.AddConstraint(
            model_name="calendarfeed",
            constraint=models.UniqueConstraint(
                condition=models.Q(("revoked_at", None)),
                fields=("membership",),
                name="one_open_calendar_feed_per_member",
            ),
        ),
        migrations.AddIndex(
            model_name="columnmemory",
            index=models.Index(fields=["partner", "updated_at"], name="memory_newest"),
        ),
        migrations.AddConstraint(
            model_name="columnmemory",
            constraint=models.UniqueConstraint(fields=("partner", "fingerprint"), name="one_memory_per_headers"),
        ),
        migrations.AddConstraint(
            model_name="deadlinenotice",
            constraint=models.UniqueConstraint(
                fields=("partner", "program", "due_at", "days"), name="one_notice_per_deadline_and_stage"
            ),
        ),
        migrations.AddIndex(
            model_name="export",
            index=models.Index(fields=["partner", "id"], name="export_newest"),
        ),
        migrations.AddIndex(
            model_name="export",
            index=models.Index(fields=["state", "expires_at"], name="export_to_delete"),
        ),
        migrations.AddIndex(
            model_name="enrollment",
            index=models.Index(fields=["partner", "program", "status", "meter"], name="enrollment_by_program"),
        ),
        migrations.AddIndex(
            model_name="enrollment",
            index=models.Index(
                condition=models.Q(("acts", ""), _negated=True),
                fields=["partner", "acts", "program"],
                name="enrollment_to_act",
            ),
        ),
        migrations.AddIndex(
            model_name="enrollment",
            index=models.Index(
                condition=models.Q(("partner_actions", []), _negated=True),
                fields=["partner", "program", "status", "partner_actions"],
                name="enrollment_waiting",
            ),
        ),
        migrations.AddIndex(
            model_name="enrollment",
            index=models.Index(
                condition=models.Q(("reconsider_at__isnull", False)),
                fields=["reconsider_at"],
                name="enrollment_to_reconsider",
            ),
        ),
        migrations.AddConstraint(
            model_name="enrollment",
            constraint=models.UniqueConstraint(
                fields=("meter", "program"), name="one_enrollment_per_meter_and_program"
            ),
        ),
        migrations.AddIndex(
            model_name="activation",
            index=models.Index(fields=["partner", "active_from", "period"], name="activation_by_day"),
        ),
        migrations.AddConstraint(
            model_name="activation",
            constraint=models.UniqueConstraint(
                condition=models.Q(("active_to", None)),
                fields=("meter", "period"),
                name="one_open_activation_per_meter_and_period",
            ),
        ),
        migrations.AddConstraint(
            model_name="activation",
            constraint=models.CheckConstraint(
                condition=models.Q(("active_to", None), ("active_from__lte", models.F("active_to")), _connector="OR"),
                name="activation_ends_after_it_begins",
            ),
        ),
        migrations.AddConstraint(
            model_name="participationperiod",
            constraint=models.CheckConstraint(
                condition=models.Q(("ends_at", None), ("starts_at__lt", models.F("ends_at")), _connector="OR"),
                name="participation_ends_after_it_begins",
            ),
        ),
        migrations.AddConstraint(
            model_name="savedview",
            constraint=models.UniqueConstraint(fields=("partner", "owner", "name"), name="one_view_per_name"),
        ),
        migrations.AddConstraint(
            model_name="savedview",
            constraint=models.UniqueConstraint(
                condition=models.Q(("is_default", True)), fields=("partner", "owner"), name="one_default_view"
            ),
        ),
        migrations.AddField(
            model_name="textbacklog",
            name="partner",
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="+", to="portal.partner"),
        ),
        migrations.AddIndex(
            model_name="upload",
            index=models.Index(fields=["partner", "id"], name="upload_newest"),
        ),
        migrations.AddIndex(
            model_name="upload",
            index=models.Index(fields=["partner", "source", "id"], name="upload_by_source"),
        ),
        migrations.AddConstraint(
            model_name="upload",
            constraint=models.UniqueConstraint(
                condition=models.Q(
                    models.Q(("fingerprint", ""), _negated=True), models.Q(("state", "failed"), _negated=True)
                ),
                fields=("partner", "fingerprint"),
                name="one_upload_per_file",
            ),
        ),
        migrations.AddIndex(
            model_name="meterdraft",
            index=models.Index(
                condition=models.Q(("written_meter", None)), fields=["partner", "id"], name="draft_open"
            ),
        ),
        migrations.AddIndex(
            model_name="meterdraft",
            index=models.Index(
                condition=models.Q(("is_saved", False), ("written_meter", None)),
                fields=["updated_at"],
                name="draft_unsaved",
            ),
        ),
        migrations.AddIndex(
            model_name="meter",
            index=models.Index(fields=["partner", "id"], name="meter_newest"),
        ),
        migrations.AddIndex(
            model_name="meter",
            index=models.Index(fields=["partner", "partner_reference", "id"], name="meter_by_reference"),
        ),
        migrations.AddIndex(
            model_name="meter",
            index=models.Index(fields=["partner", "city", "id"], name="meter_by_city"),
        ),
        migrations.AddIndex(
            model_name="meter",
            index=models.Index(fields=["partner", "updated_at", "id"], name="meter_by_change"),
        ),
        migrations.AddIndex(
            model_name="meter",
            index=models.Index(fields=["partner", "enrollment_status", "id"], name="meter_by_status"),
        ),
        migrations.AddIndex(
            model_name="meter",
            index=models.Index(
                condition=models.Q(("acts", ""), _negated=True), fields=["partner", "acts", "id"], name="meter_to_act"
            ),
        ),
        migrations.AddIndex(
            model_name="meter",
            index=models.Index(fields=["partner", "transmission_region", "id"], name="meter_by_region"),
        ),
        migrations.AddIndex(
            model_name="meter",
            index=models.Index(fields=["upload", "id"], name="meter_by_upload"),
        ),
        migrations.AddIndex(
            model_name="meter",
            index=models.Index(
                condition=models.Q(("is_archived", True)), fields=["partner", "id"], name="meter_archived"
            ),
        ),
        migrations.AddIndex(
            model_name="meter",
            index=models.Index(
                condition=models.Q(("serial_number", ""), _negated=True),
                fields=["partner", "serial_number"],
                name="meter_by_serial",
            ),
        ),
        migrations.AddIndex(
            model_name="meter",
            index=models.Index(
                condition=models.Q(("account_number", ""), _negated=True),
                fields=["partner", "account_number"],
                name="meter_by_account",
            ),
        ),
        migrations.AddConstraint(
            model_name="meter",
            constraint=models.UniqueConstraint(
                condition=models.Q(("created_by", "PARTNER")),
                fields=("partner", "partner_reference"),
                name="one_partner_created_meter_per_reference",
            ),
        ),
        migrations.AddConstraint(
            model_name="uploadedit",
            constraint=models.UniqueConstraint(fields=("upload", "row_number"), name="one_edit_per_row"),
        ),
        migrations.AddIndex(
            model_name="uploadproblem",
            index=models.Index(fields=["upload", "code", "field", "row_number"], name="problem_by_kind"),
        ),
        migrations.AddIndex(
            model_name="uploadproblem",
            index=models.Index(fields=["upload", "row_number"], name="problem_by_row"),
        ),
        migrations.AddIndex(
            model_name="uploadrow",
            index=models.Index(fields=["upload", "plan", "number"], name="row_by_plan"),
        ),
        migrations.AddConstraint(
            model_name="uploadrow",
            constraint=models.UniqueConstraint(fields=("upload", "number"), name="one_row_per_number"),
        ),
        migrations.AddConstraint(
            model_name="weeklydigest",
            constraint=models.UniqueConstraint(fields=("partner", "monday"), name="one_digest_per_partner_and_week"),
        ),
    ]
