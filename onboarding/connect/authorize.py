"""To the utility's sign-in and back: OAuth 2.0, bound to the customer's browser; each state is used once."""

import re
from datetime import timedelta
from typing import Final

import requests
from django.conf import settings
from django.db import transaction
from django.urls import reverse

from onboarding.connect import ledger
from onboarding.connect.choices import (
    AuthorizationState,
    DataState,
    FailureReason,
    NoteKind,
)
from onboarding.connect.customer_emails import write_authorized
from onboarding.connect.journey import finish, hash_of, hold, mark_failed, tell_authorization, touch
from onboarding.connect.models import Authorization, ConnectSession
from onboarding.connect.notes import note
from onboarding.connect.queries import offered_utilities
from onboarding.green_button import oauth
from portal.jobs.domain import enqueue
from portal.problems import Problem, Refused
from portal.security import outbound
from portal.web import clock
from programs.models import Utility, UtilityConnection

DATA_EXPECTED: Final = timedelta(days=2)
_SECONDS: Final = 15
_METHODS: Final[dict[str, oauth.TokenAuthMethod]] = {
    "client_secret_basic": "client_secret_basic",
    "client_secret_post": "client_secret_post",
}
# What utilities answer when the customer's part fails (RFC 6749, 4.1.2.1), and what of it is whose doing.
_FAILURES: Final = {
    "access_denied": FailureReason.DECLINED,
    "temporarily_unavailable": FailureReason.UTILITY_UNAVAILABLE,
    "server_error": FailureReason.UTILITY_ERROR,
}
# `access_denied` has no finer codes; some utilities tell more in the description. Their own words are kept in the note.
_DESCRIPTIONS: Final = (
    (re.compile(r"\b(code|mfa|multi-?factor|two-?factor|2fa|second step|verif\w*)\b", re.I), FailureReason.MFA_FAILED),
    (re.compile(r"\b(sign[ -]?in|log[ -]?in|password|credentials?)\b", re.I), FailureReason.BAD_CREDENTIALS),
)


def redirect_uri() -> str:
    """Where utilities send customers back to: one address for all, registered with each."""
    return f"{settings.SITE_URL}{reverse('connect-return')}"


def endpoints_of(connection: UtilityConnection) -> oauth.Endpoints:
    """A utility's row as the OAuth client wants it."""
    return oauth.Endpoints(
        authorization_url=connection.authorization_url,
        token_url=connection.token_url,
        revocation_url=connection.revocation_url,
        client_id=connection.client_id,
        client_secret=connection.client_secret,
        scope=connection.scope,
        uses_pkce=connection.uses_pkce,
        issuer=connection.issuer,
        token_auth_method=_METHODS[connection.token_auth_method],
    )


def session_to(connection: UtilityConnection, *, seconds: float, most_bytes: int = 1_000_000) -> requests.Session:
    """The outbound client for a utility, with our certificate where the utility asks for one."""
    certificate = connection.client_certificate or None
    return outbound.session(seconds=seconds, most_bytes=most_bytes, client_certificate=certificate)


def begin(session: ConnectSession, code: str, *, address: str) -> str:
    """The customer goes to a utility: returns the address of its sign-in. Refuses: CONNECT_UTILITY_UNKNOWN.

    An earlier try at the same utility that the customer did not come back from is over with this one.
    """
    utility = next((one for one in offered_utilities(session) if one.code == code), None)
    if utility is None:
        raise Refused(Problem("CONNECT_UTILITY_UNKNOWN", "utility"))
    request = oauth.authorization_request(endpoints_of(utility.green_button), redirect_uri=redirect_uri())
    with transaction.atomic():
        hold(session)
        for left in session.authorizations.filter(state=AuthorizationState.INITIATED, utility=utility):
            mark_failed(left, FailureReason.ABANDONED, address=address)
        authorization = Authorization.objects.create(
            partner=session.partner,
            session=session,
            connection=session.connection,
            utility=utility,
            state_hash=hash_of(request.state),
            code_verifier=request.code_verifier,
            initiated_at=clock.now(),
        )
        facts = {"utility": utility.name}
        note(session.connection, NoteKind.UTILITY_STARTED, authorization=authorization, facts=facts)
        touch(session)
        tell_authorization(authorization, address=address)
    return request.url


def returned(state: str) -> Authorization:
    """The authorization whose state a customer brings back, now used up. Refuses: CONNECT_STATE_UNKNOWN,
    CONNECT_STATE_USED. The caller has made sure that it is the browser that began it (`of_state`)."""
    authorization = of_state(state)
    mine = Authorization.objects.filter(pk=authorization.pk, returned_at=None, state=AuthorizationState.INITIATED)
    if not mine.update(returned_at=clock.now()):
        raise Refused(Problem("CONNECT_STATE_USED"))
    return authorization


def of_state(state: str) -> Authorization:
    """The authorization with a state. Refuses: CONNECT_STATE_UNKNOWN."""
    rows = Authorization.objects.select_related("session__link__partner", "connection", "utility__green_button")
    authorization = rows.filter(state_hash=hash_of(state)).first() if state else None
    if authorization is None:
        raise Refused(Problem("CONNECT_STATE_UNKNOWN"))
    return authorization


def refuse(authorization: Authorization, *, error: str, description: str, address: str) -> None:
    """The utility sent the customer back without an authorization."""
    reason = _FAILURES.get(error, FailureReason.UTILITY_ERROR)
    if error == "access_denied":
        reason = next((finer for words, finer in _DESCRIPTIONS if words.search(description)), reason)
    with transaction.atomic():
        hold(authorization.session)
        touch(authorization.session)
        mark_failed(authorization, reason, told=description or error, address=address)


def complete(authorization: Authorization, *, code: str, issuer: str, address: str) -> bool:
    """Exchange the code for tokens; the customer is authorized from now on, and data is asked for.

    Returns whether it succeeded; otherwise the authorization has failed with its reason, and can be tried again.
    """
    endpoints = endpoints_of(authorization.utility.green_button)
    try:
        oauth.check_issuer(endpoints, issuer)
        with session_to(authorization.utility.green_button, seconds=_SECONDS) as session:
            token = oauth.exchange_code(
                session,
                endpoints,
                code=code,
                redirect_uri=redirect_uri(),
                code_verifier=authorization.code_verifier,
                now=clock.now(),
            )
    except oauth.WrongIssuer:
        return _failed(authorization, FailureReason.WRONG_ISSUER, address=address)
    except oauth.OAuthError:
        return _failed(authorization, FailureReason.NOT_CONFIRMED, address=address)
    except (requests.RequestException, outbound.OutboundRefused):
        return _failed(authorization, FailureReason.UTILITY_UNAVAILABLE, address=address)
    with transaction.atomic():
        hold(authorization.session)
        keep_token(authorization, token)
        _begin_of_data(authorization, address=address)
    return True


def _failed(authorization: Authorization, reason: FailureReason, *, address: str) -> bool:
    with transaction.atomic():
        hold(authorization.session)
        mark_failed(authorization, reason, address=address)
    return False


def keep_token(authorization: Authorization, token: oauth.Token) -> None:
    """Store what the utility's token answer gives; what it leaves out stays as it was."""
    authorization.access_token = token.access_token
    authorization.refresh_token = token.refresh_token or authorization.refresh_token
    authorization.token_expires_at = token.expires_at
    authorization.scope = token.scope or authorization.scope or authorization.utility.green_button.scope
    authorization.resource_url = token.resource_uri or authorization.resource_url
    authorization.authorization_url = token.authorization_uri or authorization.authorization_url
    authorization.customer_url = token.customer_resource_uri or authorization.customer_url
    authorization.save(
        update_fields=[
            "access_token",
            "refresh_token",
            "token_expires_at",
            "scope",
            "resource_url",
            "authorization_url",
            "customer_url",
        ]
    )


def _begin_of_data(authorization: Authorization, *, address: str) -> None:
    now = clock.now()
    authorization.state, authorization.authorized_at, authorization.starts_at = AuthorizationState.COMPLETED, now, now
    authorization.data_state, authorization.next_fetch_at, authorization.code_verifier = DataState.WAITING, now, ""
    fields = ["state", "authorized_at", "starts_at", "data_state", "next_fetch_at", "code_verifier"]
    authorization.save(update_fields=fields)
    session = authorization.session
    touch(session)
    ledger.write_granted(authorization, address=address)
    facts = {"utility": authorization.utility.name}
    expected = now + DATA_EXPECTED
    note(authorization.connection, NoteKind.AUTHORIZED, authorization=authorization, facts=facts, expected_by=expected)
    tell_authorization(authorization, address=address)
    write_authorized(authorization)
    enqueue("connect.fetch", subject_id=authorization.pk, partner=authorization.partner)
    if not still_asked(session):
        finish(session)


def still_asked(session: ConnectSession) -> list[Utility]:
    """The utilities that the partner asked for and the customer has not authorized yet."""
    asked = session.utilities or session.link.utilities
    done = set(
        session.authorizations.filter(state=AuthorizationState.COMPLETED).values_list("utility__code", flat=True)
    )
    if not asked:
        return []
    return [utility for utility in offered_utilities(session) if utility.code not in done]
