"""The demo's clock: one time for every process and page, and what happens when it is moved."""

import json
import os
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from io import StringIO

import pytest
import time_machine
from django.core.management import CommandError, call_command
from django.db import connection
from django.db.backends.signals import connection_created

from portal import clock as portal_clock
from portal.events.actors import Actor
from portal.events.domain import record
from portal.events.models import Event
from portal.jobs.models import PeriodicRun
from portal.jobs.periodic import run_periodic_tasks
from portal.web import clock
from tests.database import ROOT

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 11, 29, 12, tzinfo=UTC)


@pytest.fixture(autouse=True)
def noon(settings, tmp_path):
    """A data directory of its own, and a real time that does not move."""
    settings.DATA_DIR = tmp_path
    with time_machine.travel(NOON, tick=False):
        yield tmp_path / "demo_clock.json"


def test_clock_shows_the_real_time_until_it_is_moved():
    assert clock.now() == NOON
    assert clock.move(days=2, hours=3) == NOON + timedelta(days=2, hours=3)
    assert clock.move(days=1) == clock.now() == NOON + timedelta(days=3, hours=3)
    assert clock.set_offset(timedelta()) == clock.now() == NOON


def test_time_is_the_database_server_s_whatever_this_machine_shows(settings, monkeypatch):
    monkeypatch.setattr(portal_clock, "_asked", None)
    before = clock.real_now()
    settings.CLOCK_OF_DATABASE = True
    connection_created.send(sender=None, connection=connection)
    with connection.cursor() as cursor:
        cursor.execute("SELECT CURRENT_TIMESTAMP")
        [server] = cursor.fetchone()
    later = time_machine.travel(NOON + timedelta(days=1), tick=False)

    with later:
        after = clock.real_now()

    assert before == NOON
    if connection.vendor == "postgresql":
        assert abs(after - server) < timedelta(minutes=10)  # the server has its own time, which began with this test
    else:
        assert after == NOON + timedelta(days=1)  # SQLite is on this machine


@pytest.mark.parametrize(
    "text",
    [
        *("", "{", "[]", "5", "\x00", '{"offset": 5}', '{"offset_seconds": null}', '{"offset_seconds": "soon"}'),
        *('{"offset_seconds": -5}', '{"offset_seconds": 1e300}', '{"offset_seconds": 99999999999}'),
    ],
)
def test_broken_file_is_no_offset(noon, text):
    noon.write_text(text)

    assert clock.now() == NOON


def test_file_that_another_process_changes_counts_at_once(noon):
    clock.move(days=1)

    noon.write_text(json.dumps({"offset_seconds": 7200}))

    assert clock.now() == NOON + timedelta(hours=2)


@pytest.mark.parametrize(("days", "hours"), [(0, 0), (-1, 0), (0, -5), (4000, 0)])
def test_clock_moves_forward_only_and_not_out_of_sight(days, hours):
    with pytest.raises(ValueError, match="demo clock"):
        clock.move(days=days, hours=hours)

    assert clock.now() == NOON


def test_production_has_no_other_time(settings):
    clock.move(days=2)
    settings.DEMO = False

    assert clock.now() == NOON
    with pytest.raises(RuntimeError):
        clock.move(days=1)


@pytest.mark.parametrize(
    ("ahead", "text"),
    [
        ({"days": 2}, "2 days"),
        ({"days": 1, "hours": 1}, "1 day 1 hour"),
        ({"hours": 5, "minutes": 59}, "5 hours"),
        ({"seconds": 5}, "less than an hour"),
    ],
)
def test_offset_is_said_in_days_and_hours(ahead, text):
    assert clock.offset_text(timedelta(**ahead)) == text


def command(*words: str) -> str:
    out = StringIO()
    call_command("demo_clock", *words, stdout=out)
    return out.getvalue()


def test_command_moves_resets_and_prints_the_time():
    assert command() == "2026-11-29 12:00 UTC (the real time)\n"
    assert command("--days", "2") == "2026-12-01 12:00 UTC (2 days ahead)\n"
    assert command("--hours", "1") == "2026-12-01 13:00 UTC (2 days 1 hour ahead)\n"
    assert command("--reset") == "2026-11-29 12:00 UTC (the real time)\n"


@pytest.mark.parametrize(
    ("is_demo", "days", "words"), [(True, "-1", "moves forward only"), (False, "1", "in demo mode only")]
)
def test_command_says_why_it_does_not_move(settings, is_demo, days, words):
    settings.DEMO = is_demo

    with pytest.raises(CommandError, match=words):
        command("--days", days)


def test_every_process_has_the_same_time(noon):
    clock.move(days=9)
    changes = {"DATA_DIR": str(noon.parent), "DJANGO_SETTINGS_MODULE": "portal.settings"}
    code = "import django; django.setup(); from portal.web import clock; print(clock.offset().days)"

    printed = subprocess.run(
        [sys.executable, "-c", code], env={**os.environ, **changes}, cwd=ROOT, capture_output=True, check=True
    )

    assert printed.stdout == b"9\n"


@pytest.mark.parametrize("path", ["/", "/meters/", "/accounts/login/"])
def test_every_page_says_when_the_clock_is_ahead(client, client_of, manager, path):
    asking = client if path == "/accounts/login/" else client_of(manager)
    before = asking.get(path).content.decode()

    clock.move(days=2)
    after = asking.get(path).content.decode()

    assert "Demo clock" not in before
    assert "Demo clock: 2 days ahead (Tue, Dec 1, 2026)" in after
    assert ("Move clock ahead 1 day" in after) == (asking is not client)


def test_admin_says_so_too(client_of, staff):
    clock.move(days=1)

    assert "Demo clock: 1 day ahead" in client_of(staff).get("/admin/").content.decode()


def test_person_moves_the_clock_and_resets_it(client_of, user):
    asking = client_of(user)

    there = asking.post("/demo-clock/", {"move": "day", "next": "/meters/"})
    moved = clock.now()
    elsewhere = asking.post("/demo-clock/", {"move": "reset", "next": "https://elsewhere.example/"})

    assert (there.url, elsewhere.url) == ("/meters/", "/")
    assert (moved, clock.now()) == (NOON + timedelta(days=1), NOON)


def test_only_a_person_who_is_signed_in_moves_it(client):
    assert client.post("/demo-clock/", {"move": "day"}).url.startswith("/accounts/login/")
    assert clock.now() == NOON


@pytest.mark.parametrize("method", ["get", "post"])
def test_production_has_no_such_page(settings, client, client_of, manager, method):
    settings.DEMO = False

    for asking in (client, client_of(manager)):
        assert getattr(asking, method)("/demo-clock/", {"move": "day"}).status_code == 404


def test_events_follow_the_clock(acme):
    clock.move(days=2)

    record("partner.rules_changed", subject=acme, partner=acme, by=Actor.system("Test"))

    assert Event.objects.get().at == NOON + timedelta(days=2)


def test_periodic_work_is_due_once_the_clock_has_moved():
    run_periodic_tasks()
    before = set(PeriodicRun.objects.values_list("last_started_at", flat=True))

    clock.move(days=1)

    assert None not in before
    assert set(PeriodicRun.objects.values_list("last_started_at", flat=True)) == {None}
