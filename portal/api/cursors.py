"""Keyset pagination: an opaque, signed page token names the last row of a page."""

from typing import Any, Final, TypedDict, TypeVar

from django.core import signing
from django.db.models import Model, QuerySet
from rest_framework import serializers
from rest_framework.request import Request

from portal.api.authentication import partner_of
from portal.api.errors import ApiError

_SALT = "portal.api.cursors"
LONGEST_TOKEN: Final = 1000
Row = TypeVar("Row", bound=Model)


class NextPage(TypedDict, total=False):
    """The part of an answer that leads to the next page: absent on the last one."""

    next_page_token: str


class PageTokenField(serializers.CharField):
    """Where to go on, in a query or body; an empty one is the first page."""

    def __init__(self, **kwargs: Any) -> None:
        said = "The next_page_token of the previous page; empty or absent for the first page."
        settled = {"required": False, "allow_blank": True, "default": "", "max_length": LONGEST_TOKEN}
        super().__init__(**{**settled, "help_text": said, **kwargs})


def paginate(
    rows: QuerySet[Row], *, request: Request, size: int, token: str = "", newest_first: bool = False
) -> tuple[list[Row], NextPage]:
    """One page of the rows in the order of their keys (which are in the order of creation), and how to go on.

    `token` is the next_page_token of the page before; "" begins. Raises ApiError 400 for one that we did not make for
    this partner, this address and rows of this model. Rows that come or go between two pages make no other row appear
    twice or be left out.
    """
    rows = rows.order_by("-pk" if newest_first else "pk")
    salt = _salt(request, rows.model._meta.label_lower)
    if token:
        rows = rows.filter(**{"pk__lt" if newest_first else "pk__gt": str(_read(token, salt))})
    page = list(rows[: size + 1])
    if len(page) <= size:
        return page, {}
    return page[:size], {"next_page_token": signing.dumps(str(page[size - 1].pk), salt=salt)}


def token_for(request: Request, kind: str, place: object) -> str:
    """A page token for a list that is not in the order of its keys: the place (JSON) from behind which to go on."""
    return signing.dumps(place, salt=_salt(request, kind))


def place_named(request: Request, kind: str, token: str) -> object:
    """The place of such a token. ApiError 400 for one that we did not make for this partner, address and kind."""
    return _read(token, _salt(request, kind))


def _salt(request: Request, kind: str) -> str:
    return f"{_SALT}.{kind}.{partner_of(request).pk}.{request.path}"


def _read(token: str, salt: str) -> object:
    try:
        return signing.loads(token, salt=salt)
    except signing.BadSignature as error:
        raise ApiError(
            "page_token did not come from this API",
            details={"page_token": f"“{token[:200]}” is not a page token of this list."},
        ) from error
