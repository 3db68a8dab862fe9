"""The clock of a host is set a day ahead or back while it works: nothing is lost, and nothing waits for that day."""

import random
from collections.abc import Callable
from functools import partial

import pytest

from tests.ports import free_port

from .conftest import Clock
from .ledger import Injury
from .world import World

pytestmark = [pytest.mark.chaos, pytest.mark.timeout(900)]
NOWHERE = f"redis://127.0.0.1:{free_port()}/0"  # who sends by it wakes no worker
ROWS, MORE = 2_000, 200
AS_TOLD_BY_THE_DATABASE = """
    SELECT count(*) FROM portal_event WHERE at < now() - interval '1 hour' OR at > now() + interval '1 minute'
"""


def test_clock_set_a_day_ahead_and_back_loses_nothing_and_holds_up_nothing(
    world: World, clocks: Callable[[], Clock], chance: random.Random
) -> None:
    clock = clocks()
    world.env |= {"JOB_CHUNK_ROWS": "200", "JOB_COMMIT_ROWS": "200"}
    if not world.is_postgres:
        world.env |= clock.env  # there is one host
    start = partial(world.start_worker, **clock.env)

    def set_clock(days: int) -> None:
        clock.set(days=days)
        world.note(Injury.CLOCK)

    pk = world.act("send", str(ROWS))
    worker = start()
    world.until_count("rows", chance.randrange(1, ROWS // 4))
    set_clock(1)
    world.until_count("rows", world.count("rows") + 400)  # renewed by now, the lease ends a day ahead of the true time
    world.kill(worker)
    set_clock(0)
    start()
    world.wait_for(pk, "ready")

    world.act("confirm", pk)
    world.until_count("meters", chance.randrange(1, ROWS // 4))
    set_clock(-1)  # of a worker that goes on, and whose beat was a day later before
    other = world.act("send", str(MORE), str(1 + ROWS), CELERY_BROKER_URL=NOWHERE)
    world.wait_for(other, "ready")
    set_clock(1)
    world.act("confirm", other, CELERY_BROKER_URL=NOWHERE)
    world.wait_for(pk, "done")

    world.check_rows_once(world.wait_for(other, "done"), ROWS + MORE)
    if world.is_postgres:
        assert world.ask(AS_TOLD_BY_THE_DATABASE) == 0


def test_hosts_whose_clocks_are_days_apart_share_the_work(
    world: World, clocks: Callable[[], Clock], chance: random.Random
) -> None:
    if not world.is_postgres:
        pytest.skip("SQLite has one host")
    world.env |= {"JOB_CHUNK_ROWS": "200", "JOB_COMMIT_ROWS": "200"}
    hosts = [clocks(), clocks()]
    workers = []
    for days, host in zip((-1, 1), hosts, strict=True):
        host.set(days=days)
        world.note(Injury.CLOCK)
        workers.append(world.start_worker(name=f"host{days}", concurrency=1, **host.env))
    slugs = ["acme", "borealis"]
    pks = [world.act("send", "2000", "1", slug) for slug in slugs]

    world.until_count("rows", chance.randrange(1, 1000))
    victim = chance.choice(workers)
    world.kill(victim)  # the other one goes on with what it left
    for pk in pks:
        world.wait_for(pk, "ready")
    world.act("confirm", *pks)
    states = [world.wait_for(pk, "done") for pk in pks]

    world.check_rows_once(states[-1], 4000)
    assert states[-1]["failures"] == []
    assert world.ask(AS_TOLD_BY_THE_DATABASE) == 0
