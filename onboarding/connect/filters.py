"""Filtering connections: one FilterSet for page, export and API."""

from datetime import date

import django_filters
from django import forms
from django.db.models import Exists, OuterRef, QuerySet, Subquery
from django.http import QueryDict

from onboarding.connect.choices import AuthorizationState, DataState, SessionState
from onboarding.connect.models import Authorization, Connection, ConnectSession
from onboarding.connect.queries import connections_of, named
from portal.partners.models import Partner
from portal.web.filters import PlainFilterSet, day_begins
from programs.models import Utility
from programs.queries import region_choices

_NEWEST_SESSION = ConnectSession.objects.filter(connection=OuterRef("pk")).order_by("-pk")
_DAY = forms.DateInput(attrs={"type": "date"})


def _utility_choices() -> list[tuple[str, str]]:
    return list(Utility.objects.filter(green_button__isnull=False).order_by("name").values_list("code", "name"))


class ConnectionFilter(PlainFilterSet):
    """Reference, region, utility, how far session, authorization and data are, and the days of start and last step."""

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

    class Meta:
        model = Connection
        fields: list[str] = []

    def of_reference(self, rows: QuerySet[Connection], name: str, value: str) -> QuerySet[Connection]:
        return rows.filter(named(value))

    def with_session(self, rows: QuerySet[Connection], name: str, value: str) -> QuerySet[Connection]:
        """The customer's newest session, which is the one that the list shows."""
        return rows.annotate(session_state=Subquery(_NEWEST_SESSION.values("state")[:1])).filter(session_state=value)

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

    def waits_for_you(self, rows: QuerySet[Connection], name: str, value: str) -> QuerySet[Connection]:
        return rows.filter(needs_partner=True)

    def from_day(self, rows: QuerySet[Connection], name: str, value: date) -> QuerySet[Connection]:
        return rows.filter(**{f"{name}__gte": day_begins(value)})

    def to_day(self, rows: QuerySet[Connection], name: str, value: date) -> QuerySet[Connection]:
        return rows.filter(**{f"{name}__lt": day_begins(value, days_later=1)})


def connection_filter(data: QueryDict, *, partner: Partner) -> ConnectionFilter:
    """The filter over one partner's connections."""
    return ConnectionFilter(data, queryset=connections_of(partner))
