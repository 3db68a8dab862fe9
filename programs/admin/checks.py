"""The checklist and the conflicts between programs in the admin."""

from django.contrib import admin

from programs.admin.base import SOURCE_FIELDS, SourcedAdmin
from programs.admin.transfer import CheckKindResource, ConflictResource, ProgramCheckResource
from programs.models import CheckKind, Conflict, ProgramCheck


@admin.register(CheckKind)
class CheckKindAdmin(SourcedAdmin):
    """Codes and descriptions of the published actions."""

    resource_classes = [CheckKindResource]
    list_display = ["action_type", "acts", "code", "description", "while_open", "verified"]
    list_filter = ["acts", "verified"]
    search_fields = ["action_type", "code", "description"]
    fieldsets = [(None, {"fields": ["action_type", "acts", "code", "description", "while_open"]}), SOURCE_FIELDS]


@admin.register(ProgramCheck)
class ProgramCheckAdmin(SourcedAdmin):
    """What Leap finds out by hand, by program."""

    resource_classes = [ProgramCheckResource]
    list_display = ["program", "kind", "while_open", "valid_from", "valid_to", "verified"]
    list_filter = ["program", "kind", "verified"]
    list_select_related = ["program", "kind"]
    search_fields = ["program__identifier", "kind__action_type", "description"]
    autocomplete_fields = ["program", "kind"]
    fieldsets = [
        (None, {"fields": ["program", "kind", "description", "while_open"]}),
        ("Dates", {"fields": [("valid_from", "valid_to")]}),
        SOURCE_FIELDS,
    ]


@admin.register(Conflict)
class ConflictAdmin(SourcedAdmin):
    """Which programs one customer can hold together."""

    resource_classes = [ConflictResource]
    list_display = ["program", "other", "utility", "classification", "path", "is_allowed", "valid_from", "verified"]
    list_filter = ["program", "is_allowed", "verified"]
    list_select_related = ["program", "other", "utility"]
    search_fields = ["program__identifier", "other__identifier", "utility__code", "note"]
    autocomplete_fields = ["program", "other", "utility", "said_by"]
    fieldsets = [
        (None, {"fields": ["program", "other", "is_allowed", "said_by", "note"]}),
        ("Only for some customers", {"fields": ["utility", "classification", "path"]}),
        ("Dates", {"fields": [("valid_from", "valid_to")]}),
        SOURCE_FIELDS,
    ]
