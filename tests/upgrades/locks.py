"""How long statements wait for locks, and how long a table is locked, seen from a connection of its own."""

import threading
import time
from collections import defaultdict

import psycopg

# What a lock of a table in these modes stops: writing it, or also reading it.
STOPS_WRITING = ("ShareLock", "ShareRowExclusiveLock", "ExclusiveLock")
STOPS_READING = ("AccessExclusiveLock",)
PAUSE = 0.01

_WAITING = """
SELECT extract(epoch FROM clock_timestamp() - waitstart)::float, relation::regclass::text, left(query, 200)
FROM pg_locks JOIN pg_stat_activity USING (pid)
WHERE NOT granted AND waitstart IS NOT NULL AND datname = current_database()
"""
_HELD = """
SELECT DISTINCT pid, relation::regclass::text, mode
FROM pg_locks WHERE granted AND locktype = 'relation' AND mode = ANY(%s) AND pid <> pg_backend_pid()
AND relation IN (SELECT oid FROM pg_class) -- visible: not made by the very transaction
AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
"""


class LockWatch:
    """Looks every ten milliseconds, until told to stop."""

    def __init__(self, url: str) -> None:
        self.longest_wait, self.waited_for, self.waiting = 0.0, "", ""
        self._url = url
        self._held_since: dict[tuple[int, str, str], float] = {}
        self._longest: dict[tuple[str, str], float] = defaultdict(float)
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._look_on, daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._stopping.set()
        self._thread.join()

    def locked_seconds(self, table: str, modes: tuple[str, ...]) -> float:
        """The longest time without a break in which one process held the table in any of these modes."""
        return round(max((self._longest[table, mode] for mode in modes), default=0.0), 3)

    def most_locked(self, modes: tuple[str, ...]) -> dict[str, float]:
        """The tables that were locked longest."""
        seconds = {table: self.locked_seconds(table, modes) for table, _ in list(self._longest)}
        return dict(sorted(seconds.items(), key=lambda pair: -pair[1])[:5])

    def _look_on(self) -> None:
        with psycopg.connect(self._url, autocommit=True) as connection:
            while not self._stopping.is_set():
                self._look(connection)
                time.sleep(PAUSE)

    def _look(self, connection: "psycopg.Connection[tuple[object, ...]]") -> None:
        for seconds, table, statement in connection.execute(_WAITING).fetchall():
            if isinstance(seconds, float) and seconds > self.longest_wait:
                self.longest_wait, self.waited_for, self.waiting = seconds, str(table), str(statement)
        now = time.monotonic()
        held = {
            (int(str(pid)), str(table), str(mode))
            for pid, table, mode in connection.execute(_HELD, [[*STOPS_WRITING, *STOPS_READING]]).fetchall()
        }
        self._held_since = {lock: self._held_since.get(lock, now) for lock in held}
        for (_, table, mode), since in self._held_since.items():
            self._longest[table, mode] = max(self._longest[table, mode], now - since + PAUSE)
