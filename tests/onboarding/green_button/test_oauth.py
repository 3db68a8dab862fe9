"""OAuth 2.0 against a real server: what is sent, what comes back, and that no secret leaks."""

import base64
import hashlib
import json
import traceback
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
import requests

from onboarding.green_button.oauth import (
    Endpoints,
    OAuthError,
    OAuthRefused,
    OAuthUnusable,
    Token,
    WrongIssuer,
    authorization_request,
    check_issuer,
    exchange_code,
    refresh,
    revoke,
)
from tests.onboarding.green_button.conftest import Utility

NOW = datetime(2026, 11, 2, 12, tzinfo=UTC)
BACK = "https://portal.example/connect/callback/"
CODE, VERIFIER, REFRESH = "code-hush", "verifier-hush", "refresh-hush"  # names, so that tracebacks quote no values
SECRETS = ("client-hush", CODE, VERIFIER, REFRESH, "access-hush")


def endpoints(utility: Utility, **changes: object) -> Endpoints:
    options: dict[str, object] = {
        "authorization_url": f"{utility.url}/authorize?brand=1",
        "token_url": f"{utility.url}/token",
        "revocation_url": f"{utility.url}/revoke",
        "client_id": "portal",
        "client_secret": "client-hush",
        "scope": "FB=1_3_4;HistoryLength=13",
    }
    return Endpoints(**(options | changes))  # type: ignore[arg-type]


def answer(utility: Utility, **content: object) -> None:
    utility.body = json.dumps({"access_token": "access-hush", "token_type": "Bearer", **content}).encode()


def exchange(utility: Utility, **changes: object) -> Token:
    with requests.Session() as session:
        return exchange_code(
            session,
            endpoints(utility, **changes),
            code=CODE,
            redirect_uri=BACK,
            code_verifier=VERIFIER,
            now=NOW,
        )


def renew(utility: Utility, **changes: object) -> Token:
    with requests.Session() as session:
        return refresh(session, endpoints(utility, **changes), refresh_token=REFRESH, now=NOW)


def give_back(utility: Utility, **changes: object) -> bool:
    with requests.Session() as session:
        return revoke(session, endpoints(utility, **changes), token=REFRESH)


def test_authorization_request_has_state_scope_and_challenge(utility: Utility) -> None:
    request = authorization_request(endpoints(utility), redirect_uri=BACK)
    query = {name: values[0] for name, values in parse_qs(urlsplit(request.url).query).items()}
    digest = hashlib.sha256(request.code_verifier.encode()).digest()

    assert query == {
        "brand": "1",
        "response_type": "code",
        "client_id": "portal",
        "redirect_uri": BACK,
        "scope": "FB=1_3_4;HistoryLength=13",
        "state": request.state,
        "code_challenge": base64.urlsafe_b64encode(digest).rstrip(b"=").decode(),
        "code_challenge_method": "S256",
    }
    assert len(request.state) >= 43
    assert authorization_request(endpoints(utility), redirect_uri=BACK).state != request.state


def test_challenge_is_left_out_where_the_utility_has_no_pkce(utility: Utility) -> None:
    request = authorization_request(endpoints(utility, uses_pkce=False), redirect_uri=BACK)

    assert "code_challenge" not in request.url
    assert request.code_verifier == ""


def test_code_is_exchanged(utility: Utility) -> None:
    answer(
        utility,
        expires_in=3600,
        refresh_token="refresh-new",
        scope="FB=1_3;",
        resourceURI="https://utility.example/Batch/Subscription/1",
        authorizationURI="https://utility.example/Authorization/1",
        customerResourceURI="https://utility.example/Batch/RetailCustomer/1",
    )

    assert exchange(utility) == Token(
        access_token="access-hush",
        refresh_token="refresh-new",
        expires_at=NOW + timedelta(hours=1),
        scope="FB=1_3;",
        resource_uri="https://utility.example/Batch/Subscription/1",
        authorization_uri="https://utility.example/Authorization/1",
        customer_resource_uri="https://utility.example/Batch/RetailCustomer/1",
    )
    (asked,) = utility.asked
    assert (asked.method, asked.path) == ("POST", "/token")
    assert asked.form == {
        "grant_type": "authorization_code",
        "code": "code-hush",
        "redirect_uri": BACK,
        "code_verifier": "verifier-hush",
    }
    assert asked.headers["AUTHORIZATION"] == f"Basic {base64.b64encode(b'portal:client-hush').decode()}"


def test_client_may_authenticate_in_the_body(utility: Utility) -> None:
    answer(utility)
    exchange(utility, token_auth_method="client_secret_post")

    assert utility.asked[0].form["client_secret"] == "client-hush"
    assert "AUTHORIZATION" not in utility.asked[0].headers


@pytest.mark.parametrize(
    ("content", "expires_at"),
    [
        ({"expires_in": "3600"}, NOW + timedelta(hours=1)),
        ({}, None),
        ({"expires_in": None}, None),
        ({"expires_in": -5}, None),
        ({"expires_in": 10**30}, None),
        ({"expires_at": 1_700_000_000_000}, datetime(2023, 11, 14, 22, 13, 20, tzinfo=UTC)),
    ],
)
def test_expiry_is_read_in_every_form(
    utility: Utility, content: dict[str, object], expires_at: datetime | None
) -> None:
    answer(utility, **content)

    assert exchange(utility).expires_at == expires_at


@pytest.mark.parametrize(("content", "kept"), [({}, "refresh-hush"), ({"refresh_token": "refresh-new"}, "refresh-new")])
def test_refresh_keeps_the_old_refresh_token_unless_there_is_a_new(
    utility: Utility, content: dict[str, object], kept: str
) -> None:
    answer(utility, **content)

    assert renew(utility).refresh_token == kept
    assert utility.asked[0].form == {"grant_type": "refresh_token", "refresh_token": "refresh-hush"}


def test_token_is_revoked(utility: Utility) -> None:
    assert give_back(utility) is True
    assert utility.asked[0].path == "/revoke"
    assert utility.asked[0].form == {"token": "refresh-hush", "token_type_hint": "refresh_token"}
    assert give_back(utility, revocation_url="") is False


@pytest.mark.parametrize("status", ["400 Bad Request", "401 Unauthorized", "200 OK"])
@pytest.mark.parametrize("ask", [exchange, renew])
def test_refusals_are_told_by_their_code(utility: Utility, status: str, ask: Callable[[Utility], Token]) -> None:
    utility.status = status
    utility.body = b'{"error": "invalid_grant", "error_description": "The code code-hush or refresh-hush is used up"}'

    with pytest.raises(OAuthRefused) as caught:
        ask(utility)

    assert caught.value.code == "invalid_grant"
    assert caught.value.description.startswith("The code ")


def test_refused_revocation_is_told(utility: Utility) -> None:
    utility.status, utility.body = "400 Bad Request", b'{"error": "unsupported_token_type"}'

    with pytest.raises(OAuthRefused, match="unsupported_token_type"):
        give_back(utility)


@pytest.mark.parametrize(
    ("status", "body", "reason"),
    [
        ("200 OK", b"<html>", "not_json"),
        ("200 OK", b"[]", "not_json"),
        ("200 OK", b"[" * 60_000, "not_json"),
        ("200 OK", b"{}", "no_access_token"),
        ("200 OK", b'{"access_token": 5}', "no_access_token"),
        ("200 OK", b'{"access_token": "a\\r\\nX: y"}', "no_access_token"),
        ("200 OK", b'{"access_token": "access-hush", "token_type": "mac"}', "token_type"),
        ("200 OK", b'{"a": "' + b"a" * 100_000 + b'"}', "too_large"),
        ("400 Bad Request", b"no", "not_json"),
        ("503 Service Unavailable", b"{}", "status"),
        ("302 Found", b"{}", "status"),
    ],
)
def test_unusable_answers_are_told_apart(utility: Utility, status: str, body: bytes, reason: str) -> None:
    utility.status, utility.body = status, body
    utility.headers = [("Location", f"{utility.url}/elsewhere")]

    with pytest.raises(OAuthUnusable) as caught:
        exchange(utility)

    assert caught.value.reason == reason
    assert len(utility.asked) == 1


def test_connection_errors_are_the_callers() -> None:
    nobody = Utility(url="http://127.0.0.1:1")

    with pytest.raises(requests.ConnectionError):
        exchange(nobody)


def test_issuer_is_checked_where_it_is_known(utility: Utility) -> None:
    check_issuer(endpoints(utility), None)
    check_issuer(endpoints(utility, issuer="https://utility.example"), "https://utility.example")
    for wrong in (None, "", "https://evil.example", "https://utility.example/"):
        with pytest.raises(WrongIssuer):
            check_issuer(endpoints(utility, issuer="https://utility.example"), wrong)


def test_no_repr_shows_a_secret(utility: Utility) -> None:
    answer(utility, refresh_token=REFRESH)
    request = authorization_request(endpoints(utility), redirect_uri=BACK)
    texts = repr(exchange(utility)) + repr(endpoints(utility)) + repr(request)

    assert not [secret for secret in (*SECRETS, request.state, request.code_verifier) if secret in texts]


@pytest.mark.parametrize("ask", [exchange, renew, give_back])
@pytest.mark.parametrize("status", ["400 Bad Request", "200 OK", "500 Internal Server Error"])
def test_no_error_shows_a_secret(utility: Utility, status: str, ask: Callable[[Utility], object]) -> None:
    utility.status = status
    echo = " ".join(SECRETS)
    utility.body = json.dumps({"error": echo, "error_description": echo, "token_type": echo}).encode()

    try:
        ask(utility)
    except OAuthError as error:
        text = "".join(traceback.format_exception(error)) + repr(error) + str(error.__context__)
        sent = {value for asked in utility.asked for value in asked.form.values() if value.endswith("-hush")}
        assert not [secret for secret in {*sent, "client-hush"} if secret in text]
