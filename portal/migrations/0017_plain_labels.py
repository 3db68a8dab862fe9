"""Labels and help texts in plain words; no data changes."""

import django.core.validators
import django.db.models.deletion
from django.db import migrations, models

import portal.partners.models


class Migration(migrations.Migration):
    dependencies = [
        ("portal", "0016_plain_words"),
    ]

    # No column changes.
    operations = [
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.AlterField(
                    model_name="apikey",
                    name="expires_at",
                    field=models.DateTimeField(help_text="If empty, it works until it is revoked.", null=True),
                ),
                migrations.AlterField(
                    model_name="apikey",
                    name="networks",
                    field=models.JSONField(
                        db_default=models.Value([], models.JSONField()),
                        default=list,
                        help_text="Allowed networks, as address ranges in CIDR form. Empty for any network.",
                    ),
                ),
                migrations.AlterField(
                    model_name="apikey",
                    name="permissions",
                    field=models.JSONField(
                        db_default=models.Value(
                            ["READ_METERS", "WRITE_METERS", "ENROLLMENT", "CONNECTIONS", "WEBHOOKS", "INTERVAL_DATA"],
                            models.JSONField(),
                        ),
                        default=portal.partners.models.every_permission,
                        help_text="The key’s permissions, as named in KeyPermission.",
                    ),
                ),
                migrations.AlterField(
                    model_name="apikey",
                    name="rolled_from",
                    field=models.OneToOneField(
                        help_text="The key it replaces.",
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="rolled_into",
                        to="portal.apikey",
                    ),
                ),
                migrations.AlterField(
                    model_name="finding",
                    name="note",
                    field=models.TextField(
                        blank=True, help_text="What happened and what was done about it. Its partners can read this."
                    ),
                ),
                migrations.AlterField(
                    model_name="finding",
                    name="partners",
                    field=models.ManyToManyField(
                        blank=True,
                        help_text="The partners it concerns. Leave empty for all partners.",
                        to="portal.partner",
                    ),
                ),
                migrations.AlterField(
                    model_name="partner",
                    name="api_requests_per_minute",
                    field=models.PositiveIntegerField(
                        blank=True,
                        help_text="For each of its keys. Leave empty to use the portal’s default.",
                        null=True,
                        validators=[django.core.validators.MinValueValidator(1)],
                        verbose_name="API requests per minute",
                    ),
                ),
                migrations.AlterField(
                    model_name="partner",
                    name="filled_at",
                    field=models.DateTimeField(
                        editable=False,
                        help_text="When the sandbox was filled with sample data. Empty while it is being filled.",
                        null=True,
                    ),
                ),
                migrations.AlterField(
                    model_name="partner",
                    name="requires_two_factor",
                    field=models.BooleanField(
                        db_default=False,
                        default=False,
                        help_text="Everyone at this partner needs two-factor sign-in.",
                        verbose_name="two-factor sign-in",
                    ),
                ),
                migrations.AlterField(
                    model_name="partner",
                    name="sandbox_of",
                    field=models.OneToOneField(
                        editable=False,
                        help_text="The real partner this sandbox belongs to. Empty for a real partner.",
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="sandbox",
                        to="portal.partner",
                    ),
                ),
                migrations.AlterField(
                    model_name="partner",
                    name="time_zone",
                    field=models.CharField(
                        default="America/Los_Angeles",
                        help_text="An IANA name, for example America/Chicago. Pages show times in this zone.",
                        max_length=64,
                        validators=[portal.partners.models.known_time_zone],
                    ),
                ),
                migrations.AlterField(
                    model_name="user",
                    name="is_active",
                    field=models.BooleanField(
                        default=True, help_text="Turn off instead of deleting.", verbose_name="active"
                    ),
                ),
                migrations.AlterField(
                    model_name="webhookendpoint",
                    name="disabled_reason",
                    field=models.CharField(
                        blank=True,
                        choices=[
                            ("failing", "No delivery has succeeded for 5 days."),
                            ("gone", "The receiver answered 410 Gone."),
                        ],
                        max_length=8,
                    ),
                ),
            ]
        )
    ]
