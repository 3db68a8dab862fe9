"""OAuth 2.0 as a Green Button third party: authorization code, refresh, revocation. On authlib.

The caller gives the requests.Session, which decides how and where to dial. No text of an error and no repr holds a
token, a code or a secret. RFC 6749, 7009, 7636 (PKCE), 9207 (iss).
"""

import json
import re
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Final, Literal

import requests
from authlib.common.security import generate_token
from authlib.integrations.requests_client.oauth2_session import OAuth2ClientAuth
from authlib.oauth2.base import OAuth2Error
from authlib.oauth2.client import OAuth2Client

from .texts import shown
from .times import moment_of

TokenAuthMethod = Literal["client_secret_basic", "client_secret_post"]

_STATE_CHARACTERS = 48
_VERIFIER_CHARACTERS = 64  # RFC 7636: 43 to 128
_MOST_BYTES = 64 * 1024
_LONGEST_TOKEN = 16 * 1024
_LONGEST_URI = 2_000
_LONGEST_SECONDS = 100 * 366 * 86_400
_CODE: Final = re.compile(r"[a-zA-Z0-9_.-]{1,60}\Z")


class OAuthError(Exception):
    """Something is wrong with the utility's answer."""


class OAuthRefused(OAuthError):
    """The utility said no. code: of RFC 6749, "invalid_grant" …; description: for logs, without secrets."""

    def __init__(self, code: str, description: str = "") -> None:
        super().__init__(code, description)
        self.code = code
        self.description = description

    def __str__(self) -> str:
        return f"The utility refused: {self.code}"


class OAuthUnusable(OAuthError):
    """The answer is none that OAuth 2.0 allows.

    reason: "not_json", "no_access_token", "token_type", "too_large" or "status".
    """

    def __init__(self, reason: str, status: int = 0) -> None:
        super().__init__(reason, status)
        self.reason = reason
        self.status = status

    def __str__(self) -> str:
        return f"The utility's answer cannot be used: {self.reason} (HTTP {self.status})"


class WrongIssuer(OAuthError):
    """The answer came from another authorization server than the one that was asked (a mix-up attack)."""

    def __str__(self) -> str:
        return "The answer is from another issuer than the utility's."


@dataclass(frozen=True, slots=True)
class Endpoints:
    """Where and as whom to ask a utility. issuer "": `iss` is not checked; revocation_url "": it has none.

    client_certificate: paths of certificate and key, for utilities that want mutual TLS.
    """

    authorization_url: str
    token_url: str
    client_id: str
    client_secret: str = field(repr=False)
    scope: str = ""
    revocation_url: str = ""
    uses_pkce: bool = True
    issuer: str = ""
    token_auth_method: TokenAuthMethod = "client_secret_basic"  # noqa: S105  the name of a method
    client_certificate: tuple[str, str] | None = field(default=None, repr=False)
    timeout_seconds: float = 20.0


@dataclass(frozen=True, slots=True)
class AuthorizationRequest:
    """Where to send the customer's browser; what to keep in its session. code_verifier "": without PKCE."""

    url: str = field(repr=False)
    state: str = field(repr=False)
    code_verifier: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Token:
    """What the utility granted. expires_at: UTC, None when it does not say. The URIs are the utility's: vet them."""

    access_token: str = field(repr=False)
    refresh_token: str = field(repr=False)
    expires_at: datetime | None
    scope: str
    resource_uri: str = ""
    authorization_uri: str = ""
    customer_resource_uri: str = ""


def authorization_request(endpoints: Endpoints, *, redirect_uri: str) -> AuthorizationRequest:
    """A new request with a state of its own. redirect_uri: exactly as registered."""
    verifier = generate_token(_VERIFIER_CHARACTERS) if endpoints.uses_pkce else ""
    client = _client(endpoints, None, scope=endpoints.scope or None, redirect_uri=redirect_uri)
    url, state = client.create_authorization_url(
        endpoints.authorization_url, state=generate_token(_STATE_CHARACTERS), code_verifier=verifier or None
    )
    return AuthorizationRequest(url, state, verifier)


def exchange_code(
    session: requests.Session,
    endpoints: Endpoints,
    *,
    code: str,
    redirect_uri: str,
    code_verifier: str,
    now: datetime | None = None,
) -> Token:
    """The token for a code. Raises OAuthRefused, OAuthUnusable, and what requests raises when nobody answers."""
    extra = {"code_verifier": code_verifier} if code_verifier else {}

    def ask(client: OAuth2Client) -> Mapping[str, object]:
        return client.fetch_token(
            endpoints.token_url, grant_type="authorization_code", code=code, redirect_uri=redirect_uri, **extra
        )

    secrets = (code, code_verifier, endpoints.client_secret)
    return _token(_asked(session, endpoints, ask, secrets), now or datetime.now(UTC))


def refresh(
    session: requests.Session, endpoints: Endpoints, *, refresh_token: str, now: datetime | None = None
) -> Token:
    """A new token; its refresh token is the old one when the utility gives no other. Raises as `exchange_code` does."""

    def ask(client: OAuth2Client) -> Mapping[str, object]:
        return client.refresh_token(endpoints.token_url, refresh_token=refresh_token)

    secrets = (refresh_token, endpoints.client_secret)
    return _token(_asked(session, endpoints, ask, secrets), now or datetime.now(UTC), refresh_token)


def revoke(session: requests.Session, endpoints: Endpoints, *, token: str, hint: str = "refresh_token") -> bool:
    """Give a token back; False when the utility has no place for it. Raises as `exchange_code` does."""
    if not endpoints.revocation_url:
        return False

    def ask(client: OAuth2Client) -> Mapping[str, object]:
        answer: _Answer = client.revoke_token(endpoints.revocation_url, token=token, token_type_hint=hint)
        return answer.refused_or_empty()

    _asked(session, endpoints, ask, (token, endpoints.client_secret))
    return True


def check_issuer(endpoints: Endpoints, issuer: str | None) -> None:
    """Compare the `iss` of a callback with the utility's. Raises WrongIssuer; a missing one is wrong as well."""
    if endpoints.issuer and issuer != endpoints.issuer:
        raise WrongIssuer


class _Auth(OAuth2ClientAuth):
    """authlib's client authentication, as requests calls it."""


class _Client(OAuth2Client):
    """authlib's client over a session of requests."""

    client_auth_class = _Auth


class _Answer:
    """A response whose body was read up to a limit, with the methods that authlib calls."""

    def __init__(self, status_code: int, body: bytes) -> None:
        self.status_code = status_code
        self._body = body

    def json(self) -> object:
        with suppress(ValueError, RecursionError):
            return json.loads(self._body)
        raise OAuthUnusable("not_json", self.status_code)  # not while the error is handled: it holds the body

    def raise_for_status(self) -> None:
        raise OAuthUnusable("status" if self.status_code >= 300 else "not_json", self.status_code)

    def refused_or_empty(self) -> Mapping[str, object]:
        """For answers without a body of interest: nothing, or the refusal in it."""
        if self.status_code < 300:
            return {}
        content = self.json() if self.status_code < 500 else None
        if isinstance(content, dict) and isinstance(content.get("error"), str):
            raise OAuth2Error(error=content["error"], description=content.get("error_description"))
        raise OAuthUnusable("status", self.status_code)


class _Dialer:
    """The caller's session, with our timeout, no redirects, and a limit to what is read of an answer."""

    def __init__(self, session: requests.Session, endpoints: Endpoints) -> None:
        self._session = session
        self._endpoints = endpoints

    def post(self, url: str, *, data: dict[str, str], headers: dict[str, str], auth: OAuth2ClientAuth) -> _Answer:
        with self._session.post(
            url,
            data=data,
            headers=headers,
            auth=auth,
            cert=self._endpoints.client_certificate,
            timeout=self._endpoints.timeout_seconds,
            allow_redirects=False,
            stream=True,
        ) as response:
            body = bytearray()
            for chunk in response.iter_content(8 * 1024):
                body += chunk
                if len(body) > _MOST_BYTES:
                    raise OAuthUnusable("too_large", response.status_code)
            if 300 <= response.status_code < 400:
                raise OAuthUnusable("status", response.status_code)
            return _Answer(response.status_code, bytes(body))


def _client(endpoints: Endpoints, dialer: _Dialer | None, **options: str | None) -> _Client:
    return _Client(
        dialer,
        client_id=endpoints.client_id,
        client_secret=endpoints.client_secret,
        token_endpoint_auth_method=endpoints.token_auth_method,
        revocation_endpoint_auth_method=endpoints.token_auth_method,
        code_challenge_method="S256" if endpoints.uses_pkce else None,
        **options,
    )


def _asked(
    session: requests.Session,
    endpoints: Endpoints,
    ask: Callable[[OAuth2Client], Mapping[str, object]],
    secrets: tuple[str, ...],
) -> Mapping[str, object]:
    """What the utility answers. A refusal is raised outside of authlib's, whose text may hold what was sent."""
    try:
        return ask(_client(endpoints, _Dialer(session, endpoints)))
    except OAuth2Error as error:
        refusal = _refusal(error, secrets)
    raise refusal


def _refusal(error: OAuth2Error, secrets: tuple[str, ...]) -> OAuthRefused:
    code, description = str(error.error or ""), str(error.description or "")
    for secret in filter(None, secrets):
        code, description = code.replace(secret, "…"), description.replace(secret, "…")
    return OAuthRefused(code if _CODE.match(code) else "unknown_error", shown(description, 200))


def _token(answer: Mapping[str, object], now: datetime, old_refresh_token: str = "") -> Token:
    """The token in an answer. Raises OAuthUnusable when it holds none that can be used."""
    access_token = _text(answer, "access_token", _LONGEST_TOKEN)
    if not access_token or not access_token.isascii() or not access_token.isprintable() or " " in access_token:
        raise OAuthUnusable("no_access_token")
    if _text(answer, "token_type", 40).casefold() not in {"", "bearer"}:
        raise OAuthUnusable("token_type")
    return Token(
        access_token=access_token,
        refresh_token=_text(answer, "refresh_token", _LONGEST_TOKEN) or old_refresh_token,
        expires_at=_expiry(answer, now),
        scope=_text(answer, "scope", _LONGEST_URI),
        resource_uri=_text(answer, "resourceURI", _LONGEST_URI),
        authorization_uri=_text(answer, "authorizationURI", _LONGEST_URI),
        customer_resource_uri=_text(answer, "customerResourceURI", _LONGEST_URI),
    )


def _text(answer: Mapping[str, object], name: str, characters: int) -> str:
    """A text of the answer; "" for anything else, or for more than so many characters."""
    value = answer.get(name)
    return value.strip() if isinstance(value, str) and len(value) <= characters else ""


def _expiry(answer: Mapping[str, object], now: datetime) -> datetime | None:
    """UTC, from expires_in (a number, or a text of one), or else from expires_at as some utilities send it."""
    text = str(answer.get("expires_in", ""))
    if text.isascii() and text.isdigit() and int(text[:12]) <= _LONGEST_SECONDS:
        return now + timedelta(seconds=int(text[:12]))
    return moment_of(str(answer.get("expires_at", ""))) if "expires_in" not in answer else None
