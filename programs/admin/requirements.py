"""Requirements of all programs in one table."""

from django.contrib import admin

from programs.admin.base import SOURCE_FIELDS, SourcedAdmin
from programs.admin.transfer import RequirementResource
from programs.models import Requirement


@admin.register(Requirement)
class RequirementAdmin(SourcedAdmin):
    resource_classes = [RequirementResource]
    list_display = ["field", "program", "level", "condition", "valid_from", "valid_to", "verified"]
    list_filter = ["program", "level", "verified", "field__section"]
    list_select_related = ["program", "field", "condition_field"]
    search_fields = ["field__path", "field__label", "program__identifier", "note", "source"]
    autocomplete_fields = ["program", "field", "condition_field"]
    fieldsets = [
        (None, {"fields": ["program", "field", "level", "note"]}),
        (
            "Condition",
            {
                "fields": ["condition_field", "condition_operator", "condition_value"],
                "description": "Leave all three empty if it always applies. Enter dates as 2026-05-31, yes or no as "
                "yes or no, and list values by their code.",
            },
        ),
        (
            "Limits",
            {
                "fields": [("minimum", "maximum"), ("earliest", "latest"), "choices", "action_type"],
                "description": "Meters with values outside these limits are still created, but aren’t eligible for "
                "this program.",
            },
        ),
        ("Dates", {"fields": [("valid_from", "valid_to")]}),
        SOURCE_FIELDS,
    ]

    @admin.display(description="only when")
    def condition(self, row: Requirement) -> str:
        if row.condition_field is None:
            return "–"
        return f"{row.condition_field.label} {row.get_condition_operator_display()} {row.condition_value}".strip()
