"""What customers of Connect sign and what they are asked for, in the admin."""

from django.contrib import admin

from programs.admin.base import SOURCE_FIELDS, SourcedAdmin
from programs.admin.transfer import AgreementResource, RequiredInformationResource
from programs.models import Agreement, RequiredInformation


@admin.register(Agreement)
class AgreementAdmin(SourcedAdmin):
    """Versions of the texts that customers sign. A version in force is not edited: a new one follows it."""

    resource_classes = [AgreementResource]
    list_display = ["title", "code", "version", "transmission_region", "classification", "active_from", "verified"]
    list_filter = ["transmission_region", "classification", "for_devices", "is_required", "verified", "verified_es"]
    search_fields = ["code", "title", "body", "title_es", "body_es"]
    readonly_fields = ["sha256", "sha256_es"]
    fieldsets = [
        (None, {"fields": [("code", "version"), "title", "body", "sha256"]}),
        ("In Spanish", {"fields": ["title_es", "body_es", "sha256_es", "verified_es"]}),
        (
            "Signers",
            {"fields": ["transmission_region", "classification", "for_devices", "programs", "is_required", "position"]},
        ),
        ("Dates", {"fields": [("active_from", "active_to")]}),
        SOURCE_FIELDS,
    ]


@admin.register(RequiredInformation)
class RequiredInformationAdmin(SourcedAdmin):
    """What Connect asks a customer for, by region and kind of customer."""

    resource_classes = [RequiredInformationResource]
    list_display = ["label", "key", "transmission_region", "classification", "is_required", "position", "verified"]
    list_filter = ["transmission_region", "classification", "for_devices", "is_required", "verified"]
    search_fields = ["key", "label", "help_text", "label_es", "help_text_es"]
    fieldsets = [
        (None, {"fields": ["key", "label", "help_text", "is_required"]}),
        ("In Spanish", {"fields": ["label_es", "help_text_es"]}),
        ("Who is asked", {"fields": ["transmission_region", "classification", "for_devices", "position"]}),
        SOURCE_FIELDS,
    ]
