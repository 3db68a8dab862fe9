"""Filtering connections: one FilterSet for page, export and API."""

from datetime import date
from typing import Any
from uuid import UUID

import django_filters
from django import forms
from django.db.models import Exists, OuterRef, QuerySet, Subquery
from django.http import QueryDict

from onboarding.connect.choices import AuthorizationState, DataState, DropOffReason, Reached, SessionState, Variant
from onboarding.connect.models import Authorization, Connection, ConnectSession
from onboarding.connect.progress import (
    has_reached,
    has_stopped_at,
    is_finished,
    is_under_way_at,
    was_not_asked,
)
from onboarding.connect.queries import TELLING_FIRST, connections_of, device_types, links_of, named
from portal.partners.models import Partner
from portal.web.filters import PlainFilterSet, day_begins
from programs.models import Utility
from programs.queries import region_choices

_TELLING_SESSION = ConnectSession.objects.filter(connection=OuterRef("pk")).order_by(*TELLING_FIRST)
_DAY = forms.DateInput(attrs={"type": "date"})


def _utility_choices() -> list[tuple[str, str]]:
    return list(Utility.objects.filter(green_button__isnull=False).order_by("name").values_list("code", "name"))


NONE = "none"  # in addresses: connections that have no link, or came to no utility


def _utilities_or_none() -> list[tuple[str, str]]:
    """Also utilities whose data can no longer be reached: connections came to them once."""
    return [(NONE, "None yet"), *Utility.objects.order_by("name").values_list("code", "name")]


def _device_types() -> list[tuple[str, str]]:
    return [*device_types().items(), (NONE, "No device")]


def _steps() -> list[tuple[str, str]]:
    return [(step.name, str(step.label)) for step in Reached]


def _hidden(method: str, label: str, choices: Any) -> django_filters.ChoiceFilter:
    """A filter that other pages lead to; it is shown as a chip alone."""
    return django_filters.ChoiceFilter(method=method, label=label, choices=choices, widget=forms.HiddenInput)


class ConnectionFilter(PlainFilterSet):
    """Reference, region, utility, how far session, authorization and data are, and the days of start and last step.

    What the funnel counts is filtered by the same conditions as it is counted by (onboarding/connect/progress.py).
    """

    q = django_filters.CharFilter(method="of_reference", label="Reference ID")
    region = django_filters.ChoiceFilter(
        field_name="transmission_region", label="Region", choices=region_choices, empty_label="Any"
    )
    utility = django_filters.ChoiceFilter(
        method="at_utility", label="Utility", choices=_utility_choices, empty_label="Any"
    )
    session = django_filters.ChoiceFilter(
        method="with_session", label="Session", choices=SessionState.choices, empty_label="Any"
    )
    authorization = django_filters.ChoiceFilter(
        method="with_authorization", label="Authorization", choices=AuthorizationState.choices, empty_label="Any"
    )
    data = django_filters.ChoiceFilter(
        method="with_data", label="Utility data", choices=DataState.choices, empty_label="Any"
    )
    waiting = django_filters.ChoiceFilter(
        method="waits_for_you", label="To decide", choices=[("yes", "Waiting for you")], empty_label="Any"
    )
    started_from = django_filters.DateFilter(
        method="from_day", field_name="started_at", label="Started from", widget=_DAY
    )
    started_to = django_filters.DateFilter(method="to_day", field_name="started_at", label="Started to", widget=_DAY)
    active_from = django_filters.DateFilter(
        method="from_day", field_name="last_interaction_at", label="Last step from", widget=_DAY
    )
    active_to = django_filters.DateFilter(
        method="to_day", field_name="last_interaction_at", label="Last step to", widget=_DAY
    )

    link = django_filters.ChoiceFilter(method="of_link", label="Link", empty_label="Any")
    reached = django_filters.ChoiceFilter(method="that_reached", label="Reached", choices=_steps, empty_label="Any")
    stopped_at = django_filters.ChoiceFilter(
        method="that_stopped_at", label="Stopped at", choices=_steps, empty_label="Any"
    )
    reason = django_filters.ChoiceFilter(
        field_name="stopped_by", label="Reason", choices=DropOffReason.choices, empty_label="Any"
    )
    under_way_at = _hidden("that_are_under_way", "In progress at", _steps)
    not_asked = _hidden("that_were_not_asked", "Step not asked", _steps)
    furthest_at = _hidden("furthest_at_utility", "Furthest at", _utilities_or_none)
    device = _hidden("with_device", "Device", _device_types)
    variant = _hidden("of_variant", "Customers", [*Variant.choices, (NONE, "Unknown")])
    done = _hidden("that_are_done", "Done", [("yes", "Yes")])

    class Meta:
        model = Connection
        fields: list[str] = []

    def __init__(self, data: QueryDict, *, queryset: QuerySet[Connection], partner: Partner) -> None:
        super().__init__(data, queryset=queryset)
        links = links_of(partner).values_list("pk", "title")
        self.filters["link"].extra["choices"] = [*((str(pk), title) for pk, title in links), (NONE, "No link")]

    def of_reference(self, rows: QuerySet[Connection], name: str, value: str) -> QuerySet[Connection]:
        return rows.filter(named(value))

    def with_session(self, rows: QuerySet[Connection], name: str, value: str) -> QuerySet[Connection]:
        """The session that tells how far the customer is, which is the one that the list shows."""
        return rows.annotate(session_state=Subquery(_TELLING_SESSION.values("state")[:1])).filter(session_state=value)

    def with_authorization(self, rows: QuerySet[Connection], name: str, value: str) -> QuerySet[Connection]:
        """How the newest authorization at a utility went: at the chosen one, if one is chosen."""
        return rows.filter(Exists(self._authorizations().filter(state=value)))

    def at_utility(self, rows: QuerySet[Connection], name: str, value: str) -> QuerySet[Connection]:
        return rows.filter(Exists(self._authorizations()))

    def with_data(self, rows: QuerySet[Connection], name: str, value: str) -> QuerySet[Connection]:
        """How far the data of a utility is: of the chosen one, if one is chosen."""
        return rows.filter(Exists(self._authorizations().filter(data_state=value)))

    def _authorizations(self) -> QuerySet[Authorization]:
        """The newest authorization of a connection at each utility, which is the one that the list shows."""
        chosen = self.form.cleaned_data.get("utility")
        rows = Authorization.objects.filter(connection=OuterRef("pk"))
        rows = rows.filter(utility__code=chosen) if chosen else rows
        newer = Authorization.objects.filter(
            connection=OuterRef("connection"), utility=OuterRef("utility"), pk__gt=OuterRef("pk")
        )
        return rows.filter(~Exists(newer))

    def of_link(self, rows: QuerySet[Connection], name: str, value: str) -> QuerySet[Connection]:
        """Those that were opened through it last."""
        return rows.filter(link=None) if value == NONE else rows.filter(link=UUID(value))

    def with_device(self, rows: QuerySet[Connection], name: str, value: str) -> QuerySet[Connection]:
        return rows.filter(device_type="" if value == NONE else value)

    def of_variant(self, rows: QuerySet[Connection], name: str, value: str) -> QuerySet[Connection]:
        return rows.filter(link=None) if value == NONE else rows.filter(link__variant=value)

    def that_reached(self, rows: QuerySet[Connection], name: str, value: str) -> QuerySet[Connection]:
        return rows.filter(has_reached(Reached[value]))

    def that_stopped_at(self, rows: QuerySet[Connection], name: str, value: str) -> QuerySet[Connection]:
        return rows.filter(has_stopped_at(Reached[value]))

    def that_are_under_way(self, rows: QuerySet[Connection], name: str, value: str) -> QuerySet[Connection]:
        return rows.filter(is_under_way_at(Reached[value]))

    def that_were_not_asked(self, rows: QuerySet[Connection], name: str, value: str) -> QuerySet[Connection]:
        return rows.filter(was_not_asked(Reached[value]))

    def that_are_done(self, rows: QuerySet[Connection], name: str, value: str) -> QuerySet[Connection]:
        return rows.filter(is_finished())

    def furthest_at_utility(self, rows: QuerySet[Connection], name: str, value: str) -> QuerySet[Connection]:
        return rows.filter(utility=None) if value == NONE else rows.filter(utility__code=value)

    def waits_for_you(self, rows: QuerySet[Connection], name: str, value: str) -> QuerySet[Connection]:
        return rows.filter(needs_partner=True)

    def from_day(self, rows: QuerySet[Connection], name: str, value: date) -> QuerySet[Connection]:
        return rows.filter(**{f"{name}__gte": day_begins(value)})

    def to_day(self, rows: QuerySet[Connection], name: str, value: date) -> QuerySet[Connection]:
        return rows.filter(**{f"{name}__lt": day_begins(value, days_later=1)})


def connection_filter(data: QueryDict, *, partner: Partner) -> ConnectionFilter:
    """The filter over one partner's connections."""
    return ConnectionFilter(data, queryset=connections_of(partner), partner=partner)
