"""While the database takes no writes: what only reads works, what writes says so in words, and nothing is changed."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from django.conf import settings
from django.core.cache import caches
from django.db import connection
from django.test import Client
from django.urls import reverse

from portal.partners.models import ApiKey, Partner, User
from portal.security.models import LimitCount
from tests import builders
from tests.test_urls import ROUTES

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("catalogue")]
# Customers' pages count who looks at them, and begin what customers do.
COUNTED = {"/connect/", "/connect/mine/", "/connect/pair/", "/connect/return/"}
ClientOf = Callable[[User], Client]
SAID = {"error": "The portal is read-only for a short time. Nothing was changed. Try again in a few minutes."}


@contextmanager
def read_only() -> Iterator[None]:
    """The database refuses writes as a standby does."""
    on, off = {
        "postgresql": ("SET default_transaction_read_only = on", "SET default_transaction_read_only = off"),
        "sqlite": ("PRAGMA query_only = on", "PRAGMA query_only = off"),
    }[connection.vendor]
    with connection.cursor() as cursor:
        cursor.execute(on)
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute(off)


def lasting(client: Client) -> Client:
    """A client that answers errors instead of raising them."""
    client.raise_request_exception = False
    return client


def pages() -> list[str]:
    """The addresses without a parameter that can be asked for with GET."""
    return sorted(reverse(name) for name, (_, method, arguments) in ROUTES.items() if method == "get" and not arguments)


def files() -> set[Path]:
    return set(Path(settings.MEDIA_ROOT).rglob("*.*"))


def test_every_page_that_can_be_read_is_shown(manager: User, client_of: ClientOf) -> None:
    client = lasting(client_of(manager))
    writable = {path: client.get(path).status_code for path in pages()}
    caches["process"].clear()  # so that the session is to be seen again

    with read_only():
        shown = {path: client.get(path).status_code for path in pages()}

    assert len([path for path, status in writable.items() if status == 200]) > 30
    assert {path: status for path, status in shown.items() if status != writable[path]} == dict.fromkeys(COUNTED, 503)


def test_what_writes_says_so_and_changes_nothing(acme: Partner, manager: User, client_of: ClientOf) -> None:
    client = lasting(client_of(manager))
    sent = {"time_zone": "America/Denver", "requires_two_factor": ""}

    with read_only():
        answer = client.post("/people/rules/", sent)
        signing_in = lasting(Client()).post("/accounts/login/", {"login": manager.email, "password": "x"})

    assert (answer.status_code, answer["Retry-After"], signing_in.status_code) == (503, "120", 503)
    assert "<h1>We can’t save anything right now</h1>" in answer.content.decode()
    assert "Nothing was changed" in answer.content.decode()
    assert client.post("/people/rules/", sent).status_code == 302  # the same goes through afterwards
    acme.refresh_from_db()
    assert acme.time_zone == "America/Denver"


def test_programs_read_and_are_told_why_they_cannot_write(api_key: tuple[ApiKey, str]) -> None:
    headers = {"Authorization": f"Bearer {api_key[1]}"}
    client = lasting(Client(headers=headers))
    before = files()

    with read_only():
        reading = client.get("/v1.1/jobs/meters")
        job = {"assets": [builders.asset(1)]}
        writing = client.post("/v1.1/jobs/meters", job, content_type="application/json")
        unknown = lasting(Client(headers={"Authorization": "Bearer lpk_live_x"})).get("/v1.1/jobs/meters")

    assert (reading.status_code, unknown.status_code) == (200, 401)
    assert (writing.status_code, writing["Retry-After"], writing.json()["details"]) == (503, "120", SAID)
    assert files() == before
    assert LimitCount.objects.count() == 0
