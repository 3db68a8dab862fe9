import django.db.models.functions.datetime
from django.db import migrations, models


def note_done(apps, schema_editor):
    """Where nobody has a second step, there is none to encrypt."""
    if not apps.get_model("mfa", "Authenticator").objects.exists():
        apps.get_model("portal", "UpgradeStep").objects.create(kind="security.encrypt")


class Migration(migrations.Migration):
    """Which work that upgrades leave to the workers has been done."""

    dependencies = [
        ("portal", "0018_encrypt_second_steps"),
        ("mfa", "0003_authenticator_type_uniq"),
    ]

    operations = [
        migrations.CreateModel(
            name="UpgradeStep",
            fields=[
                ("kind", models.CharField(max_length=64, primary_key=True, serialize=False)),
                ("done_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
            ],
        ),
        migrations.RunPython(note_done, migrations.RunPython.noop),
    ]
