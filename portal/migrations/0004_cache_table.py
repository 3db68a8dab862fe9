from importlib import import_module

from django.db import migrations

first = import_module("portal.migrations.0001_tables_squashed_0017_plain_labels")


class Migration(migrations.Migration):
    """The table of the database cache, so that `migrate` is all that a new database needs."""

    dependencies = [
        ("portal", "0003_periodic_runs"),
    ]

    operations = [migrations.RunPython(first.make_table, first.drop_table)]
