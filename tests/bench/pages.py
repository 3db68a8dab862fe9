"""The pages of a partner with a million meters, beside one with ten thousand, under a real web server.

python -m tests.bench.pages COUNT, with the database in DATABASE_URL and an empty data directory in DATA_DIR. Prints one
line of JSON: p95 and rate of the list with eight connections, the 18,000th page beside the first, p95 of searches.
"""

import http.client
import io
import json
import os
import random
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlencode

import django

django.setup()

from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY  # noqa: E402  Django first
from django.contrib.sessions.backends.db import SessionStore  # noqa: E402  Django first
from django.core.management import call_command  # noqa: E402  Django first
from django.db import connection  # noqa: E402  Django first

from onboarding.meters.models import Meter  # noqa: E402  Django first
from onboarding.portfolio.views import METERS_PER_PAGE  # noqa: E402  Django first
from portal.partners.models import Partner, User  # noqa: E402  Django first
from portal.web.pages import token_after  # noqa: E402  Django first

CONNECTIONS = 8
SECONDS = 15
SEARCHES = 60
DEEP_PAGE = 18_000
SEED = 20261124


def main(count: int) -> None:
    call_command("migrate", verbosity=0)
    call_command("collectstatic", interactive=False, verbosity=0)
    call_command("seed_catalogue", verbosity=0, stdout=io.StringIO())
    call_command("demo_signins", ensure=True, quiet=True)
    call_command("generate_meters", str(count), stdout=io.StringIO())
    call_command("generate_meters", str(count // 100), partner="borealis", stdout=io.StringIO())
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE" if connection.vendor == "postgresql" else "ANALYZE")
    cookie, token, texts = signed_in("user@acme.example"), deep_page(count), list(searched(count))
    with serving() as port:
        browser = Browser(port, cookie)
        first = [browser.get("/meters/") for _ in range(40)][10:]
        deep = [browser.get(f"/meters/?{urlencode({'page': token})}") for _ in range(40)][10:]
        searches = [browser.get(f"/meters/?{urlencode({'q': text})}") for text in texts]
        times, seconds = under_load(lambda: Browser(port, cookie), "/meters/")
    print(
        json.dumps(
            {
                "list_p95_ms": ms(p95(times)),
                "list_rps": round(len(times) / seconds, 1),
                "deep_page_ratio": round(median(deep) / median(first), 2),
                "search_p95_ms": ms(p95(searches)),
            }
        )
    )


def searched(count: int) -> Iterator[str]:
    """Parts of references, names, addresses and account numbers of meters drawn by chance; and what is nowhere."""
    chance = random.Random(SEED)
    partner = Partner.objects.get(slug="acme")
    for _ in range(SEARCHES):
        reference = f"gen-{chance.randrange(1, count + 1):08d}"
        meter = Meter.objects.get(partner=partner, partner_reference=reference)
        parts = [reference[-6:], meter.customer_name, meter.street, meter.account_number[2:8], meter.city[:5], "zzzyx"]
        yield chance.choice(parts)


def deep_page(count: int) -> str:
    """The token of the 18,000th page, or of the last of fewer meters."""
    before = min(DEEP_PAGE * METERS_PER_PAGE, count - METERS_PER_PAGE - 1)
    meter = Meter.objects.filter(partner__slug="acme").order_by("-pk")[before]
    return token_after(meter, sort="-pk")


def signed_in(email: str) -> str:
    """The session cookie of somebody who has signed in."""
    user = User.objects.get(email=email)
    session = SessionStore()
    session[SESSION_KEY] = str(user.pk)
    session[BACKEND_SESSION_KEY] = "allauth.account.auth_backends.AuthenticationBackend"
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    session.save()
    return f"sessionid={session.session_key}"


@contextmanager
def serving() -> Iterator[int]:
    """gunicorn as README.md starts it: a process for each of two cores, four threads each."""
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        port = int(listening.getsockname()[1])
    command = [sys.executable, "-m", "gunicorn", "portal.wsgi", "--bind", f"127.0.0.1:{port}"]
    command += ["--workers", "2", "--threads", "4", "--log-level", "error", "--no-control-socket"]
    server = subprocess.Popen(command, env=os.environ)
    try:
        for _ in range(100):
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(0.2)
        yield port
    finally:
        server.terminate()
        server.wait(20)


class Browser:
    """One connection that is kept open."""

    def __init__(self, port: int, cookie: str) -> None:
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        self._headers = {"Cookie": cookie, "Host": "localhost"}

    def get(self, path: str) -> float:
        """Seconds until the whole page is there."""
        began = time.perf_counter()
        self._connection.request("GET", path, headers=self._headers)
        answer = self._connection.getresponse()
        page = answer.read()
        assert answer.status == 200, (path, answer.status, page[:500])
        return time.perf_counter() - began


def under_load(connect: Callable[[], Browser], path: str) -> tuple[list[float], float]:
    """All connections at once, for a while: the seconds of each request, and how long it was in all."""
    times: list[float] = []

    def ask(until: float) -> None:
        browser = connect()
        while time.perf_counter() < until:
            times.append(browser.get(path))

    ask(time.perf_counter() + 2)  # warm
    times.clear()
    began = time.perf_counter()
    threads: list[Any] = [threading.Thread(target=ask, args=[began + SECONDS]) for _ in range(CONNECTIONS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return times, time.perf_counter() - began


def p95(times: list[float]) -> float:
    return sorted(times)[min(len(times) - 1, int(len(times) * 0.95))]


def median(times: list[float]) -> float:
    return sorted(times)[len(times) // 2]


def ms(seconds: float) -> float:
    return round(seconds * 1000, 1)


if __name__ == "__main__":
    main(int(sys.argv[1]))
