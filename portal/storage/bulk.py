"""Loading and changing many rows at once: COPY on PostgreSQL and executemany elsewhere; one UPDATE for all.

All skip save(), signals and validators: the rows come from checked data and the database's constraints hold.
"""

import json
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import orjson
from django.db import connections, models, router
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import JSONField
from psycopg.types.json import Jsonb


def insert(model: type[models.Model], columns: Sequence[str], rows: Iterable[Sequence[object]]) -> int:
    """Insert rows (values in the order of `columns`, which are field names) and return how many.

    Foreign keys take the key of the other row. Runs in the caller's transaction; IntegrityError as usual.
    """
    connection = connections[router.db_for_write(model)]
    fields = fields_of(model, columns)
    if connection.vendor == "postgresql":
        return _copy(connection, model, fields, rows)
    return _executemany(connection, model, fields, rows)


def fields_of(model: type[models.Model], names: Iterable[str]) -> list[models.Field]:
    """The model's fields of these names, which have columns."""
    fields = [model._meta.get_field(name) for name in names]
    return [field for field in fields if isinstance(field, models.Field)]


def column_of(field: models.Field) -> str:
    assert field.column is not None
    return field.column


def type_of(connection: BaseDatabaseWrapper, field: models.Field) -> str:
    """The database type of the field's column, without its checks."""
    name = field.rel_db_type(connection) if field.is_relation else field.db_type(connection)
    return (name or "").split(" CHECK")[0]


def _copy(
    connection: BaseDatabaseWrapper,
    model: type[models.Model],
    fields: Sequence[models.Field],
    rows: Iterable[Sequence[object]],
) -> int:
    quote = connection.ops.quote_name
    names = ", ".join(quote(column_of(field)) for field in fields)
    types = [field.rel_db_type(connection) if field.is_relation else field.db_type(connection) for field in fields]
    json_at = [index for index, field in enumerate(fields) if isinstance(field, JSONField)]
    count = 0
    with (
        connection.cursor() as cursor,
        connection.wrap_database_errors,
        cursor.cursor.copy(f"COPY {quote(model._meta.db_table)} ({names}) FROM STDIN (FORMAT BINARY)") as copy,
    ):
        copy.set_types([_plain_type(name) for name in types])
        for row in rows:
            values = list(row)
            for index in json_at:
                if values[index] is not None:
                    values[index] = Jsonb(values[index], _dumps)
            copy.write_row(values)
            count += 1
    return count


def update(model: type[models.Model], columns: Sequence[str], rows: Iterable[Sequence[object]]) -> int:
    """Give rows new values, each a primary key and then the values of `columns`; returns how many there are.

    One statement, to which the rows go as JSON: for thousands of them bulk_update takes many times as long, and so does
    one statement for each where a full-text index is kept in step.
    """
    connection = connections[router.db_for_write(model)]
    quote = connection.ops.quote_name
    fields = [model._meta.pk, *fields_of(model, columns)]
    values = list(_prepared(connection, fields, rows))
    if not values:
        return 0
    given = ", ".join(f"{_from_json(connection, field, at)} AS c{at}" for at, field in enumerate(fields))
    each = "jsonb_array_elements(%s::jsonb)" if connection.vendor == "postgresql" else "json_each(%s)"
    changes = ", ".join(f"{quote(column_of(field))} = v.c{at}" for at, field in enumerate(fields) if at)
    with connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE {quote(model._meta.db_table)} AS m SET {changes} "
            f"FROM (SELECT {given} FROM {each}) AS v WHERE m.{quote(column_of(fields[0]))} = v.c0",
            [_dumps(values).decode()],
        )
    return len(values)


def _from_json(connection: BaseDatabaseWrapper, field: models.Field, at: int) -> str:
    """The value at a place of a JSON list, as the field's column has it."""
    if connection.vendor != "postgresql":
        return f"value ->> {at}"
    return f"(value ->> {at})::{type_of(connection, field)}"


def _plain_type(database_type: str | None) -> str:
    """varchar(64) -> varchar; `integer CHECK …` -> int4: the names that psycopg's set_types knows."""
    name = (database_type or "").split("(")[0].split(" CHECK")[0].strip()
    return {
        "integer": "int4",
        "bigint": "int8",
        "smallint": "int2",
        "boolean": "bool",
        "timestamp with time zone": "timestamptz",
        "double precision": "float8",
    }.get(name, name)


def _dumps(value: object) -> bytes:
    try:
        return orjson.dumps(value)
    except TypeError:  # what orjson leaves to others, such as whole numbers of more than 64 bits
        return json.dumps(value, ensure_ascii=False).encode()


def _json_text(value: object, connection: BaseDatabaseWrapper) -> str | None:
    return None if value is None else _dumps(value).decode()


def _executemany(
    connection: BaseDatabaseWrapper,
    model: type[models.Model],
    fields: Sequence[models.Field],
    rows: Iterable[Sequence[object]],
) -> int:
    quote = connection.ops.quote_name
    names = ", ".join(quote(column_of(field)) for field in fields)
    marks = ", ".join("%s" for _ in fields)
    prepared = list(_prepared(connection, fields, rows))
    with connection.cursor() as cursor:
        cursor.executemany(f"INSERT INTO {quote(model._meta.db_table)} ({names}) VALUES ({marks})", prepared)
    return len(prepared)


def _prepared(
    connection: BaseDatabaseWrapper, fields: Sequence[models.Field], rows: Iterable[Sequence[object]]
) -> Iterator[list[Any]]:
    """Rows of these fields as the database's driver takes them."""
    prepare = [_json_text if isinstance(field, JSONField) else field.get_db_prep_save for field in fields]
    for row in rows:
        yield [one(value, connection) for one, value in zip(prepare, row, strict=True)]
