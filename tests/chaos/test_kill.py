"""Real workers are killed and stopped in the middle of their work; every row must end up written exactly once.

CHAOS_SEEDS, CHAOS_KILLS and CHAOS_ROWS make a longer campaign, such as 5, 20 and 40000.
"""

import os
import random
import signal
import time

import pytest

from .ledger import Injury
from .world import World

KILLS = int(os.environ.get("CHAOS_KILLS", "8"))
pytestmark = [pytest.mark.chaos, pytest.mark.timeout(300 + 75 * KILLS)]
ROWS = int(os.environ.get("CHAOS_ROWS", "20000"))
WITHIN = """
    SELECT 1 FROM pg_stat_activity JOIN pg_locks USING (pid)
    WHERE datname = current_database() AND state = 'idle in transaction'
    AND relation = 'portal_job'::regclass AND mode = 'RowShareLock' LIMIT 1
"""


def test_worker_killed_again_and_again_writes_every_row_once(world: World, chance: random.Random) -> None:
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
        world.note(Injury.KILLED)
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

    world.check_everything_once(done, ROWS)
    print(f"{hits} of {KILLS} kills hit a running job, {world.claims()} claims")
    assert hits > KILLS // 2, "hardly a kill hit the work; the test proved nothing"
    assert world.claims() >= hits


def test_worker_stopped_past_its_lease_writes_nothing_more(world: World, chance: random.Random) -> None:
    rows = 20_000
    world.env |= {"JOB_CHUNK_ROWS": "200", "JOB_COMMIT_ROWS": "200"}
    pk = world.act("send", str(rows))

    def stop_past_its_lease(name: str, what: str) -> None:
        """Stop a worker between two of its chunks until another has taken its job over; then let it go on."""
        stopped = world.start_worker(name=name, concurrency=1)
        world.until_count(what, 1)
        for _ in range(50):
            time.sleep(chance.random() * 0.05)
            world.signal(stopped, signal.SIGSTOP)
            if world.is_running_unlocked():
                break
            world.signal(stopped, signal.SIGCONT)  # it holds the database's lock: nobody could take over
        assert world.count(what) < rows, "it was done before it was stopped; the test proved nothing"
        claims = world.claims()
        world.start_worker(name=f"after-{name}", concurrency=1)
        world.until(lambda: world.claims() > claims, seconds=60, why="another worker has taken the job over")
        world.signal(stopped, signal.SIGCONT)
        world.note(Injury.STOPPED)

    stop_past_its_lease("first", "rows")
    world.wait_for(pk, "ready")
    world.kill_all()
    world.act("confirm", pk)
    stop_past_its_lease("second", "meters")
    done = world.wait_for(pk, "done")

    world.check_everything_once(done, rows)
    world.until(lambda: world.log.read_text().count("lease lost") == 2, seconds=30, why="both stopped workers noticed")


def test_worker_stopped_in_the_middle_of_a_transaction_lets_go_what_it_locked(
    world: World, chance: random.Random
) -> None:
    if not world.is_postgres:
        pytest.skip("who holds the lock of SQLite is on the same machine, and everybody waits")
    rows = 40_000  # so many chunks that one of the tries meets a transaction
    world.env |= {"JOB_CHUNK_ROWS": "1000", "JOB_COMMIT_ROWS": "1000", "DATABASE_SILENT_SECONDS": "3"}
    pk = world.act("send", str(rows))
    stopped = world.start_worker(name="first", concurrency=1)
    world.until_count("rows", 1)

    def is_stopped_within() -> bool:
        """Whether the server sees a transaction of the stopped worker that waits for its next statement."""
        time.sleep(chance.random() * 0.05)
        world.signal(stopped, signal.SIGSTOP)
        if world.ask(WITHIN):
            return True
        world.signal(stopped, signal.SIGCONT)
        return False

    world.until(is_stopped_within, seconds=60, why="a worker stopped in its transaction")
    assert world.count("rows") < rows, "it was done before it was stopped; the test proved nothing"
    world.start_worker(name="second", concurrency=1)
    world.wait_for(pk, "ready")
    world.signal(stopped, signal.SIGCONT)
    world.note(Injury.STOPPED)
    world.act("confirm", pk)

    world.check_everything_once(world.wait_for(pk, "done"), rows)


def test_same_file_and_same_click_twenty_times_at_once_have_one_effect(world: World) -> None:
    seen = world.act("storm", "20")

    assert seen == {"new": 1, "uploads": 1, "files": 1, "confirmed": 1, "meters": 50}
