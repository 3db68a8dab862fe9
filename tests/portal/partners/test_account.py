"""A person's own account: addresses, second step, sessions, and the portal's words."""

import re

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value, yield_hotp_counters_from_time
from allauth.usersessions.models import UserSession
from django.core import mail
from django.test import Client
from django.utils import timezone

from portal.events.models import Event
from portal.partners.browsers import browser_of
from portal.partners.models import Partner
from tests.conftest import PASSWORD

pytestmark = pytest.mark.django_db
CHROME = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Safari/537.36"
)


def signed_in(user, agent: str = CHROME) -> Client:
    client = Client(headers={"User-Agent": agent})
    client.post("/accounts/login/", {"login": user.email, "password": PASSWORD})
    return client


def confirmed(user) -> Client:
    """Signed in, and sure to be the person: asked before a change of how one signs in."""
    client = signed_in(user)
    client.post("/accounts/reauthenticate/", {"password": PASSWORD})
    return client


def code_for(secret: str) -> str:
    return format_hotp_value(hotp_value(secret, next(yield_hotp_counters_from_time())))


def test_an_address_that_waits_does_not_keep_anybody_from_the_second_step(acme, manager, time_machine):
    time_machine.move_to(timezone.now(), tick=False)  # a code holds for 30 seconds of the clock
    Partner.objects.filter(pk=acme.pk).update(requires_two_factor=True)
    EmailAddress.objects.create(user=manager, email="new@acme.example", verified=False)
    client = confirmed(manager)

    asked = client.get("/accounts/2fa/totp/activate/")
    client.post("/accounts/2fa/totp/activate/", {"code": code_for(asked.context["form"].secret)})

    assert asked.status_code == 200
    assert Authenticator.objects.filter(user=manager, type="totp").exists()
    assert client.get("/people/").status_code == 200


def test_whoever_has_a_second_step_can_add_an_address(manager):
    client = confirmed(manager)
    Authenticator.objects.create(user=manager, type="totp", data={"secret": "x"})

    client.post("/accounts/email/", {"action_add": "", "email": "new@acme.example"})

    assert [message.to for message in mail.outbox][-1] == ["new@acme.example"]


@pytest.mark.parametrize(
    ("verified", "offered"),
    [(None, []), (True, ["action_primary", "action_remove"]), (False, ["action_send", "action_remove"])],
)
def test_each_address_offers_what_can_be_done_with_it(user, verified, offered):
    if verified is not None:
        EmailAddress.objects.create(user=user, email="other@acme.example", verified=verified)

    page = signed_in(user).get("/accounts/email/").content.decode()

    assert re.findall(r'name="(action_[a-z]+)"', page) == [*offered, "action_add"]


@pytest.mark.parametrize(
    ("path", "sent", "error"),
    [
        ("/accounts/email/", {"action_add": ""}, "Enter an email address."),
        ("/accounts/email/", {"action_add": "", "email": "x"}, "Enter an email address like name@company.com."),
        ("/accounts/email/", {"action_add": "", "email": "user@acme.example"}, "You already have this address."),
        ("/accounts/password/change/", {}, "Enter your current password."),
        ("/accounts/password/change/", {"oldpassword": "x"}, "This is not your current password."),
        (
            "/accounts/password/change/",
            {"oldpassword": PASSWORD, "password1": PASSWORD + "1", "password2": PASSWORD + "2"},
            "The passwords don’t match. Enter the same one twice.",
        ),
        ("/accounts/reauthenticate/", {"password": "x"}, "The password is wrong. Check it and try again."),
        ("/accounts/2fa/totp/activate/", {}, "Enter the six digits the app shows."),
        (
            "/accounts/2fa/totp/activate/",
            {"code": "000000"},
            "This code is wrong or was already used. Enter the newest one.",
        ),
    ],
)
def test_forms_of_the_account_speak_our_words(user, path, sent, error):
    page = confirmed(user).post(path, sent).content.decode()

    assert error in page
    assert "Error: " in page
    main = page.partition("<main")[2]
    assert re.findall(r"placeholder=|Please|\(again\)", main) == []


def test_the_sign_in_page_speaks_our_words(user, client):
    page = client.post("/accounts/login/", {"login": user.email, "password": "x"}).content.decode()
    empty = client.post("/accounts/login/", {}).content.decode()

    assert "The email address or password is wrong." in page
    assert ("Enter your email address." in empty, "Enter your password." in empty) == (True, True)


@pytest.mark.parametrize(
    ("agent", "words"),
    [
        (CHROME, "Chrome on Windows"),
        (CHROME + " Edg/126.0.0.0", "Edge on Windows"),
        ("Mozilla/5.0 (X11; Linux x86_64; rv:127.0) Gecko/20100101 Firefox/127.0", "Firefox on Linux"),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) Version/17.5 Mobile Safari/604.1", "Safari on iPhone"),
        ("Mozilla/5.0 (Linux; Android 14; Pixel 8) Chrome/126.0.0.0 Mobile Safari/537.36", "Chrome on Android"),
        ("curl/8.5.0", ""),
        ("", ""),
    ],
)
def test_browsers_have_names(agent, words):
    assert browser_of(agent) == words


def test_one_session_is_ended_alone(acme, user):
    here, there, third = signed_in(user), signed_in(user, "curl/8.5.0"), signed_in(user)
    page = here.get("/accounts/sessions/").content.decode()
    session = UserSession.objects.get(user_agent="curl/8.5.0")

    for _ in range(2):
        assert here.post(f"/sessions/{session.pk}/end/")["Location"] == "/accounts/sessions/"

    assert "Chrome on Windows" in page
    assert page.count("End session") == 2
    assert [client.get("/people/").status_code for client in (here, there, third)] == [200, 302, 200]
    assert Event.objects.filter(verb="person.signed_out_elsewhere").count() == 1


def test_a_session_of_somebody_else_goes_on(user, manager):
    other = signed_in(manager)

    signed_in(user).post(f"/sessions/{UserSession.objects.get(user=manager).pk}/end/")

    assert other.get("/people/").status_code == 200


# --- emails about an account


def change_password(user) -> Client:
    client = confirmed(user)
    new = "a staple of battery horses"
    client.post("/accounts/password/change/", {"oldpassword": PASSWORD, "password1": new, "password2": new})
    return client


def test_a_changed_password_is_told_by_name_and_time(manager, time_machine):
    time_machine.move_to("2026-11-30 15:04 +0000", tick=False)

    change_password(manager)

    [message] = mail.outbox
    assert (message.to, message.subject) == ([manager.email], "Your password was changed")
    assert message.body.split("\n\n")[:3] == [
        "Hi Mara Manager,",
        "Your password was changed.",
        "- When: Nov 30, 2026, 7:04 AM PST",  # in the zone of the page
    ]
    assert "127.0.0.1" not in message.body.replace("http://127.0.0.1:8000/", "")  # nor from where


def test_a_mail_server_that_is_down_stops_no_change(manager, settings):
    client = confirmed(manager)
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1  # nobody listens there

    new = "a staple of battery horses"
    said = {"oldpassword": PASSWORD, "password1": new, "password2": new}
    answer = client.post("/accounts/password/change/", said)

    assert answer.status_code == 302
    manager.refresh_from_db()
    assert manager.check_password(new)


def main_of(answer) -> str:
    """The page without its head, which holds the reference of the request."""
    return answer.content.decode().partition("<main")[2].partition("</main>")[0]


def links_in(message) -> set[str]:
    return set(re.findall(r"https?://[^\s\"<]+", f"{message.body} {message.alternatives[0][0]}"))


@pytest.mark.parametrize(
    ("path", "sent", "place"),
    [
        ("/accounts/password/reset/", {"email": "manager@acme.example"}, "password/reset/key/"),
        ("/accounts/email/", {"action_add": "", "email": "new@acme.example"}, "confirm-email/"),
        ("/accounts/email/", {"action_send": "", "email": "waits@acme.example"}, "confirm-email/"),
    ],
)
def test_links_lead_to_our_own_address_whatever_the_browser_names(manager, settings, path, sent, place):
    settings.SITE_URL, settings.ALLOWED_HOSTS = "https://portal.example.com", ["*"]
    EmailAddress.objects.create(user=manager, email="waits@acme.example", verified=False)
    client = confirmed(manager)

    client.post(path, sent, headers={"Host": "evil.example", "X-Forwarded-Host": "evil.example"})

    [message] = mail.outbox
    links = links_in(message)
    assert {link.startswith("https://portal.example.com/") for link in links} == {True}
    assert any(link.startswith(f"https://portal.example.com/accounts/{place}") for link in links)


def test_a_reset_for_an_unknown_address_is_answered_the_same_and_sends_nothing(manager, client):
    known, unknown = (
        client.post("/accounts/password/reset/", {"email": email}, follow=True)
        for email in (manager.email, "nobody@nowhere.example")
    )

    assert [message.to for message in mail.outbox] == [[manager.email]]
    assert [answer.redirect_chain for answer in (known, unknown)] == [[("/accounts/password/reset/done/", 302)]] * 2
    assert main_of(known) == main_of(unknown)


def test_signing_up_sends_nothing(db, client):
    answer = client.post("/accounts/signup/", {"email": "nobody@nowhere.example", "password1": PASSWORD})

    assert "Accounts are by invitation" in answer.content.decode()
    assert mail.outbox == []
