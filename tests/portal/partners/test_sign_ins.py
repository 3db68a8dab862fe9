"""What people do about their own sign-in is logged for each of their partners."""

import pytest

from portal.events.models import Event
from portal.partners.models import Membership
from tests.conftest import PASSWORD

pytestmark = pytest.mark.django_db


def log() -> list[tuple[str, str, str, str]]:
    rows = Event.objects.order_by("id").values_list("partner__name", "verb", "actor_label", "address")
    return [tuple(row) for row in rows]


def sign_in(client, email: str, password: str) -> None:
    client.post("/accounts/login/", {"login": email, "password": password}, REMOTE_ADDR="203.0.113.5")


def test_a_sign_in_with_its_address(acme, manager, client):
    sign_in(client, manager.email, PASSWORD)

    assert log() == [("Acme Energy", "person.signed_in", "Mara Manager", "203.0.113.5")]


def test_a_wrong_password_is_not_the_person_s_doing(acme, manager, client):
    sign_in(client, manager.email, "wrong")

    assert log() == [("Acme Energy", "person.sign_in_failed", "Someone at the sign-in page", "203.0.113.5")]
    assert Event.objects.get().data == {"name": "Mara Manager", "email": "manager@acme.example"}


def test_an_unknown_address_leaves_no_trace(db, client):
    sign_in(client, "nobody@nowhere.example", "wrong")

    assert log() == []


def test_each_partner_of_a_person_hears_of_it(acme, borealis, manager, client):
    Membership.objects.create(partner=borealis, user=manager, role="USER")

    sign_in(client, manager.email, PASSWORD)

    assert [(name, verb) for name, verb, _, _ in log()] == [
        ("Acme Energy", "person.signed_in"),
        ("Borealis Devices", "person.signed_in"),
    ]


def test_staff_without_a_partner_stand_in_our_own_log(staff, client):
    sign_in(client, staff.email, PASSWORD)

    assert log() == [(None, "person.signed_in", "Stef Staff", "203.0.113.5")]


def test_a_changed_password(acme, manager, client):
    sign_in(client, manager.email, PASSWORD)
    new = "another horse battery staple"

    client.post("/accounts/password/change/", {"oldpassword": PASSWORD, "password1": new, "password2": new})

    assert [verb for _, verb, _, _ in log()] == ["person.signed_in", "person.password_changed"]


def test_an_address_behind_a_proxy(acme, manager, client, settings):
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = 1

    client.post(
        "/accounts/login/",
        {"login": manager.email, "password": PASSWORD},
        REMOTE_ADDR="10.0.0.1",
        headers={"X-Forwarded-For": "6.6.6.6, 203.0.113.5"},
    )

    assert [address for *_, address in log()] == ["203.0.113.5"]
