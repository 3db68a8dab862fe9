"""A real Celery worker is killed in the middle of its work; every row must end up written exactly once."""

import json
import os
import random
import signal
import subprocess
import sys
import time
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest

pytestmark = [pytest.mark.chaos, pytest.mark.timeout(400)]
ROWS = 20_000
KILLS = 3
ROOT = Path(__file__).resolve().parents[2]


class World:
    """One database, one broker, and the workers that this test starts and kills."""

    def __init__(self, env: dict[str, str], log: Path) -> None:
        self.env, self.log = env, log
        self.worker: subprocess.Popen[bytes] | None = None

    def act(self, *words: str) -> Any:
        done = subprocess.run(
            [sys.executable, "-m", "tests.chaos.act", *words], env=self.env, cwd=ROOT, capture_output=True, check=False
        )
        assert done.returncode == 0, done.stderr.decode()[-2000:]
        return json.loads(done.stdout.splitlines()[-1])

    def start_worker(self) -> None:
        command = [sys.executable, "-m", "celery", "-A", "portal", "worker", "--beat", "--concurrency", "2"]
        command += ["--loglevel", "WARNING", "--without-gossip", "--without-mingle", "--without-heartbeat"]
        with self.log.open("ab") as log:
            self.worker = subprocess.Popen(
                command, env=self.env, cwd=ROOT, stdout=log, stderr=log, start_new_session=True
            )

    def kill_worker(self) -> None:
        """SIGKILL to the worker and everything it started: nobody gets to say goodbye."""
        assert self.worker
        os.killpg(self.worker.pid, signal.SIGKILL)
        self.worker.wait()

    def wait_for(self, pk: str, *states: str, seconds: float = 120) -> dict[str, Any]:
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            found = self.act("state", pk)
            if found["state"] in states:
                return dict(found)
            time.sleep(0.5)
        raise AssertionError(f"still {found} after {seconds} s; the worker said: {self.log.read_text()[-3000:]}")


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    name = f"chaos_{uuid.uuid4().hex[:12]}"
    env = {**os.environ, "DATA_DIR": str(tmp_path / "data"), "DJANGO_SETTINGS_MODULE": "portal.settings"}
    env |= {"JOB_LEASE_SECONDS": "3", "JOB_SWEEP_SECONDS": "1", "JOB_CHUNK_ROWS": "200", "CELERY_QUEUE": name}
    env.pop("DATABASE_URL", None)
    server = os.environ.get("TEST_DATABASE_URL")
    if server:
        with psycopg.connect(server, autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name}")
        env["DATABASE_URL"] = server.rpartition("/")[0] + f"/{name}"
    if os.environ.get("TEST_BROKER_URL"):
        env["CELERY_BROKER_URL"] = os.environ["TEST_BROKER_URL"]
    found = World(env, tmp_path / "worker.log")
    yield found
    if found.worker and found.worker.poll() is None:
        found.kill_worker()
    if server:
        with psycopg.connect(server, autocommit=True) as connection:
            connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


def test_worker_killed_again_and_again_writes_every_row_once(world: World) -> None:
    seed = random.randrange(10**6)
    print("seed", seed)
    chance = random.Random(seed)
    world.act("prepare")
    pk = world.act("send", str(ROWS))

    world.start_worker()
    world.act("until", "rows", str(chance.randrange(1, ROWS // 2)))
    world.kill_worker()
    world.start_worker()
    staged = world.wait_for(pk, "ready")
    assert staged["counts"] == {"create": ROWS, "rows": ROWS}
    assert staged["staged"] == ROWS

    world.act("confirm", pk)
    for reached in sorted(chance.sample(range(1, ROWS * 3 // 4), KILLS)):
        world.act("until", "meters", str(reached))
        world.kill_worker()
        world.start_worker()

    done = world.wait_for(pk, "done")
    assert {key: done[key] for key in ("meters", "references", "events")} == {
        "meters": ROWS,
        "references": ROWS,
        "events": ROWS,
    }
    assert done["counts"]["METER_CREATED"] == ROWS
    assert done["claims"] > 1, "no kill hit the work; the test proved nothing"


def test_same_file_and_same_click_twenty_times_at_once_have_one_effect(world: World) -> None:
    world.act("prepare")

    seen = world.act("storm", "20")

    assert seen == {"new": 1, "uploads": 1, "files": 1, "confirmed": 1, "meters": 50}
