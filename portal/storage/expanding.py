"""Operations of migrations for tables that processes of the version before go on using: columns that its code does not
fill, and indexes of large tables.

On SQLite, where nothing else runs during an upgrade, they are Django's own.
"""

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Final

from django.db import OperationalError, migrations, transaction
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import ProjectState

TRIES: Final = 300
PAUSE_SECONDS: Final = 0.2  # in which those who waited behind it go on
_LOCK_REFUSED: Final = {"55P03", "40P01"}  # lock_not_available, deadlock_detected


def is_lock_refused(error: OperationalError) -> bool:
    """Whether a statement was stopped because others hold a lock that it needs."""
    return getattr(error.__cause__, "sqlstate", "") in _LOCK_REFUSED


class Migration(migrations.Migration):
    """Changes of tables that are in use, made in one go: their SQL is put together first, and no table is locked
    meanwhile, which takes Django a second for each dozen of fields. Operations that run Python have no place in it.

    A worker that goes through a large portfolio leaves the tables free for moments only, so the SQL is tried often.
    """

    def apply(self, project_state: ProjectState, schema_editor: Any, collect_sql: bool = False) -> ProjectState:
        connection = schema_editor.connection
        if collect_sql or connection.vendor != "postgresql":
            return super().apply(project_state, schema_editor, collect_sql)
        assert all(operation.reduces_to_sql for operation in self.operations), f"{self} runs Python"
        with connection.schema_editor(collect_sql=True, atomic=False) as collecting:
            state = super().apply(project_state, collecting)
        for left in reversed(range(TRIES)):
            try:
                with transaction.atomic(using=connection.alias):
                    for statement in collecting.collected_sql:
                        schema_editor.execute(statement, params=None)
                return state
            except OperationalError as error:
                if not is_lock_refused(error) or not left:
                    raise
            time.sleep(PAUSE_SECONDS)
        raise RuntimeError("unreachable: the last try returns or raises")


class AddField(migrations.AddField):
    """Add a column whose default stays in the database, so that older code can go on inserting rows without it."""

    def database_forwards(
        self, app_label: str, schema_editor: Any, from_state: ProjectState, to_state: ProjectState
    ) -> None:
        super().database_forwards(app_label, schema_editor, from_state, to_state)
        model = to_state.apps.get_model(app_label, self.model_name)
        field = model._meta.get_field(self.name)
        if schema_editor.connection.vendor == "postgresql" and not field.null and not field.has_db_default():
            _keep_default(schema_editor, model, field)


def _keep_default(editor: Any, model: Any, field: Any) -> None:
    """Django has just dropped it."""
    table, column = (editor.quote_name(name) for name in (model._meta.db_table, field.column))
    default = editor.quote_value(editor.effective_default(field))
    editor.execute(f"ALTER TABLE {table} ALTER COLUMN {column} SET DEFAULT {default}")


class AddIndexConcurrently(migrations.AddIndex):
    """Add an index while the table is read and written; the migration is `atomic = False`. It can be repeated."""

    def database_forwards(
        self, app_label: str, schema_editor: Any, from_state: ProjectState, to_state: ProjectState
    ) -> None:
        if schema_editor.connection.vendor != "postgresql":
            return super().database_forwards(app_label, schema_editor, from_state, to_state)
        model = to_state.apps.get_model(app_label, self.model_name)
        with waiting_for_locks(schema_editor):
            _drop_concurrently(schema_editor, self.index.name)  # what was left of a migration that was stopped
            schema_editor.add_index(model, self.index, concurrently=True)
        return None


class RemoveIndexConcurrently(migrations.RemoveIndex):
    """Remove an index while the table is read and written; the migration is `atomic = False`. It can be repeated."""

    def database_forwards(
        self, app_label: str, schema_editor: Any, from_state: ProjectState, to_state: ProjectState
    ) -> None:
        if schema_editor.connection.vendor != "postgresql":
            return super().database_forwards(app_label, schema_editor, from_state, to_state)
        with waiting_for_locks(schema_editor):
            _drop_concurrently(schema_editor, self.name)
        return None


@contextmanager
def waiting_for_locks(editor: BaseDatabaseSchemaEditor) -> Iterator[None]:
    """On PostgreSQL wait for locks as long as it takes: for what nobody else has to wait behind (see `migrate`)."""
    if editor.connection.vendor != "postgresql":
        yield
        return
    with editor.connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('lock_timeout'), set_config('lock_timeout', '0', false)")
        before, _ = cursor.fetchone()
    try:
        yield
    finally:
        with editor.connection.cursor() as cursor:
            cursor.execute("SELECT set_config('lock_timeout', %s, false)", [before])


def _drop_concurrently(editor: BaseDatabaseSchemaEditor, name: str) -> None:
    editor.execute(f"DROP INDEX CONCURRENTLY IF EXISTS {editor.quote_name(name)}")


class RemoveFieldLater(migrations.RemoveField):
    """Remove a field that older code still uses. Its nullable column stays until a later version drops it, if it is
    there: a database that was made after this migration never had it."""

    def database_forwards(self, *_: object) -> None:
        """Nothing: the column stays."""

    def database_backwards(self, *_: object) -> None:
        """Nothing: the column is still there."""


class CreateModels(migrations.operations.base.Operation):
    """Create the tables of many models at once.

    Django renders all models that are related to a new one, for each new one: half a minute for the tables of a new
    database. Here they are rendered once.
    """

    def __init__(self, creations: Sequence[migrations.CreateModel]) -> None:
        self.creations = creations

    def state_forwards(self, app_label: str, state: ProjectState) -> None:
        state.__dict__.pop("apps", None)  # rendered anew where they are asked for
        for creation in self.creations:
            creation.state_forwards(app_label, state)

    def database_forwards(
        self, app_label: str, schema_editor: Any, from_state: ProjectState, to_state: ProjectState
    ) -> None:
        for creation in self.creations:
            creation.database_forwards(app_label, schema_editor, from_state, to_state)

    def database_backwards(
        self, app_label: str, schema_editor: Any, from_state: ProjectState, to_state: ProjectState
    ) -> None:
        for creation in reversed(self.creations):
            creation.database_backwards(app_label, schema_editor, from_state, to_state)

    def describe(self) -> str:
        return f"Create {len(self.creations)} models"
