"""Copying a whole database out and in: pg_dump and pg_restore for PostgreSQL, SQLite's online backup for SQLite."""

import os
import shutil
import sqlite3
import subprocess
import uuid
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Final

from django.db import DEFAULT_DB_ALIAS, DatabaseError, connection, connections, transaction
from django.db.backends.postgresql.client import DatabaseClient


class BackupError(Exception):
    """A backup cannot be made or restored; its text says why and what to do."""


_TOOL_MISSING: Final = "{} is missing. Install the client programs of PostgreSQL, of the server's version."


@contextmanager
def dump_to(path: Path) -> Iterator[None]:
    """Copy the default database into a file. Within, the default database is as it was copied. Raises BackupError."""
    if connection.vendor == "sqlite":
        connection.ensure_connection()
        with closing(sqlite3.connect(path)) as copy:
            connection.connection.backup(copy)  # all in one step, so of one moment
        with default_database(str(path)):
            yield
        return
    with transaction.atomic(durable=True), connection.cursor() as cursor:
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        cursor.execute("SET LOCAL idle_in_transaction_session_timeout = 0")  # a dump takes hours, and holds up nobody
        cursor.execute("SELECT pg_export_snapshot()")
        [snapshot] = cursor.fetchone()
        _run("pg_dump", "--format=custom", f"--snapshot={snapshot}", f"--file={path}", "--dbname", _database())
        yield


def load_from(path: Path) -> None:
    """Fill the default database, which is empty, from a file of `dump_to`. Raises BackupError.

    SQLite takes all or nothing. On PostgreSQL a part may be there when it fails: then drop that database.
    """
    connection.ensure_connection()
    if connection.vendor == "sqlite":
        with closing(sqlite3.connect(path)) as copy:
            copy.backup(connection.connection)
        return
    _run("pg_restore", "--no-owner", "--no-privileges", "--exit-on-error", "--dbname", _database(), str(path))


@contextmanager
def default_database(name: str) -> Iterator[None]:
    """Use another database of the same server, or another file, as the default one, in this thread."""
    usual = connections[DEFAULT_DB_ALIAS]
    other = usual.copy()
    other.settings_dict["NAME"] = name
    connections[DEFAULT_DB_ALIAS] = other
    try:
        yield
    finally:
        other.close()
        connections[DEFAULT_DB_ALIAS] = usual


def create_database(name: str) -> None:
    """Make an empty database on the same server; SQLite makes the file later. Raises BackupError when it is there."""
    if connection.vendor == "sqlite":
        if Path(name).exists():
            raise BackupError(f"{name} is there already. Name a file that is not.")
        return
    try:
        with connection.cursor() as cursor:
            cursor.execute(f"CREATE DATABASE {connection.ops.quote_name(name)} TEMPLATE template0")
    except DatabaseError as error:
        raise BackupError(f"The database {name} cannot be made: {error}") from error


@contextmanager
def temporary_database(folder: Path) -> Iterator[str]:
    """The name of a new, empty database, gone afterwards. folder: where SQLite has its file."""
    name = f"drill_{uuid.uuid4().hex[:12]}"
    if connection.vendor == "sqlite":
        yield str(folder / f"{name}.sqlite3")  # the folder is the caller's, who removes it
        return
    create_database(name)
    try:
        yield name
    finally:
        with connection.cursor() as cursor:
            cursor.execute(f"DROP DATABASE {connection.ops.quote_name(name)} WITH (FORCE)")


def _database() -> str:
    return str(connection.settings_dict["NAME"])


def _run(tool: str, *words: str) -> None:
    """Run a program of PostgreSQL with the address and the password of the default database's server."""
    if not (program := shutil.which(tool)):
        raise BackupError(_TOOL_MISSING.format(tool))
    # Django puts the name of the database last; here it is among the words.
    (_, *address, _), secrets = DatabaseClient.settings_to_cmd_args_env(connection.settings_dict, [])
    command = [program, "--no-password", *address, *words]
    done = subprocess.run(command, env={**os.environ, **(secrets or {})}, capture_output=True, text=True, check=False)
    if done.returncode:
        raise BackupError(f"{tool} failed: {done.stderr.strip()}")
