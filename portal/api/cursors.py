"""Keyset cursors: an opaque, signed page token that names the last row of a page."""

from typing import Any

from django.core import signing

from portal.api.errors import ApiError

_SALT = "portal.api.cursors"


def token_for(values: list[Any]) -> str:
    """The token of the page after the row with these sort values (JSON)."""
    return signing.dumps(values, salt=_SALT, compress=True)


def read_token(token: str) -> list[Any]:
    """The sort values in a token. Raises ApiError for a token that we did not make."""
    try:
        values = signing.loads(token, salt=_SALT)
    except signing.BadSignature as error:
        raise ApiError("page_token is not one that this API gave", details={"page_token": token[:200]}) from error
    return list(values)
