"""Keyset pages: the next and the previous rows by sort value, never by offset or count."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Generic, TypeVar

from django.core import signing
from django.db.models import F, Model, Q, QuerySet

T = TypeVar("T", bound=Model)
_SALT = "portal.web.pages"


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """One page of rows; `next_token` and `previous_token` are "" at the ends.

    number: from 1, counted from the first page on the way to this one.
    """

    rows: list[T]
    next_token: str
    previous_token: str
    number: int = 1


def newest_first(queryset: QuerySet[T], params: Mapping[str, str], *, size: int) -> Page[T]:
    """The page that ?page= asks for, newest first by primary key."""
    return keyset_page(queryset, params, sort="-pk", size=size)


def keyset_page(queryset: QuerySet[T], params: Mapping[str, str], *, sort: str, size: int, owner: str = "") -> Page[T]:
    """The page after or before the row named in ?page=, ordered by `sort` ("-" for descending), then primary key.

    A token that does not fit (another list or sort, tampered with) gives the first page.
    owner: the key whose one value all rows have, chosen by its `only` lookup: its index is walked.
    """
    field, descending = sort.lstrip("-"), sort.startswith("-")
    forward, place, number = _read_token(params.get("page", ""), sort, queryset.model)
    ascending = descending != forward  # the direction in which we walk the index
    if place is not None:
        queryset = queryset.filter(_beyond(field, place, up=ascending))
    keys = [*filter(None, [owner]), *([] if field == "pk" else [field]), "pk"]
    fetched = list(queryset.order_by(*(F(key).asc() if ascending else F(key).desc() for key in keys))[: size + 1])
    more, rows = len(fetched) > size, fetched[:size]
    if not forward:
        rows.reverse()
    has_next = more if forward else True
    has_previous = place is not None if forward else more
    number = max(number, 2) if has_previous else 1  # rows may have come or gone since the pages before were seen
    return Page(
        rows,
        next_token=_token(rows[-1], field, sort, forward=True, number=number + 1) if rows and has_next else "",
        previous_token=_token(rows[0], field, sort, forward=False, number=number - 1) if rows and has_previous else "",
        number=number,
    )


def _beyond(field: str, place: list[object], *, up: bool) -> Q:
    compare = "gt" if up else "lt"
    if field == "pk":
        return Q(**{f"pk__{compare}": place[0]})
    value, key = place
    # The first condition lets the database walk the (field, pk) index; a bare OR would not.
    return Q(**{f"{field}__{compare}e": value}) & (Q(**{f"{field}__{compare}": value}) | Q(**{f"pk__{compare}": key}))


def token_after(row: Model, *, sort: str) -> str:
    """The ?page= of the rows that come after this one, which is the last of the first page."""
    return _token(row, sort.lstrip("-"), sort, forward=True, number=2)


def _token(row: Model, field: str, sort: str, *, forward: bool, number: int) -> str:
    place = [str(row.pk)] if field == "pk" else [_token_value(getattr(row, field)), str(row.pk)]
    return signing.dumps([sort, forward, place, number], salt=_salt(type(row)))


def _salt(model: type[Model]) -> str:
    """Binds a token to the list that it was made for."""
    return f"{_SALT}.{model._meta.label_lower}"


def _token_value(value: object) -> object:
    return value.isoformat() if hasattr(value, "isoformat") else value


def _read_token(token: str, sort: str, model: type[Model]) -> tuple[bool, list[object] | None, int]:
    try:
        made_for, forward, place, number = signing.loads(token, salt=_salt(model))
    except (signing.BadSignature, ValueError):
        return True, None, 1
    return (forward, place, number) if made_for == sort else (True, None, 1)
