from django.db import migrations, models


def drop_seals(apps, schema_editor):
    apps.get_model("portal", "Seal").objects.all().delete()
    apps.get_model("portal", "LogCheck").objects.all().delete()


class Migration(migrations.Migration):
    """Seals cover the personal parts of an event by a salted digest from now on.

    The seals and checks of before are dropped, since they were made of other fingerprints: the whole log is sealed anew
    by the next worker. Going back does not bring them back; the log is then sealed anew as well.
    """

    dependencies = [
        ("portal", "0004_cache_table"),
    ]

    operations = [
        migrations.AddField(
            model_name="event",
            name="personal_salt",
            field=models.CharField(blank=True, db_default="", max_length=32),
        ),
        migrations.AddField(
            model_name="event",
            name="personal_digest",
            field=models.CharField(blank=True, db_default="", max_length=64),
        ),
        migrations.AddField(
            model_name="event",
            name="erased_at",
            field=models.DateTimeField(help_text="When its personal parts were blanked.", null=True),
        ),
        migrations.RunPython(drop_seals, drop_seals, elidable=True),
    ]
