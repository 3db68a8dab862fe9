"""Filtering meters: one FilterSet for page and export."""

from typing import Any
from uuid import UUID

import django_filters
from django import forms
from django.db.models import Q, QuerySet

from onboarding.meters.models import METER_TYPES, EnrollmentStatus, Meter
from portal.partners.models import Partner
from programs.queries import program_choices, region_choices


class MeterFilter(django_filters.FilterSet):
    """Region, program, type, status, upload, dates and a search over reference, name, address, account and meter ID."""

    q = django_filters.CharFilter(method="search", label="Search")
    region = django_filters.ChoiceFilter(
        field_name="transmission_region", label="Region", choices=region_choices, empty_label="Any"
    )
    program = django_filters.ChoiceFilter(
        method="in_program", label="Program", choices=program_choices, empty_label="Any"
    )
    type = django_filters.ChoiceFilter(field_name="meter_type", label="Type", choices=METER_TYPES, empty_label="Any")
    status = django_filters.ChoiceFilter(
        method="with_status", label="Status", choices=EnrollmentStatus.choices, empty_label="Any"
    )
    upload = django_filters.ModelChoiceFilter(
        label="Upload", empty_label="Any", queryset=lambda request: request.partner.uploads.order_by("-pk")
    )
    created_from = django_filters.DateFilter(
        field_name="created_at",
        lookup_expr="date__gte",
        label="Created from",
        widget=forms.DateInput(attrs={"type": "date"}),
    )
    created_to = django_filters.DateFilter(
        field_name="created_at",
        lookup_expr="date__lte",
        label="Created to",
        widget=forms.DateInput(attrs={"type": "date"}),
    )

    class Meta:
        model = Meter
        fields: list[str] = []

    def search(self, queryset: QuerySet[Meter], name: str, value: str) -> QuerySet[Meter]:
        try:
            return queryset.filter(pk=UUID(value.strip()))
        except ValueError:
            pass
        words = Q()
        for column in ("partner_reference", "customer_name", "street", "city", "postal_code", "account_number"):
            words |= Q(**{f"{column}__icontains": value.strip()})
        return queryset.filter(words)

    def in_program(self, queryset: QuerySet[Meter], name: str, value: str) -> QuerySet[Meter]:
        """Meters with a standing in the program, and with the chosen status there."""
        status = self.form.cleaned_data.get("status")
        chosen = {"enrollments__status": status} if status else {}
        return queryset.filter(enrollments__program__identifier=value, **chosen)

    def with_status(self, queryset: QuerySet[Meter], name: str, value: str) -> QuerySet[Meter]:
        """The global status; with a program chosen, `in_program` asks for the status there."""
        return queryset if self.form.cleaned_data.get("program") else queryset.filter(enrollment_status=value)


class _ForPartner:
    """What a FilterSet's `request` needs to be here: the partner whose rows may be chosen."""

    def __init__(self, partner: Partner) -> None:
        self.partner = partner


def meter_filter(data: Any, *, partner: Partner) -> MeterFilter:
    """The filter over one partner's meters."""
    return MeterFilter(data, queryset=Meter.objects.filter(partner=partner), request=_ForPartner(partner))
