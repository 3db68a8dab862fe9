"""A form that was opened for one partner is never written for another."""

import re
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import NoReverseMatch, reverse

from onboarding.meters.models import Meter
from onboarding.uploads.models import Upload
from portal.events.models import Event
from portal.partners.models import ApiKey, Invitation, Membership, Partner, User
from tests import builders
from tests.test_urls import KEY, KEY_OWN, PUBLIC, ROUTES

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("catalogue")]
NOT_OF_A_PARTNER = {"partner-switch", "usersessions_end"}
PAGES = {name for name, (who, *_) in ROUTES.items() if who not in {KEY, KEY_OWN, PUBLIC}}
OF_A_PARTNER = sorted(PAGES - NOT_OF_A_PARTNER)


@pytest.fixture
def client(manager: User, borealis: Partner, client_of: Callable[[User], Client]) -> Client:
    """Somebody who manages both, and works for Borealis now."""
    Membership.objects.create(partner=borealis, user=manager, role="MANAGER")
    client = client_of(manager)
    client.post(reverse("partner-switch"), {"partner": borealis.pk})
    return client


def written() -> tuple[int, ...]:
    return tuple(model.objects.count() for model in (Meter, Upload, Event, ApiKey, Invitation, Membership))


def path_of(name: str) -> str:
    """The address with the ID of something that is not there: nobody looks, since the form is for another partner."""
    for pk in ("00000000-0000-7000-8000-000000000000", "1"):
        known = dict.fromkeys(("pk", "consent", "code", "authorization"), pk) | {
            "identifier": "CEC-DSGS",
            "slug": "references",
            "point": "1",
            "delivery": "1",
        }
        with suppress(NoReverseMatch):
            return reverse(name, kwargs={key: known.get(key, value) for key, value in ROUTES[name][2].items()})
    raise AssertionError(f"{name} has no such address")


@pytest.mark.parametrize(
    "name",
    sorted(
        name for name, (who, *_) in ROUTES.items() if who not in {KEY, KEY_OWN, PUBLIC} and name not in NOT_OF_A_PARTNER
    ),
)
def test_no_address_takes_a_form_of_another_partner(acme: Partner, client: Client, name: str) -> None:
    before = written()

    answer = client.post(path_of(name), {"shown_for": acme.pk, "partner_reference": "typed-here"})

    assert answer.status_code == 409
    assert b"Switch to Acme Energy and submit it there" in answer.content
    assert b'value="typed-here"' in answer.content
    assert written() == before


def test_upload_is_not_received_for_another_partner(acme: Partner, client: Client) -> None:
    file = SimpleUploadedFile("meters.csv", builders.csv_bytes(builders.rows(1)))

    answer = client.post(reverse("upload-new"), {"shown_for": acme.pk, "file": file})

    assert answer.status_code == 409
    assert b"choose the file again" in answer.content
    assert Upload.objects.count() == 0


def test_form_is_sent_on_after_the_switch(acme: Partner, borealis: Partner, client: Client) -> None:
    sent = {"shown_for": str(acme.pk), "email": "new@acme.example", "role": "USER"}
    page = client.post(reverse("invite"), sent).content.decode()
    kept = dict(re.findall(r'type="hidden" name="([^"]+)" value="([^"]*)"', page.split("<main")[1]))

    client.post(reverse("invite"), kept)

    assert Invitation.objects.get().partner == acme
    assert client.session["partner"] == str(acme.pk)


def test_stranger_learns_nothing_of_the_partner(
    borealis: Partner, acme: Partner, stranger: User, client_of: Any
) -> None:
    answer = client_of(stranger).post(reverse("invite"), {"shown_for": acme.pk, "switch_and_send": 1})

    assert answer.status_code == 409
    assert b"Acme" not in answer.content
    assert Invitation.objects.count() == 0


@pytest.mark.parametrize("said", ["nonsense", "00000000-0000-0000-0000-000000000000"])
def test_what_names_no_partner_is_for_none(client: Client, said: str) -> None:
    assert client.post(reverse("invite"), {"shown_for": said}).status_code == 409


def test_request_says_it_in_a_header_too(acme: Partner, client: Client) -> None:
    assert client.post(reverse("invite"), {}, headers={"X-Shown-For": str(acme.pk)}).status_code == 409


@pytest.mark.parametrize("name", ["home", "upload-new", "people", "api-keys", "meters-look-up", "entry-start"])
def test_every_form_says_for_whom_its_page_was_shown(borealis: Partner, client: Client, name: str) -> None:
    page = client.get(reverse(name)).content.decode()

    forms = [form for form in re.findall("<form.*?</form>", page, re.DOTALL) if 'method="post"' in form]
    assert forms
    assert all(f'name="shown_for" value="{borealis.pk}"' in form for form in forms)


def test_own_form_is_taken(borealis: Partner, client: Client) -> None:
    sent = {"shown_for": borealis.pk, "email": "new@borealis.example", "role": "USER"}

    assert client.post(reverse("invite"), sent).status_code == 302
    assert Invitation.objects.get().partner == borealis
