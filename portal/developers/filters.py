"""Filtering a partner's request log."""

import django_filters
from django.db.models import QuerySet

from portal.api.schema import all_operations
from portal.developers.models import LoggedRequest
from portal.partners.models import ApiKey, Partner
from portal.web.filters import PlainFilterSet

_CLASSES = [("2", "Succeeded (2xx, 3xx)"), ("4", "Refused (4xx)"), ("5", "Failed on our side (5xx)")]


def _operations() -> list[tuple[str, str]]:
    return [(name, name) for name in sorted(set(all_operations()))]


class RequestFilter(PlainFilterSet):
    """By how it ended, operation, key and request ID."""

    request_id = django_filters.CharFilter(method="with_id", label="Request ID")
    status = django_filters.ChoiceFilter(method="of_class", label="Result", choices=_CLASSES, empty_label="Any")
    operation = django_filters.ChoiceFilter(
        field_name="operation", label="Operation", choices=_operations, empty_label="Any"
    )
    key = django_filters.ChoiceFilter(field_name="key_id", label="Key", empty_label="Any")

    class Meta:
        model = LoggedRequest
        fields: list[str] = []

    def with_id(self, rows: QuerySet[LoggedRequest], name: str, value: str) -> QuerySet[LoggedRequest]:
        return rows.filter(request_id=value.strip())

    def of_class(self, rows: QuerySet[LoggedRequest], name: str, value: str) -> QuerySet[LoggedRequest]:
        first = int(value) * 100
        return rows.filter(status__gte=first, status__lt=400 if first == 200 else first + 100)


def request_filter(data: object, *, partner: Partner) -> RequestFilter:
    """The filter over one partner's requests, whose keys it offers."""
    filtered = RequestFilter(data, queryset=LoggedRequest.objects.filter(partner=partner))
    keys = ApiKey.objects.filter(partner=partner).order_by("-created_at").values_list("pk", "name")
    filtered.filters["key"].extra["choices"] = [(pk, f"{name} ({pk})") for pk, name in keys]
    return filtered
