"""The parameters that lists of create-meters share: filters and searches."""

from collections.abc import Callable, Mapping, Sequence
from functools import reduce
from operator import and_, or_
from typing import Any

from django.db.models import Q

from onboarding.api.assets import REGIONS
from portal.api.errors import ApiError
from portal.problems import storable

MOST_TERMS, LONGEST_TERM = 100, 256
Condition = Callable[[Sequence[str]], Q | None]  # of values, of which one must match; None when one is not known


def conditions(query: Mapping[str, Any], *, filters: Mapping[str, Condition], searches: Mapping[str, Condition]) -> Q:
    """What ?filter=key:value1,value2 (AND between, IN within) and ?search_query with ?search_fields ask for.

    ApiError 400 for what is not known, and for a search without fields or the other way round.
    """
    wanted = [_filter(item, filters) for item in query.get("filter", ())]
    return reduce(and_, [*wanted, *_search(query, searches)], Q())


def _filter(item: str, filters: Mapping[str, Condition]) -> Q:
    key, _, text = item.partition(":")
    if key not in filters:
        raise _unknown("This filter is not known", "filter", item, filters)
    terms = _terms(text, "filter")
    if not terms:
        raise _refused("This filter has no value", "filter", f"“{item[:200]}” names no value: send {key}:value.")
    condition = filters[key](terms)
    if condition is None:
        raise _refused(f"This {key} is not known", "filter", f"“{item[:200]}” names a value that {key} does not have.")
    return condition


def _search(query: Mapping[str, Any], searches: Mapping[str, Condition]) -> list[Q]:
    terms = _terms(query.get("search_query", ""), "search_query")
    fields = [name for field in query.get("search_fields", ()) for name in field.split(",") if name]
    if not terms and not fields:
        return []
    if not terms or not fields:
        message = "Send both, or neither of them."
        raise _refused("search_query and search_fields go together", "search_fields", message)
    for name in fields:
        if name not in searches:
            raise _unknown("This search field is not known", "search_fields", name, searches)
    return [reduce(or_, [searches[name](terms) or Q() for name in fields])]


def _terms(text: str, parameter: str) -> list[str]:
    terms = [storable(term.strip()) for term in text.split(",") if term.strip()]
    if len(terms) > MOST_TERMS or any(len(term) > LONGEST_TERM for term in terms):
        said = f"At most {MOST_TERMS} values of at most {LONGEST_TERM} characters."
        raise _refused("The request is not valid", parameter, said)
    return terms


def _unknown(title: str, parameter: str, text: str, known: Mapping[str, object]) -> ApiError:
    return _refused(title, parameter, f"“{text[:200]}” is not known. There are: {', '.join(known)}.")


def _refused(title: str, parameter: str, message: str) -> ApiError:
    return ApiError(title, details=[{"message": message, "problem_field": parameter}])


def containing(lookup: str) -> Condition:
    """A text that contains one of the values, whatever its capitals."""
    return lambda terms: reduce(or_, (Q(**{f"{lookup}__icontains": term}) for term in terms), Q(pk__in=[]))


def regions(lookup: str) -> Condition:
    """A list of regions, as text, that has one of the values."""

    def condition(terms: Sequence[str]) -> Q | None:
        if not set(terms) <= set(REGIONS):
            return None
        return reduce(or_, (Q(**{f"{lookup}__contains": f'"{term}"'}) for term in terms), Q(pk__in=[]))

    return condition
