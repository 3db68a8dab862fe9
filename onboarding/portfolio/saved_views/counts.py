"""How many meters a view has, where an index tells."""

from collections.abc import Iterable
from typing import Final

from django.db.models import IntegerField, Subquery
from django.http import QueryDict

from onboarding.portfolio.filters import meter_filter
from portal.partners.models import Partner

MOST: Final = 1_000  # counted of a view
_VIEWS: Final = 20  # counted of a page's
_INDEXED: Final = frozenset({"region", "program", "status", "acts"})
_NO_FILTERS: Final = frozenset({"sort", "columns"})


class _CountOf(Subquery):
    """The number of rows that a query has, as one value of another query."""

    template = "(SELECT count(*) FROM (%(subquery)s) AS counted)"
    output_field = IntegerField()


def counts_of_views(partner: Partner, queries: Iterable[str]) -> dict[str, str]:
    """Query strings of views with how many meters each has, in digits; "1,000+" for more than are counted.

    Left out are views that ask for more than indexes know, and those after the first twenty. One query, and one more
    for each view of a program.
    """
    counted: dict[str, _CountOf] = {}
    for query in queries:
        data = QueryDict(query)
        filters = data.keys() - _NO_FILTERS
        if filters <= _INDEXED and len(counted) < _VIEWS:
            filtered = meter_filter(data, partner=partner)
            if filtered.form.is_valid():
                counted[query] = _CountOf(filtered.qs.order_by().values("pk")[: MOST + 1])
    numbers = Partner.objects.filter(pk=partner.pk).values_list(*counted.values()).get() if counted else ()
    return {query: _text(number) for query, number in zip(counted, numbers, strict=True)}


def _text(number: int) -> str:
    return f"{number:,}" if number <= MOST else f"{MOST:,}+"
