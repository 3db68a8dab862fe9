"""What the ground floor needs while it runs: each check says what is wrong and what to do."""

import shutil
from collections.abc import Iterator
from datetime import timedelta
from typing import Final
from zoneinfo import ZoneInfo

from django.conf import settings
from django.contrib.staticfiles.storage import staticfiles_storage
from django.core import mail
from django.core.cache import caches
from django.core.checks import CheckMessage
from django.db import DatabaseError, connection, transaction
from django.db.migrations.executor import MigrationExecutor
from django.utils import timezone

from portal import clock
from portal.celery import app
from portal.events.chain import open_findings
from portal.jobs.models import PeriodicRun
from portal.jobs.periodic import overdue_tasks
from portal.jobs.queries import worker_seen_at
from portal.operations.doctor import operational, problem
from portal.security.keyring import decrypt, encrypt
from portal.security.rotation import fields_with_lost_secrets
from portal.storage.clickhouse import clickhouse_of
from portal.storage.files import open_file, remove, store

_MOST_SKEW: Final = timedelta(seconds=5)
_WORKER_SILENT: Final = timedelta(minutes=2)
LEAST_FREE_BYTES: Final = 2 * 1024**3
_SAMPLE: Final = 100
_PROBE: Final = b"written by the portal to see whether it can\n"


@operational(trouble="The database does not answer", hint="Start it, or correct DATABASE_URL.")
def database() -> Iterator[CheckMessage]:
    """Django itself refuses a server that is too old when it connects."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
        if connection.vendor != "postgresql":
            return
        cursor.execute("SELECT clock_timestamp(), pg_is_in_recovery()")
        at, is_replica = cursor.fetchone()
    if is_replica:
        yield problem("database", "The database is a read-only replica.", "Name the primary server in DATABASE_URL.")
    skew = abs(timezone.now() - at)
    if skew > _MOST_SKEW:
        text = f"The clocks of the database and this machine differ by {skew.total_seconds():.0f} seconds."
        yield problem("database", text, "Synchronize both by NTP.")


@operational(
    trouble="The state of the database's tables cannot be read", hint="Run: manage.py migrate", needs_database=True
)
def migrations() -> Iterator[CheckMessage]:
    if waiting := unapplied_migrations():
        text = f"{len(waiting)} migration{'s are' if len(waiting) > 1 else ' is'} not applied, the first {waiting[0]}."
        yield problem("migrations", text, "Run: manage.py migrate")


@operational(
    trouble="The database cannot be written to", hint="See its log, its free disk and its rights.", needs_database=True
)
def writing() -> Iterator[CheckMessage]:
    with transaction.atomic():
        PeriodicRun.objects.create(name="doctor")
        transaction.set_rollback(True)
    yield from ()


@operational(
    trouble="The broker does not answer",
    hint="Start it, or correct CELERY_BROKER_URL. Jobs go on without it, some seconds later.",
)
def broker() -> Iterator[CheckMessage]:
    with app.connection_for_write(connect_timeout=3) as broker_connection:
        broker_connection.ensure_connection(max_retries=1, timeout=3)
    yield from ()


@operational(trouble="The cache does not answer", hint="Start it, or correct CACHE_URL. Nobody can sign in meanwhile.")
def cache() -> Iterator[CheckMessage]:
    if not settings.CACHE_URL:  # it is in the database
        return
    caches["default"].set("doctor", "1", timeout=10)
    if caches["default"].get("doctor") != "1":
        yield problem("cache", "The cache does not keep what is written to it.", "See its memory and its log.")


@operational(
    trouble="Files cannot be stored",
    hint="Let this user write to DATA_DIR, see that its disk is not full, and see STORAGE_URL if it is set.",
)
def storage() -> Iterator[CheckMessage]:
    if not keeps_files():
        yield problem("storage", "A file that was stored is read back changed.", "Replace the disk that holds it.")
    free = shutil.disk_usage(settings.DATA_DIR).free
    if free < LEAST_FREE_BYTES:
        text = f"The disk of DATA_DIR has {free / 1024**3:.1f} GB free."
        yield problem("storage", text, "Make room before it is full: then uploads are refused and jobs wait.")


@operational(
    trouble="ClickHouse, which keeps interval data, does not answer",
    hint="Start it, or correct INTERVAL_STORE_URL. Jobs that store intervals wait meanwhile.",
)
def clickhouse() -> Iterator[CheckMessage]:
    ask_clickhouse()
    yield from ()


@operational(
    trouble="The mail server does not answer",
    hint="See EMAIL_HOST, EMAIL_PORT, EMAIL_USE_TLS and the user name and password. Emails wait meanwhile.",
)
def email() -> Iterator[CheckMessage]:
    """Connects and signs in; sends nothing."""
    with mail.get_connection(timeout=3):
        pass
    if settings.PRODUCTION and not settings.EMAIL_URL:
        yield problem("email", "Emails are written to files and sent to nobody.", "Set EMAIL_HOST.")


@operational(trouble="Time zones are unknown", hint="Install tzdata.")
def time_zones() -> Iterator[CheckMessage]:
    for name in ("America/Los_Angeles", "America/Chicago", "America/New_York"):
        ZoneInfo(name)
    yield from ()


@operational(trouble="The encryption keys do not work", hint="Correct ENCRYPTION_KEYS.", needs_database=True)
def keys() -> Iterator[CheckMessage]:
    """The keys themselves, then a sample of what is stored."""
    decrypt(encrypt("doctor"))
    if fields := fields_with_lost_secrets(sample=_SAMPLE):
        text = f"Secrets in {', '.join(fields)} cannot be read with ENCRYPTION_KEYS."
        yield problem("keys", text, "Put the key that is missing back at the end of ENCRYPTION_KEYS.")


@operational(trouble="Static files were not collected", hint="Run: manage.py collectstatic --no-input")
def static_files() -> Iterator[CheckMessage]:
    if not getattr(staticfiles_storage, "hashed_files", None):
        hint = "Run: manage.py collectstatic --no-input"
        yield problem("static_files", "Static files were not collected: pages have no styles.", hint)


@operational(trouble="It cannot be told whether workers run", hint="See the other findings.", needs_database=True)
def workers() -> Iterator[CheckMessage]:
    seen = worker_seen_at()
    if seen is None or clock.real_now() - seen > _WORKER_SILENT:
        text = f"No worker was heard of since {seen:%b %d, %H:%M} UTC." if seen else "No worker has run yet."
        hint = "Start workers and the beat, or manage.py work, and see their log."
        yield problem("workers", text, hint)


@operational(trouble="Periodic work cannot be looked at", hint="See the other findings.", needs_database=True)
def periodic_work() -> Iterator[CheckMessage]:
    if tasks := overdue_tasks():
        names = ", ".join(task.name for task in tasks[:5]) + (", …" if len(tasks) > 5 else "")
        hint = "Start workers and the beat, or manage.py work, and see their log."
        yield problem("periodic_work", f"Periodic work is overdue: {names}.", hint)


@operational(trouble="The event log cannot be looked at", hint="See the other findings.", needs_database=True)
def event_log() -> Iterator[CheckMessage]:
    """What the last checks found; `manage.py check_log` reads the log anew."""
    if count := open_findings().count():
        text = f"{count} finding{'s' if count > 1 else ''} about the event log {'are' if count > 1 else 'is'} open."
        yield problem("event_log", text, "Look at them in the admin, Findings, and acknowledge them with a note.")


def unapplied_migrations() -> list[str]:
    """The migrations that the database lacks, as app.name. Raises DatabaseError."""
    executor = MigrationExecutor(connection)
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    return [f"{migration.app_label}.{migration.name}" for migration, _ in plan]


def keeps_files() -> bool:
    """Whether a small file can be written, read and removed. Raises OSError."""
    file = store([_PROBE], folder="probes", suffix=".txt", limit=len(_PROBE))
    try:
        with open_file(file.name) as content:
            return content.read() == _PROBE
    finally:
        remove(file.name)


def ask_clickhouse() -> None:
    """Ask each server of INTERVAL_STORE_URL for an answer; without it, none. Raises OSError."""
    if settings.INTERVAL_STORE_URL:
        servers = clickhouse_of(settings.INTERVAL_STORE_URL)
        for server in servers.servers:
            servers.ask("SELECT 1", server=server)


def not_ready() -> list[str]:
    """What this process lacks to serve pages: database, migrations, clickhouse, storage. Takes as long as they take to
    answer."""
    missing = []
    try:
        if unapplied_migrations():
            missing.append("migrations")
    except DatabaseError:
        missing.append("database")
    try:
        ask_clickhouse()
    except OSError:
        missing.append("clickhouse")
    try:
        is_kept = keeps_files()
    except OSError:
        is_kept = False
    return missing if is_kept else [*missing, "storage"]
