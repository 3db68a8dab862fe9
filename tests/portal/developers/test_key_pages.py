"""The page of API keys: made once, seen by nobody else, revoked with a question."""

from datetime import timedelta

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from portal.events.actors import Actor
from portal.events.models import Event
from portal.partners.keys import authenticate_api_key, create_api_key, roll_api_key
from portal.partners.models import ApiKey

pytestmark = pytest.mark.django_db
BY = Actor.system("Test")


def make(client: Client, **values: object):
    return client.post(
        "/developers/keys/", {"name": "Nightly sync", "days": "90", "permissions": ["READ_METERS"], **values}
    )


def test_a_manager_makes_a_key_whose_secret_is_shown_once(acme, manager, client_of):
    client = client_of(manager)

    answer = make(client)

    text = answer.context["made"][1]
    key = ApiKey.objects.get()
    assert authenticate_api_key(text) == key
    assert (key.partner, key.name, key.created_by) == (acme, "Nightly sync", manager)
    assert timedelta(days=89) < key.expires_at - timezone.now() < timedelta(days=91)
    assert text in answer.content.decode()
    assert "no-store" in answer["Cache-Control"]
    later = client.get("/developers/keys/").content.decode()
    assert (text in later, f"{key.pk}:…{key.last_four}" in later, "Mara Manager" in later) == (False, True, True)
    event = Event.objects.get(verb="api_key.created")
    assert (event.partner, event.actor_label, event.data["name"]) == (acme, "Mara Manager", "Nightly sync")


def test_a_form_sent_twice_makes_one_key(manager, client_of):
    client = client_of(manager)
    make(client)

    again = make(client, name="nightly  sync")

    assert (again.status_code, ApiKey.objects.count()) == (422, 1)
    assert "A key named nightly sync already exists." in again.content.decode()


@pytest.mark.parametrize(
    ("values", "error"),
    [
        ({"name": " "}, "Enter a name."),
        ({"name": "x" * 101}, "Enter at most 100 characters."),
        ({"days": "7"}, "Choose one from the list."),
        ({"permissions": []}, "Select at least one permission."),
        ({"permissions": ["PLACE_BID"]}, "Select from the list."),
        ({"networks": "203.0.113.0/24\noffice"}, "office is not a network."),
        ({"networks": "::/0"}, "::/0 covers every address."),
    ],
)
def test_what_cannot_be_made_is_said(manager, client_of, values, error):
    answer = make(client_of(manager), **values)

    assert (answer.status_code, ApiKey.objects.count()) == (422, 0)
    assert error in answer.content.decode()


def test_a_key_ends_when_its_time_is_over(manager, client_of):
    text = make(client_of(manager), days="30").context["made"][1]

    with time_machine.travel(timezone.now() + timedelta(days=31)):
        assert authenticate_api_key(text) is None
        assert "Expired" in client_of(manager).get("/developers/keys/").content.decode()


def test_revoking_asks_first_and_twice_is_harmless(acme, manager, client_of):
    client = client_of(manager)
    key, text = create_api_key(acme, name="Old", by=BY)

    asked = client.get(f"/developers/keys/{key.pk}/revoke/")

    assert "Revoke Old?" in asked.content.decode()
    assert authenticate_api_key(text) == key
    for _ in range(2):
        done = client.post(f"/developers/keys/{key.pk}/revoke/", follow=True)
        assert "The key Old is revoked." in done.content.decode()
    assert authenticate_api_key(text) is None
    assert Event.objects.filter(verb="api_key.revoked", actor_label="Mara Manager").count() == 1


def test_keys_are_for_the_partner_s_managers(acme, user, stranger, client_of):
    key, text = create_api_key(acme, name="Old", by=BY)

    for method in ("get", "post"):
        assert getattr(client_of(user), method)("/developers/keys/").status_code == 403
        for verb in ("revoke", "roll"):
            path = f"/developers/keys/{key.pk}/{verb}/"
            assert getattr(client_of(user), method)(path).status_code == 403
            assert getattr(client_of(stranger), method)(path).status_code == 404
    assert "Old" not in client_of(stranger).get("/developers/keys/").content.decode()
    assert authenticate_api_key(text) == key


@pytest.mark.parametrize("count", [1, 3])
def test_queries_of_the_keys_page(acme, manager, client_of, django_assert_num_queries, count):
    for number in range(count):
        create_api_key(acme, name=f"Key {number}", by=BY, created_by=manager)
    client = client_of(manager)
    client.get("/developers/keys/")

    with django_assert_num_queries(4):
        client.get("/developers/keys/")


def test_the_old_address_leads_to_the_keys(manager, client_of):
    assert client_of(manager).get("/people/keys/").url == "/developers/keys/"


def test_a_key_gets_the_permissions_and_networks_of_the_form(manager, client_of):
    given = {"permissions": ["ENROLLMENT", "READ_METERS"], "networks": "203.0.113.7/24, 2001:DB8::/32\n\n"}

    page = make(client_of(manager), **given).content.decode()

    key = ApiKey.objects.get()
    assert (key.permissions, key.networks) == (["READ_METERS", "ENROLLMENT"], ["203.0.113.0/24", "2001:db8::/32"])
    assert "From 203.0.113.0/24, 2001:db8::/32 only" in page


def test_rolling_shows_the_new_key_once_and_both_in_the_list(acme, manager, client_of):
    client = client_of(manager)
    old, old_text = create_api_key(acme, name="Sync", by=BY)
    path = f"/developers/keys/{old.pk}/roll/"
    assert "Roll key" in client.get(path).content.decode()

    answer = client.post(path, {"hours": "72", "days": "365"})
    again = client.post(path, {"hours": "72", "days": "365"})

    new, text = answer.context["made"]
    assert (authenticate_api_key(text), authenticate_api_key(old_text)) == (new, old)
    assert (text in answer.content.decode(), "no-store" in answer["Cache-Control"]) == (True, True)
    assert (again.status_code, ApiKey.objects.count()) == (422, 2)
    assert "The key Sync was already replaced." in again.content.decode()
    page = client.get("/developers/keys/").content.decode()
    assert (f"{old.pk}:…" in page, f"Replaces {old.pk}" in page, "Being replaced" in page, text in page) == (
        True,
        True,
        True,
        False,
    )


def test_revoking_a_rolled_key_offers_to_revoke_the_one_before(acme, manager, client_of):
    client = client_of(manager)
    old, old_text = create_api_key(acme, name="Sync", by=BY)
    new, _ = roll_api_key(old, overlap=timedelta(days=1), by=BY)
    path = f"/developers/keys/{new.pk}/revoke/"
    assert f"{old.pk}:…{old.last_four}" in client.get(path).content.decode()

    client.post(path, {"with_older": "on"})

    assert authenticate_api_key(old_text) is None


@pytest.mark.parametrize("values", [{"hours": "200", "days": "30"}, {"days": "30"}, {"hours": "1", "days": "x"}])
def test_a_key_is_rolled_for_a_choice_of_the_list(acme, manager, client_of, values):
    old, _ = create_api_key(acme, name="Sync", by=BY)

    answer = client_of(manager).post(f"/developers/keys/{old.pk}/roll/", values)

    assert (answer.status_code, ApiKey.objects.count()) == (422, 1)
