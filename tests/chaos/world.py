"""A portal of its own for one test: database, broker, data directory, and workers to be hurt."""

import json
import os
import select
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import psycopg

from tests.ports import free_port

from .ledger import Count, Entry, Injury

ROOT = Path(__file__).resolve().parents[2]
TABLES = {"rows": "onboarding_uploadrow", "meters": "onboarding_meter", "intervals": "onboarding_interval"}
# Short leases and small chunks: much can go wrong in little time. On a machine that has no time for its workers, leases
# this short end in the middle of work, and three in a row end a job: CHAOS_LEASE_SECONDS makes them longer.
LEASE = os.environ.get("CHAOS_LEASE_SECONDS", "3")
PACE = {"JOB_LEASE_SECONDS": LEASE, "JOB_SWEEP_SECONDS": "1", "JOB_CHUNK_ROWS": "500", "JOB_COMMIT_ROWS": "500"}


class Actors:
    """A process with the portal loaded that forks one for each act: starting Python and Django anew takes seconds."""

    def __init__(self, env: dict[str, str]) -> None:
        self.env = env
        command = [sys.executable, "-m", "tests.chaos.act"]
        pipe = subprocess.PIPE
        self._process = subprocess.Popen(command, env=env, cwd=ROOT, stdin=pipe, stdout=pipe, text=True)

    def act(self, *words: str) -> Any:
        assert self._process.stdin
        assert self._process.stdout
        print(json.dumps(words), file=self._process.stdin, flush=True)
        ready, _, _ = select.select([self._process.stdout], [], [], 600)
        assert ready, f"no answer in 600 s: {words}"
        answer = json.loads(self._process.stdout.readline() or "{}")
        assert "answer" in answer, f"{words}: see what the process wrote"
        return answer["answer"]

    def end(self) -> None:
        self._process.kill()
        self._process.wait()


class World:
    """One database, one broker, and the workers that this test starts and kills."""

    prefix: tuple[str, ...] = ()  # what starts its processes somewhere else

    def __init__(self, env: dict[str, str], folder: Path) -> None:
        self.env, self.log = env, folder / "worker.log"
        self.workers: list[subprocess.Popen[bytes]] = []
        self._actors: Actors | None = None
        self._entry = Entry("PostgreSQL" if self.is_postgres else "SQLite")

    @property
    def is_postgres(self) -> bool:
        return "DATABASE_URL" in self.env

    @property
    def data(self) -> Path:
        return Path(self.env["DATA_DIR"])

    def move_to(self, data: Path, database: Path) -> None:
        """Another data directory, which begins with a copy of that SQLite database."""
        data.mkdir(exist_ok=True)
        shutil.copy(database, data / "portal.sqlite3")
        self.env["DATA_DIR"] = str(data)

    def act(self, *words: str, **env: str) -> Any:
        """One verb of tests.chaos.act in a process of its own; returns what it answers."""
        wanted = {**self.env, **env}
        if self._actors is None or self._actors.env != wanted:
            if self._actors is not None:
                self._actors.end()
            self._actors = Actors(wanted)
        return self._actors.act(*words)

    def note(self, injury: Injury, times: int = 1) -> None:
        """Write down what was done to this world, for the campaign."""
        self._entry.injuries[injury] += times

    # --- workers

    def start(self, *words: str, **env: str) -> subprocess.Popen[bytes]:
        """A process of this world: `python …words`, its output in the log, in a group of its own."""
        command, env = [*self.prefix, sys.executable, *words], {**self.env, **env}
        with self.log.open("ab") as log:
            started = subprocess.Popen(command, env=env, cwd=ROOT, stdout=log, stderr=log, start_new_session=True)
        self.workers.append(started)
        return started

    def start_worker(self, *, name: str = "one", concurrency: int = 2, **env: str) -> subprocess.Popen[bytes]:
        """A real worker with the beat inside."""
        words = ["-m", "celery", "-A", "portal", "worker", "--beat", "--concurrency", str(concurrency)]
        words += ["--hostname", f"{name}@chaos", "--schedule", str(self.log.with_name(f"beat-{name}"))]
        words += ["--loglevel", "WARNING", "--without-gossip", "--without-mingle", "--without-heartbeat"]
        return self.start(*words, **env)

    def signal(self, worker: subprocess.Popen[bytes], number: int) -> None:
        """To the worker and everything it started."""
        os.killpg(worker.pid, number)

    def kill(self, worker: subprocess.Popen[bytes]) -> None:
        """SIGKILL: nobody gets to say goodbye."""
        if worker.poll() is None:
            self.signal(worker, signal.SIGKILL)
            worker.wait()
        self.workers.remove(worker)

    def kill_all(self) -> None:
        for worker in list(self.workers):
            self.kill(worker)

    def end(self) -> None:
        self.kill_all()
        self._entry.write()
        if self._actors is not None:
            self._actors.end()

    # --- looking on from outside, without a process for each look

    def ask(self, sql: str) -> Any:
        """The first value of a query; None while the database cannot be asked."""
        try:
            return self._first(sql)
        except (psycopg.Error, sqlite3.Error):
            return None

    def _first(self, sql: str) -> Any:
        if self.is_postgres:
            with psycopg.connect(self.env["DATABASE_URL"], autocommit=True, connect_timeout=5) as connection:
                row = connection.execute(sql).fetchone()  # type: ignore[call-overload]  # a text made here
        else:
            with closing(sqlite3.connect(self.data / "portal.sqlite3", timeout=5)) as connection:
                row = connection.execute(sql).fetchone()
        return row[0] if row else None

    def count(self, what: str) -> int:
        return int(self.ask(f"SELECT count(*) FROM {TABLES[what]}") or 0)

    def status(self, pk: str) -> str:
        state = self.ask(f"SELECT state FROM onboarding_upload WHERE id = '{self.key(pk)}'")
        return str(state or "")

    def key(self, pk: str) -> str:
        """An ID as the database writes it."""
        return pk if self.is_postgres else pk.replace("-", "")

    def claims(self) -> int:
        return int(self.ask("SELECT coalesce(sum(fence), 0) FROM portal_job") or 0)

    def is_running_unlocked(self) -> bool:
        """Whether a job is running while nobody holds what another worker needs to take it over."""
        try:
            if self.is_postgres:
                return bool(self._first("SELECT 1 FROM portal_job WHERE state = 'running' FOR UPDATE NOWAIT"))
            with closing(sqlite3.connect(self.data / "portal.sqlite3", timeout=0.1)) as connection:
                connection.execute("BEGIN IMMEDIATE")
            return bool(self.ask("SELECT count(*) FROM portal_job WHERE state = 'running'"))
        except (psycopg.Error, sqlite3.Error):
            return False

    def until(self, what: Callable[[], bool], *, seconds: float, why: str) -> float:
        """Wait until it is so; returns after how many seconds it was."""
        began = time.monotonic()
        while not what():
            assert time.monotonic() < began + seconds, f"not so in {seconds} s: {why}; {self.said()}"
            time.sleep(0.02)
        return time.monotonic() - began

    def until_count(self, what: str, number: int, *, seconds: float = 240) -> int:
        self.until(lambda: self.count(what) >= number, seconds=seconds, why=f"{number} {what}")
        return self.count(what)

    def wait_for(self, pk: str, state: str, *, seconds: float = 120) -> dict[str, Any]:
        """Wait for the upload's state, then take stock of everything."""
        self.until(lambda: self.status(pk) == state, seconds=seconds, why=f"{state}, but {self.status(pk)!r}")
        return dict(self.act("state", pk))

    def check_rows_once(self, state: dict[str, Any], rows: int) -> None:
        """Every row is one meter with one event in the sealed log, in the whole database."""
        self._entry.count = count = Count.of(state, rows)
        assert count == Count(rows, rows, twice=0, without_event=0, events_twice=0, chain=0)

    def check_everything_once(self, upload: dict[str, Any], rows: int, *, uploads: int = 1) -> None:
        """Every row of the file is one meter with one event, the receipt says so, and nothing else lies about."""
        self.check_rows_once(upload, rows)
        assert upload["staged"] == rows
        assert upload["counts"] == {"create": rows, "rows": rows, "METER_CREATED": rows, "failed": 0}
        assert (upload["uploads"], len(upload["files"])) == (uploads, uploads)

    def said(self) -> str:
        return f"the workers said: {self.log.read_text()[-3000:]}" if self.log.exists() else "no worker said anything"


# --- servers of the test's own


def as_postgres(*command: str) -> list[str]:
    """PostgreSQL refuses to run as root."""
    return ["runuser", "-u", "postgres", "--", *command] if os.geteuid() == 0 else list(command)


class Cluster:
    """A PostgreSQL of its own, to be crashed and filled up."""

    def __init__(self, folder: Path, *, address: str = "127.0.0.1", connections: int = 40) -> None:
        """address: where it listens, for everybody who gets there."""
        self.folder, self.address, self.port = folder, address, free_port()
        self.binaries = max(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: int(path.parent.name))
        if os.geteuid() == 0:
            shutil.chown(folder, "postgres")
        self._run("initdb", "-D", str(folder / "pg"), "-U", "postgres", "-A", "trust", "--no-sync", "-E", "UTF8")
        options = {"port": self.port, "listen_addresses": address, "fsync": "off", "max_connections": connections}
        # A vacuum of the catalogue would make every new connection write a file of its own, which a full disk refuses.
        options["autovacuum"] = "off"
        options |= {"unix_socket_directories": "", "shared_buffers": "64MB"}
        lines = "".join(f"{name} = '{value}'\n" for name, value in options.items())
        with (folder / "pg" / "postgresql.conf").open("a") as conf:
            conf.write(lines)
        with (folder / "pg" / "pg_hba.conf").open("a") as conf:
            conf.write("host all all samenet trust\n")

    @property
    def url(self) -> str:
        return f"postgres://postgres@{self.address}:{self.port}/postgres"

    def start(self) -> None:
        self._control("start")

    def crash(self) -> None:
        """Restarted without any goodbye: open transactions are gone, the log is replayed."""
        self._control("restart", "-m", "immediate")

    def stop(self) -> None:
        self._control("stop", "-m", "immediate")

    def make_folder(self, folder: Path) -> None:
        """An empty folder that belongs to the server."""
        folder.mkdir()
        if os.geteuid() == 0:
            shutil.chown(folder, "postgres")

    def database_on(self, folder: Path) -> str:
        """A new database whose tables lie in that folder, while the log stays where it is."""
        with psycopg.connect(self.url, autocommit=True) as connection:
            connection.execute(f"CREATE TABLESPACE small LOCATION '{folder}'")  # type: ignore[call-overload]
            connection.execute("CREATE DATABASE small TABLESPACE small")
        return self.url.rpartition("/")[0] + "/small"

    def _control(self, *words: str) -> None:
        self._run("pg_ctl", "-D", str(self.folder / "pg"), "-l", str(self.folder / "pg.log"), "-w", *words)

    def _run(self, program: str, *words: str) -> None:
        command = as_postgres(str(self.binaries / program), *words)
        done = subprocess.run(command, cwd="/", capture_output=True, check=False, timeout=90)
        assert done.returncode == 0, done.stderr.decode()[-2000:] + done.stdout.decode()[-500:]
