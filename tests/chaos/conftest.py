"""Worlds to be hurt, and the servers and disks that only such a test would take down."""

import os
import random
import shutil
import sqlite3
import struct
import subprocess
import sys
import tempfile
import uuid
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.database import SERVER, on_server, url_of
from tests.ports import free_port

from .world import PACE, Cluster, World


class Prepared(NamedTuple):
    """Where the database lies that worlds are copies of."""

    file: Path
    database: str


def _environment(tmp_path: Path) -> dict[str, str]:
    env = {**os.environ, **PACE, "DATA_DIR": str(tmp_path / "data"), "DJANGO_SETTINGS_MODULE": "portal.settings"}
    env["CELERY_QUEUE"] = f"chaos_{uuid.uuid4().hex[:12]}"
    env.pop("DATABASE_URL", None)
    if os.environ.get("TEST_BROKER_URL"):
        env["CELERY_BROKER_URL"] = os.environ["TEST_BROKER_URL"]
    return env


@pytest.fixture(scope="session")
def prepared(tmp_path_factory: pytest.TempPathFactory, template: Path | str) -> Iterator[Prepared]:
    """The catalogue and two partners, made once: each world begins with a copy of it."""
    folder = tmp_path_factory.mktemp("prepared")
    env = _environment(folder)
    world = World(env, folder)
    if isinstance(template, Path):
        world.move_to(folder / "data", template)
    else:
        on_server(f"CREATE DATABASE {env['CELERY_QUEUE']} TEMPLATE {template}")
        env["DATABASE_URL"] = url_of(env["CELERY_QUEUE"])
    world.act("prepare")
    world.end()
    if not SERVER:
        with closing(sqlite3.connect(folder / "data" / "portal.sqlite3")) as connection:
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    yield Prepared(folder / "data" / "portal.sqlite3", env["CELERY_QUEUE"])
    if SERVER:
        on_server(f"DROP DATABASE {env['CELERY_QUEUE']} WITH (FORCE)")


@pytest.fixture
def world(tmp_path: Path, prepared: Prepared) -> Iterator[World]:
    """A world on the database of this run of the suite: SQLite, or a new database on the PostgreSQL server."""
    env = _environment(tmp_path)
    name = env["CELERY_QUEUE"]
    if SERVER:
        on_server(f"CREATE DATABASE {name} TEMPLATE {prepared.database}")
        env["DATABASE_URL"] = url_of(name)
    own_world = World(env, tmp_path)
    if not SERVER:
        own_world.move_to(tmp_path / "data", prepared.file)
    yield own_world
    own_world.end()
    if SERVER:
        on_server(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture(params=range(int(os.environ.get("CHAOS_SEEDS", "1"))))
def chance(request: pytest.FixtureRequest) -> random.Random:
    """Chance with a seed that is shown when the test fails; CHAOS_SEED repeats it. CHAOS_SEEDS: of so many seeds."""
    seed = int(os.environ.get("CHAOS_SEED") or random.randrange(10**6)) + request.param
    print("CHAOS_SEED", seed - request.param)
    return random.Random(seed)


class Clock:
    """The clock of a machine: that of each process that is started with `env`. It begins with the real time."""

    def __init__(self, library: Path, file: Path) -> None:
        self._file = file
        self.set(days=0)
        self.env = {"LD_PRELOAD": str(library), "CHAOS_CLOCK": str(file)}

    def set(self, *, days: int) -> None:
        """To so many days ahead of the real time, at once; below zero is behind it."""
        with self._file.open("r+b" if self._file.exists() else "xb") as file:
            file.write(struct.pack("q", days * 86_400))


@pytest.fixture
def clocks(tmp_path: Path) -> Callable[[], Clock]:
    """Makes clocks of machines."""
    if not sys.platform.startswith("linux") or shutil.which("cc") is None:
        pytest.skip("a clock of a process's own needs Linux and a C compiler: apt-get install gcc libc6-dev")
    library = tmp_path / "jumping_clock.so"
    source = Path(__file__).with_name("jumping_clock.c")
    subprocess.run(["cc", "-shared", "-fPIC", "-O1", "-Wall", "-Werror", "-o", library, source], check=True)
    return lambda: Clock(library, tmp_path / f"clock-{uuid.uuid4().hex}")


@pytest.fixture
def cluster() -> Iterator[Cluster]:
    """A PostgreSQL server of the test's own; the machine's is never touched."""
    if not SERVER:
        pytest.skip("a PostgreSQL server is crashed in the run on PostgreSQL only")
    if not list(Path("/usr/lib/postgresql").glob("*/bin/initdb")):
        pytest.skip("no initdb below /usr/lib/postgresql: a PostgreSQL server of the test's own cannot be made")
    folder = Path(tempfile.mkdtemp(prefix="chaos-pg-"))  # tmp_path is closed to the user postgres
    started = Cluster(folder)
    started.start()
    yield started
    started.stop()
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def fragile(tmp_path: Path, cluster: Cluster) -> Iterator[World]:
    """A world on that server; nothing is prepared."""
    own_world = World({**_environment(tmp_path), "DATABASE_URL": cluster.url}, tmp_path)
    yield own_world
    own_world.end()


class Broker:
    """A Redis of the test's own that keeps nothing."""

    def __init__(self, folder: Path, *, address: str = "127.0.0.1") -> None:
        self.folder, self.address, self.port = folder, address, free_port()
        self.process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"redis://{self.address}:{self.port}/0"

    def start(self) -> None:
        words = ["redis-server", "--port", str(self.port), "--bind", self.address, "--protected-mode", "no"]
        words += ["--save", "", "--appendonly", "no"]
        self.process = subprocess.Popen([*words, "--dir", str(self.folder)], stdout=subprocess.DEVNULL)

    def kill(self) -> None:
        if self.process:
            self.process.kill()
            self.process.wait()
            self.process = None


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[Broker]:
    if shutil.which("redis-server") is None:
        pytest.skip("redis-server is not installed: no broker to kill")
    started = Broker(tmp_path)
    started.start()
    yield started
    started.kill()


class Disk:
    """A small file system in memory, to be filled up."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def fill(self, *, leave: int) -> None:
        """Leave so many bytes, also when somebody else is writing at the same time."""
        with (self.path / "ballast").open("wb") as file:
            size = 0
            for _ in range(20):
                disk = os.statvfs(self.path)
                more = disk.f_bavail * disk.f_frsize - leave
                if more <= 0:
                    return
                try:
                    os.posix_fallocate(file.fileno(), size, more)
                    size += more
                except OSError:
                    continue  # there was less by then

    def empty(self) -> None:
        (self.path / "ballast").unlink()


@pytest.fixture
def disk() -> Iterator[Disk]:
    folder = Path(tempfile.mkdtemp(prefix="chaos-disk-"))
    mount = ["mount", "-t", "tmpfs", "-o", "size=400m", "tmpfs", str(folder)]
    if subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("no file system may be mounted here: a full disk cannot be made")
    folder.chmod(0o777)
    yield Disk(folder)
    subprocess.run(["umount", "--lazy", str(folder)], check=True)
    folder.rmdir()
