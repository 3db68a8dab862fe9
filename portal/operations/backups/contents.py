"""What a database holds, in figures that two databases can be compared by."""

import hashlib
from dataclasses import dataclass
from typing import Any, Final

from django.db import connection
from django.db.migrations.recorder import MigrationRecorder

from portal.events.models import Seal

_SAMPLE: Final = 10  # rows of each table


@dataclass(frozen=True, slots=True)
class Contents:
    """tables: how many rows each has. samples: the SHA-256 of random rows of each, by their primary keys as text.
    seal, digest: the last seal of the event log, 0 and "" without one. migrations: those applied, as app.name.
    """

    tables: dict[str, int]
    samples: dict[str, dict[str, str]]
    seal: int
    digest: str
    migrations: list[str]


def tables() -> list[str]:
    """The tables of the default database."""
    return sorted(connection.introspection.table_names())


def contents() -> Contents:
    """Read the whole default database for its figures."""
    last = Seal.objects.order_by("-number").first()
    applied = MigrationRecorder(connection).applied_migrations()
    return Contents(
        tables={table: _count(table) for table in tables()},
        samples={table: _sample(table) for table in tables()},
        seal=last.number if last else 0,
        digest=last.digest if last else "",
        migrations=sorted(f"{app}.{name}" for app, name in applied),
    )


def differences(expected: Contents) -> list[str]:
    """What the default database has otherwise, a sentence each."""
    present = tables()
    told = [f"Table {table} is missing." for table in sorted(expected.tables.keys() - set(present))]
    told += [f"Table {table} should not be there." for table in sorted(set(present) - expected.tables.keys())]
    for table in sorted(expected.tables.keys() & set(present)):
        if (count := _count(table)) != expected.tables[table]:
            told.append(f"Table {table} has {count:,} rows instead of {expected.tables[table]:,}.")
        told += [
            f"Row {key} of table {table} is different."
            for key, digest in expected.samples[table].items()
            if _row_digest(table, key) != digest
        ]
    last = Seal.objects.order_by("-number").values_list("number", "digest").first() or (0, "")
    if last != (expected.seal, expected.digest):
        told.append(f"The event log ends with seal {last[0]} instead of {expected.seal}, or with another digest.")
    return told


def _count(table: str) -> int:
    return int(_first(f"SELECT COUNT(*) FROM {_quoted(table)}")[0])


def _sample(table: str) -> dict[str, str]:
    if (key := _key_of(table)) is None:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {key} FROM {_quoted(table)} ORDER BY RANDOM() LIMIT {_SAMPLE}")
        keys = [str(row[0]) for row in cursor.fetchall()]
    return {pk: _row_digest(table, pk) for pk in keys}


def _row_digest(table: str, pk: str) -> str:
    """The SHA-256 of a row as the database's driver gives it; "" when there is none."""
    row = _first(f"SELECT * FROM {_quoted(table)} WHERE {_key_of(table)} = %s", pk)
    return hashlib.sha256(repr([_plain(value) for value in row]).encode()).hexdigest() if row else ""


def _plain(value: Any) -> Any:
    return bytes(value) if isinstance(value, memoryview) else value


def _first(sql: str, *values: str) -> Any:
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return cursor.fetchone()


def _key_of(table: str) -> str | None:
    """The column of the primary key; None for a table whose key is none or several columns."""
    with connection.cursor() as cursor:
        columns = connection.introspection.get_primary_key_columns(cursor, table) or []
    return _quoted(columns[0]) if len(columns) == 1 else None


def _quoted(name: str) -> str:
    return connection.ops.quote_name(name)
