"""Regions, states and utilities with the forms of their account numbers in the admin."""

from django.contrib import admin

from programs.admin.base import SOURCE_FIELDS, CatalogueAdmin, SourcedAdmin
from programs.admin.transfer import AccountFormatResource, RegionResource, StateResource, UtilityResource
from programs.models import AccountFormat, Region, State, Utility


@admin.register(Region)
class RegionAdmin(CatalogueAdmin):
    resource_classes = [RegionResource]
    list_display = ["code", "name", "transmission_region", "position"]
    list_filter = ["transmission_region"]
    search_fields = ["code", "name"]


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


class AccountFormatInline(admin.TabularInline):
    """How the utility's account numbers look."""

    model = AccountFormat
    fields = ["name", "pattern", "example", "valid_from", "valid_to", "severity", "confidence", "source", "verified"]
    show_change_link = True
    extra = 0


@admin.register(Utility)
class UtilityAdmin(SourcedAdmin):
    resource_classes = [UtilityResource]
    inlines = [AccountFormatInline]
    list_display = ["code", "name", "transmission_region", "eia_number", "is_test", "verified"]
    list_filter = ["transmission_region", "is_test", "verified"]
    search_fields = ["code", "name", "eia_number"]
    fieldsets = [
        (None, {"fields": ["code", "name", "transmission_region", "states", "is_test"]}),
        ("ESI IDs", {"fields": [("eia_number", "eia_number_confirmed")]}),
        SOURCE_FIELDS,
    ]


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
        ("When a number has no such form", {"fields": ["severity", "confidence"]}),
        ("From when to when", {"fields": [("valid_from", "valid_to")]}),
        SOURCE_FIELDS,
    ]
