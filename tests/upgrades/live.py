"""An upgrade from the last release while its web and worker go on: `make upgrade-check METERS=1000000`.

The last release's code is taken from git, at the commit that CHANGELOG.md names. It makes a database with that many
meters on the PostgreSQL server of TEST_DATABASE_URL and serves it, with one worker. While partners list, look for,
upload, add and change meters there, this version's `migrate` runs. Prints one JSON object: what was answered wrongly,
the time of each migration, how long statements waited for locks, how long tables were locked, and what this version
finds of what the old code wrote.
"""

import json
import os
import re
import signal
import subprocess
import sys
import tarfile
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path
from typing import Any

import psycopg

from tests.ports import free_port
from tests.upgrades.locks import STOPS_READING, STOPS_WRITING, LockWatch
from tests.upgrades.traffic import READING, WRITING, Partner, Traffic

ROOT = Path(__file__).resolve().parents[2]
LOCAL = "postgres://postgres@127.0.0.1:5432/postgres"
METER = "onboarding_meter"
STEPS = 3  # jobs that the upgrade leaves to the workers
_COLUMNS = """
SELECT table_name || '.' || column_name, is_nullable = 'YES' OR column_default IS NOT NULL OR is_identity = 'YES'
FROM information_schema.columns WHERE table_schema = 'public'
"""
_APPLIED = re.compile(r"Applying (\S+)\.\.\. OK \((\d+\.\d+)s\)")
_SIGN_IN = """
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from portal.partners.models import User
user, session = User.objects.get(email="manager@acme.example"), SessionStore()
session[SESSION_KEY] = str(user.pk)
session[BACKEND_SESSION_KEY] = "allauth.account.auth_backends.AuthenticationBackend"
session[HASH_SESSION_KEY] = user.get_session_auth_hash()
session.save()
print(session.session_key)
"""


def base() -> str:
    """The commit of the last release."""
    named = re.search(r"^`\d+\.\d+\.\d+ base: ([0-9a-f]{7,40})`$", (ROOT / "CHANGELOG.md").read_text(), re.M)
    assert named, "CHANGELOG.md names no commit of the last release"
    return named[1]


def is_at_hand(commit: str) -> bool:
    """Whether git has the commit: a shallow copy of the project has not."""
    named = ["git", "cat-file", "-e", f"{commit}^{{commit}}"]
    return subprocess.run(named, cwd=ROOT, capture_output=True, check=False).returncode == 0


def check_out(commit: str, folder: Path) -> None:
    """The files of a commit in that folder, with what this version's tests send."""
    done = subprocess.run(["git", "archive", commit], cwd=ROOT, capture_output=True, check=False)
    assert done.returncode == 0, f"git knows no commit {commit}: {done.stderr.decode()}"
    with tarfile.open(fileobj=BytesIO(done.stdout)) as archive:
        archive.extractall(folder, filter="data")


class Version:
    """One version of the code, its processes, and what they say."""

    def __init__(self, root: Path, env: dict[str, str], log: Path) -> None:
        self.root, self.env, self.log = root, env, log
        self._processes: list[subprocess.Popen[bytes]] = []
        self.port = 0

    def run(self, *words: str) -> str:
        """manage.py with these words, to its end."""
        command = [sys.executable, "manage.py", *words]
        done = subprocess.run(command, env=self.env, cwd=self.root, capture_output=True, text=True, check=False)
        assert done.returncode == 0, f"{words}: {done.stdout[-2000:]}{done.stderr[-4000:]}"
        return done.stdout

    def start(self, *words: str) -> None:
        with self.log.open("ab") as log:
            started = subprocess.Popen(
                [sys.executable, *words], env=self.env, cwd=self.root, stdout=log, stderr=log, start_new_session=True
            )
        self._processes.append(started)

    def serve(self) -> None:
        """gunicorn, and a worker."""
        self.port = free_port()
        words = ["-m", "gunicorn", "portal.wsgi", "--bind", f"127.0.0.1:{self.port}", "--workers", "2"]
        self.start(*words, "--threads", "4", "--log-level", "warning", "--no-control-socket")
        self.start("manage.py", "work")

    def stop(self) -> None:
        for process in self._processes:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGTERM)
        for process in self._processes:
            try:
                process.wait(30)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()
        self._processes.clear()


@contextmanager
def new_database(server: str) -> Iterator[str]:
    """The address of an empty database, which goes afterwards."""
    name = f"live_upgrade_{os.getpid()}"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")  # type: ignore[call-overload]  # a text made here
    try:
        yield f"{server.rpartition('/')[0]}/{name}"
    finally:
        with psycopg.connect(server, autocommit=True) as connection:
            connection.execute(f"DROP DATABASE {name} WITH (FORCE)")  # type: ignore[call-overload]


class Trial:
    """One upgrade of a database with so many meters."""

    def __init__(self, url: str, folder: Path, meters: int) -> None:
        self.url, self.meters = url, meters
        env = {name: value for name, value in os.environ.items() if not name.startswith(("TEST_", "PYTEST", "CELERY"))}
        env |= {"DATABASE_URL": url, "DATA_DIR": str(folder / "data"), "DJANGO_SETTINGS_MODULE": "portal.settings"}
        env |= {"JOB_SWEEP_SECONDS": "1"}
        (folder / "old").mkdir()
        check_out(base(), folder / "old")
        self.log = folder / "log"
        self.old, self.new = Version(folder / "old", env, self.log), Version(ROOT, env, self.log)
        self.seconds: dict[str, float] = {}

    def prepare(self) -> None:
        """The old version's database, with meters and somebody who has signed in."""
        self.old.run("migrate", "--verbosity", "0")
        self.old.run("seed_catalogue", "--verbosity", "0")
        self.old.run("collectstatic", "--no-input", "--verbosity", "0")
        self.old.run("demo_signins", "--ensure", "--quiet")
        self.old.run("generate_meters", str(self.meters))
        self.session = self.old.run("shell", "--no-imports", "-c", _SIGN_IN).split()[-1]
        self.key = self.old.run("create_api_key", "--partner", "acme", "--name", "upgrade").strip()
        with psycopg.connect(self.url, autocommit=True) as connection:
            connection.execute("VACUUM ANALYZE")

    def partner(self, version: Version, name: str) -> Partner:
        return Partner(version.port, session=self.session, key=self.key, name=name, state_of=self.state_of)

    def state_of(self, upload: str) -> str:
        with psycopg.connect(self.url, autocommit=True) as connection:
            row = connection.execute("SELECT state FROM onboarding_upload WHERE id = %s", [upload]).fetchone()
        return str(row[0]) if row else ""

    def columns(self) -> dict[str, bool]:
        """Each column as table.column, and whether an INSERT may leave it out."""
        with psycopg.connect(self.url, autocommit=True) as connection:
            return dict(connection.execute(_COLUMNS).fetchall())

    def migrate(self) -> None:
        """This version's migrate, with the seconds of each migration."""
        began = time.monotonic()
        for name, seconds in _APPLIED.findall(self.new.run("migrate", "--verbosity", "2")):
            self.seconds[name] = float(seconds)
        self.seconds["all of migrate"] = round(time.monotonic() - began, 3)

    def upgrade(self) -> dict[str, Any]:
        """Migrate under the old version's traffic, then let the new version take over."""
        old, watch = Traffic(), LockWatch(self.url)
        self.old.serve()
        _wait_for(self.old.port)
        reader, writer = self.partner(self.old, "reader"), self.partner(self.old, "writer")
        old.rounds(writer, (*READING, *WRITING))
        assert not old.wrong, f"before the upgrade: {old.wrong}; {self.said()}"
        before = self.columns()
        watch.start()
        old.go_on(reader, READING)
        old.go_on(writer, WRITING)
        time.sleep(3)
        self.migrate()
        watch.stop()
        after, columns = time.time(), self.columns()
        old.stop()
        old.rounds(writer, (*READING, *WRITING))
        self.old.stop()
        new = self._go_on(reader, writer)
        written = json.loads(self._look().splitlines()[-1])
        if old.wrong or new.wrong:
            print(self.log.read_text(), file=sys.stderr)
        return {
            "meters": self.meters,
            "old": _counts(old, after),
            "new": _counts(new, 0),
            "written": written,
            "columns_that_old_code_misses": sorted(before.keys() - columns.keys()),
            "columns_that_old_code_cannot_fill": _not_filled(before, columns),
            "longest_wait_s": round(watch.longest_wait, 3),
            "waited_for": f"{watch.waited_for}: {watch.waiting}",
            "meters_unreadable_s": watch.locked_seconds(METER, STOPS_READING),
            "meters_unwritable_s": watch.locked_seconds(METER, STOPS_WRITING + STOPS_READING),
            "most_unreadable_s": watch.most_locked(STOPS_READING),
            "most_unwritable_s": watch.most_locked(STOPS_WRITING),
            "migrations_s": self.seconds,
        }

    def _go_on(self, reader: Partner, writer: Partner) -> Traffic:
        """The new version's web first, then its worker; it is asked for what the old one wrote."""
        new = Traffic()
        self.new.run("collectstatic", "--no-input", "--verbosity", "0")
        self.new.serve()
        _wait_for(self.new.port)
        for partner in (reader, writer):
            partner.address = f"http://localhost:{self.new.port}"
        new.rounds(writer, ("lists_meters", "finds_by_reference", "finds_by_address", "finds_what_was_written"))
        self.new.run("seed_catalogue", "--verbosity", "0")
        new.rounds(writer, ("confirms_what_was_staged", "opens_a_meter", "reads_by_api"))
        self._until_finished()
        new.rounds(writer, ("lists_meters", "finds_by_reference", "finds_by_address", "finds_what_was_written"))
        self.new.stop()
        return new

    def _until_finished(self) -> None:
        """Wait until the new version's worker has done what the upgrade left to it."""
        began = time.monotonic()
        while self._steps_done() < STEPS:
            assert time.monotonic() < began + 1800, "the upgrade's jobs do not end"
            time.sleep(0.5)
        self.seconds["jobs afterwards"] = round(time.monotonic() - began, 3)

    def _steps_done(self) -> int:
        with psycopg.connect(self.url, autocommit=True) as connection:
            row = connection.execute("SELECT count(*) FROM portal_upgradestep").fetchone()
        return int(row[0]) if row else 0

    def _look(self) -> str:
        command = [sys.executable, "-m", "tests.upgrades.look", "written"]
        done = subprocess.run(command, env=self.new.env, cwd=ROOT, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        return done.stdout

    def said(self) -> str:
        return f"the processes said: {self.log.read_text()[-4000:]}"

    def end(self) -> None:
        self.old.stop()
        self.new.stop()


def _counts(traffic: Traffic, after: float) -> dict[str, Any]:
    """How often each action was answered, how often wrongly, and how slowly; some of the wrong answers in words."""
    wrong = traffic.wrong
    return {
        "actions": len(traffic.answers),
        "after_migrate": sum(answer.began > after for answer in traffic.answers) if after else 0,
        "wrong": dict(Counter(answer.action for answer in wrong)),
        "slowest_s": _slowest(traffic),
        "in_words": [answer.wrong[:600] for answer in {answer.action: answer for answer in wrong}.values()],
    }


def _not_filled(before: dict[str, bool], after: dict[str, bool]) -> list[str]:
    """The new columns of old tables that an INSERT must name."""
    tables = {column.partition(".")[0] for column in before}
    new = (column for column in after.keys() - before.keys() if column.partition(".")[0] in tables)
    return sorted(column for column in new if not after[column])


def _slowest(traffic: Traffic) -> dict[str, float]:
    slowest: dict[str, float] = {}
    for answer in traffic.answers:
        slowest[answer.action] = max(slowest.get(answer.action, 0), round(answer.seconds, 2))
    return slowest


def _wait_for(port: int) -> None:
    import requests

    for _ in range(300):
        try:
            if requests.get(f"http://localhost:{port}/healthz", timeout=5).status_code < 500:
                return
        except requests.RequestException:
            time.sleep(0.2)
    raise AssertionError("the web server does not answer")


def run(meters: int, server: str) -> dict[str, Any]:
    """The whole trial; what it found."""
    with tempfile.TemporaryDirectory() as folder, new_database(server) as url:
        trial = Trial(url, Path(folder), meters)
        try:
            trial.prepare()
            return trial.upgrade()
        except AssertionError:
            print(trial.said() if trial.log.exists() else "", file=sys.stderr)
            raise
        finally:
            trial.end()


if __name__ == "__main__":
    print(json.dumps(run(int(sys.argv[1]), os.environ.get("TEST_DATABASE_URL") or LOCAL), indent=2))
