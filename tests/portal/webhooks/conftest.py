"""Things that are made, a receiver that is told, and the endpoint between them."""

from collections.abc import Callable, Iterator

import pytest

from portal.events import published
from portal.events.actors import Actor
from portal.events.domain import record_many
from portal.events.published import EventType
from portal.events.relay import publish_settled
from portal.partners.models import Partner
from portal.webhooks.domain import create_endpoint, wake_delivery
from portal.webhooks.models import WebhookEndpoint

from .receiver import Receiver, receiving

BY = Actor.system("Test")
MADE = EventType(
    "thing.made",
    "A thing was made.",
    ("thing.made",),
    lambda events: {event.pk: {"thing": event.subject_id, "n": event.data["n"]} for event in events},
    {"thing": "1", "n": 1},
)
ENDED = EventType(
    "thing.ended",
    "A thing ended.",
    ("thing.ended",),
    lambda events: {event.pk: {"thing": event.subject_id} for event in events},
    {"thing": "1"},
)


@pytest.fixture(autouse=True)
def _things(monkeypatch: pytest.MonkeyPatch, settings) -> None:
    monkeypatch.setattr(published, "_TYPES", {MADE.name: MADE, ENDED.name: ENDED})
    settings.WEBHOOKS_ALLOW_LOOPBACK = True


def make(partner: Partner, *things: str, verb: str = "thing.made") -> None:
    """Events about these things, published."""
    record_many("thing", ((verb, thing, {"n": n}) for n, thing in enumerate(things)), partner=partner, by=BY)
    publish_settled()


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as listening:
        yield listening


@pytest.fixture
def endpoint(acme: Partner, receiver: Receiver) -> WebhookEndpoint:
    return create_endpoint(acme, receiver_url=receiver.url, event_types=["thing.made"], by=BY)


@pytest.fixture
def deliver(run_jobs: Callable[[], int]) -> Callable[[], int]:
    """Do all that is due, as a worker would."""

    def run() -> int:
        wake_delivery()
        return run_jobs()

    return run
