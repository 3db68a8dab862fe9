"""Real workers are killed and stopped in the middle of their work; every row must end up written exactly once.

CHAOS_SEEDS, CHAOS_KILLS and CHAOS_ROWS make a longer campaign, such as 5, 20 and 40000.
"""

import os
import random
import signal
import time

import pytest

from .world import World, check_everything_once

pytestmark = [pytest.mark.chaos, pytest.mark.timeout(900)]
SEEDS = int(os.environ.get("CHAOS_SEEDS", "1"))
KILLS = int(os.environ.get("CHAOS_KILLS", "8"))
ROWS = int(os.environ.get("CHAOS_ROWS", "20000"))


@pytest.mark.parametrize("number", range(SEEDS))
def test_worker_killed_again_and_again_writes_every_row_once(world: World, number: int) -> None:
    seed = int(os.environ.get("CHAOS_SEED") or random.randrange(10**6)) + number
    print("CHAOS_SEED", seed)
    chance = random.Random(seed)
    world.env |= {"JOB_CHUNK_ROWS": "200", "JOB_COMMIT_ROWS": "200"}
    pk = world.act("send", str(ROWS))
    worker = world.start_worker()
    hits = 0

    def kill_at(what: str, share: float) -> None:
        """Not before there is progress: three claims without any are an end that is meant."""
        nonlocal worker, hits
        world.until_count(what, min(max(int(ROWS * share), world.count(what) + 1), ROWS))
        time.sleep(chance.random() * 0.1)
        running = world.ask("SELECT count(*) FROM portal_job WHERE state = 'running'")
        world.kill(worker)
        hits += bool(running)
        worker = world.start_worker()

    for share in sorted(chance.random() * 0.8 for _ in range(KILLS // 2)):
        kill_at("rows", share)
    staged = world.wait_for(pk, "ready")
    assert (staged["counts"], staged["staged"]) == ({"create": ROWS, "rows": ROWS}, ROWS)
    world.act("confirm", pk)
    for share in sorted(chance.random() * 0.8 for _ in range(KILLS - KILLS // 2)):
        kill_at("meters", share)
    done = world.wait_for(pk, "done")

    check_everything_once(done, ROWS)
    print(f"seed {seed}: {hits} of {KILLS} kills hit a running job, {world.claims()} claims")
    assert hits > KILLS // 2, "hardly a kill hit the work; the test proved nothing"
    assert world.claims() >= hits


def test_worker_stopped_past_its_lease_writes_nothing_more(world: World, chance: random.Random) -> None:
    rows = 6_000
    pk = world.act("send", str(rows))
    first = world.start_worker(name="first", concurrency=1)

    def stopped_past_its_lease(what: str) -> None:
        """Stop whoever works until another worker has taken its job over; then let it go on."""
        for _ in range(8):
            world.until_count(what, world.count(what) + 1)
            time.sleep(chance.random() * 0.2)
            claims, stopped = world.claims(), world.workers[0]
            world.signal(stopped, signal.SIGSTOP)
            second = world.start_worker(name=f"next{claims}", concurrency=1)
            until = time.monotonic() + 12
            while world.claims() == claims and time.monotonic() < until:
                time.sleep(0.1)
            taken = world.claims() > claims
            world.signal(stopped, signal.SIGCONT)
            if taken:
                return
            world.kill(second)  # stopped while it held the database's lock: nobody could take over, so again
        raise AssertionError(f"nobody could ever be stopped between two chunks; {world.said()}")

    stopped_past_its_lease("rows")
    world.wait_for(pk, "ready")
    world.kill_all()
    world.act("confirm", pk)
    first = world.start_worker(name="third", concurrency=1)
    assert first in world.workers
    stopped_past_its_lease("meters")
    done = world.wait_for(pk, "done")

    check_everything_once(done, rows)
    assert "lease lost" in world.log.read_text()


def test_same_file_and_same_click_twenty_times_at_once_have_one_effect(world: World) -> None:
    seen = world.act("storm", "20")

    assert seen == {"new": 1, "uploads": 1, "files": 1, "confirmed": 1, "meters": 50}
