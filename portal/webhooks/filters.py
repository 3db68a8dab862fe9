"""Filtering the delivery log."""

import django_filters
from django.db.models import Q, QuerySet

from portal.events.published import event_types
from portal.storage.ids import as_uuid
from portal.web.filters import PlainFilterSet
from portal.webhooks.models import DeliveryState, WebhookDelivery


class DeliveryFilter(PlainFilterSet):
    """Event or subject, state, event type."""

    q = django_filters.CharFilter(method="named", label="Event or meter ID")
    state = django_filters.ChoiceFilter(label="Status", choices=DeliveryState.choices, empty_label="Any")
    event_type = django_filters.ChoiceFilter(
        label="Event", choices=lambda: [(kind.name, kind.name) for kind in event_types()], empty_label="Any"
    )

    class Meta:
        model = WebhookDelivery
        fields: list[str] = []

    def named(self, rows: QuerySet[WebhookDelivery], name: str, value: str) -> QuerySet[WebhookDelivery]:
        key = as_uuid(value)
        is_named = Q(subject=value.strip())
        return rows.filter(is_named | Q(webhook_event_id=key) | Q(subject=str(key)) if key else is_named)
