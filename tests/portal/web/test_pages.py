"""The shared pages: errors in plain words, the theme, health, and the frame that every page has."""

import re
from collections.abc import Callable
from typing import Any

import pytest
import time_machine
from allauth.usersessions.models import UserSession
from django.contrib.auth.models import AnonymousUser
from django.db import connection
from django.http import HttpRequest
from django.test import Client, RequestFactory
from django.test.utils import CaptureQueriesContext

from portal.events.actors import Actor
from portal.events.domain import record
from portal.partners.access import ManagersOnly, NoPartner
from portal.partners.models import User
from portal.web import views
from portal.web.pages import token_after

ClientOf = Callable[[User], Client]


def test_health_answers_without_a_sign_in(db: None, client: Client) -> None:
    answer = client.get("/healthz")

    assert (answer.status_code, answer.json()) == (200, {"status": "ok"})


def test_who_reports_a_vulnerability_is_told_where(client: Client, settings: Any) -> None:
    settings.SECURITY_EMAIL = "security@acme.example"
    settings.SITE_URL = "https://portal.acme.example"

    with time_machine.travel("2027-01-01T00:00:00Z", tick=False):
        answer = client.get("/.well-known/security.txt")

    assert answer.headers["Content-Type"] == "text/plain; charset=utf-8"
    assert answer.content.decode().splitlines() == [
        "Contact: mailto:security@acme.example",
        "Expires: 2027-06-30T00:00:00Z",
        "Preferred-Languages: en",
        "Canonical: https://portal.acme.example/.well-known/security.txt",
    ]


def test_unknown_address_gets_a_plain_page_with_its_reference(manager: User, client_of: ClientOf) -> None:
    answer = client_of(manager).get("/no-such-page/", headers={"X-Request-ID": "abc-12345678"})

    assert answer.status_code == 404
    page = answer.content.decode()
    assert "<h1>Page not found</h1>" in page
    assert "abc-12345678" in page


def test_unknown_address_says_the_same_to_a_stranger(db: None, client: Client) -> None:
    answer = client.get("/no-such-page/")

    assert answer.status_code == 404
    assert "Sign out" not in answer.content.decode()


def test_person_without_a_partner_learns_whom_to_ask(django_user_model: type[User], client_of: ClientOf) -> None:
    nobody = django_user_model.objects.create_user(email="nobody@nowhere.example", password=None)

    answer = client_of(nobody).get("/uploads/")

    assert answer.status_code == 403
    page = answer.content.decode()
    assert "<h1>You’re not a member of a partner yet</h1>" in page
    assert 'href="/uploads/"' not in page


@pytest.mark.parametrize(
    ("exception", "words"),
    [
        (NoPartner(), "Ask a manager at your organization to invite you"),
        (ManagersOnly(), "Only managers can do this"),
        (PermissionError(), "Nothing changed"),
    ],
)
def test_refusal_says_who_can_help(db: None, rf: RequestFactory, exception: Exception, words: str) -> None:
    answer = views.permission_denied(_request(rf), exception)

    assert answer.status_code == 403
    assert words in answer.content.decode()


def test_stale_form_gets_a_way_on(manager: User) -> None:
    strict = Client(enforce_csrf_checks=True)

    answer = strict.post("/theme/", {"theme": "dark"})

    assert answer.status_code == 403
    assert "<h1>This form is no longer current</h1>" in answer.content.decode()


def test_unreadable_request_says_that_nothing_changed(db: None, rf: RequestFactory) -> None:
    answer = views.bad_request(_request(rf), ValueError())

    assert answer.status_code == 400
    assert "Nothing changed" in answer.content.decode()


def test_failure_page_needs_neither_database_nor_session(rf: RequestFactory) -> None:
    request = rf.get("/")
    request.request_id = "abc-12345678"  # type: ignore[attr-defined]  # our own mark on the request

    answer = views.server_error(request)  # no `db` fixture: a query would fail the test

    assert answer.status_code == 500
    assert "abc-12345678" in answer.content.decode()


@pytest.mark.parametrize("theme", ["light", "dark", "system"])
def test_theme_is_kept_and_shown(manager: User, client_of: ClientOf, theme: str) -> None:
    client = client_of(manager)

    answer = client.post("/theme/", {"theme": theme, "next": "/meters/?q=x"})

    assert (answer.status_code, answer["Location"]) == (302, "/meters/?q=x")
    page = client.get("/meters/").content.decode()
    assert f'data-theme="{theme}"' in page
    assert ('data-bs-theme="dark"' in page) == (theme == "dark")
    assert f'value="{theme}" aria-pressed="true"' in page


def test_theme_never_leads_away_from_the_portal(db: None, client: Client) -> None:
    answer = client.post("/theme/", {"theme": "dark", "next": "https://elsewhere.example/"})

    assert answer["Location"] == "/"


def test_theme_that_does_not_exist_is_refused(db: None, client: Client) -> None:
    answer = client.post("/theme/", {"theme": "pink"})

    assert answer.status_code == 403
    assert "theme" not in answer.cookies


def test_unknown_theme_in_the_cookie_means_system(db: None, client: Client) -> None:
    client.cookies["theme"] = '"><b>'

    assert 'data-theme="system"' in client.get("/accounts/login/").content.decode()


ACCOUNT_PAGES = [
    "/accounts/password/change/",
    "/accounts/email/",
    "/accounts/2fa/",
    "/accounts/2fa/webauthn/",
    "/accounts/2fa/webauthn/add/",
    "/accounts/2fa/totp/activate/",
    "/accounts/sessions/",
    "/accounts/logout/",
    "/accounts/confirm-email/",
    "/accounts/inactive/",
]
ENTRANCE_PAGES = [
    "/accounts/login/",
    "/accounts/signup/",
    "/accounts/password/reset/",
    "/accounts/password/reset/done/",
    "/accounts/password/reset/key/1-set-password/",
    "/accounts/password/reset/key/done/",
    "/accounts/confirm-email/no-such-key/",
]


@pytest.mark.parametrize("path", ACCOUNT_PAGES)
def test_account_page_is_one_of_ours(manager: User, client_of: ClientOf, path: str) -> None:
    _assert_ours(client_of(manager).get(path, follow=True))


@pytest.mark.parametrize("path", ENTRANCE_PAGES)
def test_entrance_page_is_one_of_ours(db: None, client: Client, path: str) -> None:
    _assert_ours(client.get(path, follow=True))


def test_wrong_password_is_said_in_the_summary(manager: User, client: Client) -> None:
    answer = client.post("/accounts/login/", {"login": manager.email, "password": "not this one"})

    page = answer.content.decode()
    assert "There is a problem" in page
    assert "<title>Error: Sign in" in page
    assert f'value="{manager.email}"' in page


def _request(rf: RequestFactory) -> HttpRequest:
    request = rf.get("/")
    request.user = AnonymousUser()
    return request


def _assert_ours(answer: Any) -> None:
    page = answer.content.decode()
    assert answer.status_code == 200
    assert len(re.findall("<h1", page)) == 1
    assert re.search(r"<title>\s*\S.* · Partner portal</title>", page, re.S)
    main = re.sub(r"<[^>]+>", " ", page.partition("<main")[2].partition("</main>")[0]).lower()
    for word in ("please", "sorry", "invalid", "oops", "forbidden"):
        assert word not in main


@pytest.mark.django_db
def test_when_a_session_was_last_seen_is_written_once_in_a_while(user: User, client_of: ClientOf) -> None:
    client = client_of(user)
    client.get("/")
    seen = UserSession.objects.get(user=user).last_seen_at

    with CaptureQueriesContext(connection) as queries:
        client.get("/")

    assert UserSession.objects.get(user=user).last_seen_at == seen
    assert [query["sql"] for query in queries if query["sql"].startswith(("UPDATE", "INSERT"))] == []


@pytest.mark.parametrize("target", ["/meters/", "/uploads/", "/uploads/columns/", "/audit/"])
def test_a_page_token_of_another_list_gives_the_first_page(manager: User, client_of: ClientOf, target: str) -> None:
    event = record("partner.seen", subject=manager, partner=None, by=Actor.system())
    other = manager.memberships.get().partner
    tokens = [token_after(row, sort="-pk") for row in (event, other, manager)]

    for token in tokens:
        assert client_of(manager).get(target, {"page": token}).status_code == 200
