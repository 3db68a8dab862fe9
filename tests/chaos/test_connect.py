"""Workers and the utility are killed while data is fetched; every usage point must end up as one meter, told once."""

import random
import signal
import time
from collections.abc import Callable

import pytest

from tests.demo_utility import DemoUtility
from tests.ports import free_port

from .world import World

pytestmark = [pytest.mark.chaos, pytest.mark.timeout(600)]
CUSTOMERS = 12


def test_worker_and_utility_killed_in_the_middle_make_every_meter_once(world: World, chance: random.Random) -> None:
    demo = DemoUtility(world.data, f"http://127.0.0.1:{free_port()}")
    demo.start()
    try:
        names = [f"customer-{number}" for number in range(CUSTOMERS)]
        assert world.act("authorize", demo.base_url, demo.portal_url, *names) == CUSTOMERS
        worker, hits = world.start_worker(), 0
        for share in (0.15, 0.4, 0.6):
            world.until_count("meters", max(int(CUSTOMERS * share), world.count("meters") + 1))
            time.sleep(chance.random() * 0.3)
            hits += bool(world.ask("SELECT count(*) FROM portal_job WHERE state = 'running'"))
            world.kill(worker)
            worker = world.start_worker()
        demo.stop(signal.SIGKILL)
        time.sleep(2)
        demo.start()
        world.until(_all_received(world), seconds=120, why="all data is there")
    finally:
        demo.stop()

    outcome = world.act("connected")
    meters = outcome["meters"]
    assert outcome == {
        "received": CUSTOMERS,
        "points": meters,
        "usage_points": meters,
        "meters": meters,
        "events": meters,
        "told": meters,
        "authorized": meters,
        "consents": CUSTOMERS,
        "notes": meters,
        "ended": 0,
    }
    assert meters >= CUSTOMERS
    assert hits, "no kill hit the work; the test proved nothing"


def _all_received(world: World) -> Callable[[], bool]:
    def is_so() -> bool:
        received = world.ask("SELECT count(*) FROM onboarding_authorization WHERE data_state = 'RECEIVED'")
        if received == CUSTOMERS:
            return True
        world.act("ask_utilities_again")
        time.sleep(1)
        return False

    return is_so
