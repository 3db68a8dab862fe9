"""Pairing codes: made once, checked by their last character, used for one customer, and not to be guessed."""

import csv
import io
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from onboarding.connect import pairing
from onboarding.connect.choices import LinkState, SessionState
from onboarding.connect.links import set_state
from onboarding.connect.models import Connection, ConnectLink, ConnectSession, PairingCode
from onboarding.connect.pairing import ALPHABET, check_character, create_codes, is_whole, normal_form
from portal.events.models import Event
from portal.partners.models import Partner
from portal.problems import Refused
from portal.web import clock
from tests.onboarding.connect import builders as make

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("catalogue")]
PAIR = "/connect/pair/"


@pytest.fixture
def link(acme: Partner) -> ConnectLink:
    return make.link(acme, "installers")


def code_for(link: ConnectLink, reference: str = "home-1", days: int = 30) -> str:
    return create_codes(link, [reference], days=days, by=make.BY)[0].text


def typed(code: str, client: Client | None = None, address: str = "192.0.2.1") -> Any:
    return (client or Client()).post(PAIR, {"code": code}, REMOTE_ADDR=address)


def wrong(code: str) -> str:
    """Another code that is whole."""
    body = normal_form(code)[:-1]
    other = body[:-1] + next(letter for letter in ALPHABET if letter != body[-1])
    return other + check_character(other)


# --- the check character


def test_every_single_wrong_character_is_noticed() -> None:
    body = "7KMA4WXD"
    code = body + check_character(body)

    assert is_whole(code)
    for place in range(len(code)):
        for letter in ALPHABET:
            other = code[:place] + letter + code[place + 1 :]
            assert is_whole(other) == (other == code)


def test_nearly_every_pair_that_changed_places_is_noticed() -> None:
    missed = pairs = 0
    for first in ALPHABET:
        for second in ALPHABET:
            body = f"7K{first}{second}4WXD"
            code = body + check_character(body)
            other = code[:2] + second + first + code[4:]
            pairs += first != second
            missed += first != second and is_whole(other)

    assert missed / pairs < 0.05, (missed, pairs)


def test_no_character_is_mistaken_for_another() -> None:
    assert len(set(ALPHABET)) == len(ALPHABET) == 28
    assert not set("01BILOSZ") & set(ALPHABET)


@pytest.mark.parametrize("text", ["7kma-4wxd", " 7KMA 4WXD", "7KMA–4WXD", "7k.m.a.4/w\u00a0x d"])
def test_spaces_dashes_and_capitals_do_not_matter(text: str) -> None:
    assert normal_form(text) == "7KMA4WXD"


def test_letters_that_no_code_has_are_read_as_digits() -> None:
    assert normal_form("bSz") == "852"


# --- making them


def test_codes_come_once_as_csv(client_of: Any, manager: Any, link: ConnectLink) -> None:
    answer = client_of(manager).post(
        reverse("connect-link-codes", args=[link.pk]), {"pasted": "home-1\nhome-2", "count": "", "days": "30"}
    )

    content = b"".join(answer.streaming_content) if answer.streaming else answer.content
    rows = list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"))))
    assert [row["reference"] for row in rows] == ["home-1", "home-2"]
    assert all(is_whole(normal_form(row["pairing_code"])) and len(row["pairing_code"]) == 10 for row in rows)
    assert PairingCode.objects.count() == 2
    kept = " ".join(str(value) for row in PairingCode.objects.values() for value in row.values())
    assert all(normal_form(row["pairing_code"]) not in kept for row in rows)
    assert Event.objects.get(verb="connectlink.paired").data == {"codes": 2}
    page = client_of(manager).get(reverse("connect-link-codes", args=[link.pk])).content.decode()
    assert "home-2" in page
    assert "Not used yet" in page


def test_references_are_made_for_who_has_none(link: ConnectLink) -> None:
    references = pairing.generated_references(link, 500)

    assert len(set(references)) == 500
    assert all(reference.startswith("installers-") for reference in references)


@pytest.mark.parametrize(
    "data",
    [
        {"pasted": "", "count": "501", "days": "30"},
        {"pasted": "", "count": "0", "days": "30"},
        {"pasted": "", "count": "", "days": "30"},
        {"pasted": "a/b", "count": "", "days": "30"},
        {"pasted": "home-1", "count": "", "days": "366"},
        {"pasted": "\n".join(f"home-{number}" for number in range(501)), "count": "", "days": "30"},
    ],
)
def test_what_is_out_of_bounds_makes_no_code(
    client_of: Any, manager: Any, link: ConnectLink, data: dict[str, str]
) -> None:
    answer = client_of(manager).post(reverse("connect-link-codes", args=[link.pk]), data)

    assert answer.status_code == 422
    assert not PairingCode.objects.exists()


def test_an_ended_link_makes_none(link: ConnectLink) -> None:
    set_state(link, LinkState.ENDED, by=make.BY)

    with pytest.raises(Refused, match="LINK_IS_OVER"):
        code_for(ConnectLink.objects.get(pk=link.pk))


def test_codes_of_another_partner_are_not_there(client_of: Any, stranger: Any, link: ConnectLink) -> None:
    code_for(link)
    row = PairingCode.objects.get()

    assert client_of(stranger).get(reverse("connect-link-codes", args=[link.pk])).status_code == 404
    revoke = reverse("connect-code-revoke", args=[link.pk, row.pk])
    assert client_of(stranger).post(revoke).status_code == 404
    row.refresh_from_db()
    assert row.revoked_at is None


# --- using them


def test_a_code_begins_the_journey_of_its_reference(link: ConnectLink) -> None:
    client = Client()

    answer = typed(code_for(link).lower().replace("-", " "), client)

    session = ConnectSession.objects.get()
    assert answer["Location"] == reverse("connect-session", args=[session.pk])
    assert session.link == link
    assert Connection.objects.get().reference == "home-1"
    assert client.get(answer["Location"]).status_code == 200
    assert PairingCode.objects.get().session == session


def test_the_same_browser_goes_on_and_another_one_does_not(link: ConnectLink) -> None:
    code, mine = code_for(link), Client()
    typed(code, mine)

    again, other = typed(code, mine), typed(code)

    assert again.status_code == 302
    assert other.status_code == 422
    assert "This code was used before." in other.content.decode()
    assert ConnectSession.objects.count() == 1


def test_a_journey_that_was_left_can_be_begun_again(link: ConnectLink, time_machine: Any) -> None:
    code = code_for(link)
    typed(code)
    time_machine.move_to(clock.now() + timedelta(hours=25))

    assert typed(code).status_code == 302
    assert ConnectSession.objects.count() == 2


def test_a_journey_that_is_done_cannot(link: ConnectLink) -> None:
    code = code_for(link)
    typed(code)
    ConnectSession.objects.update(state=SessionState.COMPLETED)

    assert typed(code).status_code == 422


@pytest.mark.parametrize("gone", ["expired", "revoked", "ended", "off"])
def test_a_code_that_leads_nowhere_says_the_same(
    client_of: Any, manager: Any, link: ConnectLink, acme: Partner, time_machine: Any, gone: str
) -> None:
    code = code_for(link)
    if gone == "expired":
        time_machine.move_to(clock.now() + timedelta(days=31))
    elif gone == "revoked":
        client_of(manager).post(reverse("connect-code-revoke", args=[link.pk, PairingCode.objects.get().pk]))
    elif gone == "ended":
        set_state(link, LinkState.ENDED, by=make.BY)
    else:
        Partner.objects.filter(pk=acme.pk).update(is_active=False)

    answer, unknown = typed(code), typed(wrong(code))

    for page in (answer, unknown):
        assert page.status_code == 422
        assert "This code doesn’t work. It may have expired." in page.content.decode()
    assert not ConnectSession.objects.exists()


def test_a_paused_link_says_so(link: ConnectLink) -> None:
    code = code_for(link)
    set_state(link, LinkState.PAUSED, by=make.BY)

    assert "This link is paused right now." in typed(code).content.decode()


# --- guessing


def test_a_machine_that_guesses_is_stopped_also_with_a_right_code(link: ConnectLink) -> None:
    code = code_for(link)
    other = wrong(code)

    answers = [typed(other).status_code for _ in range(20)]

    assert answers == [422] * 20
    assert typed(code).status_code == 429
    assert not ConnectSession.objects.exists()
    assert typed(code, address="192.0.2.7").status_code == 302


def test_a_mistyped_code_is_no_guess(link: ConnectLink) -> None:
    code = code_for(link)
    broken = code[:-1] + next(letter for letter in ALPHABET if letter != code[-1])

    for _ in range(25):
        assert "Compare all 9 characters" in typed(broken).content.decode()

    assert typed(code).status_code == 302


def test_many_addresses_together_are_stopped(link: ConnectLink, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pairing, "_TRIES_OF_ALL", 30)
    code = code_for(link)
    other = wrong(code)

    answers = [typed(other, address=f"198.51.100.{number}").status_code for number in range(31)]

    assert answers == [422] * 30 + [429]
    assert typed(code, address="203.0.113.1").status_code == 429


@pytest.mark.parametrize("text", ["", "   ", "x" * 5000, "<script>", "\0", "７ＫＭＡ４ＷＸＤ９", "ß" * 9])
def test_hostile_texts_are_mistyped(link: ConnectLink, text: str) -> None:
    answer = typed(text)

    assert answer.status_code == 422
    assert "<script>" not in answer.content.decode()
