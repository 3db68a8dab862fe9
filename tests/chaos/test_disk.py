"""No room: while a file is stored, while its rows are staged, while they are written. Then there is room again."""

import random
import re
import time

import pytest

from .conftest import Disk, Prepared
from .ledger import Injury
from .world import Cluster, World

pytestmark = [pytest.mark.chaos, pytest.mark.timeout(900)]
ROWS = 6_000
FULL = re.compile(r"disk is full|could not extend file|No space left on device|could not write init file")
KIB = 1024
ROOM = 1024 * KIB


def test_file_that_finds_no_room_is_refused_and_leaves_nothing(world: World) -> None:
    answer = world.act("send_to_a_full_disk", "2000")
    files = [path for path in (world.data / "files").rglob("*") if path.is_file()]
    pk = world.act("send", "2000")

    assert (answer, files) == ("FILE_NOT_STORED", [])
    world.start_worker()
    world.wait_for(pk, "ready")
    world.act("confirm", pk)
    world.check_everything_once(world.wait_for(pk, "done"), 2000)


def test_file_that_finds_no_room_on_its_disk_is_refused_and_leaves_nothing(world: World, disk: Disk) -> None:
    files = world.data / "files"
    files.mkdir(parents=True, exist_ok=True)
    (files / "uploads").symlink_to(disk.path)
    disk.fill(leave=200 * KIB)

    assert world.act("send", "2000") == "FILE_NOT_STORED"
    left = [path.name for path in disk.path.rglob("*") if path.is_file()]
    disk.empty()
    pk = world.act("send", "200")

    assert left == ["ballast"]
    assert len(pk) == 36


def see_the_full_disk(world: World, disk: Disk, pk: str, what: str, state: str) -> None:
    """Wait until the work has met the full disk, look at what the partner sees, make room again."""
    world.until(lambda: bool(FULL.search(world.log.read_text())), seconds=90, why="work that met the full disk")
    time.sleep(10)  # longer than three attempts would have lasted; one of them may have found a last bit of room
    assert world.status(pk) == state
    assert world.count(what) < ROWS, "it was done before the disk was full; the test proved nothing"
    disk.empty()
    world.note(Injury.FULL)
    world.log.write_text("")


def through_a_full_disk(world: World, disk: Disk, chance: random.Random) -> None:
    """There is room to begin, and never enough to end: the disk runs full however fast the work is."""
    room = chance.randint(ROOM, ROOM * 5 // 4)
    world.env |= {"JOB_CHUNK_ROWS": "200", "JOB_COMMIT_ROWS": "200", "JOB_FAULT_SECONDS": "2"}
    pk = world.act("send", str(ROWS))
    disk.fill(leave=room)
    world.start_worker()
    see_the_full_disk(world, disk, pk, "rows", "checking")
    world.wait_for(pk, "ready")

    disk.fill(leave=room)
    world.act("confirm", pk)
    see_the_full_disk(world, disk, pk, "meters", "committing")
    done = world.wait_for(pk, "done")

    world.check_everything_once(done, ROWS)
    assert (done["problem"], done["failures"]) == ("", [])


def test_sqlite_on_a_full_disk_goes_on_when_there_is_room(
    world: World, disk: Disk, prepared: Prepared, chance: random.Random
) -> None:
    if world.is_postgres:
        pytest.skip("the disk of SQLite is filled in the run on SQLite only")
    world.move_to(disk.path / "data", prepared.file)

    through_a_full_disk(world, disk, chance)


def test_postgres_on_a_full_disk_goes_on_when_there_is_room(
    fragile: World, cluster: Cluster, disk: Disk, chance: random.Random
) -> None:
    tables = disk.path / "tables"
    cluster.make_folder(tables)
    fragile.env["DATABASE_URL"] = cluster.database_on(tables)
    fragile.act("prepare")

    through_a_full_disk(fragile, disk, chance)
