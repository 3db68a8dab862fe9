"""An API key is the password of its account's SFTP user."""

import io
from types import SimpleNamespace
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from portal.events.actors import Actor
from portal.partners.keys import create_api_key, revoke_api_key
from portal.partners.models import ApiKey, KeyPermission, Partner

pytestmark = pytest.mark.django_db


@pytest.fixture
def is_let_in(monkeypatch: pytest.MonkeyPatch) -> Any:
    def is_let_in(user: str, password: str, *, address: str = "203.0.113.7") -> bool:
        monkeypatch.setenv("PAM_USER", user)
        monkeypatch.setenv("PAM_RHOST", address)
        typed = SimpleNamespace(buffer=io.BytesIO(password.encode() + b"\0"))  # as pam_exec hands it over
        monkeypatch.setattr("sys.stdin", typed)
        try:
            call_command("check_sftp_password")
        except CommandError as error:
            return error.returncode != 1
        return True

    return is_let_in


def test_a_key_opens_its_own_account(
    is_let_in: Any, acme: Partner, borealis: Partner, api_key: tuple[ApiKey, str]
) -> None:
    key, text = api_key

    assert is_let_in(acme.pk.hex, text)
    assert is_let_in(str(acme.pk), text)
    assert not is_let_in(borealis.pk.hex, text)
    assert not is_let_in("root", text)
    assert ApiKey.objects.get(pk=key.pk).last_used_address == "203.0.113.7"


@pytest.mark.parametrize("password", ["", "password", "lpk_live_0000000000000000:x", "\ud7ff"])
def test_other_passwords_open_nothing(is_let_in: Any, acme: Partner, password: str) -> None:
    assert not is_let_in(acme.pk.hex, password)


def test_a_key_without_the_permission_opens_nothing(is_let_in: Any, acme: Partner) -> None:
    keys = {
        permission: create_api_key(acme, name=permission, by=Actor.system(), permissions=[permission])[1]
        for permission in (KeyPermission.READ_METERS, KeyPermission.INTERVAL_DATA)
    }

    assert {permission: is_let_in(acme.pk.hex, text) for permission, text in keys.items()} == {
        KeyPermission.READ_METERS: False,
        KeyPermission.INTERVAL_DATA: True,
    }


def test_a_key_opens_from_its_networks_alone(is_let_in: Any, acme: Partner) -> None:
    text = create_api_key(acme, name="office", by=Actor.system(), networks=["203.0.113.0/24"])[1]

    assert is_let_in(acme.pk.hex, text)
    assert not is_let_in(acme.pk.hex, text, address="198.51.100.1")


def test_a_key_that_ended_and_one_of_a_partner_that_ended_open_nothing(
    is_let_in: Any, acme: Partner, api_key: tuple[ApiKey, str]
) -> None:
    other = create_api_key(acme, name="other", by=Actor.system())[1]
    revoke_api_key(api_key[0], by=Actor.system())

    assert [is_let_in(acme.pk.hex, text) for text in (api_key[1], other)] == [False, True]
    Partner.objects.filter(pk=acme.pk).update(is_active=False)
    assert not is_let_in(acme.pk.hex, other)
