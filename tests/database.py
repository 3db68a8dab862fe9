"""A migrated database with the catalogue, made once; every worker's test database, and every world, begins as a copy.

SQLite: a file in pytest's cache folder, made anew when the code that it comes from changes. PostgreSQL: a database on
the server of TEST_DATABASE_URL, for this run only.
"""

import fcntl
import hashlib
import os
import sqlite3
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import psycopg
from django.db import connection, transaction

ROOT = Path(__file__).resolve().parents[1]
SERVER = os.environ.get("TEST_DATABASE_URL", "")
GIVEN = os.environ.get("TEST_TEMPLATE", "")  # the template to take, whatever the code says: `make mutants` changes it
RUN = os.environ.setdefault("TEST_RUN", uuid.uuid4().hex[:12])  # one run's, by which its workers know each other
MEMORY = "file:tests?mode=memory&cache=shared"  # each process has a memory of its own
KEPT_SECONDS = 3600  # a template that no run has asked for so long goes
SOURCES = (
    *("portal/**/*.py", "programs/**/*.py", "programs/**/*.yaml", "*/migrations/*.py", "requirements.lock"),
    "onboarding/meters/search/*.py",  # makes an index after migrate
)


def url_of(name: str) -> str:
    """The address of a database on the server of this run."""
    return f"{SERVER.rpartition('/')[0]}/{name}"


def on_server(*statements: str) -> None:
    with psycopg.connect(SERVER, autocommit=True) as connection:
        for statement in statements:
            connection.execute(statement)  # type: ignore[call-overload]  # a text made here


def template_file(folder: Path, *, anew: bool = False) -> Path:
    """The template in that folder; made if it is not there for this very code, or not of this run (`anew`).

    The first of several processes makes it while the others wait.
    """
    file = folder / f"{RUN if anew else _key()}.sqlite3"
    with _locked(folder / "lock"):
        if not file.exists():
            with tempfile.TemporaryDirectory(dir=folder) as data:
                made = Path(data) / "portal.sqlite3"
                _fill(f"sqlite:///{made}", data)
                with closing(sqlite3.connect(made)) as connection:
                    connection.execute("PRAGMA journal_mode=DELETE")  # all of it in one file, as a memory wants it
                made.rename(file)
        file.touch()
        for other in set(folder.glob("*.sqlite3")) - {file}:
            if other.stat().st_mtime < time.time() - KEPT_SECONDS:
                other.unlink()
    return file


def template_on_server() -> str:
    """The name of the template on the server; made if this run has none yet."""
    name = f"template_{RUN}"
    with psycopg.connect(SERVER, autocommit=True) as connection:
        connection.execute("SELECT pg_advisory_lock(hashtext(%s))", [name])  # until this connection ends
        if connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone() is None:
            with tempfile.TemporaryDirectory() as data:
                connection.execute(f"CREATE DATABASE {name}_unfinished")  # type: ignore[call-overload]
                _fill(url_of(f"{name}_unfinished"), data)
            connection.execute(f"ALTER DATABASE {name}_unfinished RENAME TO {name}")  # type: ignore[call-overload]
    return name


def drop_databases() -> None:
    """Whatever this run has left on the server, also of workers that died; by the process that began the run."""
    with psycopg.connect(SERVER, autocommit=True) as connection:
        for (name,) in connection.execute("SELECT datname FROM pg_database WHERE datname LIKE %s", [f"%{RUN}%"]):
            on_server(f"DROP DATABASE {name} WITH (FORCE)")


def load(file: Path) -> sqlite3.Connection:
    """Copy the template into this process's memory, where it stays while the connection is open."""
    memory = sqlite3.connect(MEMORY, uri=True)
    with closing(sqlite3.connect(f"{file.as_uri()}?mode=ro", uri=True)) as template:
        template.backup(memory)
    return memory


class Beginning:
    """What a test database holds at first, and again after each test that commits for real.

    Emptying it and seeding the catalogue anew would take ten seconds. Primary keys stay what caches know. On PostgreSQL
    the role must be a superuser: no trigger and no reference between rows stops what is put back.
    """

    def __init__(self) -> None:
        connection.ensure_connection()
        if connection.vendor == "sqlite":
            self.memory = sqlite3.connect(":memory:")
            connection.connection.backup(self.memory)
        else:
            self.rows = {table: rows for table in _tables() if (rows := _rows(table))}

    def put_back(self) -> None:
        connection.ensure_connection()
        if connection.vendor == "sqlite":
            self.memory.backup(connection.connection)
            return
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET LOCAL session_replication_role = replica")
            for table in _tables():
                rows = self.rows.get(table, b"")
                if _rows(table) == rows:
                    continue
                cursor.execute(f"DELETE FROM {table}")
                with cursor.cursor.copy(f"COPY {table} FROM STDIN") as copy:
                    copy.write(rows)


def _tables() -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT oid::regclass::text FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace"
        )
        return [name for (name,) in cursor.fetchall()]


def _rows(table: str) -> bytes:
    with connection.cursor() as cursor, cursor.cursor.copy(f"COPY {table} TO STDOUT") as copy:
        return b"".join(copy)


def _fill(url: str, data: str) -> None:
    env = {**os.environ, "DATABASE_URL": url, "DATA_DIR": data, "DJANGO_SETTINGS_MODULE": "portal.settings"}
    for command in ("migrate", "seed_catalogue"):
        words = [sys.executable, "manage.py", command, "--verbosity", "0"]
        subprocess.run(words, env=env, cwd=ROOT, check=True)


def _key() -> str:
    """What the migrations and the seeding are made of."""
    digest = hashlib.sha256(f"{sys.version} {sqlite3.sqlite_version}".encode())
    for pattern in SOURCES:
        for path in sorted(ROOT.glob(pattern)):
            digest.update(f"\0{path.relative_to(ROOT)}\0".encode() + path.read_bytes())
    return digest.hexdigest()[:24]


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    with path.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
