"""Two people at once: one effect. Needs a database with concurrent writers."""

import threading
from collections.abc import Callable

import pytest
from django.db import connection

from portal.events.actors import Actor
from portal.events.models import Event
from portal.partners import domain
from portal.partners.models import Membership, Role, User
from portal.problems import Refused
from tests.conftest import make_user

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif("connection.vendor != 'postgresql'", reason="SQLite has one writer at a time"),
]
BY = Actor.system("Test")


def at_once(*calls: Callable[[], object]) -> list[str]:
    """Run the calls in threads of their own, started together; returns what each came to: "done" or a code."""
    gate, came_to = threading.Barrier(len(calls)), [""] * len(calls)

    def run(index: int) -> None:
        gate.wait()
        try:
            calls[index]()
            came_to[index] = "done"
        except Refused as refusal:
            came_to[index] = refusal.problems[0].code
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(index,)) for index in range(len(calls))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sorted(came_to)


def test_two_managers_who_remove_each_other_leave_one(acme, manager):
    other = make_user("other@acme.example", "Other")
    first = Membership.objects.get(user=manager)
    second = Membership.objects.create(partner=acme, user=other, role="MANAGER")

    came_to = at_once(lambda: domain.remove_member(first, by=BY), lambda: domain.remove_member(second, by=BY))

    assert came_to == ["LAST_MANAGER", "done"]
    assert acme.memberships.filter(role="MANAGER").count() == 1


def test_one_invitation_accepted_four_times_is_one_membership_and_one_event(acme):
    person = make_user("new@acme.example", "New")
    _, link = domain.invite(acme, email=person.email, role=Role.USER, by=BY)
    token = link.rstrip("/").rsplit("/", 1)[1]

    came_to = at_once(*[lambda: domain.accept_invitation(token, user=person)] * 4)

    assert came_to == ["done"] * 4
    assert Membership.objects.count() == 1
    assert Event.objects.filter(verb="member.joined").count() == 1


def test_one_new_person_who_joins_four_times_is_one_account(acme):
    _, link = domain.invite(acme, email="new@acme.example", role=Role.USER, by=BY)
    token = link.rstrip("/").rsplit("/", 1)[1]

    came_to = at_once(*[lambda: domain.join_as_new_person(token, name="N", password="four plain words here")] * 4)

    assert came_to == ["INVITATION_CLOSED"] * 3 + ["done"]
    assert User.objects.count() == 1


def test_one_address_invited_four_times_is_one_invitation(acme):
    came_to = at_once(*[lambda: domain.invite(acme, email="a@acme.example", role=Role.USER, by=BY)] * 4)

    assert came_to == ["ALREADY_INVITED"] * 3 + ["done"]
    assert acme.invitations.count() == 1


def test_one_partner_created_four_times_is_one_partner(db):
    came_to = at_once(*[lambda: domain.create_partner("Cirrus", manager_email="a@b.example", by=BY)] * 4)

    assert came_to == ["PARTNER_EXISTS"] * 3 + ["done"]
