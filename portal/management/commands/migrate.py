"""`manage.py migrate`: Django's own, which gives way to the processes that answer meanwhile."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

from django.core.management.commands.migrate import Command as DjangoMigrate
from django.db import OperationalError, connections
from django.db.migrations.recorder import MigrationRecorder

from portal.storage.expanding import is_lock_refused

# Shorter than PostgreSQL's deadlock_timeout (1 s): it is always the migration that gives way.
WAITS_FOR_LOCKS: Final = "400ms"
TRIES: Final = 60
PAUSE_SECONDS: Final = 1
# Where version 0.1.0 had several migrations, later ones have one. The last of those, by app.
_LAST_OF_0_1_0: Final = {
    "portal": "0006_findings_that_stay_and_keys_that_end",
    "programs": "0006_published_names",
    "onboarding": "0021_deadlines_made_and_days_taken",
}
_TABLES_OF_0_1_0: Final = "0001_tables_of_0_1_0"


class Command(DjangoMigrate):
    """On PostgreSQL a migration that does not get its locks soon is undone, and tried again a moment later.

    Whoever waits for a table's lock makes all others wait behind it. So nobody waits longer than a moment, and requests
    of the version before never lose against a migration.
    """

    def handle(self, *args: Any, **options: Any) -> None:
        for left in reversed(range(TRIES)):
            try:
                with _short_waits(options["database"]):
                    _know_tables_of_0_1_0(options["database"])
                    super().handle(*args, **options)
                return
            except OperationalError as error:
                if not is_lock_refused(error) or not left:
                    raise
            self.stdout.write("  others hold a lock; trying again")
            time.sleep(PAUSE_SECONDS)
        raise RuntimeError("unreachable: the last try returns or raises")


@contextmanager
def _short_waits(database: str) -> Iterator[None]:
    """On PostgreSQL the connection waits for locks only a moment."""
    connection = connections[database]
    if connection.vendor != "postgresql":
        yield
        return
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('lock_timeout', %s, false)", [WAITS_FOR_LOCKS])
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute("RESET lock_timeout")


def _know_tables_of_0_1_0(database: str) -> None:
    """A database of version 0.1.0 has the tables of the migration that took the place of its own."""
    recorder = MigrationRecorder(connections[database])
    applied = recorder.applied_migrations()
    for app, last in _LAST_OF_0_1_0.items():
        if (app, last) in applied and (app, _TABLES_OF_0_1_0) not in applied:
            recorder.record_applied(app, _TABLES_OF_0_1_0)
