"""The index on parts of the meters' texts, which Django cannot declare. It is created, and repaired, after every
migrate.

PostgreSQL has trigrams (pg_trgm with btree_gin, so that the index begins with the partner). SQLite has a full-text
table beside the texts, which triggers keep in step; a migration that remakes the table of the texts drops them.
"""

from django.apps import AppConfig
from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models.signals import post_migrate
from django.dispatch import receiver

from onboarding.meters.search.models import MeterText

TABLE = MeterText._meta.db_table
PARTS = f"{TABLE}_parts"

_SQLITE_TABLE = (
    f"CREATE VIRTUAL TABLE IF NOT EXISTS {PARTS} "
    f"USING fts5(text, content='{TABLE}', content_rowid='id', tokenize='trigram', detail='none')"
)
_ADD = f"INSERT INTO {PARTS}(rowid, text) VALUES (new.id, new.text)"
_REMOVE = f"INSERT INTO {PARTS}({PARTS}, rowid, text) VALUES ('delete', old.id, old.text)"
_SQLITE_TRIGGERS = {
    f"{PARTS}_added": f"AFTER INSERT ON {TABLE} BEGIN {_ADD}; END",
    f"{PARTS}_gone": f"AFTER DELETE ON {TABLE} BEGIN {_REMOVE}; END",
    f"{PARTS}_changed": f"AFTER UPDATE OF text ON {TABLE} BEGIN {_REMOVE}; {_ADD}; END",
}
_SQLITE_REBUILD = f"INSERT INTO {PARTS}({PARTS}) VALUES ('rebuild')"
_EXISTING = "SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = %s"

_POSSIBLE = """
SELECT count(*) = 2 AND has_database_privilege(current_user, current_database(), 'CREATE')
FROM pg_available_extensions WHERE name IN ('pg_trgm', 'btree_gin')
"""
_POSTGRES = [
    "CREATE EXTENSION IF NOT EXISTS pg_trgm",
    "CREATE EXTENSION IF NOT EXISTS btree_gin",
    f"CREATE INDEX IF NOT EXISTS {PARTS} ON {TABLE} USING gin (partner_id, text gin_trgm_ops)",
]


def ensure_index(connection: BaseDatabaseWrapper) -> None:
    """Make what is missing of the index, and fill it. Without the extensions PostgreSQL reads every text of a partner
    when somebody searches: slower, but right.
    """
    with connection.cursor() as cursor:
        if TABLE not in connection.introspection.table_names(cursor):
            return
        if connection.vendor == "postgresql":
            cursor.execute(_POSSIBLE)
            for statement in _POSTGRES if cursor.fetchone()[0] else ():
                cursor.execute(statement)
            return
        cursor.execute(_EXISTING, [TABLE])
        missing = _SQLITE_TRIGGERS.keys() - {name for (name,) in cursor.fetchall()}
        if missing:
            cursor.execute(_SQLITE_TABLE)
            for name in sorted(missing):
                cursor.execute(f"CREATE TRIGGER {name} {_SQLITE_TRIGGERS[name]}")
            cursor.execute(_SQLITE_REBUILD)


@receiver(post_migrate)
def _after_migrate(app_config: AppConfig, using: str, **_: object) -> None:
    if app_config.name == "onboarding":
        ensure_index(connections[using])
