"""Bearer keys: `Authorization: Bearer <id>:<secret>`."""

from typing import TYPE_CHECKING

from rest_framework import exceptions
from rest_framework.authentication import BaseAuthentication, get_authorization_header
from rest_framework.request import Request

from portal.events.actors import Actor
from portal.partners.access import address_of
from portal.partners.domain import authenticate_api_key

if TYPE_CHECKING:
    from portal.partners.models import ApiKey


class ApiCaller:
    """The caller of an API request: a key, and through it one partner."""

    is_authenticated = True

    def __init__(self, key: "ApiKey") -> None:
        self.key = key
        self.partner = key.partner

    @property
    def pk(self) -> str:
        return str(self.key.pk)


class KeyAuthentication(BaseAuthentication):
    """Finds the key of the Authorization header. No header at all leaves the request anonymous, which answers 401."""

    def authenticate(self, request: Request) -> "tuple[ApiCaller, ApiKey] | None":
        words = get_authorization_header(request).split()
        if not words or words[0].lower() != b"bearer":
            return None
        if len(words) != 2:
            raise exceptions.AuthenticationFailed
        key = authenticate_api_key(words[1].decode("ascii", "replace"))
        if key is None:
            raise exceptions.AuthenticationFailed
        return ApiCaller(key), key

    def authenticate_header(self, request: Request) -> str:
        """Makes DRF answer 401 rather than 403."""
        return "Bearer"


def actor_of(request: Request) -> Actor:
    """The `by=` of what a key's holder does. Needs a request that KeyAuthentication let in."""
    key: ApiKey = request.auth  # type: ignore[assignment]  # KeyAuthentication gives the ApiKey
    return Actor.api_key(key, address=address_of(request))
