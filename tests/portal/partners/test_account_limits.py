"""Nobody guesses for long, and nobody locks out somebody else; emails about accounts are not sent without end."""

import re
import threading
from datetime import timedelta

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP
from django.core import mail
from django.db import connection
from django.test import Client
from django.utils import timezone

from portal.events.actors import Actor
from portal.partners import domain
from portal.partners.models import Role
from portal.problems import Refused
from portal.security.limits import count_event, take_back
from tests.conftest import PASSWORD
from tests.portal.partners.test_account import code_for, confirmed

pytestmark = pytest.mark.django_db
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
WRONG, TOO_MANY = "wrong", "too many"


@pytest.fixture(autouse=True)
def _still_clock(time_machine):
    """Windows end when a test says so; codes hold for as long as it takes."""
    time_machine.move_to(timezone.now(), tick=False)


def answer_of(response) -> str:
    """What became of a try: "in", "wrong" or "too many"."""
    if response.status_code == 302:
        return "in"
    page = response.content.decode()
    return TOO_MANY if "Too many tries." in page else WRONG if re.search("is wrong|not your current", page) else page


def sign_in(client: Client, email: str, password: str = PASSWORD, address: str = "203.0.113.5") -> str:
    return answer_of(client.post("/accounts/login/", {"login": email, "password": password}, REMOTE_ADDR=address))


def guess(email: str, *, times: int, address: str = "203.0.113.5", client: Client | None = None) -> list[str]:
    return [sign_in(client or Client(), email, f"guess {time}", address) for time in range(times)]


def attack(email: str, addresses: int = 25) -> None:
    """Guess from many addresses until the account's own limit is used up."""
    for address in range(addresses):
        guess(email, times=5, address=f"198.51.100.{address}")


def test_a_guesser_is_stopped_and_waits_longer_each_time(manager, time_machine):
    said = [guess(manager.email, times=6)]
    for wait in (timedelta(minutes=5), timedelta(minutes=5), timedelta(minutes=5), timedelta(hours=1)):
        time_machine.shift(wait)
        said.append(guess(manager.email, times=6))

    assert said == [
        *[[*[WRONG] * 5, TOO_MANY]] * 3,
        [TOO_MANY] * 6,  # 15 in the hour are used up
        [*[WRONG] * 5, TOO_MANY],
    ]


def test_the_right_password_is_not_checked_either_once_there_were_too_many(manager):
    guess(manager.email, times=5)

    page = (
        Client()
        .post("/accounts/login/", {"login": manager.email, "password": PASSWORD}, REMOTE_ADDR="203.0.113.5")
        .content.decode()
    )

    assert "Too many tries. Try again in 5 minutes, or reset your password." in page


def test_another_address_of_an_account_and_an_unknown_account_are_counted_the_same(manager):
    EmailAddress.objects.create(user=manager, email="other@acme.example", verified=True)

    assert guess(manager.email, times=3) + guess("other@acme.example", times=3) == [*[WRONG] * 5, TOO_MANY]
    assert guess("Nobody@nowhere.example", times=3, address="203.0.113.6") == [WRONG] * 3
    assert guess("nobody@nowhere.example", times=3, address="203.0.113.6") == [WRONG, WRONG, TOO_MANY]


def test_whoever_signs_in_often_does_not_wait(manager):
    assert [sign_in(Client(), manager.email) for _ in range(20)] == ["in"] * 20


def test_strangers_do_not_lock_the_owner_out(manager):
    here = Client()
    sign_in(here, manager.email)
    here.post("/accounts/logout/")
    attack(manager.email)

    assert sign_in(Client(), manager.email, address="192.0.2.1") == TOO_MANY  # the limit of all strangers together
    assert sign_in(here, manager.email, address="198.51.100.1") == "in"  # even from where a stranger was stopped


def test_one_address_alone_does_not_use_up_the_limit_of_all_strangers(manager, time_machine):
    for _ in range(3):
        guess(manager.email, times=40)
        time_machine.shift(timedelta(hours=1))

    assert sign_in(Client(), manager.email, address="192.0.2.1") == "in"


def test_a_reset_by_email_lets_the_owner_in_while_strangers_try(manager):
    attack(manager.email)
    here, new = Client(), "a staple of battery horses"
    here.post("/accounts/password/reset/", {"email": manager.email}, REMOTE_ADDR="192.0.2.1")
    link = re.search(r"https?://[^/]+(/accounts/password/reset/key/\S+)", mail.outbox[-1].body)[1]
    form = here.get(link, follow=True).request["PATH_INFO"]

    here.post(form, {"password1": new, "password2": new})

    assert sign_in(Client(), manager.email, new, address="192.0.2.1") == TOO_MANY
    assert sign_in(here, manager.email, new, address="192.0.2.1") == "in"


def test_a_known_browser_is_known_for_its_own_accounts_alone_and_has_a_limit_too(manager, user):
    here = Client()
    sign_in(here, user.email)
    here.post("/accounts/logout/")
    attack(manager.email)

    assert sign_in(here, manager.email, address="192.0.2.1") == TOO_MANY
    assert guess(user.email, times=6, client=here) == [*[WRONG] * 5, TOO_MANY]


def test_a_forged_cookie_makes_no_browser_known(manager):
    attack(manager.email)
    forger = Client()
    forger.cookies["known_browser"] = f'{{"browser": "x", "accounts": ["{manager.pk}"]}}'

    assert sign_in(forger, manager.email, address="192.0.2.1") == TOO_MANY


def test_one_network_address_tries_few_accounts(manager):
    said = [guess(f"person{number}@nowhere.example", times=4) for number in range(20)]

    assert sum(answers.count(WRONG) for answers in said) == 60
    assert sign_in(Client(), manager.email, address="192.0.2.1") == "in"


def test_an_ipv6_network_counts_as_one_address(manager):
    said = [guess(manager.email, times=1, address=f"2001:db8:0:1::{number}") for number in range(7)]

    assert said == [*[[WRONG]] * 5, *[[TOO_MANY]] * 2]


def test_codes_of_the_second_step_are_limited_and_recovery_codes_with_them(manager):
    TOTP.activate(manager, SECRET)
    codes = RecoveryCodes.activate(manager).generate_codes()
    client = Client()
    sign_in(client, manager.email)

    said = [answer_of(client.post("/accounts/2fa/authenticate/", {"code": f"{number:06}"})) for number in range(5)]
    last = [
        answer_of(client.post("/accounts/2fa/authenticate/", {"code": code})) for code in (code_for(SECRET), codes[0])
    ]

    assert said == [WRONG] * 5
    assert last == [TOO_MANY] * 2


def test_the_right_code_is_not_counted(manager):
    TOTP.activate(manager, SECRET)
    codes = RecoveryCodes.activate(manager).generate_codes()

    for code in codes[:8]:
        client = Client()
        sign_in(client, manager.email)
        assert answer_of(client.post("/accounts/2fa/authenticate/", {"code": code})) == "in"
    assert Authenticator.objects.get(user=manager, type="recovery_codes").data["used_mask"] == 2**8 - 1


@pytest.mark.parametrize(
    ("path", "sent"),
    [
        ("/accounts/reauthenticate/", {"password": "x"}),
        ("/accounts/password/change/", {"oldpassword": "x", "password1": "y", "password2": "y"}),
        ("/accounts/2fa/reauthenticate/", {"code": "000000"}),
    ],
)
def test_asking_again_is_limited(manager, path, sent):
    client = confirmed(manager)
    TOTP.activate(manager, SECRET)

    assert [answer_of(client.post(path, sent)) for _ in range(6)] == [*[WRONG] * 5, TOO_MANY]


def test_what_is_taken_back_is_not_counted(db):
    limit = {"most": 2, "per": timedelta(minutes=1)}
    for _ in range(3):
        count_event("test", "key", **limit)
        take_back("test", "key")
    take_back("test", "key")  # never below nothing

    assert [count_event("test", "key", **limit).count for _ in range(2)] == [1, 2]


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif("connection.vendor != 'postgresql'", reason="SQLite has one writer at a time")
def test_many_tries_at_once_are_no_more_than_one_after_the_other(manager):
    gate, said = threading.Barrier(12), []

    def run() -> None:
        gate.wait()
        try:
            said.extend(guess(manager.email, times=2))
        finally:
            connection.close()

    threads = [threading.Thread(target=run) for _ in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(said) == [*[TOO_MANY] * 19, *[WRONG] * 5]


# --- emails


def test_a_reset_can_be_asked_for_five_times_an_hour_known_or_not(manager, time_machine):
    for email in (manager.email, "nobody@nowhere.example"):
        pages = [Client().post("/accounts/password/reset/", {"email": email}) for _ in range(7)]

        assert [page.status_code for page in pages] == [*[302] * 5, *[200] * 2]
        assert "We were asked for this email many times." in pages[-1].content.decode()
        assert f'value="{email}"' in pages[-1].content.decode()
    time_machine.shift(timedelta(hours=1))
    Client().post("/accounts/password/reset/", {"email": manager.email})

    assert len(mail.outbox) == 6


def test_one_network_address_asks_for_thirty_emails_an_hour(manager):
    for number in range(30):
        Client().post("/accounts/password/reset/", {"email": f"person{number}@nowhere.example"})

    stopped = Client().post("/accounts/password/reset/", {"email": manager.email})
    elsewhere = Client().post("/accounts/password/reset/", {"email": manager.email}, REMOTE_ADDR="192.0.2.1")

    assert (stopped.status_code, elsewhere.status_code) == (200, 302)


def test_a_confirmation_is_sent_again_five_times_and_the_address_stays(manager):
    client = confirmed(manager)
    client.post("/accounts/email/", {"action_add": "", "email": "new@acme.example"})

    pages = [
        client.post("/accounts/email/", {"action_send": "", "email": "new@acme.example"}, follow=True) for _ in range(6)
    ]

    assert len(mail.outbox) == 5
    assert ["We were asked for this email many times." in page.content.decode() for page in pages] == [
        *[False] * 4,
        *[True] * 2,
    ]
    assert EmailAddress.objects.filter(user=manager, email="new@acme.example").exists()


def test_an_address_that_is_added_again_and_again_is_emailed_five_times(manager):
    client = confirmed(manager)
    for _ in range(6):
        client.post("/accounts/email/", {"action_add": "", "email": "new@acme.example"})
        client.post("/accounts/email/", {"action_remove": "", "email": "new@acme.example"})

    client.post("/accounts/email/", {"action_add": "", "email": "new@acme.example"})

    assert len([message for message in mail.outbox if message.to == ["new@acme.example"]]) == 5
    assert EmailAddress.objects.filter(user=manager, email="new@acme.example", verified=False).exists()


def test_an_invitation_is_emailed_five_times_a_day(acme, manager, client_of, django_capture_on_commit_callbacks):
    client, email = client_of(manager), "new@acme.example"
    with django_capture_on_commit_callbacks(execute=True):
        invitation, _ = domain.invite(acme, email=email, role=Role.USER, by=Actor.system("Test"))
        pages = [client.post(f"/people/invitations/{invitation.pk}/again/", follow=True) for _ in range(6)]
    hashes = invitation.token_hash

    assert "We already emailed new@acme.example 5 times in the last day." in pages[-1].content.decode()
    assert len(mail.outbox) == 5
    invitation.refresh_from_db()
    assert invitation.token_hash != hashes  # that of the fifth email, whose link still works
    token = re.search(r"/invitations/(\S+?)/", mail.outbox[-1].body)[1]
    assert domain.find_invitation(token) == invitation


def test_withdrawing_and_inviting_anew_is_no_way_around_the_limit(acme, manager, django_capture_on_commit_callbacks):
    by = Actor.system("Test")

    def invite_and_withdraw() -> None:
        domain.withdraw_invitation(domain.invite(acme, email="new@acme.example", role=Role.USER, by=by)[0], by=by)

    with django_capture_on_commit_callbacks(execute=True):
        for _ in range(5):
            invite_and_withdraw()
        with pytest.raises(Refused, match="INVITATION_SENT_OFTEN"):
            invite_and_withdraw()

    assert len(mail.outbox) == 5
    assert acme.invitations.count() == 5
