import django.db.models.deletion
from django.db import migrations, models

import portal.partners.models
from portal.storage import expanding

# What every key could do before there were permissions; so keys that exist, and those that older code makes, still can.
ALL = ["READ_METERS", "WRITE_METERS", "ENROLLMENT", "CONNECTIONS", "WEBHOOKS", "INTERVAL_DATA"]


class Migration(expanding.Migration):
    """What a key may do and from where, which key it replaces, and an ID that scanners of secrets know."""

    dependencies = [
        ("portal", "0009_kept_answers"),
    ]

    operations = [
        migrations.AddField(
            model_name="apikey",
            name="last_used_address",
            field=models.CharField(blank=True, db_default="", default="", max_length=64),
        ),
        migrations.AddField(
            model_name="apikey",
            name="permissions",
            field=models.JSONField(
                db_default=models.Value(ALL, models.JSONField()),
                default=portal.partners.models.every_permission,
                help_text="What the key may do, as KeyPermission names it.",
            ),
        ),
        migrations.AddField(
            model_name="apikey",
            name="networks",
            field=models.JSONField(
                db_default=models.Value([], models.JSONField()),
                default=list,
                help_text="Where requests may come from: address ranges in CIDR form. Empty: from anywhere.",
            ),
        ),
        migrations.AlterField(
            model_name="apikey",
            name="id",
            field=models.CharField(max_length=32, primary_key=True, serialize=False),
        ),
        migrations.AddField(
            model_name="apikey",
            name="rolled_from",
            field=models.OneToOneField(
                help_text="The key that it replaces.",
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="rolled_into",
                to="portal.apikey",
            ),
        ),
    ]
