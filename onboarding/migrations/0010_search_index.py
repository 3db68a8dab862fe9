"""The index on parts of the meters' texts, made by hand because Django has no words for it; and texts for the meters
that are there already.

On SQLite, triggers keep the index in step: a later migration that makes the table anew has to make them anew too.
"""

from django.db import migrations

TABLE, PARTS = "onboarding_metertext", "onboarding_metertext_parts"

_SQLITE = [
    f"CREATE VIRTUAL TABLE {PARTS} "
    f"USING fts5(text, content='{TABLE}', content_rowid='id', tokenize='trigram', detail='none')",
    f"CREATE TRIGGER {PARTS}_added AFTER INSERT ON {TABLE} BEGIN "
    f"INSERT INTO {PARTS}(rowid, text) VALUES (new.id, new.text); END",
    f"CREATE TRIGGER {PARTS}_gone AFTER DELETE ON {TABLE} BEGIN "
    f"INSERT INTO {PARTS}({PARTS}, rowid, text) VALUES ('delete', old.id, old.text); END",
    f"CREATE TRIGGER {PARTS}_changed AFTER UPDATE OF text ON {TABLE} BEGIN "
    f"INSERT INTO {PARTS}({PARTS}, rowid, text) VALUES ('delete', old.id, old.text); "
    f"INSERT INTO {PARTS}(rowid, text) VALUES (new.id, new.text); END",
]
_POSSIBLE = """
SELECT count(*) = 2 AND has_database_privilege(current_user, current_database(), 'CREATE')
FROM pg_available_extensions WHERE name IN ('pg_trgm', 'btree_gin')
"""
_POSTGRES = f"""
CREATE EXTENSION IF NOT EXISTS pg_trgm;
CREATE EXTENSION IF NOT EXISTS btree_gin;
CREATE INDEX {PARTS} ON {TABLE} USING gin (partner_id, text gin_trgm_ops)
"""
_FILL = """
INSERT INTO onboarding_metertext (meter_id, partner_id, text)
SELECT id, partner_id, lower(partner_reference || {e} || customer_name || {e} || street || {e} || city || {e} ||
    postal_code || {e} || account_number)
FROM onboarding_meter
"""


def make(apps, schema_editor):
    connection = schema_editor.connection
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            for statement in _SQLITE:
                cursor.execute(statement)
            cursor.execute(_FILL.format(e="char(10)"))
            return
        cursor.execute(_FILL.format(e="chr(10)"))
        cursor.execute(_POSSIBLE)
        if cursor.fetchone()[0]:  # without them a search reads every text of the partner: slower, and right
            cursor.execute(_POSTGRES)


def drop(apps, schema_editor):
    connection = schema_editor.connection
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            for name in ("added", "gone", "changed"):
                cursor.execute(f"DROP TRIGGER IF EXISTS {PARTS}_{name}")
            cursor.execute(f"DROP TABLE IF EXISTS {PARTS}")
        else:
            cursor.execute(f"DROP INDEX IF EXISTS {PARTS}")


class Migration(migrations.Migration):
    dependencies = [("onboarding", "0009_search")]
    operations = [migrations.RunPython(make, drop)]
