"""Workers are killed while they read and store a file of interval data; every row must end up stored exactly once."""

import random
import time

import pytest

from .world import World

pytestmark = [pytest.mark.chaos, pytest.mark.timeout(600)]
METERS, DAYS = 100, 10
ROWS = METERS * DAYS * 96


def test_worker_killed_while_it_stores_intervals_stores_each_once(world: World) -> None:
    seed = random.randrange(10**6)
    print("seed", seed)
    chance = random.Random(seed)
    world.env |= {"JOB_INTERVAL_ROWS": "500"}
    pk = world.act("send_intervals", str(METERS), str(DAYS))

    worker = world.start_worker()
    world.until(lambda: world.claims() > 0, seconds=60, why="the file is being read")
    time.sleep(0.3 + chance.random())
    world.kill(worker)  # in the middle of reading, as a rule
    hits = 0
    for share in sorted(chance.random() * 0.8 for _ in range(4)):
        worker = world.start_worker()
        world.until_count("intervals", min(max(int(ROWS * share), world.count("intervals") + 1), ROWS))
        time.sleep(chance.random() * 0.05)
        hits += bool(world.ask("SELECT count(*) FROM portal_job WHERE state = 'running'"))
        world.kill(worker)
    world.start_worker()
    world.until(lambda: world.act("intervals", pk)["state"] == "COMPLETED", seconds=120, why="COMPLETED")

    done = world.act("intervals", pk)
    assert done["counts"] == {"good": ROWS, "stored": ROWS, "new": ROWS, "changed": 0, "same": 0}
    wanted = sum((slot * 37 + number * 101) % 1999 for slot in range(DAYS * 96) for number in range(METERS)) / 1000
    assert (done["rows"], done["bits"], done["kwh"]) == (ROWS, ROWS, round(wanted, 3))
    assert (done["told"], done["left"]) == (1, [])
    assert hits >= 2, "hardly a kill hit the work; the test proved nothing"
