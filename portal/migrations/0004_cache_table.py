from django.core.management import call_command
from django.db import migrations

TABLE = "portal_cache"


def make_table(apps, schema_editor):
    """Like `createcachetable`: one that is there is left as it is."""
    call_command("createcachetable", TABLE, database=schema_editor.connection.alias, verbosity=0)


def drop_table(apps, schema_editor):
    schema_editor.execute(f"DROP TABLE {schema_editor.quote_name(TABLE)}")


class Migration(migrations.Migration):
    """The table of the database cache, so that `migrate` is all that a new database needs."""

    dependencies = [
        ("portal", "0003_periodic_runs"),
    ]

    operations = [migrations.RunPython(make_table, drop_table)]
