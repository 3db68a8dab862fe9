"""The hash chain: what is altered, removed or slipped in shows, and nothing else does."""

import hashlib
import json
import threading

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from portal.correlation import working_for
from portal.events import chain
from portal.events.actors import Actor
from portal.events.chain import EVENTS_IN_A_SEAL, acknowledge, altered_among, check_log, open_findings, seal_log
from portal.events.domain import record, record_many
from portal.events.models import Event, Finding, Seal

pytestmark = pytest.mark.django_db
BY = Actor.system("Test", address="192.0.2.7")


def write(partner, count: int) -> list[Event]:
    record_many(
        "meter", (("meter.created", n, {"n": n, "x": 1.5, "é": None}) for n in range(count)), partner=partner, by=BY
    )
    return list(Event.objects.order_by("pk"))


def test_a_log_that_nobody_touched_is_as_it_was_sealed(acme):
    events = write(acme, 3)

    sealed = seal_log()

    check = check_log()
    assert (sealed, check.events, check.findings) == (3, 3, [])
    assert check.head == Seal.objects.get().digest
    assert altered_among(events) == set()


def test_request_id_is_sealed_and_events_without_one_stay_as_they_were(acme):
    with working_for("request-0001"):
        record("partner.seen", subject=acme, partner=acme, by=BY)
    event = write(acme, 1)[0]
    bare = Event.objects.get(request_id="")
    seal_log()
    bare.refresh_from_db()
    said = [bare.pk, bare.at.isoformat(), str(acme.pk), bare.verb, "meter", "0", "system", "", bare.personal_digest]
    as_ever = hashlib.sha256(json.dumps(said).encode()).digest()[:16]

    Event.objects.filter(pk=event.pk).update(request_id="request-0002")

    assert chain.fingerprint(bare) == as_ever
    assert altered_among([event, bare]) == {event.pk}


def test_sealing_again_seals_only_what_is_new(acme):
    write(acme, 2)
    seal_log()
    record("partner.seen", subject=acme, partner=acme, by=BY)

    assert (seal_log(), seal_log()) == (1, 0)
    assert check_log().findings == []
    assert Seal.objects.count() == 2


def test_sealing_stops_when_its_time_is_over_and_goes_on_the_next_time(acme):
    write(acme, 3)

    assert (seal_log(seconds=0), seal_log()) == (0, 3)


def test_many_events_are_sealed_in_stretches_that_follow_each_other(acme):
    events = write(acme, EVENTS_IN_A_SEAL * 2 + 5)

    seal_log()

    assert [
        (seal.number, len(seal.entries) // 24, len(seal.owners) // 8) for seal in Seal.objects.order_by("number")
    ] == [(1, 256, 256), (2, 256, 256), (3, 5, 5)]
    assert check_log().findings == []
    assert altered_among(events[250:260]) == set()


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("at", "2020-01-01T00:00:00Z"),
        ("verb", "meter.updated"),
        ("subject_id", "other"),
        ("actor_label", "Somebody else"),
        ("actor_id", "9"),
        ("address", "198.51.100.1"),
        ("data", {"n": 7}),
        ("partner", None),
    ],
)
def test_every_column_of_an_altered_event_shows(acme, column, value):
    events = write(acme, 3)
    seal_log()

    Event.objects.filter(pk=events[1].pk).update(**{column: value})

    assert check_log().findings == [("altered", events[1].pk)]
    assert altered_among(Event.objects.all()) == {events[1].pk}


def test_a_removed_event_shows(acme):
    events = write(acme, 3)
    seal_log()

    Event.objects.filter(pk=events[1].pk).delete()

    assert check_log().findings == [("removed", events[1].pk)]


def test_an_event_slipped_in_among_sealed_ones_shows(acme):
    events = write(acme, 3)
    Event.objects.filter(pk=events[1].pk).delete()
    seal_log()

    events[1].save(force_insert=True)

    assert check_log().findings == [("added", events[1].pk)]
    assert altered_among([events[1]]) == {events[1].pk}


def test_a_seal_that_was_made_anew_breaks_the_chain(acme):
    events = write(acme, EVENTS_IN_A_SEAL + 1)
    seal_log()
    Event.objects.filter(pk=events[0].pk).update(verb="meter.updated")
    second = Seal.objects.get(number=2)
    Seal.objects.all().delete()
    seal_log()  # whoever altered the event makes a seal that fits it
    Seal.objects.filter(number=2).update(digest=second.digest)

    assert check_log().findings == [("broken", 2)]


def test_a_chain_that_was_made_anew_as_a_whole_shows_by_its_end(acme):
    events = write(acme, 2)
    seal_log()
    check_log()
    Event.objects.filter(pk=events[0].pk).update(verb="meter.updated")
    Seal.objects.all().delete()
    seal_log()

    assert check_log().findings == [("broken", 0)]


def told(*partners) -> list[bool]:
    return [open_findings(partner).exists() for partner in partners]


def test_a_finding_concerns_the_partner_whose_event_it_is(acme, borealis):
    event = write(acme, 1)[0]
    seal_log()
    check_log()
    before = told(acme, borealis)

    Event.objects.filter(pk=event.pk).update(address="")
    check_log()

    assert (before, told(acme, borealis)) == ([False, False], [True, False])


@pytest.mark.parametrize("has_owners", [True, False])
@pytest.mark.parametrize("new_owner", ["nobody", "borealis"])
def test_an_event_that_is_taken_away_from_a_partner_is_told_to_it(acme, borealis, new_owner, has_owners):
    third = type(acme).objects.create(name="Third", slug="third")
    event = write(acme, 1)[0]
    seal_log()
    if not has_owners:  # as it was sealed before seals told whose an event is
        seal = Seal.objects.get()
        Seal.objects.update(owners=b"", digest=hashlib.sha256(bytes(seal.entries)).hexdigest())

    Event.objects.filter(pk=event.pk).update(partner=borealis if new_owner == "borealis" else None)
    check_log()

    assert told(acme, borealis, third) == [True, new_owner == "borealis", False]


def test_a_removed_event_is_told_to_its_partner(acme, borealis):
    write(acme, 1)
    seal_log()

    Event.objects.all().delete()
    check_log()

    assert told(acme, borealis) == [True, False]


def test_a_finding_stays_when_the_next_checks_find_nothing(acme):
    events = write(acme, 2)
    seal_log()
    Event.objects.filter(pk=events[0].pk).update(verb="meter.updated")
    check_log()

    Event.objects.filter(pk=events[0].pk).update(verb="meter.created")  # put back
    findings = check_log().findings

    assert (findings, told(acme)) == ([], [True])


def test_a_truncated_end_stays_a_finding_after_failed_checks(acme):
    write(acme, 2)
    seal_log()
    check_log()
    Seal.objects.all().delete()
    Event.objects.all().delete()
    write(acme, 1)

    seal_log()
    sealed_anew = told(acme)

    assert sealed_anew == [True]
    assert [check_log().findings for _ in range(3)] == [[("broken", 0)]] * 3


def test_a_finding_ends_when_it_is_acknowledged_and_says_so_in_the_log(acme, borealis):
    events = write(acme, 1)
    seal_log()
    Event.objects.filter(pk=events[0].pk).update(verb="meter.updated")
    check_log()

    for note in ("A repair by hand.", "Again."):
        acknowledge(Finding.objects.get(), note=note, by=BY)

    event = Event.objects.get(verb="finding.acknowledged")
    assert (event.partner, event.data["note"]) == (acme, "A repair by hand.")
    assert event.data["found"] == f"entry {events[0].pk} is not as it was sealed"
    assert (check_log().findings, told(acme)) == ([], [False])


def test_another_change_after_the_acknowledgement_is_another_finding(acme):
    events = write(acme, 1)
    seal_log()
    Event.objects.filter(pk=events[0].pk).update(verb="meter.updated")
    check_log()
    acknowledge(Finding.objects.get(), note="A repair by hand.", by=BY)

    Event.objects.filter(pk=events[0].pk).update(verb="meter.removed")

    assert check_log().findings == [("altered", events[0].pk)]
    assert told(acme) == [True]


def test_the_command_says_what_is_not_as_it_was_sealed(acme, capsys):
    events = write(acme, 2)
    call_command("check_log")
    Event.objects.filter(pk=events[0].pk).update(verb="meter.updated")

    with pytest.raises(CommandError, match="1 findings in 2 entries"):
        call_command("check_log")

    out, err = capsys.readouterr()
    assert out == f"2 entries, all as they were sealed. The last seal: {Seal.objects.get().digest}\n"
    assert err == f"entry {events[0].pk} is not as it was sealed\n"


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif("connection.vendor != 'postgresql'", reason="SQLite has one writer at a time")
def test_an_event_of_a_transaction_that_still_runs_is_waited_for(acme):
    """A smaller number that comes to light later would look as if it had been slipped in."""
    other = connection.copy()
    other.inc_thread_sharing()
    other.set_autocommit(False)
    with other.cursor() as cursor:
        cursor.execute(
            "INSERT INTO portal_event (partner_id, verb, subject_type, subject_id, actor_kind, actor_id, actor_label,"
            " data) VALUES (%s, 'a.b', 'x', '1', 'system', '', '', '{}')",
            [acme.pk],
        )
    record("partner.seen", subject=acme, partner=acme, by=BY)
    threading.Timer(0.5, other.commit).start()

    sealed = seal_log()

    other.close()
    assert sealed == 2
    assert check_log().findings == []


# --- findings


def change(events: list[Event]) -> None:
    Event.objects.filter(pk__in=[event.pk for event in events]).update(verb="meter.updated")


def test_a_check_keeps_no_more_findings_than_it_may(acme, monkeypatch):
    events = write(acme, 5)
    seal_log()
    change(events[:4])
    monkeypatch.setattr(chain, "FINDINGS_KEPT", 3)

    actual = check_log().findings

    assert actual == [("altered", event.pk) for event in events[:3]]
    assert Finding.objects.count() == 3


def test_a_finding_is_logged_as_an_error_until_it_is_acknowledged(acme, caplog):
    events = write(acme, 1)
    seal_log()
    change(events)
    check_log()
    Event.objects.update(verb="meter.created")  # put back, so that the next check finds another one only
    words = f"the event log is not as it was sealed: entry {events[0].pk} is not as it was sealed"
    first = [one.getMessage() for one in caplog.records]

    acknowledge(Finding.objects.get(), note="A repair by hand.", by=BY)
    change(events)
    caplog.clear()
    check_log()

    assert (first, caplog.records) == ([words], [])


def test_a_finding_about_everybody_is_in_the_log_of_each_partner_once_acknowledged(acme, borealis):
    write(acme, 1)
    seal_log()
    check_log()
    Seal.objects.all().delete()
    check_log()
    before = told(acme, borealis, None)

    acknowledge(Finding.objects.get(), note="Restored from a copy.", by=Actor.system("x" * 300))

    assert (before, told(acme, borealis, None)) == ([True, True, True], [False, False, False])
    assert set(Event.objects.filter(verb="finding.acknowledged").values_list("partner", flat=True)) == {
        acme.pk,
        borealis.pk,
    }
    assert Finding.objects.get().acknowledged_by == "x" * 200


def test_the_last_end_that_was_seen_is_the_one_that_is_missed(acme):
    write(acme, 1)
    seal_log()
    check_log()
    write(acme, 1)
    seal_log()
    last = check_log()
    Seal.objects.all().delete()

    check_log()

    assert list(Finding.objects.values_list("what", "which", "mark")) == [("broken", 0, last.head)]


def test_a_check_of_an_empty_log_is_no_end_to_be_missed(acme):
    empty = check_log()
    write(acme, 2)

    sealed = seal_log()

    checks = [check_log(), check_log()]
    assert (empty.events, empty.head, empty.seal, sealed) == (0, "", 0, 2)
    assert [(one.seal, one.events, one.findings) for one in checks] == [(1, 2, []), (1, 2, [])]
    assert open_findings().count() == 0


def test_a_slipped_in_event_is_told_to_its_partner_and_an_owner_is_told_of_what_was_his(acme, borealis):
    events = write(acme, 3)
    Event.objects.filter(pk=events[1].pk).delete()
    seal_log()
    events[1].partner = borealis
    events[1].save(force_insert=True)

    check_log()

    assert told(acme, borealis) == [False, True]


def test_a_change_of_an_event_of_which_nobody_knows_whose_it_was_is_told_to_everybody(acme, borealis):
    events = write(acme, 1)
    seal_log()
    seal = Seal.objects.get()  # as it was sealed before seals told whose an event is
    Seal.objects.update(owners=b"", digest=hashlib.sha256(bytes(seal.entries)).hexdigest())

    change(events)
    check_log()

    assert told(acme, borealis) == [True, True]


def test_findings_of_a_check_are_in_the_order_of_the_log(acme):
    events = write(acme, 6)
    Event.objects.filter(pk=events[2].pk).delete()
    seal_log()
    events[2].save(force_insert=True)
    change(events[1:2])
    Event.objects.filter(pk__in=[events[0].pk, events[4].pk]).delete()

    actual = check_log().findings

    kinds = [("removed", 0), ("altered", 1), ("added", 2), ("removed", 4)]
    assert actual == [(what, events[n].pk) for what, n in kinds]
