"""Filtering a partner's events: one FilterSet for page and export."""

from datetime import date

import django_filters
from django import forms
from django.db.models import QuerySet

from portal.events.models import NOT_ONE_OF_MANY, ONE_OF_MANY, Event
from portal.events.subjects import all_subjects
from portal.partners.models import Partner
from portal.partners.queries import events_of
from portal.web.filters import PlainFilterSet, day_begins

_DAY = forms.DateInput(attrs={"type": "date"})


def _things() -> list[tuple[str, str]]:
    return [(subject.type, subject.noun) for subject in all_subjects() if subject.type not in ONE_OF_MANY]


class EventFilter(PlainFilterSet):
    """Who, about what, from and to which day; single meters only when they are asked for."""

    who = django_filters.CharFilter(field_name="actor_label", lookup_expr="icontains", label="Who")
    address = django_filters.CharFilter(field_name="address", label="From the address")
    about = django_filters.ChoiceFilter(
        field_name="subject_type", label="About", choices=_things, empty_label="Anything"
    )
    subject = django_filters.CharFilter(method="of_subject", label="ID")
    first = django_filters.DateFilter(method="from_day", label="From", widget=_DAY)
    last = django_filters.DateFilter(method="to_day", label="To", widget=_DAY)
    meters = django_filters.ChoiceFilter(
        method="with_meters",
        label="Single meters",
        choices=[("yes", "Each meter’s and row’s own entries too")],
        empty_label="Left out",
    )

    class Meta:
        model = Event
        fields: list[str] = []

    def of_subject(self, events: QuerySet[Event], name: str, value: str) -> QuerySet[Event]:
        """One thing by its ID, whatever it is."""
        types = [subject.type for subject in all_subjects()]
        return events.filter(subject_type__in=types, subject_id=value.strip())

    def from_day(self, events: QuerySet[Event], name: str, value: date) -> QuerySet[Event]:
        return events.filter(at__gte=day_begins(value))

    def to_day(self, events: QuerySet[Event], name: str, value: date) -> QuerySet[Event]:
        return events.filter(at__lt=day_begins(value, days_later=1))

    def with_meters(self, events: QuerySet[Event], name: str, value: str) -> QuerySet[Event]:
        return events  # filter_queryset leaves them in

    def filter_queryset(self, events: QuerySet[Event]) -> QuerySet[Event]:
        matching = super().filter_queryset(events)
        asked = self.form.cleaned_data.get("meters") or self.form.cleaned_data.get("subject")
        return matching if asked else matching.filter(NOT_ONE_OF_MANY)


def event_filter(data: object, *, partner: Partner) -> EventFilter:
    """The filter over one partner's events."""
    return EventFilter(data, queryset=events_of(partner))
