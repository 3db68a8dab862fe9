"""Filtering meters: one FilterSet for page and export."""

import json
from collections.abc import Collection
from datetime import date
from functools import lru_cache, partial
from typing import Any

import django_filters
from django import forms
from django.db.models import Q, QuerySet, TextField
from django.db.models.functions import Cast
from django.http import QueryDict

from onboarding.connect.models import Connection
from onboarding.meters.models import METER_TYPES, EnrollmentStatus, Meter
from onboarding.meters.search.queries import search
from portal.partners.models import Partner
from portal.storage.ids import as_uuid
from portal.web import clock
from portal.web.filters import PlainFilterSet, day_begins
from programs.identifiers import reference_key
from programs.models import ActionType, Acts, Utility
from programs.queries import program_choices, region_choices
from programs.schema import schema_for

_FEW = 1_000
PARTICIPATION = [("in", "Participates"), ("idle", "Idle now"), ("disenrolled", "Disenrolled")]


NONE = "none"  # in addresses: meters that have no such value
PLACES = {
    "state": ("state", "customer.state_or_province_code", "No state"),
    "utility": ("utility_name", "utility.utility_name", "No utility"),
    "device": ("device_type", "device.device_type", "No device type"),
}  # filter: column of the meter, field of the catalogue, and what meters without a value are called


def place_choices(name: str) -> list[tuple[str, str]]:
    """What a filter of PLACES can be: the values that the catalogue has for its field, and none.

    Of utilities also those to which customers come by Connect alone.
    """
    _, key, nothing = PLACES[name]
    schema = schema_for()
    known = dict(Utility.objects.order_by("name").values_list("code", "name")) if name == "utility" else {}
    offered = dict(schema.column(key).choices) if schema.knows(key) else {}
    return [*(known | offered).items(), (NONE, nothing)]


def _place(name: str, label: str) -> django_filters.ChoiceFilter:
    """A filter for links of the portfolio page; the list shows it once it is set."""
    return django_filters.ChoiceFilter(
        method="at_place", label=label, choices=partial(place_choices, name), widget=forms.HiddenInput
    )


class MeterFilter(PlainFilterSet):
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
    acts = django_filters.ChoiceFilter(
        method="with_acts", label="Who acts next", choices=Acts.choices, empty_label="Anybody"
    )
    action = django_filters.ChoiceFilter(
        method="with_action", label="Missing item", choices=ActionType.choices, empty_label="Any"
    )
    upload = django_filters.UUIDFilter(field_name="upload", label="Upload", widget=forms.HiddenInput)
    state = _place("state", "State")
    utility = _place("utility", "Utility")
    device = _place("device", "Device type")
    tag = django_filters.CharFilter(method="with_tag", label="Tag")
    connection = django_filters.CharFilter(method="of_connection", label="Connection reference")
    group = django_filters.CharFilter(field_name="customer_group", label="Customer group")
    archived = django_filters.ChoiceFilter(
        method="of_archive",
        label="Archive",
        choices=[("only", "Archived only"), ("all", "Archived too")],
        empty_label="Not archived",
    )
    participation = django_filters.ChoiceFilter(
        method="taking_part", label="Participation", choices=PARTICIPATION, empty_label="Any"
    )
    created_from = django_filters.DateFilter(
        method="from_day", label="Created from", widget=forms.DateInput(attrs={"type": "date"})
    )
    created_to = django_filters.DateFilter(
        method="to_day", label="Created to", widget=forms.DateInput(attrs={"type": "date"})
    )

    class Meta:
        model = Meter
        fields: list[str] = []

    def search(self, queryset: QuerySet[Meter], name: str, value: str) -> QuerySet[Meter]:
        if pk := as_uuid(value):
            return queryset.filter(pk=pk)
        return queryset.filter(search(self.request.partner, value.strip()))

    def at_place(self, queryset: QuerySet[Meter], name: str, value: str) -> QuerySet[Meter]:
        column, _, _ = PLACES[name]
        return queryset.filter(**{column: "" if value == NONE else value})

    def with_tag(self, queryset: QuerySet[Meter], name: str, value: str) -> QuerySet[Meter]:
        return holding_any(queryset, "tags", [value.strip()])

    def of_connection(self, queryset: QuerySet[Meter], name: str, value: str) -> QuerySet[Meter]:
        """Meters with a connection reference, however it is spelled."""
        named = Connection.objects.filter(partner=self.request.partner, reference_key=reference_key(value))
        spelled = [value.strip(), *named.values_list("reference", flat=True)]
        return holding_any(queryset, "connection_references", spelled)

    def of_archive(self, queryset: QuerySet[Meter], name: str, value: str) -> QuerySet[Meter]:
        return queryset.filter(is_archived=True) if value == "only" else queryset

    def taking_part(self, queryset: QuerySet[Meter], name: str, value: str) -> QuerySet[Meter]:
        """What the partner wants of the meter now; a program may let an active one go later."""
        now, partner = clock.now(), self.request.partner
        wanted = {"idle": ["IDLE"], "disenrolled": ["DISENROLL"]}.get(value, ["IDLE", "DISENROLL"])
        out = Meter.objects.filter(
            Q(participation__ends_at=None) | Q(participation__ends_at__gt=now),
            participation__partner=partner,
            participation__starts_at__lte=now,
            participation__preference__in=wanted,
        ).values("pk")
        return queryset.exclude(pk__in=out) if value == "in" else queryset.filter(pk__in=out)

    def filter_queryset(self, queryset: QuerySet[Meter]) -> QuerySet[Meter]:
        """Archived meters are left out unless they are asked for, or one is asked for by its ID."""
        filtered = super().filter_queryset(queryset)
        asked = self.form.cleaned_data.get("archived") or as_uuid(self.form.cleaned_data.get("q", ""))
        return filtered if asked else filtered.filter(is_archived=False)

    def in_program(self, queryset: QuerySet[Meter], name: str, value: str) -> QuerySet[Meter]:
        """Meters in the program, with the chosen status there.

        Few of them are named one by one: looking at every meter for one of a few would take long.
        """
        chosen = {}
        if status := self.form.cleaned_data.get("status"):
            chosen["enrollments__status"] = status
        if acts := self.form.cleaned_data.get("acts"):
            chosen["enrollments__acts"] = acts
        there = {"enrollments__partner": self.request.partner, "enrollments__program__identifier": value, **chosen}
        few = list(Meter.objects.filter(**there).order_by().values_list("pk", flat=True)[: _FEW + 1])
        return queryset.filter(pk__in=few) if len(few) <= _FEW else queryset.filter(**there)

    def from_day(self, queryset: QuerySet[Meter], name: str, value: date) -> QuerySet[Meter]:
        return queryset.filter(created_at__gte=day_begins(value))

    def to_day(self, queryset: QuerySet[Meter], name: str, value: date) -> QuerySet[Meter]:
        return queryset.filter(created_at__lt=day_begins(value, days_later=1))

    def with_status(self, queryset: QuerySet[Meter], name: str, value: str) -> QuerySet[Meter]:
        """The global status; with a program chosen, `in_program` asks for the status there."""
        return queryset if self.form.cleaned_data.get("program") else queryset.filter(enrollment_status=value)

    def with_acts(self, queryset: QuerySet[Meter], name: str, value: str) -> QuerySet[Meter]:
        """Who acts next anywhere; with a program chosen, `in_program` asks who acts there."""
        return queryset if self.form.cleaned_data.get("program") else queryset.filter(acts=value)

    def with_action(self, queryset: QuerySet[Meter], name: str, value: str) -> QuerySet[Meter]:
        """Meters with an open item of the checklist, in the chosen program if there is one."""
        program = self.form.cleaned_data.get("program")
        there = {"enrollments__program__identifier": program} if program else {}
        return queryset.filter(pk__in=acting(Meter.objects.filter(partner=self.request.partner), [value], **there))


def holding_any(meters: QuerySet[Meter], column: str, values: list[str]) -> QuerySet[Meter]:
    """Meters whose JSON list holds one of the values; as text, since SQLite has no JSON containment."""
    text = f"{column}_text"
    any_of = Q()
    for value in values:  # as text, é is written as it is, or as its escape, depending on the writer
        for written in {json.dumps(value, ensure_ascii=False), json.dumps(value)}:
            any_of |= Q(**{f"{text}__contains": written})
    return meters.annotate(**{text: Cast(column, TextField())}).filter(any_of)


def acting(meters: QuerySet[Meter], types: Collection[str], **there: str) -> QuerySet[Meter, Any]:
    """The IDs of meters with an open action of one of the types in a program that they are meant for.

    there: conditions on the same enrollment.
    """
    columns = ("partner_actions", "leap_actions")
    any_of = Q()
    for column in columns:
        for action_type in types:
            any_of |= Q(**{f"{column}_text__contains": f'"{action_type}"'})
    told = {f"{column}_text": Cast(f"enrollments__{column}", TextField()) for column in columns}
    return meters.filter(**there).annotate(**told).filter(any_of).order_by().values("pk")


def chip_names(params: QueryDict, partner: Partner) -> dict[str, str]:
    """What a chip shows instead of an ID."""
    pk = as_uuid(params.get("upload", ""))
    upload = partner.uploads.filter(pk=pk).first() if pk else None
    return {"upload": upload.file_name} if upload else {}


def filters_named(names: Collection[str]) -> type[MeterFilter]:
    """MeterFilter with these of its filters only: all of them with their fields take a tenth of the list's time."""
    return _with_filters(frozenset(name for name in MeterFilter.base_filters if name in names))


@lru_cache(maxsize=256)
def _with_filters(names: frozenset[str]) -> type[MeterFilter]:
    others = {name: None for name in MeterFilter.base_filters if name not in names}
    return type("MeterFilter", (MeterFilter,), others)


class _ForPartner:
    """What a FilterSet's `request` needs to be here: the partner whose rows may be chosen."""

    def __init__(self, partner: Partner) -> None:
        self.partner = partner


def meter_filter(data: QueryDict, *, partner: Partner, by_page: bool = False) -> MeterFilter:
    """The filter over one partner's meters. by_page: they will be read with `keyset_page` and owner="partner"."""
    own = {"partner__only" if by_page else "partner": partner}
    meters = Meter.objects.filter(**own)
    return filters_named(data.keys())(data, queryset=meters, request=_ForPartner(partner))


def matching(data: QueryDict, *, partner: Partner) -> QuerySet[Meter]:
    """The partner's meters that match the filters of a query string; none when a filter cannot be understood."""
    filtered = meter_filter(data, partner=partner)
    matches: QuerySet[Meter] = filtered.qs if filtered.form.is_valid() else filtered.queryset.none()
    return matches
