"""Which catalogue the validator was compiled from."""

import hashlib
from functools import cache
from typing import Any

from django.db import connection
from django.db.models import Count, F, Max, Model, QuerySet, Sum, Value

from programs.models import (
    AccountFormat,
    CheckKind,
    Choice,
    ChoiceList,
    Conflict,
    Deadline,
    DeliveryPeriod,
    Field,
    PassedDeadline,
    Program,
    ProgramCheck,
    Region,
    Requirement,
    State,
    UnknownSeason,
    Utility,
)

_TABLES = (
    Region,
    State,
    Utility,
    AccountFormat,
    Program,
    DeliveryPeriod,
    Deadline,
    PassedDeadline,
    ChoiceList,
    Choice,
    Field,
    Requirement,
    CheckKind,
    ProgramCheck,
    Conflict,
    UnknownSeason,
)


def catalogue_version() -> str:
    """A short text that changes whenever a catalogue row is added, changed or deleted. One query.

    Of each table the number of rows, the last change, and the sums of keys and of their squares: taking away one row
    is not the same as taking away another.
    """
    with connection.cursor() as cursor:
        cursor.execute(*_query(connection.vendor))
        states = sorted(cursor.fetchall())
    return hashlib.sha256(repr([(n, *counts, str(changed)) for n, *counts, changed in states]).encode()).hexdigest()[
        :16
    ]


@cache
def _query(vendor: str) -> tuple[str, tuple[Any, ...]]:
    """The SQL and its parameters. Putting it together takes ten times as long as running it, several times a page."""
    first, *rest = (_state_of(table, number) for number, table in enumerate(_TABLES))
    return first.union(*rest, all=True).query.sql_with_params()


def _state_of(table: type[Model], number: int) -> QuerySet[Model, tuple[object, ...]]:
    rows = table._default_manager.order_by()
    told = {"c": Count("pk"), "s": Sum("pk"), "q": Sum(F("pk") * F("pk")), "m": Max("updated_at")}
    return rows.values(n=Value(number)).annotate(**told).values_list("n", *told)
