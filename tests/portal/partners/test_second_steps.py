"""Secrets of the second step at rest: encrypted by the keyring, also those of before, and renewed with its keys."""

import importlib
import json

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP
from cryptography.fernet import Fernet
from django.apps import apps
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.utils import timezone

from portal.security.keyring import is_current
from portal.security.rotation import RotationCount, rotate_second_steps
from tests.portal.partners.test_account import code_for, confirmed, signed_in

pytestmark = pytest.mark.django_db
SECRET, SEED = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP", "5eed" * 20
OLD, NEW = Fernet.generate_key().decode(), Fernet.generate_key().decode()


@pytest.fixture(autouse=True)
def clock_stands_still(time_machine):
    """A code holds for 30 seconds of the clock; between making one and sending it, the next may begin."""
    time_machine.move_to(timezone.now(), tick=False)


def stored() -> str:
    """What a dump of the table has."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT data FROM mfa_authenticator ORDER BY id")
        return " ".join(row if isinstance(row, str) else json.dumps(row) for (row,) in cursor.fetchall())


def works(user, code: str) -> bool:
    """Whether the code is the second step of a sign-in."""
    client: Client = signed_in(user)
    return client.post("/accounts/2fa/authenticate/", {"code": code}).status_code == 302


def migrate_back() -> None:
    migration = importlib.import_module("portal.migrations.0018_encrypt_second_steps").Migration
    migration.operations[0].reverse_code(apps, None)


def test_what_somebody_sets_up_is_encrypted_and_works(manager):
    client = confirmed(manager)
    secret = client.get("/accounts/2fa/totp/activate/").context["form"].secret
    client.post("/accounts/2fa/totp/activate/", {"code": code_for(secret)})
    codes = client.get("/accounts/2fa/recovery-codes/").context["unused_codes"]

    assert {row.type for row in Authenticator.objects.all()} == {"totp", "recovery_codes"}
    assert secret not in stored()
    for row in Authenticator.objects.all():
        assert is_current(row.data.get("secret") or row.data["seed"])
    assert (works(manager, codes[0]), works(manager, codes[0])) == (True, False)


def test_second_steps_of_before_are_encrypted_and_go_on(manager, user):
    Authenticator.objects.create(user=manager, type="totp", data={"secret": SECRET})
    Authenticator.objects.create(user=manager, type="recovery_codes", data={"seed": SEED, "used_mask": 1})
    Authenticator.objects.create(user=user, type="recovery_codes", data={"migrated_codes": ["11112222"]})
    Authenticator.objects.create(user=user, type="webauthn", data={"name": "Key", "credential": {}})

    first, again = rotate_second_steps(), rotate_second_steps()

    assert (first.rotated, first.unreadable) == (3, ())
    assert (again.rotated, again.current) == (0, 3)
    assert [text for text in (SECRET, SEED, "11112222") if text in stored()] == []
    assert works(manager, code_for(SECRET))
    assert works(user, "11112222")
    assert Authenticator.objects.get(type="webauthn").data == {"name": "Key", "credential": {}}


def test_the_migration_goes_back(manager):
    TOTP.activate(manager, SECRET)

    migrate_back()

    assert Authenticator.objects.get().data == {"secret": SECRET}


def test_rotation_renews_second_steps_and_passes_over_what_is_done(manager, user, settings, capsys):
    settings.ENCRYPTION_KEYS = [OLD]
    TOTP.activate(manager, SECRET)
    codes = RecoveryCodes.activate(manager).generate_codes()
    Authenticator.objects.create(user=user, type="webauthn", data={"name": "Key", "credential": {}})
    settings.ENCRYPTION_KEYS = [NEW, OLD]

    call_command("rotate_keys")

    assert "mfa.Authenticator.data: 2 encrypted anew, 0 already current" in capsys.readouterr().out
    assert rotate_second_steps() == RotationCount("mfa.Authenticator.data", rotated=0, current=2, unreadable=())
    settings.ENCRYPTION_KEYS = [NEW]
    assert works(manager, code_for(SECRET))
    assert works(manager, codes[0])


def test_rotation_names_second_steps_whose_key_is_gone(manager, settings):
    settings.ENCRYPTION_KEYS = [OLD]
    TOTP.activate(manager, SECRET)
    settings.ENCRYPTION_KEYS = [NEW]

    unreadable = (str(Authenticator.objects.get().pk),)

    assert rotate_second_steps() == RotationCount("mfa.Authenticator.data", rotated=0, current=0, unreadable=unreadable)
