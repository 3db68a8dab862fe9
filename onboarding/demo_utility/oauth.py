"""OAuth 2.0 as this utility speaks it: django-oauth-toolkit's server, with exact redirect URIs and ESPI's scopes.

A code or token of one utility is worth nothing at another, and its lifetime follows the demo clock.
"""

import hashlib
from typing import Any, Final
from urllib.parse import urlsplit

from oauth2_provider.models import AccessToken, RefreshToken
from oauth2_provider.oauth2_validators import OAuth2Validator
from oauthlib.common import Request, add_params_to_uri
from oauthlib.oauth2 import WebApplicationServer

from onboarding.demo_utility import settings
from onboarding.demo_utility.clock import now, offset
from onboarding.demo_utility.domain import revoke
from onboarding.demo_utility.models import Authorization
from onboarding.demo_utility.registration import UTILITIES, Utility, endpoints
from onboarding.demo_utility.scope import is_within

LIFETIME_SECONDS: Final = 3600
LIFETIME_BY_USER: Final = {"refresh_refused": 60}
BY_SLUG: Final = {utility.slug: utility for utility in UTILITIES.values()}


def checksum(token: str) -> str:
    """What the toolkit keeps of a token."""
    return hashlib.sha256(token.encode()).hexdigest()


def utility_at(uri: str) -> Utility | None:
    """The utility that is addressed: the first part of the path."""
    return BY_SLUG.get(urlsplit(uri).path.strip("/").partition("/")[0])


def authorization_of(request: Request) -> Authorization | None:
    """The authorization that a code or token was given for; None when it is another utility's."""
    utility = utility_at(request.uri)
    return Authorization.objects.filter(owner=request.user, code=utility.code).first() if utility else None


def lifetime(request: Request) -> int:
    """How long an access token lives, in seconds."""
    authorization = Authorization.objects.get(owner=request.user)
    return LIFETIME_BY_USER.get(authorization.user_name, LIFETIME_SECONDS)


class Server(WebApplicationServer):
    """Authorization code, refresh and revocation; no other grant."""

    def __init__(self, request_validator: OAuth2Validator, **kwargs: Any) -> None:
        super().__init__(request_validator, **{**kwargs, "token_expires_in": lifetime})


class Validator(OAuth2Validator):
    """What this utility checks beyond the toolkit's own checks."""

    def validate_redirect_uri(self, client_id: str, redirect_uri: str, request: Request, *args: Any, **kw: Any) -> bool:
        """The very URI that is registered: the toolkit would let the port and the query differ."""
        return redirect_uri == request.client.redirect_uris

    def validate_scopes(
        self, client_id: str, scopes: list[str], client: object, request: Request, *a: Any, **kw: Any
    ) -> bool:
        """One string of ESPI within what the utility offers; a refresh asks for what was granted."""
        utility = utility_at(request.uri)
        return utility is not None and len(scopes) == 1 and is_within(scopes[0], utility.scope)

    def get_default_scopes(self, client_id: str, request: Request, *args: Any, **kwargs: Any) -> list[str]:
        utility = utility_at(request.uri)
        return [utility.scope] if utility else []

    def validate_code(self, client_id: str, code: str, client: object, request: Request, *a: Any, **kw: Any) -> bool:
        accepted = super().validate_code(client_id, code, client, request, *a, **kw)
        return bool(accepted) and authorization_of(request) is not None

    def validate_refresh_token(self, refresh_token: str, client: object, request: Request, *a: Any, **kw: Any) -> bool:
        if not super().validate_refresh_token(refresh_token, client, request, *a, **kw):
            return False
        authorization = authorization_of(request)
        return bool(authorization and authorization.is_active and authorization.user_name != "refresh_refused")

    def validate_bearer_token(self, token: str, scopes: list[str], request: Request) -> bool:
        if not super().validate_bearer_token(token, scopes, request):
            return False
        authorization = authorization_of(request)
        return bool(authorization and authorization.is_active and request.access_token.expires > now())

    def _create_access_token(self, expires: Any, request: Request, token: Any, source_refresh_token: Any = None) -> Any:
        return super()._create_access_token(expires + offset(), request, token, source_refresh_token)

    def revoke_token(self, token: str, token_type_hint: str, request: Request, *args: Any, **kwargs: Any) -> None:
        """A token that is given back ends the authorization with it."""
        given = {"token_checksum": checksum(token), "application": request.client}
        owners = {row.user_id for model in (AccessToken, RefreshToken) for row in model.objects.filter(**given)}
        super().revoke_token(token, token_type_hint, request, *args, **kwargs)
        for authorization in Authorization.objects.filter(owner__in=owners, revoked_at=None):
            revoke(authorization)


def issuer(utility: Utility) -> str:
    return endpoints(settings.BASE_URL, utility.code)["issuer"]


def answered(uri: str, utility: Utility) -> str:
    """An authorization response with its issuer, as RFC 9207 has it."""
    return str(add_params_to_uri(uri, [("iss", issuer(utility))]))
