"""Bulk loading gives back what was put in, on the database of this run."""

import datetime as dt
import uuid

import pytest
from django.db import IntegrityError, transaction

from portal.events.models import Event
from portal.partners.models import ApiKey, Invitation, Membership, Partner, User
from portal.storage.bulk import insert, update
from portal.storage.ids import uuid7

AT = dt.datetime(2026, 3, 4, 5, 6, 7, 891234, tzinfo=dt.UTC)
EVENT = ["at", "partner", "verb", "subject_type", "subject_id", "actor_kind", "actor_id", "actor_label", "data"]


@pytest.mark.parametrize(
    "data",
    [
        {},
        {"text": "ü \N{SNOWMAN} \t\n\\N \\. \" '", "number": 1.5, "whole": 2**53, "yes": True, "no": None},
        {"nested": [{"deep": ["", [], {}]}]},
        [],
        ["a", 1, None],
        "text",
        0,
        False,
    ],
)
def test_insert_gives_back_json(acme, data):
    count = insert(Event, EVENT, [(AT, acme.pk, "x.y", "t", "1", "system", "", "Test", data)])

    event = Event.objects.get()
    assert count == 1
    assert event.data == data
    assert type(event.data) is type(data)
    assert (event.at, event.partner_id, event.actor_id) == (AT, acme.pk, "")


def test_insert_gives_back_uuid_bool_and_a_database_default(db):
    key = uuid.uuid4()

    insert(Partner, ["id", "name", "slug", "time_zone", "is_active"], [(key, "A\\tB\tC\nD", "a", "UTC", False)])

    partner = Partner.objects.get()
    assert (partner.pk, partner.name, partner.is_active) == (key, "A\\tB\tC\nD", False)
    assert partner.created_at is not None


def test_insert_gives_back_none_and_datetimes(acme, manager):
    columns = [
        "id",
        "partner",
        "email",
        "role",
        "token_hash",
        "invited_by",
        "expires_at",
        "accepted_at",
        "withdrawn_at",
    ]
    first, second = uuid7(), uuid7()
    rows = [
        (first, acme.pk, "a@b.example", "USER", "1", manager.pk, AT, None, AT),
        (second, acme.pk, "a@b.example", "USER", "2", None, AT, AT, None),
    ]

    assert insert(Invitation, columns, iter(rows)) == 2

    stored = Invitation.objects.order_by("token_hash").values_list(*columns)
    assert list(stored) == rows


def test_insert_into_a_table_that_numbers_its_own_rows(acme, borealis, manager):
    insert(Membership, ["partner", "user", "role"], [(borealis.pk, manager.pk, "USER")])

    membership = Membership.objects.get(partner=borealis)
    assert (membership.user, membership.role) == (manager, "USER")
    Membership.objects.create(partner=borealis, user=User.objects.create_user("b@b.example"))


def test_insert_of_nothing_is_nothing(db):
    assert insert(Event, EVENT, []) == 0
    assert not Event.objects.exists()


def test_insert_of_many_keeps_their_order(acme):
    rows = ((AT, acme.pk, "x.y", "t", str(number), "system", "", "Test", {"n": number}) for number in range(5000))

    assert insert(Event, EVENT, rows) == 5000

    assert list(Event.objects.order_by("id").values_list("data__n", flat=True)) == list(range(5000))


def test_insert_that_breaks_a_constraint_keeps_no_row(acme):
    columns = ["id", "partner", "name", "secret_hash", "last_four"]
    row = ("same", acme.pk, "n", "h", "abcd")

    with pytest.raises(IntegrityError), transaction.atomic():
        insert(ApiKey, columns, [("other", *row[1:]), row, row])

    assert not ApiKey.objects.exists()


def test_uuid7_sorts_by_time():
    made = [uuid7() for _ in range(1000)]

    assert made == sorted(made)
    assert {one.version for one in made} == {7}


def test_update_gives_each_row_its_own_values_and_leaves_the_others(acme):
    data = {"text": "ü \N{SNOWMAN} \t\n\\N \" '", "whole": 2**53, "no": None}
    insert(Event, EVENT, [(AT, acme.pk, "x.y", "t", str(n), "system", "", "Test", {"n": n}) for n in range(4)])
    first, second, third, fourth = Event.objects.order_by("subject_id")

    count = update(Event, ["verb", "data"], [(first.pk, "a.b", data), (second.pk, "c'd", []), (third.pk, "", {})])

    assert count == 3
    stored = Event.objects.order_by("subject_id").values_list("verb", "data")
    assert list(stored) == [("a.b", data), ("c'd", []), ("", {}), (fourth.verb, {"n": 3})]


def test_update_takes_uuids_and_no_rows(acme, borealis):
    assert update(Partner, ["name"], ((partner.pk, f"New {partner.slug}") for partner in (acme, borealis))) == 2
    assert update(Partner, ["name"], []) == 0

    assert set(Partner.objects.values_list("name", flat=True)) == {"New acme", "New borealis"}
