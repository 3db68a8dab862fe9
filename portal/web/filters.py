"""Filters of lists: a FilterSet with our texts, days in the partner's zone, chips, and query strings."""

from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime, time, timedelta

import django_filters
from django import forms
from django.http import QueryDict
from django.utils import timezone

_FIRST_MOMENT, _LAST_MOMENT = datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)


class PlainFilterSet(django_filters.FilterSet):
    """A FilterSet whose form has our own error messages and look."""

    def get_form_class(self) -> type[forms.Form]:
        form_class: type[forms.Form] = super().get_form_class()
        for field in form_class.base_fields.values():
            field.error_messages |= _error_messages(field)
            if isinstance(field.widget, forms.Select):
                field.widget.attrs["class"] = "form-select"
        return form_class


def _error_messages(field: forms.Field) -> dict[str, str]:
    match field:
        case forms.DateField():
            return {"invalid": f"{field.label} is not a date. Enter it as YYYY-MM-DD, for example 2026-05-31."}
        case forms.ChoiceField():
            return {"invalid_choice": f"{field.label} has no choice “%(value)s”. Choose one from the list."}
        case forms.UUIDField():
            return {"invalid": f"{field.label} is not an ID. Remove this filter."}
    return {}


def day_begins(day: date, *, days_later: int = 0) -> datetime:
    """Where a day, or one some days later, begins for the partner, whose time zone is the current one.

    What lies beyond the calendar is its first or its last moment: 9999-12-31 has no day after it, and 0001-01-01 begins
    before all time east of Greenwich.
    """
    try:
        return timezone.make_aware(datetime.combine(day + timedelta(days=days_later), time())).astimezone(UTC)
    except OverflowError:
        return _LAST_MOMENT if day.year > 1 else _FIRST_MOMENT


def without(params: QueryDict, *names: str) -> str:
    """A query string without these parameters."""
    query = params.copy()
    for name in names:
        query.pop(name, None)
    return query.urlencode()


def joined(*queries: str) -> str:
    """Query strings as one; empty ones are left out."""
    return "&".join(filter(None, queries))


def chips_of(params: QueryDict, form: forms.Form, names: Mapping[str, str] | None = None) -> list[dict[str, str]]:
    """The filters that are set, each with the query string that removes it. names: what to show for a filter's ID."""
    chips = []
    for name, field in form.fields.items():
        if value := params.get(name, ""):
            choices: Iterable[tuple[object, object]] = getattr(field, "choices", ())
            shown = (names or {}).get(name) or {str(key): str(label) for key, label in choices}.get(value, value)
            chips.append({"label": str(field.label), "value": shown, "query": without(params, name, "page")})
    return chips
