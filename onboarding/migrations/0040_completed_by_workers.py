from django.db import migrations


def note_done(apps, schema_editor):
    """Where no meter and no row is, none has to be completed."""
    done = apps.get_model("portal", "UpgradeStep").objects
    for model, kind in (("Meter", "meters.complete"), ("UploadRow", "uploads.complete")):
        if not apps.get_model("onboarding", model).objects.exists():
            done.create(kind=kind)


class Migration(migrations.Migration):
    """The workers complete what version 0.2.0 wrote: keys of identifiers, texts that are searched. Not in a new database."""

    dependencies = [
        ("onboarding", "0039_customer_erasures"),
        ("portal", "0019_upgrade_steps"),
    ]

    operations = [migrations.RunPython(note_done, migrations.RunPython.noop)]
