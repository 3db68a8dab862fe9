"""How a utility is reached: the secret stays inside, and the admin can ask whether its addresses answer."""

import http.server
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from html import unescape
from io import StringIO

import pytest
from cryptography.fernet import Fernet
from django.contrib.auth.models import Permission
from django.contrib.messages import get_messages
from django.core.exceptions import ValidationError
from django.core.management import CommandError, call_command
from django.db import connection as database
from django.urls import reverse

from portal.security.keyring import decrypt, is_current
from programs.domain import EndpointAnswer, try_connection
from programs.models import Utility, UtilityConnection
from tests.conftest import make_user
from tests.programs.test_admin import form_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("catalogue")]

SECRET = "correct-battery-staple"
URLS = {
    "authorization_url": "https://utility.example/authorize",
    "token_url": "https://utility.example/token",
    "resource_url": "https://utility.example/espi/1_1/resource",
}


@pytest.fixture
def desk(staff, client_of):
    return client_of(staff)


@pytest.fixture
def connected():
    return UtilityConnection.objects.create(
        utility=Utility.objects.get(code="PGE"), client_id="portal", client_secret=SECRET, scope="FB=4_5_15", **URLS
    )


def address(utility="PGE"):
    return reverse("admin:programs_utility_change", args=[Utility.objects.get(code=utility).pk])


def stored():
    with database.cursor() as cursor:
        cursor.execute("SELECT client_secret FROM programs_utilityconnection")
        return cursor.fetchone()[0]


def test_connection_is_typed_in_beside_its_utility_and_its_secret_is_encrypted(desk):
    data = form_of(desk, address())
    new = {**URLS, "client_id": "portal", "client_secret": SECRET, "scope": "FB=4_5_15", "is_active": "on"}
    new |= {"token_auth_method": "client_secret_post"}

    saved = desk.post(address(), data | {f"green_button-0-{name}": value for name, value in new.items()})

    assert saved.status_code == 302, saved.context["errors"]
    row = UtilityConnection.objects.get()
    assert (row.utility.code, row.client_secret, row.token_auth_method) == ("PGE", SECRET, "client_secret_post")
    assert decrypt(stored()) == SECRET
    assert SECRET not in stored()


def test_secret_is_never_shown_and_stays_when_its_field_is_left_empty(desk, connected):
    page = desk.get(address()).content.decode()
    data = form_of(desk, address()) | {"green_button-0-client_id": "renamed"}

    saved = desk.post(address(), data)

    connected.refresh_from_db()
    assert saved.status_code == 302, saved.context["errors"]
    assert (connected.client_id, connected.client_secret) == ("renamed", SECRET)
    assert SECRET not in page
    assert connected.client_secret not in str(data)


def test_saving_unchanged_leaves_no_history(desk, connected):
    before = connected.history.count()

    desk.post(address(), form_of(desk, address()))

    assert connected.history.count() == before


def test_history_does_not_hold_the_secret(desk, connected):
    connected.client_id = "renamed"
    connected.save()

    page = desk.get(reverse("admin:programs_historicalutilityconnection_changelist")).content.decode()

    assert "client_id: portal → renamed" in page
    assert SECRET not in page
    assert "client_secret" not in {field.name for field in connected.history.model._meta.get_fields()}


def test_page_that_asks_before_saving_carries_the_secret_on_unseen(desk, connected):
    page_address = address()
    data = form_of(desk, page_address) | {"name": "Mine", "green_button-0-client_secret": "brand-new-secret"}
    data["_rows_shown"] = desk.get(page_address).context["rows_shown"]
    connected.utility.name = "Theirs"
    connected.utility.save()

    asked = desk.post(page_address, data)
    sent = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)">', asked.content.decode()))
    connected.refresh_from_db()
    before = connected.client_secret
    choice = {sent["_asked"]: "mine"}
    saved = desk.post(page_address, {name: unescape(value) for name, value in sent.items()} | choice)
    connected.refresh_from_db()

    assert "Someone else changed this after you opened it" in asked.content.decode()
    assert "brand-new-secret" not in asked.content.decode()
    assert before == SECRET
    assert saved.status_code == 302
    assert connected.client_secret == "brand-new-secret"


def test_person_who_may_only_look_sees_everything_but_the_secret(client_of, connected):
    person = make_user("looks@portal.example", "Looks", is_staff=True)
    person.user_permissions.set(Permission.objects.filter(codename__in=["view_utility", "view_utilityconnection"]))

    page = client_of(person).get(address()).content.decode()

    assert URLS["token_url"] in page
    assert SECRET not in page


def test_secret_that_was_changed_on_its_way_is_asked_for_again(desk, connected):
    forged = form_of(desk, address()) | {"green_button-0-client_secret": "sealed:forged"}

    page = desk.post(address(), forged)

    assert "Enter the secret again." in page.content.decode()


@pytest.mark.parametrize(
    ("url", "fault"),
    [
        ("https://user:password@utility.example/", "Leave the user name and password out"),
        ("http://utility.example/", "must begin with https"),
        ("javascript:alert(1)", "Enter a valid URL"),
    ],
)
def test_address_that_would_not_be_dialed_is_refused(settings, connected, url, fault):
    settings.OUTBOUND_ALLOWS_LOOPBACK = False
    connected.token_url = url

    with pytest.raises(ValidationError, match=fault):
        connected.full_clean()


def test_keys_are_rotated_and_a_key_that_is_gone_is_told(settings, connected):
    old, new = settings.ENCRYPTION_KEYS[0], Fernet.generate_key().decode()
    settings.ENCRYPTION_KEYS, out = [new, old], StringIO()

    call_command("rotate_keys", stdout=out)
    call_command("rotate_keys", stdout=out)

    lines = out.getvalue().splitlines()
    field = "programs.UtilityConnection.client_secret"
    assert f"{field}: 1 encrypted anew, 0 already current" in lines
    assert f"{field}: 0 encrypted anew, 1 already current" in lines
    assert "Once every process runs with it, remove key 2 from ENCRYPTION_KEYS." in lines[-1]
    assert is_current(stored())
    settings.ENCRYPTION_KEYS = [old]
    with pytest.raises(CommandError, match=rf"{field}: 1 cannot be read \(id {connected.pk}\)\nTheir key is no longer"):
        call_command("rotate_keys", stdout=StringIO())


def test_page_of_a_utility_opens_when_the_key_of_its_secret_is_gone(settings, desk, connected):
    settings.ENCRYPTION_KEYS = [Fernet.generate_key().decode()]

    assert desk.get(address()).status_code == 200
    assert desk.get(reverse("admin:programs_utility_changelist")).status_code == 200


# --- does it answer?


class _Answers(http.server.BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(302 if self.path == "/authorize" else 405)
        self.send_header("Location", "https://utility.example/sign-in")
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:
        """Quiet."""


@contextmanager
def utility_server() -> Iterator[str]:
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), _Answers) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def test_trial_tells_what_each_address_answers(connected):
    with utility_server() as base:
        connected.authorization_url, connected.token_url = f"{base}/authorize", f"{base}/token"

        answers = try_connection(connected)

    assert answers == [
        EndpointAnswer("Authorization URL", f"{base}/authorize", code="REDIRECTED"),
        EndpointAnswer("Token URL", f"{base}/token", status=405),
    ]
    assert [answer.is_answered for answer in answers] == [True, True]


@pytest.mark.parametrize(
    ("url", "certificate", "code"),
    [
        ("http://127.0.0.1:1/", "", "NO_ANSWER"),
        ("https://10.0.0.1/", "", "ADDRESS_NOT_ALLOWED"),
        ("ftp://utility.example/", "", "SCHEME_NOT_ALLOWED"),
        ("https://127.0.0.1:1/", "/nowhere/certificate.pem", "CLIENT_CERTIFICATE_MISSING"),
    ],
)
def test_trial_tells_why_an_address_does_not_answer(connected, url, certificate, code):
    connected.token_url, connected.client_certificate = url, certificate

    answer = try_connection(connected)[1]

    assert answer == EndpointAnswer("Token URL", url, code=code)
    assert str(answer).startswith(f"Token URL ({url}): {code}: ")
    assert not answer.is_answered


def test_admin_tries_a_connection_by_button_and_by_action(desk, connected):
    button = reverse("admin:programs_utility_test_connection", args=[connected.utility.pk])
    action = {"action": "test_connections", "_selected_action": [connected.utility.pk]}
    others = {"action": "test_connections", "_selected_action": [Utility.objects.get(code="SCE").pk]}
    with utility_server() as base:
        UtilityConnection.objects.update(authorization_url=f"{base}/authorize", token_url=f"{base}/token")

        by_button = desk.post(button)
        by_action = desk.post(reverse("admin:programs_utility_changelist"), action)
        without = desk.post(reverse("admin:programs_utility_changelist"), others)

    texts = [[str(message) for message in get_messages(answer.wsgi_request)] for answer in (by_button, by_action)]
    assert button in desk.get(address()).content.decode()
    assert f"PGE: Token URL ({base}/token): answers with status 405." in texts[0]
    assert texts[1][-2:] == texts[0]
    assert "SCE has no Green Button connection yet." in [str(one) for one in get_messages(without.wsgi_request)]
    assert SECRET not in str(texts)


def test_only_staff_who_may_change_utilities_try_a_connection(client_of, manager, connected):
    button = reverse("admin:programs_utility_test_connection", args=[connected.utility.pk])

    assert client_of(manager).post(button).status_code == 302
    assert client_of(manager).post(button).url.startswith("/admin/login/")
