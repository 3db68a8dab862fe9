"""The one counter: exactly as many as the limit are admitted, however many ask at once."""

import os
import sqlite3
import subprocess
import sys
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import time_machine
from django.db import connection

from portal.security.limits import drop_ended, within_limit
from portal.security.models import LimitCount
from tests.database import ROOT, url_of

MINUTE = timedelta(minutes=1)
NOON = datetime(2026, 12, 1, 12, tzinfo=UTC)


@pytest.mark.django_db
def test_as_many_as_the_limit_are_admitted():
    answers = [within_limit("test", "10.0.0.1", most=3, per=MINUTE) for _ in range(5)]

    assert answers == [True, True, True, False, False]


@pytest.mark.django_db
def test_each_limit_and_each_key_has_a_count_of_its_own():
    within_limit("test", "10.0.0.1", most=1, per=MINUTE)

    assert within_limit("test", "10.0.0.2", most=1, per=MINUTE)
    assert within_limit("other", "10.0.0.1", most=1, per=MINUTE)
    assert not within_limit("test", "10.0.0.1", most=1, per=MINUTE)


@pytest.mark.django_db
def test_window_begins_anew_once_it_has_ended_and_refusals_do_not_prolong_it():
    with time_machine.travel(NOON, tick=False) as clock:
        answers = [within_limit("test", "key", most=1, per=MINUTE)]
        for seconds in (59, 1, 59, 1):
            clock.shift(timedelta(seconds=seconds))
            answers.append(within_limit("test", "key", most=1, per=MINUTE))

    assert answers == [True, False, True, False, True]


@pytest.mark.django_db
def test_key_is_not_stored():
    within_limit("sign-up", "203.0.113.77", most=1, per=MINUTE)

    assert "203.0.113.77" not in str(LimitCount.objects.values().get())


@pytest.mark.django_db
def test_ended_windows_are_dropped():
    with time_machine.travel(NOON, tick=False) as clock:
        within_limit("test", "short", most=1, per=MINUTE)
        within_limit("test", "long", most=1, per=60 * MINUTE)
        clock.shift(MINUTE)

        assert drop_ended() == 1

    assert LimitCount.objects.count() == 1


ASK = """
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
import django
django.setup()
from portal.security.limits import within_limit

def ask(_):
    return sum(within_limit("at once", "key", most=60, per=timedelta(hours=1)) for _ in range(15))

with ThreadPoolExecutor(3) as pool:
    print(sum(pool.map(ask, range(3))))
"""


@pytest.fixture
def shared_database(tmp_path: Path) -> str:
    """The address of a database with the table, which other processes can open: SQLite's own is in this memory."""
    if connection.vendor == "postgresql":
        return url_of(connection.settings_dict["NAME"])
    columns = "digest varchar(64) PRIMARY KEY, count bigint NOT NULL, ends_at datetime NOT NULL"
    with closing(sqlite3.connect(tmp_path / "shared.sqlite3")) as made:
        made.execute(f"CREATE TABLE portal_limitcount ({columns})")
    return f"sqlite:///{tmp_path / 'shared.sqlite3'}"


@pytest.mark.django_db(transaction=True)
def test_processes_and_threads_at_once_are_admitted_exactly_up_to_the_limit(shared_database, tmp_path):
    changes = {"DATABASE_URL": shared_database, "DATA_DIR": str(tmp_path), "DJANGO_SETTINGS_MODULE": "portal.settings"}
    asking = [
        subprocess.Popen([sys.executable, "-c", ASK], env={**os.environ, **changes}, stdout=subprocess.PIPE, cwd=ROOT)
        for _ in range(4)
    ]

    admitted = [int(process.communicate(timeout=120)[0]) for process in asking]

    assert sum(admitted) == 60
