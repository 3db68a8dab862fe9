"""ClickHouse is outside of the portal's transactions: what was begun and not finished there counts for nothing."""

import contextlib
import time
from collections.abc import Callable
from contextlib import ExitStack
from io import StringIO
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from django.core.management import CommandError, call_command
from django.db import transaction
from django.test import Client

from onboarding.intervals import checks as interval_checks
from onboarding.intervals.keeping import remove_forgotten_intervals
from onboarding.intervals.store import Put, interval_store
from onboarding.intervals.store.clickhouse import TABLE, ClickhouseStore
from onboarding.intervals.store.models import Interval, IntervalErasure, IntervalWrite
from onboarding.intervals.store.moving import move, pieces
from portal.jobs.faults import is_of_the_machine
from portal.operations import checks
from portal.partners.models import Partner
from portal.storage.clickhouse import ClickhouseAway, address_of, clickhouse_of
from tests.clickhouse import SERVER, clickhouse_server
from tests.onboarding.enrollment.meters import make_meter
from tests.onboarding.intervals.data import series_of
from tests.onboarding.intervals.test_store import JANUARY, NAN, kept, put, rows
from tests.ports import free_port

pytestmark = pytest.mark.django_db
AWAY = "clickhouse://portal:secret@127.0.0.1:{port}/default"
on_each_clickhouse = pytest.mark.parametrize("each_store", ["chdb", SERVER], indirect=True)


class Killed(Exception):
    """Stands for a process that ends in the middle."""


@pytest.fixture
def store(each_store: str) -> ClickhouseStore:
    chosen = interval_store()
    assert isinstance(chosen, ClickhouseStore)
    return chosen


@pytest.fixture
def series(acme: Partner, each_store: str) -> list[int]:
    """Two series of a partner whose intervals are in the database's own table."""
    numbers = [series_of(make_meter(acme, programs=[], reference=f"m-{number}")).pk for number in range(2)]
    tables = interval_store().tables  # type: ignore[attr-defined]  # it is the one in ClickHouse
    tables.prepare(JANUARY, JANUARY + 1440)
    for number in numbers:
        tables.put(rows(*((slot, slot / 7) for slot in range(96)), series=number), minutes=15, source=5)
    return numbers


def killed_after(act: Callable[[], object]) -> None:
    """Do it in a transaction that never ends."""
    with contextlib.suppress(Killed), transaction.atomic():
        act()
        raise Killed


def wait_until(is_done: Callable[[], bool]) -> None:
    """A server removes rows some time after it was told to."""
    ends_at = time.monotonic() + 60
    while not is_done():
        assert time.monotonic() < ends_at, "it did not happen within a minute"
        time.sleep(0.05)


def remove_forgotten() -> None:
    """The periodic work, until there is nothing left for it."""

    def is_done() -> bool:
        remove_forgotten_intervals()
        return not IntervalErasure.objects.exists()

    wait_until(is_done)


def in_clickhouse(url: str, series: int) -> int:
    """How many rows the server has of a series, of whatever version."""
    query = f"SELECT toInt64(count()) FROM {TABLE} WHERE series = {series} FORMAT RowBinary"
    return int.from_bytes(clickhouse_of(url).ask(query, server=0), "little")


@on_each_clickhouse
def test_what_a_killed_process_had_sent_is_not_read_and_stored_once_by_the_next(store: ClickhouseStore) -> None:
    put(rows((0, 1.0), series=11))
    killed_after(lambda: put(rows((0, 9.0), (1, 2.0), series=11), source=8))
    assert kept(11) == [(0, 1.0, 7)]

    again = put(rows((0, 9.0), (1, 2.0), series=11), source=8)

    assert again == Put(new=1, changed=1)
    assert kept(11) == [(0, 9.0, 8), (15, 2.0, 8)]
    (correction,) = store.corrections([11], limit=10)
    assert (correction.net, correction.source, correction.replaced_by) == (1.0, 7, 8)


@on_each_clickhouse
def test_a_correction_that_was_taken_back_does_not_come_to_be_with_a_later_one(store: ClickhouseStore) -> None:
    put(rows((0, 1.0), (1, 1.0), series=12))
    killed_after(lambda: put(rows((0, 9.0), series=12), source=8))

    put(rows((1, 5.0), series=12), source=9)

    assert kept(12) == [(0, 1.0, 7), (15, 5.0, 9)]


@on_each_clickhouse
def test_numbers_come_back_with_the_same_bits(store: ClickhouseStore) -> None:
    wanted = [5e-324, 1.7976931348623157e308, 0.1 + 0.2, -0.0, float(2**53 + 2)]

    put(rows(*enumerate(wanted), series=13))

    assert store.read([13], 0, 2**31 - 1)["net"].tobytes() == np.array(wanted).tobytes()


@on_each_clickhouse
def test_what_is_forgotten_is_removed_from_the_servers_with_what_never_came_to_be(
    store: ClickhouseStore, settings: Any
) -> None:
    put(rows((0, 1.0), series=14))
    put(rows((0, 1.0), series=15))
    killed_after(lambda: put(rows((1, 2.0), series=14)))
    assert in_clickhouse(settings.INTERVAL_STORE_URL, 14) == 2

    store.forget([14])
    remove_forgotten()

    assert in_clickhouse(settings.INTERVAL_STORE_URL, 14) == 0
    assert kept(15) == [(0, 1.0, 7)]


@on_each_clickhouse
def test_a_series_is_forgotten_at_once_and_can_begin_anew(store: ClickhouseStore) -> None:
    put(rows((0, 1.0), (1, 2.0), series=16))

    store.forget([16])

    assert kept(16) == []
    assert put(rows((0, 3.0), series=16)) == Put(new=1)
    remove_forgotten()
    assert kept(16) == [(0, 3.0, 7)]


@on_each_clickhouse
def test_intervals_that_a_server_lost_are_stored_again_by_whoever_sends_them(
    store: ClickhouseStore, settings: Any
) -> None:
    put(rows((0, 1.0), (1, 2.0), series=17))
    clickhouse_of(settings.INTERVAL_STORE_URL).ask(f"ALTER TABLE {TABLE} DELETE WHERE series = 17", server=0)
    wait_until(lambda: not in_clickhouse(settings.INTERVAL_STORE_URL, 17))

    put(rows((0, 1.0), (1, 2.0), series=17))

    assert kept(17) == [(0, 1.0, 7), (15, 2.0, 7)]


@on_each_clickhouse
def test_the_energy_of_days_is_that_of_the_database(store: ClickhouseStore) -> None:
    data = rows((0, 1.0), (1, NAN, 0.25, 2.0, 1), (2, NAN, NAN, 3.0, -1), (40, 1.5), (96, 7.0), series=18)
    store.tables.prepare(JANUARY, JANUARY + 2000)
    store.tables.insert(data)
    expected = store.tables.daily(18, JANUARY, JANUARY + 3000, offset=-300)
    put(rows((200, 1.0), series=18))

    assert store.daily(18, JANUARY, JANUARY + 2900, offset=-300) == expected
    assert store.daily(19, JANUARY, JANUARY + 2900, offset=-300) == []


# --- moving


@on_each_clickhouse
def test_intervals_of_the_database_are_read_and_corrected_before_they_are_moved(
    store: ClickhouseStore, series: list[int]
) -> None:
    assert put(rows((0, 0.0), (1, 9.0), series=series[0]), source=8) == Put(same=1, changed=1)
    assert kept(series[0])[:3] == [(0, 0.0, 5), (15, 9.0, 8), (30, 2 / 7, 5)]


@on_each_clickhouse
@pytest.mark.parametrize("removing", [False, True])
def test_moving_is_told_in_words_and_repeating_it_sends_nothing(
    store: ClickhouseStore, series: list[int], removing: bool
) -> None:
    put(rows((1, 9.0), series=series[0]), source=8)
    before = store.read(series, 0, 2**31 - 1)
    options = ["--remove"] if removing else []
    told, again = StringIO(), StringIO()

    call_command("move_intervals", *options, stdout=told)
    call_command("move_intervals", *options, stdout=again)

    words = "All 192 intervals are in ClickHouse: 191 were sent now, 1 were there, 1 of these corrected there"
    assert words in told.getvalue()
    assert ("are in ClickHouse: 0 were sent now" in again.getvalue()) != removing
    assert Interval.objects.filter(series__in=series).exists() != removing
    assert str(store.read(series, 0, 2**31 - 1).tolist()) == str(before.tolist())


@on_each_clickhouse
def test_moving_that_was_killed_is_finished_by_the_next(
    store: ClickhouseStore, series: list[int], settings: Any
) -> None:
    before = store.read(series, 0, 2**31 - 1)
    (first, second) = pieces(1)
    move(store, *first, removing=False)
    killed_after(lambda: move(store, *second, removing=False))

    told = StringIO()
    call_command("move_intervals", "--remove", "--series", "1", stdout=told)

    assert "All 192 intervals are in ClickHouse: 96 were sent now, 96 were there" in told.getvalue()
    assert str(store.read(series, 0, 2**31 - 1).tolist()) == str(before.tolist())
    assert not Interval.objects.filter(series__in=series).exists()


@on_each_clickhouse
def test_intervals_go_back_as_last_corrected(store: ClickhouseStore, series: list[int], settings: Any) -> None:
    call_command("move_intervals", "--remove", stdout=StringIO())
    put(rows((1, 9.0), series=series[0]), source=8)
    before = str(store.read(series, 0, 2**31 - 1).tolist())

    told = StringIO()
    call_command("move_intervals", "--back", stdout=told)

    settings.INTERVAL_STORE_URL = ""
    assert "192 intervals were written into the database" in told.getvalue()
    assert str(interval_store().read(series, 0, 2**31 - 1).tolist()) == before
    assert not IntervalWrite.objects.exists()


def test_moving_needs_an_address(settings: Any) -> None:
    settings.INTERVAL_STORE_URL = ""
    with pytest.raises(CommandError, match="Set INTERVAL_STORE_URL"):
        call_command("move_intervals")


# --- servers


def test_series_are_shared_out_among_servers_and_one_that_is_added_changes_nothing(
    tmp_path: Path, settings: Any
) -> None:
    with ExitStack() as running:
        for name in ("first", "second"):
            (tmp_path / name).mkdir()
        urls = [running.enter_context(clickhouse_server(tmp_path / name)) for name in ("first", "second")]
        settings.INTERVAL_STORE_URL = urls[0]
        put(rows((0, 1.0), series=21))
        settings.INTERVAL_STORE_URL = urls[0].replace("/default", f",{address_of(urls[1]).servers[0][7:]}/default")
        for number in (20, 21):
            put(rows((0, 1.0), (1, 2.0), series=number))
        put(rows((0, 5.0), series=21), source=8)

        assert [kept(number) for number in (20, 21)] == [
            [(0, 1.0, 7), (15, 2.0, 7)],
            [(0, 5.0, 8), (15, 2.0, 7)],
        ]
        assert [in_clickhouse(url, 20) for url in urls] == [2, 0]
        assert [in_clickhouse(url, 21) for url in urls] == [1, 2]
        interval_store().forget([21])
        remove_forgotten()
        assert [in_clickhouse(url, 21) for url in urls] == [0, 0]


def test_a_server_that_does_not_answer_is_the_machines_fault(settings: Any, client: Client) -> None:
    settings.INTERVAL_STORE_URL = AWAY.format(port=free_port())

    with pytest.raises(ClickhouseAway) as raised:
        put(rows((0, 1.0)))

    assert is_of_the_machine(raised.value)
    (finding,) = checks.clickhouse(databases=["default"])
    assert finding.msg == "ClickHouse, which keeps interval data, does not answer (ClickhouseAway)."
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json()["missing"]) == (503, ["clickhouse"])


@on_each_clickhouse
def test_a_server_that_answers_is_no_finding(each_store: str, settings: Any) -> None:
    assert checks.clickhouse(databases=["default"]) == []
    put(rows((0, 1.0)))
    assert interval_checks.intervals(databases=["default"]) == []
    settings.INTERVAL_STORE_URL = ""
    (finding,) = interval_checks.intervals(databases=["default"])
    assert finding.hint == "Set INTERVAL_STORE_URL. To do without: manage.py move_intervals --back"


@on_each_clickhouse
def test_a_refusal_is_told_without_the_password(each_store: str, settings: Any) -> None:
    with pytest.raises(ClickhouseAway, match="ClickHouse refuses") as raised:
        clickhouse_of(settings.INTERVAL_STORE_URL).ask("SELECT nothing FROM nowhere", server=0)
    assert "secret" not in str(raised.value)


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("http://u:p@host/db", "it must be"),
        ("clickhouse://host/db", "it must be"),
        ("clickhouse://u:p@host", "it must be"),
        ("clickhouse://u:p@/db", "it lacks a host"),
        ("clickhouse://u:p@host:x/db", "its port must be a number"),
        ("clickhouse://u:p@host/db?ssl=1", "tls=0 or tls=1"),
        ("clickhouse://u:p@host:1,host:1/db", "a host twice"),
    ],
)
def test_addresses_that_are_none_say_why(url: str, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        address_of(url)


def test_an_address_names_servers_and_hides_the_password() -> None:
    address = address_of("clickhouse://u%40x:p%2Fw@one,[::1]:9/db?tls=1")
    assert address.servers == ("https://one:8443", "https://[::1]:9")
    assert (address.database, address.user, address.password) == ("db", "u@x", "p/w")
    assert "p/w" not in repr(address)
