"""Regions and utilities in the admin."""

from django.contrib import admin

from programs.admin.base import SOURCE_FIELDS, CatalogueAdmin, SourcedAdmin
from programs.admin.transfer import RegionResource, UtilityResource
from programs.models import Region, Utility


@admin.register(Region)
class RegionAdmin(CatalogueAdmin):
    resource_classes = [RegionResource]
    list_display = ["code", "name", "transmission_region", "position"]
    list_filter = ["transmission_region"]
    search_fields = ["code", "name"]


@admin.register(Utility)
class UtilityAdmin(SourcedAdmin):
    resource_classes = [UtilityResource]
    list_display = ["code", "name", "transmission_region", "is_test", "verified"]
    list_filter = ["transmission_region", "is_test", "verified"]
    search_fields = ["code", "name"]
    fieldsets = [
        (None, {"fields": ["code", "name", "transmission_region", "is_test"]}),
        SOURCE_FIELDS,
    ]
