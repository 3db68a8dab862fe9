"""Bearer keys: `Authorization: Bearer <id>:<secret>`, and who calls with one."""

from rest_framework import exceptions
from rest_framework.authentication import BaseAuthentication, get_authorization_header
from rest_framework.request import Request

from portal.api.admission import count_bad_key
from portal.api.calls import call_of
from portal.events.actors import Actor
from portal.partners.access import address_of
from portal.partners.keys import key_of_text
from portal.partners.models import ApiKey, Partner


class ApiCaller:
    """The caller of an API request: a key, and through it one partner."""

    is_authenticated = True

    def __init__(self, key: ApiKey) -> None:
        self.key = key
        self.partner = key.partner

    @property
    def pk(self) -> str:
        return str(self.key.pk)


class KeyAuthentication(BaseAuthentication):
    """Finds the key of the Authorization header. No header at all leaves the request anonymous, which answers 401."""

    def authenticate(self, request: Request) -> tuple[ApiCaller, ApiKey] | None:
        words = get_authorization_header(request).split()
        if not words or words[0].lower() != b"bearer":
            return None
        key = key_of_text(words[1].decode("ascii", "replace")) if len(words) == 2 else None
        call_of(request).key = key
        if key is None or not key.works or not key.partner.is_active:
            count_bad_key(request)
            raise exceptions.AuthenticationFailed
        return ApiCaller(key), key

    def authenticate_header(self, request: Request) -> str:
        """Makes DRF answer 401 rather than 403."""
        return "Bearer"


def partner_of(request: Request) -> Partner:
    """The partner whose key the request carries. A request without one is a programming error: no view lets it in."""
    return _caller_of(request).partner


def actor_of(request: Request) -> Actor:
    """The `by=` of what a key's holder does. Needs a request with a key, as partner_of does."""
    return Actor.api_key(_caller_of(request).key, address=address_of(request))


def _caller_of(request: Request) -> ApiCaller:
    caller: object = request.user  # DRF's types know Django's users only
    if not isinstance(caller, ApiCaller):
        raise TypeError(f"The request carries no API key, but {caller!r}")
    return caller
