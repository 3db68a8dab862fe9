"""Delivering events to 50 receivers that answer in 20 ms: ours beside a peer and beside the floor.

python -m tests.bench.webhooks CONTESTANT DELIVERIES (ours, hanging, peer, floor), with the database in DATABASE_URL or
an empty data directory in DATA_DIR. Prints one line of JSON: deliveries, the seconds until the last one arrived, and
how many a second that is. The receivers are one process of their own.

- ours: events of the log, fanned out, signed, sent in order, each attempt logged with request and answer;
- hanging: the same while 10 of the 50 receivers never answer, which are not counted;
- the peer, django-webhook: its task for each delivery in 8 threads, each with its row, without the cost of a broker;
- the floor: 50 threads that post with requests over connections that are kept; no signature, no database.
"""

import asyncio
import json
import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

RECEIVERS, PARTNERS, HANGING = 50, 5, 10
ANSWERS_IN = 0.02
BODY = {"thing": "364be407-1f08-48fa-afd2-ee1dd228b76b", "transmission_region": "CAISO", "meter_type": "DEVICE"}


async def receive(port: int) -> None:
    """Answer every POST, but at /hang; a GET tells how many came, and when the last one did."""
    seen: set[bytes] = set()
    times: list[float] = []

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while True:
                head = await reader.readuntil(b"\r\n\r\n")
                length = next(
                    (int(line[15:]) for line in head.lower().split(b"\r\n") if line[:15] == b"content-length:"), 0
                )
                body = await reader.readexactly(length)
                text, status = b"", b"200 OK"
                if head.startswith(b"GET"):
                    report = {"count": len(times), "distinct": len(seen), "last": max(times, default=0.0)}
                    text = json.dumps(report).encode()
                elif b" /hang" in head.partition(b"\r\n")[0]:
                    await asyncio.sleep(10.5)
                    status = b"410 Gone"
                else:
                    await asyncio.sleep(ANSWERS_IN)
                    times.append(time.time())
                    seen.add(head.partition(b"\r\n")[0] + body)
                writer.write(b"HTTP/1.1 %s\r\nContent-Length: %d\r\n\r\n" % (status, len(text)) + text)
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            writer.close()

    server = await asyncio.start_server(talk, "127.0.0.1", port, backlog=256)
    await server.serve_forever()


@contextmanager
def receiving() -> Iterator[str]:
    """The address of the process with the receivers."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    running = subprocess.Popen([sys.executable, "-m", "tests.bench.webhooks", "receive", str(port)])
    try:
        for _ in range(200):
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(0.05)
        yield f"http://127.0.0.1:{port}"
    finally:
        running.terminate()
        running.wait()


def report(base: str, began: float) -> dict[str, Any]:
    with urllib.request.urlopen(f"{base}/report") as answer:
        told = json.load(answer)
    assert told["count"] == told["distinct"], told
    seconds = told["last"] - began
    return {"deliveries": told["count"], "seconds": round(seconds, 2), "per_s": round(told["count"] / seconds, 1)}


def floor(base: str, count: int) -> dict[str, Any]:
    import requests

    def post(number: int) -> None:
        with requests.Session() as session:
            for n in range(count // RECEIVERS):
                session.post(f"{base}/{number}", json={"webhook_event_id": n, "payload": BODY}).raise_for_status()

    began = time.time()
    with ThreadPoolExecutor(RECEIVERS) as pool:
        list(pool.map(post, range(RECEIVERS)))
    return report(base, began)


def peer(base: str, count: int) -> dict[str, Any]:
    os.environ["DJANGO_SETTINGS_MODULE"] = "tests.bench.peer_settings"
    import django

    django.setup()
    from django.core.management import call_command
    from django.db import connection
    from django_webhook.models import Webhook, WebhookSecret
    from django_webhook.tasks import fire_webhook

    call_command("migrate", verbosity=0)
    hooks = [Webhook.objects.create(url=f"{base}/{number}") for number in range(RECEIVERS)]
    WebhookSecret.objects.bulk_create(WebhookSecret(webhook=hook, token="s" * 32) for hook in hooks)

    def fire(number: int) -> None:
        payload = json.dumps({"webhook_event_id": number, "payload": BODY})
        fire_webhook.run(hooks[number % RECEIVERS].pk, payload, topic="thing", object_type="thing")

    began = time.time()
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(fire, range(count // RECEIVERS * RECEIVERS)))
    connection.close()
    return report(base, began)


def ours(base: str, count: int, *, hanging: int = 0) -> dict[str, Any]:
    os.environ["WEBHOOKS_ALLOW_LOOPBACK"] = "1"
    import django

    django.setup()
    from django.core.management import call_command

    from portal.events import published
    from portal.events.actors import Actor
    from portal.events.domain import record_many
    from portal.events.relay import publish_settled
    from portal.jobs.domain import run_next
    from portal.partners.models import Partner
    from portal.webhooks.domain import create_endpoint, wake_delivery

    call_command("migrate", verbosity=0)
    by = Actor.system()
    made = published.EventType("thing.made", "", ("thing.made",), lambda events: {one.pk: BODY for one in events}, {})
    published.register(made)
    partners = [Partner.objects.create(name=f"Bench {n}", slug=f"bench-{n}") for n in range(PARTNERS)]
    publish_settled()
    for number in range(RECEIVERS):
        url = f"{base}/hang" if number < hanging else f"{base}/{number}"
        create_endpoint(partners[number % PARTNERS], receiver_url=url, event_types=["thing.made"], by=by)
    for partner in partners:
        things = (("thing.made", str(n), {}) for n in range(count // RECEIVERS))
        record_many("thing", things, partner=partner, by=by)
    began = time.time()
    publish_settled()
    wake_delivery()
    while run_next():
        pass
    return report(base, began)


def main(contestant: str, count: int) -> None:
    with receiving() as base:
        if contestant == "hanging":
            measured = ours(base, count, hanging=HANGING)
        else:
            measured = {"ours": ours, "peer": peer, "floor": floor}[contestant](base, count)
    print(json.dumps(measured))


if __name__ == "__main__":
    if sys.argv[1] == "receive":
        asyncio.run(receive(int(sys.argv[2])))
    else:
        main(sys.argv[1], int(sys.argv[2]))
