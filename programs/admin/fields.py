"""Fields and lists of values in the admin."""

from typing import Any

from django.contrib import admin, messages
from django.contrib.admin.options import InlineModelAdmin
from django.db.models import Count, QuerySet
from django.http import HttpRequest, HttpResponse

from programs.admin.base import LISTS_AS_TEXT, SOURCE_FIELDS, CatalogueAdmin, SourcedAdmin
from programs.admin.forms import FieldForm
from programs.admin.inlines import CatalogueInline
from programs.admin.transfer import ChoiceListResource, ChoiceResource, FieldResource
from programs.models import Choice, ChoiceList, Field, core_faults


class ChoiceInline(CatalogueInline, admin.TabularInline):
    model = Choice
    fields = ["value", "label", "label_es", "synonyms", "is_offered", "position"]
    formfield_overrides = LISTS_AS_TEXT
    extra = 0


@admin.register(ChoiceList)
class ChoiceListAdmin(CatalogueAdmin):
    resource_classes = [ChoiceListResource]
    fields = ["name", "is_of_utilities"]
    readonly_fields = ["is_of_utilities"]
    list_display = ["name", "number_of_choices", "used_by"]
    search_fields = ["name", "choices__value", "choices__label"]

    def get_inlines(self, request: HttpRequest, obj: Any | None) -> list[type[InlineModelAdmin]]:
        """The values; those of the list of utilities are edited as utilities."""
        return [] if obj is not None and obj.is_of_utilities else [ChoiceInline]

    def get_queryset(self, request: HttpRequest) -> QuerySet[ChoiceList]:
        lists: QuerySet[ChoiceList] = super().get_queryset(request)
        return lists.annotate(number=Count("choices", distinct=True)).prefetch_related("fields")

    @admin.display(description="choices", ordering="number")
    def number_of_choices(self, row: Any) -> int:
        return len(row.options) if row.is_of_utilities else int(row.number)

    @admin.display(description="fields that use it")
    def used_by(self, row: ChoiceList) -> str:
        return ", ".join(field.path for field in row.fields.all())


@admin.register(Choice)
class ChoiceAdmin(CatalogueAdmin):
    """The values of all lists in one table, for search, import and export."""

    resource_classes = [ChoiceResource]
    list_display = ["value", "label", "choice_list", "is_offered", "position"]
    list_filter = ["choice_list", "is_offered"]
    list_select_related = ["choice_list"]
    search_fields = ["value", "label"]
    autocomplete_fields = ["choice_list"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Choice]:
        """Without the values that the list of utilities had up to version 0.2.0, whose code still reads them."""
        choices: QuerySet[Choice] = super().get_queryset(request)
        return choices.exclude(choice_list__is_of_utilities=True)


@admin.register(Field)
class FieldAdmin(SourcedAdmin):
    """A new field here is a new column everywhere, at once: templates, check, forms, API and column guide."""

    form = FieldForm
    code_field = "path"
    resource_classes = [FieldResource]
    list_display = ["label", "path", "section", "type", "unit", "needed", "personal", "deprecated", "verified"]
    list_filter = ["needed", "type", "section", "personal", "deprecated", "verified"]
    search_fields = ["path", "label", "help", "aliases"]
    autocomplete_fields = ["choice_list"]
    fieldsets = [
        (None, {"fields": ["path", "label", "section", "position", "help", "example"]}),
        ("In Spanish", {"fields": ["label_es", "help_es"]}),
        (
            "Accepted values",
            {
                "fields": [
                    "type",
                    "unit",
                    "choice_list",
                    "pattern",
                    ("minimum", "maximum"),
                    ("usual_minimum", "usual_maximum", "usual_range_verified"),
                    ("min_length", "max_length"),
                ]
            },
        ),
        (
            "For every meter in any program",
            {
                "fields": ["needed", "default", "deprecated", "personal"],
                "description": "If only one program needs the field, add it as a requirement of that program.",
            },
        ),
        ("Other column names", {"fields": ["aliases"]}),
        SOURCE_FIELDS,
    ]

    def process_result(self, result: object, request: HttpRequest) -> HttpResponse:
        """After an import: what the code misses now."""
        response = super().process_result(result, request)
        for fault in core_faults():
            self.message_user(request, fault, messages.ERROR)
        return response
