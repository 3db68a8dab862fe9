"""Events go on through an outage of their receiver and kills of the worker: each arrives, verified, none is missing.

CHAOS_EVENTS makes it longer.
"""

import os
import random
import threading
import time
from collections.abc import Iterator

import pytest
from standardwebhooks.webhooks import Webhook

from tests.portal.webhooks.receiver import Received, Receiver, receiving

from .world import World

pytestmark = [pytest.mark.chaos, pytest.mark.timeout(600)]
EVENTS = int(os.environ.get("CHAOS_EVENTS", "1000"))
IN_A_ROW = 25  # of one receiver, sent before the first of them is written down


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as listening:
        yield listening


class Verified:
    """The IDs of events that a receiver accepted, each verified as it came."""

    def __init__(self, secret: str) -> None:
        self.webhook, self.ids, self.meters = Webhook(secret), list[str](), set[str]()
        self.is_out = threading.Event()

    def answer(self, request: Received) -> int:
        event = self.webhook.verify(request.body, dict(request.headers))
        if self.is_out.is_set():
            return 503
        time.sleep(0.003)
        self.ids.append(event["webhook_event_id"])
        self.meters.add(event["payload"]["meter_id"])
        return 200


def test_events_arrive_through_an_outage_kills_and_restarts(
    world: World, receiver: Receiver, chance: random.Random
) -> None:
    world.env["WEBHOOKS_ALLOW_LOOPBACK"] = "1"
    verified = Verified(world.act("make_webhook", receiver.url))
    receiver.answer = verified.answer
    worker = world.start_worker()
    upload = world.act("send", str(EVENTS))
    world.wait_for(upload, "ready")
    world.act("confirm", upload)

    def until_arrived(share: float) -> None:
        world.until(lambda: len(verified.ids) >= share * EVENTS, seconds=120, why=f"{share} arrived")

    until_arrived(0.1 + chance.random() * 0.1)
    world.kill(worker)
    verified.is_out.set()
    worker = world.start_worker()
    failures = "SELECT failures FROM portal_webhookendpoint"
    world.until(lambda: int(world.ask(failures) or 0) >= 5, seconds=120, why="it is seen to fail")
    during = len(verified.ids)
    world.kill(worker)
    verified.is_out.clear()
    world.act("move_clock", "20")
    worker = world.start_worker()
    until_arrived(0.5 + chance.random() * 0.3)
    world.kill(worker)
    worker = world.start_worker()
    left = "SELECT count(*) FROM portal_webhookdelivery WHERE state <> 'delivered'"
    until_arrived(1)
    world.until(lambda: len(set(verified.ids)) == EVENTS and world.ask(left) == 0, seconds=120, why="all are delivered")

    assert during < EVENTS, "the outage came too late; the test proved nothing"
    assert len(verified.meters) == EVENTS == world.ask("SELECT count(*) FROM portal_webhookdelivery")
    assert len(verified.ids) - EVENTS <= 3 * IN_A_ROW
