"""Makes rows from rows inside the database: one statement for thousands, without a round trip through Python.

The source is a table with the alias r. Expressions and conditions are SQL written in this project's code; whatever
comes from outside goes in as a parameter (`Given`).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import connections, models, router
from django.db.backends.base.base import BaseDatabaseWrapper

from portal.storage.bulk import column_of, fields_of, type_of


@dataclass(frozen=True, slots=True)
class Given:
    """A value from Python, the same for every row."""

    value: object


@dataclass(frozen=True, slots=True)
class Staged:
    """Rows of a table, named r: `where` is a condition with %s for each of `params`. `join` adds tables to it."""

    model: type[models.Model]
    where: str
    params: tuple[object, ...]
    join: str = ""

    @property
    def vendor(self) -> str:
        return self.connection.vendor

    @property
    def connection(self) -> BaseDatabaseWrapper:
        return connections[router.db_for_write(self.model)]

    @property
    def table(self) -> str:
        return self.connection.ops.quote_name(self.model._meta.db_table)

    def narrowed(self, condition: str, *params: object) -> "Staged":
        """The same rows under one more condition."""
        return Staged(self.model, f"{self.where} AND {condition}", (*self.params, *params), self.join)

    def joined(self, join: str) -> "Staged":
        """The same rows with further tables."""
        return Staged(self.model, self.where, self.params, f"{self.join} {join}")

    def select(self, *expressions: str, suffix: str = "") -> list[tuple[object, ...]]:
        """The rows of these expressions."""
        with self.connection.cursor() as cursor:
            cursor.execute(
                f"SELECT {', '.join(expressions)} FROM {self.table} r {self.join} WHERE {self.where} {suffix}",
                _adapted(self.connection, self.params),
            )
            return list(cursor.fetchall())


def insert_from(
    staged: Staged,
    model: type[models.Model],
    values: Mapping[str, "str | Given"],
    *,
    order_by: str = "",
    ignore_conflicts: bool = False,
) -> int:
    """Insert one row of `model` for each staged row and return how many.

    values: field name to an SQL expression over r, or a Given. ignore_conflicts: a row that a unique constraint refuses
    is passed over and not counted; otherwise IntegrityError as usual.
    """
    connection = staged.connection
    quote = connection.ops.quote_name
    fields = fields_of(model, values)
    expressions, params = _expressions(connection, model, values)
    statement = (
        f"INSERT INTO {quote(model._meta.db_table)} ({', '.join(quote(column_of(field)) for field in fields)}) "
        f"SELECT {', '.join(expressions)} FROM {staged.table} r {staged.join} WHERE {staged.where}"
    )
    if order_by:
        statement += f" ORDER BY {order_by}"
    if ignore_conflicts:
        statement += " ON CONFLICT DO NOTHING"
    with connection.cursor() as cursor:
        cursor.execute(statement, [*params, *_adapted(connection, staged.params)])
        return int(cursor.rowcount)


def update_from(staged: Staged, model: type[models.Model], values: Mapping[str, "str | Given"], *, match: str) -> int:
    """Update the rows m of `model` that `match` a staged row r, and return how many."""
    connection = staged.connection
    quote = connection.ops.quote_name
    expressions, params = _expressions(connection, model, values)
    fields = fields_of(model, values)
    columns = [quote(column_of(field)) for field in fields]
    changes = ", ".join(f"{column} = {expression}" for column, expression in zip(columns, expressions, strict=True))
    table = quote(model._meta.db_table)
    with connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE {table} AS m SET {changes} FROM {staged.table} r {staged.join} WHERE {match} AND {staged.where}",
            [*params, *_adapted(connection, staged.params)],
        )
        return int(cursor.rowcount)


def _expressions(
    connection: BaseDatabaseWrapper, model: type[models.Model], values: Mapping[str, "str | Given"]
) -> tuple[list[str], list[Any]]:
    expressions: list[str] = []
    params: list[Any] = []
    for name, value in values.items():
        if isinstance(value, str):
            expressions.append(value)
            continue
        (field,) = fields_of(model, [name])
        expressions.append(_cast(connection, field))
        params.append(field.get_db_prep_save(value.value, connection))
    return expressions, params


def _adapted(connection: BaseDatabaseWrapper, params: Iterable[object]) -> list[Any]:
    """Parameters as the database takes them: a UUID as hex where it has no such type."""
    native = connection.features.has_native_uuid_field
    return [value.hex if isinstance(value, UUID) and not native else value for value in params]


def _cast(connection: BaseDatabaseWrapper, field: models.Field) -> str:
    """%s, told its type where the database cannot guess it from a SELECT list."""
    if connection.vendor != "postgresql":
        return "%s"
    return f"%s::{type_of(connection, field)}"
