"""The database crashes, the broker is killed, or there was never one: late perhaps, but everything once."""

import random
import time

import pytest

from tests.ports import free_port

from .conftest import Broker
from .ledger import Injury
from .world import Cluster, World

pytestmark = [pytest.mark.chaos, pytest.mark.timeout(900)]


def test_database_that_crashes_while_rows_are_staged_and_written(
    fragile: World, cluster: Cluster, chance: random.Random
) -> None:
    rows = 12_000
    fragile.env |= {"JOB_CHUNK_ROWS": "200", "JOB_COMMIT_ROWS": "200"}
    fragile.act("prepare")
    pk = fragile.act("send", str(rows))
    fragile.start_worker()

    fragile.until_count("rows", chance.randrange(1, rows // 2))
    assert fragile.status(pk) == "checking"
    cluster.crash()
    fragile.note(Injury.CRASHED)
    fragile.wait_for(pk, "ready")
    fragile.act("confirm", pk)
    fragile.until_count("meters", chance.randrange(1, rows // 4))
    cluster.crash()
    fragile.note(Injury.CRASHED)
    fragile.until_count("meters", fragile.count("meters") + 1)
    assert fragile.status(pk) == "committing", "the second crash came too late to prove anything"
    cluster.crash()
    fragile.note(Injury.CRASHED)

    fragile.check_everything_once(fragile.wait_for(pk, "done"), rows)


def test_broker_killed_with_work_queued_loses_none_of_it(world: World, broker: Broker, chance: random.Random) -> None:
    world.env["CELERY_BROKER_URL"] = broker.url
    pks = [world.act("send", "300", str(1 + 300 * number)) for number in range(3)]
    broker.kill()  # with three wake-ups that nobody has taken yet
    broker.start()
    world.note(Injury.NO_BROKER)

    world.start_worker()
    for pk in pks:
        world.wait_for(pk, "ready")
    broker.kill()
    world.act("confirm", *pks)  # nobody can be woken now
    time.sleep(1 + 2 * chance.random())
    broker.start()
    world.note(Injury.NO_BROKER)
    uploads = [world.wait_for(pk, "done") for pk in pks]

    world.check_rows_once(uploads[-1], 900)
    assert [one["counts"]["METER_CREATED"] for one in uploads] == [300, 300, 300]


def test_sender_without_a_broker_is_not_kept_waiting_and_the_sweep_finds_the_work(world: World) -> None:
    nowhere = f"redis://127.0.0.1:{free_port()}/0"

    began = time.monotonic()
    pk = world.act("send", "500", CELERY_BROKER_URL=nowhere)
    lasted = time.monotonic() - began
    began = time.monotonic()
    world.act("state", pk)  # how long a process takes that asks no broker
    usual = time.monotonic() - began
    world.start_worker()
    world.wait_for(pk, "ready")
    world.act("confirm", pk, CELERY_BROKER_URL=nowhere)

    world.check_everything_once(world.wait_for(pk, "done"), 500)
    assert lasted < max(15, 3 * usual)


def test_work_is_done_with_no_broker_anywhere(world: World) -> None:
    world.env["CELERY_BROKER_URL"] = f"redis://127.0.0.1:{free_port()}/0"
    pk = world.act("send", "500")

    world.start("manage.py", "work")
    world.wait_for(pk, "ready")
    world.act("confirm", pk)

    world.check_everything_once(world.wait_for(pk, "done"), 500)


def test_periodic_work_is_done_with_no_broker_anywhere(world: World) -> None:
    world.env["CELERY_BROKER_URL"] = f"redis://127.0.0.1:{free_port()}/0"
    begun = "SELECT count(*) FROM portal_periodicrun WHERE last_started_at IS NOT NULL"
    every = world.ask(begun)
    world.act("send", "300")
    world.act("make_periodic_work_due")
    sealed = world.ask("SELECT coalesce(max(last_id), 0) FROM portal_seal")

    world.start("manage.py", "work")

    world.until(lambda: world.ask(begun) == every, seconds=60, why="all of it begun once")
    world.until(lambda: world.ask("SELECT max(last_id) FROM portal_seal") > sealed, seconds=60, why="the log is sealed")
