"""The tables of a new database, in one go.

A database that has some of them goes on by the migrations that this one replaces.
"""

import django.core.validators
import django.db.models.deletion
import django.db.models.functions.datetime
import django.db.models.functions.text
from django.conf import settings
from django.core.management import call_command
from django.db import migrations, models

import portal.partners.models
import portal.security.keyring
import portal.storage.ids
from portal.storage.expanding import CreateModels

TABLE = "portal_cache"


def make_table(apps, schema_editor):
    """Like `createcachetable`: one that is there is left as it is."""
    call_command("createcachetable", TABLE, database=schema_editor.connection.alias, verbosity=0)


def drop_table(apps, schema_editor):
    schema_editor.execute(f"DROP TABLE {schema_editor.quote_name(TABLE)}")


class Migration(migrations.Migration):
    initial = True

    replaces = [
        ("portal", "0001_initial"),
        ("portal", "0002_events_without_a_second_index"),
        ("portal", "0003_jobs_that_run_again"),
        ("portal", "0004_events_from_where_and_sealed"),
        ("portal", "0005_rules_and_letters"),
        ("portal", "0006_findings_that_stay_and_keys_that_end"),
        ("portal", "0001_tables_of_0_1_0"),
        ("portal", "0002_email_messages_and_opt_outs"),
        ("portal", "0003_periodic_runs"),
        ("portal", "0004_cache_table"),
        ("portal", "0005_personal_parts_of_events"),
        ("portal", "0006_limit_counts"),
        ("portal", "0007_stream_of_events"),
        ("portal", "0008_request_ids"),
        ("portal", "0009_kept_answers"),
        ("portal", "0010_permissions_of_keys"),
        ("portal", "0011_requests_per_minute_of_a_partner"),
        ("portal", "0012_logged_requests"),
        ("portal", "0013_events_by_request"),
        ("portal", "0014_webhooks"),
        ("portal", "0015_sandboxes"),
        ("portal", "0016_plain_words"),
        ("portal", "0017_plain_labels"),
    ]

    dependencies = [
        ("auth", "0012_alter_user_first_name_max_length"),
    ]

    operations = [
        CreateModels(
            creations=[
                migrations.CreateModel(
                    name="User",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("password", models.CharField(max_length=128, verbose_name="password")),
                        ("last_login", models.DateTimeField(blank=True, null=True, verbose_name="last login")),
                        (
                            "is_superuser",
                            models.BooleanField(
                                default=False,
                                help_text="Designates that this user has all permissions without explicitly assigning them.",
                                verbose_name="superuser status",
                            ),
                        ),
                        ("email", models.EmailField(max_length=254, unique=True, verbose_name="email")),
                        ("name", models.CharField(blank=True, max_length=150)),
                        (
                            "is_staff",
                            models.BooleanField(
                                default=False, help_text="May sign in to the admin.", verbose_name="staff"
                            ),
                        ),
                        (
                            "is_active",
                            models.BooleanField(
                                default=True, help_text="Turn off instead of deleting.", verbose_name="active"
                            ),
                        ),
                        ("date_joined", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                        (
                            "groups",
                            models.ManyToManyField(
                                blank=True,
                                help_text="The groups this user belongs to. A user will get all permissions granted to each of their groups.",
                                related_name="user_set",
                                related_query_name="user",
                                to="auth.group",
                                verbose_name="groups",
                            ),
                        ),
                        (
                            "user_permissions",
                            models.ManyToManyField(
                                blank=True,
                                help_text="Specific permissions for this user.",
                                related_name="user_set",
                                related_query_name="user",
                                to="auth.permission",
                                verbose_name="user permissions",
                            ),
                        ),
                    ],
                    options={
                        "constraints": [
                            models.UniqueConstraint(
                                django.db.models.functions.text.Lower("email"), name="one_user_per_email"
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Partner",
                    fields=[
                        (
                            "id",
                            models.UUIDField(
                                default=portal.storage.ids.uuid7, editable=False, primary_key=True, serialize=False
                            ),
                        ),
                        ("name", models.CharField(max_length=128, unique=True)),
                        ("slug", models.SlugField(max_length=64, unique=True)),
                        (
                            "time_zone",
                            models.CharField(
                                default="America/Los_Angeles",
                                help_text="An IANA name, for example America/Chicago. Pages show times in this zone.",
                                max_length=64,
                                validators=[portal.partners.models.known_time_zone],
                            ),
                        ),
                        (
                            "requires_two_factor",
                            models.BooleanField(
                                db_default=False,
                                default=False,
                                help_text="Everyone at this partner needs two-factor sign-in.",
                                verbose_name="two-factor sign-in",
                            ),
                        ),
                        ("is_active", models.BooleanField(default=True)),
                        (
                            "api_requests_per_minute",
                            models.PositiveIntegerField(
                                blank=True,
                                help_text="For each of its keys. Leave empty to use the portal’s default.",
                                null=True,
                                validators=[django.core.validators.MinValueValidator(1)],
                                verbose_name="API requests per minute",
                            ),
                        ),
                        (
                            "filled_at",
                            models.DateTimeField(
                                editable=False,
                                help_text="When the sandbox was filled with sample data. Empty while it is being filled.",
                                null=True,
                            ),
                        ),
                        (
                            "log_from",
                            models.BigIntegerField(
                                db_default=0,
                                default=0,
                                editable=False,
                                help_text="The event after which its log is shown: what was before a sandbox's last reset is kept unseen.",
                            ),
                        ),
                        ("created_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                        (
                            "sandbox_of",
                            models.OneToOneField(
                                editable=False,
                                help_text="The real partner this sandbox belongs to. Empty for a real partner.",
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="sandbox",
                                to="portal.partner",
                            ),
                        ),
                    ],
                ),
                migrations.CreateModel(
                    name="ApiKey",
                    fields=[
                        ("id", models.CharField(max_length=32, primary_key=True, serialize=False)),
                        ("name", models.CharField(max_length=100)),
                        ("secret_hash", models.CharField(max_length=64)),
                        ("last_four", models.CharField(max_length=4)),
                        ("created_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                        ("last_used_at", models.DateTimeField(null=True)),
                        ("last_used_address", models.CharField(blank=True, db_default="", default="", max_length=64)),
                        (
                            "permissions",
                            models.JSONField(
                                db_default=models.Value(
                                    [
                                        "READ_METERS",
                                        "WRITE_METERS",
                                        "ENROLLMENT",
                                        "CONNECTIONS",
                                        "WEBHOOKS",
                                        "INTERVAL_DATA",
                                    ],
                                    models.JSONField(),
                                ),
                                default=portal.partners.models.every_permission,
                                help_text="The key’s permissions, as named in KeyPermission.",
                            ),
                        ),
                        (
                            "networks",
                            models.JSONField(
                                db_default=models.Value([], models.JSONField()),
                                default=list,
                                help_text="Allowed networks, as address ranges in CIDR form. Empty for any network.",
                            ),
                        ),
                        (
                            "expires_at",
                            models.DateTimeField(help_text="If empty, it works until it is revoked.", null=True),
                        ),
                        ("revoked_at", models.DateTimeField(null=True)),
                        (
                            "created_by",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.SET_NULL,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        (
                            "rolled_from",
                            models.OneToOneField(
                                help_text="The key it replaces.",
                                null=True,
                                on_delete=django.db.models.deletion.SET_NULL,
                                related_name="rolled_into",
                                to="portal.apikey",
                            ),
                        ),
                        (
                            "partner",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="api_keys",
                                to="portal.partner",
                            ),
                        ),
                    ],
                ),
                migrations.CreateModel(
                    name="EmailMessage",
                    fields=[
                        (
                            "id",
                            models.UUIDField(
                                default=portal.storage.ids.uuid7, editable=False, primary_key=True, serialize=False
                            ),
                        ),
                        ("kind", models.CharField(max_length=32)),
                        ("subject", models.CharField(max_length=200)),
                        ("body", models.TextField()),
                        ("created_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                        ("sent_at", models.DateTimeField(null=True)),
                        (
                            "user",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="email_messages",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        (
                            "partner",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE, related_name="+", to="portal.partner"
                            ),
                        ),
                    ],
                ),
                migrations.CreateModel(
                    name="EmailOptOut",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("kind", models.CharField(max_length=32)),
                        (
                            "user",
                            models.ForeignKey(
                                db_index=False,
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                    ],
                    options={
                        "constraints": [
                            models.UniqueConstraint(fields=("user", "kind"), name="one_switch_per_person_and_kind")
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Event",
                    fields=[
                        ("id", models.BigAutoField(primary_key=True, serialize=False)),
                        ("at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                        (
                            "verb",
                            models.CharField(
                                help_text="noun.verb in the past tense, for example meter.created", max_length=64
                            ),
                        ),
                        ("subject_type", models.CharField(max_length=32)),
                        ("subject_id", models.CharField(max_length=64)),
                        ("actor_kind", models.CharField(max_length=16)),
                        ("actor_id", models.CharField(blank=True, max_length=64)),
                        ("actor_label", models.CharField(max_length=200)),
                        (
                            "address",
                            models.CharField(
                                blank=True, db_default="", help_text="Where the request came from.", max_length=45
                            ),
                        ),
                        (
                            "request_id",
                            models.CharField(
                                blank=True, db_default="", help_text="Of the request that led to it.", max_length=64
                            ),
                        ),
                        ("data", models.JSONField(default=dict)),
                        ("personal_salt", models.CharField(blank=True, db_default="", max_length=32)),
                        ("personal_digest", models.CharField(blank=True, db_default="", max_length=64)),
                        (
                            "erased_at",
                            models.DateTimeField(help_text="When its personal parts were blanked.", null=True),
                        ),
                        (
                            "partner",
                            models.ForeignKey(
                                db_index=False,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="events",
                                to="portal.partner",
                            ),
                        ),
                    ],
                    options={
                        "indexes": [
                            models.Index(fields=["subject_type", "subject_id", "id"], name="event_of_subject"),
                            models.Index(fields=["partner", "id"], name="event_of_partner"),
                            models.Index(
                                condition=models.Q(
                                    models.Q(("subject_type", "meter"), _negated=True),
                                    models.Q(("subject_type", "uploadrow"), _negated=True),
                                ),
                                fields=["partner", "id"],
                                name="event_of_few",
                            ),
                            models.Index(
                                condition=models.Q(("request_id", ""), _negated=True),
                                fields=["partner", "request_id"],
                                name="event_of_request",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Finding",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "what",
                            models.CharField(
                                choices=[
                                    ("altered", "Entry altered"),
                                    ("removed", "Entry removed"),
                                    ("added", "Entry slipped in"),
                                    ("broken", "Chain broken"),
                                ],
                                max_length=8,
                            ),
                        ),
                        ("which", models.BigIntegerField(verbose_name="entry or seal")),
                        ("mark", models.CharField(blank=True, max_length=64)),
                        ("found_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                        ("acknowledged_at", models.DateTimeField(null=True)),
                        ("acknowledged_by", models.CharField(blank=True, max_length=200)),
                        (
                            "note",
                            models.TextField(
                                blank=True,
                                help_text="What happened and what was done about it. Its partners can read this.",
                            ),
                        ),
                        (
                            "partners",
                            models.ManyToManyField(
                                blank=True,
                                help_text="The partners it concerns. Leave empty for all partners.",
                                to="portal.partner",
                            ),
                        ),
                    ],
                    options={
                        "constraints": [
                            models.UniqueConstraint(fields=("what", "which", "mark"), name="one_finding_per_state")
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Horizon",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("number", models.BigIntegerField(default=0)),
                        ("until", models.BigIntegerField(default=0)),
                        ("waits_for", models.JSONField(default=list)),
                        ("moved_at", models.DateTimeField(null=True)),
                    ],
                ),
                migrations.CreateModel(
                    name="Invitation",
                    fields=[
                        (
                            "id",
                            models.UUIDField(
                                default=portal.storage.ids.uuid7, editable=False, primary_key=True, serialize=False
                            ),
                        ),
                        ("email", models.EmailField(max_length=254, verbose_name="email")),
                        (
                            "role",
                            models.CharField(
                                choices=[("MANAGER", "Manager"), ("USER", "User")], default="USER", max_length=8
                            ),
                        ),
                        ("token_hash", models.CharField(max_length=64, unique=True)),
                        ("created_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                        ("expires_at", models.DateTimeField()),
                        ("accepted_at", models.DateTimeField(null=True)),
                        ("withdrawn_at", models.DateTimeField(null=True)),
                        (
                            "invited_by",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.SET_NULL,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        (
                            "partner",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="invitations",
                                to="portal.partner",
                            ),
                        ),
                    ],
                    options={
                        "constraints": [
                            models.UniqueConstraint(
                                condition=models.Q(("accepted_at", None), ("withdrawn_at", None)),
                                fields=("partner", "email"),
                                name="one_open_invitation_per_partner_and_email",
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Job",
                    fields=[
                        (
                            "id",
                            models.UUIDField(
                                default=portal.storage.ids.uuid7, editable=False, primary_key=True, serialize=False
                            ),
                        ),
                        (
                            "kind",
                            models.CharField(help_text="Names the handler, for example uploads.check.", max_length=64),
                        ),
                        ("subject_id", models.CharField(help_text="What the handler works on.", max_length=64)),
                        (
                            "state",
                            models.CharField(
                                choices=[
                                    ("queued", "Queued"),
                                    ("running", "Running"),
                                    ("done", "Done"),
                                    ("failed", "Failed"),
                                ],
                                default="queued",
                                max_length=8,
                            ),
                        ),
                        (
                            "attempts",
                            models.PositiveSmallIntegerField(default=0, help_text="Claims since the last checkpoint."),
                        ),
                        (
                            "fence",
                            models.PositiveIntegerField(
                                default=0, help_text="Counts the claims; an older holder's writes are refused."
                            ),
                        ),
                        ("lease_until", models.DateTimeField(null=True)),
                        ("not_before", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                        (
                            "runs_again",
                            models.BooleanField(default=False, help_text="Asked for once more while it was running."),
                        ),
                        ("checkpoint", models.JSONField(default=dict)),
                        ("done", models.PositiveIntegerField(default=0)),
                        ("total", models.PositiveIntegerField(default=0)),
                        ("failure", models.TextField(blank=True, help_text="Why it failed, for staff.")),
                        (
                            "request_id",
                            models.CharField(
                                blank=True, db_default="", help_text="Of the request that queued it.", max_length=64
                            ),
                        ),
                        ("created_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                        ("started_at", models.DateTimeField(null=True)),
                        ("finished_at", models.DateTimeField(null=True)),
                        (
                            "partner",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="jobs",
                                to="portal.partner",
                            ),
                        ),
                    ],
                    options={
                        "indexes": [models.Index(fields=["state", "not_before"], name="job_to_claim")],
                        "constraints": [
                            models.UniqueConstraint(
                                condition=models.Q(("state__in", ["queued", "running"])),
                                fields=("kind", "subject_id"),
                                name="one_open_job_per_kind_and_subject",
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="KeptAnswer",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("key", models.CharField(max_length=255)),
                        (
                            "fingerprint",
                            models.CharField(
                                help_text="SHA-256 of method, path, query, content type and body.", max_length=64
                            ),
                        ),
                        ("token", models.UUIDField(help_text="Of whoever claimed it last.")),
                        ("lease_until", models.DateTimeField()),
                        ("expires_at", models.DateTimeField(db_index=True)),
                        (
                            "status",
                            models.PositiveSmallIntegerField(
                                help_text="Of the answer; empty until there is one.", null=True
                            ),
                        ),
                        ("headers", models.JSONField(default=dict)),
                        (
                            "body",
                            portal.security.keyring.SecretField(
                                blank=True, default="", help_text="An answer can hold a new secret, and personal data."
                            ),
                        ),
                        (
                            "partner",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE, related_name="+", to="portal.partner"
                            ),
                        ),
                    ],
                    options={
                        "constraints": [
                            models.UniqueConstraint(fields=("partner", "key"), name="one_answer_per_idempotency_key")
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="LimitCount",
                    fields=[
                        ("digest", models.CharField(max_length=64, primary_key=True, serialize=False)),
                        ("count", models.PositiveBigIntegerField()),
                        ("ends_at", models.DateTimeField(db_index=True)),
                    ],
                ),
                migrations.CreateModel(
                    name="LogCheck",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                        ("events", models.PositiveBigIntegerField()),
                        ("head", models.CharField(blank=True, help_text="The digest of the last seal.", max_length=64)),
                        ("seal", models.PositiveBigIntegerField(default=0, help_text="The number of the last seal.")),
                        (
                            "findings",
                            models.JSONField(
                                default=list, help_text="[what, event ID or seal number] of the first hundred."
                            ),
                        ),
                    ],
                    options={
                        "get_latest_by": "pk",
                    },
                ),
                migrations.CreateModel(
                    name="LoggedRequest",
                    fields=[
                        ("id", models.BigAutoField(primary_key=True, serialize=False)),
                        ("at", models.DateTimeField(db_index=True)),
                        ("method", models.CharField(max_length=10)),
                        ("path", models.CharField(blank=True, help_text="Empty: no path of the API.", max_length=200)),
                        ("operation", models.CharField(blank=True, max_length=100)),
                        ("status", models.PositiveSmallIntegerField()),
                        ("error_title", models.CharField(blank=True, max_length=200)),
                        ("milliseconds", models.PositiveIntegerField()),
                        ("request_id", models.CharField(max_length=64)),
                        ("address", models.CharField(blank=True, max_length=64)),
                        (
                            "request_bytes",
                            models.PositiveBigIntegerField(help_text="Null: sent without its length.", null=True),
                        ),
                        (
                            "response_bytes",
                            models.PositiveBigIntegerField(help_text="Null: answered as a stream.", null=True),
                        ),
                        (
                            "is_replay",
                            models.BooleanField(
                                default=False, help_text="Whether an Idempotency-Key had this answered before."
                            ),
                        ),
                        (
                            "key",
                            models.ForeignKey(
                                db_index=False,
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="+",
                                to="portal.apikey",
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
                        "indexes": [
                            models.Index(fields=["partner", "id"], name="request_of_partner"),
                            models.Index(fields=["key", "id"], name="request_of_key"),
                            models.Index(fields=["partner", "request_id"], name="request_by_its_id"),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Membership",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "role",
                            models.CharField(
                                choices=[("MANAGER", "Manager"), ("USER", "User")], default="USER", max_length=8
                            ),
                        ),
                        ("created_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                        (
                            "user",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="memberships",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        (
                            "partner",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="memberships",
                                to="portal.partner",
                            ),
                        ),
                    ],
                    options={
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("partner", "user"), name="one_membership_per_partner_and_user"
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="PeriodicRun",
                    fields=[
                        ("name", models.CharField(max_length=100, primary_key=True, serialize=False)),
                        ("last_started_at", models.DateTimeField(null=True)),
                    ],
                ),
                migrations.CreateModel(
                    name="Publication",
                    fields=[
                        (
                            "number",
                            models.BigIntegerField(primary_key=True, serialize=False, verbose_name="ID of the event"),
                        ),
                        ("type", models.CharField(max_length=64)),
                        ("subject", models.CharField(max_length=64)),
                        (
                            "sequence",
                            models.PositiveIntegerField(help_text="1, 2, 3… over the publications of one subject."),
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
                        "indexes": [models.Index(fields=["partner", "number"], name="publication_of_partner")],
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("partner", "subject", "sequence"), name="publications_of_a_subject"
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Seal",
                    fields=[
                        ("number", models.PositiveBigIntegerField(primary_key=True, serialize=False)),
                        ("first_id", models.BigIntegerField()),
                        ("last_id", models.BigIntegerField(unique=True)),
                        ("entries", models.BinaryField()),
                        ("owners", models.BinaryField(default=b"")),
                        ("digest", models.CharField(max_length=64)),
                        ("sealed_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                    ],
                ),
                migrations.CreateModel(
                    name="WebhookEndpoint",
                    fields=[
                        (
                            "id",
                            models.UUIDField(
                                default=portal.storage.ids.uuid7, editable=False, primary_key=True, serialize=False
                            ),
                        ),
                        ("receiver_url", models.CharField(max_length=2048)),
                        ("event_types", models.JSONField(default=list)),
                        (
                            "headers_json",
                            portal.security.keyring.SecretField(
                                blank=True, default="", help_text="JSON: [{name, value}], sent with each delivery."
                            ),
                        ),
                        (
                            "secret",
                            portal.security.keyring.SecretField(
                                blank=True, default="", help_text="whsec_…: signs what is delivered."
                            ),
                        ),
                        (
                            "previous_secret",
                            portal.security.keyring.SecretField(
                                blank=True, default="", help_text="Signs as well, until previous_secret_until."
                            ),
                        ),
                        ("previous_secret_until", models.DateTimeField(null=True)),
                        (
                            "state",
                            models.CharField(
                                choices=[("active", "Active"), ("paused", "Paused"), ("disabled", "Disabled")],
                                default="active",
                                max_length=8,
                            ),
                        ),
                        (
                            "disabled_reason",
                            models.CharField(
                                blank=True,
                                choices=[
                                    ("failing", "No delivery has succeeded for 5 days."),
                                    ("gone", "The receiver answered 410 Gone."),
                                ],
                                max_length=8,
                            ),
                        ),
                        (
                            "after",
                            models.BigIntegerField(
                                default=0, help_text="The number of the last event that was looked at for it."
                            ),
                        ),
                        (
                            "failures",
                            models.PositiveIntegerField(
                                default=0, help_text="Failed attempts since the last that succeeded."
                            ),
                        ),
                        ("failing_since", models.DateTimeField(help_text="The first of those failures.", null=True)),
                        (
                            "next_probe_at",
                            models.DateTimeField(
                                help_text="While deliveries are held back: when the next is tried.", null=True
                            ),
                        ),
                        (
                            "is_slow",
                            models.BooleanField(default=False, help_text="It failed last, or took long to answer."),
                        ),
                        ("last_success_at", models.DateTimeField(null=True)),
                        ("last_failure_at", models.DateTimeField(null=True)),
                        ("created_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                        (
                            "partner",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="webhook_endpoints",
                                to="portal.partner",
                            ),
                        ),
                    ],
                ),
                migrations.CreateModel(
                    name="WebhookDelivery",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "event_number",
                            models.BigIntegerField(
                                help_text="Its place among the events; empty for a test.", null=True
                            ),
                        ),
                        ("webhook_event_id", models.UUIDField()),
                        ("event_type", models.CharField(max_length=64)),
                        ("event_at", models.DateTimeField()),
                        (
                            "subject",
                            models.CharField(help_text="Events of one subject are delivered in order.", max_length=128),
                        ),
                        ("body", models.TextField(help_text="The bytes that are signed and sent.")),
                        (
                            "state",
                            models.CharField(
                                choices=[("waiting", "Waiting"), ("delivered", "Delivered"), ("failed", "Failed")],
                                default="waiting",
                                max_length=9,
                            ),
                        ),
                        (
                            "attempts",
                            models.PositiveSmallIntegerField(default=0, help_text="Of the schedule that runs now."),
                        ),
                        ("next_attempt_at", models.DateTimeField(null=True)),
                        ("is_test", models.BooleanField(default=False)),
                        ("created_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                        ("ended_at", models.DateTimeField(null=True)),
                        (
                            "endpoint",
                            models.ForeignKey(
                                db_index=False,
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="deliveries",
                                to="portal.webhookendpoint",
                            ),
                        ),
                    ],
                    options={
                        "indexes": [
                            models.Index(
                                condition=models.Q(("state", "waiting")),
                                fields=["endpoint", "event_number"],
                                name="delivery_waiting",
                            ),
                            models.Index(
                                condition=models.Q(("state", "waiting")),
                                fields=["endpoint", "next_attempt_at"],
                                name="delivery_due",
                            ),
                            models.Index(
                                condition=models.Q(("state", "waiting")),
                                fields=["endpoint", "subject", "event_number"],
                                name="delivery_of_subject",
                            ),
                            models.Index(fields=["endpoint", "id"], name="delivery_log"),
                            models.Index(
                                condition=models.Q(("state", "failed")),
                                fields=["endpoint", "id"],
                                name="delivery_failed",
                            ),
                            models.Index(
                                condition=models.Q(("ended_at__isnull", False)),
                                fields=["ended_at"],
                                name="delivery_ended",
                            ),
                        ],
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("endpoint", "webhook_event_id"), name="one_delivery_per_endpoint_and_event"
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="WebhookAttempt",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("at", models.DateTimeField()),
                        ("duration_ms", models.PositiveIntegerField()),
                        ("url", models.CharField(max_length=2048)),
                        (
                            "request_headers",
                            models.JSONField(
                                default=list, help_text="[name, value]; the values of the partner's are hidden."
                            ),
                        ),
                        ("status_code", models.PositiveSmallIntegerField(null=True)),
                        (
                            "error",
                            models.CharField(
                                blank=True, help_text="The code of a problem, when nothing was answered.", max_length=32
                            ),
                        ),
                        ("response_headers", models.JSONField(default=list)),
                        ("response_text", models.TextField(blank=True, help_text="The beginning of the answer.")),
                        (
                            "delivery",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="attempt_log",
                                to="portal.webhookdelivery",
                            ),
                        ),
                    ],
                    options={
                        "get_latest_by": "pk",
                    },
                ),
                migrations.CreateModel(
                    name="WebhookReplay",
                    fields=[
                        (
                            "id",
                            models.UUIDField(
                                default=portal.storage.ids.uuid7, editable=False, primary_key=True, serialize=False
                            ),
                        ),
                        ("after", models.BigIntegerField()),
                        ("until", models.BigIntegerField()),
                        ("created_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                        ("ended_at", models.DateTimeField(null=True)),
                        (
                            "endpoint",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="replays",
                                to="portal.webhookendpoint",
                            ),
                        ),
                    ],
                ),
            ],
        ),
        migrations.RunPython(make_table, drop_table),
    ]
