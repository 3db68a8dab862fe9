"""Regions, states and utilities in the admin, with the forms of their account numbers and how their data is reached."""

from collections.abc import Iterable
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import URLPattern, path, reverse
from django.views.decorators.http import require_POST

from programs.admin.base import LISTS_AS_TEXT, SOURCE_FIELDS, SourcedAdmin
from programs.admin.inlines import CatalogueInline
from programs.admin.transfer import AccountFormatResource, RegionResource, StateResource, UtilityResource
from programs.domain import try_connection
from programs.models import AccountFormat, Region, State, Utility, UtilityConnection


@admin.register(Region)
class RegionAdmin(SourcedAdmin):
    code_field = "code"
    resource_classes = [RegionResource]
    list_display = ["code", "name", "transmission_region", "position", "verified"]
    list_filter = ["transmission_region", "verified"]
    search_fields = ["code", "name"]
    fieldsets = [(None, {"fields": ["code", "name", "transmission_region", "position"]}), SOURCE_FIELDS]


@admin.register(State)
class StateAdmin(SourcedAdmin):
    """Which transmission regions a state may have, and the zip codes that cross its border."""

    resource_classes = [StateResource]
    list_display = ["code", "name", "regions", "verified"]
    list_filter = ["verified"]
    search_fields = ["code", "name"]
    fieldsets = [
        (None, {"fields": ["code", "name", "transmission_regions", "border_zips"]}),
        SOURCE_FIELDS,
    ]

    @admin.display(description="transmission regions")
    def regions(self, state: State) -> str:
        return ", ".join(state.transmission_regions) or "–"


class AccountFormatInline(CatalogueInline, admin.TabularInline):
    """How the utility's account numbers look."""

    model = AccountFormat
    fields = ["name", "pattern", "example", "valid_from", "valid_to", "severity", "confidence", "source", "verified"]
    show_change_link = True
    extra = 0


class UtilityConnectionInline(CatalogueInline, admin.StackedInline):
    """How the utility's Green Button service is reached. The secret goes in and never comes out."""

    is_seen_with_page = False

    model = UtilityConnection
    formfield_overrides = LISTS_AS_TEXT
    classes = ["collapse"]
    fieldsets = [
        (None, {"fields": ["is_active", "authorization_url", "token_url", "revocation_url", "resource_url"]}),
        (
            "The portal’s registration",
            {"fields": ["client_id", "client_secret", "token_auth_method", "scope", "client_certificate"]},
        ),
        ("How it differs", {"fields": ["uses_pkce", "issuer", "notifies", "customer_help", "customer_help_es"]}),
        SOURCE_FIELDS,
    ]

    def get_exclude(self, request: HttpRequest, obj: Any | None = None) -> list[str]:
        """Somebody who only looks sees values instead of inputs, and the secret is no value to see."""
        return [] if self.has_change_permission(request, obj) else ["client_secret"]

    def get_fieldsets(self, request: HttpRequest, obj: Any | None = None) -> Any:
        left_out = self.get_exclude(request, obj)
        return [
            (name, {**options, "fields": [field for field in options["fields"] if field not in left_out]})
            for name, options in super().get_fieldsets(request, obj)
        ]


@admin.register(Utility)
class UtilityAdmin(SourcedAdmin):
    """The one table of utilities: a row here is a value in templates, forms, checks and suggestions at once."""

    code_field = "code"
    looking_actions = ["test_connections"]
    resource_classes = [UtilityResource]
    inlines = [AccountFormatInline, UtilityConnectionInline]
    change_form_template = "admin/utility_form.html"
    actions = [*SourcedAdmin.actions, "test_connections"]
    list_display = ["code", "name", "transmission_region", "is_offered", "has_connection", "is_test", "verified"]
    list_filter = ["transmission_region", "is_offered", "is_test", "verified"]
    list_select_related = ["green_button"]
    search_fields = ["code", "name", "synonyms", "eia_number"]
    fieldsets = [
        (None, {"fields": ["code", "name", "synonyms", "transmission_region", "states"]}),
        ("In lists", {"fields": ["is_offered", "position", "is_test"]}),
        ("ESI IDs", {"fields": [("eia_number", "eia_number_confirmed")]}),
        SOURCE_FIELDS,
    ]

    @admin.display(description="Green Button", boolean=True)
    def has_connection(self, utility: Utility) -> bool:
        return hasattr(utility, "green_button") and utility.green_button.is_active

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(require_POST(self.test_one))
        mine = path("<path:object_id>/test-connection/", view, name="programs_utility_test_connection")
        return [mine, *super().get_urls()]

    def test_one(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """The button of one utility's page."""
        if not self.has_change_permission(request):
            raise PermissionDenied
        utility = get_object_or_404(Utility.objects.select_related("green_button"), pk=object_id)
        self._tell(request, [utility])
        return HttpResponseRedirect(reverse("admin:programs_utility_change", args=[utility.pk]))

    @admin.action(description="Test connection", permissions=["change"])
    def test_connections(self, request: HttpRequest, queryset: QuerySet[Utility]) -> None:
        self._tell(request, queryset.select_related("green_button")[:_MOST_TESTED])

    def _tell(self, request: HttpRequest, utilities: Iterable[Utility]) -> None:
        """One message for each address that was dialed."""
        for utility in utilities:
            if not hasattr(utility, "green_button"):
                self.message_user(request, f"{utility.code} has no Green Button connection yet.", messages.WARNING)
                continue
            for answer in try_connection(utility.green_button):
                level = messages.SUCCESS if answer.is_answered else messages.ERROR
                self.message_user(request, f"{utility.code}: {answer}", level)


_MOST_TESTED = 5  # at once, since each may take as long as its deadline


@admin.register(AccountFormat)
class AccountFormatAdmin(SourcedAdmin):
    """The forms of all utilities in one table, for search, import and export."""

    resource_classes = [AccountFormatResource]
    list_display = ["name", "utility", "example", "valid_from", "valid_to", "severity", "confidence", "verified"]
    list_filter = ["severity", "confidence", "verified", "utility"]
    list_select_related = ["utility"]
    search_fields = ["name", "utility__code", "utility__name", "example", "source"]
    autocomplete_fields = ["utility"]
    fieldsets = [
        (None, {"fields": ["utility", "name", "pattern", "example"]}),
        ("If a number doesn’t match", {"fields": ["severity", "confidence"]}),
        ("Dates", {"fields": [("valid_from", "valid_to")]}),
        SOURCE_FIELDS,
    ]
