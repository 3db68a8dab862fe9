"""The stream of published events: in order, settled, each once, the same whenever it is read."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from django.db import connection, connections, transaction
from django.db.models import Q

from portal.events import published
from portal.events.actors import Actor
from portal.events.domain import record_many
from portal.events.models import Event, Horizon, Publication
from portal.events.published import (
    EventType,
    event_types,
    published_after,
    published_of,
    register,
    settled_to,
)
from portal.events.relay import publish_settled
from portal.partners.models import Partner

pytestmark = pytest.mark.django_db
BY = Actor.system("Test")
SHAPE = EventType(
    "thing.made",
    "A thing was made.",
    ("thing.made", "thing.mended"),
    lambda events: {event.pk: {"thing": event.subject_id} for event in events if event.data},
    {"thing": "1"},
    condition=~Q(subject_id="secret"),
)
only_postgresql = pytest.mark.skipif("postgres" not in connection.vendor, reason="SQLite has one writer at a time")


@pytest.fixture(autouse=True)
def _types(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(published, "_TYPES", {SHAPE.name: SHAPE})


def write(partner: Partner, *subjects: str, verb: str = "thing.made") -> list[int]:
    record_many("thing", ((verb, subject, {"n": 1}) for subject in subjects), partner=partner, by=BY)
    return list(Event.objects.order_by("pk").values_list("pk", flat=True))[-len(subjects) :]


def test_events_are_published_in_order_with_a_sequence_for_each_subject(acme: Partner) -> None:
    first, second, third = write(acme, "1", "2", "1")
    write(acme, "1", verb="thing.seen")
    publish_settled()
    (fourth,) = write(acme, "1", verb="thing.mended")
    publish_settled()

    events = published_after(0, limit=10)

    assert [(one.number, one.subject, one.sequence) for one in events] == [
        (first, "1", 1),
        (second, "2", 1),
        (third, "1", 2),
        (fourth, "1", 3),
    ]
    assert events[0].payload == {"webhook_event_type": "thing.made", "thing": "1"}
    assert {one.partner for one in events} == {acme.pk}


def test_nothing_is_published_before_it_is_settled(acme: Partner) -> None:
    (number,) = write(acme, "1")

    before, published = (settled_to(), published_after(0, limit=10)), publish_settled()

    assert before == (0, [])
    assert published == 1
    assert settled_to() == number


def test_reading_again_gives_the_same(acme: Partner) -> None:
    numbers = write(acme, "1", "2", "3")
    publish_settled()

    everything = published_after(0, limit=10)

    assert published_after(0, limit=2) + published_after(numbers[1], limit=2) == everything
    assert published_after(numbers[0], limit=10, until=numbers[1]) == everything[1:2]
    assert published_of([numbers[2], numbers[0], numbers[2] + 1]) == [everything[0], everything[2]]
    assert len({one.id for one in everything}) == 3


def test_partners_and_types_are_kept_apart(acme: Partner, borealis: Partner) -> None:
    write(acme, "1")
    (number,) = write(borealis, "1")
    publish_settled()

    (event,) = published_after(0, limit=10, partner=borealis.pk)

    assert (event.number, event.sequence) == (number, 1)
    assert published_after(0, limit=10, partner=borealis.pk, types=["thing.lost"]) == []
    assert published_of([number], partner=acme.pk) == []


def test_an_event_that_does_not_fulfil_the_condition_is_not_published_and_leaves_no_gap(acme: Partner) -> None:
    write(acme, "secret", "1", "secret", "1")
    publish_settled()

    assert [(one.subject, one.sequence) for one in published_after(0, limit=10)] == [("1", 1), ("1", 2)]


def test_a_page_of_events_of_which_nothing_can_be_told_any_more_is_passed_over(acme: Partner) -> None:
    numbers = write(acme, "1", "2", "3")
    publish_settled()
    Event.objects.filter(pk__in=numbers[:2]).update(data={})

    assert [one.number for one in published_after(0, limit=2)] == [numbers[2]]


def test_events_before_a_type_was_registered_are_not_published(acme: Partner) -> None:
    write(acme, "1", verb="thing.lost")
    publish_settled()
    register(EventType("thing.lost", "Lost.", ("thing.lost",), lambda events: {one.pk: {} for one in events}, {}))
    (number,) = write(acme, "1", verb="thing.lost")
    publish_settled()

    assert [(one.number, one.sequence) for one in published_after(0, limit=10)] == [(number, 1)]


def test_a_verb_has_one_type(acme: Partner) -> None:
    with pytest.raises(ValueError, match=r"thing\.made"):
        register(EventType("thing.built", "Built.", ("thing.made",), dict, {}))


def test_the_relay_takes_a_fixed_number_of_queries(
    acme: Partner, django_assert_num_queries: Callable[..., object]
) -> None:
    for count in (1, 3):
        write(acme, *map(str, range(count)))
        Horizon.objects.get_or_create(pk=1)
        with django_assert_num_queries(15):
            publish_settled()
        with django_assert_num_queries(2):
            publish_settled()
        with django_assert_num_queries(2):
            assert len(published_after(0, limit=10)) >= count


# --- open transactions


@contextmanager
def another_connection() -> Iterator[Callable[[Callable[[], object]], None]]:
    """Runs what it is given one after the other in a thread of its own, and so on a connection of its own."""
    calls: list[Callable[[], object] | None] = []
    wake, done = threading.Semaphore(0), threading.Semaphore(0)

    def work() -> None:
        while True:
            wake.acquire()
            if (call := calls.pop(0)) is None:
                connections.close_all()
                return
            call()
            done.release()

    def run(call: Callable[[], object]) -> None:
        calls.append(call)
        wake.release()
        assert done.acquire(timeout=10)

    thread = threading.Thread(target=work)
    thread.start()
    try:
        yield run
    finally:
        calls.append(None)
        wake.release()
        thread.join()


@only_postgresql
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("commits", [True, False])
def test_an_idle_writer_with_a_lower_number_is_waited_for(acme: Partner, commits: bool) -> None:
    with another_connection() as run:
        run(lambda: transaction.set_autocommit(False))
        run(lambda: write(acme, "slow"))
        write(acme, "fast")
        before = publish_settled(seconds=0.1), published_after(0, limit=10)
        run(transaction.commit if commits else transaction.rollback)
        write(acme, "later")
        publish_settled()

    subjects = [one.subject for one in published_after(0, limit=10)]
    assert before == (0, [])
    assert subjects == (["slow", "fast", "later"] if commits else ["fast", "later"])


@only_postgresql
@pytest.mark.django_db(transaction=True)
def test_a_writer_that_took_a_number_in_a_copy_that_goes_on_is_waited_for(acme: Partner) -> None:
    """It has no transaction ID before the first rows are written."""
    begun, go_on = threading.Event(), threading.Event()

    def happenings() -> Iterator[tuple[str, object, dict[str, object]]]:
        for n in range(2):
            yield "thing.made", f"copied {n}", {"n": n, "filler": "x" * 10_000}
            begun.set()
            assert go_on.wait(10)

    def copy() -> None:
        record_many("thing", happenings(), partner=acme, by=BY)
        connections.close_all()

    thread = threading.Thread(target=copy)
    thread.start()
    assert begun.wait(10)
    write(acme, "meanwhile")
    before = publish_settled(seconds=0.1)
    go_on.set()
    thread.join()
    publish_settled()

    assert before == 0
    assert sorted(one.subject for one in published_after(0, limit=10)) == ["copied 0", "copied 1", "meanwhile"]


@only_postgresql
@pytest.mark.django_db(transaction=True)
def test_a_long_reader_such_as_a_backup_delays_nothing(acme: Partner) -> None:
    with another_connection() as run:
        run(lambda: transaction.set_autocommit(False))
        run(lambda: connection.cursor().execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY"))
        run(lambda: list(Event.objects.all()))
        write(acme, "1")
        published = publish_settled(seconds=0.1)
        run(transaction.rollback)

    assert published == 1


@only_postgresql
@pytest.mark.django_db(transaction=True)
def test_writers_that_always_overlap_do_not_hold_the_relay_up(acme: Partner) -> None:
    with another_connection() as first, another_connection() as second:
        for run in (first, second):
            run(lambda: transaction.set_autocommit(False))
        first(lambda: write(acme, "1"))
        write(acme, "2")
        waited = publish_settled(seconds=0.1)
        second(lambda: write(acme, "3"))  # begins before the first ends
        first(transaction.commit)
        published = publish_settled(seconds=0.1)
        second(transaction.rollback)

    assert (waited, published) == (0, 2)


@only_postgresql
@pytest.mark.django_db(transaction=True)
def test_several_relays_at_once_publish_each_event_once(acme: Partner, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("portal.events.relay.EVENTS_AT_ONCE", 3)
    numbers = write(acme, *(str(n % 4) for n in range(40)))

    def relay() -> None:
        publish_settled()
        connections.close_all()

    threads = [threading.Thread(target=relay) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    publish_settled()

    assert list(Publication.objects.order_by("number").values_list("number", flat=True)) == numbers
    assert sorted(Publication.objects.values_list("subject", "sequence")) == [
        (str(subject), n) for subject in range(4) for n in range(1, 11)
    ]


def test_types_are_listed_by_name() -> None:
    assert [one.name for one in event_types()] == ["thing.made"]
