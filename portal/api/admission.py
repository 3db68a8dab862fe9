"""Whether a request with a key may do what it asks: how often, from where, and with which permission."""

from datetime import timedelta
from http import HTTPStatus

from django.conf import settings
from django.db import DatabaseError
from rest_framework.exceptions import Throttled
from rest_framework.request import Request
from rest_framework.response import Response

from portal.api.calls import call_of
from portal.api.errors import TITLES, ApiError
from portal.jobs.faults import is_read_only
from portal.partners.access import address_of
from portal.partners.keys import note_use
from portal.partners.models import ApiKey, KeyPermission
from portal.partners.networks import admits
from portal.security.limits import LimitState, count_event

WINDOW = timedelta(minutes=1)
BEING_FILLED = "The sandbox is being filled with sample data"
FILLING_SECONDS = 10  # roughly
REFUSED_NETWORK = "This key doesn’t work from this network address"


def admit(request: Request, key: ApiKey, permission: KeyPermission | None) -> None:
    """Count the request, and let it in or raise the error that answers it: 429, 403 for network and permission, or
    503 while a sandbox is being filled."""
    most = key.partner.api_requests_per_minute or settings.API_REQUESTS_PER_MINUTE
    _count(request, "api.requests", key.pk, most=most)
    address = address_of(request)
    if not admits(key.networks, address):
        where = f"The request came from {address or 'an unknown address'}, which is not in the key’s networks."
        raise ApiError(REFUSED_NETWORK, status_code=403, details={"error": where})
    _note_use(key, address)
    if key.partner.is_being_filled:
        raise ApiError(BEING_FILLED, status_code=503, headers={"Retry-After": str(FILLING_SECONDS)})
    if permission is not None and not key.may(permission):
        lacks = f"The key doesn’t have the permission {permission.value} ({permission.label})."
        raise ApiError(TITLES[403], status_code=403, details={"error": lacks})


def count_bad_key(request: Request) -> None:
    """Count a request whose key does not work. Raises Throttled when its network address sent too many of them.

    A key that works is not concerned, whatever else came from its address.
    """
    _count(request, "api.bad_keys", address_of(request), most=settings.API_BAD_KEYS_PER_MINUTE)


def _note_use(key: ApiKey, address: str) -> None:
    try:
        note_use(key, address=address)
    except DatabaseError as error:
        if not is_read_only(error):
            raise


def _count(request: Request, name: str, whom: str, *, most: int) -> None:
    """While the database takes no writes, what only reads is served and not counted."""
    try:
        limit = count_event(name, whom, most=most, per=WINDOW)
    except DatabaseError as error:
        if is_read_only(error):
            return
        raise
    call_of(request).limit = limit
    if not limit.is_within:
        raise Throttled(wait=limit.seconds_left)


def tell_limit(response: Response, limit: LimitState | None) -> None:
    """Put the limit and what is left of it into the headers of an answer."""
    if limit is None:
        return
    response["RateLimit-Limit"] = str(limit.most)
    response["RateLimit-Remaining"] = str(limit.remaining)
    response["RateLimit-Reset"] = str(limit.seconds_left)
    response["RateLimit-Policy"] = f"{limit.most};w={limit.per.seconds}"
    if response.status_code == HTTPStatus.TOO_MANY_REQUESTS and not limit.is_within:
        response["Retry-After"] = str(limit.seconds_left)
