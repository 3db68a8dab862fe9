"""The background writer: in order, one at a time, and no error is lost."""

import gc
import threading

import pytest
from django.db import connection

from portal.jobs.throughput import background_writer, collecting_by_hand


@pytest.mark.django_db
def test_inside_a_transaction_it_is_done_at_once() -> None:
    done: list[str] = []

    with background_writer() as writer:
        writer.do(lambda: done.append(threading.current_thread().name))
        assert done == [threading.current_thread().name]


@pytest.mark.django_db(transaction=True)
def test_things_are_done_in_order_and_errors_come_back() -> None:
    done: list[int] = []

    def fail() -> None:
        raise LookupError("told")

    def work() -> None:
        with background_writer() as writer:
            for number in range(5):
                writer.do(lambda number=number: done.append(number))
            writer.do(fail)

    with pytest.raises(LookupError, match="told"):
        work()

    assert done == [0, 1, 2, 3, 4]
    if connection.vendor == "postgresql":
        assert "background-writer" not in {thread.name.split("_")[0] for thread in threading.enumerate()}


def test_collector_runs_as_before_afterwards() -> None:
    with collecting_by_hand() as collect:
        assert not gc.isenabled()
        collect()

    assert gc.isenabled()
    assert gc.get_freeze_count() == 0
